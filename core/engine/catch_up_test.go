package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// catchingUp returns a flow that tells the handlers of a pending risk, and a channel of high ones,
// in a digest if it is missed.
func catchingUp(t flow.TriggerDef) flow.Def {
	t.CatchUp = string(flow.CatchUpDigest)
	return flow.Def{Name: "remind", If: `status == "pending"`, Trigger: t, Steps: []flow.StepDef{
		{Action: &flow.SendMessageDef{To: []string{"handlers"}, Title: "{{ .key }} waits", Card: "risk"}},
		{If: `severity == "high"`, Action: &flow.SendGroupMessageDef{Group: "acme/COPS", Title: "{{ .key }} is high"}}}}
}

// afterAnHour, everyHour and dailyAtNine are triggers whose runs an outage can miss.
func afterAnHour() flow.TriggerDef { return flow.TriggerDef{DateField: "submitted_at", After: "1h"} }

func everyHour() flow.TriggerDef { return flow.TriggerDef{DateField: "submitted_at", Every: "1h"} }

func dailyAtNine() flow.TriggerDef { return flow.TriggerDef{Schedule: "0 9 * * *"} }

// afterOutage returns a bundle with three risks for which the flow was due while no process was
// running: at nine or a little later, an hour and some minutes ago.
func afterOutage(t *testing.T, d flow.Def) *bundle {
	return afterOutageOf(t, d, 80*time.Minute+10*time.Second)
}

// afterOutageOf returns that bundle so long after nine.
func afterOutageOf(t *testing.T, d flow.Def, late time.Duration) *bundle {
	t.Helper()
	b := setupOn(t, &fakeClock{}, inMemory(t), d)
	time.Sleep(b.nine(1).Add(-time.Hour).Sub(b.clock.Now()))
	if err := b.engine.Prepare(context.Background()); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if _, err := b.engine.File(context.Background(), fmt.Sprint("file-", i), lin, engine.Draft{Title: fmt.Sprint("risk ", i+1), Module: "Payments", Severity: core.High}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
	}
	time.Sleep(b.nine(0).Add(late).Sub(b.clock.Now()))
	return b
}

// listings returns how often each risk is listed in messages to the handlers and the channel.
func (b *bundle) listings() map[string]int {
	got := map[string]int{}
	for channel, texts := range map[string][]string{"WEI": toldDirectly(b.platform, "WEI"), "COPS": b.texts("COPS")} {
		for _, s := range texts {
			for _, line := range strings.Split(s, "\n") {
				if key, risk := strings.CutPrefix(line, "• "); risk {
					got[channel+" "+strings.Fields(key)[0]]++
				}
			}
			if !strings.HasPrefix(s, "While riskroom was not running: remind\n") {
				got[channel+" "+s]++
			}
		}
	}
	return got
}

// once is what listings returns if each of some risks is listed once.
func once(keys ...string) map[string]int {
	want := map[string]int{}
	for _, key := range keys {
		want["WEI "+key], want["COPS "+key] = 1, 1
	}
	return want
}

// sameListings fails the test unless risks are listed as often.
func (b *bundle) sameListings(want map[string]int) {
	b.t.Helper()
	if got := b.listings(); fmt.Sprint(got) != fmt.Sprint(want) {
		b.t.Errorf("listed: %v, want %v", got, want)
	}
}

// missedRuns returns how the flow's runs of a risk are, by when they were due.
func (b *bundle) missedRuns(key core.RiskKey) []string {
	b.t.Helper()
	rec, err := b.store.Get(context.Background(), key)
	if err != nil {
		b.t.Fatal(err)
	}
	slices.SortFunc(rec.Runs, func(a, c engine.RunSummary) int { return a.Due.Compare(c.Due) })
	var out []string
	for _, s := range rec.Runs {
		if s.ID.Flow != "remind" {
			continue
		}
		run, err := b.store.Load(context.Background(), s.ID)
		if err != nil {
			b.t.Fatal(err)
		}
		out = append(out, strings.TrimSpace(s.Due.Format("15:04 ")+string(run.State)+" "+run.Reason))
	}
	return out
}

// TestCatchUpDigest: everyone gets one message about all risks for which a flow was missed, and a
// flow that repeats goes on with the time that lies ahead.
func TestCatchUpDigest(t *testing.T) {
	t.Parallel()
	const head = "While riskroom was not running: remind\n3 risks were due "
	for name, c := range map[string]struct {
		trigger flow.TriggerDef
		head    string
		first   []string // runs of the first risk
	}{
		"date":     {afterAnHour(), "between 2 Jan 2000, 09:00 and 2 Jan 2000, 09:02:", []string{"09:00 skipped digest"}},
		"repeat":   {everyHour(), "between 2 Jan 2000, 09:00 and 2 Jan 2000, 09:02:", []string{"09:00 skipped digest", "11:00 armed"}},
		"schedule": {dailyAtNine(), "on 2 Jan 2000, 09:00:", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := afterOutage(t, catchingUp(c.trigger))
				defer b.startEngine(b.engine)()
				time.Sleep(5 * time.Minute)
				b.sameListings(once("R-1", "R-2", "R-3"))
				for _, told := range [][]string{toldDirectly(b.platform, "WEI"), b.texts("COPS")} {
					if len(told) != 1 || !strings.HasPrefix(told[0], head+c.head+"\n• ") {
						t.Errorf("told: %q", told)
					}
				}
				b.same("the runs", b.missedRuns("R-1"), c.first...)
			})
		})
	}
}

// TestCatchUpKilledAtEveryStep kills the process that catches up at each step: of the late runs, or
// of the walk that takes them, up to the messages of the digest. Each risk is listed once.
func TestCatchUpKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	for name, trigger := range map[string]flow.TriggerDef{"date": afterAnHour(), "repeat": everyHour(), "schedule": dailyAtNine()} {
		for phase, first := range map[string]time.Duration{"runs": 0, "walk": 110*time.Second - time.Millisecond} {
			if trigger.Schedule != "" && first > 0 {
				continue // the walk is what is late
			}
			t.Run(name+" "+phase, func(t *testing.T) {
				atSteps(t, 60, func(t *testing.T, steps int) {
					b := afterOutage(t, catchingUp(trigger))
					p := &process{steps: -1}
					p.dieAfter(first, steps)
					stop := b.startProcess(p)
					time.Sleep(4 * time.Minute)
					stop()
					stop = b.startProcess(&process{steps: -1})
					time.Sleep(16 * time.Minute)
					stop()
					b.sameListings(once("R-1", "R-2", "R-3"))
					for _, key := range []core.RiskKey{"R-1", "R-2", "R-3"} {
						b.checkCaughtUp(key, trigger)
					}
				})
			})
		}
	}
}

// dieAfter has a process die so many steps after some time has passed.
func (l *process) dieAfter(d time.Duration, steps int) {
	time.AfterFunc(d, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.steps = steps
	})
}

// checkCaughtUp checks how the runs of a risk are after its flow has caught up.
func (b *bundle) checkCaughtUp(key core.RiskKey, trigger flow.TriggerDef) {
	b.t.Helper()
	var states []string
	for _, run := range b.missedRuns(key) {
		_, state, _ := strings.Cut(run, " ")
		states = append(states, state)
	}
	switch {
	case trigger.Schedule != "":
		b.same("runs of "+string(key), states)
	case trigger.Every != "":
		b.same("runs of "+string(key), states, "skipped digest", "armed")
	default:
		b.same("runs of "+string(key), states, "skipped digest")
	}
}
