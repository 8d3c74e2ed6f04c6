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

// Repeat makes a call until it succeeds, fails for good according to passing, or
// has been made as often as tries says. It waits in between, twice as long each
// time, and at least as long as a rate limit asks for. It is for calls that may
// have their effect twice.
func Repeat(ctx context.Context, tries int, wait time.Duration, passing func(error) bool, call func() error) error {
	for try := 1; ; try++ {
		err := call()
		if err == nil || !passing(err) || try == tries {
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
