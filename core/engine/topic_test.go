package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/store/storetest"
)

// opened returns a started bundle in which wei has opened a topic group with lin.
func opened(t *testing.T, end core.End) (*bundle, engine.Group) {
	t.Helper()
	b := setup(t)
	b.platform.can.End = end
	b.start()
	g := b.open("open", engine.OpenTopic{Name: "Who rounds?", Members: []core.Ref{"lin", "wei"}, Origin: &core.Quote{By: lin, Link: "https://example.com/m1"}})
	return b, b.room(g.Key, "complete", func(g engine.Group) bool { return len(g.Ops) > 0 && !g.Card.IsZero() })
}

// open opens a topic group for wei, and returns it once it exists.
func (b *bundle) open(op string, o engine.OpenTopic) engine.Group {
	b.t.Helper()
	done, err := b.engine.DoGroup(b.ctx(), op, wei, o)
	if err != nil {
		b.t.Fatal(err)
	}
	g, err := b.engine.Opened(b.ctx(), done.Run)
	if err != nil {
		b.t.Fatal(err)
	}
	return g
}

// card returns the pinned card of a group as it is shown.
func (b *bundle) pinned(g engine.Group) core.Card {
	b.t.Helper()
	for _, p := range b.platform.postsIn(g.Ref.ID) {
		if p.Ref == g.Card && p.Message.Card != nil {
			return *p.Message.Card
		}
	}
	return core.Card{}
}

func (b *bundle) topic(id string) string {
	b.platform.mu.Lock()
	defer b.platform.mu.Unlock()
	all := b.platform.groups[id].Topics
	return all[len(all)-1]
}

// A topic group has a key of its own. Its opener owns it, and its card and its channel's
// topic show its state. A repeat of the op opens no other.
func TestOpenTopic(t *testing.T) {
	t.Parallel()
	b, g := opened(t, core.End{})
	if g.Key != "T-1" || g.Type != core.Topic || g.State != core.Discussing || g.Owner != wei.Account || g.By != wei ||
		g.Suffix != "t-1" || g.Topic != "Who rounds?" || g.Origin.Link != "https://example.com/m1" || g.At.IsZero() {
		t.Errorf("recorded %+v", g)
	}
	if got := b.topic(g.Ref.ID); got != "Being discussed: Who rounds?" {
		t.Errorf("the channel's topic is %q", got)
	}
	b.platform.mu.Lock()
	members := slices.Clone(b.platform.groups[g.Ref.ID].Members)
	b.platform.mu.Unlock()
	if !slices.Equal(members, []core.Account{wei.Account, lin.Account}) {
		t.Errorf("members: %v", members)
	}
	card := b.pinned(g)
	if card.Risk != "T-1" || core.Text(card.Title) != "T-1 Who rounds?" || card.Buttons[0].Press != core.PressEndTopic || card.Buttons[0].Confirm == nil ||
		!strings.Contains(core.Text(card.Footer), "Being discussed · Owner: ") || !slices.ContainsFunc(card.Footer, func(s core.Span) bool { return s.URL != "" }) {
		t.Errorf("the card is %+v", card)
	}
	if again := b.open("open", engine.OpenTopic{Name: "Who rounds?"}); again.Ref != g.Ref {
		t.Errorf("a repeat opened %+v", again)
	}
	if other := b.open("other", engine.OpenTopic{Name: "Who rounds?"}); other.Key != "T-2" {
		t.Errorf("another is %s", other.Key)
	}
}

// A topic group of a risk takes its title, and a risk can have several.
func TestOpenTopicOfARisk(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start()
	r := b.file("Ledger", time.Now())
	for i := range 2 {
		g := b.open(fmt.Sprint("of a risk ", i), engine.OpenTopic{Risk: r.Key})
		if g.Key != r.Key || g.Topic != "Ledger" || len(g.Suffix) != 6 {
			t.Errorf("recorded %+v", g)
		}
	}
	if all := b.groups(r.Key); len(all) != 2 {
		t.Errorf("%d groups", len(all))
	}
	_, err := b.doGroup(wei, engine.OpenTopic{Risk: "R-99"})
	refused(t, err, "not_found")
	_, err = b.doGroup(wei, engine.OpenTopic{})
	refused(t, err, "topic_name")
}

