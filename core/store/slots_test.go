package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"riskroom/core"
)

func bucket(name, scope string, n int, window time.Duration) core.Bucket {
	return core.Bucket{Workspace: "acme", Name: name, Scope: scope, N: n, Window: window}
}

func (b *bench) take(person bool, within time.Duration, buckets ...core.Bucket) time.Duration {
	b.Helper()
	wait, err := b.s.TakeSlot(b.ctx, buckets, person, within)
	b.ok(err)
	return wait
}

func testSlots(t *testing.T, open opener) {
	b := setup(t, open)
	channel := bucket("post", "C1", 1, time.Second)
	guarded := time.Second + 50*time.Millisecond
	for i := range 3 {
		b.same("in order", b.take(false, 0, channel), time.Duration(i)*guarded)
	}
	b.same("too late", b.take(false, time.Second, channel), 3*guarded)
	b.same("not taken", b.take(false, 0, channel), 3*guarded)
	b.same("other channel", b.take(false, 0, bucket("post", "C2", 1, time.Second)), time.Duration(0))

	// A call waits for its scarcest bucket, and doesn't delay calls that use only the
	// others.
	all := bucket("all", "", 2, time.Minute)
	b.same("both", b.take(false, 0, all, channel), 4*guarded)
	b.same("only one", b.take(false, 0, all), time.Duration(0))
	full := 4*guarded + time.Minute*51/50
	b.same("full", b.take(false, 0, all), full-4*guarded)

	// Ten a minute: nine for runs, and one reserved for people.
	ten := bucket("ten", "", 10, time.Minute)
	for range 9 {
		b.same("runs", b.take(false, 0, ten), time.Duration(0))
	}
	b.same("run", b.take(false, 0, ten), time.Minute*51/50)
	b.same("person", b.take(true, 0, ten), time.Duration(0))
	b.same("next person", b.take(true, 0, ten), time.Minute*51/50)

	// A call that costs two takes two places, or as many as the bucket has.
	four := bucket("four", "", 4, time.Minute)
	for i, wait := range []time.Duration{0, 0, time.Minute * 51 / 50} {
		b.same(fmt.Sprint("pair ", i), b.take(false, 0, four, four), wait)
	}
	b.same("pair of one", b.take(false, 0, bucket("post", "C3", 1, time.Second), bucket("post", "C3", 1, time.Second)), time.Duration(0))
	b.same("after it", b.take(false, 0, bucket("post", "C3", 1, time.Second)), guarded)
	b.same("no place of one's own for two", b.take(true, 0, bucket("ten", "", 10, time.Minute), bucket("ten", "", 10, time.Minute)), time.Minute*51/50)

	// What a person did under an op takes one place, however often it is tried.
	hour := bucket("hour", "", 2, time.Hour)
	once := func(op string) time.Duration {
		t.Helper()
		wait, err := b.s.TakeSlotOnce(b.ctx, op, []core.Bucket{hour}, time.Millisecond)
		b.ok(err)
		return wait
	}
	for _, op := range []string{"a", "a", "b", "a", "b"} {
		b.same("op "+op, once(op), time.Duration(0))
	}
	b.same("another op", once("c") > time.Hour, true)
	b.same("a repeat", once("a"), time.Duration(0))

	b.same("no limit", b.take(false, 0, bucket("free", "", 0, 0)), time.Duration(0))
	b.same("none", b.take(false, 0), time.Duration(0))
	foreign := channel
	foreign.Workspace = "guild"
	_, err := b.s.TakeSlot(b.ctx, []core.Bucket{channel, foreign}, false, 0)
	b.is(err, core.Invalid, "buckets")
}

func testSlotsHeldBack(t *testing.T, open opener) {
	b := setup(t, open)
	limited, free := bucket("post", "C1", 1, time.Second), bucket("free", "", 0, 0)
	b.ok(b.s.HoldBack(b.ctx, []core.Bucket{limited, free}, 30*time.Second))
	b.ok(b.s.HoldBack(b.ctx, []core.Bucket{limited}, time.Second)) // a shorter wait shortens nothing
	b.same("limited", b.take(false, 0, limited), 30*time.Second)
	b.same("free", b.take(true, 0, free), 30*time.Second)
	b.same("other channel", b.take(false, 0, bucket("post", "C2", 1, time.Second)), time.Duration(0))
	b.clock.pass(40 * time.Second)
	b.same("over", b.take(false, 0, limited), time.Duration(0))
}

