package engine_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// What is foreseen is what adopting a file does, whatever was filed with the file before and
// wherever a process that adopts it is killed. Afterwards nothing is left to do.
func TestForesee(t *testing.T) {
	t.Parallel()
	withSeeds(t, 7, 40, foreseeAnything)
}

func foreseeAnything(t *testing.T, dice *rand.Rand) {
	b := setupOn(t, &fakeClock{}, inMemory(t))
	b.useFile(dice)
	stop := b.startEngine(b.engine)
	var keys []core.RiskKey
	for i := range 1 + dice.IntN(5) {
		d := engine.Draft{Title: fmt.Sprint("Risk ", i), Module: "Payments", DiscoveredAt: time.Now().Add(-time.Duration(dice.IntN(30)) * time.Hour)}
		if dice.IntN(2) == 0 {
			d.DueAt = time.Now().Add(time.Duration(dice.IntN(72)) * time.Hour)
		}
		f, err := b.engine.File(context.Background(), d.Title, lin, d)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, f.Risk.Key)
		for n, o := range someWork(f.Risk, dice) {
			_, err := b.engine.Do(context.Background(), fmt.Sprint("op ", i, n), wei, o)
			if _, refused := errors.AsType[*core.Refusal](err); err != nil && !refused {
				t.Fatal(err)
			}
		}
	}
	time.Sleep(time.Duration(dice.IntN(150)) * time.Minute)
	if dice.IntN(2) == 0 { // what falls due from here on is overdue
		stop()
		time.Sleep(time.Duration(dice.IntN(10)) * time.Hour)
	}
	stop()

	b.useFile(dice)
	before := b.records(keys)
	want := b.foreseen(b.engine)
	if got := b.records(keys); fmt.Sprint(got) != fmt.Sprint(before) {
		t.Fatalf("foreseeing changes what is stored\nfrom %v\nto   %v", before, got)
	}
	for range dice.IntN(3) {
		e := b.engineIn(&process{steps: 1 + dice.IntN(25)})
		if e.PutInForce(context.Background()) == nil {
			_ = e.Adopt(context.Background())
		}
	}
	if err := b.engine.PutInForce(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := b.engine.Adopt(context.Background()); err != nil {
		t.Fatal(err)
	}
	for key, after := range b.records(keys) {
		if got := done(before[key], after); got != want[key] {
			t.Errorf("adopting did\n%swhere this was foreseen:\n%s", got, want[key])
		}
	}
	for key, left := range b.foreseen(b.engine) {
		if left != "" {
			t.Errorf("%s: this is left to do:\n%s", key, left)
		}
	}
}

// useFile gives the bundle a random file, and an engine with it.
func (b *bundle) useFile(dice *rand.Rand) {
	b.org.Process = nil
	if dice.IntN(2) == 0 {
		b.org.Process = nodes()[:1+dice.IntN(3)]
	}
	fields := []string{"discovered_at", "submitted_at", "status_since", "due_at"}
	if len(b.org.Process) > 0 {
		fields = append(fields, "node_since")
	}
	var defs []flow.Def
	for i := range dice.IntN(6) {
		d := flow.Def{Name: fmt.Sprint("flow-", i), If: `status == "pending"`, Process: b.org.NodeKeys(), Steps: []flow.StepDef{
			{Action: &flow.SendMessageDef{To: []string{"handlers"}, Text: fmt.Sprint("text ", dice.IntN(2))}}}}
		d.IfAlreadyDue = []string{"", "skip"}[dice.IntN(2)]
		switch dice.IntN(5) {
		case 0:
			d.Trigger, d.IfAlreadyDue = flow.TriggerDef{On: "status"}, ""
		case 1:
			d.Trigger, d.IfAlreadyDue = flow.TriggerDef{Schedule: []string{"0 9 * * *", "30 * * * *"}[dice.IntN(2)], Digest: dice.IntN(2) == 0}, ""
		default:
			d.Trigger = flow.TriggerDef{DateField: fields[dice.IntN(len(fields))], After: []string{"2s", "1h", "3h", "1d"}[dice.IntN(4)]}
			if dice.IntN(3) == 0 {
				d.Trigger.Every, d.Trigger.AtMost = []string{"1h", "1d"}[dice.IntN(2)], 2+dice.IntN(3)
			}
		}
		defs = append(defs, d)
	}
	b.options.Flows = b.compile(defs...)
	b.engine = b.newEngine(b.options)
}

