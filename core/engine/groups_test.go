package engine_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// regather creates an item group for a risk whose status was changed.
var regather = flow.Def{Name: "again", Trigger: flow.TriggerDef{DateField: "status_since", After: "2s"}, If: `status == "in_progress"`,
	Steps: []flow.StepDef{{Action: &flow.CreateGroupDef{ID: "room", Type: core.Item, Name: "{{ .title }}", Members: []string{"submitter"}}}}}

// withGroup returns a bundle with a risk that has a group, C1.
func withGroup(t *testing.T, change ...func(*bundle)) (*bundle, core.Risk, core.GroupRef) {
	t.Helper()
	b := setup(t, storyFlows()[2], regather)
	for _, c := range change {
		c(b)
	}
	b.start()
	r := b.file("Gone", time.Now().AddDate(0, 0, -3))
	b.eventually("the group is created", func() bool { return b.run(r.Key, "gather").State == engine.Finished })
	return b, r, core.GroupRef{Workspace: "acme", ID: "C1"}
}

// hideGroup makes a group invisible to the bot.
func (f *fakePlatform) hideGroup(id string) {
	f.changeGroup(id, func(g *fakeGroup) { g.Hidden = true })
}

func (b *bundle) binding(key core.RiskKey) engine.Binding {
	b.t.Helper()
	rec, err := b.store.Get(b.ctx(), key)
	if err != nil {
		b.t.Fatal(err)
	}
	return rec.Binding
}

// notices returns the texts of the messages in a channel that have no card.
func (b *bundle) notices(channel string) []string {
	var out []string
	for _, p := range b.platform.postsIn(channel) {
		if p.Message.Card == nil {
			out = append(out, core.Text(p.Message.Text))
		}
	}
	return out
}

// linksTo reports whether the latest message in a channel links to a group.
func (b *bundle) linksTo(channel string, g core.GroupRef) bool {
	b.t.Helper()
	posts := b.platform.postsIn(channel)
	return len(posts) > 0 && slices.ContainsFunc(posts[len(posts)-1].Message.Text, func(s core.Span) bool { return s.Kind == core.GroupSpan && s.Group == g })
}

// TestNoticesUseTheNameNow checks that a group that people have renamed is called by its
// new name, even when the bot can no longer see it.
func TestNoticesUseTheNameNow(t *testing.T) {
	t.Parallel()
	b, _, g := withGroup(t)
	b.platform.rename(g.ID, "renamed-by-hand")
	b.sweep()
	b.platform.hideGroup(g.ID)
	b.sweep()
	for _, channel := range []string{"CADMIN", "DWEI"} {
		if got := b.notices(channel); len(got) != 1 || !strings.Contains(got[0], "renamed-by-hand") || !b.linksTo(channel, g) {
			t.Errorf("%s reads %q", channel, got)
		}
	}
}

// events returns the events of a kind, newest first.
func (b *bundle) events(key core.RiskKey, kind string) []engine.Event {
	b.t.Helper()
	trail, err := b.store.Trail(b.ctx(), key, "", 1000)
	if err != nil {
		b.t.Fatal(err)
	}
	return slices.DeleteFunc(trail, func(e engine.Event) bool { return e.Kind != kind })
}

// sweep checks the groups now.
func (b *bundle) sweep() {
	b.t.Helper()
	if err := b.engine.Missed(b.ctx(), "acme"); err != nil {
		b.t.Fatal(err)
	}
	b.jump(b.clock.Now().Add(2 * time.Minute))
}

