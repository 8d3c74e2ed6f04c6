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

// rig is a fresh World with what a case does in it.
type rig struct {
	t     testing.TB
	world World
	clock *Clock
	cast  Cast
	can   core.Capabilities
	steps int // started so far: each has ops of its own
}

func newRig(t testing.TB, h Harness) *rig {
	t.Helper()
	clock := NewClock()
	w := h.Open(t, clock)
	r := &rig{t: t, world: w, clock: clock, cast: w.Cast(), can: w.Platform().Capabilities()}
	if len(r.cast.People) < 5 || r.cast.Workspace == "" || r.cast.Missing == nil {
		t.Fatalf("the harness brings %d people, workspace %q: the suites need five and a name", len(r.cast.People), r.cast.Workspace)
	}
	return r
}

// place is what an action acts on.
type place struct {
	group   core.Group
	message core.MessageRef
}

// result is what an action returned.
type result struct {
	message core.MessageRef
	group   core.Group
	report  core.Report
	err     error
}

// action is one action of an adapter on fixed input.
type action struct {
	name    string
	lacking func(core.Capabilities) bool // the platform has no such thing
	prepare func(r *rig) place           // may be nil
	do      func(ctx context.Context, r *rig, once core.Once, at place) result
}

// on prepares what the action acts on.
func (a action) on(r *rig) place {
	if a.prepare == nil {
		return place{}
	}
	return a.prepare(r)
}

// Bounds on what an action may need to converge.
const (
	maxTries   = 12
	maxUnknown = 3                // failures of kind Unknown that surely had no effect
	lull       = 30 * time.Second // waited when a failure does not say how long
	patience   = 20 * time.Second // of wall time, for one try: only an adapter that hangs needs it
)

// run is the runs of one step, try after try, as the engine would make them.
type run struct {
	*rig
	action  action
	at      place
	journal *Journal
	tries   int
	unknown int                      // failures of kind Unknown that surely had no effect
	watch   func(Point, string) bool // the Script.Crash of later tries
	ctx     context.Context          // of the tries
}

func (r *rig) start(a action, at place) *run {
	r.steps++
	return &run{rig: r, action: a, at: at, journal: NewJournal(r.clock, a.name+" "+strconv.Itoa(r.steps)), ctx: r.t.Context()}
}

// try carries the step out once. When expire is not nil the try's deadline
// passes as soon as it is closed.
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

// settle goes on after a try that ended with last until the step has ended:
// it waits as it is told to and tries again.
func (u *run) settle(last result, crashed bool) (res result, converged bool) {
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

// over tells whether a try ended the step: whether the engine would not come
// back to it.
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

// parked tells whether a try ended with a call that a person has to judge.
func parked(r result) bool {
	return core.IsStop(r.err) && core.DetailOf(r.err) == detailParked
}

// passing tells whether the engine tries again after an error of this kind.
func passing(k core.Kind) bool {
	return k == core.RateLimited || k == core.Unavailable || k == core.Unknown || k == core.Lost
}

// pause lets time pass. The first time it is too short for what is on its way
// to arrive, so that a call made again too early is caught.
func (u *run) pause(told time.Duration) {
	if u.tries == 1 && told < CallTimeout+SettleTime {
		u.clock.Advance(max(told, time.Second))
		return
	}
	u.world.Settle()
	if told == 0 {
		told = lull
	}
	u.clock.Advance(told)
}

// perform carries an action out, undisturbed, and fails the test unless that
// works at once.
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

// struck tells whether a fault struck any call after the first n.
func (r *rig) struck(n int) bool {
	return slices.ContainsFunc(r.world.Calls()[n:], func(c APICall) bool { return c.Struck })
}

// whenHung returns a channel that is closed once a call after the first n was
// struck and, if effect is true, had its effect. stop ends the watch.
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

// Done is closed with the deadline's passing.
func (e *expiring) Done() <-chan struct{} { return e.done }

// Err returns DeadlineExceeded after it.
func (e *expiring) Err() error {
	select {
	case <-e.done:
		return context.DeadlineExceeded
	default:
		return nil
	}
}
