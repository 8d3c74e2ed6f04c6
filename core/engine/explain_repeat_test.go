package engine_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// TestExplainRepeats follows a flow that repeats: what comes next, which time it is, and why it
// ended.
func TestExplainRepeats(t *testing.T) {
	t.Parallel()
	d := nag(flow.TriggerDef{Every: "2m", AtMost: 5, Until: `status == "in_progress"`})
	ofRepeats(t, func(b *bundle, r core.Risk) {
		f := b.why(r.Key, "nag")
		if len(f.Runs) != 1 || f.Runs[0].Number != 1 || !f.Runs[0].Anchor.Equal(r.DueAt) || f.Idle != "" || f.When.Every != "2m" || f.When.AtMost != 5 ||
			f.Until == "" || f.UntilHolds || !cmp.Equal(f.UntilNow, []engine.Used{{Name: "status", Value: `"pending"`}}) {
			t.Errorf("at first: %+v", f)
		}
		stop := b.startEngine(b.engine)
		time.Sleep(5 * time.Minute)
		f = b.why(r.Key, "nag")
		if len(f.Runs) != 3 || f.Runs[0].State != engine.Armed || f.Runs[0].Number != 3 || f.Runs[1].Number != 2 || f.Runs[1].State != engine.Finished {
			t.Errorf("after two: %+v", f)
		}
		for _, tt := range []struct {
			to   core.Status
			want engine.Idle
		}{
			{core.InProgress, engine.IdleUntil}, {core.Resolved, engine.IdleClosed}, {core.Pending, ""},
		} {
			b.act(engine.ChangeStatus{Risk: r.Key, To: tt.to, Note: "because"})
			if f := b.why(r.Key, "nag"); f.Idle != tt.want || f.UntilHolds != (tt.want == engine.IdleUntil) {
				t.Errorf("%s: %+v", tt.to, f)
			}
		}
		time.Sleep(10 * time.Minute)
		stop()
		if f := b.why(r.Key, "nag"); f.Idle != engine.IdleAtMost || f.Runs[0].Number != 5 {
			t.Errorf("after all: %+v", f)
		}
		var due time.Time
		b.act(engine.Edit{Risk: r.Key, Patch: engine.Patch{DueAt: &due}})
		if f := b.why(r.Key, "nag"); f.Idle != engine.NoDate {
			t.Errorf("without a date: %+v", f)
		}
	}, d)
}