// A command in a topic group of a risk is about the risk; one with a key of its own has none.
func TestRiskOfATopic(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start()
	r := b.file("Ledger", time.Now())
	g := b.open("of a risk", engine.OpenTopic{Risk: r.Key})
	if key, err := b.engine.RiskOf(b.ctx(), g.Ref); key != r.Key || err != nil {
		t.Errorf("%q, %v", key, err)
	}
	own := b.open("own", engine.OpenTopic{Name: "Rounding"})
	if key, err := b.engine.RiskOf(b.ctx(), own.Ref); core.KindOf(err) != core.NotFound {
		t.Errorf("%q, %v", key, err)
	}
}

// The history of a topic group has who opened, ended and reopened it. Who is in it, or asks
// in it, can read it.
func TestHistoryOfATopic(t *testing.T) {
	t.Parallel()
	b, g := opened(t, core.End{})
	for _, o := range []engine.GroupOperation{engine.EndTopic{Group: g.Ref}, engine.ReopenTopic{Group: g.Ref}} {
		before := g.State
		if _, err := b.doGroup(wei, o); err != nil {
			t.Fatal(err)
		}
		g = b.room(g.Key, "changed", func(g engine.Group) bool { return g.State != before })
	}
	for by, in := range map[core.Actor]core.GroupRef{wei: {}, lin: {}, out: g.Ref} {
		h, err := b.engine.History(b.ctx(), by, g.Key, in, "")
		if err != nil {
			t.Fatal(by, err)
		}
		var got []string
		for _, e := range h.Events {
			got = append(got, e.Actor.Name+" "+e.Data["what"]+" "+e.Data["state"])
		}
		if want := []string{"wei topic, state discussing", "wei topic, state ended", "wei created "}; h.Risk.Title != "Who rounds?" || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %q", by.Name, h.Risk.Title, got)
		}
	}
	_, err := b.engine.History(b.ctx(), out, g.Key, core.GroupRef{}, "")
	refused(t, err, "no_topic")
}

// A person can open five topic groups an hour. A repeat doesn't count.
func TestTopicsAnHour(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 10 {
		if _, err := b.engine.DoGroup(b.ctx(), fmt.Sprint("t", i/2), wei, engine.OpenTopic{Name: "Rounding"}); err != nil {
			t.Fatal(i, err)
		}
	}
	_, err := b.engine.DoGroup(b.ctx(), "t5", wei, engine.OpenTopic{Name: "Rounding"})
	refused(t, err, "topic_often")
	if _, err := b.engine.DoGroup(b.ctx(), "lin's", lin, engine.OpenTopic{Name: "Rounding"}); err != nil {
		t.Errorf("another person: %v", err)
	}
}

// forgetful is a store that fails to arm a run once.
type forgetful struct {
	engine.Store
	failed atomic.Bool
}

func (s *forgetful) Arm(ctx context.Context, risk core.RiskKey, timers []engine.TimerChange) error {
	if s.failed.CompareAndSwap(false, true) {
		return &core.Error{Op: "arm", Kind: core.Unavailable, Effect: core.None}
	}
	return s.Store.Arm(ctx, risk, timers)
}

// A topic that is opened again because Redis failed in the middle counts once.
func TestTopicCountsOnce(t *testing.T) {
	t.Parallel()
	clock := &fakeClock{}
	b := setupOn(t, clock, &forgetful{Store: storetest.Embedded(t, clock)})
	for i, op := range []string{"a", "a", "b", "c", "d", "e"} {
		if _, err := b.engine.DoGroup(b.ctx(), op, wei, engine.OpenTopic{Name: "Rounding"}); (err == nil) != (i > 0) {
			t.Errorf("%s: %v", op, err)
		}
	}
	_, err := b.engine.DoGroup(b.ctx(), "f", wei, engine.OpenTopic{Name: "Rounding"})
	refused(t, err, "topic_often")
	if r, ok := errors.AsType[*core.Refusal](err); !ok || r.Args["Duration"] != time.Hour+2*time.Minute {
		t.Errorf("refused with %v", r.Args)
	}
}

