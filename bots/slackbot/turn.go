package slackbot

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"riskroom/bots"
)

// turn is a request of a person, over HTTP or Socket Mode, while it is handled.
type turn struct {
	arrived time.Time
	// fresh reports whether this delivery is new; nil where deliveries cannot be
	// told apart.
	fresh func() bool
	// crowded is set where too many requests are under way: the person is only
	// told so, and nothing waits.
	crowded bool
}

// response is the answer to a request.
type response struct {
	body any // of the answer, nil for none
	// instead shows the same in another way where the answer cannot hold body, and
	// returns the body of the answer then; nil: there is no other way.
	instead func(ctx context.Context) any
	// lost is set where nothing was done and nobody was told: Slack is to deliver
	// the request again, or to show that it failed.
	lost bool
}

// accept returns why a verified request of a person is rejected, nil if it is not.
func (b *Bot) accept(ctx context.Context, t turn, f from, user string) *rejection {
	if user == "" {
		return &rejection{http.StatusBadRequest, outcomeMalformed}
	}
	ctx, cancel := context.WithTimeout(ctx, b.answerWithin)
	defer cancel()
	if no := b.admit(ctx, f); no != nil {
		return no
	}
	if t.fresh != nil && !t.fresh() {
		return &rejection{http.StatusUnauthorized, outcomeReplay}
	}
	return nil
}

// answer has a command handled, and returns its reply before ctx ends.
func (b *Bot) answer(ctx context.Context, t turn, c bots.Command, later bots.Later) bots.Reply {
	if t.crowded {
		return b.bot.Busy(c)
	}
	return b.bot.Answer(ctx, c, later)
}

// actOf names what a person did, "" if Slack did not name it. Slack makes a
// trigger_id for each act, and repeats it when it delivers the act again.
func actOf(kind, user, trigger string) string {
	if trigger == "" {
		return ""
	}
	return strings.Join([]string{kind, user, trigger}, " ")
}

// once has an act handled, or returns the response of the first time.
func (b *Bot) once(ctx context.Context, t turn, key string, handle func() response) response {
	if t.crowded || key == "" {
		return handle()
	}
	ctx, cancel := context.WithDeadline(ctx, t.arrived.Add(b.openWithin))
	defer cancel()
	return b.acts.once(ctx, key, handle)
}

// How long, and how many, responses are remembered.
const (
	rememberFor = 10 * time.Minute
	maxActs     = 1000
)

// acts remembers the response to each act. It is safe for concurrent use.
type acts struct {
	mu    sync.Mutex
	done  map[string]*answered
	order []*answered // oldest first
}

type answered struct {
	key   string
	begun time.Time
	ready chan struct{} // closed when response is there
	response
}

func newActs() *acts { return &acts{done: make(map[string]*answered)} }

// once calls handle for a new key, and returns its response for a known one. If
// there is none before ctx ends, this delivery stays without an answer: the first
// will have one.
func (m *acts) once(ctx context.Context, key string, handle func() response) response {
	a, first := m.begin(key)
	if first {
		defer close(a.ready)
		a.response = response{lost: true} // should handle panic
		a.response = handle()
		return a.response
	}
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
