package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
)

func testClaimOrder(t *testing.T, open opener) {
	b := setup(t, open)
	runs, next, err := b.s.Claim(b.ctx, "", 10, lease)
	b.ok(err)
	b.same("nothing armed", []any{len(runs), next.IsZero()}, []any{0, true})

	const n = 23
	for i := range n {
		run := engine.RunID{Risk: core.MakeRiskKey("R", int64(i%3)), Flow: "remind", Occurrence: fmt.Sprint(i)}
		b.arm(b.arming(run, time.Duration(i)*time.Second))
	}
	b.clock.pass(19 * time.Second) // 0 to 19 are due
	var order []string
	for _, limit := range []int{1, 3, 9, 100} {
		runs, next, err := b.s.Claim(b.ctx, "", limit, lease)
		b.ok(err)
		for _, r := range runs {
			order = append(order, r.ID.Occurrence)
			b.same("state", r.State, engine.Running)
			b.same("stored", b.load(r.ID).At, r.At)
		}
		b.same("next", next, newClock().Now().Add(time.Duration(len(order))*time.Second))
	}
	var want []string
	for i := range 20 {
		want = append(want, fmt.Sprint(i))
	}
	b.same("order", order, want)
}

func testClaimOnce(t *testing.T, open opener) {
	b := setup(t, open)
	const n, workers = 60, 6
	for i := range n {
		b.arm(b.arming(engine.RunID{Risk: core.MakeRiskKey("R", int64(i%7)), Flow: "remind", Occurrence: fmt.Sprint(i)}, 0))
	}
	var mu sync.Mutex
	claimed := map[engine.RunID]int{}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				runs, next, err := b.s.Claim(b.ctx, "", 7, lease)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for _, r := range runs {
					claimed[r.ID]++
				}
				mu.Unlock()
				if len(runs) == 0 && next.After(b.clock.Now()) {
					return
				}
			}
		})
	}
	wg.Wait()
	b.same("claimed", len(claimed), n)
	for run, times := range claimed {
		if times != 1 {
			t.Errorf("%s was handed out %d times", run, times)
		}
	}
}

// A claimed run comes with the record of its risk, as it is after the claim.
func testClaimRecord(t *testing.T, open opener) {
	b := setup(t, open)
	l := b.claimed(id("1"))
	b.complete(engine.Complete{Lease: l, To: engine.Running, Until: b.clock.Now().Add(lease), Seen: 1,
		Shown:     []engine.Shown{{ID: "1/0/lin", Ref: core.MessageRef{Workspace: "acme", Channel: "D1", ID: "1.2"}, Version: 1}},
		Unreached: []engine.Unreached{{As: "dora", Workspace: "acme", Code: "no_account"}}})
	notice := engine.RunID{Risk: "R-0", Flow: engine.NoticeFlow, Occurrence: "op1"}
	b.arm(b.arming(notice, 0))
	b.arm(b.arming(id("2"), 0))
	for _, r := range b.claim() {
		if r.ID == notice {
			b.same("record of a notice", r.Record == nil, true)
			continue
		}
		rec, err := b.s.Get(b.ctx, "R-1")
		b.ok(err)
		b.same("record", *r.Record, rec)
		b.same("as claimed", rec.Runs[1].State, engine.Running)
	}
}

// A claim and the end of a step take effect although the risk's record is unreadable. The
// worker then reads it, and gets the error.
func testUnreadableRecord(t *testing.T, open opener) {
	b := setup(t, open)
	b.ok(b.s.DB().HSet(b.ctx, b.s.RiskKey("R-1"), "unreached:dora", "{").Err())
	b.arm(b.arming(id("1"), 0))
	runs := b.claim()
	b.same("claimed", []any{len(runs), runs[0].Record == nil}, []any{1, true})
	l := engine.Lease{Run: id("1"), Until: runs[0].At}
	got, err := b.s.Complete(b.ctx, engine.Complete{Lease: l, To: engine.Running, Until: b.clock.Now().Add(lease), Next: true})
	b.ok(err)
	b.same("completed", []any{got.Lease.Run, got.Record == nil}, []any{id("1"), true})
	_, err = b.s.Get(b.ctx, "R-1")
	b.is(err, core.Unknown, "unreadable")
}

// testNeverEarly runs on the server's own time.
func testNeverEarly(t *testing.T, open opener) {
	s := open(t, nil)
	b := &bench{T: t, ctx: t.Context(), s: s, clock: newClock()}
	const n = 20
	start := time.Now()
	for i := range n {
		c := b.arming(id(fmt.Sprint(i)), 0)
		c.Due = start.Add(time.Duration(i) * 7 * time.Millisecond)
		b.arm(c)
	}
	left := n
	for left > 0 {
		runs, _, err := s.Claim(b.ctx, "", 3, time.Minute)
		b.ok(err)
		for _, r := range runs {
			left--
			if now := time.Now(); now.Before(r.Due) {
				t.Errorf("%s was handed out %v early", r.ID, r.Due.Sub(now))
			}
		}
	}
}

