package engine_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// scheduledRuns has runs of the flow daily end for a risk, the first at a time and the others an hour
// after each other.
func (b *bundle) scheduledRuns(key core.RiskKey, first time.Time, n int) {
	b.t.Helper()
	for i := range n {
		id := engine.RunID{Risk: key, Flow: "daily", Occurrence: "s" + strconv.FormatInt(first.Add(time.Duration(i)*time.Hour).UnixMilli(), 10)}
		if err := b.store.Arm(b.ctx(), key, []engine.TimerChange{{Do: engine.ArmTimer, Run: id, FlowHash: b.options.Flows[0].Hash()}}); err != nil {
			b.t.Fatal(err)
		}
		for done := false; !done; {
			runs, _, err := b.store.Claim(b.ctx(), "", 10, time.Minute)
			if err != nil {
				b.t.Fatal(err)
			}
			for _, r := range runs {
				_, err := b.store.Complete(b.ctx(), engine.Complete{Lease: engine.Lease{Run: r.ID, Until: r.At}, To: engine.Finished})
				if err != nil {
					b.t.Fatal(err)
				}
				done = done || r.ID == id
			}
		}
	}
}

// A walk that gets to a risk after many later ones have ended there isn't lost. If it can't be
// known any more whether the risk had its run, the walk's trail says that it was left out.
func TestLateWalk(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		age  time.Duration
		told int
		want []map[string]string
	}{
		"within a day": {20 * time.Hour, 1, nil},
		"later":        {30 * time.Hour, 0, []map[string]string{{"code": "forgotten", "count": "1", "first": "R-1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, daily())
			for _, title := range []string{"Ledger", "Books"} {
				b.file(title, time.Time{})
			}
			due := b.clock.Now().Add(-c.age)
			b.scheduledRuns("R-1", due.Add(time.Hour), 8)
			walk := engine.RunID{Risk: "R-0", Flow: "daily", Occurrence: strconv.FormatInt(due.UnixMilli(), 10)}
			if err := b.store.Arm(b.ctx(), "R-0", []engine.TimerChange{{Do: engine.ArmTimer, Run: walk, Due: due, FlowHash: b.options.Flows[0].Hash()}}); err != nil {
				t.Fatal(err)
			}
			b.start()
			b.eventually("the handlers are told", func() bool {
				run, err := b.store.Load(b.ctx(), walk)
				return err == nil && run.State == engine.Finished && len(toldDirectly(b.platform, "WEI")) >= c.told+1
			})
			b.wantTold("late", "R-1 waits", []int{c.told}, "DWEI")
			b.wantTold("late", "R-2 waits", []int{1}, "DWEI")
			if diff := cmp.Diff(c.want, b.omitted()); diff != "" {
				t.Errorf("the trail (-want +got):\n%s", diff)
			}
		})
	}
}

// With catch_up: fire, none of the times that an outage has missed is lost if a worker dies before
// its walk has armed the next one, and adoption finds no walk that is armed.
func TestWalkOfADeadWorkerCatchesUp(t *testing.T) {
	t.Parallel()
	d := overview()
	d.Trigger.CatchUp, d.Steps = string(flow.CatchUpFire), d.Steps[:1]
	synctest.Test(t, func(t *testing.T) {
		b := setupOn(t, &fakeClock{}, inMemory(t), d)
		b.fileHigh("first")
		b.sleepNearlyTillNine()
		stop := b.startEngine(b.engine)
		time.Sleep(time.Second)
		stop()
		time.Sleep(2*core.Day + time.Hour)
		if runs, _, err := b.store.Claim(b.ctx(), "", 1, time.Minute); err != nil || len(runs) != 1 {
			t.Fatalf("claimed %v, %v", runs, err)
		}
		b.engine = b.newEngine(b.options)
		defer b.startEngine(b.engine)()
		time.Sleep(10 * time.Minute)
		if got := toldDirectly(b.platform, "WEI"); len(got) != 3 {
			t.Errorf("told %q", got)
		}
		if w := b.walks("overview"); len(w) != 1 || !w[0].Due.Equal(b.nine(1)) {
			t.Errorf("the next walks: %+v", w)
		}
	})
}
