package bots

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"riskroom/core"
	"riskroom/core/engine"
)

// ours is a group whose owner is Lin, with what its workspace can set.
func ours(lacking ...core.Part) engine.GroupView {
	account := func(id string) core.Account { return core.Account{Workspace: "acme", ID: id} }
	can := core.Capabilities{Set: map[core.Part]core.Ability{}, Limits: core.Limits{Topic: 250, Purpose: 250}}
	for _, part := range lacking {
		can.Set[part] = core.Ability{Support: core.Lacking}
	}
	g := engine.Group{Key: "T-3", Ref: core.GroupRef{Workspace: "acme", ID: "C3"}, Type: core.Topic, Name: "rounding-t-3", Suffix: "t-3",
		Topic: "Who rounds?", Owner: account("U0LIN"), Admins: []core.Account{account("U0ADA"), account("U0BEA")}, Rev: 4}
	return engine.GroupView{Group: g, MaySet: true, Can: can}
}

// settings opens the form of the group.
func settings(t *testing.T, b *Bot) Form {
	t.Helper()
	r := ask(t, b, typed("group settings T-3"))
	if r.Form == nil {
		t.Fatal(words(r))
	}
	return *r.Form
}

// Only what the person changed is sent.
func TestGroupSettings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change Values
		want   engine.SetGroup
	}{
		"nothing":       {Values{}, engine.SetGroup{}},
		"name":          {Values{"name": {"Sums"}}, engine.SetGroup{Name: new("Sums")}},
		"no name":       {Values{"name": nil}, engine.SetGroup{}},
		"topic":         {Values{"topic": nil}, engine.SetGroup{Topic: new("")}},
		"texts":         {Values{"purpose": {"Sums"}, "announcement": {"无"}}, engine.SetGroup{Purpose: new("Sums"), Announcement: new("")}},
		"owner":         {Values{"owner": {"acme/U0ADA"}}, engine.SetGroup{Owner: "acme/U0ADA"}},
		"added owner":   {Values{"owner": {"acme/U0LIN", "acme/U0ADA"}}, engine.SetGroup{Owner: "acme/U0ADA"}},
		"admins":        {Values{"admins": {"acme/U0CLE", "acme/U0BEA"}}, engine.SetGroup{Admins: []core.Ref{"acme/U0CLE"}, RemoveAdmins: []core.Ref{"acme/U0ADA"}}},
		"order":         {Values{"admins": {"acme/U0BEA", "acme/U0ADA"}}, engine.SetGroup{}},
		"members":       {Values{"add": {"@oncall"}, "remove": {"acme/U0CLE"}}, engine.SetGroup{Add: []core.Ref{"@oncall"}, Remove: []core.Ref{"acme/U0CLE"}}},
		"mute":          {Values{"mute": {"all"}}, engine.SetGroup{Mute: &engine.Mute{All: true}}},
		"mute somebody": {Values{"muted": {"acme/U0CLE"}}, engine.SetGroup{Mute: &engine.Mute{People: []core.Ref{"acme/U0CLE"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fakeEngine{}
			f.groups = []engine.GroupView{ours()}
			b := newBot(t, f)
			ask(t, b, fill(settings(t, b), "form", c.change))
			c.want.Group = core.GroupRef{Workspace: "acme", ID: "C3"}
			if len(f.did) != 1 {
				t.Fatalf("did %+v", f.did)
			}
			if diff := cmp.Diff(c.want, f.did[0].(engine.SetGroup), cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// keys returns the keys of a form's fields.
func keys(f Form) []string {
	var all []string
	for _, field := range f.Fields {
		all = append(all, field.Key)
	}
	return all
}

// The form starts with what the record has, and only has what the workspace can set.
func TestGroupSettingsForm(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	f.groups = []engine.GroupView{ours(core.PartMute, core.PartPurpose)}
	b := newBot(t, f)
	form := settings(t, b)
	if want := []string{"owner", "admins", "add", "remove", "name", "topic", "announcement"}; !slices.Equal(keys(form), want) {
		t.Errorf("fields: %v", keys(form))
	}
	for i, want := range map[int][]string{0: {"acme/U0LIN"}, 1: {"acme/U0ADA", "acme/U0BEA"}, 4: {"rounding"}, 5: {"Who rounds?"}, 6: nil} {
		if got := form.Fields[i].Initial; !slices.Equal(got, want) {
			t.Errorf("%s starts with %q", form.Fields[i].Key, got)
		}
	}
	for _, o := range form.Fields[0].Options {
		if _, _, group := core.Ref(o.Key).Group(); group {
			t.Errorf("%s can be the owner", o.Key)
		}
	}
	f.groups[0].MaySet = false
	wants(t, words(ask(t, b, typed("group settings T-3"))), "You can't change rounding-t-3.")
	f.groups = []engine.GroupView{ours(), ours()}
	wants(t, words(ask(t, b, typed("group set T-3"))), "T-3 has several channels that you can change", "/risk group settings")
	f.groups[1].MaySet = false
	settings(t, b)
	f.groups[0].Group.State = core.Ended
	wants(t, words(ask(t, b, typed("群 设置 T-3"))), "has ended")
}

// What somebody else has changed in the meantime isn't overwritten, unless the person
// wanted the same.
func TestGroupSettingsMeanwhile(t *testing.T) {
	t.Parallel()
	f := &fakeEngine{}
	f.groups = []engine.GroupView{ours()}
	b := newBot(t, f)
	form := settings(t, b)
	g := &f.groups[0].Group
	g.Admins, g.Topic, g.Rev = append(g.Admins, core.Account{Workspace: "acme", ID: "U0CLE"}), "Who else?", 9

	r := ask(t, b, fill(form, "form", Values{"admins": {"acme/U0ADA"}, "name": {"Sums"}}))
	if len(r.Errors) != 1 || r.Errors[0].Field != "admins" || len(f.did) != 0 {
		t.Errorf("%+v, did %+v", r, f.did)
	}
	wants(t, r.Errors[0].Text, "Admins: somebody else has changed this")
	ask(t, b, fill(form, "form", Values{"topic": {"Who else?"}, "name": {"Sums"}}))
	if want := (engine.SetGroup{Group: g.Ref, Name: new("Sums")}); !cmp.Equal(f.did[0], engine.GroupOperation(want), cmpopts.EquateEmpty()) {
		t.Errorf("did %+v", f.did)
	}
	for _, owners := range [][]string{{"acme/U0ADA", "acme/U0BEA"}, {"@oncall"}} {
		r = ask(t, b, fill(form, "form", Values{"owner": owners}))
		if len(r.Errors) != 1 || len(f.did) != 1 {
			t.Fatalf("%v own it: %+v, did %+v", owners, r, f.did)
		}
		wants(t, r.Errors[0].Text, "Owner: choose one person")
	}
	f.groups = nil
	r = ask(t, b, fill(form, "form", Values{"name": {"Sums"}}))
	if len(r.Errors) != 1 || len(f.did) != 1 {
		t.Errorf("a group that the person doesn't see: %+v, did %+v", r, f.did)
	}
}
