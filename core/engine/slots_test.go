package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/store"
)

// slowStore is a store with a slow connection.
type slowStore struct {
	engine.Store
	trip time.Duration
}

func (d slowStore) Claim(ctx context.Context, file string, limit int, lease time.Duration) ([]engine.Run, time.Time, error) {
	time.Sleep(d.trip)
	return d.Store.Claim(ctx, file, limit, lease)
}

func (d slowStore) Get(ctx context.Context, key core.RiskKey) (engine.Record, error) {
	time.Sleep(d.trip)
	return d.Store.Get(ctx, key)
}

// A channel takes a message a second, and many runs wait for it. None may keep
// missing its slot because claiming takes longer than a slot may be late.
func TestSlotsAreUsedWhenTheStoreIsSlow(t *testing.T) {
	t.Parallel()
	const risks = 20
	inBusyChannel(t, func(b *bundle) {
		b.options.Store = slowStore{Store: b.store, trip: 60 * time.Millisecond}
		b.engine = b.newEngine(b.options)
		for i := range risks {
			b.file(fmt.Sprint("risk ", i), time.Time{})
		}
		stop := b.startEngine(b.engine)
		time.Sleep(2 * risks * time.Second)
		if n := len(b.platform.postsIn("CROOM")); n != risks {
			t.Errorf("%d of %d messages in twice the time that the limit requires", n, risks)
		}
		stop()
	})
}

func TestRateLimitHoldsBackWaitingCalls(t *testing.T) {
	t.Parallel()
	inBusyChannel(t, func(b *bundle) {
		var mu sync.Mutex
		var calls []time.Time
		b.platform.setFail(func(string, string) error {
			mu.Lock()
			defer mu.Unlock()
			if calls = append(calls, time.Now()); len(calls) == 1 {
				return &core.Error{Op: "fake", Kind: core.RateLimited, RetryAfter: 5 * time.Second}
			}
			return nil
		})
		for i := range 3 {
			b.file(fmt.Sprint("risk ", i), time.Time{})
		}
		stop := b.startEngine(b.engine)
		time.Sleep(time.Minute)
		stop()
		mu.Lock()
		defer mu.Unlock()
		if len(calls) != 4 || calls[1].Sub(calls[0]) < 5*time.Second {
			t.Errorf("calls at %v: want the second five seconds after the first was refused", calls)
		}
	})
}

// Every cost includes a place in the limit of all calls. A channel that can't be
// renamed for ten minutes must not silence the bot for that long. Only a rate limit
// of all calls does.
func TestRateLimitOfOneCallHoldsBackNoOther(t *testing.T) {
	t.Parallel()
	s, err := store.OpenEmbedded(t.Context(), nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Stop() }()
	budget := engine.NewBudget(s, nil)
	spend := func(name string, answer error) error {
		cost := []core.Bucket{{Workspace: "acme", Name: name}, {Workspace: "acme", Name: "all", N: 50, Window: time.Second, All: true}}
		return budget.Spend(t.Context(), cost, func(context.Context) error { return answer })
	}
	_ = spend("rename", &core.Error{Op: "fake", Kind: core.RateLimited, RetryAfter: 10 * time.Minute})
	if err := spend("rename", nil); core.RetryAfterOf(err) < 9*time.Minute {
		t.Errorf("what was refused is not held back: %v", err)
	}
	if err := spend("post", nil); err != nil {
		t.Errorf("another kind of call: %v", err)
	}
	_ = spend("post", &core.Error{Op: "fake", Kind: core.RateLimited, RetryAfter: time.Minute, All: true})
	for _, name := range []string{"post", "look"} {
		if err := spend(name, nil); core.RetryAfterOf(err) < 50*time.Second {
			t.Errorf("%s is not held back although all calls are limited: %v", name, err)
		}
	}
}

// inBusyChannel runs try with a bundle that posts every filed risk in one channel,
// which takes a message a second. Time is faked.
func inBusyChannel(t *testing.T, try func(*bundle)) {
	synctest.Test(t, func(t *testing.T) {
		s, err := store.OpenEmbedded(t.Context(), nil, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Stop() }()
		b := setupOn(t, &fakeClock{}, s, flow.Def{Name: "crowd", Trigger: flow.TriggerDef{On: "filed"}, Steps: []flow.StepDef{
			{Action: &flow.SendGroupMessageDef{Group: "acme/CROOM", Title: "{{ .key }}"}}}})
		b.platform.rate.N, b.platform.rate.Window = 1, time.Second
		try(b)
	})
}

// limitedPlatform is a workspace with a rate limit on expanding user groups.
type limitedPlatform struct {
	*fakePlatform
	budget core.Budget
}

func (c limitedPlatform) Expand(ctx context.Context, group string) (out []core.Account, err error) {
	room := []core.Bucket{{Workspace: "acme", Name: "expand", N: 1, Window: 10 * time.Second}}
	err = c.budget.Spend(ctx, room, func(ctx context.Context) error {
		out, err = c.fakePlatform.Expand(ctx, group+"?")
		return err
	})
	return out, err
}

func TestWaitingForTheRateBudgetIsNoFailure(t *testing.T) {
	t.Parallel()
	d := storyFlows()[0]
	d.Steps[0].Action.(*flow.SendMessageDef).To = []string{"wei", "@one", "@two"}
	b := setup(t, d)
	b.options.Platforms = map[string]core.Platform{"acme": limitedPlatform{b.platform, engine.NewBudget(b.store, nil)}}
	b.engine = b.newEngine(b.options)
	b.start()
	r := b.file("Patient", time.Time{})
	if got := b.endState(r.Key, "tell"); got != engine.Finished {
		t.Errorf("the run is %s", got)
	}
	if !b.hasEvent(r.Key, engine.EventDeferred) || b.hasEvent(r.Key, engine.EventRetry) {
		t.Error("want the run deferred, and nothing counted as a failure")
	}
}
