package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// daily returns a flow that tells the handlers of each pending risk every day at nine.
func daily() flow.Def {
	return flow.Def{Name: "daily", If: `status == "pending"`, Trigger: flow.TriggerDef{Schedule: "0 9 * * *"}, Steps: []flow.StepDef{
		{Action: &flow.SendMessageDef{To: []string{"handlers"}, Title: "{{ .key }} waits"}}}}
}

// overview returns a digest for handlers and, of high risks, for a channel.
func overview() flow.Def {
	return flow.Def{Name: "overview", If: `status == "pending"`, Trigger: flow.TriggerDef{Schedule: "0 9 * * *", Digest: true}, Steps: []flow.StepDef{
		{Action: &flow.SendMessageDef{To: []string{"handlers"}, Title: "{{ .count }} wait for you"}},
		{If: `severity == "high"`, Action: &flow.SendGroupMessageDef{Group: "acme/COPS", Title: "{{ .count }} are high"}}}}
}

// walks returns the walks of a flow that have a timer, by when they are due.
func (b *bundle) walks(name string) []engine.RunSummary {
	b.t.Helper()
	live, err := b.store.Live(b.ctx(), "R-0")
	if err != nil {
		b.t.Fatal(err)
	}
	live = slices.DeleteFunc(live, func(r engine.RunSummary) bool {
		return r.ID.Flow != name || strings.Contains(r.ID.Occurrence, ":")
	})
	slices.SortFunc(live, func(a, c engine.RunSummary) int { return a.Due.Compare(c.Due) })
	return live
}

// nine returns nine o'clock in so many days.
func (b *bundle) nine(days int) time.Time {
	return b.clock.Now().UTC().Truncate(core.Day).Add(9*time.Hour).AddDate(0, 0, days)
}

// atEight sets the clock to eight o'clock on the next day.
func (b *bundle) atEight() { b.clock.set(b.nine(1).Add(-time.Hour)) }

// sleepNearlyTillNine sleeps until a minute before nine: an engine that runs for hours takes
// long.
func (b *bundle) sleepNearlyTillNine() { time.Sleep(b.nine(0).Add(-time.Minute).Sub(b.clock.Now())) }

// startArmed starts the engine, and waits until a flow's walk is armed.
func (b *bundle) startArmed(name string) {
	b.t.Helper()
	b.start()
	b.eventually("the walk is armed", func() bool { return len(b.walks(name)) == 1 })
}

func TestScheduleRunsForEachRisk(t *testing.T) {
	t.Parallel()
	b := setup(t, daily())
	b.atEight()
	for i := range 3 {
		b.file(fmt.Sprint("risk ", i), time.Time{})
	}
	if _, err := b.engine.Do(b.ctx(), "done", wei, engine.ChangeStatus{Risk: "R-2", To: core.Resolved, Note: "x"}); err != nil {
		t.Fatal(err)
	}
	b.startArmed("daily")
	if due := b.walks("daily")[0].Due; !due.Equal(b.nine(0)) {
		t.Errorf("it is due %s", due)
	}
	told := func() string {
		got := toldDirectly(b.platform, "WEI")
		slices.Sort(got)
		return strings.Join(got, ", ")
	}
	b.jump(b.nine(0).Add(time.Minute))
	b.eventually("both are told", func() bool { return told() == "R-1 waits, R-3 waits" })
	b.jump(b.nine(1).Add(time.Minute))
	b.eventually("both are told again", func() bool { return told() == "R-1 waits, R-1 waits, R-3 waits, R-3 waits" })
	if due := b.walks("daily")[0].Due; !due.Equal(b.nine(1)) {
		t.Errorf("the next one is due %s", due)
	}
	if run := b.run("R-1", "daily"); run.State != engine.Finished || !run.ID.Scheduled().Equal(run.Due) {
		t.Errorf("the run: %+v", run)
	}
}

