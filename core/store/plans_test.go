package store_test

import (
	"context"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

func testPlans(t *testing.T, open opener) {
	b := setup(t, open)
	_, err := b.s.Flow(b.ctx, flow)
	b.is(err, core.NotFound, "")
	b.ok(b.s.PutFlow(b.ctx, flow, []byte("name: remind\n")))
	text, err := b.s.Flow(b.ctx, flow)
	b.ok(err)
	b.same("flow", string(text), "name: remind\n")
	b.is(b.s.PutFlow(b.ctx, "", nil), core.Invalid, "hash")
}

func testWakes(t *testing.T, open opener) {
	b := setup(t, open)
	ctx, cancel := context.WithCancel(b.ctx)
	wakes := b.s.Wakes(ctx)
	await := func(what string) {
		t.Helper()
		select {
		case <-wakes:
		case <-time.After(time.Minute):
			t.Fatalf("%s: not woken", what)
		}
	}
	await("subscribed")
	b.arm(b.arming(id("1"), time.Hour))
	await("first timer")
	b.arm(b.arming(id("2"), time.Minute))
	await("earlier timer")
	b.arm(b.arming(id("3"), 2*time.Minute), b.arming(id("4"), time.Hour))
	b.change("edit", nil, engine.TimerChange{Do: engine.ArmSync, Run: syncID})
	await("due now") // one message, though two later timers were armed before
	select {
	case <-wakes:
		t.Error("woken without need")
	default:
	}
	cancel()
}
