package adaptertest

import (
	"context"
	"sync/atomic"
	"time"

	"riskroom/core"
)

// Point is a point in Once.Do at which a process can crash.
type Point string

// The points, in order.
const (
	BeforeProbe Point = "before_probe"
	AfterProbe  Point = "after_probe" // the probe's answer isn't recorded
	BeforeMake  Point = "before_make" // the intent is written, nothing is sent
	AfterMake   Point = "after_make"  // the call ended, its result isn't recorded
)

// Script disturbs one try of a step. A nil member does nothing.
type Script struct {
	// Refuse is called before anything else. If it returns an error, which must be
	// marked by core.Stop, Do returns that.
	Refuse func(key string) error
	// Wait returns how long until the rate budget grants a call.
	Wait func(cost []core.Bucket) time.Duration
	// Crash is called at each point. If it returns true, the process crashes
	// there: this try records, makes and probes nothing more.
	Crash func(p Point, key string) bool
}

// Once is the core.Once of one try of a step. It keeps its records in a Journal.
type Once struct {
	journal *Journal
	script  Script
	dead    atomic.Bool
}

var _ core.Once = (*Once)(nil)

// maxWait is the longest that Do waits for the rate budget.
const maxWait = 2 * time.Second

// The details by which callers distinguish Do's refusals.
const (
	detailParked    = "parked"
	detailCancelled = "cancelled"
)

// Do makes a call happen once, in the order that core.Once documents. It doesn't
// actually wait for the rate budget, because nothing else draws on it.
func (o *Once) Do(ctx context.Context, c core.Call) (string, error) {
	if o.Crashed() {
		return "", lost(c.Key)
	}
	if o.script.Refuse != nil {
		if err := o.script.Refuse(c.Key); err != nil {
			return "", err
		}
	}
	r := o.journal.read(c.Key)
	if r.done {
		return r.value, nil
	}
	if r.open {
		value, known, err := o.resolve(ctx, c, r)
		if known || err != nil {
			return value, err
		}
	}
	if err := o.draw(c.Key, c.Cost); err != nil {
		return "", err
	}
	in, err := o.journal.begin(o, c.Key, r.attempt)
	if err != nil {
		return "", err
	}
	return o.make(ctx, c, in)
}

// Crashed reports whether the process crashed in this try.
func (o *Once) Crashed() bool { return o.dead.Load() }

// resolve finds out whether the call of an open intent happened. If it returns
// neither a known result nor an error, the intent is closed and the call may be made.
func (o *Once) resolve(ctx context.Context, c core.Call, r entry) (value string, known bool, err error) {
	if age := o.journal.clock.Now().Sub(r.begun); age < callTimeout+settleTime {
		return "", false, refuse(c.Key, core.Error{Kind: core.Unavailable, Effect: core.Maybe, RetryAfter: callTimeout + settleTime - age})
	}
	found := core.No // without a probe the platform makes the call idempotent, and it is simply repeated
	if c.Probe != nil {
		if err := o.draw(c.Key, c.ProbeCost); err != nil {
			return "", false, err
		}
		value, found, err = o.probe(ctx, c, o.journal.intent(c.Key, &r))
		if err != nil {
			return "", false, core.Stop(err)
		}
	}
	switch {
	case found == core.Yes:
		o.journal.note(c.Key, Found)
		o.journal.done(c.Key, value)
		return value, true, nil
	case !o.journal.holds(o):
		return "", false, lost(c.Key)
	case o.journal.isCancelled():
		o.journal.note(c.Key, Dropped)
	case found == core.No:
	case c.Unsure == core.Resend:
		o.journal.note(c.Key, Resent)
	default:
		o.journal.note(c.Key, Parked)
		return "", false, refuse(c.Key, core.Error{Kind: core.Unknown, Effect: core.Maybe, Detail: detailParked})
	}
	o.journal.close(o, c.Key, r.attempt)
	return "", false, nil
}

func (o *Once) probe(ctx context.Context, c core.Call, in core.Intent) (string, core.Found, error) {
	if o.at(BeforeProbe, c.Key) {
		return "", "", lost(c.Key)
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	value, found, err := c.Probe(ctx, in)
	if o.at(AfterProbe, c.Key) {
		return "", "", lost(c.Key)
	}
	return value, found, err
}

func (o *Once) make(ctx context.Context, c core.Call, in core.Intent) (string, error) {
	if o.at(BeforeMake, c.Key) {
		return "", lost(c.Key)
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	value, err := c.Make(ctx, in)
	switch {
	case o.at(AfterMake, c.Key):
		return "", lost(c.Key)
	case err == nil:
		o.journal.done(c.Key, value)
	case core.EffectOf(err) == core.None:
		o.journal.close(o, c.Key, in.Attempt)
	}
	return value, err
}

// draw takes cost from the rate budget.
func (o *Once) draw(key string, cost []core.Bucket) error {
	if o.script.Wait == nil {
		return nil
	}
	if wait := o.script.Wait(cost); wait > maxWait {
		return refuse(key, core.Error{Kind: core.RateLimited, RetryAfter: wait})
	}
	return nil
}

// at calls the script's Crash, and reports whether the process has crashed.
func (o *Once) at(p Point, key string) bool {
	if o.script.Crash != nil && o.script.Crash(p, key) {
		o.dead.Store(true)
	}
	return o.Crashed()
}

// refuse returns a refusal of Do.
func refuse(key string, e core.Error) error {
	e.Op = "once: " + key
	return core.Stop(&e)
}

// lost returns the refusal of a try that lost its lease or crashed.
func lost(key string) error { return refuse(key, core.Error{Kind: core.Lost}) }
