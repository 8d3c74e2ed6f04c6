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
)

// buttoned returns the groups that exist for the bot and in which the risk has buttons or a
// pinned message.
func (f *fakePlatform) buttoned() []string {
	var out []string
	for _, id := range f.groupIDs() {
		var gone bool
		pinned := 0
		f.changeGroup(id, func(g *fakeGroup) { gone, pinned = g.Hidden || g.Ended != "", len(g.Pinned) })
		buttons := 0
		for _, p := range f.postsIn(id) {
			if p.Message.Card != nil {
				buttons += len(p.Message.Card.Buttons)
			}
		}
		if !gone && pinned+buttons > 0 {
			out = append(out, id)
		}
	}
	return out
}

// posted reports whether a message is in a channel.
func (f *fakePlatform) posted(channel, id string) bool {
	return slices.ContainsFunc(f.postsIn(channel), func(p fakePost) bool { return p.Ref.ID == id })
}

// archiveByHand archives a group by hand, or brings it back, and reports it.
func (b *bundle) archiveByHand(g core.GroupRef, archived bool) {
	b.t.Helper()
	var err error
	if archived {
		b.platform.changeGroup(g.ID, func(g *fakeGroup) { g.Ended = core.Archived })
		err = b.engine.Ended(b.t.Context(), g, core.Archived)
	} else {
		b.platform.changeGroup(g.ID, func(g *fakeGroup) { g.Ended = "" })
		err = b.engine.Unarchived(b.t.Context(), g, out.Account)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	afterAMinute()
}

// doThen has wei change a risk, and waits.
func (b *bundle) doThen(op string, o engine.Operation) {
	b.t.Helper()
	if _, err := b.engine.Do(b.t.Context(), op, wei, o); err != nil {
		b.t.Fatal(err)
	}
	afterAMinute()
}

// afterAMinute waits a minute, and until engines have done what was due by then. Only the latter
// lets a test use what they have written.
func afterAMinute() {
	time.Sleep(time.Minute)
	synctest.Wait()
}

// onGroup runs test with a risk whose group is C1, on a clock of its own.
func onGroup(t *testing.T, test func(b *bundle, r core.Risk, g core.GroupRef)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := setupOn(t, &fakeClock{}, inMemory(t), storyFlows()[2], regather)
		defer b.startEngine(b.engine)()
		r := b.file("Gone", time.Now().AddDate(0, 0, -3))
		afterAMinute()
		test(b, r, core.GroupRef{Workspace: "acme", ID: "C1"})
	})
}

// A group that exists again is the risk's group again if it has no other, with present
// cards and buttons.
func TestUnarchivedGroupIsTheRisksAgain(t *testing.T) {
	t.Parallel()
	onGroup(t, func(b *bundle, r core.Risk, g core.GroupRef) {
		b.archiveByHand(g, true)
		if got := b.binding(r.Key); got.State != engine.Free {
			t.Fatalf("archived, it is %+v", got)
		}
		b.doThen("op1", engine.Edit{Risk: r.Key, Patch: engine.Patch{Title: new("Changed meanwhile")}})
		b.archiveByHand(g, false)
		if got := b.binding(r.Key); got.State != engine.Bound || got.Group != g || got.Badge.IsZero() {
			t.Errorf("it is %+v", got)
		}
		for _, p := range b.platform.postsIn(g.ID) {
			if c := p.Message.Card; c == nil || len(c.Buttons) == 0 || !strings.Contains(core.Text(c.Title), "Changed meanwhile") {
				t.Errorf("a card shows %+v", c)
			}
		}
		b.doThen("op2", engine.ChangeStatus{Risk: r.Key, To: core.InProgress}) // regather
		if got := b.platform.groupIDs(); len(got) != 1 {
			t.Errorf("groups %v", got)
		}
	})
}

// A group that exists again while the risk has another one loses badge and buttons. Its
// cards and whoever brought it back learn which group the risk has now.
func TestUnarchivedGroupIsReplaced(t *testing.T) {
	t.Parallel()
	onGroup(t, func(b *bundle, r core.Risk, g core.GroupRef) {
		b.archiveByHand(g, true)
		b.doThen("op3", engine.ChangeStatus{Risk: r.Key, To: core.InProgress}) // regather
		second := b.binding(r.Key).Group
		if second.ID != "C2" {
			t.Fatalf("the risk has %v", second)
		}
		b.archiveByHand(g, false)
		if got := b.binding(r.Key); got.State != engine.Bound || got.Group != second {
			t.Errorf("it is %+v", got)
		}
		if got := b.platform.buttoned(); len(got) != 1 || got[0] != "C2" {
			t.Errorf("badge or buttons are in %v", got)
		}
		for _, p := range b.platform.postsIn("C1") {
			if c := p.Message.Card; c != nil && !strings.Contains(core.Text(c.Body), "Gone-r-1-2") {
				t.Errorf("a card reads %q", core.Text(c.Body))
			}
		}
		if got := toldDirectly(b.platform, "OUT"); len(got) != 1 || !strings.Contains(got[0], "R-1 has another one now: Gone-r-1-2") {
			t.Errorf("whoever unarchived it is told %q", got)
		}
		b.archiveByHand(second, true) // then the first one is all that the risk has
		if got := b.binding(r.Key); got.State != engine.Bound || got.Group != g {
			t.Errorf("it is %+v", got)
		}
		if got := b.platform.buttoned(); len(got) != 1 || got[0] != "C1" {
			t.Errorf("badge or buttons are in %v", got)
		}
	})
}

