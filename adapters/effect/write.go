package effect

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"riskroom/core"
)

const (
	// sendMargin is the time that must be left before a deadline for a call to
	// be sent at all: with less, its answer could hardly be seen.
	sendMargin = 10 * time.Millisecond
	// waitUnsent is how long to wait before a call that was not sent is tried
	// again.
	waitUnsent = 5 * time.Second
)

// Writer describes the adapter that Write makes a call for.
type Writer struct {
	Platform  string       // names the platform in errors and log lines
	Workspace string       // the adapter's, in log lines
	Log       *slog.Logger // where each call leaves a line; nil: nowhere
	// Classify returns an error of a call of method as a *core.Error.
	Classify func(method string, err error) error
}

// Write makes a call that changes something on a platform. All writes of an
// adapter pass through it: a call whose time is over is not sent, and a failure
// is a *core.Error that says what is known of the effect.
func Write[T any](ctx context.Context, w Writer, in core.Intent, method string, call func(context.Context) (T, error)) (T, error) {
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

// Do is Write for a call whose answer holds nothing that is needed.
func Do(ctx context.Context, w Writer, in core.Intent, method string, call func(context.Context) error) error {
	_, err := Write(ctx, w, in, method, func(ctx context.Context) (struct{}, error) { return struct{}{}, call(ctx) })
	return err
}

// Unless returns nil if err has one of the details: the platform refused the call
// because what it does was done already.
func Unless(err error, details ...string) error {
	if err != nil && slices.Contains(details, core.DetailOf(err)) {
		return nil
	}
	return err
}

// InTime returns an error if there is no time left to see a call through: after
// the deadline another worker may already be probing whether it happened.
func (w Writer) InTime(ctx context.Context, method string) error {
	late := ctx.Err()
	if deadline, ok := ctx.Deadline(); ok && late == nil && time.Until(deadline) < sendMargin {
		late = context.DeadlineExceeded
	}
	if late == nil {
		return nil
	}
	return &core.Error{
		Op: w.Platform + ": " + method, Kind: core.Unavailable, Effect: core.None, Detail: "not_sent",
		RetryAfter: waitUnsent, Err: late,
	}
}

// note logs a call in one line.
func (w Writer) note(ctx context.Context, in core.Intent, method string, err error) {
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
		slog.String("kind", string(core.KindOf(err))), slog.String("effect", string(core.EffectOf(err))),
		slog.String("detail", core.DetailOf(err)))...)
}