func (b *bundle) records(keys []core.RiskKey) map[core.RiskKey]engine.Record {
	b.t.Helper()
	all := map[core.RiskKey]engine.Record{}
	for _, key := range keys {
		rec, err := b.store.Get(context.Background(), key)
		if err != nil {
			b.t.Fatal(err)
		}
		all[key] = rec
	}
	live, err := b.store.Live(context.Background(), "R-0")
	if err != nil {
		b.t.Fatal(err)
	}
	all["R-0"] = engine.Record{Runs: live}
	return all
}

// foreseen returns what an engine would do to each risk, as done has it.
func (b *bundle) foreseen(e *engine.Engine) map[core.RiskKey]string {
	b.t.Helper()
	all := map[core.RiskKey]string{}
	_, err := e.Foresee(context.Background(), func(p engine.RiskPlan) error {
		var lines []string
		for _, c := range p.Timers {
			if c.Was != (engine.RunID{}) {
				lines = append(lines, line(c.Was, c.From, time.Time{}))
				c.From = time.Time{}
			}
			lines = append(lines, line(c.Run, c.From, c.To))
		}
		all[p.Risk.Key] = summary(p.Enters, lines)
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

// done returns how a risk and its timers differ.
func done(before, after engine.Record) string {
	flows := func(rec engine.Record) map[engine.RunID]engine.RunSummary {
		all := map[engine.RunID]engine.RunSummary{}
		for _, r := range rec.Runs {
			if !engine.BuiltIn(r.ID.Flow) {
				all[r.ID] = r
			}
		}
		return all
	}
	var lines []string
	had, has := flows(before), flows(after)
	for id, r := range had {
		if now, ok := has[id]; !ok {
			lines = append(lines, line(id, r.Due, time.Time{}))
		} else if r.FlowHash != now.FlowHash || !r.Due.Equal(now.Due) {
			lines = append(lines, line(id, r.Due, now.Due))
		}
	}
	for id, r := range has {
		if _, ok := had[id]; !ok {
			lines = append(lines, line(id, time.Time{}, r.Due))
		}
	}
	entered := ""
	if before.Risk.Node != after.Risk.Node {
		entered = after.Risk.Node
	}
	return summary(entered, lines)
}

func line(run engine.RunID, from, to time.Time) string {
	return fmt.Sprintf("%s from %d to %d\n", run, from.UnixMilli(), to.UnixMilli())
}

func summary(enters string, lines []string) string {
	if enters != "" {
		lines = append(lines, "enters "+enters+"\n")
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// TestForeseeDue checks which messages are foreseen to be sent at once.
func TestForeseeDue(t *testing.T) {
	t.Parallel()
	b := setup(t, saying("x"))
	r := b.file("Ledger", b.clock.Now().AddDate(0, 0, -2))
	b.file("Another", b.clock.Now().AddDate(0, 0, -2))
	b.do("resolve", wei, engine.ChangeStatus{Risk: "R-2", To: core.Resolved})
	foresee := func(defs ...flow.Def) map[core.RiskKey]engine.RiskPlan {
		t.Helper()
		all := map[core.RiskKey]engine.RiskPlan{}
		if _, err := b.withFile(defs...).Foresee(b.ctx(), func(p engine.RiskPlan) error {
			all[p.Risk.Key] = p
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return all
	}
	if err := b.store.PutFlow(b.ctx(), b.options.Flows[0].Hash(), b.options.Flows[0].Canonical()); err != nil {
		t.Fatal(err)
	}
	plans := foresee(saying("y"), storyFlows()[1], storyFlows()[2])
	p := plans[r.Key]
	if len(p.Due) != 1 || !slices.Equal(p.Due[0].To, []string{"wei"}) || len(p.Pinned) != 1 || p.Pinned[0].ID.Flow != "say" || len(p.Timers) != 0 {
		t.Errorf("the plan of R-1 is %+v", p)
	}
	if p := plans["R-2"]; len(p.Due) != 0 || len(p.Pinned) != 1 {
		t.Errorf("the plan of R-2, whose condition is false, is %+v", p)
	}
}

// TestForeseeLost checks which values are foreseen to disappear.
func TestForeseeLost(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.org.Process = nodes()
	b.org.Fields = []core.Field{
		{Key: "site", Type: core.TextField, Part: core.Reported}, {Key: "cost", Type: core.TextField, Part: core.Reported},
		{Key: "kind", Type: core.SelectField, Part: core.Reported, Options: []core.Option{{Key: "a"}, {Key: "b"}}},
	}
	b.engine = b.newEngine(b.options)
	_, err := b.engine.File(b.ctx(), "op", lin, engine.Draft{Title: "Ledger", Module: "Payments", DiscoveredAt: b.clock.Now(), Fields: map[string]core.Value{
		"site": {Text: "Bonn"}, "cost": {Text: "5"}, "kind": {Text: "a"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	org := *b.org
	org.Modules = nil
	org.Fields = []core.Field{
		{Key: "cost", Type: core.NumberField, Part: core.Reported},
		{Key: "kind", Type: core.SelectField, Part: core.Reported, Options: []core.Option{{Key: "b"}}},
	}
	org.People = maps.Clone(org.People)
	delete(org.People, "wei")
	o := b.options
	o.Organisation = &org
	want := []engine.LostValue{
		{engine.LostType, "cost"}, {engine.LostOption, "kind: a"}, {engine.LostField, "site"},
		{engine.LostNode, "triage"}, {engine.LostModule, "Payments"}, {engine.LostPerson, "wei"},
	}
	for name, process := range map[string][]core.Node{"a node is gone": nodes()[1:], "the process is gone": nil} {
		org.Process = process
		var lost []engine.LostValue
		if _, err := b.newEngine(o).Foresee(b.ctx(), func(p engine.RiskPlan) error { lost = p.Lost; return nil }); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(lost, want) {
			t.Errorf("%s: lost: %v, want %v", name, lost, want)
		}
	}
}

// TestForeseeWalks checks what is foreseen of schedules, and that it is what adopting does.
func TestForeseeWalks(t *testing.T) {
	t.Parallel()
	noon, changed := daily(), daily()
	noon.Trigger.Schedule = "0 12 * * *"
	changed.Steps[0].Action.(*flow.SendMessageDef).Title = "changed"
	for name, c := range map[string]struct {
		before  func(*bundle, engine.RunID)
		file    []flow.Def
		timers  int
		from    int // hour; 0: none
		to      int
		overdue bool
	}{
		"unchanged": {file: []flow.Def{daily()}},
		"moved":     {file: []flow.Def{noon}, timers: 1, from: 9, to: 12},
		"reworded":  {file: []flow.Def{changed}, timers: 1, from: 9, to: 9},
		"gone":      {timers: 1, from: 9},
		"added":     {file: []flow.Def{daily(), overview()}, timers: 1, to: 9},
		"dropped by an operator": {file: []flow.Def{daily()}, before: func(b *bundle, walk engine.RunID) {
			if err := b.store.Drop(b.ctx(), walk, engine.Event{Kind: engine.EventOperator, Op: "drop"}); err != nil {
				b.t.Fatal(err)
			}
		}},
		"late": {file: []flow.Def{changed}, timers: 1, from: 9, to: 9, overdue: true, before: func(b *bundle, _ engine.RunID) {
			b.clock.set(b.nine(0).Add(time.Hour))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, daily())
			b.atEight()
			if err := b.engine.Adopt(b.ctx()); err != nil {
				t.Fatal(err)
			}
			day := b.nine(0).Truncate(core.Day)
			if c.before != nil {
				c.before(b, b.walks("daily")[0].ID)
			}
			o := b.options
			o.Flows = b.compile(c.file...)
			next := b.newEngine(o)
			before := b.records(nil)["R-0"]
			foreseen := b.foreseen(next)["R-0"]
			var p engine.RiskPlan
			if _, err := next.Foresee(b.ctx(), func(found engine.RiskPlan) error { p = found; return nil }); err != nil {
				t.Fatal(err)
			}
			at := func(hour int) (at time.Time) {
				if hour > 0 {
					at = day.Add(time.Duration(hour) * time.Hour)
				}
				return at
			}
			if len(p.Timers) != c.timers || c.timers > 0 && (!p.Timers[0].From.Equal(at(c.from)) || !p.Timers[0].To.Equal(at(c.to))) {
				t.Errorf("foreseen: %+v", p)
			}
			if overdue := len(p.Due) == 1 && p.Due[0].Walk; overdue != c.overdue {
				t.Errorf("due: %+v", p.Due)
			}
			if err := next.PutInForce(b.ctx()); err != nil {
				t.Fatal(err)
			}
			if err := next.Adopt(b.ctx()); err != nil {
				t.Fatal(err)
			}
			if did := done(before, b.records(nil)["R-0"]); did != foreseen {
				t.Errorf("adopting did\n%swhere this was foreseen:\n%s", did, foreseen)
			}
		})
	}
}
