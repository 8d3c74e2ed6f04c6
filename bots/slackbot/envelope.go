package slackbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"runtime/debug"
	"strconv"
	"time"

	"riskroom/bots"
	"riskroom/core"
)

// envelope is what comes over a connection of Socket Mode. See
// https://docs.slack.dev/apis/events-api/using-socket-mode.
type envelope struct {
	Type         string          `json:"type"`
	ID           string          `json:"envelope_id"`
	Payload      json.RawMessage `json:"payload"`
	Accepts      bool            `json:"accepts_response_payload"`
	RetryAttempt int             `json:"retry_attempt"`
	RetryReason  string          `json:"retry_reason"`
	Reason       string          `json:"reason"` // of a disconnect
}

const (
	typeHello      = "hello"
	typeDisconnect = "disconnect"
	typeCommand    = "slash_commands"
	typeInteract   = "interactive"
	typeEvent      = "events_api"
)

// kindEnvelope counts what is none of the kinds that are known.
const kindEnvelope = "envelopes"

// maxAck is the size in bytes from which on Slack drops an acknowledgement
// without a word, as slack-go's socketmode has found out.
const maxAck = 20_000

// named finds the ID of an envelope that cannot be read otherwise.
var named = regexp.MustCompile(`"envelope_id"\s*:\s*"([A-Za-z0-9._-]{1,100})"`)

// verdict is what became of an envelope.
type verdict struct {
	kind, outcome string
	said          response
	// again asks Slack to deliver it once more, by not acknowledging it. A person
	// is shown that it failed.
	again bool
}

// decode reads one message. Where it cannot be handled, outcome says why, and of
// the envelope there is only the ID, if that can be found.
func decode(frame []byte) (e envelope, outcome string) {
	switch err := json.Unmarshal(frame, &e); {
	case err != nil:
		outcome = outcomeMalformed
	case len(frame) > core.MaxBody:
		outcome = bots.OutcomeTooLarge
	default:
		return e, ""
	}
	e = envelope{}
	if m := named.FindSubmatch(frame); m != nil {
		e.ID = string(m[1])
	}
	return e, outcome
}

// take looks at one message and has it handled, without waiting for that.
func (l *link) take(ctx context.Context, frame []byte) {
	arrived := time.Now()
	e, outcome := decode(frame)
	switch {
	case outcome != "":
		l.settle(ctx, e, verdict{kind: kindEnvelope, outcome: outcome})
		return
	case e.Type == typeHello:
		return
	case e.Type == typeDisconnect:
		l.disconnected(ctx, e.Reason)
		return
	}
	t := turn{arrived: arrived, crowded: !l.enter()}
	if t.crowded {
		// Nothing here waits for anybody: the time is up before it begins.
		past, cancel := context.WithCancel(ctx)
		cancel()
		l.settle(past, e, l.s.bot.handle(past, t, e))
		return
	}
	go func() {
		defer l.handling.Done()
		defer func() { <-l.s.room }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handleTimeout)
		defer cancel()
		l.settle(ctx, e, l.s.bot.handle(ctx, t, e))
	}()
}

// handleTimeout ends whatever forgets that a person waits.
const handleTimeout = 5 * time.Second

