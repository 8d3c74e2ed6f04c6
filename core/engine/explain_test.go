package engine_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// why explains one flow of a risk.
func (b *bundle) why(key core.RiskKey, name string) engine.FlowExplained {
	b.t.Helper()
	x, err := b.engine.Explain(b.ctx(), &lin.Account, key, name)
	if err != nil || len(x.Flows) != 1 || x.Flows[0].Name != name || !x.Since.IsZero() {
		b.t.Fatalf("%+v: %v", x, err)
	}
	return x.Flows[0]
}

func explainedFlows() []flow.Def {
	tell := []flow.StepDef{{Action: &flow.SendMessageDef{To: []string{"handlers"}, Text: "x"}}}
	return []flow.Def{
		{Name: "told", Trigger: flow.TriggerDef{On: "filed"}, If: `severity != "low"`, Steps: tell},
		{Name: "remind", Trigger: flow.TriggerDef{DateField: "discovered_at", After: "1d"}, If: `status == "pending"`, Steps: tell},
		{Name: "overdue", Trigger: flow.TriggerDef{DateField: "due_at", After: "1d"}, If: `status == "pending"`, IfAlreadyDue: "skip", Steps: tell},
		{Name: "moved", Trigger: flow.TriggerDef{On: "status"}, If: `by != submitter`, Steps: tell},
	}
}

// TestExplain follows a risk: from what is due through what was sent and skipped to what
// a changed file leaves.
func TestExplain(t *testing.T) {
	t.Parallel()
	b := setup(t, explainedFlows()...)
	start := time.Date(2026, 11, 18, 10, 0, 0, 0, time.UTC)
	b.clock.set(start)
	r := b.file("ledger", start)

	f := b.why(r.Key, "remind")
	want := engine.FlowExplained{
		Name: "remind", When: engine.When{DateField: "discovered_at", After: "1d", Zone: "UTC"}, If: `status == "pending"`,
		Now: []engine.Used{{Name: "status", Value: `"pending"`}}, Holds: true, Known: true,
		Runs: []engine.RunExplained{{ID: b.run(r.Key, "remind").ID, State: engine.Armed, Anchor: start, Due: start.Add(core.Day)}},
	}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("armed (-want +got):\n%s", diff)
	}
	if f := b.why(r.Key, "overdue"); f.Idle != engine.NoDate || len(f.Runs) > 0 {
		t.Errorf("without a due date: %+v", f)
	}
	if f := b.why(r.Key, "moved"); f.Idle != engine.NoEvent || f.Known {
		t.Errorf("before the event: %+v", f)
	}

	b.start()
	b.eventually("it is sent", func() bool { return b.run(r.Key, "told").State == engine.Finished })
	f = b.why(r.Key, "told")
	if run := f.Runs[0]; len(f.Runs) != 1 || run.State != engine.Finished || run.Fired.IsZero() || run.Ended.IsZero() || !run.Anchor.IsZero() ||
		len(run.Did) != 1 || run.Did[0].Data["done"] != "acme/WEI" || f.Idle != "" {
		t.Errorf("finished: %+v", f)
	}

	if err := b.set(wei, r.Key, core.Resolved, "paid"); err != nil {
		t.Fatal(err)
	}
	b.jump(start.Add(2 * core.Day))
	f = b.why(r.Key, "remind")
	if run := f.Runs[0]; run.State != engine.Skipped || run.Reason != "condition" || f.Holds ||
		!cmp.Equal(run.Unmet, []engine.Used{{Name: "status", Value: `"resolved"`}}) {
		t.Errorf("skipped: %+v", f)
	}
	if f := b.why(r.Key, "moved"); len(f.Runs) != 1 || f.Runs[0].State != engine.Finished || f.Idle != "" {
		t.Errorf("after the event: %+v", f)
	}

	late, err := b.engine.File(b.ctx(), "late", lin, engine.Draft{Title: "late", Module: "Payments", DiscoveredAt: start, DueAt: start.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if f := b.why(late.Risk.Key, "overdue"); f.Idle != engine.Missed || !f.Due.Equal(start.Add(core.Day+time.Hour)) {
		t.Errorf("missed: %+v", f)
	}

	other := b.options
	other.Flows = b.compile(flow.Def{Name: "told", Trigger: flow.TriggerDef{On: "filed"}, Steps: explainedFlows()[0].Steps})
	x, err := b.newEngine(other).Explain(b.ctx(), nil, r.Key, "")
	if err != nil || len(x.Flows) != 3 || !x.Flows[0].Runs[0].Earlier || x.Flows[0].Gone || !x.Flows[1].Gone || x.Flows[2].Name != "remind" {
		t.Errorf("with another file: %+v, %v", x, err)
	}
}

// TestExplainWaiting: a run that can't act says what it waits for, and until when.
func TestExplainWaiting(t *testing.T) {
	t.Parallel()
	down := func(method, _ string) error {
		if method == "create" {
			return &core.Error{Op: method, Kind: core.Unavailable, Detail: "down", Effect: core.None}
		}
		return nil
	}
	shared(t, down, func(t *testing.T, b *bundle, r core.Risk) {
		synctest.Wait()
		if run := b.why(r.Key, "gather").Runs[0]; run.State != engine.Waiting || run.Reason != "down" || !run.Until.After(b.clock.Now()) {
			t.Errorf("backing off: %+v", run)
		}
		if run := b.why(r.Key, "announce").Runs[0]; run.Reason != engine.AwaitsGroup || run.For != "gather" {
			t.Errorf("awaiting: %+v", run)
		}
	})
}

// TestExplainIsForReaders: others get the answer for a risk that doesn't exist.
func TestExplainIsForReaders(t *testing.T) {
	t.Parallel()
	b := setup(t, explainedFlows()...)
	b.org.Permissions.Read = core.Audience{Involved: true}
	r := b.file("ledger", b.clock.Now())
	for what, ask := range map[string]func() error{
		"not_found":         func() error { _, err := b.engine.Explain(b.ctx(), &out.Account, r.Key, ""); return err },
		"not_found of R-99": func() error { _, err := b.engine.Explain(b.ctx(), nil, "R-99", ""); return err },
		"no_flow.near":      func() error { _, err := b.engine.Explain(b.ctx(), &lin.Account, r.Key, "remid"); return err },
		"no_flow":           func() error { _, err := b.engine.Explain(b.ctx(), nil, r.Key, "something-else"); return err },
	} {
		if refusal, ok := errors.AsType[*core.Refusal](ask()); !ok || !strings.HasPrefix(what, refusal.Code) {
			t.Errorf("%s: got %v", what, refusal)
		}
	}
}
