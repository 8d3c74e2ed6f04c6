package store_test

import (
	"fmt"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

func testTimersOfChange(t *testing.T, open opener) {
	b := setup(t, open)
	b.change("edit", nil, b.arming(id("1"), time.Hour))
	rec, err := b.s.Get(b.ctx, "R-1")
	b.ok(err)
	due := b.clock.Now().Add(time.Hour)
	b.same("runs", rec.Runs, []engine.RunSummary{{ID: id("1"), State: engine.Armed, FlowHash: flow, Due: due, At: due}})
	b.same("outcomes", b.outcomes(), "armed ")
}

// testTimersOfFiling changes and claims runs that were armed when the risk was filed.
func testTimersOfFiling(t *testing.T, open opener) {
	b := setup(t, open)
	of := func(risk core.RiskKey, occurrence string) engine.RunID {
		return engine.RunID{Risk: risk, Flow: "remind", Occurrence: occurrence}
	}
	var armed []engine.TimerChange
	for i, occurrence := range []string{"now", "moved", "replaced", "dropped", "refused", "data"} {
		armed = append(armed, b.arming(of("R-2", occurrence), time.Duration(i)*time.Hour))
	}
	armed[5].Data = []byte(`{"a":"b"}`)
	b.file(2, armed...)
	rec, err := b.s.Get(b.ctx, "R-2")
	b.ok(err)
	b.same("runs", len(rec.Runs), 6)
	for _, r := range rec.Runs {
		got := b.load(r.ID)
		b.same("run", []any{got.State, got.Due, got.At, got.FlowHash}, []any{engine.Armed, r.Due, r.At, flow})
		b.same("summary", []any{r.State, r.FlowHash, r.Begun, r.Open, r.Due}, []any{engine.Armed, flow, false, false, r.At})
	}
	b.same("data", string(b.load(of("R-2", "data")).Data), `{"a":"b"}`)

	later := b.clock.Now().Add(10 * time.Hour)
	moved, replaced := of("R-2", "moved"), of("R-2", "replaced")
	b.arm(engine.TimerChange{Do: engine.MoveTimer, Run: moved, From: moved, Due: later, FlowHash: "new"},
		engine.TimerChange{Do: engine.MoveTimer, Run: of("R-2", "other"), From: replaced, Due: later, FlowHash: flow},
		engine.TimerChange{Do: engine.DropTimer, Run: of("R-2", "dropped")},
		engine.TimerChange{Do: engine.CancelBegun, Run: of("R-2", "refused")},
		b.arming(of("R-2", "now"), time.Hour))
	r := b.load(moved)
	b.same("moved", []any{r.State, r.Due, r.At, r.FlowHash}, []any{engine.Armed, later, later, "new"})
	b.same("the other", b.load(of("R-2", "other")).At, later)
	for _, gone := range []engine.RunID{replaced, of("R-2", "dropped")} {
		_, err = b.s.Load(b.ctx, gone)
		b.is(err, core.NotFound, "")
	}
	b.ok(b.s.Drop(b.ctx, of("R-2", "refused"), engine.Event{Kind: engine.EventOperator}))
	b.same("an operator's", b.load(of("R-2", "refused")).State, engine.Cancelled)

	l := b.claimOne(of("R-2", "now"))
	r = b.load(of("R-2", "now"))
	b.same("claimed", []any{r.State, r.FlowHash, r.At, r.Begun}, []any{engine.Running, flow, l.Until, false})
	b.complete(engine.Complete{Lease: b.begin(l, "send"), To: engine.Finished})
	b.same("finished", b.load(of("R-2", "now")).State, engine.Finished)

	armed = nil
	for i := range 150 { // of a file with many flows
		armed = append(armed, b.arming(of("R-3", fmt.Sprint(i)), time.Hour))
	}
	b.file(3, armed...)
	rec, err = b.s.Get(b.ctx, "R-3")
	b.ok(err)
	b.same("many", len(rec.Runs), 150)
}

func testArm(t *testing.T, open opener) {
	b := setup(t, open)
	a := b.arming(id("1"), time.Hour)
	a.Data = []byte(`{"n":1781234567890123}`)
	b.arm(a)
	b.arm(a) // a repeat
	later := b.arming(id("1"), 2*time.Hour)
	b.arm(later) // exists: left
	r := b.load(id("1"))
	b.same("run", []any{r.State, r.Due, r.At, string(r.Data), r.FlowHash}, []any{engine.Armed, a.Due, a.Due, string(a.Data), flow})
	b.same("outcomes", b.outcomes(), "armed ")

	a = b.arming(id("2"), 0)
	a.Due = time.Time{}
	b.arm(a)
	b.same("no due time is now", b.load(id("2")).Due, b.clock.Now())

	l := b.claimOne(id("2"))
	b.complete(engine.Complete{Lease: l, To: engine.Finished})
	b.arm(a) // fired is final
	b.same("state", b.load(id("2")).State, engine.Finished)

	a = b.arming(id("3"), 0)
	a.Due = b.clock.Now().Add(time.Microsecond)
	b.arm(a)
	b.same("rounded up", b.load(id("3")).At, b.clock.Now().Add(time.Millisecond))
}

func (b *bench) moving(from, to engine.RunID, in time.Duration) engine.TimerChange {
	c := b.arming(to, in)
	c.Do, c.From = engine.MoveTimer, from
	return c
}

func testMove(t *testing.T, open opener) {
	b := setup(t, open)
	b.arm(b.arming(id("1"), time.Hour))
	move := b.moving(id("1"), id("2"), -time.Minute)
	b.arm(move)
	b.arm(move) // a repeat
	_, err := b.s.Load(b.ctx, id("1"))
	b.is(err, core.NotFound, "")
	b.same("due in the past is armed", b.load(id("2")).State, engine.Armed)
	b.same("outcomes", b.outcomes(), "armed moved ")

	// Claimed, not begun: the run is taken from the worker.
	l := b.claimOne(id("2"))
	b.arm(b.moving(id("2"), id("3"), time.Hour))
	_, err = b.s.Hold(b.ctx, l, b.clock.Now().Add(lease))
	b.is(err, core.Lost, "")

	// Begun: it stays, and the new run is armed only if it lies ahead.
	l = b.begin(b.claimed(id("4")), "send")
	b.arm(b.moving(id("4"), id("5"), -time.Second), b.moving(id("4"), id("6"), time.Second))
	b.same("from", b.load(id("4")).State, engine.Running)
	_, err = b.s.Load(b.ctx, id("5"))
	b.is(err, core.NotFound, "")
	b.same("ahead", b.load(id("6")).State, engine.Armed)

	// Ended, or never armed: the same.
	b.complete(engine.Complete{Lease: l, To: engine.Finished})
	b.arm(b.moving(id("4"), id("7"), -time.Second), b.moving(id("none"), id("8"), time.Second))
	_, err = b.s.Load(b.ctx, id("7"))
	b.is(err, core.NotFound, "")
	b.same("from", b.load(id("4")).State, engine.Finished)

	// Back to an instant that has fired: nothing is left to fire.
	b.arm(b.moving(id("8"), id("4"), time.Second))
	_, err = b.s.Load(b.ctx, id("8"))
	b.is(err, core.NotFound, "")
	b.same("outcomes", b.outcomes(), "armed moved moved armed armed armed dropped ")
}

func testMoveInPlace(t *testing.T, open opener) {
	b := setup(t, open)
	l := b.claimed(id("1"))
	move := b.moving(id("1"), id("1"), time.Minute)
	move.FlowHash = "ffff"
	b.arm(move)
	b.arm(move)
	r := b.load(id("1"))
	b.same("run", []any{r.State, r.At, r.FlowHash}, []any{engine.Armed, move.Due, "ffff"})
	b.same("outcomes", b.outcomes(), "armed moved ")
	_, err := b.s.Complete(b.ctx, engine.Complete{Lease: l, To: engine.Finished})
	b.is(err, core.Lost, "")

	b.clock.pass(time.Minute)
	b.begin(b.claimOne(id("1")), "send")
	b.arm(b.moving(id("1"), id("1"), time.Hour))
	b.same("begun", b.load(id("1")).State, engine.Running)
}

func testDropAndCancel(t *testing.T, open opener) {
	b := setup(t, open)
	do := func(op engine.TimerOp, run engine.RunID) {
		t.Helper()
		c := b.arming(run, 0)
		c.Do = op
		b.arm(c)
		b.arm(c)
	}
	b.arm(b.arming(id("1"), time.Hour))
	do(engine.CancelBegun, id("1"))
	b.same("not begun", b.load(id("1")).Wish, engine.NoWish)
	do(engine.DropTimer, id("1"))
	_, err := b.s.Load(b.ctx, id("1"))
	b.is(err, core.NotFound, "")

	l := b.claimed(id("2"))
	do(engine.DropTimer, id("2"))
	_, err = b.s.Begin(b.ctx, engine.Begin{Lease: l, Key: "send", Attempt: 1, Nonce: "n", Until: l.Until})
	b.is(err, core.Lost, "")

	l = b.begin(b.claimed(id("3")), "send")
	do(engine.DropTimer, id("3"))
	b.same("begun", b.load(id("3")).Wish, engine.NoWish)
	do(engine.CancelBegun, id("3"))
	b.same("begun", b.load(id("3")).Wish, engine.CancelWish)
	_, err = b.s.Begin(b.ctx, engine.Begin{Lease: l, Key: "next", Attempt: 1, Nonce: "n", Until: l.Until})
	b.is(err, core.Conflict, "cancelled")
	wish, err := b.s.Close(b.ctx, engine.Close{Run: id("3"), Key: "send", Attempt: 1, Value: "m1"})
	b.ok(err)
	b.same("wish", wish, engine.CancelWish)

	b.complete(engine.Complete{Lease: l, To: engine.Cancelled, Reason: "resolved"})
	do(engine.DropTimer, id("3"))
	do(engine.CancelBegun, id("3"))
	r := b.load(id("3"))
	b.same("ended", []any{r.State, r.Reason}, []any{engine.Cancelled, "resolved"})
	b.same("outcomes", b.outcomes(), "armed dropped armed dropped armed wished ")
}

// testWake checks that only a run that waits for the given reason is made due.
func testWake(t *testing.T, open opener) {
	b := setup(t, open)
	waits, other := id("1"), id("2")
	until := b.clock.Now().Add(time.Minute)
	for run, why := range map[engine.RunID]string{waits: "group", other: "slot"} {
		b.arm(b.arming(run, 0))
		b.complete(engine.Complete{Lease: b.claimed(run), To: engine.Waiting, Until: until, Reason: why})
	}
	b.arm(b.arming(id("3"), time.Hour))
	for _, run := range []engine.RunID{waits, other, id("3"), id("4")} {
		c := b.arming(run, 0)
		c.Do, c.Data = engine.WakeTimer, []byte("group")
		b.arm(c)
	}
	b.same("waiting for it", []any{b.load(waits).At, b.load(waits).State}, []any{b.clock.Now(), engine.Waiting})
	b.same("waiting for something else", b.load(other).At, until)
	b.same("armed", b.load(id("3")).At, b.clock.Now().Add(time.Hour))
	_, err := b.s.Load(b.ctx, id("4"))
	b.is(err, core.NotFound, "")
	b.same("outcomes", b.outcomes(), "armed armed armed woken ")
}

var syncID = engine.RunID{Risk: "R-1", Flow: engine.SyncFlow}

func (b *bench) sync(in time.Duration) engine.TimerChange {
	c := b.arming(syncID, in)
	c.Do, c.FlowHash = engine.ArmSync, ""
	return c
}

func testSync(t *testing.T, open opener) {
	b := setup(t, open)
	b.arm(b.sync(time.Minute), b.sync(time.Hour))
	b.same("at the latest", b.load(syncID).At, b.clock.Now().Add(time.Minute))
	b.arm(b.sync(0))
	b.same("sooner", b.load(syncID).At, b.clock.Now())

	l := b.claimOne(syncID)
	b.same("wish", b.load(syncID).Wish, engine.NoWish)
	b.arm(b.sync(0), b.sync(0))
	b.same("claimed", b.load(syncID).Wish, engine.AgainWish)
	b.same("outcomes", b.outcomes(), "armed moved wished ")

	// A sync that backs off with an open intent still counts as under way.
	l = b.begin(l, "edit")
	until := b.clock.Now().Add(time.Hour)
	b.complete(engine.Complete{Lease: l, To: engine.Waiting, Until: until})
	b.arm(b.sync(0))
	b.same("open", b.load(syncID).At, until)
}

func testSyncDeferred(t *testing.T, open opener) {
	b := setup(t, open)
	b.arm(b.sync(0))
	until := b.clock.Now().Add(time.Minute)
	b.complete(engine.Complete{Lease: b.claimOne(syncID), To: engine.Waiting, Until: until})
	b.arm(b.sync(0))
	b.same("it has yet to look", []any{b.load(syncID).At, b.load(syncID).Wish}, []any{until, engine.NoWish})
	b.clock.pass(time.Minute)
	until = until.Add(time.Minute)
	b.complete(engine.Complete{Lease: b.claimOne(syncID), To: engine.Waiting, Until: until, Input: []byte("in"),
		Slot: engine.Slot{Key: "edit", At: until}})
	b.arm(b.sync(0))
	r := b.load(syncID)
	b.same("it has looked, and keeps its slot", []any{r.At, r.Slot.At, r.Wish}, []any{until, until, engine.AgainWish})
}

func testSyncCycles(t *testing.T, open opener) {
	b := setup(t, open)
	b.arm(b.sync(0))
	l := b.begin(b.claimOne(syncID), "edit")
	b.arm(b.sync(0))
	_, err := b.s.Close(b.ctx, engine.Close{Run: syncID, Key: "edit", Attempt: 1, Value: "ok"})
	b.ok(err)
	end := engine.Complete{Lease: l, To: engine.Finished, Outcome: []byte("x")}
	b.complete(end)
	b.complete(end) // a repeat
	r := b.load(syncID)
	b.same("again", []any{r.State, r.Cycle, r.Wish, r.Begun, r.Calls, r.Outcomes, r.At},
		[]any{engine.Armed, 1, engine.NoWish, false, r.Calls, r.Outcomes, b.clock.Now()})
	b.same("forgotten", len(r.Calls)+len(r.Outcomes), 0)

	l = b.begin(b.claimOne(syncID), "edit")
	_, err = b.s.Close(b.ctx, engine.Close{Run: syncID, Cycle: 0, Key: "edit", Attempt: 1, Value: "late"})
	b.ok(err)
	b.same("a result of the cycle before", b.load(syncID).Calls["edit"].Done, false)
	_, err = b.s.Close(b.ctx, engine.Close{Run: syncID, Cycle: 1, Key: "edit", Attempt: 1, Value: "ok"})
	b.ok(err)
	b.complete(engine.Complete{Lease: l, To: engine.Finished})
	r = b.load(syncID)
	b.same("at rest", []any{r.State, r.Cycle, r.At.IsZero()}, []any{engine.Finished, 2, true})
	b.arm(b.sync(time.Second))
	r = b.load(syncID)
	b.same("armed again", []any{r.State, r.Cycle, r.At}, []any{engine.Armed, 2, b.clock.Now().Add(time.Second)})
}
