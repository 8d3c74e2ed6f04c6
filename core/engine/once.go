package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"strconv"
	"time"

	"riskroom/core"
)

// Why Once refuses a call. Each is wrapped with core.Stop; classify tells them
// apart.
var (
	errCancelled = &core.Error{Op: "once", Kind: core.Conflict, Detail: "cancelled"}
	errChanged   = &core.Error{Op: "once", Kind: core.Conflict, Detail: "version"}
	errStopping  = &core.Error{Op: "once", Kind: core.Unavailable, Detail: "stopping"}
	errUnsure    = &core.Error{Op: "once", Kind: core.Unknown, Effect: core.Maybe, Detail: "unsure"}
)

// tooEarly is the Detail when a call may still take effect, so that a probe could
// miss it.
const tooEarly = "young"

// once implements core.Once for the calls of one turn.
type once struct {
	t      *turn
	scope  string          // prefix of keys, for a step that acts on several people
	opened *opened         // of a topic group to create, nil if a flow does
	spec   *core.GroupSpec // of the group to create: recording KeyCreate stores its record, and binds an item group
}

var _ core.Once = once{}

// Do implements core.Once.
func (o once) Do(ctx context.Context, c core.Call) (string, error) {
	key := o.scope + c.Key
	state := o.t.call(key)
	if o.t.replay && !state.Done {
		return "", errCancelled // the action goes on to its next call
	}
	doubtful := c.Probe != nil && o.t.run.Doubt.covers(state)
	if state.Open || doubtful {
		// An earlier worker may have recorded the result after its lease expired.
		if err := o.t.reload(ctx); err != nil {
			return "", core.Stop(err)
		}
		state = o.t.call(key)
	}
	if state.Done {
		return state.Value, nil
	}
	var events []Event
	if state.Open || doubtful {
		value, found, err := o.resolve(ctx, key, c, state)
		if found == core.Yes || err != nil {
			return value, err
		}
		if found == core.CannotTell && state.Open {
			events = append(events, o.t.event(EventResent, o.op(key), map[string]string{"call": key}))
		}
	}
	if o.t.cancelled() {
		return "", o.t.refuseCancelled()
	}
	return o.make(ctx, key, c, events)
}

// resolve finds out whether a call happened whose intent is open, or may have been lost
// by the store. If it returns neither Yes nor an error, the call must be made (again).
func (o once) resolve(ctx context.Context, key string, c core.Call, s CallState) (string, core.Found, error) {
	e := o.t.e
	if d := o.t.run.Doubt; d.covers(s) {
		s.Begun = d.At
		if s.First.IsZero() || s.First.After(d.Since) {
			s.First = d.Since
		}
	}
	elapsed, err := e.store.Elapsed(ctx, o.t.run.ID.Risk, s.Begun)
	if err != nil {
		return "", "", core.Stop(err)
	}
	if wait := e.timeout + e.settle - elapsed; wait > 0 {
		return "", "", core.Stop(&core.Error{Op: "once", Kind: core.Unavailable, RetryAfter: wait, Detail: tooEarly})
	}
	if c.Probe == nil {
		return "", core.No, o.giveUpIfCancelled(ctx, key, s)
	}
	in := core.Intent{Op: o.op(key), First: s.First, Begun: s.Begun, Attempt: s.Attempt}
	var value string
	var found core.Found
	probeCtx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	err = e.budget.Spend(probeCtx, c.ProbeCost, func(ctx context.Context) (err error) {
		value, found, err = c.Probe(ctx, in)
		return err
	})
	switch {
	case err != nil:
		return "", "", core.Stop(err)
	case found == core.Yes:
		if !s.Open {
			if s, err = o.t.begin(ctx, key, o.binds(c), nil); err != nil {
				return "", "", core.Stop(err)
			}
		}
		return value, found, o.record(ctx, key, c, s.Attempt, value)
	}
	if err := o.giveUpIfCancelled(ctx, key, s); err != nil {
		return "", "", err
	}
	if found == core.CannotTell && s.Open && c.Unsure != core.Resend {
		return "", "", core.Stop(errUnsure)
	}
	return "", found, nil
}