// A risk that is closed between the walk and its run is left alone.
func TestScheduleLeavesClosedRisks(t *testing.T) {
	t.Parallel()
	d := daily()
	d.If = ""
	b := setup(t, d)
	r := b.file("Ledger", time.Time{})
	if _, err := b.engine.Do(b.ctx(), "done", wei, engine.ChangeStatus{Risk: r.Key, To: core.Resolved, Note: "x"}); err != nil {
		t.Fatal(err)
	}
	id := engine.RunID{Risk: r.Key, Flow: "daily", Occurrence: "s1781234567890"}
	hash := b.options.Flows[0].Hash()
	if err := b.store.Arm(b.ctx(), r.Key, []engine.TimerChange{{Do: engine.ArmTimer, Run: id, FlowHash: hash}}); err != nil {
		t.Fatal(err)
	}
	b.start()
	b.eventually("it is skipped", func() bool { return b.run(r.Key, "daily").State == engine.Skipped })
	if got := toldDirectly(b.platform, "WEI"); len(got) > 0 {
		t.Errorf("told: %q", got)
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	b := setup(t, overview())
	b.atEight()
	for i := range 25 {
		f, err := b.engine.File(b.ctx(), fmt.Sprint("op", i), lin, engine.Draft{
			Title: fmt.Sprint("risk ", i+1), Module: "Payments", Severity: []core.Severity{core.Low, core.High}[i%2]})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			if _, err := b.engine.Do(b.ctx(), "assign", lin, engine.Assign{Risk: f.Risk.Key, To: []core.Ref{"mei"}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.startArmed("overview")
	b.jump(b.nine(0).Add(time.Minute))
	b.eventually("all are told", func() bool {
		return len(toldDirectly(b.platform, "WEI")) == 1 && len(toldDirectly(b.platform, "MEI")) == 1 && len(b.platform.postsIn("COPS")) == 1
	})
	if got, want := toldDirectly(b.platform, "MEI")[0], "1 wait for you\n• R-1 risk 1 · Payments · Low · Pending"; got != want {
		t.Errorf("mei is told %q, not %q", got, want)
	}
	wei := strings.Split(toldDirectly(b.platform, "WEI")[0], "\n")
	if len(wei) != 22 || wei[0] != "24 wait for you" || !strings.Contains(wei[1], "R-25 risk 25") || wei[21] != "… and 4 more: /risk list" {
		t.Errorf("wei is told %q", wei)
	}
	if got := core.Text(b.platform.postsIn("COPS")[0].Message.Text); !strings.HasPrefix(got, "12 are high\n") {
		t.Errorf("the channel is told %q", got)
	}
	b.jump(b.nine(1).Add(time.Minute))
	b.eventually("all are told again", func() bool { return len(b.platform.postsIn("COPS")) == 2 })
}

// A rehearsed digest lists the risk that it is rehearsed on.
func TestRehearsedDigest(t *testing.T) {
	t.Parallel()
	b := setup(t, overview())
	f, err := b.engine.File(b.ctx(), "op", lin, engine.Draft{Title: "Ledger", Module: "Payments", Severity: core.High})
	if err != nil {
		t.Fatal(err)
	}
	run, err := b.engine.Rehearse(b.ctx(), b.options.Flows[0], f.Risk.Key, nil)
	if err != nil || run.State != engine.Finished {
		t.Fatal(run, err)
	}
	got := slices.Concat(toldDirectly(b.platform, "WEI"), []string{core.Text(b.platform.postsIn("COPS")[0].Message.Text)})
	const line = "\n• R-1 Ledger · Payments · High · Pending"
	if want := []string{"1 wait for you" + line, "1 are high" + line}; !slices.Equal(got, want) {
		t.Errorf("it sends %q, not %q", got, want)
	}
}

// Nobody is told of risks that they may not read, or that were closed after they were gathered.
func TestDigestTellsWhatMayBeRead(t *testing.T) {
	t.Parallel()
	d := overview()
	d.Steps[0].Action.(*flow.SendMessageDef).To = []string{"lin", "wei"}
	b := setup(t, d)
	b.org.Permissions.Read = core.Audience{Involved: true}
	b.engine = b.newEngine(b.options)
	b.atEight()
	b.file("first", time.Time{})
	b.file("second", time.Time{})
	if _, err := b.engine.Do(b.ctx(), "assign", lin, engine.Assign{Risk: "R-2", To: []core.Ref{"mei"}}); err != nil {
		t.Fatal(err)
	}
	b.startArmed("overview")
	b.jump(b.nine(0).Add(time.Minute))
	b.eventually("both are told", func() bool {
		return len(toldDirectly(b.platform, "WEI")) == 1 && len(toldDirectly(b.platform, "LIN")) == 1
	})
	if got := toldDirectly(b.platform, "WEI")[0]; !strings.HasPrefix(got, "1 wait") || strings.Contains(got, "R-2") {
		t.Errorf("wei is told %q", got)
	}
	if got := toldDirectly(b.platform, "LIN")[0]; !strings.HasPrefix(got, "2 wait") {
		t.Errorf("lin is told %q", got)
	}
}

// TestSchedulesFollowTheFile starts engines with other files on the same store.
func TestSchedulesFollowTheFile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, daily())
		b.atEight()
		restart := func(defs ...flow.Def) (stop func()) {
			o := b.options
			o.Flows = b.compile(defs...)
			return b.startEngine(b.newEngine(o))
		}
		due := func() string {
			var all []string
			for _, r := range b.walks("daily") {
				all = append(all, r.Due.Format("02 15:04"))
			}
			return strings.Join(all, ", ")
		}
		at := func(days, hour int) string {
			return b.nine(days).Add(time.Duration(hour-9) * time.Hour).Format("02 15:04")
		}
		stop := restart(daily())
		b.eventually("a new schedule is armed", func() bool { return due() == at(0, 9) })
		stop()
		later := daily()
		later.Trigger.Schedule = "0 12 * * *"
		stop = restart(later)
		b.eventually("a changed schedule moves", func() bool { return due() == at(0, 12) })
		stop()
		stop = restart()
		b.eventually("a schedule that is gone is dropped", func() bool { return due() == "" })
		stop()
		stop = restart(daily())
		b.eventually("one that is back is armed", func() bool { return due() == at(0, 9) })
		stop()

		// An outage. The missed walk is late; it follows the changed file.
		b.file("Ledger", time.Time{})
		b.clock.set(b.nine(2).Add(time.Hour))
		changed := daily()
		changed.Steps[0].Action.(*flow.SendMessageDef).Title = "changed"
		stop = restart(changed)
		defer stop()
		b.eventually("the handler is told", func() bool { return len(toldDirectly(b.platform, "WEI")) > 0 })
		b.eventually("the next one lies ahead", func() bool { return due() == at(1, 9) })
		if got := toldDirectly(b.platform, "WEI"); !slices.Equal(got, []string{"changed"}) {
			t.Errorf("told: %q", got)
		}
	})
}

