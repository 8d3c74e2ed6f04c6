package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// again makes an item group for a risk whose status was changed.
var again = flow.Def{Name: "again", Trigger: flow.TriggerDef{DateField: "status_since", After: "2s"}, If: `status == "in_progress"`,
	Steps: []flow.StepDef{{Action: &flow.CreateGroupDef{ID: "room", Type: core.Item, Name: "{{ .title }}", Members: []string{"submitter"}}}}}

// grouped returns a bundle with a risk that has a group, C1.
func grouped(t *testing.T, change ...func(*bundle)) (*bundle, core.Risk, core.GroupRef) {
	t.Helper()
	b := setup(t, storyFlows()[2], again)
	for _, c := range change {
		c(b)
	}
	b.start()
	r := b.file("Gone", time.Now().AddDate(0, 0, -3))
	b.eventually("the group is there", func() bool { return b.run(r.Key, "gather").State == engine.Finished })
	return b, r, core.GroupRef{Workspace: "acme", ID: "C1"}
}

// vanish has a group no longer be seen.
func (f *fakePlatform) vanish(id string) {
	f.changeGroup(id, func(g *fakeGroup) { g.Hidden = true })
}

func (b *bundle) bound(key core.RiskKey) engine.Binding {
	b.t.Helper()
	rec, err := b.store.Get(b.ctx(), key)
	if err != nil {
		b.t.Fatal(err)
	}
	return rec.Binding
}

// told returns the texts in a channel that stand above no card.
func (b *bundle) told(channel string) []string {
	var out []string
	for _, p := range b.platform.postsIn(channel) {
		if p.Message.Card == nil {
			out = append(out, core.Text(p.Message.Text))
		}
	}
	return out
}

// events returns the events of a kind, newest first.
func (b *bundle) events(key core.RiskKey, kind string) []engine.Event {
	b.t.Helper()
	trail, err := b.store.Trail(b.ctx(), key, 100)
	if err != nil {
		b.t.Fatal(err)
	}
	return slices.DeleteFunc(trail, func(e engine.Event) bool { return e.Kind != kind })
}

// look has the groups looked at now.
func (b *bundle) look() {
	b.t.Helper()
	if err := b.engine.Missed(b.ctx(), "acme"); err != nil {
		b.t.Fatal(err)
	}
	b.jump(b.clock.Now().Add(2 * time.Minute))
}

// TestAnEndedGroupIsLetGo: as the platform answers, or as an event has said of a
// group that cannot be seen any more. The owner is told as administrators are, and
// the next group has the next epoch.
func TestAnEndedGroupIsLetGo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		how core.Ending
		end func(b *bundle, g core.GroupRef) error
	}{
		"the platform answers that it was archived": {core.Archived, func(b *bundle, g core.GroupRef) error {
			b.platform.changeGroup(g.ID, func(g *fakeGroup) { g.Ended = core.Archived })
			return b.engine.Noticed(b.ctx(), g)
		}},
		"the platform answers that it was deleted": {core.Deleted, func(b *bundle, g core.GroupRef) error {
			b.platform.changeGroup(g.ID, func(g *fakeGroup) { g.Ended = core.Deleted })
			return b.engine.Missed(b.ctx(), "acme")
		}},
		"an event says so": {core.Deleted, func(b *bundle, g core.GroupRef) error {
			b.platform.vanish(g.ID)
			return b.engine.Ended(b.ctx(), g, core.Deleted)
		}},
		"an event says so after all": {core.Archived, func(b *bundle, g core.GroupRef) error {
			b.platform.vanish(g.ID)
			b.look()
			if got := b.bound("R-1").State; got != engine.Lost {
				b.t.Errorf("before the event the binding is %q", got)
			}
			return b.engine.Ended(b.ctx(), g, core.Archived)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, r, g := grouped(t)
			if err := c.end(b, g); err != nil {
				t.Fatal(err)
			}
			b.jump(b.clock.Now().Add(2 * time.Minute))
			if l := b.bound(r.Key); l.State != engine.Free || l.Epoch != 1 || l.Ended != "" {
				t.Fatalf("the binding is %+v", l)
			}
			freed := b.events(r.Key, engine.EventFreed)
			if len(freed) != 1 || freed[0].Data["group"] != g.String() || freed[0].Data["reason"] != string(c.how) {
				t.Errorf("the trail tells %+v", freed)
			}
			for _, channel := range []string{"CADMIN", "DWEI"} {
				last := slices.Concat([]string{""}, b.told(channel))
				if got := last[len(last)-1]; !strings.Contains(got, "Gone-r-1 (acme) was "+string(c.how)) {
					t.Errorf("%s reads %q", channel, got)
				}
			}
			if _, err := b.engine.Do(b.ctx(), "op", wei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress}); err != nil {
				t.Fatal(err)
			}
			b.jump(b.clock.Now().Add(time.Minute))
			if l := b.bound(r.Key); l.State != engine.Bound || l.Group == g {
				t.Fatalf("another flow leaves the binding %+v", l)
			}
			b.platform.changeGroup(b.bound(r.Key).Group.ID, func(g *fakeGroup) {
				if g.Name != "Gone-r-1-2" {
					t.Errorf("the second group is called %q", g.Name)
				}
			})
		})
	}
}

