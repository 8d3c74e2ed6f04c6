package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

var operator = core.Actor{Name: "root"}

// lived gives R-1 a run that has ended, a group that was released, an attempt and a long
// trail, and closes it. Another risk is in the same shard.
func (b *bench) lived() engine.Record {
	b.Helper()
	for i := range 21 {
		_, err := b.s.NextNumber(b.ctx, engine.Numbering{Op: fmt.Sprint("n", i), Alike: fmt.Sprint(i)})
		b.ok(err)
	}
	b.file(21)
	l := b.claimed(id("1"))
	b.reserve(l)
	begun, err := b.s.Begin(b.ctx, engine.Begin{Lease: l, Key: "create", Attempt: 1, Nonce: "n", Until: b.clock.Now().Add(lease), NeedsBinding: true})
	b.ok(err)
	_, err = b.s.Close(b.ctx, engine.Close{Run: id("1"), Key: "create", Attempt: 1, Value: room.ID, Bind: &room,
		Events: []engine.Event{{Kind: engine.EventBound, Data: map[string]string{"group": room.String()}}}})
	b.ok(err)
	b.ok(b.s.ChangeGroup(b.ctx, engine.GroupUpdate{Group: engine.Group{Key: "R-1", Ref: party, Rev: 1},
		Events: []engine.Event{{Kind: engine.EventGroup, Data: map[string]string{"group": party.String()}}}}))
	b.complete(engine.Complete{Lease: begun.Lease, To: engine.Finished, Shown: []engine.Shown{{ID: "x"}}})
	b.ok(b.s.Reject(b.ctx, "R-1", engine.Attempt{By: operator, What: "take", Kind: core.Denied, Op: "op", At: b.clock.Now()}))
	var events []engine.Event
	for i := range 450 {
		events = append(events, engine.Event{Kind: fmt.Sprint(i)})
	}
	b.ok(b.s.Append(b.ctx, "R-1", events))
	b.ok(b.s.Append(b.ctx, "R-21", events[:3]))
	b.change("close", func(r *core.Risk) { r.Status, r.StatusSince = core.Resolved, b.clock.Now() })
	b.clock.pass(3 * core.Day)
	return b.stored()
}

func (b *bench) stored() engine.Record {
	b.Helper()
	rec, err := b.s.Get(b.ctx, "R-1")
	b.ok(err)
	return rec
}

func (b *bench) keys() []core.RiskKey {
	b.Helper()
	var all []core.RiskKey
	b.ok(b.s.All(b.ctx, "R", func(r core.Risk) error { all = append(all, r.Key); return nil }))
	return all
}

// purged checks that nothing is left of R-1, and that R-21 is as it was.
func (b *bench) purged() {
	b.Helper()
	_, err := b.s.Get(b.ctx, "R-1")
	b.is(err, core.NotFound, "")
	b.same("all", b.keys(), []core.RiskKey{"R-21"})
	trail, err := b.s.Trail(b.ctx, "R-1", "", 10)
	b.ok(err)
	b.same("trail", len(trail), 0)
	_, err = b.s.RiskOf(b.ctx, room)
	b.is(err, core.NotFound, "")
	for _, g := range []core.GroupRef{room, party} {
		b.same("look-up keys", b.s.LooksUp(b.ctx, g), false)
	}
	groups, err := b.s.GroupsOf(b.ctx, "R-1")
	b.ok(err)
	b.same("groups", len(groups), 0)
	attempts, err := b.s.Attempts(b.ctx, "R-1")
	b.ok(err)
	b.same("attempts", len(attempts), 0)
	b.ok(b.s.Unfinished(b.ctx, "R", "T", func(k core.RiskKey) error { return errors.New(string(k) + " is unfinished") }))
	other, err := b.s.Trail(b.ctx, "R-21", "", 10)
	b.ok(err)
	b.same("the other's trail", len(other), 3)
	n, err := b.s.DB().XLen(b.ctx, b.s.AuditKey("R-1")).Result()
	b.ok(err)
	b.same("entries in the shard", n, 1)
	told, err := b.s.Trail(b.ctx, "R-0", "", 10)
	b.ok(err)
	b.same("told", []any{len(told), told[0].Kind, told[0].Actor.Name, told[0].Data["risk"]}, []any{1, engine.EventPurged, "root", "R-1"})
}

