package adaptertest

import (
	"slices"

	"riskroom/core"
)

// lookups are what Directory and Looker answer.
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
				r.t.Errorf("%q holds %v, %v", r.cast.UserGroup, got, err)
			}
			_, err = r.world.Platform().Expand(r.t.Context(), "nobody-named-it-so")
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
			_, err = p.Group(r.t.Context(), "nobody-named-it-so")
			r.wantError("Group", err, core.NotFound)
		}},
	}
}

func groupsLooked() []scenario {
	item := createGroup(core.Item, nil)
	return []scenario{
		{"a group is looked at as it is", item.lacking, func(r *rig, _ Harness) {
			at := anItemGroup(r)
			got, err := r.world.Platform().LookGroup(r.t.Context(), at.group.Ref)
			if err != nil {
				r.t.Fatalf("LookGroup: %v", err)
			}
			v := r.view(at.group.Ref)
			if got.Ended != "" {
				r.t.Errorf("it is said to be %s", got.Ended)
			}
			if !lacks(r.can.Set, core.PartPin) && !slices.Equal(got.Pinned, v.Pinned) {
				r.t.Errorf("pinned are said to be %v, and are %v", got.Pinned, v.Pinned)
			}
			if !got.Badged {
				r.t.Error("it is said to have no badge")
			}
		}},
		{"a group that cannot be seen is not found", nil, func(r *rig, _ Harness) {
			_, err := r.world.Platform().LookGroup(r.t.Context(), r.cast.Hidden)
			r.wantError("LookGroup", err, core.NotFound)
		}},
		{"a group that was archived is told so, or cannot be seen", nil, func(r *rig, _ Harness) { r.ends(core.Archived) }},
		{"a group that was deleted is told so, or cannot be seen", nil, func(r *rig, _ Harness) { r.ends(core.Deleted) }},
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

// ends has groups end by hand and looks at them: what capabilities say that
// LookGroup tells it tells, and nothing else looks like an end.
func (r *rig) ends(how core.Ending) {
	r.t.Helper()
	can := r.can.Endings[how]
	end := r.cast.Ends[how]
	if end == nil {
		if !lacks(r.can.Endings, how) {
			r.t.Errorf("it is declared, and the harness cannot have a group %s", how)
		}
		return
	}
	for _, public := range []bool{false, true} {
		res, _ := r.perform(createGroup(core.Ordinary, func(_ *rig, s *core.GroupSpec) { s.Public = public }), place{})
		if err := end(res.group.Ref); err != nil {
			r.t.Fatalf("the group is not %s: %v", how, err)
		}
		got, err := r.world.Platform().LookGroup(r.t.Context(), res.group.Ref)
		told := err == nil && got.Ended == how
		unseen := core.KindOf(err) == core.NotFound
		if !told && !unseen || told && lacks(r.can.Endings, how) || unseen && can.Support == core.Native {
			r.t.Errorf("public %t: it is looked at as %+v, %v; the capability is %q", public, got, err, can.Support)
		}
	}
}

// wantError compares the kind of an error that is one of ours.
func (r *rig) wantError(what string, err error, k core.Kind) {
	r.t.Helper()
	if core.KindOf(err) != k {
		r.t.Errorf("%s: %v (%s), want %s", what, err, core.KindOf(err), k)
	}
}
