package engine_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

// lossyStore carries out every call. Until a moment, it loses the answers of some methods.
type lossyStore struct {
	engine.Store
	loses []string
	until atomic.Int64 // in milliseconds
}

// lossy makes a call, and loses its answer if it is one of those.
func lossy[T any](s *lossyStore, method string, call func() (T, error)) (T, error) {
	got, err := call()
	if err == nil && time.Now().UnixMilli() < s.until.Load() && slices.Contains(s.loses, method) {
		var none T
		return none, &core.Error{Op: "lossy: " + method, Kind: core.Unavailable, Detail: "timeout", Effect: core.Maybe}
	}
	return got, err
}

func (s *lossyStore) Claim(ctx context.Context, file string, limit int, lease time.Duration) ([]engine.Run, time.Time, error) {
	var next time.Time
	runs, err := lossy(s, "claim", func() (runs []engine.Run, err error) {
		runs, next, err = s.Store.Claim(ctx, file, limit, lease)
		return runs, err
	})
	return runs, next, err
}

func (s *lossyStore) Load(ctx context.Context, id engine.RunID) (engine.Run, error) {
	return lossy(s, "load", func() (engine.Run, error) { return s.Store.Load(ctx, id) })
}

func (s *lossyStore) Begin(ctx context.Context, b engine.Begin) (engine.Begun, error) {
	return lossy(s, "begin", func() (engine.Begun, error) { return s.Store.Begin(ctx, b) })
}

func (s *lossyStore) Close(ctx context.Context, c engine.Close) (engine.Wish, error) {
	return lossy(s, "close", func() (engine.Wish, error) { return s.Store.Close(ctx, c) })
}

func (s *lossyStore) Complete(ctx context.Context, st engine.Complete) (engine.Completed, error) {
	return lossy(s, "complete", func() (engine.Completed, error) { return s.Store.Complete(ctx, st) })
}

// Redis carries out what it is asked, but is so slow that the answers are lost, for many
// leases. The run isn't parked as if its process kept dying, and nothing is sent twice.
func TestLostAnswersAreNoCrashes(t *testing.T) {
	t.Parallel()
	for name, loses := range map[string][]string{
		"claims":      {"claim"},
		"intents":     {"begin", "load", "close"},
		"results":     {"close", "complete"},
		"ends":        {"complete"},
		"all of them": {"claim", "begin", "load", "close", "complete"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := setupOn(t, &fakeClock{}, inMemory(t), storyFlows()[2])
				s := &lossyStore{Store: b.store, loses: loses}
				b.options.Store = s
				b.engine = b.newEngine(b.options)
				b.platform.setFail(failing("post", 1, &core.Error{Op: "fake", Kind: core.Unavailable, Effect: core.Maybe}))
				defer b.startEngine(b.engine)()
				r := b.file("Slow", time.Now().AddDate(0, 0, -3))
				b.eventually("an intent is open", func() bool { return b.run(r.Key, "gather").State == engine.Waiting })
				s.until.Store(time.Now().Add(10 * time.Minute).UnixMilli())
				time.Sleep(time.Hour)
				run, err := b.store.Load(b.ctx(), b.run(r.Key, "gather").ID)
				if err != nil || run.State != engine.Finished {
					t.Errorf("the run is %s, %q, %v", run.State, run.Reason, err)
				}
				if n, groups := len(b.platform.postsIn("C1")), b.platform.groupIDs(); n != 2 || len(groups) != 1 {
					t.Errorf("%d posts, want badge and card once each; groups %v", n, groups)
				}
			})
		})
	}
}
