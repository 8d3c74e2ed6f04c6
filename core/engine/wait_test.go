package engine_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/calendar"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// waitingFlow is a flow that tells boss something, waits and tells boss more.
func waitingFlow(wait string) flow.Def {
	return flow.Def{Name: "patient", Trigger: flow.TriggerDef{On: "filed"}, If: `status == "pending"`, Steps: []flow.StepDef{
		{Action: &flow.SendMessageDef{To: []string{"boss"}, Title: "before"}},
		{Action: &flow.WaitDef{For: wait}},
		{Action: &flow.SendMessageDef{To: []string{"boss"}, Title: "after {{ .title }}"}},
	}}
}

// waitingAtOnce is the same flow without what comes before the wait.
func waitingAtOnce(wait string) flow.Def {
	d := waitingFlow(wait)
	d.Steps = d.Steps[1:]
	return d
}

// inSynctest runs a test with a running engine on a clock that jumps.
func inSynctest(t *testing.T, test func(*bundle), defs ...flow.Def) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := setupOn(t, &fakeClock{}, inMemory(t), defs...)
		defer b.startEngine(b.engine)()
		test(b)
	})
}

// wantBoss checks what boss was told, and the state of the run and its reason.
func (b *bundle) wantBoss(key core.RiskKey, state engine.RunState, reason string, want ...string) {
	b.t.Helper()
	if got := toldDirectly(b.platform, "BOSS"); !slices.Equal(got, want) {
		b.t.Errorf("boss was told %q, want %q", got, want)
	}
	run, err := b.store.Load(b.ctx(), b.run(key, "patient").ID)
	if err != nil || run.State != state || run.Reason != reason {
		b.t.Errorf("the run is %s (%s), %v, want %s (%s)", run.State, run.Reason, err, state, reason)
	}
}

// A wait ends when it was to end when it began, whatever changes meanwhile, and also if
// riskroom is restarted. What comes after it sees the risk as it is then.
func TestWait(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]flow.Def{"after a message": waitingFlow("4h"), "at once": waitingAtOnce("4h")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := setupOn(t, &fakeClock{}, inMemory(t), d)
				stop := b.startEngine(b.engine)
				before := []string{"before"}[:len(d.Steps)-2]
				r := b.file("Ledger", time.Time{})
				time.Sleep(3 * time.Hour)
				b.must(lin, engine.Edit{Risk: r.Key, Patch: engine.Patch{Title: new("Books")}})
				stop()
				b.engine = b.newEngine(b.options)
				defer b.startEngine(b.engine)()
				time.Sleep(59 * time.Minute)
				b.wantBoss(r.Key, engine.Waiting, engine.StepWaits, before...)
				if at := b.run(r.Key, "patient").At; at.Sub(r.SubmittedAt).Round(time.Minute) != 4*time.Hour {
					t.Errorf("it waits until %s", at)
				}
				time.Sleep(2 * time.Minute)
				b.wantBoss(r.Key, engine.Finished, "", append([]string{"after Books"}, before...)...)
				if n := len(b.events(r.Key, engine.EventFired)); n != 1 {
					t.Errorf("it began %d times", n)
				}
			})
		})
	}
}

// After a wait the flow's condition is evaluated again. If it is false, the rest is skipped.
func TestConditionAfterAWait(t *testing.T) {
	t.Parallel()
	until := waitingFlow("4h")
	until.If, until.Trigger = "now < due_at", flow.TriggerDef{DateField: "due_at", Before: "30m"}
	inSynctest(t, func(b *bundle) {
		r := b.file("Ledger", time.Time{})
		b.must(lin, engine.Edit{Risk: r.Key, Patch: engine.Patch{DueAt: new(b.clock.Now().Add(time.Hour))}})
		time.Sleep(5 * time.Hour)
		b.wantBoss(r.Key, engine.Skipped, "condition", "before")
		for _, e := range b.events(r.Key, engine.EventSkipped) {
			if e.Step != "wait#1" || e.Data["if.1.due_at"] == "" {
				b.t.Errorf("the trail has %q %v", e.Step, e.Data)
			}
		}
	}, until)
}