func testCrashes(t *testing.T, open opener) {
	b := setup(t, open)
	l := b.claimed(id("1"))
	again := func(s *store.Store) engine.Run {
		t.Helper()
		b.clock.pass(time.Minute)
		runs, _, err := s.Claim(b.ctx, "", 10, lease)
		b.ok(err)
		b.same("claimed", len(runs), 1)
		return runs[0]
	}
	crash := func() engine.Run { // another process claims it
		t.Helper()
		another, err := b.s.Another(b.ctx)
		b.ok(err)
		t.Cleanup(func() { b.ok(another.Stop()) })
		return again(another)
	}
	b.same("nothing was open", crash().Crashes, 0)

	l.Until = b.load(id("1")).At
	l = b.begin(l, "send")
	b.same("first", crash().Crashes, 1)
	r := crash()
	b.same("second", r.Crashes, 2)

	// A process that claims the run again lives. It has lost the answers to what it did.
	b.same("third", again(b.s).Crashes, 3)
	b.same("claimed again", again(b.s).Crashes, 3)
	r = again(b.s)
	b.same("and again", r.Crashes, 3)
	b.same("open", r.Calls["send"].Open, true)

	// Handing back is no crash, even with an open intent.
	l.Until = r.At
	b.complete(engine.Complete{Lease: l, To: engine.Waiting, Until: b.clock.Now()})
	b.same("handed back", crash().Crashes, 3)

	_, err := b.s.Close(b.ctx, engine.Close{Run: id("1"), Key: "send", Attempt: 1, Value: "m1"})
	b.ok(err)
	b.same("a result", b.load(id("1")).Crashes, 0)
	b.same("nothing is open", crash().Crashes, 0)
}

func testFencing(t *testing.T, open opener) {
	b := setup(t, open)
	old := b.claimed(id("1"))
	b.clock.pass(lease)
	runs := b.claim()
	b.same("claimed again", len(runs), 1)
	now := engine.Lease{Run: id("1"), Until: runs[0].At}

	_, err := b.s.Hold(b.ctx, old, b.clock.Now().Add(lease))
	b.is(err, core.Lost, "")
	_, err = b.s.Begin(b.ctx, engine.Begin{Lease: old, Key: "send", Attempt: 1, Nonce: "n", Until: b.clock.Now().Add(lease)})
	b.is(err, core.Lost, "")
	_, err = b.s.Complete(b.ctx, engine.Complete{Lease: old, To: engine.Finished})
	b.is(err, core.Lost, "")
	_, err = b.s.ReserveBinding(b.ctx, old)
	b.is(err, core.Lost, "")

	// Renewing gives another lease, even with the same end. A repeat gives the same.
	second, err := b.s.Hold(b.ctx, now, now.Until)
	b.ok(err)
	repeat, err := b.s.Hold(b.ctx, now, now.Until)
	b.ok(err)
	b.same("repeat", repeat, second)
	b.same("later", second.Until.After(now.Until), true)
	_, err = b.s.Complete(b.ctx, engine.Complete{Lease: now, To: engine.Finished})
	b.is(err, core.Lost, "")

	third := b.begin(second, "send")
	_, err = b.s.Close(b.ctx, engine.Close{Run: id("1"), Key: "send", Attempt: 1, Fail: true, Lease: second})
	b.is(err, core.Lost, "")
	_, err = b.s.Close(b.ctx, engine.Close{Run: id("1"), Key: "send", Attempt: 1, Value: "m1"})
	b.ok(err) // a result is taken from anyone
	b.complete(engine.Complete{Lease: third, To: engine.Finished})

	_, err = b.s.Hold(b.ctx, engine.Lease{Run: id("none"), Until: b.clock.Now()}, b.clock.Now())
	b.is(err, core.Lost, "")
}

// If a run is dropped and armed again within the same millisecond, an old lease must not
// hold it.
func testFenceOfTheGone(t *testing.T, open opener) {
	b := setup(t, open)
	old := b.claimed(id("1"))
	drop := b.arming(id("1"), 0)
	drop.Do = engine.DropTimer
	b.arm(drop)
	now := b.claimed(id("1"))
	b.same("another lease", now.Until.Equal(old.Until), false)
	_, err := b.s.Hold(b.ctx, old, b.clock.Now().Add(lease))
	b.is(err, core.Lost, "")
}

// Claiming works with a large number of due timers.
func testManyDue(t *testing.T, open opener) {
	b := setup(t, open)
	const risks, each = 40, 10
	for r := range risks {
		var timers []engine.TimerChange
		for i := range each {
			run := engine.RunID{Risk: core.MakeRiskKey("R", int64(r)), Flow: "remind", Occurrence: fmt.Sprint(i)}
			timers = append(timers, b.arming(run, 0))
		}
		b.arm(timers...)
	}
	total := 0
	for range 2 {
		runs, _, err := b.s.Claim(b.ctx, "", risks*each/2, lease)
		b.ok(err)
		total += len(runs)
	}
	b.same("claimed", total, risks*each)
	_, next, err := b.s.Claim(b.ctx, "", 10, lease)
	b.ok(err)
	b.same("next", next, b.clock.Now().Add(lease))
}