// A group has ended if the platform says so when asked, or if an event said so and
// the bot can't see the group. The owner and administrators are notified, and the
// next group has the next epoch.
func TestEndedGroupIsReleased(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		how core.Ending
		end func(b *bundle, g core.GroupRef) error
	}{
		"the platform reports it as archived": {core.Archived, func(b *bundle, g core.GroupRef) error {
			b.platform.changeGroup(g.ID, func(g *fakeGroup) { g.Ended = core.Archived })
			return b.engine.Noticed(b.ctx(), g)
		}},
		"the platform reports it as deleted": {core.Deleted, func(b *bundle, g core.GroupRef) error {
			b.platform.changeGroup(g.ID, func(g *fakeGroup) { g.Ended = core.Deleted })
			return b.engine.Missed(b.ctx(), "acme")
		}},
		"an event says so": {core.Deleted, func(b *bundle, g core.GroupRef) error {
			b.platform.hideGroup(g.ID)
			return b.engine.Ended(b.ctx(), g, core.Deleted)
		}},
		"an event says so later": {core.Archived, func(b *bundle, g core.GroupRef) error {
			b.platform.hideGroup(g.ID)
			b.sweep()
			if got := b.binding("R-1").State; got != engine.Lost {
				b.t.Errorf("before the event the binding is %q", got)
			}
			return b.engine.Ended(b.ctx(), g, core.Archived)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, r, g := withGroup(t)
			if err := c.end(b, g); err != nil {
				t.Fatal(err)
			}
			b.jump(b.clock.Now().Add(2 * time.Minute))
			if l := b.binding(r.Key); l.State != engine.Free || l.Epoch != 1 || l.Ended != "" {
				t.Fatalf("the binding is %+v", l)
			}
			freed := b.events(r.Key, engine.EventFreed)
			if len(freed) != 1 || freed[0].Data["group"] != g.String() || freed[0].Data["reason"] != string(c.how) {
				t.Errorf("the trail has %+v", freed)
			}
			for _, channel := range []string{"CADMIN", "DWEI"} {
				last := slices.Concat([]string{""}, b.notices(channel))
				if got := last[len(last)-1]; !strings.Contains(got, "Gone-r-1 was "+string(c.how)) {
					t.Errorf("%s reads %q", channel, got)
				}
				if got := b.linksTo(channel, g); got == (c.how == core.Deleted) {
					t.Errorf("%s links to the group: %v", channel, got)
				}
			}
			if _, err := b.engine.Do(b.ctx(), "op", wei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress}); err != nil {
				t.Fatal(err)
			}
			b.jump(b.clock.Now().Add(time.Minute))
			if l := b.binding(r.Key); l.State != engine.Bound || l.Group == g {
				t.Fatalf("another flow makes the binding %+v", l)
			}
			b.platform.changeGroup(b.binding(r.Key).Group.ID, func(g *fakeGroup) {
				if g.Name != "Gone-r-1-2" {
					t.Errorf("the second group is called %q", g.Name)
				}
			})
		})
	}
}

// A lost group may exist without the bot. Owner and administrators learn what they
// can do.
func TestLostGroupStaysBound(t *testing.T) {
	t.Parallel()
	b, r, g := withGroup(t)
	b.platform.hideGroup(g.ID)
	for range 3 {
		b.sweep()
	}
	if l := b.binding(r.Key); l.State != engine.Lost || l.Group != g {
		t.Fatalf("the binding is %+v", l)
	}
	for _, channel := range []string{"CADMIN", "DWEI"} {
		if got := b.notices(channel); len(got) != 1 || !strings.Contains(got[0], "/risk group release R-1") {
			t.Errorf("%s reads %q", channel, got)
		}
		if !b.linksTo(channel, g) {
			t.Errorf("%s does not link to the group", channel)
		}
	}
	if got := b.events(r.Key, engine.EventLost); len(got) != 1 {
		t.Errorf("the trail has %+v", got)
	}
	if _, err := b.engine.Do(b.ctx(), "op", wei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress}); err != nil {
		t.Fatal(err)
	}
	b.jump(b.clock.Now().Add(time.Minute))
	got := b.notices("CADMIN")
	if last := got[len(got)-1]; len(got) != 2 || !strings.Contains(last, "the flow again didn't create a channel") || !strings.Contains(last, "/risk group release R-1") {
		t.Errorf("the flow that may not create another group is reported as %q", got)
	}
}

// A visible group exists, whatever an event said. The event doesn't count later
// either.
func TestLateReportOfAnEndIsDropped(t *testing.T) {
	t.Parallel()
	b, r, g := withGroup(t)
	if err := b.engine.Ended(b.ctx(), g, core.Archived); err != nil {
		t.Fatal(err)
	}
	b.jump(b.clock.Now().Add(5 * time.Second))
	b.eventually("the report is dropped", func() bool {
		l := b.binding(r.Key)
		return l.State == engine.Bound && l.Ended == ""
	})
	b.platform.hideGroup(g.ID)
	b.sweep()
	if l := b.binding(r.Key); l.State != engine.Lost {
		t.Errorf("the binding is %+v", l)
	}
	if err := b.engine.Ended(b.ctx(), core.GroupRef{Workspace: "acme", ID: "CROOM"}, core.Deleted); err != nil {
		t.Errorf("a group of no risk: %v", err)
	}
}

