package slackbot

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"riskroom/bots"
)

// request is a person's request, over HTTP or Socket Mode.
type request struct {
	arrived time.Time
	// fresh reports whether this delivery is new. It is nil in Socket Mode, where
	// deliveries carry no signature.
	fresh func() bool
	// overloaded is set if too many requests are being handled. The reply only
	// says so, and nothing waits.
	overloaded bool
}

// response is the answer to a request.
type response struct {
	body any // nil for an empty answer
	// instead is called if body is too large. It shows the same in another way and
	// returns a smaller body. It may be nil.
	instead func(ctx context.Context) any
	// lost is set if nothing was done and nothing shown. Slack should deliver the
	// request again, or show a failure.
	lost bool
}

// accept returns why a person's verified request is rejected, or nil.
func (b *Bot) accept(ctx context.Context, req request, team, user string) *rejection {
	if user == "" {
		return &rejection{http.StatusBadRequest, outcomeMalformed}
	}
	if no := b.admit(ctx, team); no != nil {
		return no
	}
	if req.fresh != nil && !req.fresh() {
		return &rejection{http.StatusUnauthorized, outcomeReplay}
	}
	return nil
}

// answer runs a command and returns its reply before ctx ends.
func (b *Bot) answer(ctx context.Context, req request, c bots.Command, later bots.Later) bots.Reply {
	if req.overloaded {
		return b.bot.Busy(c)
	}
	return b.bot.Answer(ctx, c, later)
}

// actOf returns a key for what a person did, or "" if there is no trigger ID. Slack
// repeats the trigger_id when it delivers the same act again.
func actOf(kind, user, trigger string) string {
	if trigger == "" {
		return ""
	}
	return strings.Join([]string{kind, user, trigger}, " ")
}

// once calls handle, or returns the response of the first delivery.
func (b *Bot) once(ctx context.Context, req request, key string, handle func() response) response {
	if req.overloaded || key == "" {
		return handle()
	}
	return b.acts.once(ctx, req.arrived.Add(b.openWithin), key, handle)
}

// Limits of the remembered responses.
const (
	rememberFor = 10 * time.Minute
	maxActs     = 1000
)

// acts remembers responses by act. It is safe for concurrent use.
type acts struct {
	mu    sync.Mutex
	done  map[string]*answered
	order []*answered // oldest first
}

type answered struct {
	key   string
	begun time.Time
	ready chan struct{} // closed when response is set
	response
}

func newActs() *acts { return &acts{done: make(map[string]*answered)} }

// once calls handle for a new key, and waits until a moment for the response of a known
// one. If there is none by then, this delivery gets no answer; the first one will.
func (m *acts) once(ctx context.Context, until time.Time, key string, handle func() response) response {
	a, first := m.begin(key)
	if first {
		defer close(a.ready)
		a.response = response{lost: true} // in case handle panics
		a.response = handle()
		return a.response
	}
	ctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	select {
	case <-a.ready:
		return a.response
	case <-ctx.Done():
		return response{lost: true}
	}
}

func (m *acts) begin(key string) (a *answered, first bool) {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.order) > 0 && (len(m.order) >= maxActs || now.Sub(m.order[0].begun) > rememberFor) {
		delete(m.done, m.order[0].key)
		m.order = m.order[1:]
	}
	if a = m.done[key]; a != nil {
		return a, false
	}
	a = &answered{key: key, begun: now, ready: make(chan struct{})}
	m.done[key] = a
	m.order = append(m.order, a)
	return a, true
}
