package discordbot

import (
	"crypto/ed25519"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"riskroom/bots"
)

// Kinds of request, for the counter.
const (
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
	outcomeWrongGuild   = "wrong_guild"
	outcomeUnknown      = "unknown_type"
	outcomeFailed       = "failed"
)

const typeJSON = "application/json"

// freshFor is how far a timestamp may be from the machine's time.
const freshFor = 5 * time.Minute

// rejection is how a request is rejected.
type rejection struct {
	status  int
	outcome string
}

// read returns the body of a verified request, or why the request is rejected.
// Discord sends bad signatures on purpose and expects the status 401. See
// https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers.
func (b *Bot) read(w http.ResponseWriter, r *http.Request) ([]byte, *rejection) {
	body, status, outcome := bots.ReadRequest(w, r, typeJSON, b.verify)
	if outcome != "" {
		return nil, &rejection{status, outcome}
	}
	return body, nil
}

// verify checks the signature, then its age. It uses the machine's time, as Discord
// does.
func (b *Bot) verify(h http.Header, body []byte) (outcome string) {
	timestamp := h.Get("X-Signature-Timestamp")
	signature, err := hex.DecodeString(h.Get("X-Signature-Ed25519"))
	if err != nil || len(signature) != ed25519.SignatureSize || len(b.key) != ed25519.PublicKeySize ||
		!ed25519.Verify(b.key, append([]byte(timestamp), body...), signature) {
		return outcomeBadSignature
	}
	at, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || time.Since(time.Unix(at, 0)).Abs() > freshFor {
		return outcomeStale
	}
	return ""
}

// reject answers a rejected request with the status and nothing more.
func (b *Bot) reject(w http.ResponseWriter, r *http.Request, why rejection) {
	b.observe(kindInteraction, why.outcome)
	b.log.Warn("discordbot: request refused", "outcome", why.outcome, "remote", r.RemoteAddr)
	http.Error(w, http.StatusText(why.status), why.status)
}
