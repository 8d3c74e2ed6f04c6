package engine

import (
	"cmp"
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
	made, err := t.groupOf(ctx, in.Group)
	if err != nil {
		return err
	}
	if err := t.mayOperate(ctx, a.Operator, in.Group.Workspace, made); err != nil {
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
func (t *turn) mayOperate(ctx context.Context, operator core.Ref, workspace string, g Group) error {
	accounts, err := t.e.people.ResolveOne(ctx, operator, workspace, people.ForRights)
	if err != nil {
		t.blamed = operator
		return err
	}
	for _, a := range accounts {
		if may, err := t.e.rights.MayOperate(ctx, a, g.Owner, g.Admins...); may || err != nil {
			return err
		}
	}
	t.blamed = operator
	return &core.Error{Op: "set_group", Kind: core.Denied, Detail: "not_operator"}
}

// performSetGroup changes the group on its platform, and then riskroom's record of it. A
// group is dissolved only when everything else is done.
func (t *turn) performSetGroup(ctx context.Context, in *input, p *performed) error {
	last := core.GroupChange{Dissolve: in.Change.Dissolve, Closing: in.Change.Closing}
	first := *in.Change
	first.Dissolve = ""
	if last.Dissolve != "" && first.State != core.Ended {
		first.Closing = nil
	} else {
		last.Closing = nil
	}
	if err := t.setGroup(ctx, in, once{t: t}, first, p); err != nil || last.Dissolve == "" {
		return err
	}
	return t.setGroup(ctx, in, once{t: t, scope: "dissolve/"}, last, p)
}

// setGroup sets parts of the group, and records what became of them.
func (t *turn) setGroup(ctx context.Context, in *input, by once, c core.GroupChange, p *performed) error {
	pl, err := t.platform(in.Group.Workspace)
	if err != nil {
		return err
	}
	report, err := pl.SetGroup(ctx, by, in.Group, c)
	p.out.add(report)
	if core.KindOf(err) == core.Lost {
		return err
	}
	recorded := t.record(ctx, in.Group, in, "", report, err == nil && c.Dissolve == in.Change.Dissolve)
	return cmp.Or(err, recorded)
}
