package engine

import (
	"context"
	"encoding/json"

	"riskroom/core"
	"riskroom/core/flow"
)

// StepWaits is the reason of a run whose current step is a wait.
const StepWaits = "wait"

// resolveWait decides when the wait ends. That is stored, so nothing moves it later.
func (t *turn) resolveWait(_ context.Context, a *flow.Wait, _ flow.Env, in *input) error {
	in.Until = a.Until(t.e.now())
	return nil
}

// performWait fails until the wait is over.
func (t *turn) performWait(_ context.Context, in *input, _ *performed) error {
	if left := in.Until.Sub(t.e.clock.Now()); left > 0 {
		return &core.Error{Op: "wait", Kind: core.Unavailable, RetryAfter: left, Detail: StepWaits}
	}
	return nil
}

// waitEnds reports whether the current step is a wait that is over, and makes it the
// current one. Then the flow's condition is evaluated again.
func (t *turn) waitEnds() bool {
	if t.run.Step >= len(t.flow.Steps) || t.run.Input == nil || t.cancelled() {
		return false
	}
	s, in := t.flow.Steps[t.run.Step], &input{}
	if _, waits := s.Action.(*flow.Wait); !waits || json.Unmarshal(t.run.Input, in) != nil || in.Until.After(t.e.clock.Now()) {
		return false
	}
	t.enter(s)
	return true
}