// Cards of a group that the bot couldn't see are brought up to date when it can.
func TestCardsOfALostGroupComeBack(t *testing.T) {
	t.Parallel()
	onGroup(t, func(b *bundle, r core.Risk, g core.GroupRef) {
		b.platform.hideGroup(g.ID)
		b.platform.setFail(func(method, about string) error {
			if method == "edit" || method == "post" && about == g.ID {
				return &core.Error{Op: "fake", Kind: core.NotFound, Detail: "channel_not_found"}
			}
			return nil
		})
		b.doThen("op4", engine.Edit{Risk: r.Key, Patch: engine.Patch{Title: new("Changed meanwhile")}})
		b.platform.setFail(nil)
		b.platform.changeGroup(g.ID, func(g *fakeGroup) { g.Hidden = false })
		if err := b.engine.Noticed(b.t.Context(), g); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		for _, p := range b.platform.postsIn(g.ID) {
			if c := p.Message.Card; c == nil || c.Version != 2 {
				t.Errorf("a card shows %+v", c)
			}
		}
	})
}

// A former group that goes away again, or that the bot can't see any more, just while its cards
// are edited keeps them, so they lose their buttons when it returns.
func TestFormerGroupGoesAwayDuringTheEdit(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(g *fakeGroup, away bool){
		"archived": func(g *fakeGroup, away bool) {
			if g.Ended = ""; away {
				g.Ended = core.Archived
			}
		},
		"hidden": func(g *fakeGroup, away bool) { g.Hidden = away },
	} {
		t.Run(name, func(t *testing.T) {
			onGroup(t, func(b *bundle, r core.Risk, g core.GroupRef) {
				b.archiveByHand(g, true)
				b.doThen("op", engine.ChangeStatus{Risk: r.Key, To: core.InProgress}) // regather
				b.platform.strict = true
				edits := 0
				b.platform.setFail(func(method, about string) error {
					if method != "edit" || !b.platform.posted(g.ID, about) {
						return nil
					}
					edits++
					b.platform.changeGroup(g.ID, func(g *fakeGroup) { set(g, true) })
					return &core.Error{Op: "fake", Kind: core.NotFound, Detail: "channel_not_found"}
				})
				b.archiveByHand(g, false)
				if edits != 1 {
					t.Errorf("%d edits", edits)
				}
				b.platform.setFail(nil)
				b.platform.changeGroup(g.ID, func(g *fakeGroup) { set(g, false) })
				if got := b.platform.buttoned(); !slices.Equal(got, []string{"C1", "C2"}) {
					t.Errorf("before its return is reported, badge or buttons are in %v", got)
				}
				b.archiveByHand(g, false)
				if got := b.platform.buttoned(); !slices.Equal(got, []string{"C2"}) {
					t.Errorf("badge or buttons are in %v", got)
				}
			})
		})
	}
}

// If it can't be found out whether a former group has gone away, its cards are edited later.
func TestFormerGroupThatCantBeLookedAt(t *testing.T) {
	t.Parallel()
	onGroup(t, func(b *bundle, r core.Risk, g core.GroupRef) {
		b.archiveByHand(g, true)
		b.doThen("op", engine.ChangeStatus{Risk: r.Key, To: core.InProgress}) // regather
		edited := false
		b.platform.setFail(func(method, about string) error {
			switch {
			case method == "edit" && !edited && b.platform.posted(g.ID, about):
				edited = true
				return &core.Error{Op: "fake", Kind: core.NotFound, Detail: "channel_not_found"}
			case method == "look" && about == g.ID && edited:
				return &core.Error{Op: "fake", Kind: core.Unavailable}
			}
			return nil
		})
		b.archiveByHand(g, false)
		if got := b.platform.buttoned(); !edited || !slices.Equal(got, []string{"C2"}) {
			t.Errorf("an edit failed: %v, badge or buttons are in %v", edited, got)
		}
	})
}

// If no event says that a group was unarchived, it is found before another is created, with
// one look. Then it is the risk's group, whoever wanted one.
func TestUnarchivedGroupIsFoundBeforeAnother(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]func(core.Risk) engine.Operation{
		"by a flow": func(r core.Risk) engine.Operation {
			return engine.ChangeStatus{Risk: r.Key, To: core.InProgress} // regather
		},
		"by hand": func(r core.Risk) engine.Operation { return engine.OpenGroup{Risk: r.Key} },
	} {
		for _, back := range []bool{true, false} {
			t.Run(fmt.Sprint(name, ", unarchived: ", back), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					b := setupOn(t, &fakeClock{}, inMemory(t), storyFlows()[2], regather)
					stop := b.startEngine(b.engine)
					r, g := b.file("Gone", time.Now().AddDate(0, 0, -3)), core.GroupRef{Workspace: "acme", ID: "C1"}
					time.Sleep(time.Minute)
					b.archiveByHand(g, true)
					stop()
					time.Sleep(31 * 24 * time.Hour) // now no sync looks at it
					b.engine = b.newEngine(b.options)
					defer b.startEngine(b.engine)()
					want := []string{"C1"}
					if back {
						b.platform.changeGroup(g.ID, func(g *fakeGroup) { g.Ended = "" })
					} else {
						want = append(want, "C2")
					}
					looks := 0
					b.platform.setFail(func(method, about string) error {
						if method == "look" && about == g.ID {
							looks++
						}
						return nil
					})
					b.doThen("op", o(r))
					if got := b.platform.groupIDs(); !slices.Equal(got, want) {
						t.Errorf("groups %v", got)
					}
					last := want[len(want)-1]
					if got := b.binding(r.Key); got.State != engine.Bound || got.Group.ID != last {
						t.Errorf("it is %+v", got)
					}
					if got := b.platform.buttoned(); !slices.Equal(got, []string{last}) {
						t.Errorf("badge or buttons are in %v", got)
					}
					if !back && looks != 1 {
						t.Errorf("%d looks", looks)
					}
				})
			})
		}
	}
}
