package core

import (
	"context"
	"log/slog"
	"time"
)

const (
	// sendMargin is the time that must be left before a deadline for a call to
	// be sent at all: with less, its answer could hardly be seen.
	sendMargin = 10 * time.Millisecond
	// waitUnsent is how long to wait before a call that was not sent is tried
	// again.
	waitUnsent = 5 * time.Second
)

// Writer is what Write has to know of the adapter whose calls it makes.
type Writer struct {
	Platform  string       // names the platform in errors and log lines
	Workspace string       // the adapter's, in log lines
	Log       *slog.Logger // where each call leaves a line; nil: nowhere
	// Classify says what an error of a call of method means, as an *Error.
	Classify func(method string, err error) error
}

// Write makes a call that changes something on a platform. An adapter has all of
// its writes pass here: a call whose time is over is not sent, and what goes
// wrong comes back as *Error, with what is known of its effect.
func Write[T any](ctx context.Context, w Writer, in Intent, method string, call func(context.Context) (T, error)) (T, error) {
	var zero T
	err := w.InTime(ctx, method)
	if err == nil {
		var out T
		if out, err = call(ctx); err == nil {
			w.note(ctx, in, method, nil)
			return out, nil
		}
		err = w.Classify(method, err)
	}
	w.note(ctx, in, method, err)
	return zero, err
}

// InTime refuses a call that could no longer be seen through: after the
// deadline somebody else may already be asking whether it happened.
func (w Writer) InTime(ctx context.Context, method string) error {
	late := ctx.Err()
	if deadline, ok := ctx.Deadline(); ok && late == nil && time.Until(deadline) < sendMargin {
		late = context.DeadlineExceeded
	}
	if late == nil {
		return nil
	}
	return &Error{
		Op: w.Platform + ": " + method, Kind: Unavailable, Effect: None, Detail: "not_sent",
		RetryAfter: waitUnsent, Err: late,
	}
}

// note writes the one log line of a call.
func (w Writer) note(ctx context.Context, in Intent, method string, err error) {
	if w.Log == nil {
		return
	}
	attrs := []slog.Attr{
		slog.String("workspace", w.Workspace), slog.String("method", method),
		slog.String("op", in.Op), slog.Int("attempt", in.Attempt),
	}
	if err == nil {
		w.Log.LogAttrs(ctx, slog.LevelDebug, w.Platform+" call", attrs...)
		return
	}
	w.Log.LogAttrs(ctx, slog.LevelInfo, w.Platform+" call failed", append(attrs,
		slog.String("kind", string(KindOf(err))), slog.String("effect", string(EffectOf(err))),
		slog.String("detail", DetailOf(err)))...)
}
