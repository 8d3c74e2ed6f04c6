package adaptertest

import (
	"slices"

	"riskroom/core"
)

// lookups check the methods of Directory and Looker.
func lookups() []scenario { return slices.Concat(peopleLooked(), groupsLooked()) }

func peopleLooked() []scenario {
	return []scenario{
		{"people are found by ID and e-mail", nil, func(r *rig, _ Harness) {
			p := r.world.Platform()
			asked := []core.Lookup{{ID: r.cast.People[0].ID}}
			if r.cast.Email != "" {
				asked = append(asked, core.Lookup{Email: r.cast.Email})
			}
			for _, who := range asked {
				got, err := p.Find(r.t.Context(), who)
				if err != nil || got.Account != r.cast.People[0] || got.Name == "" || got.Gone || got.Bot {
					r.t.Errorf("%+v finds %+v, %v", who, got, err)
				}
			}
		}},
		{"nobody is not found", nil, func(r *rig, _ Harness) {
			_, err := r.world.Platform().Find(r.t.Context(), core.Lookup{ID: r.cast.Nobody.ID})
			r.wantError("Find", err, core.NotFound)
		}},
		{"user groups are expanded", nil, func(r *rig, _ Harness) {
			if r.cast.UserGroup == "" {
				return
			}
			got, err := r.world.Platform().Expand(r.t.Context(), r.cast.UserGroup)
			want := r.cast.People[1:3]
			if err != nil || len(got) != len(want) || !slices.Contains(got, want[0]) || !slices.Contains(got, want[1]) {
				r.t.Errorf("%q expands to %v, %v", r.cast.UserGroup, got, err)
			}
			_, err = r.world.Platform().Expand(r.t.Context(), "no-such-group")
			r.wantError("Expand", err, core.NotFound)
		}},
		{"user groups have names", nil, func(r *rig, _ Harness) {
			if r.cast.UserGroup == "" {
				return
			}
			p := r.world.Platform()
			named, err := p.Group(r.t.Context(), r.cast.UserGroup)
			if err != nil || named.Name != r.cast.UserGroup || named.ID == "" {
				r.t.Errorf("%q is %+v, %v", r.cast.UserGroup, named, err)
			}
			byID, err := p.Group(r.t.Context(), named.ID)
			if err != nil || byID != named {
				r.t.Errorf("by its ID it is %+v, %v; by its name %+v", byID, err, named)
			}
			_, err = p.Group(r.t.Context(), "no-such-group")
			r.wantError("Group", err, core.NotFound)
		}},
	}
}

func groupsLooked() []scenario {
	item := createGroup(core.Item, nil)
	return []scenario{
		{"a group's current state is returned", item.lacking, func(r *rig, _ Harness) {
			at := anItemGroup(r)
			got, err := r.world.Platform().LookGroup(r.t.Context(), at.group.Ref)
			if err != nil {
				r.t.Fatalf("LookGroup: %v", err)
			}
			v := r.view(at.group.Ref)
			if got.Ended != "" || got.Name != v.Name {
				r.t.Errorf("the returned state says it is %q and called %q, want %q", got.Ended, got.Name, v.Name)
			}
			if !lacks(r.can.Set, core.PartPin) && !slices.Equal(got.Pinned, v.Pinned) {
				r.t.Errorf("the returned pins are %v, the real ones %v", got.Pinned, v.Pinned)
			}
			if !got.Badged {
				r.t.Error("the returned state says it has no badge")
			}
		}},
		{"a group that cannot be seen is not found", nil, func(r *rig, _ Harness) {
			_, err := r.world.Platform().LookGroup(r.t.Context(), r.cast.Hidden)
			r.wantError("LookGroup", err, core.NotFound)
		}},
		{"the people in a private group are listed, or that is unsupported", item.lacking, membersListed},
		{"only what people post after a message counts", item.lacking, personMessages},
		{"an archived group is reported as such, or cannot be seen", nil, func(r *rig, _ Harness) { r.ends(core.Archived) }},
		{"a deleted group is reported as such, or cannot be seen", nil, func(r *rig, _ Harness) { r.ends(core.Deleted) }},
		{"looking changes nothing", item.lacking, func(r *rig, _ Harness) {
			at := anItemGroup(r)
			n := len(r.world.Calls())
			for range 2 {
				if _, err := r.world.Platform().LookGroup(r.t.Context(), at.group.Ref); err != nil {
					r.t.Fatalf("LookGroup: %v", err)
				}
			}
			if r.effectsSince(n) > 0 {
				r.t.Errorf("it made these calls:\n%s", trace(r.world.Calls()[n:]))
			}
		}},
	}
}

