package store_test

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core/store"
)

// TestElapsed: however a server's clock is set, no time seems longer ago than it
// is, and once the clock is left alone, it soon seems almost as long ago.
func TestElapsed(t *testing.T) {
	t.Parallel()
	const second = time.Second
	for name, c := range map[string]struct {
		age, jump time.Duration // of the stamp when the clock is set, and by how much
		short     time.Duration // by how much the answer may be too short, ten seconds later
	}{
		"left alone":                        {3 * second, 0, second / 2},
		"30 s forward":                      {3 * second, 30 * second, second / 2},
		"30 s back":                         {3 * second, -30 * second, 4 * second}, // it may be of a moment before the step
		"a day forward":                     {3 * second, 24 * time.Hour, second / 2},
		"a day back":                        {3 * second, -24 * time.Hour, 4 * second},
		"forward, then stamped":             {-second, 30 * second, second},
		"back, then stamped":                {-second, -30 * second, second},
		"stamped before the process began":  {time.Minute, 0, 41 * second},
		"the same, and then it is set back": {time.Minute, -2 * time.Minute, 61 * second}, // shown again, for all it knows
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const began = 20 * second // from then to when the clock is set
				set := time.Now().Add(began)
				ahead := 7 * time.Minute
				server := func() time.Time { return time.Now().Add(ahead) }
				type stamp struct{ shown, at time.Time }
				var stamps []stamp
				if c.age > began {
					stamps = append(stamps, stamp{server().Add(began - c.age), set.Add(-c.age)})
				}
				clock := store.NewServerClock()
				short := time.Duration(0)
				for time.Now().Before(set.Add(10 * second)) {
					before := !time.Now().Before(set)
					if before && c.jump != 0 {
						ahead, c.jump = ahead+c.jump, 0
					}
					if len(stamps) == 0 && (before || c.age > 0 && !time.Now().Before(set.Add(-c.age))) {
						stamps = append(stamps, stamp{server(), time.Now()})
					}
					shown := time.Time{}
					if len(stamps) > 0 {
						shown = stamps[0].shown
					}
					got := clock.Elapsed(shown, server, 40*time.Millisecond, 10*time.Millisecond)
					if len(stamps) > 0 {
						if short = time.Since(stamps[0].at) - got; short < 0 {
							t.Fatalf("%v seem to have passed, but that is %v too long", got, -short)
						}
					}
					time.Sleep(700 * time.Millisecond)
				}
				if short > c.short {
					t.Errorf("%v too short a time seems to have passed", short)
				}
			})
		})
	}
}

// TestElapsedNeverLonger sets the clock at random.
func TestElapsedNeverLonger(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 0))
			upTo := func(d time.Duration) time.Duration { return time.Duration(r.Int64N(int64(d))) }
			var ahead time.Duration
			server := func() time.Time { return time.Now().Add(ahead) }
			type stamp struct{ shown, at time.Time }
			stamps := []stamp{{server(), time.Now()}}
			time.Sleep(upTo(time.Minute))
			clock, set := store.NewServerClock(), false
			for range 60 {
				switch r.IntN(6) {
				case 0:
					if set {
						continue // once between two answers
					}
					set = true
					ahead += upTo(time.Minute) - 30*time.Second
				case 1, 2:
					stamps = append(stamps, stamp{server(), time.Now()})
				default:
					set = false
					s := stamps[r.IntN(len(stamps))]
					got := clock.Elapsed(s.shown, server, upTo(time.Second), upTo(time.Second))
					// A step that is smaller than a round trip goes unnoticed.
					if is := time.Since(s.at); got > is+2*time.Second {
						t.Fatalf("seed %d: %v seem to have passed, but it is %v", seed, got, is)
					}
				}
				time.Sleep(upTo(2 * time.Second))
			}
		})
	}
}
