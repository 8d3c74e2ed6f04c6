package store_test

import (
	"context"
	"testing"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// TestRoundTrips counts the round trips of each operation. They determine its duration if
// the server is far away.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	b := &bench{T: t, ctx: t.Context(), clock: newClock(), s: storetest.Start(t).Open(t, store.Options{})}
	for n := range int64(5) {
		b.file(n + 1)
		run := engine.RunID{Risk: core.MakeRiskKey("R", n+1), Flow: "remind", Occurrence: "1"}
		b.arm(engine.TimerChange{Do: engine.ArmTimer, Run: run, Due: b.clock.Now(), FlowHash: flow})
	}
	runs, _, err := b.s.Claim(b.ctx, "", 5, lease)
	b.ok(err)
	b.same("runs", len(runs), 5)
	for i, r := range runs {
		group := core.GroupRef{Workspace: "acme", ID: string(core.MakeRiskKey("C", int64(i)))}
		_, err := b.s.ReserveBinding(b.ctx, engine.Lease{Run: r.ID, Until: r.At})
		b.ok(err)
		_, err = b.s.Close(b.ctx, engine.Close{Run: r.ID, Key: core.KeyCreate, Attempt: 1, Value: group.ID, Bind: &group})
		b.ok(err)
	}
	_, err = b.s.Check(b.ctx)
	b.ok(err)
	find := func() error {
		found, err := b.s.Find(b.ctx, engine.Query{Statuses: engine.OpenStatuses(), Limit: 3})
		b.same("found", found.Total, 5)
		return err
	}
	b.ok(find()) // from now on the server knows the script
	bound := 0
	var trips counted
	b.s.DB().AddHook(&trips)
	for _, c := range []struct {
		what string
		most int
		do   func() error
	}{
		{"readiness", 1, func() error { return b.s.Ready(b.ctx) }},
		{"a check", 7, func() error { _, err := b.s.Check(b.ctx); return err }}, // three of them for the clock, one for a new connection
		{"a list", 2, find},
		{"a list after a restart", 3, func() error {
			b.ok(b.s.DB().ScriptFlush(b.ctx).Err())
			trips = 0
			return find()
		}},
		{"every binding", 1 + 2*5, func() error { // 5 shards have one
			return b.s.EachBinding(b.ctx, func(core.RiskKey, engine.Binding) error { bound++; return nil })
		}},
	} {
		trips = 0
		b.ok(c.do())
		if int(trips) > c.most {
			t.Errorf("%s takes %d round trips, not %d", c.what, trips, c.most)
		}
	}
	b.same("bound", bound, 5)
}

// counted counts round trips: commands and pipelines.
type counted int

func (c *counted) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *counted) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		*c++
		return next(ctx, cmd)
	}
}

func (c *counted) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		*c++
		return next(ctx, cmds)
	}
}
