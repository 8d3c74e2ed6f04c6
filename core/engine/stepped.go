package engine

import (
	"context"
	"time"

	"riskroom/core/flow"
)

// The methods in this file are for simulations, which decide when each run acts. The engine
// must not be running, and must have a store of its own.

// Prepare does what Run does before it claims runs: it puts the flows in force, and brings
// the risks that are there in line with them.
func (e *Engine) Prepare(ctx context.Context) error {
	if err := e.PutInForce(ctx); err != nil {
		return err
	}
	if err := e.store.Reindex(ctx, e.org.KeyPrefix); err != nil {
		return err
	}
	return e.adopt(ctx, true)
}

// ClaimDue claims at most limit runs that are due, as Store.Claim does. Each must get a Turn.
func (e *Engine) ClaimDue(ctx context.Context, limit int) (due []Run, next time.Time, err error) {
	return e.store.Claim(ctx, e.file, limit, e.lease)
}

// Turn works on a claimed run until it ends or has to wait.
func (e *Engine) Turn(ctx context.Context, r Run) { e.runTurn(ctx, r) }

// Evaluation is a condition that is about to be evaluated.
type Evaluation struct {
	Run       RunID  // of a schedule: the one that looks for risks
	Step      string // its key, "" for the condition of the flow
	Until     bool   // it is the until of the flow, which Run names with the risk only
	Condition *flow.Condition
	Env       flow.Env
}

// holds evaluates a condition of the flow or of the current step.
func (t *turn) holds(ctx context.Context, c *flow.Condition) (bool, error) {
	step := t.stepKey
	if c == t.flow.If {
		step = ""
	}
	return t.e.evaluate(Evaluation{Run: t.run.ID, Step: step, Condition: c, Env: t.env(ctx)})
}

// watchUntil has an environment report when an until is evaluated.
func (e *Engine) watchUntil(env *flow.Env) {
	if e.watch == nil {
		return
	}
	env.Until = func(c *flow.Condition, env flow.Env) {
		for _, f := range e.flows {
			if t, ok := f.Trigger.(flow.DateTrigger); ok && t.Repeat != nil && t.Repeat.Until == c {
				e.watch(Evaluation{Run: RunID{Risk: env.Risk.Key, Flow: f.Name}, Until: true, Condition: c, Env: env})
			}
		}
	}
}

// evaluate evaluates a condition.
func (e *Engine) evaluate(ev Evaluation) (bool, error) {
	if e.watch != nil && ev.Condition != nil {
		e.watch(ev)
	}
	return e.judge(ev.Condition, ev.Env)
}
