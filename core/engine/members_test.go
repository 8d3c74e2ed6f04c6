package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// inGroup runs an engine with a risk that has an item group, and passes that to do.
func inGroup(t *testing.T, do func(*testing.T, *bundle, core.Risk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		gather := flowsOnOneGroup()[0]
		gather.Trigger = flow.TriggerDef{On: "filed"}
		b := setupOn(t, &fakeClock{}, inMemory(t), gather)
		b.org.People["dora"] = core.Person{Name: "dora", Email: "dora@example.com"}
		defer b.startEngine(b.engine)()
		r := b.file("Ledger", time.Time{})
		time.Sleep(time.Minute)
		do(t, b, r)
	})
}

// lead is the lead of the module.
var lead = core.Actor{Account: core.Account{Workspace: "acme", ID: "MEI"}, Name: "mei"}

// members returns the people in the only group.
func (b *bundle) members() (ids []string) {
	b.platform.changeGroup("C1", func(g *fakeGroup) {
		for _, m := range g.Members {
			ids = append(ids, m.ID)
		}
	})
	return ids
}

// wantMembers checks who is in the group, and who couldn't be added: "who (code)".
func (b *bundle) wantMembers(r core.Risk, members []string, missing ...string) {
	b.t.Helper()
	if got := b.members(); !slices.Equal(got, members) {
		b.t.Errorf("members %q, want %q", got, members)
	}
	groups, err := b.store.GroupsOf(b.ctx(), r.Key)
	if err != nil || len(groups) != 1 {
		b.t.Fatalf("groups %v, %v", groups, err)
	}
	var got []string
	for who, m := range groups[0].Members {
		if m.Code != "" {
			got = append(got, who+" ("+m.Code+")")
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, missing) {
		b.t.Errorf("not added: %q, want %q", got, missing)
	}
}

// assign makes people the handlers, and waits until the group has followed.
func (b *bundle) assign(r core.Risk, who ...core.Ref) {
	b.t.Helper()
	op := "op-" + time.Now().String()
	if _, err := b.engine.Do(b.ctx(), op, lead, engine.Assign{Risk: r.Key, To: who}); err != nil {
		b.t.Fatal(err)
	}
	time.Sleep(2 * time.Minute)
}

func (b *bundle) setProfile(id string, p core.Profile) {
	b.platform.mu.Lock()
	defer b.platform.mu.Unlock()
	b.platform.profiles[id] = p
}

// TestMembersFollowTheRisk checks who is invited to the item group, and that nobody is
// removed or invited twice.
func TestMembersFollowTheRisk(t *testing.T) {
	t.Parallel()
	inGroup(t, func(t *testing.T, b *bundle, r core.Risk) {
		b.wantMembers(r, []string{"WEI", "LIN"}) // the flow leaves out the lead
		b.assign(r, "wei", "boss")
		b.wantMembers(r, []string{"WEI", "LIN", "BOSS"})
		b.assign(r, "acme/OUT")
		b.wantMembers(r, []string{"WEI", "LIN", "BOSS", "OUT"}) // those who handled it stay

		b.platform.changeGroup("C1", func(g *fakeGroup) { g.Members = g.Members[:2] })
		b.assign(r, "wei", "acme/OUT", "boss") // boss handles it again, but was removed by hand
		time.Sleep(2 * time.Hour)
		b.wantMembers(r, []string{"WEI", "LIN"})

		if _, err := b.engine.Do(b.ctx(), "op-resolve", lead, engine.ChangeStatus{Risk: r.Key, To: core.Resolved}); err != nil {
			t.Fatal(err)
		}
		b.assign(r, "mei")
		b.wantMembers(r, []string{"WEI", "LIN"}) // a closed risk is left alone
		if _, err := b.engine.Do(b.ctx(), "op-reopen", lead, engine.ChangeStatus{Risk: r.Key, To: core.Pending}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		b.wantMembers(r, []string{"WEI", "LIN"}) // mei was involved all along, as the lead
	})
}

// TestMembersWhoCannotBeAdded checks that they are recorded with the reason, and invited
// once that may have changed, not before.
func TestMembersWhoCannotBeAdded(t *testing.T) {
	t.Parallel()
	inGroup(t, func(t *testing.T, b *bundle, r core.Risk) {
		invited := 0
		b.platform.setFail(func(method, about string) error {
			if method != "invite" || about != "BOSS" {
				return nil
			}
			if invited++; invited > 1 {
				return nil
			}
			return &core.Error{Op: "fake", Kind: core.Denied, Detail: "user_disabled"}
		})
		boss := core.Profile{Account: core.Account{Workspace: "acme", ID: "BOSS"}, Name: "boss", Gone: true}
		b.assign(r, "dora", "acme/BOSS")
		b.setProfile("BOSS", boss)
		b.wantMembers(r, []string{"WEI", "LIN"}, "acme/BOSS (user_disabled)", "dora (no_account)")
		time.Sleep(3 * time.Hour)
		if invited != 1 {
			t.Errorf("boss was invited %d times while their account is deactivated", invited)
		}

		boss.Gone = false
		b.setProfile("BOSS", boss)
		b.setProfile("DORA", core.Profile{Account: core.Account{Workspace: "acme", ID: "DORA"}, Email: "dora@example.com"})
		if err := b.engine.Joined(b.ctx(), "acme"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		b.wantMembers(r, []string{"WEI", "LIN", "BOSS", "DORA"})
		b.assign(r, "wei")
		b.wantMembers(r, []string{"WEI", "LIN", "BOSS", "DORA"})
		var done []string
		for _, e := range slices.Backward(b.events(r.Key, engine.EventMembers)) {
			done = append(done, e.Data["done"]+"|"+e.Data["what"])
		}
		want := []string{"|dora (no_account), acme/BOSS (user_disabled)", "acme/BOSS, acme/DORA|"}
		if !slices.Equal(done, want) {
			t.Errorf("the trail has\n%s\nwant\n%s", strings.Join(done, "\n"), strings.Join(want, "\n"))
		}
	})
}

// Members follow the risk only until there is no room, at its creation or later.
func TestMembersHaveRoom(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		members []string
		handler core.Ref
	}{
		"at its creation":         {members: []string{"@crowd"}},
		"as they become involved": {members: []string{"wei"}, handler: "@crowd"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				gather := flowsOnOneGroup()[0]
				gather.Trigger = flow.TriggerDef{On: "filed"}
				gather.Steps = []flow.StepDef{{Action: &flow.CreateGroupDef{Type: core.Item, Name: "x", Members: c.members}}}
				b := setupOn(t, &fakeClock{}, inMemory(t), gather)
				for i := range core.MaxMembers + 2 {
					id := fmt.Sprint("C", i)
					b.setProfile(id, core.Profile{Account: core.Account{Workspace: "acme", ID: id}})
				}
				defer b.startEngine(b.engine)()
				r := b.file("Ledger", time.Time{})
				time.Sleep(time.Minute)
				if c.handler != "" {
					b.assign(r, c.handler)
				}
				b.sweep()
				if got := len(b.members()); got != core.MaxMembers {
					t.Errorf("the group has %d members", got)
				}
				// One entry stands for all who are left.
				if g := b.groups(r.Key)[0]; c.handler != "" && (g.Members["acme:@crowd"].Code != "too_many_members" || len(g.Members) != core.MaxMembers+1) {
					t.Errorf("the record has %d people, and %+v", len(g.Members), g.Members["acme:@crowd"])
				}
			})
		})
	}
}

// TestFollowingIsRecordedOnce checks that the trail says once that people were invited, if
// the worker is killed after that was recorded.
func TestFollowingIsRecordedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setupOn(t, &fakeClock{}, inMemory(t), groupFlow(core.Item))
		told := func(u engine.GroupUpdate) bool {
			return slices.ContainsFunc(u.Events, func(e engine.Event) bool { return e.Kind == engine.EventMembers })
		}
		var r core.Risk
		defer b.killedWhen(told, true, func() {
			r = b.file("Ledger", time.Time{})
			time.Sleep(time.Minute)
			if _, err := b.engine.Do(b.ctx(), "assign", lead, engine.Assign{Risk: r.Key, To: []core.Ref{"wei", "boss"}}); err != nil {
				t.Fatal(err)
			}
		})()
		time.Sleep(10 * time.Minute)
		b.wantMembers(r, []string{"WEI", "LIN", "BOSS"})
		if got := b.events(r.Key, engine.EventMembers); len(got) != 1 || b.run(r.Key, engine.SyncFlow).State.Live() {
			t.Errorf("the trail has %+v, and the sync is %+v", got, b.run(r.Key, engine.SyncFlow))
		}
	})
}
