package engine

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/people"
)

// otherWorkspace is the code of people who have no account in a group's workspace.
const otherWorkspace = "other_workspace"

// tooManyMembers is the code of people for whom a group has no room.
const tooManyMembers = "too_many_members"

// resolveCreateGroup resolves the group's people and renders its texts. If the risk's
// item group is reused, it only resolves whom to add to it.
func (t *turn) resolveCreateGroup(ctx context.Context, a *flow.CreateGroup, env flow.Env, in *input) error {
	if a.Reuse {
		g, err := t.reusable(ctx)
		if err != nil {
			return err
		}
		if !g.IsZero() {
			t.workspace, t.into, in.Group = g.Workspace, g, g
			_, members, err := t.groupPeople(ctx, a, env, in)
			if err != nil {
				return err
			}
			made, err := t.groupOf(ctx, g)
			in.Change = &core.GroupChange{Add: members, Posting: made.Posting()}
			return err
		}
	}
	owner, members, err := t.groupPeople(ctx, a, env, in)
	if err != nil {
		return err
	}
	in.Spec = &core.GroupSpec{Workspace: t.workspace, Type: a.Type, Public: a.Public, Suffix: t.op("suffix")[:6], Owner: owner, Members: members}
	in.Involved = t.e.involved(t.rec.Risk)
	err = t.nameGroup(ctx, a, env, in.Spec)
	t.e.completeTopic(ctx, t.run.ID, in, t.rec.Risk)
	return err
}

// groupPeople returns a group's owner and its members, the owner first. The others are
// in in.Missing.
func (t *turn) groupPeople(ctx context.Context, a *flow.CreateGroup, env flow.Env, in *input) (owner core.Account, members []core.Account, err error) {
	members, missing, err := t.resolvePeople(ctx, a.Members, env)
	if err != nil {
		return owner, nil, err
	}
	owners, notOwners, err := t.resolvePeople(ctx, a.Owner, env)
	if err != nil {
		return owner, nil, err
	}
	here := func(all []core.Account) (out []core.Account) {
		for _, m := range all {
			if m.Workspace == t.workspace {
				out = append(out, m)
			} else {
				missing = append(missing, people.Unresolved{Ref: core.RefOf(m), Code: otherWorkspace})
			}
		}
		return out
	}
	owners, members = here(owners), here(members)
	if len(owners) > 0 {
		owner = owners[0]
		members = append([]core.Account{owner}, slices.DeleteFunc(members, func(m core.Account) bool { return m == owner })...)
	} else {
		missing = append(missing, notOwners...)
	}
	if len(members) > core.MaxMembers {
		for _, m := range members[core.MaxMembers:] {
			missing = append(missing, people.Unresolved{Ref: core.RefOf(m), Code: tooManyMembers})
		}
		members = members[:core.MaxMembers]
	}
	in.Missing = missing
	return owner, members, nil
}

// reusable returns the risk's item group, zero if this run is to create it. While
// another run is creating it, the error has the step wait.
func (t *turn) reusable(ctx context.Context) (core.GroupRef, error) {
	binding, err := t.reserveBinding(ctx)
	switch {
	case err != nil:
		return core.GroupRef{}, err
	case binding.State == Lost:
		return core.GroupRef{}, &core.Error{Op: "create_group", Kind: core.Conflict, Detail: groupLost}
	case binding.Run == t.run.ID && binding.State == Reserved:
		return core.GroupRef{}, nil
	}
	now, err := t.e.store.Get(ctx, t.run.ID.Risk)
	if err != nil {
		return core.GroupRef{}, err
	}
	t.rec.Binding, t.rec.Runs = now.Binding, now.Runs
	if t.rec.Binding.State != Bound { // it has just changed
		return core.GroupRef{}, t.await(RunSummary{ID: binding.Run})
	}
	return t.itemGroup(ctx)
}

// nameGroup renders a group's texts, and reserves the binding for an item group.
func (t *turn) nameGroup(ctx context.Context, a *flow.CreateGroup, env flow.Env, spec *core.GroupSpec) error {
	var err error
	for _, r := range []struct {
		to   *string
		from *flow.Template
	}{{&spec.Name, a.Name}, {&spec.Topic, a.Topic}, {&spec.Purpose, a.Purpose}} {
		if r.from == nil {
			continue
		}
		if *r.to, err = r.from.Render(env); err != nil {
			return invalid("create_group", err)
		}
	}
	if a.Type != core.Item {
		return nil
	}
	binding, err := t.reserveBinding(ctx)
	if err != nil {
		return err
	}
	if binding.State == Lost {
		return &core.Error{Op: "create_group", Kind: core.Conflict, Detail: groupLost}
	}
	if binding.State != Reserved || binding.Run != t.run.ID {
		t.into = binding.Group
		return &core.Error{Op: "create_group", Kind: core.Conflict, Detail: "item_group_exists"}
	}
	spec.Suffix = t.rec.Risk.Key.Slug()
	if binding.Epoch > 0 {
		spec.Suffix += "-" + strconv.Itoa(binding.Epoch+1)
	}
	spec.Badge = t.itemBadge(ctx, spec)
	return nil
}

// itemBadge returns the badge of an item group that is created.
func (t *turn) itemBadge(ctx context.Context, spec *core.GroupSpec) *core.Badge {
	return t.e.badge(ctx, t.rec.Risk, newGroup(t.run.ID, core.GroupRef{Workspace: spec.Workspace}, *spec))
}

// performCreateGroup creates the group, or adds members to the one that is reused. Later
// steps can act on it.
func (t *turn) performCreateGroup(ctx context.Context, in *input, p *performed) error {
	if in.Spec == nil {
		return t.performReuse(ctx, in, p)
	}
	spec := *in.Spec
	pl, err := t.platform(spec.Workspace)
	if err != nil {
		return err
	}
	if b := spec.Badge; b != nil {
		if b.Module == "" {
			b.Module = t.rec.Risk.Module // missing in the input of an older version
		}
		if l := t.rec.Binding; spec.Type == core.Item && l.Run == t.run.ID {
			b.Ref = l.Badge // perhaps posted by a sync while the run was parked
		}
	}
	g, err := pl.CreateGroup(ctx, once{t: t, spec: &spec, opened: in.Opened}, spec)
	p.out.add(g.Report)
	if g.Ref.IsZero() {
		return err
	}
	p.out.Group, p.out.Owner, p.out.Name, p.out.Suffix = &g.Ref, spec.Owner, g.Name, spec.Suffix
	if !g.Report.Badge.IsZero() && spec.Badge != nil {
		if spec.Type == core.Item {
			p.badge = g.Report.Badge
		}
		t.show(p, Shown{ID: t.shownID("badge"), Ref: g.Report.Badge, Group: g.Ref, Badge: true}, spec.Badge.Message)
	}
	if core.KindOf(err) == core.Lost {
		return err
	}
	if failed := t.record(ctx, g.Ref, in, g.Name, g.Report, err == nil || final(err)); failed != nil {
		return cmp.Or(err, failed)
	}
	if err != nil && final(err) {
		// The group exists: report what failed, and go on with the next step.
		p.out.fail(wholeGroup, err)
		return nil
	}
	return err
}

// performReuse adds members to the item group that is reused.
func (t *turn) performReuse(ctx context.Context, in *input, p *performed) error {
	made, err := t.groupOf(ctx, in.Group)
	if err != nil {
		return err
	}
	p.out.Group, p.out.Owner, p.out.Name, p.out.Suffix = &in.Group, made.Owner, made.Name, made.Suffix
	return t.performSetGroup(ctx, in, p)
}
