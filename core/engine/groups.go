package engine

import (
	"cmp"
	"context"
	"time"

	"riskroom/core"
	"riskroom/core/people"
	"riskroom/core/text"
)

const (
	afterEvent   = 2 * time.Second // from a platform's event to the sync
	missedWithin = time.Minute     // in which all groups of a workspace are checked
)

// groupNotSeen is the reason of a sync that waits because the bot can't see the item group
// any more: an event that says why may be on its way.
const groupNotSeen = "group_not_seen"

// A risk's sync checks whether its item group exists. A group that the bot can't
// see twice is lost: it may exist without the bot, so the risk stays bound to it. The
// risk is released when the platform reports that the group has ended, when an
// event reported it and the bot can't see the group any more, or when a person
// releases it.

// markLost records that the bot can no longer see the item group, and why.
func (t *turn) markLost(ctx context.Context, code string) error {
	if t.rec.Binding.State == Lost {
		return nil
	}
	return t.rebind(ctx, Lost, EventLost, map[string]string{"code": code}, "missing")
}

// outOfSight handles an item group that has ended, or that the bot can't see any more. It
// leaves that to the run that is ending the group, if there is one.
func (t *turn) outOfSight(ctx context.Context, in *syncInput, ended core.Ending, code string) error {
	now, err := t.e.store.Get(ctx, t.run.ID.Risk) // since the sync read it, the run may have begun
	if err != nil {
		return err
	}
	if now.Binding != t.rec.Binding {
		in.Again = t.e.clock.Now()
		return nil
	}
	g, err := t.e.groupOf(ctx, now, now.Binding.Group)
	if err != nil {
		return err
	}
	ender, err := t.ender(ctx, g)
	switch {
	case err != nil:
		return err
	case ender.State.Live():
		in.Again = t.afterRun(ender.At)
		return nil
	case g.Life == GoneGroup: // riskroom itself dissolved it, and the event may have been lost
		return t.release(ctx, g, cmp.Or(ended, core.Archived), "")
	case ended != "" && ender.State == Parked: // administrators know of the run
		return t.release(ctx, g, ended, "")
	case ended != "":
		return t.release(ctx, g, ended, string(ended))
	case now.Binding.State == Bound && t.run.Reason != groupNotSeen:
		return &core.Error{Op: "item group", Kind: core.Unavailable, Detail: groupNotSeen, RetryAfter: afterEvent}
	}
	return t.markLost(ctx, code)
}

// release releases an item group that has ended.
func (t *turn) release(ctx context.Context, g Group, how core.Ending, notice string) error {
	if err := t.rebind(ctx, Free, EventFreed, map[string]string{"reason": string(how)}, notice); err != nil {
		return err
	}
	return t.changeGroup(ctx, g, func(g *Group) { g.end(GoneGroup, t.e.now()) })
}

// markFound records that the bot can see the item group, and drops a report that
// it ended.
func (t *turn) markFound(ctx context.Context) error {
	if t.rec.Binding.State == Bound {
		return t.e.store.SetBinding(ctx, t.run.ID.Risk, t.rec.Binding.Group, Bound, nil, nil)
	}
	return t.rebind(ctx, Bound, EventFound, map[string]string{}, "")
}

// creation returns the outcome of the step that created the bound group, empty if
// it is no longer stored.
func (e *Engine) creation(ctx context.Context, b Binding) (outcome, error) {
	creator, err := e.store.Load(ctx, b.Run)
	if err != nil && core.KindOf(err) != core.NotFound {
		return outcome{}, err
	}
	return outcomeOf(creator, b.Group), nil
}

// outcomeOf returns the outcome of the step of r that created g, empty if none did.
func outcomeOf(r Run, g core.GroupRef) outcome {
	for _, b := range r.Outcomes {
		if out := decodeOutcome(b); out.Group != nil && *out.Group == g {
			return out
		}
	}
	return outcome{}
}

// rebind stores the new state of the binding, and notifies administrators and the
// group's owner.
func (t *turn) rebind(ctx context.Context, to BindingState, kind string, data map[string]string, notice string) error {
	binding := t.rec.Binding
	data["group"] = binding.Group.String()
	if notice != "" {
		g, err := t.e.groupOf(ctx, t.rec, binding.Group)
		if err != nil {
			return err
		}
		name := g.Title(t.e.org)
		if notice != string(core.Deleted) {
			t.called = namedGroup{binding.Group, name}
		}
		args := t.e.groupArgs(t.run.ID.Risk, name)
		t.notify(notice, args)
		t.notifyOwner(ctx, g.Owner, notice, args)
	}
	if err := t.e.store.SetBinding(ctx, t.run.ID.Risk, binding.Group, to, t.takeNotices(), []Event{t.event(kind, "", data)}); err != nil {
		return err
	}
	t.rec.Binding.State = to
	return nil
}

