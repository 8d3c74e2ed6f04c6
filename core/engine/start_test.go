package engine_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

// scarce is a store that can't put the first files in force, and that takes away the lease of
// the first runs that end.
type scarce struct {
	engine.Store
	down, leases atomic.Int64 // left to fail
}

func (s *scarce) PutInForce(ctx context.Context, file string) (int64, error) {
	if s.down.Add(-1) >= 0 {
		return 0, &core.Error{Op: "store: put a file in force", Kind: core.Unavailable, Err: errors.New("connection refused")}
	}
	return s.Store.PutInForce(ctx, file)
}

func (s *scarce) Complete(ctx context.Context, c engine.Complete) (engine.Completed, error) {
	if !c.To.Live() && s.leases.Add(-1) >= 0 {
		return engine.Completed{}, &core.Error{Op: "store: complete", Kind: core.Conflict}
	}
	return s.Store.Complete(ctx, c)
}

// ends counts the ended runs.
type ends struct {
	mu     sync.Mutex
	counts map[engine.RunState]int
}

func (*ends) Fired(time.Duration) {}

func (o *ends) Ended(s engine.RunState) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.counts[s]++
}

// An engine whose database is down begins once it is up.
func TestBeginsOnceTheDatabaseIsUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &scarce{Store: inMemory(t)}
		s.down.Store(3)
		b := setupOn(t, &fakeClock{}, s, storyFlows()[0])
		defer b.startEngine(b.engine)()
		r := b.file("Ledger", time.Time{})
		time.Sleep(2 * time.Second)
		if got := b.run(r.Key, "tell").State; got != engine.Armed {
			t.Errorf("while it is down, the run is %s", got)
		}
		time.Sleep(time.Minute)
		if got := b.run(r.Key, "tell").State; got != engine.Finished {
			t.Errorf("once it is up, the run is %s", got)
		}
	})
}

// A run whose end isn't stored, because its lease is lost, hasn't ended.
func TestEndIsCountedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, o := &scarce{Store: inMemory(t)}, &ends{counts: map[engine.RunState]int{}}
		s.leases.Store(1)
		b := setupOn(t, &fakeClock{}, s, storyFlows()[0])
		b.options.Observe = o
		b.engine = b.newEngine(b.options)
		stop := b.startEngine(b.engine)
		r := b.file("Ledger", time.Time{})
		time.Sleep(5 * time.Minute)
		if got := b.run(r.Key, "tell").State; got != engine.Finished {
			t.Errorf("the run is %s", got)
		}
		stop()
		if left := s.leases.Load(); left >= 0 || o.counts[engine.Finished] != 1 {
			t.Errorf("%d leases left to lose; ended: %v", left, o.counts)
		}
	})
}
