package discordbot

import (
	"crypto/ed25519"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"riskroom/bots"
)

// The kinds of request, as they are counted.
const (
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
	outcomeWrongGuild   = "wrong_guild"
	outcomeUnknown      = "unknown_type"
	outcomeFailed       = "failed"
)

const typeJSON = "application/json"

// freshFor is how far a timestamp may be off the machine's time.
const freshFor = 5 * time.Minute

// rejection is a request that is not heard.
type rejection struct {
	status  int
	outcome string
}

// read returns the body of a request that is fit to be heard, or why not. Discord
// sends bad signatures on purpose, and wants them refused with 401. See
// https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers.
func (b *Bot) read(w http.ResponseWriter, r *http.Request) ([]byte, *rejection) {
	body, status, outcome := bots.ReadRequest(w, r, typeJSON, b.verify)
	if outcome != "" {
		return nil, &rejection{status, outcome}
	}
	return body, nil
}

// verify checks the signature, then how old it is. It goes by the machine's time:
// Discord does too.
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

// reject answers a request that is not heard. The answer says no more than the
// status does.
func (b *Bot) reject(w http.ResponseWriter, r *http.Request, why rejection) {
	b.observe(kindInteraction, why.outcome)
	b.log.Warn("discordbot: request refused", "outcome", why.outcome, "remote", r.RemoteAddr)
	http.Error(w, http.StatusText(why.status), why.status)
}