// After an outage of three days, a schedule runs once, or for each time that it missed.
func TestScheduleCatchesUp(t *testing.T) {
	t.Parallel()
	for policy, want := range map[flow.CatchUp]int{"": 1, flow.CatchUpSkip: 1, flow.CatchUpFire: 3} {
		t.Run(string(policy), func(t *testing.T) {
			t.Parallel()
			d := daily()
			d.Trigger.CatchUp = string(policy)
			b := setup(t, d)
			b.atEight()
			b.file("Ledger", time.Time{})
			stop := b.startEngine(b.engine)
			b.eventually("the walk is armed", func() bool { return len(b.walks("daily")) == 1 })
			stop()
			b.clock.set(b.nine(2).Add(time.Hour))
			b.startEngine(b.newEngine(b.options))
			b.eventually("the next one lies ahead", func() bool {
				w := b.walks("daily")
				return len(w) == 1 && w[0].Due.Equal(b.nine(1))
			})
			b.eventually("the handler is told", func() bool { return len(toldDirectly(b.platform, "WEI")) >= want })
			b.eventually("nothing is due", func() bool {
				_, next, err := b.store.Counts(b.ctx())
				return err == nil && next.After(b.clock.Now())
			})
			if got := len(toldDirectly(b.platform, "WEI")); got != want {
				t.Errorf("told %d times, not %d", got, want)
			}
		})
	}
}

// An operator who drops a walk skips one occurrence.
func TestDroppedWalk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := setupOn(t, &fakeClock{}, inMemory(t), daily())
		b.file("Ledger", time.Time{})
		b.sleepNearlyTillNine()
		b.startArmed("daily")
		if err := b.store.Drop(b.ctx(), b.walks("daily")[0].ID, engine.Event{Kind: engine.EventOperator, Op: "drop"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Until(b.nine(0)) + time.Hour)
		if w := b.walks("daily"); len(w) != 1 || !w[0].Due.Equal(b.nine(1)) {
			t.Errorf("the next walks: %+v", w)
		}
		if got := toldDirectly(b.platform, "WEI"); len(got) > 0 {
			t.Errorf("told: %q", got)
		}
	})
}

// TestAnyWalkOfASchedule kills processes at any step of a walk. Every risk has one run, and every message
// of a digest is sent once.
func TestAnyWalkOfASchedule(t *testing.T) {
	t.Parallel()
	withSeeds(t, 7, 12, func(t *testing.T, dice *rand.Rand) {
		b := setupOn(t, &fakeClock{}, inMemory(t), daily(), overview())
		b.platform.rate.N = 100_000
		const risks = 230
		for i := range risks {
			b.file(fmt.Sprint("risk ", i), time.Time{})
		}
		b.platform.setFail(randomFailures(dice.IntN(4), dice.Uint64()))
		b.sleepNearlyTillNine()
		for kills := 2; kills >= 0; kills-- { // a third would park runs
			p := &process{steps: 1 + dice.IntN([]int{20, 100, 2000}[dice.IntN(3)])}
			if kills == 0 {
				p.steps = -1
			}
			if kills == 2 {
				p.steps += 20 // arm the first walks
			}
			stop := b.startProcess(p)
			if kills == 2 {
				time.Sleep(time.Until(b.nine(0)))
			}
			time.Sleep(5 * time.Minute)
			stop()
		}
		told := map[string]int{}
		for _, s := range toldDirectly(b.platform, "WEI") {
			first, _, _ := strings.Cut(s, "\n")
			told[first]++
		}
		want := map[string]int{"230 wait for you": 1}
		for i := range risks {
			want[fmt.Sprintf("R-%d waits", i+1)] = 1
		}
		for s, n := range want {
			if told[s] != n {
				t.Errorf("%q was sent %d times", s, told[s])
			}
		}
		if len(told) != len(want) {
			t.Errorf("%d different messages, not %d", len(told), len(want))
		}
		for _, name := range []string{"daily", "overview"} {
			if w := b.walks(name); len(w) != 1 || !w[0].Due.Equal(b.nine(1)) {
				t.Errorf("the next walks of %s: %+v", name, w)
			}
		}
	})
}

