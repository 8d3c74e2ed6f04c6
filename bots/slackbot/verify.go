package slackbot

import (
	"errors"
	"net/http"
	"strings"

	"github.com/slack-go/slack"

	"riskroom/bots"
)

// Kinds of request, for the counter.
const (
	kindCommand     = "commands"
	kindInteraction = "interactions"
	kindEvent       = "events"
)

// Outcomes of requests, for the counter.
const (
	outcomeOK           = "ok"
	outcomeBadSignature = "bad_signature"
	outcomeStale        = "stale"
	outcomeReplay       = "replay"
	outcomeMalformed    = "malformed"
	outcomeWrongTeam    = "wrong_team"
	outcomeNoTeam       = "team_unknown" // our team could not be looked up
	outcomeUnknown      = "unknown_type"
	outcomeFailed       = "failed"
)

const (
	typeForm = "application/x-www-form-urlencoded"
	typeJSON = "application/json"
)

// rejection is how a request is rejected.
type rejection struct {
	status  int
	outcome string
}

// read returns the body of a verified request, or why the request is rejected. See
// https://docs.slack.dev/authentication/verifying-requests-from-slack.
func (b *Bot) read(w http.ResponseWriter, r *http.Request, contentType string) ([]byte, *rejection) {
	body, status, outcome := bots.ReadRequest(w, r, contentType, b.verify)
	if outcome != "" {
		return nil, &rejection{status, outcome}
	}
	return body, nil
}

// verify checks the signature against every secret. It uses the machine's time,
// as Slack does.
func (b *Bot) verify(h http.Header, body []byte) (outcome string) {
	outcome = outcomeBadSignature
	for _, secret := range b.secrets {
		v, err := slack.NewSecretsVerifier(h, secret)
		if errors.Is(err, slack.ErrExpiredTimestamp) {
			return outcomeStale
		}
		if err != nil {
			continue
		}
		if _, err := v.Write(body); err == nil && v.Ensure() == nil {
			return ""
		}
	}
	return outcome
}

// firstDelivery returns a function that reports whether a verified request is new.
// Slack signs every delivery separately, so a repeated signature is a replay.
// Hexadecimal digits may be in either case.
func (b *Bot) firstDelivery(h http.Header) func() bool {
	return func() bool { return b.replays.Add(strings.ToLower(h.Get("X-Slack-Signature"))) }
}

// reject answers a rejected request with the status and nothing more.
func (b *Bot) reject(w http.ResponseWriter, r *http.Request, kind string, why rejection) {
	b.observe(kind, why.outcome)
	b.log.Warn("slackbot: request refused", "kind", kind, "outcome", why.outcome, "remote", r.RemoteAddr)
	http.Error(w, http.StatusText(why.status), why.status)
}
