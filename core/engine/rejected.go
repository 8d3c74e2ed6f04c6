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

// recordRejected records an operation that was refused to a person who may read the risk,
// unless it was only mistyped. It doesn't wait, because the person waits for the answer.
func (e *Engine) recordRejected(ctx context.Context, op string, by core.Actor, o Operation, err error) {
	r, ok := errors.AsType[*core.Refusal](err)
	if !ok || r.Kind != core.Denied && r.Kind != core.Conflict {
		return // a risk that they may not read is NotFound
	}
	key, _ := o.subject()
	a := Attempt{By: by, What: attempted(o), Kind: r.Kind, Op: op, At: e.now()}
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

// attempted returns the code of what an operation tries: a status, or a word.
func attempted(o Operation) string {
	switch o := o.(type) {
	case ChangeStatus:
		return string(o.To)
	case Edit:
		return "edit"
	case Assign:
		switch {
		case o.Take:
			return "take"
		case o.Hand:
			return "hand"
		}
		return "assign"
	case AddNote:
		return "note"
	case ReleaseGroup:
		return "release"
	case PassOn:
		return "pass"
	case SendBack:
		return "back"
	}
	return "change"
}
