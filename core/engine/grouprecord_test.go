package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// groupFlow returns a flow that creates a group of a type when a risk is filed, and
// carries on with steps.
func groupFlow(typ core.GroupType, steps ...flow.StepDef) flow.Def {
	create := flow.StepDef{Action: &flow.CreateGroupDef{ID: "g", Type: typ, Name: "{{ .title }}", Owner: []string{"wei"}, Members: []string{"lin", "wei"}}}
	return flow.Def{Name: "create", Trigger: flow.TriggerDef{On: "filed"}, Steps: append([]flow.StepDef{create}, steps...)}
}

// groups returns the records of a key's groups.
func (b *bundle) groups(key core.RiskKey) []engine.Group {
	b.t.Helper()
	rec, err := b.store.Get(b.ctx(), key)
	if err != nil {
		b.t.Fatal(err)
	}
	return rec.Groups
}

// Every group that a run creates has a record.
func TestEveryGroupHasARecord(t *testing.T) {
	t.Parallel()
	for typ, state := range map[core.GroupType]core.TopicState{core.Ordinary: "", core.Topic: core.Discussing, core.Item: ""} {
		t.Run(string(typ), func(t *testing.T) {
			t.Parallel()
			b := setup(t, groupFlow(typ))
			b.start()
			r := b.file("Ledger", time.Now())
			b.eventually("created", func() bool { return b.run(r.Key, "create").State == engine.Finished })
			all := b.groups(r.Key)
			if len(all) != 1 {
				t.Fatalf("%d records", len(all))
			}
			g := all[0]
			if g.Key != r.Key || g.Ref.ID != "C1" || g.Type != typ || g.Owner != wei.Account || g.State != state || g.Life != engine.LiveGroup ||
				g.Run != b.run(r.Key, "create").ID.String() || g.Suffix == "" {
				t.Errorf("recorded %+v", g)
			}
		})
	}
}

// room returns the record of a key's only group once ok holds of it.
func (b *bundle) room(key core.RiskKey, what string, ok func(engine.Group) bool) engine.Group {
	b.t.Helper()
	var g engine.Group
	b.eventually(what, func() bool {
		all := b.groups(key)
		if len(all) == 1 {
			g = all[0]
		}
		return len(all) == 1 && ok(g)
	})
	return g
}

// doGroup performs an operation with an op of its own.
func (b *bundle) doGroup(by core.Actor, o engine.GroupOperation) (engine.GroupOutcome, error) {
	b.t.Helper()
	b.ops++
	return b.engine.DoGroup(b.ctx(), fmt.Sprint("group-op-", b.ops), by, o)
}

// gathered returns a started bundle whose item group of R-1 is complete: wei owns it.
func gathered(t *testing.T, steps ...flow.StepDef) (*bundle, engine.Group) {
	t.Helper()
	b := setup(t, groupFlow(core.Item, steps...))
	b.start()
	r := b.file("Ledger", time.Now())
	b.eventually("created", func() bool { return b.run(r.Key, "create").State == engine.Finished })
	return b, b.room(r.Key, "recorded", func(g engine.Group) bool { return len(g.Ops) > 0 })
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	if r, ok := errors.AsType[*core.Refusal](err); !ok || r.Code != code {
		t.Errorf("got %v, want the refusal %s", err, code)
	}
}

// Owner, admins and administrators change a group. What the platform must do is done by a
// run, once, whatever the number of deliveries.
func TestSetGroupOnBehalfOfAPerson(t *testing.T) {
	t.Parallel()
	b, g := gathered(t)
	name := "Ledger 2"
	change := engine.SetGroup{Group: g.Ref, Name: &name, Owner: "lin", Admins: []core.Ref{"acme/MEI"}, Remove: []core.Ref{"wei"}}
	_, err := b.doGroup(lin, change)
	refused(t, err, "may_not_set_group")
	_, err = b.doGroup(wei, engine.SetGroup{Group: g.Ref})
	refused(t, err, "group_nothing")
	_, err = b.doGroup(wei, engine.SetGroup{Group: g.Ref, Owner: "nobody"})
	refused(t, err, "group_person")
	_, err = b.doGroup(wei, engine.SetGroup{Group: g.Ref, State: core.Ended})
	refused(t, err, "group_not_topic")
	_, err = b.doGroup(wei, engine.SetGroup{Group: core.GroupRef{Workspace: "acme", ID: "CADMIN"}, Name: &name})
	refused(t, err, "group_unknown")

	for range 2 {
		done, err := b.engine.DoGroup(b.ctx(), "once", wei, change)
		if err != nil || !slices.Equal(done.Parts, []string{"name", "member", "removed", "owner", "admins"}) {
			t.Fatalf("%+v, %v", done, err)
		}
	}
	g = b.room(g.Key, "lin owns it", func(g engine.Group) bool { return g.Owner == lin.Account })
	mei := core.Account{Workspace: "acme", ID: "MEI"}
	if !slices.Equal(g.Admins, []core.Account{mei}) || !g.Members["acme/WEI"].Left || g.Members["acme/MEI"].Code != "" {
		t.Errorf("recorded %+v", g)
	}
	if _, ok := g.Members["acme/BOSS"]; ok { // would be added later
		t.Errorf("recorded members %+v", g.Members)
	}
	b.platform.changeGroup(g.Ref.ID, func(f *fakeGroup) {
		if f.Name != "Ledger 2-r-1" || !slices.Contains(f.Members, mei) || slices.Contains(f.Members, wei.Account) {
			t.Errorf("the group is %+v", f)
		}
	})
	_, err = b.doGroup(wei, change)
	refused(t, err, "may_not_set_group")
	if _, err := b.doGroup(core.Actor{Account: mei, Name: "mei"}, engine.SetGroup{Group: g.Ref, Dissolve: true}); err != nil {
		t.Fatal(err)
	}
	b.room(g.Key, "dissolved", func(g engine.Group) bool { return g.Life == engine.GoneGroup })
	_, err = b.doGroup(lin, change)
	refused(t, err, "group_gone")
}