// The owner ends a topic: the group is told who did and when, then nobody can post, and the
// card and the channel's topic say so. Then it is reopened.
func TestEndTopic(t *testing.T) {
	t.Parallel()
	b, g := opened(t, core.End{Posters: core.Administrators})
	_, err := b.doGroup(lin, engine.EndTopic{Group: g.Ref})
	refused(t, err, "may_not_set_group")
	_, err = b.doGroup(wei, engine.ReopenTopic{Group: g.Ref})
	refused(t, err, "topic_discussing")
	if _, err := b.doGroup(wei, engine.EndTopic{Group: g.Ref}); err != nil {
		t.Fatal(err)
	}
	g = b.room(g.Key, "ended", func(g engine.Group) bool { return g.State == core.Ended })
	if g.Ended == nil || g.Ended.By != wei || g.Ended.At.IsZero() || g.Topic != "Who rounds?" {
		t.Errorf("recorded %+v", g)
	}
	var said []string
	for _, p := range b.platform.postsIn(g.Ref.ID) {
		if p.Message.Card == nil {
			said = append(said, core.Text(p.Message.Text))
		}
	}
	if len(said) != 1 || !strings.Contains(said[0], "wei ended this topic") || !strings.Contains(said[0], "People invited: 2") ||
		!strings.Contains(said[0], "Only people who administer this workspace can still post.") || !strings.Contains(said[0], "topic reopen T-1") {
		t.Errorf("the group was told %q", said)
	}
	if got := b.topic(g.Ref.ID); !strings.HasPrefix(got, "Ended ") || !strings.HasSuffix(got, ": Who rounds?") {
		t.Errorf("the channel's topic is %q", got)
	}
	b.eventually("the card shows it", func() bool {
		c := b.pinned(g)
		return strings.HasPrefix(core.Text(c.Footer), "Ended ") && c.Buttons[0].Press == core.PressReopenTopic
	})
	_, err = b.doGroup(wei, engine.EndTopic{Group: g.Ref})
	refused(t, err, "topic_ended")
	if _, err := b.doGroup(wei, engine.ReopenTopic{Group: g.Ref}); err != nil {
		t.Fatal(err)
	}
	g = b.room(g.Key, "reopened", func(g engine.Group) bool { return g.State == core.Discussing })
	b.eventually("the card shows it", func() bool { return b.pinned(g).Buttons[0].Press == core.PressEndTopic })
	if got := b.topic(g.Ref.ID); got != "Being discussed: Who rounds?" {
		t.Errorf("the channel's topic is %q", got)
	}
}

// Somebody ends a topic whose end is under way. They are told, and the group isn't told twice.
func TestTopicIsEndedOnce(t *testing.T) {
	t.Parallel()
	b, g := opened(t, core.End{Posters: core.Administrators})
	b.platform.setFail(failing("state", 1, &core.Error{Op: "fake", Kind: core.Unavailable, Effect: core.None}))
	out, err := b.doGroup(wei, engine.EndTopic{Group: g.Ref})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.doGroup(boss, engine.EndTopic{Group: g.Ref})
	refused(t, err, "topic_ending")
	b.room(g.Key, "ended", func(g engine.Group) bool { return g.State == core.Ended })
	closings := 0
	for _, p := range b.platform.postsIn(g.Ref.ID) {
		if strings.Contains(core.Text(p.Message.Text), "ended this topic") {
			closings++
		}
	}
	if closings != 1 {
		t.Errorf("%s: the group was told %d times", out.Run, closings)
	}
}

// A topic group has no bookmark, so sync doesn't miss one. A card that was unpinned is
// posted and pinned again.
func TestTopicCardIsRepairedOnce(t *testing.T) {
	t.Parallel()
	b, g := opened(t, core.End{})
	cards := func() (n int) {
		for _, p := range b.platform.postsIn(g.Ref.ID) {
			if p.Message.Card != nil {
				n++
			}
		}
		return n
	}
	for range 3 {
		b.sweep()
	}
	if n := cards(); n != 1 {
		t.Errorf("there are %d cards", n)
	}
	b.platform.changeGroup(g.Ref.ID, func(f *fakeGroup) { f.Pinned = nil })
	for range 3 {
		b.sweep()
	}
	if n := cards(); n != 2 {
		t.Errorf("after it was unpinned there are %d cards", n)
	}
}

