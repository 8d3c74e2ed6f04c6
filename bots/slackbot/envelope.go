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

// kindEnvelope counts envelopes of unknown kinds.
const kindEnvelope = "envelopes"

// maxAck is the size in bytes from which Slack silently drops an acknowledgement,
// according to slack-go's socketmode.
const maxAck = 20_000

// envelopeID finds the ID in an envelope that can't be decoded.
var envelopeID = regexp.MustCompile(`"envelope_id"\s*:\s*"([A-Za-z0-9._-]{1,100})"`)

// handled is the outcome of an envelope.
type handled struct {
	kind, outcome string
	response      response
	// redeliver leaves the envelope unacknowledged, so that Slack delivers it
	// again or shows the person a failure.
	redeliver bool
}

// decode decodes a message. If that fails, it returns the outcome to count, and an
// envelope with only the ID, if there is one.
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
	if m := envelopeID.FindSubmatch(frame); m != nil {
		e.ID = string(m[1])
	}
	return e, outcome
}

// receive decodes a message and starts handling it.
func (c *connection) receive(ctx context.Context, frame []byte) {
	arrived := time.Now()
	e, outcome := decode(frame)
	switch {
	case outcome != "":
		c.complete(ctx, e, handled{kind: kindEnvelope, outcome: outcome})
		return
	case e.Type == typeHello:
		return
	case e.Type == typeDisconnect:
		c.disconnected(ctx, e.Reason)
		return
	}
	req := request{arrived: arrived, overloaded: !c.acquire()}
	if req.overloaded {
		// With a context that has ended, nothing waits.
		past, cancel := context.WithCancel(ctx)
		cancel()
		c.complete(past, e, c.s.bot.handle(past, req, e))
		return
	}
	go func() {
		defer c.handling.Done()
		defer func() { <-c.s.slots }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handleTimeout)
		defer cancel()
		c.complete(ctx, e, c.s.bot.handle(ctx, req, e))
	}()
}

// handleTimeout bounds handlers that don't stop in time for an answer.
const handleTimeout = 5 * time.Second

// handle handles an envelope as a request over HTTP would be.
func (b *Bot) handle(ctx context.Context, req request, e envelope) (v handled) {
	v.kind = kindEnvelope
	defer func() {
		if p := recover(); p != nil {
			b.log.ErrorContext(ctx, "slackbot: an envelope's handler panicked", "type", e.Type, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			v.outcome, v.redeliver = outcomeFailed, true
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
		answer, no := b.takeCommand(ctx, req, form)
		return v.with(answer, outcomeOK, no)
	case typeInteract:
		v.kind = kindInteraction
		var p payload
		if err := json.Unmarshal(e.Payload, &p); err != nil {
			return v.rejected(malformed())
		}
		return v.with(b.takeInteraction(ctx, req, p))
	case typeEvent:
		v.kind = kindEvent
		var in event
		if err := json.Unmarshal(e.Payload, &in); err != nil {
			return v.rejected(malformed())
		}
		if req.overloaded {
			return v.with(response{lost: true}, outcomeFailed, nil)
		}
		outcome, no := b.takeEvent(ctx, in, e.retried())
		return v.with(response{lost: outcome == outcomeFailed}, outcome, no)
	}
	v.outcome = outcomeUnknown
	return v
}

func malformed() *rejection { return &rejection{http.StatusBadRequest, outcomeMalformed} }

// retried returns the envelope's retry, zero for a first delivery.
func (e envelope) retried() retry {
	if e.RetryAttempt == 0 {
		return retry{}
	}
	return retry{attempt: strconv.Itoa(e.RetryAttempt), reason: e.RetryReason}
}

// with returns v with the response, or rejected if no is not nil.
func (v handled) with(r response, outcome string, no *rejection) handled {
	if no != nil {
		return v.rejected(no)
	}
	v.response, v.outcome, v.redeliver = r, outcome, r.lost
	return v
}

// rejected returns v for a rejected payload. The envelope is acknowledged unless
// another delivery may succeed.
func (v handled) rejected(no *rejection) handled {
	return handled{kind: v.kind, outcome: no.outcome, redeliver: no.status >= http.StatusInternalServerError}
}

// flat decodes a command's payload into the form that it has over HTTP.
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
func (c *connection) complete(ctx context.Context, e envelope, v handled) {
	b := c.s.bot
	b.observe(v.kind, v.outcome)
	switch v.outcome {
	case outcomeOK, outcomeUnknown, outcomeReplay:
	default:
		b.log.WarnContext(ctx, "slackbot: an envelope was not accepted", "kind", v.kind, "outcome", v.outcome)
	}
	if e.ID == "" || v.redeliver {
		return
	}
	raw, err := e.acknowledge(ctx, v.response)
	if err != nil {
		b.log.ErrorContext(ctx, "slackbot: an answer does not fit into an acknowledgement", "kind", v.kind, "error", err)
	}
	if err := c.send(raw); err != nil {
		b.log.WarnContext(ctx, "slackbot: an acknowledgement could not be sent", "kind", v.kind, "error", err)
		if v.response.body != nil && v.response.instead != nil {
			v.response.instead(ctx)
		}
	}
}

// acknowledge returns the acknowledgement of an envelope. It contains the answer,
// or what is shown instead if the answer doesn't fit, or neither if there is an
// error.
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
	raw, _ := json.Marshal(ack{EnvelopeID: e.ID}) // a string: can't fail
	return raw, err
}

// disconnected handles Slack's announcement that the connection will end.
func (c *connection) disconnected(ctx context.Context, reason string) {
	switch reason {
	case reasonWarning, reasonRefresh, reasonDisabled:
	default:
		c.s.bot.log.WarnContext(ctx, "slackbot: Slack ends a connection", "reason", reason)
	}
	c.leave(reason)
}
