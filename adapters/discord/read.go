package discord

import (
	"context"

	"riskroom/adapters/rest"
)

// spend makes a call that only reads, once the rate budget grants it: of a method,
// in a channel, "" for one that concerns none. Inside of an action's Make or Probe
// the cost is paid already.
func spend[T any](ctx context.Context, a *Adapter, channel, method string, call func(context.Context) (T, error)) (T, error) {
	return rest.Spend(ctx, a.budget, a.client.Cost(channel, method), call)
}

// pages walks a list, at most limit pages of it, the first of which may be paid
// already.
func pages[T any](
	ctx context.Context, a *Adapter, channel, method string, paid bool, limit int,
	page func(ctx context.Context, cursor string) (rest.Page[T], error), visit func(T) bool,
) (whole bool, err error) {
	return rest.Pages(ctx, rest.Walk{Budget: a.budget, Cost: a.client.Cost(channel, method), Paid: paid, Limit: limit}, page, visit)
}
