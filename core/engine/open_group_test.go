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

// A risk that is closed before its group is created doesn't get one, and whoever opened it
// is told.
func TestNoGroupIsOpenedForAClosedRisk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setupOn(t, &fakeClock{}, inMemory(t))
		r := b.file("By hand", time.Time{})
		b.doThen("open", engine.OpenGroup{Risk: r.Key})
		b.doThen("resolve", engine.ChangeStatus{Risk: r.Key, To: core.Resolved, Note: "done"})
		defer b.startEngine(b.engine)()
		time.Sleep(10 * time.Minute)
		if ids := b.platform.groupIDs(); len(ids) > 0 {
			t.Errorf("groups %v", ids)
		}
		if got := b.notices("DWEI"); len(got) != 1 || !strings.Contains(got[0], "The risk has been closed in the meantime") {
			t.Errorf("wei is told %q", got)
		}
	})
}

// Whoever may change a risk can open its group by hand, once, and owns it.
func TestGroupIsOpenedByHand(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(string, string) error{
		"nothing fails":                       nil,
		"the group has to wait":               failing("create", 1, &core.Error{Op: "fake", Kind: core.RateLimited, RetryAfter: 3 * time.Minute}),
		"the group is made without an answer": failing("create", 1, &core.Error{Op: "fake", Kind: core.Unavailable, Effect: core.Maybe}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				hello := flow.Def{Name: "hello", Trigger: flow.TriggerDef{On: "edited"}, Steps: []flow.StepDef{
					{Action: &flow.SendGroupMessageDef{Group: "item", Text: "hello"}}}}
				b := setupOn(t, &fakeClock{}, inMemory(t), hello)
				b.platform.setFail(fail)
				defer b.startEngine(b.engine)()
				r := b.file("By hand", time.Time{})
				open := engine.OpenGroup{Risk: r.Key}
				if got := b.do("nobody", out, open); got != "may_not_change" {
					t.Errorf("a stranger gets %q", got)
				}
				for range 2 {
					if got := b.do("op", wei, open); got != "" {
						t.Errorf("wei gets %q", got)
					}
				}
				done, err := b.engine.Do(t.Context(), "op", wei, open) // a repeat
				if err != nil {
					t.Fatal(err)
				}
				if g, err := b.engine.Opened(t.Context(), done.Result); err != nil || g.Ref.ID != "C1" || len(g.Members) == 0 {
					t.Errorf("opened %+v, %v", g, err)
				}
				b.do("edit", wei, engine.Edit{Risk: r.Key, Patch: engine.Patch{Title: new("Edited meanwhile")}})
				time.Sleep(10 * time.Minute)
				if got := b.do("again", wei, open); got != "open_exists" {
					t.Errorf("wei gets %q", got)
				}
				if ids := b.platform.groupIDs(); len(ids) != 1 {
					t.Fatalf("groups %v", ids)
				}
				b.platform.changeGroup("C1", func(g *fakeGroup) {
					var members []string
					for _, m := range g.Members {
						members = append(members, m.ID)
					}
					if !slices.Equal(members, []string{"WEI", "MEI", "LIN"}) || g.Spec.Owner != wei.Account || len(g.Pinned) != 1 {
						t.Errorf("%v own and are in it: %v, pinned %v", g.Spec.Owner, members, g.Pinned)
					}
					if footer := core.Text(g.Spec.Badge.Message.Card.Footer); !strings.Contains(footer, "Owner: wei") {
						t.Errorf("the pinned card begins as %q", footer)
					}
				})
				cards := 0
				for _, p := range b.platform.postsIn("C1") {
					if c := p.Message.Card; c != nil && !c.Small && len(c.Rows) > 0 && c.Version == 3 {
						cards++
					}
				}
				if cards != 1 {
					t.Errorf("%d up-to-date cards are in it", cards)
				}
				if n := b.hellos("C1"); n != 1 {
					t.Errorf("%d messages of the flow that waited are in it", n)
				}
			})
		})
	}
}

// Only an open risk gets a group by hand. If creating it fails for good, whoever opened it
// is told.
func TestGroupIsNotOpened(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setupOn(t, &fakeClock{}, inMemory(t))
		b.platform.setFail(failing("create", 1, &core.Error{Op: "fake", Kind: core.Denied, Detail: "restricted_action"}))
		defer b.startEngine(b.engine)()
		r := b.file("Denied", time.Time{})
		if got := b.do("op", wei, engine.OpenGroup{Risk: r.Key}); got != "" {
			t.Errorf("wei gets %q", got)
		}
		time.Sleep(time.Minute)
		done, err := b.engine.Do(t.Context(), "op", wei, engine.OpenGroup{Risk: r.Key}) // a repeat
		if err != nil {
			t.Fatal(err)
		}
		if g, err := b.engine.Opened(t.Context(), done.Result); core.KindOf(err) != core.NotFound {
			t.Errorf("opened %+v, %v", g, err)
		}
		if got := toldDirectly(b.platform, "WEI"); len(got) != 1 || !strings.Contains(got[0], "The channel that you opened for R-1 was not created. ") {
			t.Errorf("wei is told %q", got)
		}
		if got := b.binding(r.Key).State; got != engine.Free {
			t.Errorf("the binding is %q", got)
		}
		b.do("close", wei, engine.ChangeStatus{Risk: r.Key, To: core.Resolved})
		if got := b.do("late", wei, engine.OpenGroup{Risk: r.Key}); got != "open_closed" {
			t.Errorf("wei gets %q", got)
		}
	})
}
