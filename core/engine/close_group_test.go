package engine_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store/storetest"
)

// onClosing runs test with a risk that has just been resolved and whose group, C1, is to be
// closed after two days.
func onClosing(t *testing.T, test func(b *bundle, r core.Risk, g core.GroupRef)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := setupClosing(t)
		b.org.CloseAfter = 2
		defer b.startEngine(b.engine)()
		r := b.file("Closed", time.Now().AddDate(0, 0, -3))
		time.Sleep(time.Minute)
		b.doThen("resolve", engine.ChangeStatus{Risk: r.Key, To: core.Resolved, Note: "done"})
		test(b, r, core.GroupRef{Workspace: "acme", ID: "C1"})
	})
}

// setupClosing returns a bundle whose store follows its clock.
func setupClosing(t *testing.T) *bundle {
	t.Helper()
	clock := &fakeClock{}
	return setupOn(t, clock, storetest.Embedded(t, clock), storyFlows()[2])
}

// pass lets time go by without the periodic looks at the timers, of which there are 3,600
// in an hour.
func (b *bundle) pass(d time.Duration) {
	b.t.Helper()
	b.jump(b.clock.Now().Add(d))
}

// dissolved returns how a group was dissolved.
func (b *bundle) dissolved(id string) (how core.Dissolve) {
	b.platform.changeGroup(id, func(g *fakeGroup) { how = g.Set.Dissolve })
	return how
}

// says has a person post in a group.
func (f *fakePlatform) says(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.said == nil {
		f.said = map[string]fakeSaying{}
	}
	f.said[id] = fakeSaying{f.now(), f.next}
}

// A closed risk's group gets a notice a day before it is archived. Administrators aren't
// told, because nothing is wrong.
func TestGroupOfAClosedRiskIsClosed(t *testing.T) {
	t.Parallel()
	onClosing(t, func(b *bundle, r core.Risk, g core.GroupRef) {
		b.pass(24*time.Hour - 5*time.Minute)
		if got := b.notices(g.ID); len(got) > 0 {
			t.Errorf("before the first day has passed it reads %q", got)
		}
		b.pass(10 * time.Minute)
		if got := b.notices(g.ID); len(got) != 1 || !strings.Contains(got[0], "This channel will be archived on 3 Jan 2000, 00:01. To keep it, post a message here") {
			t.Errorf("after a day it reads %q", got)
		}
		b.pass(24*time.Hour - 20*time.Minute)
		if how := b.dissolved(g.ID); how != "" {
			t.Errorf("too early, it was dissolved: %s", how)
		}
		b.pass(time.Hour)
		if how := b.dissolved(g.ID); how != core.DissolveArchive {
			t.Errorf("after two days it was dissolved: %q", how)
		}
		if got := b.binding(r.Key); got.State != engine.Free {
			t.Errorf("the binding is %+v", got)
		}
		if got := b.notices("CADMIN"); len(got) > 0 {
			t.Errorf("administrators are told %q", got)
		}
		b.doThen("reopen", engine.ChangeStatus{Risk: r.Key, To: core.Pending})
		if got := b.platform.groupIDs(); len(got) != 1 {
			t.Errorf("reopening alone created %v", got)
		}
	})
}

// A person's post after the notice keeps the group for as long again. So does reopening the
// risk, until it is closed again.
func TestGroupOfAClosedRiskIsKept(t *testing.T) {
	t.Parallel()
	reopen := func(b *bundle, r core.Risk) {
		b.doThen("reopen", engine.ChangeStatus{Risk: r.Key, To: core.Pending})
	}
	for name, c := range map[string]struct {
		keep    func(b *bundle, r core.Risk, g core.GroupRef)
		notices int // in the end
		closed  bool
	}{
		"a person posts":       {func(b *bundle, _ core.Risk, g core.GroupRef) { b.platform.says(g.ID) }, 3, true},
		"the risk is reopened": {func(b *bundle, r core.Risk, _ core.GroupRef) { reopen(b, r) }, 1, false},
		"it is reopened and closed": {func(b *bundle, r core.Risk, _ core.GroupRef) {
			reopen(b, r)
			b.doThen("shelve", engine.ChangeStatus{Risk: r.Key, To: core.Shelved, Note: "enough"})
		}, 3, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onClosing(t, func(b *bundle, r core.Risk, g core.GroupRef) {
				b.pass(30 * time.Hour)
				c.keep(b, r, g)
				b.pass(47 * time.Hour)
				if how := b.dissolved(g.ID); how != "" || b.binding(r.Key).State != engine.Bound {
					t.Errorf("dissolved %q, %+v", how, b.binding(r.Key))
				}
				b.pass(2 * time.Hour)
				if got := b.notices(g.ID); len(got) != c.notices {
					t.Errorf("the group reads %q", got)
				}
				if closed := b.dissolved(g.ID) != ""; closed != c.closed {
					t.Errorf("in the end it was closed: %v", closed)
				}
			})
		})
	}
}

