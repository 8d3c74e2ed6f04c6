package slack

import (
	"context"

	"riskroom/adapters/rest"
)

// spend makes a call that only reads, once the rate budget grants it. Calls
// that the cost of an action's Make or Probe covers are made without it.
func spend[T any](ctx context.Context, a *Adapter, method string, call func(context.Context) (T, error)) (T, error) {
	return rest.Spend(ctx, a.budget, a.client.Cost(method), call)
}

// pages walks at most limit pages of a list. paid reports whether the first
// page has already been paid for.
func pages[T any](
	ctx context.Context, a *Adapter, method string, paid bool, limit int,
	page func(ctx context.Context, cursor string) (rest.Page[T], error), visit func(T) bool,
) (whole bool, err error) {
	return rest.Pages(ctx, rest.Walk{Budget: a.budget, Cost: a.client.Cost(method), Paid: paid, Limit: limit}, page, visit)
}
