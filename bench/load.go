package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// load says who calls how often.
type load struct {
	callers int
	calls   int           // in all; 0: as many as fit
	within  time.Duration // no call begins later; 0: no limit
}

// sample is how long calls took.
type sample struct {
	each []time.Duration
	took time.Duration // all of them
}

// rate returns calls a second.
func (s sample) rate() float64 { return float64(len(s.each)) / s.took.Seconds() }

// run makes the calls and times them. f gets the caller and the number of the call. It
// returns the first error.
func (l load) run(ctx context.Context, f func(ctx context.Context, caller, n int) error) (sample, error) {
	if l.calls == 0 && l.within == 0 {
		return sample{}, errors.New("a load without an end")
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var next atomic.Int64
	var all sync.WaitGroup
	parts := make([][]time.Duration, l.callers)
	begun := time.Now()
	for c := range l.callers {
		all.Go(func() {
			for ctx.Err() == nil && (l.within == 0 || time.Since(begun) < l.within) {
				n := int(next.Add(1)) - 1
				if l.calls > 0 && n >= l.calls {
					return
				}
				at := time.Now()
				if err := f(ctx, c, n); err != nil {
					stop(err)
					return
				}
				parts[c] = append(parts[c], time.Since(at))
			}
		})
	}
	all.Wait()
	return sample{each: slices.Concat(parts...), took: time.Since(begun)}, context.Cause(ctx)
}

// quantile returns the q-quantile, 0 of none.
func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// median returns the middle of what the rounds measured, 0 of none.
func median(rounds []float64) float64 {
	if len(rounds) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(rounds))
	return sorted[len(sorted)/2]
}

// millis returns a duration in ms.
func millis(d time.Duration) float64 { return d.Seconds() * 1000 }

// wait waits for d, or until ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// until asks every few ms whether something is so, for a while. It reports whether it was.
func until(ctx context.Context, within time.Duration, so func() bool) bool {
	for end := time.Now().Add(within); time.Now().Before(end); {
		if so() {
			return true
		}
		if wait(ctx, 2*time.Millisecond) != nil {
			return false
		}
	}
	return so()
}
