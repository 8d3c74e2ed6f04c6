package store_test

import (
	"fmt"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

func (b *bench) park(run engine.RunID, reason string) {
	b.Helper()
	b.complete(engine.Complete{Lease: b.begin(b.claimed(run), "send"), To: engine.Parked, Reason: reason, Attempts: 4, Unknown: 3, Since: b.clock.Now()})
}

func testDesk(t *testing.T, open opener) {
	b := setup(t, open)
	far := b.arming(id("far"), time.Hour)
	b.arm(far)
	event := engine.Event{Kind: "desk", Op: "op1"}
	b.is(b.s.Retry(b.ctx, id("far"), event), core.Conflict, "armed")
	b.is(b.s.Retry(b.ctx, id("none"), event), core.NotFound, "")

	b.park(id("1"), "unknown")
	b.clock.pass(time.Second)
	b.park(id("2"), "unknown")
	runs, err := b.s.Stuck(b.ctx, 10)
	b.ok(err)
	b.same("stuck", []any{len(runs), runs[0].ID, runs[0].Reason}, []any{2, id("1"), "unknown"})
	runs, err = b.s.Stuck(b.ctx, 1)
	b.ok(err)
	b.same("at most", len(runs), 1)

	for range 2 {
		b.ok(b.s.Retry(b.ctx, id("1"), event))
	}
	r := b.load(id("1"))
	b.same("due now", []any{r.State, r.At, r.Attempts, r.Unknown, r.Since.IsZero(), r.Reason, r.Calls["send"].Open},
		[]any{engine.Waiting, b.clock.Now(), 0, 0, true, "retried", true})
	b.is(b.s.Drop(b.ctx, id("1"), event), core.Conflict, "waiting")
	b.claimOne(id("1"))

	event.Op = "op2"
	for range 2 {
		b.ok(b.s.Drop(b.ctx, id("2"), event))
		b.ok(b.s.Drop(b.ctx, id("far"), event))
	}
	b.same("dropped", []any{b.load(id("2")).State, b.load(id("far")).State}, []any{engine.Cancelled, engine.Cancelled})
	b.arm(far)
	b.same("for good", b.load(id("far")).State, engine.Cancelled)
	b.same("events", b.kinds(), "desk desk desk")
	runs, err = b.s.Stuck(b.ctx, 10)
	b.ok(err)
	b.same("stuck", len(runs), 0)
}

func testDeskUnsure(t *testing.T, open opener) {
	b := setup(t, open)
	b.park(id("1"), "unsure")
	b.ok(b.s.Retry(b.ctx, id("1"), engine.Event{Kind: "desk"}))
	c := b.load(id("1")).Calls["send"]
	b.same("closed", []any{c.Open, c.Attempt}, []any{false, 1})
	rec, err := b.s.Get(b.ctx, "R-1")
	b.ok(err)
	b.same("nothing is open", rec.Runs[0].Open, false)
	l := b.claimOne(id("1"))
	_, err = b.s.Begin(b.ctx, engine.Begin{Lease: l, Key: "send", Attempt: 2, Nonce: "n2", Until: l.Until})
	b.ok(err)
}

// testTake takes runs that await a digest: once, whoever asks again.
func testTake(t *testing.T, open opener) {
	b := setup(t, open)
	repeat := func(n int) engine.RunID {
		return id(fmt.Sprintf("1781234567890.178123456789%d", n))
	}
	wait := func(run engine.RunID, reason string) {
		t.Helper()
		l := b.claimed(run)
		_, err := b.s.Complete(b.ctx, engine.Complete{Lease: l, To: engine.Waiting, Until: b.clock.Now().Add(time.Hour), Reason: reason})
		b.ok(err)
	}
	walk := engine.RunID{Risk: "R-0", Flow: "remind", Occurrence: "c1.hash"}
	other := engine.RunID{Risk: "R-0", Flow: "remind", Occurrence: "c2.hash"}
	event := engine.Event{Kind: "taken"}
	b.is(b.s.Take(b.ctx, id("none"), walk, event), core.NotFound, "")
	wait(id("held"), engine.Held)
	b.is(b.s.Take(b.ctx, id("held"), walk, event), core.Conflict, "waiting")
	b.arm(b.arming(id("far"), time.Hour))
	b.is(b.s.Take(b.ctx, id("far"), walk, event), core.Conflict, "armed")

	wait(id("1"), engine.AwaitsDigest)
	for range 2 {
		b.ok(b.s.Take(b.ctx, id("1"), walk, event))
		b.is(b.s.Take(b.ctx, id("1"), other, event), core.Conflict, "skipped")
	}
	r := b.load(id("1"))
	b.same("taken", []any{r.State, r.Reason, r.At.IsZero()}, []any{engine.Skipped, engine.Digested, true})
	b.same("events", b.kinds(), "taken")

	// One of a repeat leaves the record when others have ended, but its walk still has it.
	for n := range 7 {
		wait(repeat(n), engine.AwaitsDigest)
		b.ok(b.s.Take(b.ctx, repeat(n), walk, event))
	}
	rec, err := b.s.Get(b.ctx, "R-1")
	b.ok(err)
	b.same("not listed", rec.Folded, 2)
	b.ok(b.s.Take(b.ctx, repeat(0), walk, event))
}

func testCounts(t *testing.T, open opener) {
	b := setup(t, open)
	counts := func() string {
		t.Helper()
		n, first, err := b.s.Counts(b.ctx)
		b.ok(err)
		return fmt.Sprint(n[engine.Armed], n[engine.Running], n[engine.Waiting], n[engine.Parked], " ", first.Sub(b.clock.Now()))
	}
	_, first, err := b.s.Counts(b.ctx)
	b.ok(err)
	b.same("no timer", first.IsZero(), true)
	b.arm(b.arming(id("far"), time.Hour))
	b.same("armed", counts(), "1 0 0 0 1h0m0s")
	b.park(id("1"), "unknown")
	b.same("parked", counts(), "1 0 0 1 1h0m0s")
	l := b.claimed(id("2"))
	b.same("running", counts(), "1 1 0 1 15s")
	b.complete(engine.Complete{Lease: l, To: engine.Waiting, Until: b.clock.Now().Add(time.Minute)})
	b.same("waiting", counts(), "1 0 1 1 1m0s")
	drop := b.arming(id("2"), 0)
	drop.Do = engine.DropTimer
	b.arm(drop)
	b.ok(b.s.Retry(b.ctx, id("1"), engine.Event{Kind: "desk"}))
	b.same("dropped, retried", counts(), "1 0 1 0 0s")
	b.complete(engine.Complete{Lease: b.claimOne(id("1")), To: engine.Finished})
	b.same("ended", counts(), "1 0 0 0 1h0m0s")
}

func testTrail(t *testing.T, open opener) {
	b := setup(t, open)
	b.file(6) // of the same shard where there are five
	at := b.clock.Now()
	const n = 450 // more than one script walks
	var list []engine.Event
	for i := range n {
		list = append(list, engine.Event{At: at, V: 1, Kind: fmt.Sprint(i), Op: "op", Run: "R-1/remind/1", Step: "send",
			Actor: core.Actor{Name: "Lin"}, Data: map[string]string{"why": "\"风\"\x00"}})
	}
	b.ok(b.s.Append(b.ctx, "R-1", list[:400]))
	b.ok(b.s.Append(b.ctx, "R-6", list[:1]))
	b.ok(b.s.Append(b.ctx, "R-1", list[400:]))
	b.ok(b.s.Append(b.ctx, "R-1", nil))
	trail, err := b.s.Trail(b.ctx, "R-1", "", 1000)
	b.ok(err)
	b.same("length", len(trail), n)
	for i, e := range trail {
		want := list[n-1-i]
		want.ID = e.ID
		if i+1 < n {
			want.Prev = trail[i+1].ID
		}
		b.same("event", e, want)
	}
	trail, err = b.s.Trail(b.ctx, "R-1", "", 3)
	b.ok(err)
	b.same("at most", len(trail), 3)
	trail, err = b.s.Trail(b.ctx, "R-9", "", 3)
	b.ok(err)
	b.same("none", len(trail), 0)

	b.ok(b.s.Append(b.ctx, "R-1", []engine.Event{{Kind: "undated"}}))
	trail, err = b.s.Trail(b.ctx, "R-1", "", 1)
	b.ok(err)
	b.same("dated", trail[0].At, at)
}
