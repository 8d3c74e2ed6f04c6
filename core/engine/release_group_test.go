package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

var boss = core.Actor{Account: core.Account{Workspace: "acme", ID: "BOSS"}, Name: "boss"}

// The owner releases a lost group, once, and the risk can get another one. It doesn't
// matter whether the sync has noticed the loss.
func TestReleaseOfALostGroup(t *testing.T) {
	t.Parallel()
	for name, noticed := range map[string]bool{"noticed": true, "not noticed": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, r, g := withGroup(t)
			b.platform.hideGroup(g.ID)
			if noticed {
				b.sweep()
			}
			for range 2 {
				got, err := b.engine.Do(b.ctx(), "op", wei, engine.ReleaseGroup{Risk: r.Key})
				if err != nil || got.Result != "Gone-r-1" {
					t.Fatalf("released %q, %v", got.Result, err)
				}
			}
			if l := b.binding(r.Key); l.State != engine.Free || l.Epoch != 1 {
				t.Fatalf("the binding is %+v", l)
			}
			freed := b.events(r.Key, engine.EventFreed)
			if len(freed) != 1 || freed[0].Actor != wei || freed[0].Data["reason"] != "released" || freed[0].Data["group"] != g.String() {
				t.Errorf("the trail has %+v", freed)
			}
			b.eventually("administrators are notified", func() bool {
				got := b.notices("CADMIN")
				return slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "wei released the risk's channel Gone-r-1") })
			})
			if _, err := b.engine.Do(b.ctx(), "status", wei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress}); err != nil {
				t.Fatal(err)
			}
			b.jump(b.clock.Now().Add(time.Minute))
			if got, err := b.engine.Do(b.ctx(), "op", wei, engine.ReleaseGroup{Risk: r.Key}); err != nil || got.Result != "Gone-r-1" {
				t.Errorf("a late repeat releases %q, %v", got.Result, err)
			}
			if l := b.binding(r.Key); l.State != engine.Bound || l.Group == g {
				t.Errorf("with another group the binding is %+v", l)
			}
		})
	}
}

func TestWhoMayRelease(t *testing.T) {
	t.Parallel()
	b, r, g := withGroup(t)
	b.platform.hideGroup(g.ID)
	b.sweep()
	for _, who := range []core.Actor{lin, out} { // lin filed it and is in the group
		_, err := b.engine.Do(b.ctx(), "op-"+who.Name, who, engine.ReleaseGroup{Risk: r.Key})
		wantRefusal(t, err, "may_not_release")
	}
	if _, err := b.engine.Do(b.ctx(), "op", boss, engine.ReleaseGroup{Risk: r.Key}); err != nil {
		t.Errorf("an administrator: %v", err)
	}
	_, err := b.engine.Do(b.ctx(), "again", boss, engine.ReleaseGroup{Risk: r.Key})
	wantRefusal(t, err, "release_none")
	_, err = b.engine.Do(b.ctx(), "op", boss, engine.ReleaseGroup{Risk: "R-99"})
	wantRefusal(t, err, "not_found")
}

// Otherwise the risk could get two groups.
func TestVisibleGroupIsNotReleased(t *testing.T) {
	t.Parallel()
	b, r, g := withGroup(t)
	_, err := b.engine.Do(b.ctx(), "1", boss, engine.ReleaseGroup{Risk: r.Key})
	wantRefusal(t, err, "release_live")

	b.platform.setFail(func(method, _ string) error {
		if method == "look" {
			return &core.Error{Op: "fake: look", Kind: core.Unavailable}
		}
		return nil
	})
	_, err = b.engine.Do(b.ctx(), "2", boss, engine.ReleaseGroup{Risk: r.Key})
	wantRefusal(t, err, "release_unseen")
	b.platform.setFail(nil)

	b.platform.hideGroup(g.ID)
	b.sweep()
	b.platform.changeGroup(g.ID, func(g *fakeGroup) { g.Hidden = false }) // the bot was invited again
	_, err = b.engine.Do(b.ctx(), "3", boss, engine.ReleaseGroup{Risk: r.Key})
	wantRefusal(t, err, "release_live")
	b.jump(b.clock.Now().Add(5 * time.Second))
	if l := b.binding(r.Key); l.State != engine.Bound || l.Group != g {
		t.Errorf("with a group that is visible again the binding is %+v", l)
	}
}

// A parked run may have created the group.
func TestReservedGroupIsNotReleased(t *testing.T) {
	t.Parallel()
	b := setup(t, storyFlows()[2])
	b.platform.setFail(func(method, _ string) error {
		if method == "create" {
			return &core.Error{Op: "fake: create", Kind: core.Unknown, Effect: core.None}
		}
		return nil
	})
	b.start()
	r := b.file("Stuck", time.Now().AddDate(0, 0, -3))
	b.eventually("the run is parked", func() bool {
		b.jump(b.clock.Now().Add(time.Minute))
		return b.run(r.Key, "gather").State == engine.Parked
	})
	_, err := b.engine.Do(b.ctx(), "op", boss, engine.ReleaseGroup{Risk: r.Key})
	wantRefusal(t, err, "release_reserved")
}