// A group is dissolved with everything else that changes, and with who may post in it.
func TestDissolveSaysWhoMayPost(t *testing.T) {
	t.Parallel()
	b, g := gathered(t)
	if _, err := b.doGroup(wei, engine.SetGroup{Group: g.Ref, Mute: &engine.Mute{All: true}}); err != nil {
		t.Fatal(err)
	}
	b.room(g.Key, "muted", func(g engine.Group) bool { return g.Muted.All })
	if _, err := b.doGroup(wei, engine.SetGroup{Group: g.Ref, Name: new("Old ledger"), Dissolve: true}); err != nil {
		t.Fatal(err)
	}
	b.room(g.Key, "dissolved", func(g engine.Group) bool { return g.Life == engine.GoneGroup })
	b.platform.changeGroup(g.Ref.ID, func(f *fakeGroup) {
		if f.Name != "Old ledger-r-1" || f.Set.Dissolve != core.DissolveArchive || !f.Set.Posting.Muted.All {
			t.Errorf("the group is %+v", f)
		}
	})
}

// The person is told which parts failed for good, and the others are done.
func TestPartsOfAChangeFail(t *testing.T) {
	t.Parallel()
	b, g := gathered(t)
	b.platform.setFail(func(method, _ string) error {
		if method == "mute" {
			return &core.Error{Op: "fake", Kind: core.Denied, Detail: "not_allowed"}
		}
		return nil
	})
	if _, err := b.doGroup(wei, engine.SetGroup{Group: g.Ref, Owner: "lin", Mute: &engine.Mute{All: true}}); err != nil {
		t.Fatal(err)
	}
	g = b.room(g.Key, "lin owns it", func(g engine.Group) bool { return g.Owner == lin.Account })
	if g.Muted.All {
		t.Error("recorded as muted")
	}
	b.eventually("wei is told", func() bool { return len(b.platform.postsIn("DWEI")) == 1 })
	got := core.Text(b.platform.postsIn("DWEI")[0].Message.Text)
	if !strings.Contains(got, "Some of your changes to #Ledger-r-1 failed") || !strings.Contains(got, "not_allowed") {
		t.Errorf("wei is told %q", got)
	}
}

