package discord

import (
	"context"
	"log/slog"
	"time"

	"riskroom/core"
)

// sendMargin is the time that must be left before a deadline for a call to be
// sent at all: with less, its answer could hardly be seen.
const sendMargin = 10 * time.Millisecond

// write makes a call that changes something. Every one passes here: a call
// whose time is over is not sent, and what goes wrong comes back as
// *core.Error, with what is known of its effect.
func write[T any](
	ctx context.Context, a *Adapter, in core.Intent, method string, call func(context.Context) (T, error),
) (T, error) {
	var zero T
	err := mayWrite(ctx, method)
	if err == nil {
		var out T
		if out, err = call(ctx); err == nil {
			a.note(ctx, in, method, nil)
			return out, nil
		}
		err = classify(method, err, true)
	}
	a.note(ctx, in, method, err)
	return zero, err
}

// mayWrite refuses a call that could no longer be seen through: after the
// deadline somebody else may already be asking whether it happened.
func mayWrite(ctx context.Context, method string) error {
	late := ctx.Err()
	if deadline, ok := ctx.Deadline(); ok && late == nil && time.Until(deadline) < sendMargin {
		late = context.DeadlineExceeded
	}
	if late == nil {
		return nil
	}
	return &core.Error{
		Op: "discord: " + method, Kind: core.Unavailable, Effect: core.None, Detail: "not_sent",
		RetryAfter: waitOutages, Err: late,
	}
}

// note writes the one log line of a call.
func (a *Adapter) note(ctx context.Context, in core.Intent, method string, err error) {
	attrs := []slog.Attr{
		slog.String("workspace", a.workspace), slog.String("method", method),
		slog.String("op", in.Op), slog.Int("attempt", in.Attempt),
	}
	if err == nil {
		a.log.LogAttrs(ctx, slog.LevelDebug, "discord call", attrs...)
		return
	}
	a.log.LogAttrs(ctx, slog.LevelInfo, "discord call failed", append(attrs,
		slog.String("kind", string(core.KindOf(err))), slog.String("effect", string(core.EffectOf(err))),
		slog.String("detail", core.DetailOf(err)))...)
}
