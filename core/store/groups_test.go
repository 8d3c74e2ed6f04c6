package store_test

import (
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

var party = core.GroupRef{Workspace: "acme", ID: "C7"}

// live returns the live groups that have a record, by their keys.
func (b *bench) live() map[core.RiskKey]int {
	b.Helper()
	all := map[core.RiskKey]int{}
	b.ok(b.s.EachGroup(b.ctx, func(g engine.Group) error { all[g.Key]++; return nil }))
	return all
}

// A group's record is stored with the group, and changed only by those who have read it.
func testGroups(t *testing.T, open opener) {
	b := setup(t, open)
	l := b.begin(b.claimed(id("1")), "create")
	made := engine.Group{Key: "R-1", Ref: party, Type: core.Ordinary, Run: id("1").String(), Rev: 1}
	record := engine.Close{Run: id("1"), Key: "create", Attempt: 1, Value: party.ID, Group: &made}
	_, err := b.s.GroupAt(b.ctx, party)
	b.is(err, core.NotFound, "")
	for range 2 {
		_, err := b.s.Close(b.ctx, record)
		b.ok(err)
	}
	rec, err := b.s.Get(b.ctx, "R-1")
	b.ok(err)
	b.same("groups", rec.Groups, []engine.Group{made})
	b.same("no binding", rec.Binding, engine.Binding{})
	_, err = b.s.RiskOf(b.ctx, party)
	b.is(err, core.NotFound, "")
	b.same("live", b.live(), map[core.RiskKey]int{"R-1": 1})

	change := func(expect int64, lease engine.Lease, edit func(*engine.Group)) error {
		g := made
		g.Rev = expect + 1
		edit(&g)
		return b.s.ChangeGroup(b.ctx, engine.GroupUpdate{Group: g, Expect: expect, Lease: lease,
			Timers: []engine.TimerChange{{Do: engine.ArmSync, Run: syncID, Due: b.clock.Now().Add(time.Hour)}}, Events: []engine.Event{{Kind: "group"}}})
	}
	lin := core.Account{Workspace: "acme", ID: "LIN"}
	own := func(g *engine.Group) { g.Owner = lin }
	b.is(change(1, engine.Lease{Run: id("1"), Until: l.Until.Add(-1e9)}, own), core.Lost, "")
	for range 2 {
		b.ok(change(1, l, own))
	}
	b.is(change(1, l, func(g *engine.Group) { g.Public = true }), core.Conflict, "rev")
	b.is(change(0, engine.Lease{}, func(g *engine.Group) { g.Public = true }), core.Conflict, "rev")
	got, err := b.s.GroupAt(b.ctx, party)
	b.ok(err)
	b.same("owner", []any{got.Owner, got.Rev}, []any{lin, 2})
	b.same("events", b.kinds(), "group")
	b.same("armed", b.load(syncID).State, engine.Armed)

	_, err = b.s.Close(b.ctx, engine.Close{Run: id("1"), Step: 1, Key: "create", Attempt: 1, Value: party.ID, Group: &made})
	b.ok(err)
	got, err = b.s.GroupAt(b.ctx, party)
	b.ok(err)
	b.same("a late result changes nothing", got.Rev, 2)

	b.ok(change(2, engine.Lease{}, func(g *engine.Group) { g.Life = engine.GoneGroup }))
	b.same("none is live", len(b.live()), 0)
	groups, err := b.s.GroupsOf(b.ctx, "R-1")
	b.ok(err)
	b.same("still recorded", len(groups), 1)
	b.is(change(4, engine.Lease{}, func(g *engine.Group) { g.Key = "" }), core.Invalid, "")
}

// Groups can belong to a key that no risk has.
func testGroupsOfNoRisk(t *testing.T, open opener) {
	b := setup(t, open)
	_, err := b.s.Get(b.ctx, "T-1")
	b.is(err, core.NotFound, "")
	add := func(id string, expect int64, life engine.GroupLife) {
		t.Helper()
		b.ok(b.s.ChangeGroup(b.ctx, engine.GroupUpdate{Expect: expect, Group: engine.Group{
			Key: "T-1", Ref: core.GroupRef{Workspace: "acme", ID: id}, Type: core.Topic, Rev: expect + 1, Life: life}}))
	}
	add("C2", 0, engine.LiveGroup)
	add("C1", 0, engine.LiveGroup)
	rec, err := b.s.Get(b.ctx, "T-1")
	b.ok(err)
	b.same("key", []any{rec.Risk.Key, rec.Risk.Version, len(rec.Groups), rec.Groups[0].Ref.ID}, []any{"T-1", 0, 2, "C1"})
	add("C2", 1, engine.FormerGroup)
	b.same("live", b.live(), map[core.RiskKey]int{"T-1": 1})
	add("C1", 1, engine.GoneGroup)
	b.same("live", len(b.live()), 0)
	rec, err = b.s.Get(b.ctx, "R-1")
	b.ok(err)
	b.same("in the same shard", len(rec.Groups), 0)
}