func testPurge(t *testing.T, open opener) {
	b := setup(t, open)
	rec := b.lived()
	refused := func(why string) {
		t.Helper()
		b.is(b.s.Purge(b.ctx, b.stored(), "R-0", operator), core.Conflict, why)
		b.same("all", b.keys(), []core.RiskKey{"R-1", "R-21"})
	}
	refused("group")
	b.ok(b.s.SetBinding(b.ctx, "R-1", room, engine.Free, nil, nil))
	b.change("reopen", func(r *core.Risk) { r.Status, r.StatusSince = core.Pending, b.clock.Now() })
	refused("open")
	b.is(b.s.Purge(b.ctx, rec, "R-0", operator), core.Conflict, "group") // as it was read before
	b.change("close again", func(r *core.Risk) { r.Status, r.StatusSince = core.Shelved, b.clock.Now() })
	refused("recent")
	b.clock.pass(core.Day)
	refused("recent")
	b.clock.pass(core.Day)
	b.arm(b.arming(id("2"), 0))
	refused("run")
	stale := b.stored()
	stale.Runs = nil
	b.is(b.s.Purge(b.ctx, stale, "R-0", operator), core.Conflict, "run")
	b.complete(engine.Complete{Lease: b.begin(b.claimOne(id("2")), "send"), To: engine.Skipped})
	b.ok(b.s.Purge(b.ctx, stale, "R-0", operator))
	b.purged()
	b.is(b.s.Purge(b.ctx, stale, "R-0", operator), core.Conflict, "version")
	got, err := b.s.NextNumber(b.ctx, engine.Numbering{Op: "later", Alike: "later"})
	b.ok(err)
	if got.Number <= 21 {
		t.Errorf("number %d was given out again", got.Number)
	}
}

// testPurgeTopic purges a topic with a key of its own, once it has ended.
func testPurgeTopic(t *testing.T, open opener) {
	b := setup(t, open)
	got, err := b.s.NextNumber(b.ctx, engine.Numbering{Topic: true, Op: "topic"})
	b.ok(err)
	b.same("number", got.Number, int64(1))
	run := engine.RunID{Risk: "T-1", Flow: engine.GroupFlow, Occurrence: "topic"}
	b.arm(b.arming(run, 0))
	b.complete(engine.Complete{Lease: b.begin(b.claimOne(run), "send"), To: engine.Finished})
	g := engine.Group{Key: "T-1", Ref: party, Type: core.Topic, Topic: "Rounding", State: core.Discussing}
	change := func(edit func(*engine.Group)) {
		t.Helper()
		edit(&g)
		g.Rev++
		b.ok(b.s.ChangeGroup(b.ctx, engine.GroupUpdate{Group: g, Expect: g.Rev - 1,
			Events: []engine.Event{{Kind: engine.EventGroup, Data: map[string]string{"group": party.String()}}}}))
	}
	stored := func() engine.Record {
		t.Helper()
		rec, err := b.s.Get(b.ctx, "T-1")
		b.ok(err)
		return rec
	}
	ends := func(g *engine.Group) { g.State, g.Ended = core.Ended, &engine.Closed{At: b.clock.Now()} }
	change(func(*engine.Group) {})
	b.is(b.s.Purge(b.ctx, stored(), "R-0", operator), core.Conflict, "open")
	change(ends)
	b.is(b.s.Purge(b.ctx, stored(), "R-0", operator), core.Conflict, "recent")
	b.clock.pass(3 * core.Day)
	stale := stored()
	change(func(g *engine.Group) { g.State, g.Ended = core.Discussing, nil })
	b.is(b.s.Purge(b.ctx, stale, "R-0", operator), core.Conflict, "group") // reopened meanwhile
	change(ends)
	b.clock.pass(3 * core.Day)
	b.ok(b.s.Purge(b.ctx, stored(), "R-0", operator))
	_, err = b.s.Get(b.ctx, "T-1")
	b.is(err, core.NotFound, "")
	b.same("look-up key", b.s.LooksUp(b.ctx, party), false)
	for key, n := range map[core.RiskKey]int{"T-1": 0, "T-0": 0, "R-0": 1} {
		trail, err := b.s.Trail(b.ctx, key, "", 10)
		b.ok(err)
		b.same("trail of "+string(key), len(trail), n)
	}
	b.ok(b.s.EachGroup(b.ctx, func(g engine.Group) error { return errors.New(g.Ref.String() + " is there") }))
	got, err = b.s.NextNumber(b.ctx, engine.Numbering{Topic: true, Op: "later"})
	b.ok(err)
	b.same("the next number", got.Number > 1, true)
}

