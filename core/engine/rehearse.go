package engine

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
)

// Rehearse carries out one of Options.Flows on a risk, whatever its trigger says, and
// returns the run when it has ended or is parked. Cause is what the run of an event knows,
// nil for a date. The engine must not be running, and must have a store of its own: other
// runs that are due are claimed and left.
func (e *Engine) Rehearse(ctx context.Context, f *flow.Flow, risk core.RiskKey, cause *flow.Cause) (Run, error) {
	arm := TimerChange{Do: ArmTimer, Due: e.now(), FlowHash: f.Hash(), Run: RunID{Risk: risk, Flow: f.Name}}
	if cause == nil {
		arm.Run.Occurrence = strconv.FormatInt(arm.Due.UnixMilli(), 10)
	} else {
		arm.Run.Occurrence = "v1"
		var err error
		if arm.Data, err = json.Marshal(cause); err != nil {
			return Run{}, invalid("the cause of "+arm.Run.String(), err)
		}
	}
	if err := e.store.Arm(ctx, risk, []TimerChange{arm}); err != nil {
		return Run{}, err
	}
	for {
		due, next, err := e.store.Claim(ctx, e.file, 1, e.lease)
		if err != nil {
			return Run{}, err
		}
		for _, r := range due {
			if r.ID == arm.Run {
				e.runTurn(ctx, r)
			}
		}
		run, err := e.store.Load(ctx, arm.Run)
		if err != nil || !run.State.Live() {
			return run, err
		}
		if len(due) > 0 {
			continue
		}
		if err := e.budget.sleep(ctx, max(next.Sub(e.clock.Now()), time.Millisecond)); err != nil {
			return run, err
		}
	}
}
