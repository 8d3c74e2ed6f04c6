package discordbot

import (
	"context"
	"slices"
	"sync"
	"time"

	"riskroom/core"
)

// heard is what groups have to be looked at and the engine has not been told of.
// Hearing of one twice is hearing of it once. It is safe for concurrent use.
type heard struct {
	more chan struct{} // receives when there is something

	mu    sync.Mutex
	rooms map[string]bool
	all   bool // something may have been missed
	busy  bool // something that was taken is still being passed on
}

// maxHeard is how many channels are told one by one.
const maxHeard = 1000

func (h *heard) add(rooms ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.rooms == nil {
		h.rooms = make(map[string]bool)
	}
	for _, id := range rooms {
		if id != "" {
			h.rooms[id] = true
		}
	}
	if len(h.rooms) > maxHeard {
		h.rooms, h.all = nil, true
	}
	h.signal()
}

func (h *heard) gap() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = true
	h.signal()
}

func (h *heard) signal() {
	select {
	case h.more <- struct{}{}:
	default:
	}
}

// take returns everything there is, until done.
func (h *heard) take() (rooms []string, all bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id := range h.rooms {
		rooms = append(rooms, id)
	}
	all = h.all
	h.rooms, h.all = nil, false
	h.busy = all || len(rooms) > 0
	return rooms, all
}

func (h *heard) done() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.busy = false
}

// idle reports whether the engine has been told everything.
func (h *heard) idle() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.busy && !h.all && len(h.rooms) == 0
}

const (
	tellWithin   = 30 * time.Second
	tellLast     = 3 * time.Second // when the program stops
	tellAgain    = time.Second
	tellAgainMax = 30 * time.Second
)

// passOn tells the engine what was heard until ctx ends, and again what it could
// not be told. What is left then the session shows again, or the slow sweep.
func (g *Gateway) passOn(ctx context.Context) {
	for wait := tellAgain; ; {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellLast)
			defer cancel()
			_ = g.pass(last) // it has been logged
			return
		case <-g.heard.more:
		}
		within, cancel := context.WithTimeout(ctx, tellWithin)
		err := g.pass(within)
		cancel()
		if err == nil {
			wait = tellAgain
			continue
		}
		sleep(ctx, wait)
		wait = min(2*wait, tellAgainMax)
	}
}

// pass tells the engine what was heard, and keeps what it could not be told.
func (g *Gateway) pass(ctx context.Context) error {
	rooms, all := g.heard.take()
	defer g.heard.done()
	b := g.bot
	if all {
		if err := b.missed(ctx, b.workspace); err != nil {
			g.heard.gap()
			return g.unheard(ctx, err)
		}
		b.observe(kindEvent, outcomeOK)
		return nil // the channels are among them
	}
	for i, id := range rooms {
		if err := b.noticed(ctx, core.GroupRef{Workspace: b.workspace, ID: id}); err != nil {
			g.heard.add(rooms[i:]...)
			return g.unheard(ctx, err)
		}
		b.observe(kindEvent, outcomeOK)
	}
	return nil
}

func (g *Gateway) unheard(ctx context.Context, err error) error {
	g.bot.observe(kindEvent, outcomeFailed)
	g.bot.log.WarnContext(ctx, "discordbot: what happened to groups could not be passed on yet", "error", err)
	return err
}

// room is what is read of a channel.
type room struct {
	ID         string      `json:"id"`
	Overwrites []overwrite `json:"permission_overwrites"`
}

type overwrite struct {
	ID string `json:"id"` // of a role or somebody
}

// rooms remembers who is let into which channel: that somebody has left the guild
// is told without channels. Only the reader of the connection uses it.
type rooms struct {
	known map[string][]overwrite // nil before the guild was shown
}

// begin takes what the guild looks like now.
func (r *rooms) begin(now []room) {
	r.known = make(map[string][]overwrite, len(now))
	for _, c := range now {
		r.known[c.ID] = c.Overwrites
	}
}

func (r *rooms) set(c room) {
	if r.known != nil {
		r.known[c.ID] = c.Overwrites
	}
}

func (r *rooms) drop(id string) { delete(r.known, id) }

// of returns the channels that somebody is let into by name; known is false where
// nobody can tell.
func (r *rooms) of(user string) (channels []string, known bool) {
	for id, list := range r.known {
		if slices.Contains(list, overwrite{user}) {
			channels = append(channels, id)
		}
	}
	return channels, r.known != nil
}
