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

// TestLeaderKilled kills the process that holds the connection to the gateway, after
// Redis has stored a risk and before the reply. The other process resumes the session
// and replies, and everything happens once.
func TestLeaderKilled(t *testing.T) {
	t.Parallel()
	p, w := onDiscord(t, "guild", false)
	b := newBench(t, startRedis(t), set{flows: reminder, platforms: []*platform{p}})
	leader := b.up()
	b.open()
	other := b.up()
	b.open()
	b.use(leader)
	g := guild{b, w, "guild"}
	g.filed("First")

	var struck atomic.Bool
	b.proxy.watchWith(watch{answered: func(c command) bool {
		if c.name != "file" || struck.Swap(true) {
			return true
		}
		b.strike()
		return false
	}})
	old := emulator.Values{"title": "Second", "module": "Payments", "discovered": "2026-01-02"}
	if _, err := w.SlashCommand(context.Background(), anaThere, "", "/risk", "new", old); !errors.Is(err, stage.ErrDeadline) || !struck.Load() {
		t.Errorf("the leader was killed: %v, and ana sees %v", struck.Load(), err)
	}
	b.use(other)
	g.shown(anaThere, "R-2 is filed: Second")
	if w.Gateway().Connected() != 1 || len(w.Gateway().Identifies()) != 1 || w.Gateway().Resumes() != 1 {
		t.Errorf("%d connections, %d IDENTIFYs, %d RESUMEs: want one resumed session", w.Gateway().Connected(), len(w.Gateway().Identifies()), w.Gateway().Resumes())
	}
	s := b.look()
	b.ended(s, "R-2")
	g.risk(weiThere, "status", emulator.Values{"key": "R-2", "status": "resolved", "note": "booked twice"})
	b.ended(s, "R-2")
	if got := b.titles(); !slices.Equal(got, []string{"First"}) {
		t.Errorf("risks: %q", got)
	}
	if got := p.direct("lin"); len(got) != 1 {
		t.Errorf("lin is reminded of the second %d times", len(got))
	}
	answers := 0
	for _, m := range w.DMs(anaThere) {
		if anyKey.FindString(m.Plain) == "R-2" {
			answers++
		}
	}
	if answers != 1 {
		t.Errorf("ana has %d answers", answers)
	}
	b.down()
}

// TestDiscordEvents checks that a group is checked and repaired as soon as people change
// it by hand, and that deleting the channel releases the risk.
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
		b.until("the engine is notified that "+what, func() bool { return b.counted("events", "ok") > before })
	}
	b.until("the group is checked", func() bool { return p.log.Count("list_pins") > looks })
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
