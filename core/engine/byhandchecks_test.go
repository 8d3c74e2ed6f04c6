package engine_test

import (
	"fmt"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
)

// checkByHand checks what must hold once riskroom has come to rest.
func (h *hands) checkByHand() {
	h.t.Helper()
	ops := map[string]bool{}
	for _, p := range h.platform.posts {
		if ops[p.Op] {
			h.t.Errorf("posted twice in %s: %q", p.Ref.Channel, core.Text(p.Message.Text))
		}
		ops[p.Op] = true
	}
	for _, key := range []core.RiskKey{"R-1", "T-1"} {
		rec, err := h.store.Get(h.ctx, key)
		if core.KindOf(err) == core.NotFound && key == "T-1" {
			continue
		}
		if err != nil {
			h.t.Fatal(err)
		}
		for _, r := range rec.Runs {
			if r.State == engine.Parked || r.State.Live() && (r.ID.Flow != engine.CloseFlow || !r.At.After(h.clock.Now())) {
				h.t.Errorf("%s is %s, due %s", r.ID, r.State, r.At)
			}
		}
		for _, g := range rec.Groups {
			h.checkRecord(rec, g)
		}
	}
	h.checkTold()
	for _, p := range h.platform.posts {
		if p.Over && p.Message.Card == nil { // the pinned card may be late
			h.t.Errorf("after the end of the topic in %s: %q", p.Ref.Channel, core.Text(p.Message.Text))
		}
	}
}

// checkRecord compares the record of a group with its platform.
func (h *hands) checkRecord(rec engine.Record, g engine.Group) {
	h.t.Helper()
	var f fakeGroup
	h.platform.changeGroup(g.Ref.ID, func(now *fakeGroup) { f = *now })
	wrong := func(format string, args ...any) {
		h.t.Helper()
		h.t.Errorf("%s %s, on the platform %q, hidden %t, pinned %v; %+v; %+v: %s", g.Type, g.Ref, f.Ended, f.Hidden, f.Pinned, g, rec.Binding, fmt.Sprintf(format, args...))
	}
	exists, b := f.Ended == "" && !f.Hidden, rec.Binding
	has := b.Group == g.Ref && (b.State == engine.Bound || b.State == engine.Lost)
	switch {
	case g.Type == core.Topic:
		h.checkTopic(rec, g, f, wrong)
	case exists && has:
		if b.State != engine.Bound && b.State != engine.Lost || g.Life != engine.LiveGroup {
			wrong("it exists")
		}
		if !f.Badged || !slices.Contains(f.Pinned, b.Badge) {
			wrong("no badge")
		}
		h.checkCards(rec, g, wrong)
	case exists:
		if b.State != engine.Bound && b.State != engine.Lost || g.Life != engine.FormerGroup {
			wrong("the risk has no group, or the wrong one")
		}
		if slices.Contains(h.platform.buttoned(), g.Ref.ID) {
			wrong("a former group has buttons or a badge")
		}
	case has:
		if b.State != engine.Lost || !f.Hidden {
			wrong("the risk has a group that doesn't exist")
		}
	case g.Life == engine.LiveGroup:
		wrong("it doesn't exist")
	}
	if exists && g.Life == engine.LiveGroup && g.Owner != (core.Account{}) && h.platform.profiles[g.Owner.ID].Gone && !h.platform.profiles["MEI"].Gone && g.Key == "R-1" {
		wrong("the owner has left")
	}
}

// checkCards checks that messages in the risk's group show what the risk is now.
func (h *hands) checkCards(rec engine.Record, g engine.Group, wrong func(string, ...any)) {
	h.t.Helper()
	for _, p := range h.platform.postsIn(g.Ref.ID) {
		if c := p.Message.Card; c != nil && (c.Version != rec.Risk.Version || len(c.Buttons) == 0) {
			if slices.ContainsFunc(rec.Shown, func(s engine.Shown) bool { return s.Ref == p.Ref }) {
				wrong("a card shows version %d of %d", c.Version, rec.Risk.Version)
			}
		}
	}
}

// checkTopic compares the record of a topic group with its platform.
func (h *hands) checkTopic(rec engine.Record, g engine.Group, f fakeGroup, wrong func(string, ...any)) {
	h.t.Helper()
	leaves := h.platform.can.End.Leaves
	state := f.Set.State
	if leaves || state == "" {
		state = core.Discussing
	}
	if leaves && f.Ended == core.Archived {
		state = core.Ended
	}
	exists := f.Ended == "" && !f.Hidden
	if exists && g.Life != engine.LiveGroup {
		wrong("it exists")
	}
	if exists && g.State != state {
		wrong("its state is %s", state)
	}
	if f.Ended == core.Archived && !f.Hidden && g.Life == engine.LiveGroup && g.State != core.Ended {
		wrong("it has ended")
	}
	if !exists || g.Life != engine.LiveGroup {
		return
	}
	if !slices.Contains(f.Pinned, g.Card) {
		wrong("no pinned card")
	}
	for _, s := range rec.Shown {
		if s.Badge && s.Group == g.Ref && s.Rev < g.Rev {
			wrong("its card shows %d", s.Rev)
		}
	}
}

// checkTold checks that every notice has its event in the trail.
func (h *hands) checkTold() {
	h.t.Helper()
	told := func(part string) (most int) { // in one channel: some notices go to administrators and to the owner
		n := map[string]int{}
		for _, p := range h.platform.posts {
			if strings.Contains(core.Text(p.Message.Text), part) {
				n[p.Ref.Channel]++
				most = max(most, n[p.Ref.Channel])
			}
		}
		return most
	}
	happened := func(kind string, data ...string) (n int) {
		for _, e := range slices.Concat(h.events("R-1", kind), h.events("T-1", kind)) {
			ok := true
			for i := 0; i < len(data); i += 2 {
				ok = ok && e.Data[data[i]] == data[i+1]
			}
			if ok {
				n++
			}
		}
		return n
	}
	for part, most := range map[string]int{
		"was archived. A new":         happened(engine.EventFreed, "reason", "archived"),
		"was deleted. A new":          happened(engine.EventFreed, "reason", "deleted"),
		"released the risk's channel": happened(engine.EventFreed, "reason", "released"),
		"has another one now":         happened(engine.EventGroup, "what", "former"),
		"now owns this channel":       happened(engine.EventGroup, "reason", "departed"),
		"ended this topic":            happened(engine.EventGroup, "state", "ended"),
	} {
		if n := told(part); n > most {
			h.t.Errorf("%q was said %d times for %d events", part, n, most)
		}
	}
	if n := told("Discuss"); n > 1 {
		h.t.Errorf("the flow has posted %d times in its topic group", n)
	}
}
