package store_test

import (
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

var room = core.GroupRef{Workspace: "acme", ID: "C1"}

func (b *bench) binding() engine.Binding {
	b.Helper()
	rec, err := b.s.Get(b.ctx, "R-1")
	b.ok(err)
	return rec.Binding
}

func (b *bench) reserve(l engine.Lease) engine.Binding {
	b.Helper()
	binding, err := b.s.ReserveBinding(b.ctx, l)
	b.ok(err)
	return binding
}

// bindings returns every binding by its risk.
func (b *bench) bindings() map[core.RiskKey]engine.Binding {
	b.Helper()
	all := map[core.RiskKey]engine.Binding{}
	b.ok(b.s.EachBinding(b.ctx, func(k core.RiskKey, l engine.Binding) error { all[k] = l; return nil }))
	return all
}

func testBinding(t *testing.T, open opener) {
	b := setup(t, open)
	l := b.claimed(id("1"))
	begin := engine.Begin{Lease: l, Key: "create", Attempt: 1, Nonce: "n", Until: b.clock.Now().Add(time.Minute), NeedsBinding: true}
	_, err := b.s.Begin(b.ctx, begin)
	b.is(err, core.Conflict, "link")
	b.same("reserved", b.reserve(l), engine.Binding{State: engine.Reserved, Run: id("1")})
	b.same("repeat", b.reserve(l), engine.Binding{State: engine.Reserved, Run: id("1")})
	other := b.claimed(id("2"))
	b.same("in the way", b.reserve(other), engine.Binding{State: engine.Reserved, Run: id("1")})

	_, err = b.s.RiskOf(b.ctx, room)
	b.is(err, core.NotFound, "")
	got, err := b.s.Begin(b.ctx, begin)
	b.ok(err)
	made := engine.Close{Run: id("1"), Key: "create", Attempt: 1, Value: room.ID, Bind: &room, Events: []engine.Event{{Kind: "bound"}}}
	for range 2 {
		_, err = b.s.Close(b.ctx, made)
		b.ok(err)
	}
	badge := core.MessageRef{Workspace: "acme", Channel: "C1", ID: "1.2"}
	b.complete(engine.Complete{Lease: got.Lease, To: engine.Finished, Badge: badge})
	b.same("bound", b.binding(), engine.Binding{State: engine.Bound, Group: room, Badge: badge, Run: id("1")})
	b.same("still in the way", b.reserve(other).State, engine.Bound)
	groups, err := b.s.CountGroups(b.ctx)
	b.ok(err)
	b.same("groups", groups, 1)
	risk, err := b.s.RiskOf(b.ctx, room)
	b.ok(err)
	b.same("risk", risk, "R-1")
	b.same("each", len(b.bindings()), 1)

	set := func(g core.GroupRef, to engine.BindingState, kind string) {
		t.Helper()
		for range 2 {
			b.ok(b.s.SetBinding(b.ctx, "R-1", g, to, nil, []engine.Event{{Kind: kind}}))
		}
	}
	set(core.GroupRef{Workspace: "acme", ID: "C2"}, engine.Free, "other")
	set(room, engine.Lost, "missing")
	b.same("missing", b.bindings()["R-1"].State, engine.Lost)
	say := func(g core.GroupRef) {
		t.Helper()
		for range 2 {
			b.ok(b.s.ReportEnded(b.ctx, "R-1", g, core.Deleted, []engine.TimerChange{{Do: engine.ArmSync, Run: engine.RunID{Risk: "R-1", Flow: engine.SyncFlow}}}))
		}
	}
	say(core.GroupRef{Workspace: "acme", ID: "C2"})
	b.same("report on another group", b.binding().Ended, core.Ending(""))
	say(room)
	b.same("reported", []any{b.binding().Ended, b.binding().State}, []any{core.Deleted, engine.Lost})
	set(room, engine.Lost, "missing")
	b.same("report dropped without a change", b.binding().Ended, core.Ending(""))
	say(room)
	set(room, engine.Bound, "back")
	set(room, engine.Free, "freed")
	b.same("free", b.binding(), engine.Binding{Epoch: 1})
	b.same("each", len(b.bindings()), 0)
	risk, err = b.s.RiskOf(b.ctx, room)
	b.ok(err)
	b.same("was last", risk, "R-1")
	b.same("events", b.kinds(), "freed back missing bound")

	b.same("next epoch", b.reserve(other), engine.Binding{State: engine.Reserved, Run: id("2"), Epoch: 1})
	b.is(b.s.SetBinding(b.ctx, "R-1", room, "odd", nil, nil), core.Invalid, "state")
}

// A risk without a group can be bound to one that it had before. Any other binding stays.
func testBindAgain(t *testing.T, open opener) {
	b := setup(t, open)
	badge := core.MessageRef{Workspace: "acme", Channel: "C1", ID: "1.2"}
	again := engine.BindingAgain{Risk: "R-1", Group: room, Run: id("1"), Badge: badge, Events: []engine.Event{{Kind: "again"}}}
	want := engine.Binding{State: engine.Bound, Group: room, Badge: badge, Run: id("1")}
	for range 2 {
		got, err := b.s.BindAgain(b.ctx, again)
		b.ok(err)
		b.same("bound", got, want)
	}
	b.same("events", b.kinds(), "again")
	b.same("each", len(b.bindings()), 1)
	other := again
	other.Group.ID = "C2"
	got, err := b.s.BindAgain(b.ctx, other)
	b.ok(err)
	b.same("bound to another", got, want)
	b.ok(b.s.SetBinding(b.ctx, "R-1", room, engine.Free, nil, nil))

	l := b.claimed(id("2"))
	b.reserve(l)
	got, err = b.s.BindAgain(b.ctx, other)
	b.ok(err)
	b.same("reserved", got, engine.Binding{State: engine.Reserved, Run: id("2"), Epoch: 1})
}

// A change releases the group that it names, and no other.
func testRelease(t *testing.T, open opener) {
	b := setup(t, open)
	l := b.claimed(id("1"))
	b.reserve(l)
	begun, err := b.s.Begin(b.ctx, engine.Begin{Lease: l, Key: "create", Attempt: 1, Until: l.Until.Add(lease), NeedsBinding: true})
	b.ok(err)
	_, err = b.s.Close(b.ctx, engine.Close{Run: id("1"), Key: "create", Attempt: 1, Value: room.ID, Bind: &room})
	b.ok(err)
	b.complete(engine.Complete{Lease: begun.Lease, To: engine.Finished})

	change := func(release engine.Binding) error {
		next := b.risk
		next.Version++
		_, err := b.s.Apply(b.ctx, engine.Change{Op: "release", Expect: b.risk.Version, Old: &b.risk, New: next, Result: "gone", Release: release,
			Events: []engine.Event{{Kind: "freed"}}})
		return err
	}
	b.is(change(engine.Binding{State: engine.Lost, Group: room}), core.Conflict, "link")
	b.is(change(engine.Binding{State: engine.Bound, Group: core.GroupRef{Workspace: "acme", ID: "C2"}}), core.Conflict, "link")
	b.same("bound", b.binding().Group, room)
	for range 2 {
		b.ok(change(engine.Binding{State: engine.Bound, Group: room}))
	}
	b.same("free", b.binding(), engine.Binding{Epoch: 1})
	b.same("each", len(b.bindings()), 0)
	b.same("events", b.kinds(), "freed")
	risk, err := b.s.RiskOf(b.ctx, room)
	b.ok(err)
	b.same("was last", risk, "R-1")
}

// A run that ends or is removed frees its reservation. A parked run keeps it. A group
// whose creation is recorded late is bound only if the binding is free.
func testBindingKept(t *testing.T, open opener) {
	b := setup(t, open)
	l := b.claimed(id("1"))
	b.reserve(l)
	b.complete(engine.Complete{Lease: l, To: engine.Parked, Reason: "unsure"})
	b.same("parked", b.binding().Run, id("1"))
	b.ok(b.s.Drop(b.ctx, id("1"), engine.Event{Kind: "dropped"}))
	b.same("dropped", b.binding(), engine.Binding{})

	l = b.claimed(id("2"))
	b.reserve(l)
	b.complete(engine.Complete{Lease: l, To: engine.Skipped})
	b.same("ended", b.binding(), engine.Binding{})

	l = b.claimed(id("3"))
	b.reserve(l)
	drop := b.arming(id("3"), 0)
	drop.Do = engine.DropTimer
	b.arm(drop)
	b.same("removed", b.binding(), engine.Binding{})

	// A result of run 1, dropped above, arrives late.
	late := engine.Close{Run: id("1"), Key: "create", Attempt: 1, Value: room.ID, Bind: &room, Events: []engine.Event{{Kind: "bound"}}}
	_, err := b.s.Close(b.ctx, late)
	b.ok(err)
	b.same("a late group", b.binding().Group, room)
	b.ok(b.s.SetBinding(b.ctx, "R-1", room, engine.Free, nil, nil))
	late.Value = "C1 "
	_, err = b.s.Close(b.ctx, late)
	b.ok(err)
	b.same("not again", b.binding(), engine.Binding{Epoch: 1})

	l = b.claimed(id("4"))
	b.reserve(l)
	second := core.GroupRef{Workspace: "acme", ID: "C2"}
	late.Value, late.Bind = second.ID, &second
	_, err = b.s.Close(b.ctx, late)
	b.ok(err)
	b.same("somebody else's", []any{b.binding().State, b.binding().Run}, []any{engine.Reserved, id("4")})
	trail, err := b.s.Trail(b.ctx, "R-1", "", 1)
	b.ok(err)
	b.same("recorded", trail[0].Data["outcome"], "unbound")
	_, err = b.s.RiskOf(b.ctx, second)
	b.is(err, core.NotFound, "")
}
