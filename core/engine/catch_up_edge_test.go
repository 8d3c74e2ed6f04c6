package engine_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// inOutages runs a test in a bubble, after an outage that a flow has missed.
func inOutages(t *testing.T, trigger flow.TriggerDef, test func(b *bundle)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { test(afterOutage(t, catchingUp(trigger))) })
}

// A restart is no outage: what is a few minutes late acts as usual.
func TestCatchUpAfterRestart(t *testing.T) {
	t.Parallel()
	for name, trigger := range map[string]flow.TriggerDef{"date": afterAnHour(), "schedule": dailyAtNine()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := catchingUp(trigger)
				b := afterOutageOf(t, d, flow.MissedAfter-time.Second)
				stop := b.startEngine(b.engine)
				time.Sleep(time.Minute)
				stop()
				b.sameListings(map[string]int{"WEI R-1 waits": 1, "WEI R-2 waits": 1, "WEI R-3 waits": 1, "COPS R-1 is high": 1, "COPS R-2 is high": 1, "COPS R-3 is high": 1})
			})
		})
	}
}

// A run that was already due when its risk was filed wasn't missed.
func TestCatchUpOfPastDates(t *testing.T) {
	t.Parallel()
	d := catchingUp(flow.TriggerDef{DateField: "discovered_at", After: "1h"})
	synctest.Test(t, func(t *testing.T) {
		b := setupOn(t, &fakeClock{}, inMemory(t), d)
		defer b.startEngine(b.engine)()
		if _, err := b.engine.File(context.Background(), "op", lin, engine.Draft{Title: "old", Module: "Payments", DiscoveredAt: b.clock.Now().Add(-core.Day)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		b.sameListings(map[string]int{"WEI R-1 waits": 1})
	})
}

// Risks that nobody needs to be told of any more when the digest is made are left out.
func TestCatchUpLeavesOut(t *testing.T) {
	inOutages(t, afterAnHour(), func(b *bundle) {
		defer b.startEngine(b.engine)()
		time.Sleep(time.Minute)
		b.act(engine.ChangeStatus{Risk: "R-2", To: core.Resolved, Note: "done"})
		time.Sleep(15 * time.Minute)
		b.sameListings(once("R-1", "R-3"))
		b.same("runs of R-2", b.missedRuns("R-2"), "09:01 skipped condition")
	})
}

// A digest lists open risks, so a flow on others catches up with each of them.
func TestCatchUpOfClosedRisks(t *testing.T) {
	t.Parallel()
	d := catchingUp(afterAnHour())
	d.If = `status == "resolved"`
	synctest.Test(t, func(t *testing.T) {
		b := afterOutage(t, d)
		b.act(engine.ChangeStatus{Risk: "R-2", To: core.Resolved, Note: "done"})
		defer b.startEngine(b.engine)()
		time.Sleep(time.Minute)
		b.sameListings(map[string]int{"WEI R-2 waits": 1, "COPS R-2 is high": 1})
	})
}

// A risk whose people can't be evaluated is left out of the messages to them, and that is reported:
// its run has been taken.
func TestCatchUpWithoutPeople(t *testing.T) {
	t.Parallel()
	d := catchingUp(afterAnHour())
	d.Steps[0].Action.(*flow.SendMessageDef).To = []string{"=handlers"}
	synctest.Test(t, func(t *testing.T) {
		b := afterOutage(t, d)
		b.brokenFor("risk 2")
		defer b.startEngine(b.engine)()
		time.Sleep(16 * time.Minute)
		want := once("R-1", "R-2", "R-3")
		delete(want, "WEI R-2")
		b.sameListings(want)
		b.wantUnaddressed("remind", "R-2")
	})
}

// A walk that an operator drops takes no run, so those that wait arm another one.
func TestCatchUpWithoutItsWalk(t *testing.T) {
	inOutages(t, everyHour(), func(b *bundle) {
		defer b.startEngine(b.engine)()
		time.Sleep(time.Minute)
		walks := b.walks("remind")
		if len(walks) != 1 {
			b.t.Fatalf("walks: %v", walks)
		}
		if err := b.engine.Drop(context.Background(), walks[0].ID, engine.Event{Kind: "dropped"}); err != nil {
			b.t.Fatal(err)
		}
		time.Sleep(16 * time.Minute)
		b.sameListings(once("R-1", "R-2", "R-3"))
	})
}

// The file may change during the outage, or while runs wait for the digest.
func TestCatchUpWithAnotherFile(t *testing.T) {
	for name, early := range map[string]bool{"before": false, "while it waits": true} {
		t.Run(name, func(t *testing.T) {
			inOutages(t, afterAnHour(), func(b *bundle) {
				if early {
					stop := b.startEngine(b.engine)
					time.Sleep(time.Minute)
					stop()
				}
				d := catchingUp(afterAnHour())
				d.If += " and true"
				defer b.startEngine(b.withFile(d))()
				time.Sleep(16 * time.Minute)
				b.sameListings(once("R-1", "R-2", "R-3"))
			})
		})
	}
}

// Two replicas share the late runs, and make one digest.
func TestCatchUpOfReplicas(t *testing.T) {
	inOutages(t, everyHour(), func(b *bundle) {
		defer b.startEngine(b.engine)()
		defer b.startProcess(&process{steps: -1})()
		time.Sleep(16 * time.Minute)
		b.sameListings(once("R-1", "R-2", "R-3"))
		if told := toldDirectly(b.platform, "WEI"); len(told) != 1 {
			b.t.Errorf("told: %q", told)
		}
	})
}

// TestCatchUpOfHalfASchedule kills the process that goes through the risks on time at each step, and
// leaves what is left to be missed. Each risk has a message of its own, or is listed, not both.
func TestCatchUpOfHalfASchedule(t *testing.T) {
	t.Parallel()
	atSteps(t, 50, func(t *testing.T, steps int) {
		b := afterOutageOf(t, catchingUp(dailyAtNine()), -10*time.Second)
		p := &process{steps: -1}
		p.dieAfter(10*time.Second-time.Millisecond, steps)
		stop := b.startProcess(p)
		time.Sleep(20 * time.Second)
		stop()
		time.Sleep(2 * time.Hour)
		stop = b.startProcess(&process{steps: -1})
		time.Sleep(16 * time.Minute)
		stop()
		got := map[string]int{}
		for what, n := range b.listings() {
			fields := strings.Fields(what)
			got[fields[0]+" "+fields[1]] += n
		}
		for what := range once("R-1", "R-2", "R-3") {
			if got[what] != 1 {
				t.Errorf("%s: %d times, in %v", what, got[what], b.listings())
			}
		}
	})
}
