package discord

import (
	"context"

	"riskroom/adapters/rest"
)

// read makes a call that only reads. Inside of an action's Make or Probe its
// cost is paid already; elsewhere it goes through spend.
func read[T any](ctx context.Context, method string, call func(context.Context) (T, error)) (T, error) {
	out, err := call(ctx)
	if err != nil {
		var zero T
		return zero, classify(method, err, false)
	}
	return out, nil
}

// spend makes a call that the rate budget has to grant first: of a method, in a
// channel, "" for one that concerns none.
func spend[T any](ctx context.Context, a *Adapter, channel, method string, call func(context.Context) (T, error)) (T, error) {
	return rest.Spend(ctx, a.budget, a.cost(channel, method), call)
}

// pages walks a list, at most limit pages of it, the first of which may be paid
// already.
func pages[T any](
	ctx context.Context, a *Adapter, channel, method string, paid bool, limit int,
	page func(ctx context.Context, cursor string) (rest.Page[T], error), visit func(T) bool,
) (whole bool, err error) {
	return rest.Pages(ctx, rest.Walk{Budget: a.budget, Cost: a.cost(channel, method), Paid: paid, Limit: limit}, page, visit)
}