// Where the bot leaves a topic group that ends, its card shows the end before, and only a
// person can reopen it. Then it is discussed again.
func TestEndTopicThatTheBotLeaves(t *testing.T) {
	t.Parallel()
	b, g := opened(t, core.End{Leaves: true})
	if _, err := b.doGroup(wei, engine.EndTopic{Group: g.Ref}); err != nil {
		t.Fatal(err)
	}
	g = b.room(g.Key, "ended", func(g engine.Group) bool { return g.State == core.Ended })
	c := b.pinned(g)
	if !strings.HasPrefix(core.Text(c.Footer), "Ended ") || len(c.Buttons) != 0 {
		t.Errorf("the card is %+v", c)
	}
	_, err := b.doGroup(wei, engine.ReopenTopic{Group: g.Ref})
	refused(t, err, "topic_reopen_by_hand")
	b.sweep()
	b.platform.changeGroup(g.Ref.ID, func(f *fakeGroup) { f.GroupState = core.GroupState{Pinned: []core.MessageRef{g.Card}} })
	if err := b.engine.Unarchived(b.ctx(), g.Ref, lin.Account); err != nil {
		t.Fatal(err)
	}
	g = b.room(g.Key, "reopened by hand", func(g engine.Group) bool { return g.State == core.Discussing })
	b.eventually("the card shows it", func() bool { return len(b.pinned(g).Buttons) == 1 })
	b.eventually("the channel's topic shows it", func() bool { return b.topic(g.Ref.ID) == "Being discussed: "+g.Topic })
	if g = b.room(g.Key, "done", func(g engine.Group) bool { return !g.Stale }); len(b.topics(g.Ref.ID)) != 3 {
		t.Errorf("its topics were %q", b.topics(g.Ref.ID))
	}
}

// A flow creates a topic group and ends it. After that its messages to the group are
// skipped, and it can't be changed otherwise. The state is set again without a word.
func TestFlowEndsATopic(t *testing.T) {
	t.Parallel()
	g := func(d flow.SetGroupDef) flow.StepDef {
		d.Group, d.Operator = "g", "wei"
		return flow.StepDef{Action: &d}
	}
	hello := flow.StepDef{Action: &flow.SendGroupMessageDef{Group: "g", Text: "hello"}}
	ended := string(core.Ended)
	b := setup(t, groupFlow(core.Topic, hello, g(flow.SetGroupDef{State: ended}), hello, g(flow.SetGroupDef{State: ended}), g(flow.SetGroupDef{Topic: new("new")})))
	b.platform.can.End = core.End{Posters: core.Administrators}
	b.start()
	r := b.file("Ledger", time.Now())
	b.eventually("finished", func() bool { return b.run(r.Key, "create").State == engine.Finished })
	room := b.room(r.Key, "ended", func(g engine.Group) bool { return g.State == core.Ended })
	if room.Ended.By.Name != "wei" {
		t.Errorf("ended by %+v", room.Ended)
	}
	if got := core.Text(b.pinned(room).Title); got != string(r.Key)+" Ledger" {
		t.Errorf("the card's title is %q: it shows a name that the platform has changed", got)
	}
	var said []string
	for _, p := range b.platform.postsIn(room.Ref.ID) {
		if p.Message.Card == nil {
			said = append(said, core.Text(p.Message.Text))
		}
	}
	if len(said) != 2 || said[0] != "hello" || !strings.HasPrefix(said[1], "wei ended this topic") {
		t.Errorf("the group was told %q", said)
	}
	if got := b.topic(room.Ref.ID); !strings.HasPrefix(got, "Ended ") {
		t.Errorf("the channel's topic is %q", got)
	}
	var passed, failed []string
	for _, ev := range b.events(r.Key, engine.EventPassed) {
		passed = append(passed, ev.Data["reason"])
	}
	for _, ev := range b.events(r.Key, engine.EventFailed) {
		failed = append(failed, ev.Data["code"])
	}
	if !slices.Equal(passed, []string{"unchanged", "topic_ended"}) || !slices.Equal(failed, []string{"topic_over"}) {
		t.Errorf("skipped %v, failed %v", passed, failed)
	}
}

// If the owner of a topic group that has ended departs, it gets another owner. Nothing is
// posted there.
func TestAnEndedTopicIsSucceededInSilence(t *testing.T) {
	t.Parallel()
	b, g := opened(t, core.End{Posters: core.Administrators})
	for _, o := range []engine.GroupOperation{engine.SetGroup{Group: g.Ref, Admins: []core.Ref{"lin"}}, engine.EndTopic{Group: g.Ref}} {
		if _, err := b.doGroup(wei, o); err != nil {
			t.Fatal(err)
		}
		b.room(g.Key, "changed", func(g engine.Group) bool { return len(g.Admins) == 1 })
	}
	b.room(g.Key, "ended", func(g engine.Group) bool { return g.State == core.Ended })
	b.platform.mu.Lock()
	b.platform.profiles["WEI"] = core.Profile{Account: wei.Account, Name: "wei", Gone: true}
	b.platform.mu.Unlock()
	b.jump(b.clock.Now().Add(2 * time.Minute))
	said := b.texts(g.Ref.ID)
	for range 2 {
		b.sweep()
		b.room(g.Key, "seen to be gone", func(g engine.Group) bool { return !g.Away.IsZero() || g.Owner == lin.Account })
		b.jump(b.clock.Now().Add(2 * time.Hour))
	}
	b.room(g.Key, "lin owns it", func(g engine.Group) bool { return g.Owner == lin.Account })
	b.eventually("the card shows it", func() bool { return strings.Contains(core.Text(b.pinned(g).Footer), "Owner: lin") })
	b.jump(b.clock.Now().Add(2 * time.Hour))
	if got := b.texts(g.Ref.ID); !slices.Equal(got, said) {
		t.Errorf("the group reads %q, and read %q when it ended", got, said)
	}
}