// TestPurgeKilled ends the program before and after each command of a purge. Then the risk
// is whole or it is gone, and another purge deletes what is left.
func TestPurgeKilled(t *testing.T) {
	t.Parallel()
	open := func(t *testing.T, c core.Clock) *store.Store { return storetest.Embedded(t, c) }
	for _, after := range []bool{false, true} {
		for n := 0; ; n++ {
			b := setup(t, open)
			b.lived()
			b.ok(b.s.SetBinding(b.ctx, "R-1", room, engine.Free, nil, nil))
			rec := b.stored()
			dying, err := b.s.Another(b.ctx)
			b.ok(err)
			k := &killed{left: n, after: after}
			dying.DB().AddHook(k)
			err = dying.Purge(b.ctx, rec, "R-0", operator)
			_ = dying.Stop()
			if err == nil && k.left >= 0 {
				if n < 6 {
					t.Errorf("only %d commands were interrupted", n)
				}
				break
			}
			b.ok(b.s.Unfinished(b.ctx, "R", "T", func(key core.RiskKey) error {
				if _, err := b.s.Get(b.ctx, key); core.KindOf(err) != core.NotFound {
					t.Errorf("killed at %d: %s is there and gone", n, key)
				}
				return b.s.FinishPurge(b.ctx, key, "R-0", operator)
			}))
			if rec, err := b.s.Get(b.ctx, "R-1"); err == nil {
				trail, err := b.s.Trail(b.ctx, "R-1", "", 1000)
				b.ok(err)
				if len(trail) < 451 {
					t.Errorf("killed at %d: the risk is there without its trail", n)
				}
				b.ok(b.s.Purge(b.ctx, rec, "R-0", operator))
			}
			b.purged()
		}
	}
}

// killed lets some commands through. The next one fails, after its effect or without it,
// and so do all that follow.
type killed struct {
	left  int
	after bool
}

var errKilled = errors.New("killed")

func (k *killed) DialHook(next redis.DialHook) redis.DialHook { return next }

func (k *killed) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if strings.EqualFold(cmd.Name(), "hello") || strings.EqualFold(cmd.Name(), "client") {
			return next(ctx, cmd)
		}
		return k.command([]redis.Cmder{cmd}, func() error { return next(ctx, cmd) })
	}
}

func (k *killed) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		return k.command(cmds, func() error { return next(ctx, cmds) })
	}
}

// command lets a command or a pipeline through, or doesn't.
func (k *killed) command(cmds []redis.Cmder, do func() error) error {
	k.left--
	if k.left == -1 && k.after {
		_ = do()
	}
	if k.left >= 0 {
		return do()
	}
	for _, cmd := range cmds {
		cmd.SetErr(errKilled)
	}
	return errKilled
}
