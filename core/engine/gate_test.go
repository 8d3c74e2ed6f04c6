package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// The claim loop waits until several places are free, but not for long.
func TestGateAwait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(4)
		g.enter(4)
		waited := func(ctx context.Context, n int) time.Duration {
			begun := time.Now()
			g.await(ctx, n, time.Minute)
			return time.Since(begun)
		}
		go func() {
			for range 3 {
				time.Sleep(time.Second)
				g.leave(1)
			}
		}()
		for _, c := range []struct {
			places int
			want   time.Duration
		}{{2, 2 * time.Second}, {2, 0}, {3, time.Second}, {4, time.Minute}} {
			if got := waited(t.Context(), c.places); got != c.want {
				t.Errorf("waited %v for %d places, want %v", got, c.places, c.want)
			}
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if got := waited(ended, 4); got != 0 {
			t.Errorf("waited %v after the end", got)
		}
	})
}