// A report that a topic group was archived counts only until the group is seen again. The
// bot can be removed from it later.
func TestAReportOfATopicsEndExpires(t *testing.T) {
	t.Parallel()
	b, g := opened(t, core.End{Leaves: true})
	if err := b.engine.Ended(b.ctx(), g.Ref, core.Archived); err != nil { // and somebody has unarchived it
		t.Fatal(err)
	}
	b.jump(b.clock.Now().Add(time.Minute))
	b.room(g.Key, "seen", func(g engine.Group) bool { return g.Said == "" })
	b.platform.changeGroup(g.Ref.ID, func(f *fakeGroup) { f.Hidden = true })
	b.sweep()
	if g := b.groups(g.Key)[0]; g.State != core.Discussing || g.Life != engine.LiveGroup {
		t.Errorf("without the bot, the topic is %s, its group %q", g.State, g.Life)
	}
}

// Whoever was removed from a private topic group no longer finds it by its key.
func TestTopicsOfOnesOwn(t *testing.T) {
	t.Parallel()
	b, g := opened(t, core.End{})
	finds := func() bool {
		all, err := b.engine.Topics(b.ctx(), lin, g.Key, core.GroupRef{})
		if err != nil {
			t.Fatal(err)
		}
		return len(all) == 1
	}
	if !finds() {
		t.Error("lin, who was invited, doesn't find it")
	}
	if _, err := b.doGroup(wei, engine.SetGroup{Group: g.Ref, Remove: []core.Ref{"lin"}}); err != nil {
		t.Fatal(err)
	}
	b.eventually("lin doesn't find it", func() bool { return !finds() })
}

// The periodic check leaves out topics that have long ended: they only become more. An
// event still has them looked at.
func TestTopicsThatLongEndedAreNotChecked(t *testing.T) {
	t.Parallel()
	b, g := opened(t, core.End{Leaves: true})
	var looks atomic.Int32
	b.platform.setFail(func(method, _ string) error {
		if method == "look" {
			looks.Add(1)
		}
		return nil
	})
	if _, err := b.doGroup(wei, engine.EndTopic{Group: g.Ref}); err != nil {
		t.Fatal(err)
	}
	b.room(g.Key, "ended", func(g engine.Group) bool { return g.State == core.Ended })
	b.sweep()
	b.eventually("it is looked at", func() bool { return looks.Load() > 0 })
	b.jump(b.clock.Now().Add(31 * 24 * time.Hour))
	before := looks.Load()
	b.sweep()
	b.jump(b.clock.Now().Add(time.Hour))
	if got := looks.Load(); got != before {
		t.Errorf("after a month it was looked at %d times", got-before)
	}
	b.platform.changeGroup(g.Ref.ID, func(f *fakeGroup) { f.GroupState = core.GroupState{Pinned: []core.MessageRef{g.Card}} })
	if err := b.engine.Unarchived(b.ctx(), g.Ref, lin.Account); err != nil {
		t.Fatal(err)
	}
	b.jump(b.clock.Now().Add(time.Minute))
	b.room(g.Key, "reopened by hand", func(g engine.Group) bool { return g.State == core.Discussing })
}

