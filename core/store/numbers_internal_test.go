package store

import (
	"testing"
	"time"
)

// TestBlocksFollowThePace: a block is for half a minute of what people file, and for what a
// program files while the next block is reserved; it isn't large where few risks are filed.
func TestBlocksFollowThePace(t *testing.T) {
	t.Parallel()
	begun := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		what        string
		filed       int
		every       time.Duration
		least, most int
	}{
		{"nothing yet", 0, 0, blockSize, blockSize},
		{"one a minute", 60, time.Minute, blockSize, blockSize},
		{"one a second", 60, time.Second, blockSize, 2 * blockSize},
		{"six a second", 60, time.Second / 6, 6 * 20, 12 * blockSize},
		{"dozens at once", 2 * blockSize, 0, 1000, 2 * blockSize * blockSize},
		{"a burst that has ended", 1000, 0, 128_000, largestBlock},
		{"500 a second", 2000, time.Second / 500, 500 * 20, largestBlock},
		{"5,000 a second", 20_000, time.Second / 5000, 5000 * 20, largestBlock},
	} {
		n := &numbers{}
		at := begun
		for range tc.filed {
			at = at.Add(tc.every)
			n.asked(at)
		}
		if got := n.pace.block(at); got < tc.least || got > tc.most {
			t.Errorf("%s: %d numbers are reserved, want %d to %d", tc.what, got, tc.least, tc.most)
		}
		if got := n.pace.block(at.Add(2 * time.Second)); got != blockSize {
			t.Errorf("%s, two seconds later: %d numbers are reserved", tc.what, got)
		}
	}
}

// TestBlocksLastUntilTheNext: of 64 callers that file 5,000 risks a second without a pause,
// only the first two blocks are used up before the next one is reserved.
func TestBlocksLastUntilTheNext(t *testing.T) {
	t.Parallel()
	const takes, tick, callers = 3 * time.Second, time.Second / 5000, 64
	at := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	n := &numbers{}
	last, safe, waits := 0, blockSize, 0
	ready, next := time.Time{}, 0 // the reservation under way
	reserve := func() {
		if ready.IsZero() {
			n.size = n.pace.block(at)
			ready, next = at.Add(takes), max(safe, last+n.size)
		}
	}
	for range 100_000 {
		at = at.Add(tick)
		n.asked(at)
		if last == safe {
			reserve()
			waits++
			at, safe, ready = ready, next, time.Time{}
			for range callers { // all ask again
				n.asked(at)
			}
		}
		if !ready.IsZero() && !at.Before(ready) {
			safe, ready = next, time.Time{}
		}
		last++
		if n.low(int64(safe - last)) {
			reserve()
		}
	}
	if waits != 2 {
		t.Errorf("%d waits for numbers", waits)
	}
}
