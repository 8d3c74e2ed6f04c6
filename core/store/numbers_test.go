package store_test

import (
	"fmt"
	"sync"
	"testing"

	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// TestNumbersAfterALoss: a server that syncs every second loses its latest writes, once
// the numbers that it gave out and once the reservation of the next ones. No number is
// given out twice, to whichever process, and few are skipped.
func TestNumbersAfterALoss(t *testing.T) {
	t.Parallel()
	server, prefix := storetest.StartForgetful(t, "--appendfsync", "everysec"), storetest.Prefix()
	b := &bench{T: t, ctx: t.Context(), clock: newClock()}
	open := func() *store.Store { return server.Open(t, store.Options{Prefix: prefix}) }
	stores := []*store.Store{open(), open()}
	var mu sync.Mutex
	given := map[int64]string{}
	most, round := int64(0), 0
	take := func(n int) {
		t.Helper()
		round++
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() {
				op := fmt.Sprint(round, "-", i)
				n, err := stores[i%len(stores)].NextNumber(b.ctx, engine.Numbering{Op: op, Alike: op})
				got := n.Number
				mu.Lock()
				defer mu.Unlock()
				if err != nil || given[got] != "" {
					t.Errorf("%s gets %d, as did %q: %v", op, got, given[got], err)
				}
				given[got], most = op, max(most, got)
			})
		}
		all.Wait()
	}
	take(1)
	b.same("the first number", most, 1)
	kept := server.Keep(t)
	take(10)
	b.same("numbers before a loss", most, 11)
	server.Lose(t, kept)
	take(5)
	if most > 11+store.BlockSize {
		t.Errorf("after %d numbers, %d is given out", len(given), most)
	}
	kept = server.Keep(t)
	take(store.BlockSize - 6) // up to the end of the block; another is reserved meanwhile
	server.Lose(t, kept)
	take(3 * store.BlockSize)
	if skipped := most - int64(len(given)); skipped > store.LargestBlock {
		t.Errorf("%d numbers are skipped", skipped)
	}
}

// TestNumbersOfASafeServer: a server that syncs every write skips no number.
func TestNumbersOfASafeServer(t *testing.T) {
	t.Parallel()
	server := storetest.StartForgetful(t)
	b := &bench{T: t, ctx: t.Context(), clock: newClock(), s: server.Open(t, store.Options{})}
	for n := range int64(6) {
		if n == 3 {
			server.Lose(t, "")
		}
		got, err := b.s.NextNumber(b.ctx, engine.Numbering{Op: fmt.Sprint(n), Alike: fmt.Sprint(n)})
		b.ok(err)
		b.same("number", got.Number, n+1)
	}
}

// testNumbersTogether: those who file at the same moment get their numbers with one script,
// as if each had asked alone. Those whose numbers depend on each other's take several.
func testNumbersTogether(t *testing.T, open opener) {
	b := setup(t, open)
	first, err := b.s.NextNumber(b.ctx, engine.Numbering{Op: "first", Alike: "first"})
	b.ok(err)
	_, err = b.s.NextNumber(b.ctx, engine.Numbering{Topic: true, Op: "first topic"})
	b.ok(err)
	n := first.Number
	list := []engine.Numbering{
		{Op: "a", Alike: "a"},
		{Topic: true, Op: "topic", Alike: "topic"}, // from another counter
		{Op: "a", Alike: "a"},                      // delivered twice
		{Op: "b", Alike: "a"},                      // the same title
		{Op: "c", Alike: "c"},
		{Op: "first", Alike: "first"},
		{Op: "a", Alike: "c"}, // a's own number, and the last of those like it
	}
	want := []engine.Numbered{{Number: n + 1}, {Number: 2}, {Number: n + 1}, {Alike: n + 1}, {Number: n + 2}, {Number: n}, {Number: n + 1, Alike: n + 2}}
	for range 2 { // a repeat takes no numbers
		got, scripts, err := b.s.NumbersTogether(b.ctx, list)
		b.ok(err)
		b.same("numbers", got, want)
		b.same("scripts", scripts, 4)
	}
	last, err := b.s.NextNumber(b.ctx, engine.Numbering{Op: "last", Alike: "last"})
	b.ok(err)
	b.same("the next number", last.Number, n+3)
}
