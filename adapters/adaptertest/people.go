package adaptertest

import (
	"slices"
	"strings"

	"riskroom/core"
)

// people check outcomes per person: one who fails doesn't keep the others out.
func people() []scenario {
	create := createGroup(core.Ordinary, func(r *rig, s *core.GroupSpec) { s.Members = r.mixed() })
	join := setGroup(core.PartMember, func(r *rig, _ place) core.GroupChange { return core.GroupChange{Add: r.mixed()} })
	return []scenario{
		{"of a new group", create.lacking, func(r *rig, _ Harness) { oneFails(r, create, place{}) }},
		{"of an existing group", join.lacking, func(r *rig, _ Harness) {
			at := aGroup(r)
			r.wantMembers(oneFails(r, join, at), r.cast.People[:5]...)
		}},
		{"if one must be tried again", create.lacking, nextOneComes},
	}
}

// nextOneComes makes the first invitation fail temporarily. The others must be
// invited in the same try. Whether the first person is in the group depends on the
// platform: some let people in when the group is created, and only check afterwards.
func nextOneComes(r *rig, h Harness) {
	a := createGroup(core.Ordinary, nil)
	base := undisturbed(r.t, h, a)
	p := r.cast.People
	i := slices.IndexFunc(base.keys, func(key string) bool { return strings.HasSuffix(key, ":"+p[0].ID) })
	if i < 0 {
		r.t.Fatalf("no key names %s: %q", p[0], base.keys)
	}
	if !r.world.Inject(Fault{Kind: CutBefore, Method: base.calls[i].Method, Nth: 1, Times: 1}) {
		return
	}
	res, _ := r.start(a, place{}).try(Script{}, nil)
	r.wantError("create_group", res.err, core.Unavailable)
	v := r.view(res.group.Ref)
	for _, who := range p[1:3] {
		if !slices.Contains(v.Members, who.ID) {
			r.t.Errorf("%s has the members %q, want %s among them", v.Name, v.Members, who)
		}
	}
}

// mixed returns people of whom two, in the middle, can't be added to a group.
func (r *rig) mixed() []core.Account {
	p := r.cast.People
	out := []core.Account{p[0], r.cast.Uninvitable, p[3], r.cast.Nobody, p[4]}
	return slices.DeleteFunc(out, core.Account.IsZero)
}

func oneFails(r *rig, a action, at place) GroupView {
	r.t.Helper()
	res, u := r.perform(a, at)
	for _, who := range r.mixed() {
		i := slices.IndexFunc(res.report.Outcomes, func(o core.Outcome) bool { return o.Part == core.PartMember && o.Account == who })
		if i < 0 {
			r.t.Errorf("no outcome for %s", who)
			continue
		}
		o := res.report.Outcomes[i]
		if fails := who == r.cast.Uninvitable || who == r.cast.Nobody; fails != (o.Kind != "") || fails && o.Detail == "" {
			r.t.Errorf("the outcome for %s is %+v", who, o)
		}
	}
	if !at.group.Ref.IsZero() {
		return r.view(at.group.Ref)
	}
	r.wantMembers(r.view(res.group.Ref), r.cast.People[0], r.cast.People[3], r.cast.People[4])
	n := len(r.world.Calls())
	if _, converged := u.retry(result{err: core.Stop(&core.Error{Kind: core.Lost})}, true); !converged || r.effectsSince(n) > 0 {
		r.t.Errorf("another try does not end, or changes something:\n%s", trace(r.world.Calls()[n:]))
	}
	return r.view(res.group.Ref)
}
