package adaptertest

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"riskroom/core"
)

// rig is a fresh World and what a test case needs to work with it.
type rig struct {
	t     testing.TB
	world World
	clock *Clock
	cast  Cast
	can   core.Capabilities
	steps int // steps started so far: each has its own ops
}

func newRig(t testing.TB, h Harness) *rig {
	t.Helper()
	clock := NewClock()
	w := h.Open(t, clock)
	r := &rig{t: t, world: w, clock: clock, cast: w.Cast(), can: w.Platform().Capabilities()}
	if len(r.cast.People) < 5 || r.cast.Workspace == "" || r.cast.Missing == nil {
		t.Fatalf("the harness has %d people, workspace %q: the suites need five people and a name", len(r.cast.People), r.cast.Workspace)
	}
	return r
}

// place is what an action acts on.
type place struct {
	group   core.Group
	message core.MessageRef
}

// result is the result of an action.
type result struct {
	message core.MessageRef
	group   core.Group
	report  core.Report
	err     error
}

// action is one action of an adapter with fixed input.
type action struct {
	name    string
	part    core.Part                    // of a group, if it sets one
	lacking func(core.Capabilities) bool // the platform doesn't support it
	prepare func(r *rig) place           // may be nil
	do      func(ctx context.Context, r *rig, once core.Once, at place) result
}

// on prepares the place that the action acts on.
func (a action) on(r *rig) place {
	if a.prepare == nil {
		return place{}
	}
	return a.prepare(r)
}

// Limits on what an action may need to converge.
const (
	maxTries   = 12
	maxUnknown = 3                // failures of kind Unknown that certainly had no effect
	lull       = 30 * time.Second // the wait after a failure that doesn't say how long
	patience   = 20 * time.Second // real time for one try: only an adapter that hangs needs it
)

// run is one step, tried again and again as the engine would.
type run struct {
	*rig
	action  action
	at      place
	journal *Journal
	tries   int
	unknown int                      // failures of kind Unknown that certainly had no effect
	watch   func(Point, string) bool // the Script.Crash of later tries
	ctx     context.Context          // of the tries
}

func (r *rig) start(a action, at place) *run {
	r.steps++
	return &run{rig: r, action: a, at: at, journal: newJournal(r.clock, a.name+" "+strconv.Itoa(r.steps)), ctx: r.t.Context()}
}

// try runs the step once. If expire is not nil, the try's deadline passes when
// expire is closed.
func (u *run) try(s Script, expire <-chan struct{}) (result, *Once) {
	u.tries++
	once := u.journal.Claim(s)
	ctx, cancel := context.WithTimeout(u.ctx, patience)
	defer cancel()
	if expire != nil {
		ctx = &expiring{Context: ctx, done: expire}
	}
	return u.action.do(ctx, u.rig, once, u.at), once
}

// retry continues after a try that returned last, until the step has ended: it
// waits as long as the error asks and tries again.
func (u *run) retry(last result, crashed bool) (res result, converged bool) {
	for u.tries < maxTries {
		if !crashed && u.over(last) {
			return last, true
		}
		u.pause(core.RetryAfterOf(last.err))
		var once *Once
		last, once = u.try(Script{Crash: u.watch}, nil)
		crashed = once.Crashed()
	}
	return last, u.over(last)
}

// over reports whether a try ended the step, so that the engine wouldn't try it
// again.
func (u *run) over(r result) bool {
	if core.IsStop(r.err) {
		return parked(r) || core.DetailOf(r.err) == detailCancelled
	}
	if len(u.journal.Open()) > 0 {
		return false
	}
	if r.err == nil {
		return !slices.ContainsFunc(r.report.Failed(), func(o core.Outcome) bool { return passing(o.Kind) })
	}
	if core.KindOf(r.err) == core.Unknown && core.EffectOf(r.err) == core.None {
		u.unknown++
		return u.unknown == maxUnknown
	}
	return !passing(core.KindOf(r.err))
}

// parked reports whether a try ended with a call that a person has to look into.
func parked(r result) bool {
	return core.IsStop(r.err) && core.DetailOf(r.err) == detailParked
}

// passing reports whether the engine tries again after an error of this kind.
func passing(k core.Kind) bool {
	return k == core.RateLimited || k == core.Unavailable || k == core.Unknown || k == core.Lost
}

// pause moves the clock. The first pause is too short for pending effects to
// happen, to catch calls that are repeated too early.
func (u *run) pause(asked time.Duration) {
	if u.tries == 1 && asked < callTimeout+settleTime {
		u.clock.Advance(max(asked, time.Second))
		return
	}
	u.world.ReleaseLate()
	if asked == 0 {
		asked = lull
	}
	u.clock.Advance(asked)
}

// perform runs an action without faults, and fails the test unless that works the
// first time.
func (r *rig) perform(a action, at place) (result, *run) {
	r.t.Helper()
	u := r.start(a, at)
	res, _ := u.try(Script{}, nil)
	if res.err != nil {
		r.t.Fatalf("%s, undisturbed: %v", a.name, res.err)
	}
	if open := u.journal.Open(); len(open) > 0 {
		r.t.Fatalf("%s, undisturbed, leaves intents open: %v", a.name, open)
	}
	return res, u
}

// struck reports whether a fault affected any call after the first n.
func (r *rig) struck(n int) bool {
	return slices.ContainsFunc(r.world.Calls()[n:], func(c APICall) bool { return c.Struck })
}

// whenHung returns a channel that is closed when a call after the first n was struck
// by a fault and, if effect is true, took effect. stop ends the watch.
func (r *rig) whenHung(n int, effect bool) (hung <-chan struct{}, stop func()) {
	done, over := make(chan struct{}), make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		enough := time.After(patience)
		for {
			if slices.ContainsFunc(r.world.Calls()[n:], func(c APICall) bool { return c.Struck && (c.Effect || !effect) }) {
				close(done)
				return
			}
			select {
			case <-tick.C:
			case <-enough:
				close(done)
				return
			case <-over:
				return
			}
		}
	})
	return done, func() { close(over); watch.Wait() }
}

// expiring is a context whose deadline passes when done is closed.
type expiring struct {
	context.Context
	done <-chan struct{}
}

// Done returns a channel that is closed when the deadline passes.
func (e *expiring) Done() <-chan struct{} { return e.done }

// Err returns DeadlineExceeded after that.
func (e *expiring) Err() error {
	select {
	case <-e.done:
		return context.DeadlineExceeded
	default:
		return nil
	}
}
