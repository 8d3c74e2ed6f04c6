package engine

import (
	"context"
	"time"

	"riskroom/core"
)

// AwaitsGroup is the reason of a run that waits for the risk's item group, which
// another run is about to create or hasn't completed. The data of the event that
// tells of it names that run as "for".
const AwaitsGroup = "awaits_group"

// itemGroup returns the risk's item group. As long as another run is creating it,
// the error has the step wait.
func (t *turn) itemGroup(ctx context.Context) (core.GroupRef, error) {
	creator, err := t.groupCreator(ctx)
	switch {
	case err != nil:
		return core.GroupRef{}, err
	case creator.ID != RunID{}:
		return core.GroupRef{}, t.await(creator)
	case t.rec.Binding.State != Bound:
		return core.GroupRef{}, stepSkipped{"no_item_group"}
	}
	if t.run.Reason == AwaitsGroup {
		t.run.Since = time.Time{} // failures from here on have the usual time to pass
	}
	t.into = t.rec.Binding.Group
	return t.into, nil
}

// await returns the error that has a step wait for the run that creates the item
// group.
func (t *turn) await(creator RunSummary) error {
	now := t.e.clock.Now()
	if t.run.Reason == AwaitsGroup && now.Sub(t.run.Since) > patience {
		return &core.Error{Op: "item group", Kind: core.Conflict, Detail: "group_not_ready"}
	}
	t.awaits = creator.ID
	wait := max(afterOthers, creator.At.Sub(now))
	if wait > longestBackOff && creator.State == Waiting {
		t.run.Since = creator.At // it isn't failing, but waits for that moment
	}
	if creator.State == Parked {
		wait = longestBackOff
	}
	return &core.Error{Op: "item group", Kind: core.Unavailable, Detail: AwaitsGroup, RetryAfter: wait}
}

// groupCreator returns the other run that creates the item group, none if there is none or
// the group is complete.
func (t *turn) groupCreator(ctx context.Context) (RunSummary, error) {
	for {
		creator, err := t.creatorInRecord(ctx)
		if err != nil || creator.ID != (RunID{}) || t.rec.Binding.State == Bound {
			return creator, err
		}
		// The group may have been completed since the record was read.
		now, err := t.e.store.Get(ctx, t.run.ID.Risk)
		if err != nil || now.Binding == t.rec.Binding {
			return RunSummary{}, err
		}
		t.rec.Binding, t.rec.Runs = now.Binding, now.Runs
	}
}

// creatorInRecord returns the run that the group is reserved by or bound through, or else
// one that is due, if it still has the step that creates the group to complete.
func (t *turn) creatorInRecord(ctx context.Context) (RunSummary, error) {
	for _, r := range t.rec.Runs {
		due := r.State == Parked || r.State.Live() && !r.Due.After(t.e.clock.Now())
		if !due || r.ID == t.run.ID || t.rec.Binding.State != Free && r.ID != t.rec.Binding.Run {
			continue
		}
		if creates, err := t.e.createsGroup(ctx, r); creates || err != nil {
			return r, err
		}
	}
	return RunSummary{}, nil
}

// createsGroup reports whether a run has yet to complete the step that creates
// the item group, and will get to it without waiting for the group itself.
func (e *Engine) createsGroup(ctx context.Context, r RunSummary) (bool, error) {
	if r.FlowHash == "" {
		return r.ID.Flow == OpenFlow, nil
	}
	f, err := e.pinned.get(ctx, r.FlowHash)
	if err != nil {
		return false, err
	}
	run, err := e.store.Load(ctx, r.ID)
	if core.KindOf(err) == core.NotFound {
		return false, nil
	}
	return err == nil && f.CreatesItemGroup(run.Step), err
}

// wakeAwaiting wakes the risk's runs that wait for the item group. It is a hint:
// they look again by themselves.
func (t *turn) wakeAwaiting(ctx context.Context) {
	live, err := t.e.store.Live(ctx, t.run.ID.Risk)
	var timers []TimerChange
	for _, r := range live {
		if r.State == Waiting && r.FlowHash != "" && r.ID != t.run.ID {
			timers = append(timers, TimerChange{Do: WakeTimer, Run: r.ID, Data: []byte(AwaitsGroup)})
		}
	}
	if err == nil && len(timers) > 0 {
		err = t.e.store.Arm(ctx, t.run.ID.Risk, timers)
	}
	if err != nil {
		t.log.WarnContext(ctx, "runs that wait for the group were not woken", "err", err)
	}
}
