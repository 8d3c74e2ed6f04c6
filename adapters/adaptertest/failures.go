package adaptertest

import (
	"slices"

	"riskroom/core"
)

// failures check the errors that bad input causes.
func failures() []scenario {
	inGroup := sendGroupMessage(fullMessage)
	edit := editMessage(editedCard)
	direct := sendMessageTo(func(r *rig) core.Account { return r.cast.Unreachable }, fullMessage)
	create := createGroup(core.Ordinary, nil)
	return []scenario{
		{"a person who cannot be messaged is unreachable", direct.lacking, func(r *rig, _ Harness) {
			if r.cast.Unreachable.IsZero() {
				return
			}
			res, _ := r.start(direct, place{}).try(Script{}, nil)
			r.wantError("send_message", res.err, core.Unreachable)
			if core.EffectOf(res.err) != core.None {
				r.t.Errorf("the error's effect is %s", core.EffectOf(res.err))
			}
		}},
		{"a group that cannot be seen is not found", inGroup.lacking, func(r *rig, _ Harness) {
			hidden := place{group: core.Group{Ref: r.cast.Hidden}}
			for _, a := range []action{inGroup, rename(), setTopic(), setPurpose(newPurpose), announced(), badged()} {
				if !a.lacking(r.can) {
					res, _ := r.start(a, hidden).try(Script{}, nil)
					r.wantKind(a.name, res, core.NotFound)
				}
			}
		}},
		{"a message that is gone is not found", edit.lacking, func(r *rig, _ Harness) {
			at := aGroup(r)
			at.message = r.cast.Missing(at.group.Ref)
			res, _ := r.start(edit, at).try(Script{}, nil)
			r.wantError("edit_message", res.err, core.NotFound)
		}},
		{"an incomplete group is returned with what is missing", create.lacking, func(r *rig, h Harness) {
			base := undisturbed(r.t, h, create)
			last := Fault{Kind: Forbidden, Method: base.calls[len(base.calls)-1].Method, Nth: 1, Times: Forever}
			for _, kind := range []FaultKind{Forbidden, ErrorBefore} {
				last.Kind = kind
				incompleteGroup(newRig(r.t, h), create, last)
			}
		}},
	}
}

// incompleteGroup creates a group while f makes something after the creation itself
// fail.
func incompleteGroup(r *rig, a action, f Fault) {
	if !r.world.Inject(f) {
		return
	}
	u := r.start(a, place{})
	res, _ := u.try(Script{}, nil)
	id, _ := u.journal.Result("create")
	if id == "" || res.group.Ref.ID != id || len(res.kinds()) == 0 {
		r.t.Errorf("%s at %s: it returns the group %q (recorded as %q), %v and %v", f.Kind, f.Method, res.group.Ref.ID, id, res.err, res.report.Outcomes)
	}
}

// foreigners check accounts, groups and messages of another workspace: they are
// Invalid, and no call is made.
func foreigners() []scenario {
	const elsewhere = "elsewhere"
	person := func(r *rig) core.Account { return core.Account{Workspace: elsewhere, ID: r.cast.People[0].ID} }
	spec := func(_ *rig, s *core.GroupSpec) { s.Workspace = elsewhere }
	out := []scenario{{"look_group", nil, func(r *rig, _ Harness) {
		at := core.GroupRef{Workspace: elsewhere, ID: r.cast.Hidden.ID}
		_, err := r.world.Platform().LookGroup(r.t.Context(), at)
		r.wantError("LookGroup", err, core.Invalid)
	}}}
	for _, a := range []action{
		sendMessageTo(person, fullMessage), createGroup(core.Ordinary, spec), sendGroupMessage(fullMessage),
		setTopic(), add(), remove(), editMessage(editedCard),
	} {
		out = append(out, scenario{a.name, a.lacking, func(r *rig, _ Harness) {
			at := a.on(r)
			at.group.Ref.Workspace, at.message.Workspace = elsewhere, elsewhere
			n := len(r.world.Calls())
			res, _ := r.start(a, at).try(Script{}, nil)
			r.wantError(a.name, res.err, core.Invalid)
			if calls := r.world.Calls()[n:]; len(calls) > 0 {
				r.t.Errorf("it made these calls:\n%s", trace(calls))
			}
		}})
	}
	return append(out, foreignPeople(person)...)
}

// foreignPeople check people of another workspace mixed with people of this one:
// either they alone are refused, or the whole action is.
func foreignPeople(stranger func(*rig) core.Account) []scenario {
	among := func(r *rig) []core.Account { return []core.Account{r.cast.People[3], stranger(r), r.cast.People[4]} }
	var out []scenario
	for _, a := range []action{
		createGroup(core.Ordinary, func(r *rig, s *core.GroupSpec) { s.Owner, s.Members = r.cast.People[3], among(r) }),
		setGroup(core.PartMember, func(r *rig, _ place) core.GroupChange { return core.GroupChange{Add: among(r)} }),
		setGroup(core.PartRemoved, func(r *rig, _ place) core.GroupChange { return core.GroupChange{Remove: []core.Account{stranger(r)}} }),
	} {
		out = append(out, scenario{"among others: " + a.name, a.lacking, func(r *rig, _ Harness) {
			at := a.on(r)
			u := r.start(a, at)
			res, _ := u.try(Script{}, nil)
			r.wantKind(a.name, res, core.Invalid)
			for _, v := range r.world.State().Groups {
				if before := at.group.Ref == v.Ref; slices.Contains(v.Members, stranger(r).ID) != before {
					r.t.Errorf("%s has the members %q", v.Name, v.Members)
				}
			}
		}})
	}
	return out
}
