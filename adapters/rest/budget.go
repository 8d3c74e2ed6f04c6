package rest

import (
	"context"

	"riskroom/core"
)

// Unpaced is a budget that grants every call at once.
type Unpaced struct{}

var _ core.Budget = Unpaced{}

// Spend implements core.Budget.
func (Unpaced) Spend(ctx context.Context, _ []core.Bucket, call func(context.Context) error) error {
	return call(ctx)
}

// Spend makes a call once b grants it, and returns the call's result.
func Spend[T any](ctx context.Context, b core.Budget, cost []core.Bucket, call func(context.Context) (T, error)) (T, error) {
	var out T
	err := b.Spend(ctx, cost, func(ctx context.Context) error {
		var err error
		out, err = call(ctx)
		return err
	})
	return out, err
}