// Calls that are delayed by up to the guard never exceed a limit in any window, and calls
// of one kind get their places in the order in which they asked.
func testSlotsNeverExceed(t *testing.T, open opener) {
	rapid.Check(t, func(rt *rapid.T) {
		b := setup(t, open)
		window := 10 * time.Second
		kinds := []core.Bucket{
			bucket("all", "", rapid.IntRange(1, 12).Draw(rt, "all"), window),
			bucket("post", "C1", rapid.IntRange(1, 3).Draw(rt, "C1"), window/5),
			bucket("post", "C2", rapid.IntRange(1, 3).Draw(rt, "C2"), window/5),
		}
		given := map[string][]time.Time{} // by bucket
		last := map[string]time.Time{}    // by buckets and class
		for range rapid.IntRange(1, 40).Draw(rt, "calls") {
			b.clock.pass(time.Duration(rapid.IntRange(0, 1500).Draw(rt, "pause")) * time.Millisecond)
			var cost []core.Bucket
			for i, n := range rapid.SliceOfN(rapid.IntRange(0, 2), 3, 3).Draw(rt, "places") {
				cost = append(cost, slices.Repeat(kinds[i:i+1], min(n, kinds[i].N))...)
			}
			person := rapid.Bool().Draw(rt, "person")
			at := b.clock.Now().Add(b.take(person, 0, cost...))
			class := fmt.Sprint(cost, person)
			if len(cost) > 0 && at.Before(last[class]) {
				rt.Fatalf("%s: %v is before the %v of who asked earlier", class, at, last[class])
			}
			last[class] = at
			for _, k := range cost {
				given[k.Name+k.Scope] = append(given[k.Name+k.Scope], at)
			}
		}
		for _, k := range kinds {
			times := given[k.Name+k.Scope]
			slices.SortFunc(times, time.Time.Compare)
			for i := k.N; i < len(times); i++ {
				// The first may be late by the guard, and the last on time.
				if span := times[i].Sub(times[i-k.N]); span < k.Window+max(k.Window/50, 50*time.Millisecond) {
					rt.Fatalf("%s: %d calls within %v", k.Name, k.N+1, span)
				}
			}
		}
	})
}

// testSlotsOfLongQueues compares places in long queues with those that reading all places
// gives, also where a call has to wait for another bucket and leaves gaps.
func testSlotsOfLongQueues(t *testing.T, open opener) {
	b := setup(t, open)
	dice := rand.New(rand.NewPCG(1, 2))
	kinds := []core.Bucket{
		bucket("all", "", 4, 2*time.Second), // without a share for people
		bucket("post", "C1", 1, time.Second),
		bucket("post", "C2", 2, 3*time.Second),
	}
	given := map[core.Bucket][]time.Time{}
	for i := range 700 {
		cost := slices.Clone(kinds[dice.IntN(3):])
		switch {
		case i < 300:
			cost = kinds[:2]
		case i%7 == 0:
			cost = append(cost, cost[len(cost)-1])
		case i%20 == 0:
			b.clock.pass(time.Duration(dice.IntN(5000)) * time.Millisecond)
		}
		now := b.clock.Now()
		got, want := now.Add(b.take(false, 0, cost...)), slowSlot(given, cost, now)
		if !got.Equal(want) {
			t.Fatalf("call %d for %v gets a place after %v, want %v", i, cost, got.Sub(now), want.Sub(now))
		}
		for _, k := range cost {
			given[k] = append(given[k], got)
			slices.SortFunc(given[k], time.Time.Compare)
		}
	}
}

// slowSlot returns the first time at which every bucket has the places that a call takes.
func slowSlot(given map[core.Bucket][]time.Time, cost []core.Bucket, t time.Time) time.Time {
	for before := (time.Time{}); !t.Equal(before); {
		before = t
		for _, k := range cost {
			take := 0
			for _, o := range cost {
				if o == k {
					take++
				}
			}
			n, span := max(k.N+1-min(take, k.N), 1), k.Window+max(k.Window/50, 50*time.Millisecond)
			for i := 0; i+n <= len(given[k]); i++ {
				first, last := given[k][i], given[k][i+n-1]
				if last.Sub(first) < span && first.Add(span).After(t) && last.Add(-span).Before(t) {
					t = first.Add(span)
				}
			}
		}
	}
	return t
}