func personMessages(r *rig, _ Harness) {
	if r.cast.Say == nil {
		return
	}
	at, p := anItemGroup(r), r.world.Platform()
	say := func() {
		if err := r.cast.Say(r.cast.People[0], at.group.Ref); err != nil {
			r.t.Fatalf("nobody can post: %v", err)
		}
	}
	say()
	res, _ := r.perform(sendGroupMessage(bareMessage), at)
	if got, err := p.LastPersonMessage(r.t.Context(), res.message); err != nil || !got.IsZero() {
		r.t.Errorf("before anybody has posted, LastPersonMessage returns %v, %v", got, err)
	}
	say()
	if got, err := p.LastPersonMessage(r.t.Context(), res.message); err != nil || got.IsZero() {
		r.t.Errorf("after somebody has posted, LastPersonMessage returns %v, %v", got, err)
	}
	_, err := p.LastPersonMessage(r.t.Context(), core.MessageRef{Workspace: r.cast.Workspace, Channel: r.cast.Hidden.ID, ID: res.message.ID})
	if !core.KindOf(err).Final() {
		r.t.Errorf("in a hidden group, LastPersonMessage fails with %v", err)
	}
	elsewhere := res.message
	elsewhere.Workspace = "elsewhere"
	_, err = p.LastPersonMessage(r.t.Context(), elsewhere)
	r.wantError("LastPersonMessage in another workspace", err, core.Invalid)
}

func membersListed(r *rig, _ Harness) {
	at := anItemGroup(r)
	p, want := r.world.Platform(), r.cast.People[:3]
	got, err := p.Members(r.t.Context(), at.group.Ref, len(want))
	if core.KindOf(err) == core.Unsupported {
		return
	}
	if err != nil || len(got) != len(want) || slices.ContainsFunc(want, func(a core.Account) bool { return !slices.Contains(got, a) }) {
		r.t.Errorf("Members returns %v, %v, want %v", got, err, want)
	}
	got, err = p.Members(r.t.Context(), at.group.Ref, len(want)-1)
	r.wantError("Members of too many", err, core.Conflict)
	if len(got) > 0 {
		r.t.Errorf("Members returns %v of too many", got)
	}
	_, err = p.Members(r.t.Context(), r.cast.Hidden, len(want))
	r.wantError("Members of a hidden group", err, core.NotFound)
	_, err = p.Members(r.t.Context(), core.GroupRef{Workspace: "elsewhere", ID: at.group.Ref.ID}, len(want))
	r.wantError("Members in another workspace", err, core.Invalid)
}

// ends ends groups by hand and looks them up: LookGroup must report the ends that
// the capabilities declare, and no others.
func (r *rig) ends(how core.Ending) {
	r.t.Helper()
	can := r.can.Endings[how]
	end := r.cast.Ends[how]
	if end == nil {
		if !lacks(r.can.Endings, how) {
			r.t.Errorf("the capabilities declare it, but the harness has no way to make a group %s", how)
		}
		return
	}
	for _, public := range []bool{false, true} {
		res, _ := r.perform(createGroup(core.Ordinary, func(_ *rig, s *core.GroupSpec) { s.Public = public }), place{})
		if err := end(res.group.Ref); err != nil {
			r.t.Fatalf("the group could not be %s: %v", how, err)
		}
		got, err := r.world.Platform().LookGroup(r.t.Context(), res.group.Ref)
		told := err == nil && got.Ended == how
		unseen := core.KindOf(err) == core.NotFound
		if !told && !unseen || told && lacks(r.can.Endings, how) || unseen && can.Support == core.Native {
			r.t.Errorf("public %t: LookGroup returns %+v, %v; the capability is %q", public, got, err, can.Support)
		}
	}
}

// wantError checks the kind of an error.
func (r *rig) wantError(what string, err error, k core.Kind) {
	r.t.Helper()
	if core.KindOf(err) != k {
		r.t.Errorf("%s: %v (%s), want %s", what, err, core.KindOf(err), k)
	}
}
