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
	g, err := t.groupOf(ctx, in.Group)
	if err != nil {
		return err
	}
	w := groupWish{state: a.State, dissolve: a.Dissolve}
	if w.by, err = t.operator(ctx, a.Operator, in.Group.Workspace, g); err != nil {
		return err
	}
	if err := w.render(a, env); err != nil {
		return err
	}
	if err := t.wishPeople(ctx, &w, a, env, in); err != nil {
		return err
	}
	pl, err := t.platform(in.Group.Workspace)
	if err != nil {
		return err
	}
	skipped, refusal := w.fill(t.e.org, in, g, pl.Capabilities())
	if refusal != nil {
		return &core.Error{Op: "set_group", Kind: refusal.Kind, Detail: refusal.Code}
	}
	if len(in.parts())+len(in.Missing) == 0 {
		if len(skipped) > 0 {
			return stepSkipped{"unsupported"}
		}
		return stepSkipped{"unchanged"}
	}
	for _, s := range skipped {
		t.note(EventPassed, "", map[string]string{"action": a.Kind(), "reason": "unsupported", "what": string(s.part)})
	}
	t.e.setTopicState(in, g, t.e.now())
	return nil
}

// render renders the texts.
func (w *groupWish) render(a *flow.SetGroup, env flow.Env) error {
	for _, r := range []struct {
		to   **string
		from *flow.Template
	}{{&w.name, a.Name}, {&w.topic, a.Topic}, {&w.purpose, a.Purpose}, {&w.announcement, a.Announcement}} {
		if r.from == nil {
			continue
		}
		s, err := r.from.Render(env)
		if err != nil {
			return invalid("set_group", err)
		}
		*r.to = &s
	}
	return nil
}

// addedAndRemoved is the code of people whom a step both adds and removes.
const addedAndRemoved = "added_and_removed"

// wishPeople resolves the people. Those who can't be found are in in.Missing.
func (t *turn) wishPeople(ctx context.Context, w *groupWish, a *flow.SetGroup, env flow.Env, in *input) error {
	var failed error
	accounts := func(list *flow.People, wanted bool) []core.Account {
		found, missing, err := t.resolvePeople(ctx, list, env)
		if !wanted {
			missing = slices.DeleteFunc(missing, func(u people.Unresolved) bool { return u.Code == nobody })
			for _, m := range missing {
				in.Unwanted = append(in.Unwanted, m.Ref)
			}
		}
		if wanted && len(found) > core.MaxMembers {
			found, missing = found[:core.MaxMembers], append(missing, people.Unresolved{Ref: core.Ref(list.String()), Code: tooManyMembers})
		}
		failed, in.Missing = cmp.Or(failed, err), append(in.Missing, missing...)
		return found
	}
	t.workspace = in.Group.Workspace
	w.add, w.remove = accounts(a.Add, true), accounts(a.Remove, false)
	w.admins, w.removeAdmins = accounts(a.Admins, true), accounts(a.RemoveAdmins, false)
	if owners := accounts(a.Owner, true); len(owners) > 0 {
		w.owner = owners[0]
	}
	if a.Mute != nil {
		w.mute = &core.Mute{All: a.Mute.All, People: accounts(a.Mute.People, false)}
	}
	for _, m := range w.add {
		if slices.Contains(w.remove, m) {
			in.Missing = append(in.Missing, people.Unresolved{Ref: core.RefOf(m), Code: addedAndRemoved})
			in.Unwanted = append(in.Unwanted, core.RefOf(m))
			is := func(a core.Account) bool { return a == m }
			w.add, w.remove = slices.DeleteFunc(slices.Clone(w.add), is), slices.DeleteFunc(w.remove, is)
		}
	}
	return failed
}

// operator returns the person on whose behalf the group is changed. It fails if they may
// not change it.
func (t *turn) operator(ctx context.Context, operator core.Ref, workspace string, g Group) (core.Actor, error) {
	accounts, err := t.e.people.ResolveOne(ctx, operator, workspace, people.ForRights)
	if err != nil {
		t.blamed = operator
		return core.Actor{}, err
	}
	for _, a := range accounts {
		may, err := t.e.rights.MayOperate(ctx, a, g.Owner, g.Admins...)
		if err != nil {
			return core.Actor{}, err
		}
		if may {
			return core.Actor{Account: a, Name: t.e.whoIs(ctx, operator)}, nil
		}
	}
	t.blamed = operator
	return core.Actor{}, &core.Error{Op: "set_group", Kind: core.Denied, Detail: "not_operator"}
}

// performSetGroup changes the group on its platform, and then riskroom's record of it.
func (t *turn) performSetGroup(ctx context.Context, in *input, p *performed) error {
	if err := t.markEnding(ctx, in); err != nil {
		return err
	}
	if err := t.showEnding(ctx, in); err != nil {
		return err
	}
	pl, err := t.platform(in.Group.Workspace)
	if err != nil {
		return err
	}
	report, err := pl.SetGroup(ctx, once{t: t}, in.Group, t.aboutIn(*in.Change, in.Group.Workspace))
	p.out.add(report)
	if core.KindOf(err) == core.Lost {
		return err
	}
	err = cmp.Or(err, t.record(ctx, in.Group, in, "", report, err == nil))
	if err == nil && in.Edit != nil {
		p.out.edited(*in.Edit)
	}
	return err
}

// edited adds who became or was a group's owner and admins.
func (o *outcome) edited(e groupEdit) {
	list := func(what string, accounts ...core.Account) {
		for _, a := range accounts {
			if !a.IsZero() {
				o.did(what + " " + a.String())
			}
		}
	}
	list("owner", e.Owner)
	list("admins", e.Admins...)
	list("remove_admins", e.RemoveAdmins...)
}