// pages is a store with many open risks that were never filed. It counts how often they are
// read, and how many at once.
type pages struct {
	engine.Store
	risks       int
	reads, most atomic.Int64
}

func (s *pages) Find(_ context.Context, q engine.Query) (engine.Found, error) {
	var found engine.Found
	n := int(q.After.At)
	for n < s.risks && len(found.Risks) < q.Limit {
		n++
		found.Risks = append(found.Risks, core.Risk{Key: core.MakeRiskKey("R", int64(n)), Version: 1, Home: "acme",
			Title: "Ledger", Module: "Payments", Severity: core.Low, Status: core.Pending, Handlers: []core.Ref{"wei"}})
	}
	if n < s.risks {
		found.Next = engine.Place{At: int64(n), Key: found.Risks[len(found.Risks)-1].Key}
	}
	s.reads.Add(1)
	s.most.Store(max(s.most.Load(), int64(len(found.Risks))))
	return found, nil
}

func (s *pages) Get(ctx context.Context, key core.RiskKey) (engine.Record, error) {
	found, err := s.Find(ctx, engine.Query{After: engine.Place{At: key.Number() - 1}, Limit: 1})
	if err != nil || key.Number() == 0 {
		return engine.Record{}, &core.Error{Op: "get", Kind: core.NotFound, Err: err}
	}
	return engine.Record{Risk: found.Risks[0]}, nil
}

// TestScheduleOfManyRisks sends a digest of ten thousand risks. They are read in small parts,
// and no stored input or progress has all of them.
func TestScheduleOfManyRisks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const risks = 10_000
		s := &pages{Store: inMemory(t), risks: risks}
		b := setupOn(t, &fakeClock{}, s, overview())
		b.sleepNearlyTillNine()
		b.startArmed("overview")
		walk := b.walks("overview")[0].ID
		time.Sleep(10 * time.Minute)
		got := toldDirectly(b.platform, "WEI")
		if want := fmt.Sprintf("… and %d more: /risk list", risks-20); len(got) != 1 || !strings.HasSuffix(got[0], want) {
			t.Errorf("wei is told %q", got)
		}
		if n := s.reads.Load(); n < risks/200 || n > risks/200+100 || s.most.Load() > 200 {
			t.Errorf("%d reads, of %d risks at most", n, s.most.Load())
		}
		run, err := s.Load(b.ctx(), walk)
		if err != nil || run.State != engine.Finished || len(run.Outcomes[0]) > 1000 {
			t.Errorf("the walk: %+v, %v", run, err)
		}
	})
}

// Find is a step too.
func (s killableStore) Find(ctx context.Context, q engine.Query) (engine.Found, error) {
	return step(s.process, func() (engine.Found, error) { return s.Store.Find(ctx, q) })
}

// A flow that a schedule runs on a risk again and again keeps few of its cards up to date.
func TestScheduleShowsFewCards(t *testing.T) {
	t.Parallel()
	d := daily()
	d.Steps[0].Action.(*flow.SendMessageDef).Card = "risk"
	b := setup(t, d)
	b.atEight()
	r := b.file("Ledger", time.Time{})
	b.startArmed("daily")
	for day := range 8 {
		b.jump(b.nine(0).Add(time.Minute))
		b.eventually("the handler is told", func() bool { return len(b.platform.postsIn("DWEI")) == day+1 })
		b.eventually("the next walk is armed", func() bool { w := b.walks("daily"); return len(w) == 1 && w[0].Due.Equal(b.nine(1)) })
		b.jump(b.nine(1).Add(-time.Hour))
	}
	rec, err := b.store.Get(b.ctx(), r.Key)
	if err != nil || len(rec.Shown) != 5 {
		t.Errorf("%d cards, %v", len(rec.Shown), err)
	}
}
