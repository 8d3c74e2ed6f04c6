package engine

import (
	"context"
	"time"

	"riskroom/core"
	"riskroom/core/text"
)

const (
	afterEvent   = 2 * time.Second // a platform's event is looked into so much later
	missedWithin = time.Minute     // in which all groups of a workspace are looked at
)

// Whether the item group of a risk lives is looked at by its sync. A group that
// cannot be seen is lost: it may live on without the bot, so the item stays
// bound. It becomes free when the platform says that the group has ended, when
// an event has said so and the group cannot be seen any more, or when a person
// lets go of it.

// lost notes that the item group can no longer be seen, and why.
func (t *turn) lost(ctx context.Context, code string) error {
	if t.rec.Binding.State == Lost {
		return nil
	}
	return t.rebind(ctx, Lost, EventLost, map[string]string{"code": code}, "missing")
}

// freed lets go of an item group that has ended.
func (t *turn) freed(ctx context.Context, how core.Ending) error {
	return t.rebind(ctx, Free, EventFreed, map[string]string{"reason": string(how)}, string(how))
}

// found notes that the item group is there, whatever was said of it.
func (t *turn) found(ctx context.Context) error {
	if t.rec.Binding.State == Bound {
		return t.e.store.SetBinding(ctx, t.run.ID.Risk, t.rec.Binding.Group, Bound, nil, nil)
	}
	return t.rebind(ctx, Bound, EventFound, map[string]string{}, "")
}

// boundAs returns the outcome of the step that made the group of a binding;
// empty if it is not kept any more.
func (e *Engine) boundAs(ctx context.Context, b Binding) (outcome, error) {
	maker, err := e.store.Load(ctx, b.Run)
	if err != nil && core.KindOf(err) != core.NotFound {
		return outcome{}, err
	}
	return outcomeOf(maker, b.Group), nil
}

// outcomeOf returns the outcome of the step of r that made a group.
func outcomeOf(r Run, g core.GroupRef) outcome {
	for _, b := range r.Outcomes {
		if out := decodeOutcome(b); out.Group != nil && *out.Group == g {
			return out
		}
	}
	return outcome{}
}

// rebind stores what became of the item group, and has it told to
// administrators and to whom the group was made the owner of.
func (t *turn) rebind(ctx context.Context, to BindingState, kind string, data map[string]string, notice string) error {
	binding := t.rec.Binding
	data["group"] = binding.Group.String()
	if notice != "" {
		made, err := t.e.boundAs(ctx, binding)
		if err != nil {
			return err
		}
		args := t.e.groupArgs(t.run.ID.Risk, called(binding.Group, made))
		t.tell(notice, args)
		t.tellOwner(ctx, made.Owner, notice, args)
	}
	if err := t.e.store.SetBinding(ctx, t.run.ID.Risk, binding.Group, to, t.takeTold(), []Event{t.event(kind, "", data)}); err != nil {
		return err
	}
	t.rec.Binding.State = to
	return nil
}

// tellOwner tells whom a group was made the owner of, while the risk is open and
// unless administrators are told one by one and they are known to be among them.
func (t *turn) tellOwner(ctx context.Context, owner core.Account, notice string, args text.Args) {
	if owner.IsZero() || !t.rec.Risk.Status.Open() {
		return
	}
	if t.e.org.AdminChannel.IsZero() {
		if told, err := t.e.rights.Administrator(ctx, owner); told && err == nil {
			return
		}
	}
	t.tellOne(owner, notice, args)
}

// called is what people call a group, as far as the step that made it tells.
func called(g core.GroupRef, made outcome) string {
	if made.Name == "" {
		return g.String()
	}
	return made.Name + " (" + g.Workspace + ")"
}

// groupArgs word what is said of a risk's group.
func (e *Engine) groupArgs(risk core.RiskKey, group string) text.Args {
	return text.Args{"Key": string(risk), "Group": group, "Command": e.org.Command}
}

// sweepGroups arms the sync of every risk with a live group, in one workspace or
// in all for "", spread over some time, alike on every replica.
func (e *Engine) sweepGroups(ctx context.Context, workspace string, over time.Duration) error {
	start := e.clock.Now()
	return e.store.EachBinding(ctx, func(risk core.RiskKey, b Binding) error {
		if workspace != "" && b.Group.Workspace != workspace {
			return nil
		}
		const parts = 1000
		share := time.Duration(risk.Number()%parts) * over / parts
		return e.store.Arm(ctx, risk, 0, []TimerChange{e.syncAt(risk, start.Add(share))})
	})
}

// Noticed tells that something happened to a group. It decides nothing: the
// group is looked at soon.
func (e *Engine) Noticed(ctx context.Context, g core.GroupRef) error { return e.hear(ctx, g, "") }

// Ended tells that the platform says how a group has ended. Events come late or
// out of order, so it counts once the group cannot be seen any more: it is
// looked at soon.
func (e *Engine) Ended(ctx context.Context, g core.GroupRef, how core.Ending) error {
	return e.hear(ctx, g, how)
}

func (e *Engine) hear(ctx context.Context, g core.GroupRef, ended core.Ending) error {
	risk, err := e.store.RiskOf(ctx, g)
	if core.KindOf(err) == core.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	soon := []TimerChange{e.syncAt(risk, e.clock.Now().Add(afterEvent))}
	if ended == "" {
		return e.store.Arm(ctx, risk, 0, soon)
	}
	return e.store.SayEnded(ctx, risk, g, ended, soon)
}

// Missed tells that things may have happened to the groups of a workspace which
// were not noticed. All of them are looked at soon.
func (e *Engine) Missed(ctx context.Context, workspace string) error {
	return e.sweepGroups(ctx, workspace, missedWithin)
}
