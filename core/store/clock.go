package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
)

// Clock returns the time by which the store decides what is due: the clock that it was
// given, else the server's time as estimated at the last look at the timers. Leases and
// due times must be computed from it, so that a machine with a wrong clock neither
// spins nor starves.
func (s *Store) Clock() core.Clock { return core.ClockFunc(s.now) }

func (s *Store) now() time.Time {
	if s.clock != nil {
		return s.clock.Now()
	}
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	return s.seen.last.now()
}

// Elapsed returns how long ago at least the store's clock showed t, which it wrote with
// a run of that risk. A server's clock may be set at any moment, so only what this
// process has seen of it counts.
func (s *Store) Elapsed(ctx context.Context, risk core.RiskKey, t time.Time) (time.Duration, error) {
	if s.clock != nil {
		return s.clock.Now().Sub(t), nil
	}
	node, name := redis.Cmdable(s.db), ""
	if cluster, ok := s.db.(*redis.ClusterClient); ok {
		master, err := cluster.MasterForKey(ctx, s.keys.risk(risk))
		if err != nil {
			return 0, failed("time", err)
		}
		node, name = master, master.Options().Addr
	}
	// Asked now, it may have been set since t was read, but not between.
	if err := s.askTime(ctx, node, name); err != nil {
		return 0, err
	}
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	return s.seen.clocks[name].elapsed(t), nil
}

// serverClocks is what this process has seen of the servers' clocks, by the name that
// eachMaster gives each.
type serverClocks struct {
	mu     sync.Mutex
	clocks map[string]*serverClock
	last   *serverClock // the one that answered last
	nodes  time.Time    // when the nodes of a cluster were last asked
}

// learnTime asks every server for its time.
func (s *Store) learnTime(ctx context.Context) error {
	if s.clock != nil {
		return nil
	}
	return failed("time", s.eachMaster(ctx, func(ctx context.Context, node *redis.Client, name string) error {
		return s.askTime(ctx, node, name)
	}))
}

// watchNodes asks the nodes of a cluster for their time, about as often as a look at the
// timers asks the only server.
func (s *Store) watchNodes(ctx context.Context) error {
	if _, clustered := s.db.(*redis.ClusterClient); !clustered {
		return nil
	}
	s.seen.mu.Lock()
	soon := time.Since(s.seen.nodes) < time.Second
	if !soon {
		s.seen.nodes = time.Now()
	}
	s.seen.mu.Unlock()
	if soon {
		return nil
	}
	return s.learnTime(ctx)
}

func (s *Store) askTime(ctx context.Context, node redis.Cmdable, name string) error {
	asked := time.Now()
	t, err := node.Time(ctx).Result()
	if err == nil {
		s.seen.learn(name, t, asked)
	}
	return failed("time", err)
}

func (c *serverClocks) learn(name string, t, asked time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.clocks == nil {
		c.clocks = map[string]*serverClock{}
	}
	if c.clocks[name] == nil {
		c.clocks[name] = &serverClock{base: asked}
	}
	c.last = c.clocks[name]
	c.last.learn(t, asked)
}

// serverClock is what this process knows of the server's clock. It compares it with
// this machine's monotonic clock, which nobody can set.
type serverClock struct {
	base  time.Time // what readings count from
	steps []step    // oldest first, at most keptSteps
}

// step is a time in which the server's clock ran like ours: between two moments at which
// it was set.
type step struct {
	from, to time.Duration // the readings at its first answer, and before its last question
	at, top  time.Time     // what the server's clock showed at reading 0, at least and at most
}

const (
	keptSteps = 16
	// drift is how much the clocks may drift apart before that counts as a step.
	drift = 100 * time.Millisecond
)

func (c *serverClock) reading() time.Duration { return time.Since(c.base) }

func (c *serverClock) now() time.Time {
	return c.steps[len(c.steps)-1].at.Add(c.reading())
}

// learn notes that the server's clock showed t between asked and now.
func (c *serverClock) learn(t, asked time.Time) {
	s := step{from: c.reading(), to: asked.Sub(c.base)}
	s.at, s.top = t.Add(-s.from), t.Add(-s.to)
	if n := len(c.steps); n > 0 {
		last := &c.steps[n-1]
		if !s.at.After(last.top.Add(drift)) && !s.top.Before(last.at.Add(-drift)) {
			last.to = s.to
			last.at, last.top = later(s.at, last.at), earlier(s.top, last.top)
			return
		}
	}
	c.add(s)
}

func (c *serverClock) add(s step) {
	c.steps = append(c.steps, s)
	c.steps = c.steps[max(0, len(c.steps)-keptSteps):]
}

// elapsed returns how long ago at least the server's clock showed t, if it was set at most
// once between two answers. It goes back to the last moment at which the clock may have
// shown it: in a step, or between two.
func (c *serverClock) elapsed(t time.Time) time.Duration {
	now := c.reading()
	within := func(from, to time.Time) bool { return !t.Before(from) && !t.After(to.Add(drift)) }
	end := now
	for i, s := range slices.Backward(c.steps) {
		if within(s.at.Add(s.from), s.top.Add(end)) {
			return now - min(t.Sub(s.at), end)
		}
		if i > 0 {
			last := c.steps[i-1]
			if within(earlier(last.at, s.at).Add(last.to), later(last.top, s.top).Add(s.from)) {
				return now - s.from
			}
			end = last.to
		}
	}
	if oldest := c.steps[0]; t.Before(oldest.at.Add(oldest.from)) {
		return now - oldest.from
	}
	// The clock has shown a time that this process hasn't seen: it was set forward and
	// back, or back before this process asked. It has shown t by now.
	last := c.steps[len(c.steps)-1]
	seen := t.Add(-now)
	c.add(step{from: now, to: now, at: seen, top: seen})
	last.from, last.to = now, now
	c.add(last)
	return 0
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// How far the server's clock may be off. Timers follow the server's clock, the dates
// that people see follow ours.
const (
	clockCaution = 100 * time.Millisecond
	clockRefusal = time.Second
)

// clockOff returns by how much the server's clock is ahead of ours at least. The round
// trip is counted in the server's favour.
func clockOff(ctx context.Context, node *redis.Client) (time.Duration, error) {
	best := time.Duration(-1) // of the round trips
	var off time.Duration
	for range 3 {
		asked := time.Now()
		at, err := node.Time(ctx).Result()
		if err != nil {
			return 0, err
		}
		trip := time.Since(asked)
		if best < 0 || trip < best {
			best, off = trip, at.Sub(asked.Add(trip/2))
		}
	}
	switch {
	case off > best/2:
		return off - best/2, nil
	case off < -best/2:
		return off + best/2, nil
	}
	return 0, nil
}
