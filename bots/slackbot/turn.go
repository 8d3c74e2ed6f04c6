package slackbot

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"riskroom/bots"
)

// turn is one thing that a person did, on its way through, whichever way it came
// in.
type turn struct {
	arrived time.Time
	// fresh reports whether this very delivery was not heard before; nil: the way in
	// does not tell deliveries apart.
	fresh func() bool
	// crowded is set where there is no room left to have it handled: it is only
	// told so, without waiting for anything.
	crowded bool
}

// response is what a person is answered.
type response struct {
	body any // goes into the answer itself, nil for nothing
	// instead says as much where the answer cannot hold or carry body, and
	// returns what the answer holds then; nil: there is no other way to say it.
	instead func(ctx context.Context) any
	// lost is set where nothing was done and nobody was told: Slack is to deliver
	// it again, or show that it failed.
	lost bool
}

// hear decides about a verified request of a person.
func (b *Bot) hear(ctx context.Context, t turn, f from, user string) *rejection {
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

// answer has a command handled in time.
func (b *Bot) answer(ctx context.Context, t turn, c bots.Command, later bots.Later) bots.Reply {
	if t.crowded {
		return b.bot.Busy(c)
	}
	return b.bot.Answer(ctx, c, later)
}

// deed names what a person did, "" if Slack did not name it. A trigger_id is
// made for each thing that somebody does, and stays the same when the delivery is
// repeated.
func deed(kind, user, trigger string) string {
	if trigger == "" {
		return ""
	}
	return strings.Join([]string{kind, user, trigger}, " ")
}

// once has what a person did handled, or says again what was response when it was.
func (b *Bot) once(ctx context.Context, t turn, key string, handle func() response) response {
	if t.crowded || key == "" {
		return handle()
	}
	ctx, cancel := context.WithDeadline(ctx, t.arrived.Add(b.openWithin))
	defer cancel()
	return b.deeds.once(ctx, key, handle)
}

// How long, and how many, answers are remembered to be said again.
const (
	saidFor = 10 * time.Minute
	maxSaid = 1000
)

// deeds remembers what was response to what. It is safe for concurrent use.
type deeds struct {
	mu    sync.Mutex
	done  map[string]*answered
	order []*answered // oldest first
}

type answered struct {
	key   string
	begun time.Time
	ready chan struct{} // closed when said is there
	said  response
}

func newDeeds() *deeds { return &deeds{done: make(map[string]*answered)} }

// once calls handle for a new key, and else returns what it has returned. If that
// is not there before ctx ends, this delivery stays without an answer: the first
// will have one.
func (d *deeds) once(ctx context.Context, key string, handle func() response) response {
	a, first := d.begin(key)
	if first {
		defer close(a.ready)
		a.said = response{lost: true} // should handle panic
		a.said = handle()
		return a.said
	}
	select {
	case <-a.ready:
		return a.said
	case <-ctx.Done():
		return response{lost: true}
	}
}

func (d *deeds) begin(key string) (a *answered, first bool) {
	now := time.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.order) > 0 && (len(d.order) >= maxSaid || now.Sub(d.order[0].begun) > saidFor) {
		delete(d.done, d.order[0].key)
		d.order = d.order[1:]
	}
	if a = d.done[key]; a != nil {
		return a, false
	}
	a = &answered{key: key, begun: now, ready: make(chan struct{})}
	d.done[key] = a
	d.order = append(d.order, a)
	return a, true
}
