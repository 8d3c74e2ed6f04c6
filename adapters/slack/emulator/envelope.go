package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// The types of envelope.
const (
	typeCommand  = "slash_commands"
	typeInteract = "interactive"
	typeEvent    = "events_api"
)

// delivery is a payload on its way to the app: in one envelope, or in several if
// it is redelivered, each with its own ID. The team's lock guards it.
type delivery struct {
	kind     string
	payload  json.RawMessage
	accepts  bool
	attempts map[string]int // by envelope_id
	at       map[string]time.Time
	over     bool
	answer   chan json.RawMessage // from the acknowledgement
}

// settle takes an answer and reports whether somebody still waits for it.
func (d *delivery) settle(answer json.RawMessage) bool {
	if d.over {
		return false
	}
	d.over = true
	if !d.accepts {
		answer = nil
	}
	d.answer <- answer
	return true
}

// sendEnvelope sends a callback over one of the connections, and returns the
// answer in the acknowledgement as the body.
func (s *Socket) sendEnvelope(ctx context.Context, cb callback) (int, http.Header, []byte, error) {
	kind, payload, err := cb.envelope()
	if err != nil {
		return 0, nil, nil, err
	}
	d := newDelivery(kind, payload)
	defer s.forget(d)
	twice := false
	if kind != typeEvent {
		_, twice = s.team.host.Faults().MeetEvent(kind).Of(stage.DuplicateEvent)
	}
	attempt, reason := cb.retry, cb.reason
	for {
		c, err := s.dispatch(d, attempt, reason)
		if errors.Is(err, ErrNotConnected) && attempt > cb.retry {
			if err = s.WaitConnected(ctx, 1); err == nil {
				continue
			}
			return 0, nil, nil, stage.ErrDeadline
		}
		if err != nil {
			return 0, nil, nil, err
		}
		if twice {
			twice = false
			_, _ = s.dispatch(d, attempt+1, "timeout") // if it fails, it came once
		}
		select {
		case answer := <-d.answer:
			header := http.Header{}
			if len(answer) > 0 {
				header.Set("Content-Type", "application/json")
			}
			return http.StatusOK, header, answer, nil
		case <-ctx.Done():
			return 0, nil, nil, stage.Unanswered(ctx, ctx.Err())
		case <-c.gone:
			if kind == typeEvent || s.team.opts.NoRedelivery {
				return 0, nil, nil, errors.New("emulator: the connection ended before the acknowledgement came")
			}
			attempt++
			reason = "connection_closed"
		}
	}
}

// envelope returns a request's type and payload as an envelope has them: a form
// becomes a JSON object of strings.
func (cb callback) envelope() (kind string, payload json.RawMessage, err error) {
	if cb.contentType == "application/json" {
		return typeEvent, cb.body, nil
	}
	form, err := url.ParseQuery(string(cb.body))
	if err != nil {
		return "", nil, fmt.Errorf("emulator: %w", err)
	}
	if p := form.Get("payload"); p != "" {
		return typeInteract, json.RawMessage(p), nil
	}
	fields := object{}
	for k := range form {
		fields[k] = form.Get(k)
	}
	return typeCommand, stage.JSON(fields), nil
}

func newDelivery(kind string, payload json.RawMessage) *delivery {
	return &delivery{
		kind: kind, payload: payload, accepts: kind != typeEvent, attempts: make(map[string]int), at: make(map[string]time.Time),
		answer: make(chan json.RawMessage, 1),
	}
}

// dispatch puts a delivery into an envelope and sends it over any connection.
func (s *Socket) dispatch(d *delivery, attempt int, reason string) (*connection, error) {
	s.team.Lock()
	n := len(s.connections)
	if n == 0 {
		s.team.Unlock()
		return nil, ErrNotConnected
	}
	c := s.connections[s.pick.IntN(n)]
	id := s.team.newID("En")
	s.pending[id] = d
	c.sent[id] = true
	d.attempts[id], d.at[id] = attempt, time.Now()
	s.team.Unlock()
	frame := object{"type": d.kind, "envelope_id": id, "payload": d.payload, "accepts_response_payload": d.accepts}
	if attempt > 0 || d.kind == typeEvent {
		maps.Copy(frame, object{"retry_attempt": attempt, "retry_reason": strings.TrimPrefix(reason, "http_")})
	}
	if err := c.write(frame); err != nil {
		c.cut() // closes gone
	}
	return c, nil
}

// forget ends a delivery: later acknowledgements are too late.
func (s *Socket) forget(d *delivery) {
	s.team.Lock()
	defer s.team.Unlock()
	d.over = true
}

// SendEnvelope sends an envelope of any type with any payload, and returns the
// acknowledgement.
func (s *Socket) SendEnvelope(ctx context.Context, kind string, payload any) (Ack, error) {
	raw, err := json.Marshal(payload)
	if err != nil {
		return Ack{}, fmt.Errorf("emulator: %w", err)
	}
	d := newDelivery(kind, raw)
	defer s.forget(d)
	if _, err := s.dispatch(d, 0, ""); err != nil {
		return Ack{}, err
	}
	return s.waitAck(ctx, func(a Ack) bool { _, mine := d.attempts[a.EnvelopeID]; return mine })
}

// SendFrame sends any text over a connection, and returns the first
// acknowledgement that names the ID.
func (s *Socket) SendFrame(ctx context.Context, frame, envelopeID string) (Ack, error) {
	s.team.Lock()
	if len(s.connections) == 0 {
		s.team.Unlock()
		return Ack{}, ErrNotConnected
	}
	c := s.connections[0]
	s.team.Unlock()
	if err := c.writeRaw([]byte(frame)); err != nil {
		return Ack{}, fmt.Errorf("emulator: %w", err)
	}
	return s.waitAck(ctx, func(a Ack) bool { return a.EnvelopeID == envelopeID })
}

func (s *Socket) waitAck(ctx context.Context, wanted func(Ack) bool) (Ack, error) {
	ctx, cancel := context.WithTimeout(ctx, s.team.opts.Deadline)
	defer cancel()
	for {
		s.team.Lock()
		acks, changed := s.acks, s.changed
		s.team.Unlock()
		for _, a := range acks {
			if wanted(a) {
				return a, nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Ack{}, stage.Unanswered(ctx, ctx.Err())
		}
	}
}
