package slackbot

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"riskroom/core"
)

// errHollow is an answer of success that lacks what it must hold.
var errHollow = errors.New("the answer holds no ID")

// grantWithin is how long a call waits for the rate budget to say anything. A
// person waits: if the budget itself is not there, the call is made without it.
const grantWithin = 250 * time.Millisecond

// result is what a call ended with.
type result[T any] struct {
	value T
	err   error
}

// call makes one call of the Web API when the rate budget grants it, and counts
// it.
func call[T any](ctx context.Context, b *Bot, method string, f func(ctx context.Context) (T, error)) (T, error) {
	return granted(ctx, b, method, func(ctx context.Context) (T, error) {
		v, err := f(ctx)
		outcome := outcomeOK
		if err != nil {
			outcome = string(core.KindOf(meaning(method, err)))
		}
		b.called(method, outcome)
		return v, err
	})
}

// granted makes a call when the rate budget grants it, and returns when ctx
// ends, whatever the budget does.
func granted[T any](ctx context.Context, b *Bot, method string, f func(ctx context.Context) (T, error)) (T, error) {
	var begun atomic.Bool // by the budget or without it, once
	spent := make(chan result[T], 1)
	go func() {
		var r result[T]
		r.err = b.budget.Spend(ctx, b.cost(method), func(context.Context) error {
			if begun.Swap(true) {
				return nil
			}
			var err error
			r.value, err = f(ctx)
			return meaning(method, err)
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
		v, err := f(ctx)
		return v, meaning(method, err)
	case <-patience.C:
		if !begun.Swap(true) {
			v, err := f(ctx)
			return v, meaning(method, err)
		}
	}
	select {
	case r := <-spent:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, meaning(method, ctx.Err())
	}
}

// meaning returns what a call ended with as *core.Error. A refusal for too many
// calls is what the budget holds everybody else back for.
func meaning(method string, err error) error {
	if err == nil {
		return nil
	}
	if wait, ok := limited(err); ok {
		return &core.Error{Op: "slack: " + method, Kind: core.RateLimited, RetryAfter: wait, Detail: "ratelimited"}
	}
	return &core.Error{Op: "slack: " + method, Kind: core.Unknown, Effect: core.Maybe, Err: bare(err)}
}

// limited tells whether err is a refusal for too many calls, in any of the
// shapes that Slack has for it, and how long to wait.
func limited(err error) (time.Duration, bool) {
	if e, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return e.RetryAfter, true
	}
	if e, ok := errors.AsType[slack.StatusCodeError](err); ok && e.Code == http.StatusTooManyRequests {
		return waitUnsaid, true
	}
	if e, ok := errors.AsType[slack.SlackErrorResponse](err); ok && (e.Err == "ratelimited" || e.Err == "rate_limited") {
		return waitUnsaid, true
	}
	return 0, false
}

// waitUnsaid is how long to wait where Slack does not say.
const waitUnsaid = 30 * time.Second

// published are Slack's limits for the methods used here: tier 4 for views and
// people. See https://docs.slack.dev/apis/web-api/rate-limits.
func (b *Bot) published(method string) []core.Bucket {
	n := 100
	if method == "auth.test" {
		n = 300 // "hundreds of requests a minute"
	}
	return []core.Bucket{{Workspace: b.workspace, Name: method, N: n, Window: time.Minute}}
}
