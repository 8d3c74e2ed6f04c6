package slackbot

import (
	"errors"
	"net/http"
	"strings"

	"github.com/slack-go/slack"

	"riskroom/bots"
)

// The kinds of request, as they are counted.
const (
	kindCommand     = "commands"
	kindInteraction = "interactions"
	kindEvent       = "events"
)

// What can become of a request, as it is counted.
const (
	outcomeOK           = "ok"
	outcomeBadSignature = "bad_signature"
	outcomeStale        = "stale"
	outcomeReplay       = "replay"
	outcomeMalformed    = "malformed"
	outcomeWrongTeam    = "wrong_team"
	outcomeNoTeam       = "team_unknown" // it cannot be asked which team is ours
	outcomeUnknown      = "unknown_type"
	outcomeFailed       = "failed"
)

const (
	typeForm = "application/x-www-form-urlencoded"
	typeJSON = "application/json"
)

// rejection is a request that is not heard.
type rejection struct {
	status  int
	outcome string
}

// read returns the body of a request that is fit to be heard, or why not. See
// https://docs.slack.dev/authentication/verifying-requests-from-slack.
func (b *Bot) read(w http.ResponseWriter, r *http.Request, contentType string) ([]byte, *rejection) {
	body, status, outcome := bots.ReadRequest(w, r, contentType, b.verify)
	if outcome != "" {
		return nil, &rejection{status, outcome}
	}
	return body, nil
}

// verify checks the signature against every secret. It goes by the machine's
// time: Slack does too.
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

// freshly returns what reports whether a verified request was not heard before.
// Slack signs every delivery anew, so a signature that comes twice was replayed.
// Hexadecimal digits are the same in either case.
func (b *Bot) freshly(h http.Header) func() bool {
	return func() bool { return b.replays.Add(strings.ToLower(h.Get("X-Slack-Signature"))) }
}

// reject answers a request that is not heard. The answer says no more than the
// status does.
func (b *Bot) reject(w http.ResponseWriter, r *http.Request, kind string, why rejection) {
	b.observe(kind, why.outcome)
	b.log.Warn("slackbot: request refused", "kind", kind, "outcome", why.outcome, "remote", r.RemoteAddr)
	http.Error(w, http.StatusText(why.status), why.status)
}
