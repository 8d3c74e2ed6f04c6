package engine

import (
	"context"
	"errors"
	"time"

	"riskroom/core"
)

// Limits on recording rejected attempts. Beyond them, one is only logged.
const (
	maxAsides     = 16
	rejectTimeout = 5 * time.Second
)

// Reject implements Handling.
func (e *Engine) Reject(ctx context.Context, op string, by core.Actor, o Operation, refusal *core.Refusal) error {
	e.recordRejected(ctx, op, by, o, refusal)
	return refusal
}

// recordRejected records an operation that was refused to a person who may read the risk,
// unless it was only mistyped. It doesn't wait, because the person waits for the answer.
func (e *Engine) recordRejected(ctx context.Context, op string, by core.Actor, o Operation, err error) {
	r, ok := errors.AsType[*core.Refusal](err)
	if !ok || r.Kind != core.Denied && r.Kind != core.Conflict {
		return // a risk that they may not read is NotFound
	}
	key, _ := o.subject()
	a := Attempt{By: by, What: o.attempt(), Kind: r.Kind, Op: op, At: e.now()}
	select {
	case e.asides <- struct{}{}:
	default:
		e.log.WarnContext(ctx, "a rejected attempt was not recorded: too many at once", "risk", key, "what", a.What)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rejectTimeout)
	go func() {
		defer func() { cancel(); <-e.asides }()
		if err := e.store.Reject(ctx, key, a); err != nil {
			e.log.WarnContext(ctx, "a rejected attempt was not recorded", "risk", key, "what", a.What, "err", err)
		}
	}()
}
