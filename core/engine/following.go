package engine

import (
	"context"

	"riskroom/core/flow"
)

// following returns the timer of the flow's next occurrence, now that this run
// has ended. A parked run has not ended for good.
func (t *turn) following(ctx context.Context, to RunState) []TimerChange {
	if to == Parked || t.rec.Risk.Key == "" {
		return nil
	}
	return t.e.next(ctx, t.run.ID, t.rec)
}

// next returns the timer of the occurrence that follows a run, nothing if none does.
func (e *Engine) next(ctx context.Context, id RunID, rec Record) []TimerChange {
	var p planned
	for _, f := range e.flows {
		if f.Name != id.Flow {
			continue
		}
		env := e.env(ctx, rec.Risk, e.org.Language)
		if o, ok := f.Trigger.Next(id.Occurrence, env); ok {
			p.set(f, "", o, rec.Risk, env.Now)
		}
	}
	return p.timers
}

// over returns why a run that is due must not begin any more, "" if it may.
func (t *turn) over(ctx context.Context) string {
	env := t.env(ctx)
	code := t.flow.Trigger.Over(t.run.ID.Occurrence, env)
	if d, ok := t.flow.Trigger.(flow.DateTrigger); ok && code == flow.OverUntil {
		t.unmet = usesOf(d.Repeat.Until, env)
	}
	return code
}

// Drop ends a run that is parked or hasn't begun, on behalf of an operator. If its flow
// repeats, it goes on with the next occurrence. That is armed first, so an interruption
// leaves the flow with two timers rather than with none.
func (e *Engine) Drop(ctx context.Context, id RunID, ev Event) error {
	rec, err := e.store.Get(ctx, id.Risk)
	if i := indexOfRun(rec.Runs, id); err == nil && rec.OfRisk() && i >= 0 && (rec.Runs[i].State == Parked || isArmed(rec.Runs[i])) {
		if timers := e.next(ctx, id, rec); len(timers) > 0 {
			if err := e.store.Arm(ctx, id.Risk, timers); err != nil {
				return err
			}
		}
	}
	return e.store.Drop(ctx, id, ev)
}