// set_group changes everything of a group. The operator's right is checked once, so an
// owner may give the group away and lose the right in the same step.
func TestSetGroupInAFlow(t *testing.T) {
	t.Parallel()
	all := &flow.SetGroupDef{Group: "g", Operator: "wei", Name: "Ledger 2", Topic: new("{{ .key }}"), Purpose: new(""), Announcement: new("Read this"),
		Add: []string{"boss"}, Remove: []string{"acme/OUT", "boss"}, Admins: []string{"mei"}, RemoveAdmins: []string{"wei"}, Mute: []string{"all"}, Owner: []string{"lin"}}
	again := &flow.SetGroupDef{Group: "g", Operator: "wei", Name: "Mine"}
	b, g := gathered(t, flow.StepDef{Action: all}, flow.StepDef{Action: again})
	mei := core.Account{Workspace: "acme", ID: "MEI"}
	if g.Owner != lin.Account || !slices.Equal(g.Admins, []core.Account{mei}) || !g.Muted.All || g.Announcement.IsZero() {
		t.Errorf("recorded %+v", g)
	}
	if _, ok := g.Members["acme/BOSS"]; ok { // would be added later
		t.Errorf("recorded members %+v", g.Members)
	}
	b.platform.changeGroup(g.Ref.ID, func(f *fakeGroup) {
		if f.Name != "Ledger 2-r-1" || len(f.Topics) != 1 || f.Topics[0] != "R-1" || *f.Set.Purpose != "" || !f.Set.Mute.All {
			t.Errorf("the group is %+v", f)
		}
		if want := []core.Account{wei.Account, lin.Account, mei}; !slices.Equal(f.Members, want) {
			t.Errorf("members %v, want %v", f.Members, want)
		}
	})
	b.eventually("what was done is in the history", func() bool {
		return slices.ContainsFunc(b.events(g.Key, engine.EventStep), func(e engine.Event) bool {
			return strings.HasSuffix(e.Data["done"], "owner acme/LIN, admins acme/MEI, remove_admins acme/WEI")
		})
	})
	for _, p := range b.platform.postsIn(g.Ref.ID) {
		if core.Text(p.Message.Text) == "Read this" && (p.Message.About == nil || p.Message.About.Risk != g.Key) {
			t.Errorf("the announcement is about %+v", p.Message.About)
		}
	}
	b.eventually("both are reported", func() bool { return len(b.platform.postsIn("CADMIN")) == 2 })
	var told []string
	for _, p := range b.platform.postsIn("CADMIN") {
		told = append(told, core.Text(p.Message.Text))
	}
	for _, want := range []string{"the step both adds and removes this person", "wei can't change #Ledger-r-1: only its owner"} {
		if !slices.ContainsFunc(told, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("nothing says %q: %q", want, told)
		}
	}
}

// A part that the workspace lacks is left out, and the trail says so.
func TestSetGroupLeavesOutWhatAWorkspaceLacks(t *testing.T) {
	t.Parallel()
	b := setup(t, groupFlow(core.Ordinary, flow.StepDef{Action: &flow.SetGroupDef{Group: "g", Operator: "wei", Mute: []string{"all"}, Owner: []string{"lin"}}}))
	b.platform.can.Set = map[core.Part]core.Ability{core.PartMute: {Support: core.Lacking}}
	b.start()
	r := b.file("Ledger", time.Now())
	g := b.room(r.Key, "lin owns it", func(g engine.Group) bool { return g.Owner == lin.Account })
	if g.Muted.All {
		t.Error("recorded as muted")
	}
	b.eventually("in the trail", func() bool { return b.hasEvent(r.Key, engine.EventPassed) })
}

// A step of which nothing is left to do is skipped: the trail doesn't say that it changed
// the group.
func TestSetGroupThatChangesNothing(t *testing.T) {
	t.Parallel()
	set := func(d flow.SetGroupDef) flow.StepDef {
		d.Group, d.Operator = "g", "wei"
		return flow.StepDef{Action: &d}
	}
	b := setup(t, groupFlow(core.Topic, set(flow.SetGroupDef{Mute: []string{"all"}}), set(flow.SetGroupDef{State: string(core.Discussing)})))
	b.platform.can.Set = map[core.Part]core.Ability{core.PartMute: {Support: core.Lacking}}
	b.start()
	r := b.file("Ledger", time.Now())
	b.eventually("finished", func() bool { return b.run(r.Key, "create").State == engine.Finished })
	var got []string
	for _, ev := range b.events(r.Key, engine.EventPassed) {
		got = append(got, ev.Data["reason"])
	}
	for _, ev := range b.events(r.Key, engine.EventStep) {
		got = append(got, ev.Data["action"])
	}
	if slices.Sort(got); !slices.Equal(got, []string{"create_group", "unchanged", "unsupported"}) {
		t.Errorf("the trail has %q", got)
	}
}