// Closing the risk cancels a run that waits and has done something, at once. One that has
// done nothing is skipped in the end, or goes on if the risk is open again by then.
func TestClosingDuringAWait(t *testing.T) {
	t.Parallel()
	inSynctest(t, func(b *bundle) {
		r := b.file("Ledger", time.Time{})
		time.Sleep(time.Hour)
		b.must(wei, engine.ChangeStatus{Risk: r.Key, To: core.Resolved})
		time.Sleep(time.Minute)
		b.wantBoss(r.Key, engine.Cancelled, "risk_changed", "before")
	}, waitingFlow("4h"))
	for _, reopened := range []bool{false, true} {
		inSynctest(t, func(b *bundle) {
			r := b.file("Ledger", time.Time{})
			time.Sleep(time.Hour)
			b.must(wei, engine.ChangeStatus{Risk: r.Key, To: core.Resolved})
			time.Sleep(time.Hour)
			if reopened {
				b.must(wei, engine.ChangeStatus{Risk: r.Key, To: core.Pending})
			}
			time.Sleep(3 * time.Hour)
			if reopened {
				b.wantBoss(r.Key, engine.Finished, "", "after Ledger")
			} else {
				b.wantBoss(r.Key, engine.Skipped, "condition")
			}
		}, waitingAtOnce("4h"))
	}
}

// Two waits in a row add up, and the trail has both. Working days are those of the flow's
// calendar.
func TestSeveralWaits(t *testing.T) {
	t.Parallel()
	d := waitingAtOnce("1h")
	d.Calendar = &calendar.Days{Weekdays: calendar.Usual()}
	d.Steps = slices.Insert(d.Steps, 1, flow.StepDef{Action: &flow.WaitDef{For: "1wd"}})
	inSynctest(t, func(b *bundle) { // from a Saturday on
		r := b.file("Ledger", time.Time{})
		time.Sleep(47 * time.Hour)
		b.wantBoss(r.Key, engine.Waiting, engine.StepWaits)
		time.Sleep(3 * time.Hour)
		b.wantBoss(r.Key, engine.Finished, "", "after Ledger")
		if n := len(b.events(r.Key, engine.EventDeferred)); n != 2 {
			b.t.Errorf("the trail has %d waits", n)
		}
	}, d)
}

// A group that was created before a wait can be used after it. While a run waits, no other
// one waits for the group that it is to create.
func TestGroupsAndWaits(t *testing.T) {
	t.Parallel()
	gather, hello := storyFlows()[2], flowsOnOneGroup()[1]
	gather.Name, gather.Trigger, hello.Trigger = "patient", flow.TriggerDef{On: "filed"}, flow.TriggerDef{On: "filed"}
	between := gather
	between.Steps = slices.Insert(slices.Clone(gather.Steps), 1, flow.StepDef{Action: &flow.WaitDef{For: "4h"}})
	inSynctest(t, func(b *bundle) {
		r := b.file("Ledger", time.Time{})
		time.Sleep(time.Minute)
		g := b.binding(r.Key).Group
		if n := len(b.platform.postsIn(g.ID)); n != 1 {
			b.t.Errorf("%d posts before the wait is over, want the badge", n)
		}
		time.Sleep(4 * time.Hour)
		if n := len(b.platform.postsIn(g.ID)); n != 2 {
			b.t.Errorf("%d posts after the wait", n)
		}
	}, between)
	first := gather
	first.Steps = slices.Insert(slices.Clone(gather.Steps), 0, flow.StepDef{Action: &flow.WaitDef{For: "4h"}})
	inSynctest(t, func(b *bundle) {
		r := b.file("Ledger", time.Time{})
		time.Sleep(time.Minute)
		if got := b.run(r.Key, hello.Name).State; got != engine.Finished {
			b.t.Errorf("the other run is %s", got)
		}
		time.Sleep(5 * time.Hour)
		if b.binding(r.Key).State != engine.Bound {
			b.t.Error("no group was created after the wait")
		}
	}, first, hello)
}

// A process may be killed before or after any call of a run that waits.
func TestKilledAroundAWait(t *testing.T) {
	t.Parallel()
	atSteps(t, 60, func(t *testing.T, steps int) {
		b := setupOn(t, &fakeClock{}, inMemory(t), waitingFlow("10s"))
		r := b.file("Ledger", time.Time{})
		stop := b.startProcess(&process{steps: steps})
		time.Sleep(5 * time.Minute)
		stop()
		defer b.startEngine(b.newEngine(b.options))()
		time.Sleep(5 * time.Minute)
		b.wantBoss(r.Key, engine.Finished, "", "after Ledger", "before")
	})
}

// checkWaited checks that waitingFlow did each of its steps once at most, and all of them if
// the risk hasn't changed.
func (b *bundle) checkWaited(key core.RiskKey) {
	b.t.Helper()
	var got []string
	for _, text := range toldDirectly(b.platform, "BOSS") {
		if text == "before" || len(text) > 5 && text[:5] == "after" {
			got = append(got, text[:5])
		}
	}
	all := []string{"after", "befor"}
	if !slices.Equal(got, all) && (b.risk(key).Version == 1 || !slices.Equal(got, all[1:]) && len(got) > 0) {
		b.t.Errorf("boss was told %q", got)
	}
}