// If nobody can take over a topic group, administrators are told once.
func TestAnOwnerlessTopicIsReported(t *testing.T) {
	t.Parallel()
	b, g := opened(t, core.End{})
	b.platform.mu.Lock()
	p := b.platform.profiles["WEI"]
	p.Gone = true
	b.platform.profiles["WEI"] = p
	b.platform.mu.Unlock()
	told := func() (n int) {
		for _, s := range b.notices("CADMIN") {
			if strings.Contains(s, "there is nobody to take over. Choose another owner: /risk group settings T-1") {
				n++
			}
		}
		return n
	}
	for range 4 {
		b.jump(b.clock.Now().Add(2 * time.Hour))
		if err := b.engine.Missed(b.ctx(), "acme"); err != nil {
			t.Fatal(err)
		}
		b.jump(b.clock.Now().Add(2 * time.Minute))
		b.eventually("checked", func() bool { return !b.groups(g.Key)[0].Away.IsZero() })
	}
	b.eventually("told", func() bool { return told() == 1 })
	boss := core.Actor{Account: core.Account{Workspace: "acme", ID: "BOSS"}, Name: "boss"}
	if _, err := b.doGroup(boss, engine.SetGroup{Group: g.Ref, Owner: "lin"}); err != nil {
		t.Fatal(err)
	}
	b.room(g.Key, "owned again", func(g engine.Group) bool { return g.Owner == lin.Account && !g.Orphan && g.Away.IsZero() })
	if n := told(); n != 1 {
		t.Errorf("told %d times", n)
	}
}

// A topic group that is renamed is called by the name that it has now.
func TestTopicIsRenamed(t *testing.T) {
	t.Parallel()
	b, g := opened(t, core.End{})
	b.platform.rename(g.Ref.ID, "renamed-by-hand")
	if _, err := b.doGroup(wei, engine.SetGroup{Group: g.Ref, Topic: new("Sums")}); err != nil {
		t.Fatal(err)
	}
	b.room(g.Key, "renamed", func(g engine.Group) bool { return g.Name == "renamed-by-hand" && g.Topic == "Sums" })
}

// Where a flow has dissolved a topic group, later steps don't post in it, and its card
// doesn't become that of a risk.
func TestFlowDissolvesATopic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dissolve := flow.StepDef{Action: &flow.SetGroupDef{Group: "g", Operator: "wei", Dissolve: true}}
		hello := flow.StepDef{Action: &flow.SendGroupMessageDef{Group: "g", Text: "hello"}}
		b := setup(t, groupFlow(core.Topic, dissolve, hello))
		b.start()
		r := b.file("Ledger", time.Now())
		b.eventually("finished", func() bool { return b.run(r.Key, "create").State == engine.Finished })
		room := b.room(r.Key, "dissolved", func(g engine.Group) bool { return g.Life == engine.GoneGroup })
		b.must(wei, engine.ChangeStatus{Risk: r.Key, To: core.InProgress})
		b.eventually("the sync has ended", func() bool { return !b.run(r.Key, engine.SyncFlow).State.Live() })
		for _, p := range b.platform.postsIn(room.Ref.ID) {
			if p.Message.Card == nil {
				t.Errorf("posted %q", core.Text(p.Message.Text))
			} else if p.Message.Card.Buttons[0].Press != core.PressEndTopic {
				t.Errorf("the card is %+v", p.Message.Card)
			}
		}
		var failed []string
		for _, ev := range b.events(r.Key, engine.EventFailed) {
			failed = append(failed, ev.Data["code"])
		}
		if !slices.Equal(failed, []string{"group_gone"}) {
			t.Errorf("failed: %v", failed)
		}
	})
}

// While a run is ending a topic and has shown that on the pinned card, a sync doesn't edit
// the card back: where the bot leaves the group, nothing corrects it afterwards.
func TestEndingTopicKeepsItsCard(t *testing.T) {
	t.Parallel()
	b, g := opened(t, core.End{Leaves: true})
	b.platform.setFail(failing("state", 5, &core.Error{Op: "fake", Kind: core.Unavailable}))
	if _, err := b.doGroup(wei, engine.EndTopic{Group: g.Ref}); err != nil {
		t.Fatal(err)
	}
	ends := func() bool { return strings.HasPrefix(core.Text(b.pinned(g).Footer), "Ended ") }
	b.eventually("the card shows the end", ends)
	if err := b.engine.Noticed(b.ctx(), g.Ref); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		b.jump(b.clock.Now().Add(3 * time.Second))
		if !ends() {
			t.Fatalf("the card is %+v", b.pinned(g))
		}
	}
	b.jump(b.clock.Now().Add(time.Hour))
	g = b.room(g.Key, "ended", func(g engine.Group) bool { return g.State == core.Ended })
	b.jump(b.clock.Now().Add(time.Minute))
	if !ends() {
		t.Errorf("in the end the card is %+v", b.pinned(g))
	}
}
