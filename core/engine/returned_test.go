package engine_test

import (
	"context"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// A topic or ordinary group that was dissolved, or archived by hand, and exists again can be
// changed again. If it was dissolved, people can post in it again.
func TestAGroupThatEndedReturns(t *testing.T) {
	t.Parallel()
	for _, typ := range []core.GroupType{core.Topic, core.Ordinary} {
		t.Run(string(typ), func(t *testing.T) {
			t.Parallel()
			b := setup(t, groupFlow(typ, flow.StepDef{Action: &flow.SetGroupDef{Group: "g", Operator: "wei", Dissolve: true}}))
			b.start()
			r := b.file("Ledger", time.Now())
			g := b.room(r.Key, "dissolved", func(g engine.Group) bool { return g.Life == engine.GoneGroup && g.Shut })
			event := func() {
				t.Helper()
				if err := b.engine.Unarchived(b.ctx(), g.Ref, lin.Account); err != nil {
					t.Fatal(err)
				}
				b.jump(b.clock.Now().Add(time.Minute))
			}
			event() // late: it was archived again
			if g := b.groups(r.Key)[0]; g.Life != engine.GoneGroup || g.Back != nil {
				t.Errorf("recorded %+v", g)
			}
			b.platform.changeGroup(g.Ref.ID, func(f *fakeGroup) { f.Ended = "" })
			event()
			g = b.room(r.Key, "it is back", func(g engine.Group) bool { return g.Life == engine.LiveGroup && !g.Shut })
			b.platform.changeGroup(g.Ref.ID, func(f *fakeGroup) {
				if f.Set.State != core.Discussing || f.Set.Posting.Saved != "who may post" {
					t.Errorf("set was %+v", f.Set)
				}
			})
			if _, err := b.doGroup(wei, engine.SetGroup{Group: g.Ref, Name: new("Ledger again")}); err != nil {
				t.Error(err)
			}
		})
	}
}

// A topic that had ended is still over when its group was archived by hand and is back.
func TestAnEndedTopicReturns(t *testing.T) {
	t.Parallel()
	b, g := opened(t, core.End{})
	if _, err := b.doGroup(wei, engine.EndTopic{Group: g.Ref}); err != nil {
		t.Fatal(err)
	}
	b.room(g.Key, "ended", func(g engine.Group) bool { return g.State == core.Ended })
	for _, archived := range []core.Ending{core.Archived, ""} {
		b.platform.changeGroup(g.Ref.ID, func(f *fakeGroup) { f.Ended = archived })
		event := b.engine.Noticed
		if archived != "" {
			event = func(ctx context.Context, g core.GroupRef) error { return b.engine.Ended(ctx, g, archived) }
		}
		if err := event(b.ctx(), g.Ref); err != nil {
			t.Fatal(err)
		}
		b.jump(b.clock.Now().Add(time.Minute))
		want := engine.LiveGroup
		if archived != "" {
			want = engine.GoneGroup
		}
		b.room(g.Key, "followed", func(g engine.Group) bool { return g.Life == want && g.State == core.Ended })
	}
	b.platform.changeGroup(g.Ref.ID, func(f *fakeGroup) {
		if f.Set.State != core.Ended {
			t.Errorf("people may post: %+v", f.Set)
		}
	})
}
