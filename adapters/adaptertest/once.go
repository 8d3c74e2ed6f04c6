package adaptertest

import (
	"context"
	"sync/atomic"
	"time"

	"riskroom/core"
)

// Point is a moment in Once.Do at which a process can die.
type Point string

// The moments, in order.
const (
	BeforeProbe Point = "before_probe"
	AfterProbe  Point = "after_probe" // the answer is not recorded
	BeforeMake  Point = "before_make" // the intent is written, nothing is sent
	AfterMake   Point = "after_make"  // the call ended, its result is not recorded
)

// Script disturbs one try of a step. Nil members disturb nothing.
type Script struct {
	// Refuse is asked before anything else; what it returns, marked as a
	// refusal by core.Stop, is Do's answer.
	Refuse func(key string) error
	// Wait tells how long from now the rate budget grants a call.
	Wait func(cost []core.Bucket) time.Duration
	// Crash is told each moment; true and the process dies there: nothing more
	// is recorded, made or probed by this try.
	Crash func(p Point, key string) bool
}

// Once is the core.Once of one try of a step, with its records in a Journal.
type Once struct {
	journal *Journal
	script  Script
	dead    atomic.Bool
}

var _ core.Once = (*Once)(nil)

// maxWait is the longest that Do waits for the rate budget.
const maxWait = 2 * time.Second

// The details of Do's refusals that callers tell apart.
const (
	detailParked    = "parked"
	detailCancelled = "cancelled"
)

// Do makes a call happen once, in the order that core.Once tells. The time that
// it waits for the rate budget does not pass: nobody else draws on that.
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
		value, settled, err := o.settle(ctx, c, r)
		if settled || err != nil {
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

// Crashed tells whether the process died in this try.
func (o *Once) Crashed() bool { return o.dead.Load() }

// settle finds out what became of the call of an open intent. Neither settled
// nor an error means that the intent is closed and the call may be made.
func (o *Once) settle(ctx context.Context, c core.Call, r entry) (value string, settled bool, err error) {
	if age := o.journal.clock.Now().Sub(r.begun); age < CallTimeout+SettleTime {
		return "", false, refuse(c.Key, core.Error{Kind: core.Unavailable, Effect: core.Maybe, RetryAfter: CallTimeout + SettleTime - age})
	}
	found := core.No // where the platform makes the call idempotent, it is simply repeated
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
	case o.journal.wishedCancelled():
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
	ctx, cancel := context.WithTimeout(ctx, CallTimeout)
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
	ctx, cancel := context.WithTimeout(ctx, CallTimeout)
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

// at tells the script of a moment, and whether the process is dead by now.
func (o *Once) at(p Point, key string) bool {
	if o.script.Crash != nil && o.script.Crash(p, key) {
		o.dead.Store(true)
	}
	return o.Crashed()
}

// refuse is a refusal of Do.
func refuse(key string, e core.Error) error {
	e.Op = "once: " + key
	return core.Stop(&e)
}

// lost is the refusal of a try whose lease is gone, or whose process died.
func lost(key string) error { return refuse(key, core.Error{Kind: core.Lost}) }
