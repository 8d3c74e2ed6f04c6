package e2e_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/stage"
	"riskroom/core/engine"
)

// TestLeaderKilled: of two processes the one that holds the gateway is killed as
// Redis has taken what somebody filed, before anybody was answered. The other one
// goes on with the session, tells what became of it, and all happens once.
func TestLeaderKilled(t *testing.T) {
	t.Parallel()
	p, w := onDiscord(t, "guild", false)
	b := newBench(t, startRedis(t), set{flows: reminder, platforms: []*platform{p}})
	leader := b.up()
	b.open()
	other := b.up()
	b.open()
	b.turnTo(leader)
	g := guild{b, w, "guild"}
	g.filed("First")

	var struck atomic.Bool
	b.proxy.watchWith(watch{answered: func(c command) bool {
		if c.name != "apply" || struck.Swap(true) {
			return true
		}
		b.strike()
		return false
	}})
	old := emulator.Values{"title": "Second", "module": "Payments", "discovered": "2026-01-02"}
	if _, err := w.SlashCommand(context.Background(), anaThere, "", "/risk", "new", old); !errors.Is(err, stage.ErrDeadline) || !struck.Load() {
		t.Errorf("the leader was killed: %v, and ana sees %v", struck.Load(), err)
	}
	b.turnTo(other)
	g.told(anaThere, "R-2 is filed: Second")
	if w.Gateway().Connected() != 1 || len(w.Gateway().Identifies()) != 1 || w.Gateway().Resumes() != 1 {
		t.Errorf("%d connections, %d IDENTIFYs, %d RESUMEs: want the one session to go on", w.Gateway().Connected(), len(w.Gateway().Identifies()), w.Gateway().Resumes())
	}
	s := b.look()
	b.ended(s, "R-2")
	g.risk(weiThere, "status", emulator.Values{"key": "R-2", "status": "resolved", "note": "booked twice"})
	b.ended(s, "R-2")
	if got := b.titles(); !slices.Equal(got, []string{"First"}) {
		t.Errorf("risks: %q", got)
	}
	if told := p.direct("lin"); len(told) != 1 {
		t.Errorf("lin is reminded of the second %d times", len(told))
	}
	told := 0
	for _, m := range w.DMs(anaThere) {
		if anyKey.FindString(m.Plain) == "R-2" {
			told++
		}
	}
	if told != 1 {
		t.Errorf("ana is told %d times", told)
	}
	b.down()
}

// TestDiscordEvents: what people do to a group by hand has it looked at at once,
// and what was lost is put right; with the channel the risk is free.
func TestDiscordEvents(t *testing.T) {
	t.Parallel()
	p, w := onDiscord(t, "guild", false)
	b := newBench(t, startRedis(t), set{flows: group, platforms: []*platform{p}})
	b.up()
	key := b.file()
	s := b.look()
	b.ended(s, key)
	groups := p.groups()
	owner, ok := w.UserByName("owner")
	if len(groups) != 1 || !ok {
		t.Fatalf("groups: %+v", groups)
	}
	room := groups[0].ID
	done := func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	looks := p.log.Count("list_pins")
	for what, act := range map[string]func(){
		"an overwrite is removed": func() { done(w.RemoveOverwrite(owner.ID, room, linThere)) },
		"a member leaves":         func() { done(w.Leave(weiThere)) },
		"an outage is over":       func() { w.Outage(true); w.Outage(false) },
	} {
		before := b.counted("events", "ok")
		act()
		b.until("the engine is told that "+what, func() bool { return b.counted("events", "ok") > before })
	}
	b.until("the group is looked at", func() bool { return p.log.Count("list_pins") > looks })
	for what, act := range map[string]func(badge string) error{
		"unpinned": func(badge string) error { return w.UnpinByHand(owner.ID, room, badge) },
		"deleted":  func(badge string) error { return w.DeleteMessage(owner.ID, room, badge) },
	} {
		done(act(w.Pins(room)[0].ID))
		b.until("a badge that was "+what+" is there again", func() bool { return len(w.Pins(room)) == 1 })
	}
	done(w.DeleteChannel(owner.ID, room))
	b.until("the risk is free", func() bool {
		rec, err := s.Get(context.Background(), key)
		return err == nil && rec.Binding.State == engine.Free
	})
	b.down()
}
