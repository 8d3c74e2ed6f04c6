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

// envelope is a message of Socket Mode. See
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

// kindEnvelope counts envelopes of no known kind.
const kindEnvelope = "envelopes"

// maxAck is the size in bytes from which on Slack silently drops an acknowledgement,
// as slack-go's socketmode has found out.
const maxAck = 20_000

// named finds the ID of an envelope that cannot be decoded.
var named = regexp.MustCompile(`"envelope_id"\s*:\s*"([A-Za-z0-9._-]{1,100})"`)

// handled is the outcome of an envelope.
type handled struct {
	kind, outcome string
	response      response
	// again asks Slack to deliver the envelope once more, by not acknowledging it.
	// A person is shown a failure.
	again bool
}

// decode reads one message. If it cannot be handled, outcome says why, and the
// envelope has nothing but the ID, if that can be found.
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

// take decodes one message and starts handling it.
func (l *link) take(ctx context.Context, frame []byte) {
	arrived := time.Now()
	e, outcome := decode(frame)
	switch {
	case outcome != "":
		l.complete(ctx, e, handled{kind: kindEnvelope, outcome: outcome})
		return
	case e.Type == typeHello:
		return
	case e.Type == typeDisconnect:
		l.disconnected(ctx, e.Reason)
		return
	}
	t := turn{arrived: arrived, crowded: !l.enter()}
	if t.crowded {
		// Its context has ended before it begins, so that nothing waits.
		past, cancel := context.WithCancel(ctx)
		cancel()
		l.complete(past, e, l.s.bot.handle(past, t, e))
		return
	}
	go func() {
		defer l.handling.Done()
		defer func() { <-l.s.room }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handleTimeout)
		defer cancel()
		l.complete(ctx, e, l.s.bot.handle(ctx, t, e))
	}()
}

// handleTimeout ends handlers that ignore how long a person waits.
const handleTimeout = 5 * time.Second

// handle handles an envelope like a request over HTTP.
func (b *Bot) handle(ctx context.Context, t turn, e envelope) (v handled) {
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
		answer, no := b.takeCommand(ctx, t, form)
		return v.with(answer, outcomeOK, no)
	case typeInteract:
		v.kind = kindInteraction
		var p payload
		if err := json.Unmarshal(e.Payload, &p); err != nil {
			return v.rejected(malformed())
		}
		return v.with(b.takeInteraction(ctx, t, p))
	case typeEvent:
		v.kind = kindEvent
		var in event
		if err := json.Unmarshal(e.Payload, &in); err != nil {
			return v.rejected(malformed())
		}
		if t.crowded {
			return v.with(response{lost: true}, outcomeFailed, nil)
		}
		outcome, no := b.takeEvent(ctx, in, e.retried())
		return v.with(response{lost: outcome == outcomeFailed}, outcome, no)
	}
	v.outcome = outcomeUnknown
	return v
}

func malformed() *rejection { return &rejection{http.StatusBadRequest, outcomeMalformed} }

// retried returns whether, and why, Slack delivers the envelope again.
func (e envelope) retried() again {
	if e.RetryAttempt == 0 {
		return again{}
	}
	return again{attempt: strconv.Itoa(e.RetryAttempt), reason: e.RetryReason}
}

// with is v with the response to the payload, or rejected.
func (v handled) with(r response, outcome string, no *rejection) handled {
	if no != nil {
		return v.rejected(no)
	}
	v.response, v.outcome, v.again = r, outcome, r.lost
	return v
}

// rejected is v for a payload that is rejected. It is acknowledged if another
// delivery would be rejected too.
func (v handled) rejected(no *rejection) handled {
	return handled{kind: v.kind, outcome: no.outcome, again: no.status >= http.StatusInternalServerError}
}

// flat reads the payload of a command, which over HTTP is a form.
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

// complete counts an envelope and acknowledges it.
func (l *link) complete(ctx context.Context, e envelope, v handled) {
	b := l.s.bot
	b.observe(v.kind, v.outcome)
	switch v.outcome {
	case outcomeOK, outcomeUnknown, outcomeReplay:
	default:
		b.log.WarnContext(ctx, "slackbot: an envelope was not accepted", "kind", v.kind, "outcome", v.outcome)
	}
	if e.ID == "" || v.again {
		return
	}
	raw, err := e.acknowledge(ctx, v.response)
	if err != nil {
		b.log.ErrorContext(ctx, "slackbot: an answer cannot be put into an acknowledgement", "kind", v.kind, "error", err)
	}
	if err := l.send(raw); err != nil {
		b.log.WarnContext(ctx, "slackbot: an acknowledgement could not be sent", "kind", v.kind, "error", err)
		if v.response.body != nil && v.response.instead != nil {
			v.response.instead(ctx)
		}
	}
}

// acknowledge returns the acknowledgement of an envelope, with the answer, or with
// what is shown instead where the answer does not fit. With an error it has neither.
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

// disconnected handles the announcement that the connection ends.
func (l *link) disconnected(ctx context.Context, reason string) {
	switch reason {
	case reasonWarning, reasonRefresh, reasonDisabled:
	default:
		l.s.bot.log.WarnContext(ctx, "slackbot: Slack ends a connection", "reason", reason)
	}
	l.leave(reason)
}