// notifyOwner notifies a group's owner while the risk is open, unless they are an
// administrator who gets the notice as a direct message anyway.
func (t *turn) notifyOwner(ctx context.Context, owner core.Account, notice string, args text.Args) {
	if owner.IsZero() || !t.rec.Risk.Status.Open() {
		return
	}
	if t.e.org.AdminChannel.IsZero() {
		if is, err := t.e.rights.Administrator(ctx, owner); is && err == nil {
			return
		}
	}
	t.notifyOne(owner, notice, args)
}

// groupArgs returns the arguments of a text about a risk's group.
func (e *Engine) groupArgs(risk core.RiskKey, group string) text.Args {
	return text.Args{"Key": string(risk), "Group": group, "Command": e.org.Command}
}

// sweepGroups arms the sync of every key with a live item group, a topic group that
// hasn't long ended, or a group whose owner has departed, in one workspace or in all for
// "". The syncs are spread over a duration, in the same way on every replica, after a wait.
func (e *Engine) sweepGroups(ctx context.Context, workspace string, wait, over time.Duration) error {
	start, armed := e.clock.Now().Add(wait), map[core.RiskKey]bool{}
	arm := func(key core.RiskKey, g core.GroupRef) error {
		if workspace != "" && g.Workspace != workspace || armed[key] {
			return nil
		}
		armed[key] = true
		const parts = 1000
		share := time.Duration(key.Number()%parts) * over / parts
		return e.store.Arm(ctx, key, []TimerChange{e.syncAt(key, start.Add(share))})
	}
	if err := e.store.EachBinding(ctx, func(risk core.RiskKey, b Binding) error { return arm(risk, b.Group) }); err != nil {
		return err
	}
	departed := map[core.Account]bool{}
	return e.store.EachGroup(ctx, func(g Group) error {
		if (g.Type == core.Ordinary || e.longOver(g)) && !e.needsOwner(ctx, g, departed) {
			return nil // nothing else of it is kept up to date
		}
		return arm(g.Key, g.Ref)
	})
}

// Noticed handles an event about a group: it arms a check of the group.
func (e *Engine) Noticed(ctx context.Context, g core.GroupRef) error { return e.groupEvent(ctx, g, "") }

// Ended handles an event that a group has ended: it stores the report and arms a
// check of the group. Events may be late or out of order, so the report counts
// only if the bot can't see the group.
func (e *Engine) Ended(ctx context.Context, g core.GroupRef, how core.Ending) error {
	return e.groupEvent(ctx, g, how)
}

// Unarchived handles an event that a group exists again: it arms a check of the group.
// The account is of the person who did it, zero if the platform didn't say.
func (e *Engine) Unarchived(ctx context.Context, g core.GroupRef, by core.Account) error {
	_, group, err := e.groupAt(ctx, g)
	if err != nil || group.Type != core.Item {
		return e.groupEvent(ctx, g, "")
	}
	return e.changeGroup(ctx, group, groupChange{
		timers: []TimerChange{e.syncAt(group.Key, e.clock.Now().Add(afterEvent))},
		edit:   func(r *Group) { r.Back = &Return{By: by, At: e.now()} },
	})
}

func (e *Engine) groupEvent(ctx context.Context, g core.GroupRef, ended core.Ending) error {
	_, group, err := e.groupAt(ctx, g)
	if core.KindOf(err) == core.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	soon := []TimerChange{e.syncAt(group.Key, e.clock.Now().Add(afterEvent))}
	switch {
	case ended == "" && group.Life == GoneGroup: // perhaps it was unarchived, or the bot added again
		return e.changeGroup(ctx, group, groupChange{timers: soon, edit: func(r *Group) {
			if r.Back == nil {
				r.Back = &Return{At: e.now()}
			}
		}})
	case ended == "":
		return e.store.Arm(ctx, group.Key, soon)
	case group.Type == core.Item:
		return e.store.ReportEnded(ctx, group.Key, g, ended, soon)
	}
	return e.changeGroup(ctx, group, groupChange{timers: soon, edit: func(r *Group) { r.Said = ended }})
}

// Joined handles an event that somebody joined a workspace: it arms a check of its groups,
// to which they may be invited now. By then, cached answers of the directory are too old.
// If many join, one check in a minute is enough.
func (e *Engine) Joined(ctx context.Context, workspace string) error {
	if !e.joins.next(workspace, e.clock.Now()) {
		return nil
	}
	return e.sweepGroups(ctx, workspace, people.ForRights, missedWithin)
}

// Missed handles a gap in a workspace's events: it arms a check of all its groups.
func (e *Engine) Missed(ctx context.Context, workspace string) error {
	return e.sweepGroups(ctx, workspace, 0, missedWithin)
}