// A sync may look at a group before the event that says why it can't be seen. Then the
// group isn't reported as lost first.
func TestEventFollowsTheEndOfAGroup(t *testing.T) {
	t.Parallel()
	b, r, g := withGroup(t)
	b.platform.hideGroup(g.ID)
	if err := b.engine.Missed(b.ctx(), "acme"); err != nil {
		t.Fatal(err)
	}
	b.jump(b.clock.Now().Add(time.Second))
	b.eventually("the sync has looked", func() bool { return b.hasEvent(r.Key, engine.EventDeferred) })
	if err := b.engine.Ended(b.ctx(), g, core.Archived); err != nil {
		t.Fatal(err)
	}
	b.jump(b.clock.Now().Add(5 * time.Second))
	b.eventually("the group is released", func() bool { return b.binding(r.Key).State == engine.Free })
	if b.hasEvent(r.Key, engine.EventLost) || len(b.notices("CADMIN")) != 1 {
		t.Errorf("administrators read %q", b.notices("CADMIN"))
	}
}

// Without an admin channel, an owner who is an administrator gets the notice to
// administrators only.
func TestOwnerWhoAdministersIsNotifiedOnce(t *testing.T) {
	t.Parallel()
	b, _, g := withGroup(t, func(b *bundle) {
		b.org.AdminChannel, b.org.Permissions.Administrators = core.GroupRef{}, []core.Ref{"wei"}
	})
	b.platform.hideGroup(g.ID)
	b.sweep()
	if got := b.notices("DWEI"); len(got) != 1 {
		t.Errorf("got %q", got)
	}
}

// The loss is reported once, however often the groups are checked.
func TestGroupOfARemovedWorkspaceIsLost(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()[2])
	stop := b.startEngine(b.engine)
	r := b.file("Gone", time.Now().AddDate(0, 0, -3))
	b.eventually("the group is created", func() bool { return b.run(r.Key, "gather").State == engine.Finished })
	stop()
	b.org.AdminChannel = core.GroupRef{Workspace: "elsewhere", ID: "CADMIN"}
	b.org.Workspaces["elsewhere"] = core.Workspace{Name: "elsewhere", Platform: "fake", Options: true}
	b.platform = newFake("elsewhere", b.clock, "BOSS")
	b.options.Platforms = map[string]core.Platform{"elsewhere": b.platform}
	b.engine = b.newEngine(b.options)
	b.start()
	for range 3 {
		b.sweep()
	}
	if l := b.binding(r.Key); l.State != engine.Lost {
		t.Errorf("the binding is %+v", l)
	}
	if got := b.notices("CADMIN"); len(got) != 1 || !strings.Contains(got[0], "/risk group release key:R-1") {
		t.Errorf("got %q", got)
	}
	missing, failed := b.events(r.Key, engine.EventLost), b.events(r.Key, engine.EventFailed)
	if len(missing) != 1 || missing[0].Data["code"] != "no_workspace" || len(failed) != 0 {
		t.Errorf("the trail has %+v, %+v", missing, failed)
	}
}

// A sync replaces a deleted badge while the creating run is parked. When the run is
// retried, it keeps that badge.
func TestABadgeOfASyncStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setupOn(t, &fakeClock{}, inMemory(t), storyFlows()[2])
		b.platform.setFail(failing("pin", 3, &core.Error{Op: "fake", Kind: core.Unknown}))
		stop := b.startEngine(b.engine)
		defer stop()
		r := b.file("Badged", time.Now().AddDate(0, 0, -3))
		time.Sleep(time.Hour)
		look := func() {
			if err := b.engine.Missed(t.Context(), "acme"); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
		}
		b.platform.deletePost(b.binding(r.Key).Badge)
		look()
		second := b.binding(r.Key).Badge
		if err := b.store.Retry(b.ctx(), b.run(r.Key, "gather").ID, engine.Event{}); err != nil {
			t.Fatal(err)
		}
		look()
		if got := b.binding(r.Key).Badge; got != second || b.run(r.Key, "gather").State != engine.Finished {
			t.Errorf("the badge is %s, was %s; gather is %s", got, second, b.run(r.Key, "gather").State)
		}
		if n := len(b.platform.postsIn("C1")); n != 2 {
			t.Errorf("%d messages are in the group, want a badge and a card", n)
		}
	})
}
