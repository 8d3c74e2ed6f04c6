package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// listening has the store subscribed, so that it remembers timers, and returns what waits
// for a message.
func (b *bench) listening() (await func(what string)) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.ctx)
	b.Cleanup(cancel)
	wakes := b.s.Wakes(ctx)
	await = func(what string) {
		b.Helper()
		select {
		case <-wakes:
		case <-time.After(time.Minute):
			b.Fatalf("%s: not woken", what)
		}
	}
	await("subscribed")
	return await
}

// occurrences returns what was claimed.
func (b *bench) occurrences() (list []string) {
	b.Helper()
	for _, r := range b.claim() {
		list = append(list, r.ID.Occurrence)
	}
	return list
}

// A store that remembers the timers learns of others: from messages, also those of older
// versions; by reading them again in time; and with each claim.
func testHeads(t *testing.T, open opener) {
	b := setup(t, open)
	other, err := b.s.Another(b.ctx)
	b.ok(err)
	defer func() { b.ok(other.Stop()) }()
	await := b.listening()
	b.same("nothing armed", b.occurrences(), []string(nil))

	arm := func(name string, in time.Duration) {
		b.ok(other.Arm(b.ctx, "R-1", []engine.TimerChange{b.arming(id(name), in)}))
	}
	arm("1", time.Minute)
	await("the first")
	b.same("not due", b.occurrences(), []string(nil))
	arm("2", 0)
	await("an earlier one")
	b.same("due now", b.occurrences(), []string{"2"})
	arm("3", 2*time.Minute) // not announced
	arm("4", 90*time.Second)
	b.clock.pass(2 * time.Minute)
	b.same("due later", b.occurrences(), []string{"2", "1", "4", "3"}) // the lease of 2 has expired

	b.ok(b.s.DB().ZAdd(b.ctx, b.s.DueKey("R-1"), redis.Z{Score: 1, Member: id("5").String()}).Err())
	b.same("unknown", b.occurrences(), []string(nil))
	b.ok(b.s.DB().Publish(b.ctx, b.s.WakeChannel(), "1").Err())
	await("an older version's message")
	b.same("without a run", b.occurrences(), []string(nil))
	left, err := b.s.DB().ZScore(b.ctx, b.s.DueKey("R-1"), id("5").String()).Result()
	b.same("was found, and removed", []any{left, err}, []any{0, redis.Nil})
}

// testYield has two processes claim in one shard: the slower one leaves timers to the
// other, and takes over what that one doesn't claim.
func testYield(t *testing.T, open opener) {
	b := setup(t, open)
	other, err := b.s.Another(b.ctx)
	b.ok(err)
	defer func() { b.ok(other.Stop()) }()
	fast := b.listening()
	slow := (&bench{T: t, ctx: b.ctx, s: other, clock: b.clock}).listening()
	claims := func(what string, s *store.Store, want ...string) time.Time {
		t.Helper()
		runs, next, err := s.Claim(b.ctx, "", 10, time.Hour)
		b.ok(err)
		got := []string{}
		for _, r := range runs {
			got = append(got, r.ID.Occurrence)
		}
		b.same(what, got, want)
		return next
	}
	arm := func(name string, in time.Duration) {
		b.arm(b.arming(id(name), in))
		fast(name)
		slow(name)
	}
	arm("1", time.Millisecond)
	claims("both know it", b.s)
	claims("both know it", other)
	b.clock.pass(time.Millisecond)
	claims("the faster one", b.s, "1")
	claims("the slower one", other)

	arm("2", 0)
	b.same("the slower one waits", claims("yields", other), b.clock.Now().Add(store.YieldFor))
	b.clock.pass(store.YieldFor)
	claims("takes over", other, "2")
	arm("3", 0)
	claims("waits no longer", other, "3")
}

