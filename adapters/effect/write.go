package effect

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"riskroom/core"
)

const (
	// sendMargin is the least time before a deadline to still send a call. With
	// less, its answer would come too late.
	sendMargin = 10 * time.Millisecond
	// waitUnsent is how long to wait before retrying a call that was not sent.
	waitUnsent = 5 * time.Second
)

// Writer describes the adapter that Write makes calls for.
type Writer struct {
	Platform  string       // names the platform in errors and log lines
	Workspace string       // the adapter's, in log lines
	Log       *slog.Logger // logs one line per call; nil logs nothing
	// Classify returns an error of a method as a *core.Error.
	Classify func(method string, err error) error
}

// Write makes a call that changes something on a platform. All writes of an
// adapter go through it. A call with no time left is not sent, and every
// failure is a *core.Error that says whether the call may have had its effect.
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

// Do is Write for a call whose answer is not needed.
func Do(ctx context.Context, w Writer, in core.Intent, method string, call func(context.Context) error) error {
	_, err := Write(ctx, w, in, method, func(ctx context.Context) (struct{}, error) { return struct{}{}, call(ctx) })
	return err
}

// Unless returns nil if err has one of the details, which mean that the change
// was already made.
func Unless(err error, details ...string) error {
	if err != nil && slices.Contains(details, core.DetailOf(err)) {
		return nil
	}
	return err
}

// InTime returns an error if there is no time left to complete a call: after
// the deadline another worker may already be probing for its effect.
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

// note logs one line for a call.
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
