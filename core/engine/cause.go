package engine

import (
	"context"
	"encoding/json"

	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/people"
)

// cause returns what a run of an event knows about the change that caused it. It is zero for
// other runs, and for one that an earlier version armed.
func (e *Engine) cause(ctx context.Context, run Run, r core.Risk) (flow.Cause, error) {
	var c flow.Cause
	if len(run.Data) == 0 {
		return c, nil
	}
	if err := json.Unmarshal(run.Data, &c); err != nil {
		return c, invalid("the stored cause of "+run.ID.String(), err)
	}
	by, submitter := c.By.Account, r.Submitter.Account
	if by.IsZero() || submitter.IsZero() {
		return c, nil
	}
	same, err := e.people.Same(ctx, by, submitter)
	if same {
		c.By.Account = submitter // so that conditions can compare them
	}
	return c, err
}

// envOf returns the environment of a run's conditions and templates on a risk.
func (e *Engine) envOf(ctx context.Context, r core.Risk, c flow.Cause) flow.Env {
	env := e.env(ctx, r, e.org.Language)
	env.Cause = c
	return env
}

// envs returns the environments of conditions that no event depends on.
func (e *Engine) envs(ctx context.Context) func(core.Risk) flow.Env {
	return func(r core.Risk) flow.Env { return e.env(ctx, r, e.org.Language) }
}

// causer reports whether the run was caused by somebody to whom its flow applies.
func (t *turn) causer(ctx context.Context) (bool, error) {
	if t.flow.By == nil {
		return true, nil
	}
	refs, err := t.flow.By.Refs(t.env(ctx))
	if err != nil {
		return false, invalid("people", err)
	}
	return t.e.people.Includes(ctx, people.Qualify(refs, t.rec.Risk.Home), t.cause.By.Account)
}