// TestALostGroupStaysBound: it may live on without the bot. Both who can do
// something about it are told what.
func TestALostGroupStaysBound(t *testing.T) {
	t.Parallel()
	b, r, g := grouped(t)
	b.platform.vanish(g.ID)
	for range 3 {
		b.look()
	}
	if l := b.bound(r.Key); l.State != engine.Lost || l.Group != g {
		t.Fatalf("the binding is %+v", l)
	}
	for _, channel := range []string{"CADMIN", "DWEI"} {
		if got := b.told(channel); len(got) != 1 || !strings.Contains(got[0], "/risk group release R-1") {
			t.Errorf("%s reads %q", channel, got)
		}
	}
	if got := b.events(r.Key, engine.EventLost); len(got) != 1 {
		t.Errorf("the trail tells %+v", got)
	}
	if _, err := b.engine.Do(b.ctx(), "op", wei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress}); err != nil {
		t.Fatal(err)
	}
	b.jump(b.clock.Now().Add(time.Minute))
	got := b.told("CADMIN")
	if last := got[len(got)-1]; len(got) != 2 || !strings.Contains(last, "the flow again didn't create a channel") || !strings.Contains(last, "/risk group release R-1") {
		t.Errorf("of the flow that may make none is told %q", got)
	}
}

// TestALateWordOfTheEndIsForgotten: a group that is seen lives, whatever an event
// said of it, and the same word does not count later.
func TestALateWordOfTheEndIsForgotten(t *testing.T) {
	t.Parallel()
	b, r, g := grouped(t)
	if err := b.engine.Ended(b.ctx(), g, core.Archived); err != nil {
		t.Fatal(err)
	}
	b.jump(b.clock.Now().Add(5 * time.Second))
	if l := b.bound(r.Key); l.State != engine.Bound || l.Ended != "" {
		t.Fatalf("the binding is %+v", l)
	}
	b.platform.vanish(g.ID)
	b.look()
	if l := b.bound(r.Key); l.State != engine.Lost {
		t.Errorf("the binding is %+v", l)
	}
	if err := b.engine.Ended(b.ctx(), core.GroupRef{Workspace: "acme", ID: "CROOM"}, core.Deleted); err != nil {
		t.Errorf("a group of no risk: %v", err)
	}
}

// TestOneAdministratorIsToldOnce: without an admin channel, an owner who
// administers is told as administrator.
func TestOneAdministratorIsToldOnce(t *testing.T) {
	t.Parallel()
	b, _, g := grouped(t, func(b *bundle) {
		b.org.AdminChannel, b.org.Permissions.Administrators = core.GroupRef{}, []core.Ref{"wei"}
	})
	b.platform.vanish(g.ID)
	b.look()
	if got := b.told("DWEI"); len(got) != 1 {
		t.Errorf("told %q", got)
	}
}

// TestAGroupOfARemovedWorkspaceIsLost: it is told once, however often the groups
// are looked at.
func TestAGroupOfARemovedWorkspaceIsLost(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()[2])
	stop := b.startEngine(b.engine)
	r := b.file("Gone", time.Now().AddDate(0, 0, -3))
	b.eventually("the group is there", func() bool { return b.run(r.Key, "gather").State == engine.Finished })
	stop()
	b.org.AdminChannel = core.GroupRef{Workspace: "elsewhere", ID: "CADMIN"}
	b.platform = newFake("elsewhere", b.clock, "BOSS")
	b.options.Platforms = map[string]core.Platform{"elsewhere": b.platform}
	b.engine = b.newEngine(b.options)
	b.start()
	for range 3 {
		b.look()
	}
	if l := b.bound(r.Key); l.State != engine.Lost {
		t.Errorf("the binding is %+v", l)
	}
	if got := b.told("CADMIN"); len(got) != 1 {
		t.Errorf("told %q", got)
	}
	missing, failed := b.events(r.Key, engine.EventLost), b.events(r.Key, engine.EventFailed)
	if len(missing) != 1 || missing[0].Data["code"] != "no_workspace" || len(failed) != 0 {
		t.Errorf("the trail tells %+v, %+v", missing, failed)
	}
}
