package discordbot

import (
	"context"
	"slices"
	"sync"
	"time"

	"riskroom/core"
)

// pending is the set of groups that the engine must be asked to check. It is safe
// for concurrent use.
type pending struct {
	more chan struct{} // receives when something is added

	mu       sync.Mutex
	channels map[string]bool
	all      bool // any group may have changed
	busy     bool // what was taken is being passed on
}

// maxPending limits the set. Beyond it, all groups are checked.
const maxPending = 1000

func (p *pending) add(channels ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.channels == nil {
		p.channels = make(map[string]bool)
	}
	for _, id := range channels {
		if id != "" {
			p.channels[id] = true
		}
	}
	if len(p.channels) > maxPending {
		p.channels, p.all = nil, true
	}
	p.signal()
}

func (p *pending) addAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = true
	p.signal()
}

func (p *pending) signal() {
	select {
	case p.more <- struct{}{}:
	default:
	}
}

// take empties the set. The caller must call done.
func (p *pending) take() (channels []string, all bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id := range p.channels {
		channels = append(channels, id)
	}
	all = p.all
	p.channels, p.all = nil, false
	p.busy = all || len(channels) > 0
	return channels, all
}

func (p *pending) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy = false
}

// idle reports whether everything has been passed on.
func (p *pending) idle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.busy && !p.all && len(p.channels) == 0
}

const (
	passWithin   = 30 * time.Second
	passLast     = 3 * time.Second // when riskroom stops
	passPause    = time.Second
	maxPassPause = 30 * time.Second
)

// passOn passes changes on to the engine until ctx ends, and retries failures. The
// next session or the slow sweep catches up on what is left.
func (g *Gateway) passOn(ctx context.Context) {
	for wait := passPause; ; {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), passLast)
			defer cancel()
			_ = g.pass(last) // logged
			return
		case <-g.pending.more:
		}
		within, cancel := context.WithTimeout(ctx, passWithin)
		err := g.pass(within)
		cancel()
		if err == nil {
			wait = passPause
			continue
		}
		sleep(ctx, wait)
		wait = min(2*wait, maxPassPause)
	}
}

// pass passes on what is pending, and puts failures back.
func (g *Gateway) pass(ctx context.Context) error {
	channels, all := g.pending.take()
	defer g.pending.done()
	b := g.bot
	if all {
		if err := b.missed(ctx, b.workspace); err != nil {
			g.pending.addAll()
			return g.notPassed(ctx, err)
		}
		b.observe(kindEvent, outcomeOK)
		return nil // which includes the channels
	}
	for i, id := range channels {
		if err := b.noticed(ctx, core.GroupRef{Workspace: b.workspace, ID: id}); err != nil {
			g.pending.add(channels[i:]...)
			return g.notPassed(ctx, err)
		}
		b.observe(kindEvent, outcomeOK)
	}
	return nil
}

func (g *Gateway) notPassed(ctx context.Context, err error) error {
	g.bot.observe(kindEvent, outcomeFailed)
	g.bot.log.WarnContext(ctx, "discordbot: changes to channels could not be passed on; retrying", "error", err)
	return err
}

// channel is the part of a channel that riskroom reads.
type channel struct {
	ID         string      `json:"id"`
	Overwrites []overwrite `json:"permission_overwrites"`
}

type overwrite struct {
	ID string `json:"id"` // of a role or a user
}

// access remembers who has access to which channel, because Discord's event about
// a member who left names no channels. Only the goroutine that reads the
// connection uses it.
type access struct {
	known map[string][]overwrite // nil before the first GUILD_CREATE
}

// begin replaces everything.
func (a *access) begin(now []channel) {
	a.known = make(map[string][]overwrite, len(now))
	for _, c := range now {
		a.known[c.ID] = c.Overwrites
	}
}

func (a *access) set(c channel) {
	if a.known != nil {
		a.known[c.ID] = c.Overwrites
	}
}

func (a *access) drop(id string) { delete(a.known, id) }

// of returns the channels with an overwrite for a user. known is false before the
// first GUILD_CREATE.
func (a *access) of(user string) (channels []string, known bool) {
	for id, list := range a.known {
		if slices.Contains(list, overwrite{user}) {
			channels = append(channels, id)
		}
	}
	return channels, a.known != nil
}