// giveUpIfCancelled closes an open intent and returns a refusal if the run is being
// cancelled. The caller has found no effect of the call.
func (o once) giveUpIfCancelled(ctx context.Context, key string, s CallState) error {
	if !o.t.cancelled() {
		return nil
	}
	ev := o.t.event(EventGivenUp, o.op(key), map[string]string{"call": key})
	if err := o.t.fail(ctx, key, s.Attempt, ev); err != nil {
		return core.Stop(err)
	}
	return o.t.refuseCancelled()
}

// make waits for the rate budget, opens the intent and makes the call. events go
// into the trail with the intent.
func (o once) make(ctx context.Context, key string, c core.Call, events []Event) (string, error) {
	if o.t.e.stopping() {
		return "", core.Stop(errStopping)
	}
	if err := o.t.takeSlot(ctx, key, c.Cost); err != nil {
		return "", core.Stop(err)
	}
	sent := time.Now()
	state, err := o.t.begin(ctx, key, o.binds(c), events)
	if err != nil {
		return "", core.Stop(err)
	}
	if state.Done {
		return state.Value, nil
	}
	in := core.Intent{Op: o.op(key), First: state.First, Begun: state.Begun, Attempt: state.Attempt}
	// The deadline counts from before the intent was written and the lease from
	// after it, so the lease outlasts the call.
	callCtx, cancel := context.WithDeadline(ctx, sent.Add(o.t.e.timeout))
	value, err := c.Make(callCtx, in)
	cancel()
	if err == nil {
		return value, o.record(ctx, key, c, state.Attempt, value)
	}
	o.t.e.budget.heed(ctx, c.Cost, err)
	if core.EffectOf(err) == core.None {
		if err := o.t.fail(context.WithoutCancel(ctx), key, state.Attempt); err != nil {
			return "", core.Stop(err)
		}
	}
	return "", err
}

// record records a result, or keeps it for the turn's next script. That of a call that
// creates a group is recorded at once, with what follows from it.
func (o once) record(ctx context.Context, key string, c core.Call, attempt int, value string) error {
	if !o.creates(c) {
		r := Result{Cycle: o.t.run.Cycle, Step: o.t.run.Step, Key: key, Value: value}
		if err := o.t.keepResult(ctx, r, attempt); err != nil {
			return core.Stop(err)
		}
		return nil
	}
	cl := Close{Run: o.t.run.ID, Cycle: o.t.run.Cycle, Step: o.t.run.Step, Key: key, Attempt: attempt, Value: value}
	made := newGroup(o.t.run.ID, core.GroupRef{Workspace: o.t.workspace, ID: value}, *o.spec)
	made.At = o.t.e.now()
	o.opened.record(&made)
	cl.Group, cl.Timers = &made, o.t.e.groupTimers(made, false)
	if o.binds(c) {
		cl.Bind = &core.GroupRef{Workspace: o.t.workspace, ID: value}
		cl.Events = []Event{o.t.event(EventBound, o.op(key), map[string]string{"group": cl.Bind.String()})}
	}
	err := o.t.untilStored(ctx, func(ctx context.Context) error {
		wish, err := o.t.e.store.Close(ctx, cl)
		if err == nil {
			o.t.closed(key, CallState{Done: true, Value: value, Attempt: attempt}, wish)
		}
		return err
	})
	if err != nil {
		return core.Stop(err)
	}
	return nil
}

// binds reports whether the call creates the risk's item group.
func (o once) binds(c core.Call) bool { return o.creates(c) && o.spec.Type == core.Item }

// creates reports whether the call creates a group.
func (o once) creates(c core.Call) bool { return o.spec != nil && c.Key == core.KeyCreate }

// op returns the marker of one call.
func (o once) op(key string) string { return o.t.op(key) }

func (t *turn) op(key string) string {
	id := t.run.ID
	occ := id.Occurrence
	if id.Flow == SyncFlow {
		occ = strconv.FormatInt(t.run.Cycle, 10)
	}
	return core.MakeOp(t.e.instance, string(id.Risk), id.Flow, occ, t.stepKey, key)
}

func newNonce() string { return rand.Text() }

// isStop reports whether err is the given refusal of Once.
func isStop(err, refusal error) bool { return core.IsStop(err) && errors.Is(err, refusal) }
