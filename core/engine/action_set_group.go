package engine

import (
	"context"
	"slices"

	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/people"
)

// resolveSetGroup resolves the changes. It fails if the operator may not change the
// group.
func (t *turn) resolveSetGroup(ctx context.Context, a *flow.SetGroup, env flow.Env, in *input) error {
	var err error
	if in.Group, err = t.group(ctx, a.Group); err != nil {
		return err
	}
	made, err := t.creationOf(ctx, in.Group)
	if err != nil {
		return err
	}
	if err := t.mayOperate(ctx, a.Operator, in.Group.Workspace, made.Owner); err != nil {
		return err
	}
	c := &core.GroupChange{}
	for _, r := range []struct {
		to   **string
		from *flow.Template
	}{{&c.Name, a.Name}, {&c.Topic, a.Topic}} {
		if r.from == nil {
			continue
		}
		s, err := r.from.Render(env)
		if err != nil {
			return invalid("set_group", err)
		}
		*r.to = &s
	}
	if c.Name != nil {
		c.Suffix = made.Suffix
	}
	add, missing, err := t.resolvePeople(ctx, a.Add, env)
	if err != nil {
		return err
	}
	remove, notRemoved, err := t.resolvePeople(ctx, a.Remove, env)
	notRemoved = slices.DeleteFunc(notRemoved, func(u people.Unresolved) bool { return u.Code == nobody })
	c.Add, c.Remove = add, remove
	in.Missing, in.Change = append(missing, notRemoved...), c
	return err
}

// mayOperate checks that the operator of a set_group may change the group.
func (t *turn) mayOperate(ctx context.Context, operator core.Ref, workspace string, owner core.Account) error {
	accounts, err := t.e.people.ResolveOne(ctx, operator, workspace, people.ForRights)
	if err != nil {
		t.blamed = operator
		return err
	}
	for _, a := range accounts {
		if may, err := t.e.rights.MayOperate(ctx, a, owner); may || err != nil {
			return err
		}
	}
	t.blamed = operator
	return &core.Error{Op: "set_group", Kind: core.Denied, Detail: "not_operator"}
}

// creationOf returns the outcome of the step that created a group, in this run or
// in the one that created the item group; empty if neither did.
func (t *turn) creationOf(ctx context.Context, g core.GroupRef) (outcome, error) {
	if t.rec.Binding.Group == g && t.rec.Binding.Run != t.run.ID {
		return t.e.creation(ctx, t.rec.Binding)
	}
	return outcomeOf(t.run, g), nil
}

// performSetGroup changes the group.
func (t *turn) performSetGroup(ctx context.Context, in *input, p *performed) error {
	pl, err := t.platform(in.Group.Workspace)
	if err != nil {
		return err
	}
	report, err := pl.SetGroup(ctx, once{t: t}, in.Group, *in.Change)
	p.out.add(report)
	return err
}
