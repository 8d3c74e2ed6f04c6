package discord

import (
	"context"

	"riskroom/adapters/effect"
	"riskroom/core"
)

// write makes a call that changes something. Every one passes here.
func write[T any](
	ctx context.Context, a *Adapter, in core.Intent, method string, call func(context.Context) (T, error),
) (T, error) {
	return effect.Write(ctx, a.writer, in, method, call)
}

// newWriter says how write makes the adapter's calls.
func newWriter(c Config) effect.Writer {
	return effect.Writer{
		Platform: Platform, Workspace: c.Workspace, Log: c.Logger,
		Classify: func(method string, err error) error { return classify(method, err, true) },
	}
}
