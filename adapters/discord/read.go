package discord

import (
	"context"
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
	var out T
	err := a.budget.Spend(ctx, a.cost(channel, method), func(ctx context.Context) error {
		var err error
		out, err = call(ctx)
		return err
	})
	return out, err
}

// paged is a page of a list and where the next begins, "" after the last.
type paged[T any] struct {
	items []T
	next  string
}

// pages walks a list, at most limit pages of it, each granted by the budget
// except for the first where that is paid already. It ends early where visit
// returns false, and tells whether it came to an end in one way or the other.
func pages[T any](
	ctx context.Context, a *Adapter, channel, method string, paid bool, limit int,
	page func(ctx context.Context, cursor string) (paged[T], error), visit func(T) bool,
) (whole bool, err error) {
	cursor := ""
	next := func(ctx context.Context) (paged[T], error) { return page(ctx, cursor) }
	for n := 1; ; n++ {
		var p paged[T]
		if n == 1 && paid {
			p, err = next(ctx)
		} else {
			p, err = spend(ctx, a, channel, method, next)
		}
		if err != nil {
			return false, err
		}
		for _, item := range p.items {
			if !visit(item) {
				return true, nil
			}
		}
		if p.next == "" {
			return true, nil
		}
		if n == limit {
			return false, nil
		}
		cursor = p.next
	}
}
