package rest

import (
	"context"
	"time"

	"riskroom/core"
)

// Temporary reports whether the same call may succeed later.
func Temporary(err error) bool {
	kind := core.KindOf(err)
	return kind == core.RateLimited || kind == core.Unavailable
}

// Repeat makes a call until it succeeds, fails with an error that is not
// retryable, or has been tried tries times. It doubles the wait after each try,
// and waits at least as long as a rate limit asks. Use it only for calls that
// may safely have their effect twice.
func Repeat(ctx context.Context, tries int, wait time.Duration, retryable func(error) bool, call func() error) error {
	for try := 1; ; try++ {
		err := call()
		if err == nil || !retryable(err) || try == tries {
			return err
		}
		if core.KindOf(err) == core.RateLimited {
			wait = max(wait, core.RetryAfterOf(err))
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return err
		}
		wait *= 2
	}
}
