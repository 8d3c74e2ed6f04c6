package slackbot

import (
	"context"
	"sync/atomic"
	"time"

	"riskroom/adapters/rest"
	"riskroom/adapters/slack/api"
	"riskroom/core"
)

// grantWithin is how long a call waits for the rate budget. A person is waiting,
// so if the budget doesn't answer, the call is made without it.
const grantWithin = 250 * time.Millisecond

// result is the result of a call.
type result[T any] struct {
	value T
	err   error
}

// call makes one call of the Web API when the rate budget grants it. It returns
// when ctx ends, even if the budget hangs.
func call[T any](ctx context.Context, b *Bot, method string, f func(ctx context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	read := func(ctx context.Context) (T, error) { return rest.Read(ctx, api.Platform, method, f) }
	var begun atomic.Bool // set by whoever makes the call
	spent := make(chan result[T], 1)
	go func() {
		var r result[T]
		r.err = b.budget.Spend(ctx, b.api.Cost(method), func(ctx context.Context) error {
			if begun.Swap(true) {
				return nil
			}
			var err error
			r.value, err = read(ctx)
			return err
		})
		spent <- r
	}()
	patience := time.NewTimer(grantWithin)
	defer patience.Stop()
	select {
	case r := <-spent:
		if core.KindOf(r.err) != core.Unavailable || begun.Swap(true) {
			return r.value, r.err
		}
		return read(ctx)
	case <-patience.C:
		if !begun.Swap(true) {
			return read(ctx)
		}
	}
	select {
	case r := <-spent:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, &core.Error{Op: rest.Op(api.Platform, method), Kind: core.Unavailable, Effect: core.Maybe, Err: ctx.Err()}
	}
}
