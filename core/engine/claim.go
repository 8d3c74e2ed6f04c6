package engine

import (
	"context"
	"time"
)

// lookEvery is how often the timers are looked at when nothing says that one is
// due: the safety net under due times and wake-up messages.
const lookEvery = time.Second

// claimLoop claims due runs and starts a turn for each, as many at once as
// there are workers. It survives every error: the next round is a second away.
func (e *Engine) claimLoop(ctx, work context.Context) {
	wakes := e.store.Wakes(ctx)
	for ctx.Err() == nil {
		e.lastRun.Store(time.Now().UnixNano())
		places, change := e.gate.enter(e.workers)
		wait := lookEvery
		if places > 0 {
			wait = e.claimOnce(work, places)
			change = nil
		}
		if wait <= 0 {
			continue
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-t.C:
		case <-e.wake:
		case <-wakes:
		case <-change:
		}
		t.Stop()
	}
}

// claimOnce claims at most as many runs as there are places, and returns how
// long nothing more is due. A claim under way is waited for when the program
// stops: what it hands out has to be handed back.
func (e *Engine) claimOnce(work context.Context, places int) time.Duration {
	runs, next, err := e.store.Claim(work, places, e.lease)
	e.gate.leave(places - len(runs))
	if err != nil {
		e.log.ErrorContext(work, "timers cannot be read", "err", err)
		return lookEvery
	}
	for _, r := range runs {
		e.turns.Add(1)
		go func() {
			defer e.turns.Done()
			defer e.gate.leave(1)
			e.take(work, r)
		}()
	}
	if len(runs) == places {
		return 0
	}
	if next.IsZero() {
		return lookEvery
	}
	// A millisecond's rounding must not make the loop spin before its time.
	return min(max(next.Sub(e.clock.Now()), time.Millisecond), lookEvery)
}

// sweepLoop has every live group looked at now and then, in case an event about
// it was lost.
func (e *Engine) sweepLoop(ctx context.Context) {
	t := time.NewTicker(e.sweep)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if err := e.sweepGroups(ctx, "", e.sweep); err != nil && ctx.Err() == nil {
			e.log.WarnContext(ctx, "groups could not all be swept", "err", err)
		}
	}
}
