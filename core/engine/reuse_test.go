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

// reusing returns a flow that is due with gather and adds mei to the group, or creates it.
func reusing() flow.Def {
	return flow.Def{Name: "join", Trigger: flow.TriggerDef{DateField: "discovered_at", After: "2d"}, Steps: []flow.StepDef{
		{Action: &flow.CreateGroupDef{ID: "room", Type: core.Item, Name: "{{ .title }}", Members: []string{"lead"}, OnExists: "reuse"}},
		{Action: &flow.SendGroupMessageDef{Group: "room", Text: "joined"}},
	}}
}

// Two flows share one group, whichever creates it, and however often its creation fails.
func TestGroupIsReused(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(string, string) error{
		"nothing fails":                       nil,
		"the group has to wait":               failing("create", 1, &core.Error{Op: "fake", Kind: core.RateLimited, RetryAfter: 3 * time.Minute}),
		"the group is made without an answer": failing("create", 1, &core.Error{Op: "fake", Kind: core.Unavailable, Effect: core.Maybe}),
		"an invitation has to wait":           failing("invite", 1, &core.Error{Op: "fake", Kind: core.RateLimited, RetryAfter: time.Minute}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				create := flowsOnOneGroup()[0]
				create.Steps[0].Action.(*flow.CreateGroupDef).OnExists = "reuse"
				b := setupOn(t, &fakeClock{}, inMemory(t), create, reusing())
				b.platform.setFail(fail)
				defer b.startEngine(b.engine)()
				r := b.file("Shared", time.Now().AddDate(0, 0, -3))
				time.Sleep(10 * time.Minute)
				if ids := b.platform.groupIDs(); len(ids) != 1 {
					t.Fatalf("groups %v", ids)
				}
				for _, f := range []string{"gather", "join"} {
					if got := b.run(r.Key, f).State; got != engine.Finished {
						t.Errorf("%s is %s", f, got)
					}
				}
				b.platform.changeGroup("C1", func(g *fakeGroup) {
					for _, id := range []string{"LIN", "WEI", "MEI"} {
						if !slices.Contains(g.Members, core.Account{Workspace: "acme", ID: id}) {
							t.Errorf("%s is not a member of %v", id, g.Members)
						}
					}
				})
				if got := b.notices("C1"); !slices.Equal(got, []string{"joined"}) {
					t.Errorf("in the group: %q", got)
				}
				for _, kind := range []string{engine.EventFailed, engine.EventPassed, engine.EventPartial} {
					if got := b.events(r.Key, kind); len(got) > 0 {
						t.Errorf("the trail has %+v", got)
					}
				}
			})
		})
	}
}

// A lost group is not reused: nobody would see what is posted there.
func TestLostGroupIsNotReused(t *testing.T) {
	t.Parallel()
	late := reusing()
	late.Trigger.After = "73h"
	synctest.Test(t, func(t *testing.T) {
		b := setupOn(t, &fakeClock{}, inMemory(t), flowsOnOneGroup()[0], late)
		defer b.startEngine(b.engine)()
		r := b.file("Lost", time.Now().AddDate(0, 0, -3))
		time.Sleep(time.Minute)
		b.platform.hideGroup("C1")
		if err := b.engine.Noticed(t.Context(), core.GroupRef{Workspace: "acme", ID: "C1"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		if got := b.events(r.Key, engine.EventFailed); len(got) != 1 || got[0].Data["code"] != "item_group_lost" {
			t.Errorf("the trail has %+v", got)
		}
		if got := strings.Join(b.notices("CADMIN"), "\n"); !strings.Contains(got, "the flow join didn't create a channel") {
			t.Errorf("administrators get %q", got)
		}
	})
}