// If the owner is gone for more than an hour, the first admin takes over, else the lead.
// A look-up that fails is no departure, and nor is a short one.
func TestADepartedOwnerIsSucceeded(t *testing.T) {
	t.Parallel()
	b, g := gathered(t)
	sweep := func(after time.Duration) {
		t.Helper()
		b.jump(b.clock.Now().Add(after))
		if err := b.engine.Missed(b.ctx(), "acme"); err != nil {
			t.Fatal(err)
		}
		b.jump(b.clock.Now().Add(2 * time.Minute))
	}
	gone := func(id string, gone bool) {
		b.platform.mu.Lock()
		defer b.platform.mu.Unlock()
		p := b.platform.profiles[id]
		p.Gone = gone
		b.platform.profiles[id] = p
	}
	gone("WEI", true)
	sweep(time.Minute)
	g = b.room(g.Key, "wei is seen to be gone", func(g engine.Group) bool { return !g.Away.IsZero() })
	gone("WEI", false)
	sweep(30 * time.Minute)
	b.room(g.Key, "wei is back", func(g engine.Group) bool { return g.Away.IsZero() && g.Owner == wei.Account })

	gone("WEI", true)
	sweep(time.Minute)
	b.noDirectory(core.Unavailable)
	sweep(2 * time.Hour)
	if g := b.groups(g.Key)[0]; g.Owner != wei.Account {
		t.Fatalf("%s owns the group while nobody can be looked up", g.Owner)
	}
	b.noDirectory("")
	sweep(time.Minute)
	mei := core.Account{Workspace: "acme", ID: "MEI"}
	g = b.room(g.Key, "the lead owns it", func(g engine.Group) bool { return g.Owner == mei && g.Away.IsZero() })
	told := func(want string) bool {
		for _, p := range b.platform.postsIn(g.Ref.ID) {
			if strings.Contains(core.Text(p.Message.Text), want) {
				return true
			}
		}
		return false
	}
	b.eventually("the group is told", func() bool { return told("now owns this channel: wei has left the workspace") })
	if _, err := b.doGroup(core.Actor{Account: mei}, engine.SetGroup{Group: g.Ref, Admins: []core.Ref{"boss", "lin"}}); err != nil {
		t.Fatal(err)
	}
	b.room(g.Key, "it has admins", func(g engine.Group) bool { return len(g.Admins) == 2 })
	gone("MEI", true)
	gone("BOSS", true)
	sweep(time.Minute)
	sweep(2 * time.Hour)
	g = b.room(g.Key, "the first admin who is there owns it", func(g engine.Group) bool { return g.Owner == lin.Account })
	if !slices.Equal(g.Admins, []core.Account{{Workspace: "acme", ID: "BOSS"}}) {
		t.Errorf("admins %v", g.Admins)
	}
}

// The pinned card of an item group shows its owner, its admins and whom riskroom couldn't
// add, without mentioning anyone.
func TestPinnedCardShowsTheRecord(t *testing.T) {
	t.Parallel()
	b, g := gathered(t)
	footer := func() string {
		posts := b.platform.postsIn(g.Ref.ID)
		return core.Text(posts[0].Message.Card.Footer)
	}
	if got := footer(); !strings.HasSuffix(got, "Owner: wei") {
		t.Errorf("at first %q", got)
	}
	b.platform.setFail(func(method, about string) error {
		if method == "invite" && about == "OUT" {
			return &core.Error{Op: "fake", Kind: core.Denied, Detail: "user_is_restricted"}
		}
		return nil
	})
	if _, err := b.doGroup(wei, engine.SetGroup{Group: g.Ref, Owner: "lin", Admins: []core.Ref{"mei", "wei"}, Add: []core.Ref{"acme/OUT"}}); err != nil {
		t.Fatal(err)
	}
	const want = "Owner: lin · Admins: mei, wei · Couldn't be added: out (guests can't be added by the bot)"
	b.eventually("the card follows", func() bool { return strings.HasSuffix(footer(), want) })
	if n := len(b.platform.postsIn(g.Ref.ID)); n != 1 {
		t.Errorf("%d messages in the group, want the edited card only", n)
	}
}

// A user group can have any number of members. A person is asked to name fewer; a flow
// takes as many as it does for a new group.
func TestSetGroupTakesOnlySoManyPeople(t *testing.T) {
	t.Parallel()
	b, g := gathered(t, flow.StepDef{Action: &flow.SetGroupDef{Group: "item", Operator: "wei", Add: []string{"@crowd"}}})
	_, err := b.doGroup(wei, engine.SetGroup{Group: g.Ref, Admins: []core.Ref{"@crowd"}})
	refused(t, err, "group_many")
	b.room(g.Key, "the flow's people are added", func(g engine.Group) bool { return len(g.Members) > core.MaxMembers })
	b.eventually("the flow ends", func() bool { return b.hasEvent(g.Key, engine.EventPartial) })
	if n := len(b.members()); n != core.MaxMembers+2 { // wei and lin were in it
		t.Errorf("the group has %d members", n)
	}
}

// Whoever removes a muted person from a group has the platform know that they are muted.
func TestRemovedAreKnownToBeMuted(t *testing.T) {
	t.Parallel()
	b, g := gathered(t)
	b.mustSet(engine.SetGroup{Group: g.Ref, Mute: &engine.Mute{People: []core.Ref{"lin"}}})
	b.room(g.Key, "muted", func(g engine.Group) bool { return len(g.Muted.People) == 1 })
	b.mustSet(engine.SetGroup{Group: g.Ref, Remove: []core.Ref{"lin"}})
	b.room(g.Key, "removed", func(g engine.Group) bool { return g.Members[lin.Account.String()].Left })
	b.platform.changeGroup(g.Ref.ID, func(f *fakeGroup) {
		if !slices.Contains(f.Set.Posting.Muted.People, lin.Account) {
			t.Errorf("the platform was told %+v", f.Set.Posting)
		}
	})
}