// testHeadsLikeModel has two processes claim in turns, and compares what they claim with
// a list of what is due.
func testHeadsLikeModel(t *testing.T, open opener) {
	rapid.Check(t, func(rt *rapid.T) {
		b := setup(t, open)
		other, err := b.s.Another(b.ctx)
		b.ok(err)
		defer func() { b.ok(other.Stop()) }()
		ctx, cancel := context.WithCancel(b.ctx)
		defer cancel()
		stores := []*store.Store{b.s, other}
		for _, s := range stores {
			wakes := s.Wakes(ctx)
			<-wakes
		}
		due := map[engine.RunID]time.Time{} // or until when it is leased
		armed := 0
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			s := stores[rapid.IntRange(0, 1).Draw(rt, "store")]
			switch rapid.IntRange(0, 2).Draw(rt, "do") {
			case 0:
				run := engine.RunID{Risk: core.MakeRiskKey("R", int64(rapid.IntRange(0, 5).Draw(rt, "risk"))), Flow: "remind", Occurrence: fmt.Sprint(armed)}
				armed++
				change := b.arming(run, time.Duration(rapid.IntRange(0, 5000).Draw(rt, "in"))*time.Millisecond)
				b.ok(s.Arm(b.ctx, run.Risk, []engine.TimerChange{change}))
				due[run] = change.Due
			case 1:
				b.clock.pass(time.Duration(rapid.IntRange(1, 3000).Draw(rt, "pass")) * time.Millisecond)
			case 2:
				limit := rapid.IntRange(1, 9).Draw(rt, "limit")
				runs, _, err := s.Claim(b.ctx, "", limit, time.Hour)
				b.ok(err)
				for _, r := range runs {
					if due[r.ID].After(b.clock.Now()) {
						rt.Errorf("%s was claimed %v early, or twice", r.ID, due[r.ID].Sub(b.clock.Now()))
					}
					due[r.ID] = b.clock.Now().Add(time.Hour)
				}
			}
		}
		// Once the time has come, everything is claimed, whatever was announced.
		b.clock.pass(20 * time.Second) // longer than any store relies on what it has read
		for {
			runs, next, err := stores[0].Claim(b.ctx, "", 3, time.Hour)
			b.ok(err)
			if !slices.IsSortedFunc(runs, func(a, b engine.Run) int { return a.Due.Compare(b.Due) }) {
				rt.Errorf("claimed %v", runs)
			}
			for _, r := range runs {
				due[r.ID] = b.clock.Now().Add(time.Hour)
			}
			if len(runs) == 0 {
				b.same("next is later", next.IsZero() || next.After(b.clock.Now()), true)
				break
			}
		}
		for run, at := range due {
			if !at.After(b.clock.Now()) {
				rt.Errorf("%s was never claimed", run)
			}
		}
	})
}

// TestClaimTrips counts the round trips of claims by a store that remembers the timers.
func TestClaimTrips(t *testing.T) {
	t.Parallel()
	b := setup(t, func(t *testing.T, c core.Clock) *store.Store {
		return storetest.Start(t).Open(t, store.Options{Clock: c})
	})
	await := b.listening()
	b.claimed(id("first")) // from now on the server knows the script
	await("armed")
	b.claim()
	var trips counted
	b.s.DB().AddHook(&trips)
	claims := func(what string, claimed, most int) {
		t.Helper()
		trips = 0
		runs, _, err := b.s.Claim(b.ctx, "", 8, lease)
		b.ok(err)
		b.same(what, []int{len(runs), int(trips)}, []int{claimed, most})
	}
	claims("nothing has changed", 0, 0)
	for n := range int64(20) {
		run := engine.RunID{Risk: core.MakeRiskKey("R", n/10), Flow: "remind", Occurrence: fmt.Sprint(n)}
		b.arm(b.arming(run, 500*time.Millisecond))
		await("armed")
	}
	claims("what was armed is read", 0, 1)
	b.clock.pass(500 * time.Millisecond)
	claims("what is due is known", 8, 1)
	claims("more is known by now", 8, 1)
	claims("the last", 4, 1)
	claims("nothing is left", 0, 0)
	b.clock.pass(time.Second)
	claims("all shards again", 0, 1)
}