// handle has an envelope handled just as a request over HTTP is.
func (b *Bot) handle(ctx context.Context, t turn, e envelope) (v verdict) {
	v.kind = kindEnvelope
	defer func() {
		if p := recover(); p != nil {
			b.log.ErrorContext(ctx, "slackbot: an envelope's handler panicked", "type", e.Type, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			v.outcome, v.again = outcomeFailed, true
		}
	}()
	if e.RetryAttempt > 0 && e.Type != typeEvent {
		b.log.InfoContext(ctx, "slackbot: an envelope is delivered again", "type", e.Type, "retry", e.RetryAttempt, "reason", e.RetryReason)
	}
	switch e.Type {
	case typeCommand:
		v.kind = kindCommand
		form, err := flat(e.Payload)
		if err != nil {
			return v.rejected(malformed())
		}
		said, no := b.takeCommand(ctx, t, form)
		return v.heard(said, outcomeOK, no)
	case typeInteract:
		v.kind = kindInteraction
		var p payload
		if err := json.Unmarshal(e.Payload, &p); err != nil {
			return v.rejected(malformed())
		}
		return v.heard(b.takeInteraction(ctx, t, p))
	case typeEvent:
		v.kind = kindEvent
		var in event
		if err := json.Unmarshal(e.Payload, &in); err != nil {
			return v.rejected(malformed())
		}
		if t.crowded {
			return v.heard(response{lost: true}, outcomeFailed, nil)
		}
		outcome, no := b.takeEvent(ctx, in, e.retried())
		return v.heard(response{lost: outcome == outcomeFailed}, outcome, no)
	}
	v.outcome = outcomeUnknown
	return v
}

func malformed() *rejection { return &rejection{http.StatusBadRequest, outcomeMalformed} }

// retried says whether, and why, Slack delivers the envelope again.
func (e envelope) retried() again {
	if e.RetryAttempt == 0 {
		return again{}
	}
	return again{attempt: strconv.Itoa(e.RetryAttempt), reason: e.RetryReason}
}

// heard is v where something was response to the payload, or it is rejected.
func (v verdict) heard(s response, outcome string, no *rejection) verdict {
	if no != nil {
		return v.rejected(no)
	}
	v.said, v.outcome, v.again = s, outcome, s.lost
	return v
}

// rejected is v where the payload is not heard: what would be no better next
// time is acknowledged.
func (v verdict) rejected(no *rejection) verdict {
	return verdict{kind: v.kind, outcome: no.outcome, again: no.status >= http.StatusInternalServerError}
}

// flat reads the payload of a command: what is a form over HTTP.
func flat(payload json.RawMessage) (url.Values, error) {
	var fields map[string]any
	if err := json.Unmarshal(payload, &fields); err != nil {
		return nil, err
	}
	form := url.Values{}
	for k, v := range fields {
		if s, ok := v.(string); ok {
			form.Set(k, s)
		}
	}
	return form, nil
}

// ack is an acknowledgement.
type ack struct {
	EnvelopeID string `json:"envelope_id"`
	Payload    any    `json:"payload,omitempty"`
}

// settle counts an envelope and acknowledges it.
func (l *link) settle(ctx context.Context, e envelope, v verdict) {
	b := l.s.bot
	b.observe(v.kind, v.outcome)
	switch v.outcome {
	case outcomeOK, outcomeUnknown, outcomeReplay:
	default:
		b.log.WarnContext(ctx, "slackbot: an envelope was not heard", "kind", v.kind, "outcome", v.outcome)
	}
	if e.ID == "" || v.again {
		return
	}
	raw, err := e.acknowledge(ctx, v.said)
	if err != nil {
		b.log.ErrorContext(ctx, "slackbot: an answer cannot be put into an acknowledgement", "kind", v.kind, "error", err)
	}
	if err := l.send(raw); err != nil {
		b.log.WarnContext(ctx, "slackbot: an acknowledgement could not be sent", "kind", v.kind, "error", err)
		if v.said.body != nil && v.said.instead != nil {
			v.said.instead(ctx)
		}
	}
}

// acknowledge makes the acknowledgement of an envelope: with the answer, or with
// what is to be said instead where the answer does not fit. With an error it is
// without either.
func (e envelope) acknowledge(ctx context.Context, s response) ([]byte, error) {
	if e.Accepts && s.body != nil {
		if raw, err := json.Marshal(ack{e.ID, s.body}); err == nil && len(raw) < maxAck {
			return raw, nil
		}
	}
	var err error
	if s.body != nil && s.instead != nil {
		s.body = s.instead(ctx)
	}
	if e.Accepts && s.body != nil {
		var raw []byte
		if raw, err = json.Marshal(ack{e.ID, s.body}); err == nil && len(raw) < maxAck {
			return raw, nil
		}
		err = errors.Join(err, fmt.Errorf("it would have %d bytes", len(raw)))
	}
	raw, _ := json.Marshal(ack{EnvelopeID: e.ID}) // of one string
	return raw, err
}

// disconnected is told ahead that the connection ends.
func (l *link) disconnected(ctx context.Context, reason string) {
	switch reason {
	case reasonWarning, reasonRefresh, reasonDisabled:
	default:
		l.s.bot.log.WarnContext(ctx, "slackbot: Slack ends a connection", "reason", reason)
	}
	l.leave(reason)
}