// When the config file gets the key, groups of risks that have long been closed are closed
// one after the other, each with its notice.
func TestLongClosedRisksAreNoBurst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setupClosing(t)
		stop := b.startEngine(b.engine)
		for _, title := range []string{"One", "Two", "Three"} {
			r := b.file(title, time.Now().AddDate(0, 0, -3))
			time.Sleep(time.Minute)
			b.doThen(title, engine.ChangeStatus{Risk: r.Key, To: core.Resolved})
		}
		b.pass(3 * 24 * time.Hour)
		stop()
		b.org.CloseAfter = 2
		b.engine = b.newEngine(b.options)
		defer b.startEngine(b.engine)()
		time.Sleep(time.Hour)
		var due []time.Time
		for _, key := range []core.RiskKey{"R-1", "R-2", "R-3"} {
			due = append(due, b.run(key, engine.CloseFlow).Due)
		}
		slices.SortFunc(due, time.Time.Compare)
		if due[0].IsZero() || due[1].Sub(due[0]) < 2*time.Minute || due[2].Sub(due[1]) < 2*time.Minute {
			t.Errorf("due at %v", due)
		}
		b.pass(26 * time.Hour)
		for _, id := range b.platform.groupIDs() {
			if b.dissolved(id) == "" || len(b.notices(id)) != 2 {
				t.Errorf("%s: %q, dissolved %q", id, b.notices(id), b.dissolved(id))
			}
		}
	})
}

// A risk is reopened while it is unknown whether a call that closes its group had an
// effect. The run finds out and ends, and the group is followed again.
func TestClosingIsCancelledInACall(t *testing.T) {
	t.Parallel()
	for method, closed := range map[string]bool{"post": false, "dissolve": true} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			onClosing(t, func(b *bundle, r core.Risk, g core.GroupRef) {
				if method == "dissolve" {
					b.pass(30 * time.Hour)
				}
				begun := make(chan struct{})
				unanswered := failing(method, 1, &core.Error{Op: "fake", Kind: core.Unavailable, Effect: core.Maybe})
				b.platform.setFail(func(m, about string) error {
					err := unanswered(m, about)
					if err != nil {
						close(begun)
					}
					return err
				})
				b.pass(18*time.Hour - 10*time.Minute)
				if method == "post" {
					b.pass(6 * time.Hour)
				}
				<-begun
				b.doThen("reopen", engine.ChangeStatus{Risk: r.Key, To: core.Pending})
				b.pass(25 * time.Hour)
				if got := b.run(r.Key, engine.CloseFlow); got.State != engine.Cancelled || got.Open {
					t.Errorf("the run is %+v", got)
				}
				if got := b.binding(r.Key).State; (got == engine.Free) != closed {
					t.Errorf("dissolved %q, the binding is %s", b.dissolved(g.ID), got)
				}
			})
		})
	}
}

// People can post again in a group that was archived by riskroom and brought back by hand.
func TestClosedGroupComesBack(t *testing.T) {
	t.Parallel()
	onClosing(t, func(b *bundle, r core.Risk, g core.GroupRef) {
		b.pass(3 * 24 * time.Hour)
		if how := b.dissolved(g.ID); how != core.DissolveArchive || b.binding(r.Key).State != engine.Free {
			t.Fatalf("it was dissolved: %q", how)
		}
		b.archiveByHand(g, false)
		if got := b.binding(r.Key); got.State != engine.Bound || got.Group != g {
			t.Fatalf("the risk has %+v", got)
		}
		b.platform.changeGroup(g.ID, func(f *fakeGroup) {
			if f.Set.State != core.Discussing || f.Set.Posting.State != core.Ended || f.Set.Posting.Saved != "who may post" {
				t.Errorf("set was %+v", f.Set)
			}
		})
		if room := b.room(r.Key, "live", func(g engine.Group) bool { return g.Life == engine.LiveGroup }); room.Shut || room.Saved != "" {
			t.Errorf("recorded is %+v", room)
		}
	})
}

// If people can't be let in again for good, that is tried again a day later, not by each
// sync.
func TestClosedGroupComesBackInSilence(t *testing.T) {
	t.Parallel()
	onClosing(t, func(b *bundle, r core.Risk, g core.GroupRef) {
		b.pass(3 * 24 * time.Hour)
		b.platform.setFail(failing("state", -1, &core.Error{Op: "fake", Kind: core.Denied, Detail: "missing_access"}))
		b.archiveByHand(g, false)
		for range 3 {
			b.sweep()
		}
		if got := b.events(r.Key, engine.EventPartial); len(got) != 1 || got[0].Data["action"] != "reopen" {
			t.Errorf("the trail has %+v", got)
		}
		b.platform.setFail(nil)
		b.pass(24 * time.Hour)
		b.sweep()
		b.room(r.Key, "open", func(g engine.Group) bool { return !g.Shut && g.Reopen.IsZero() })
	})
}
