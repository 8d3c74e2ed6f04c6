package engine

import (
	"context"
	"time"
)

// pollInterval is how often the timers are checked even if no due time or wake-up
// message asks for it.
const pollInterval = time.Second

// batchWait is how long the claim loop waits for several places when more runs are due than
// there were places, so that it doesn't claim them one by one.
const batchWait = 5 * time.Millisecond

// claimLoop claims due runs and starts a turn for each, at most one per worker.
// After an error it tries again in the next round.
func (e *Engine) claimLoop(ctx, work context.Context) {
	wakes := e.store.Wakes(ctx)
	for ctx.Err() == nil {
		e.lastRun.Store(time.Now().UnixNano())
		places, change := e.gate.enter(e.workers)
		wait := pollInterval
		if places > 0 {
			wait = e.claimOnce(work, places)
			change = nil
		}
		if wait <= 0 {
			e.gate.await(ctx, (e.workers+3)/4, batchWait)
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

// claimOnce claims at most places runs, and returns the time until the next one
// is due. Stopping the program doesn't interrupt a claim, because the claimed
// runs must be handed back.
func (e *Engine) claimOnce(work context.Context, places int) time.Duration {
	runs, next, err := e.store.Claim(work, e.file, places, e.lease)
	e.gate.leave(places - len(runs))
	if e.refused(work, err) {
		return pollInterval
	}
	if err != nil {
		e.log.ErrorContext(work, "due runs could not be claimed", "err", err)
		return pollInterval
	}
	if len(runs) > 0 {
		e.claimed(work)
	}
	for _, r := range runs {
		e.turns.Add(1)
		select {
		case e.idle <- r:
		default:
			go e.worker(work, r)
		}
	}
	return untilClaim(next, e.clock.Now(), len(runs), places)
}

// untilClaim returns how long to wait before the next claim, after one that returned so many
// runs and found that the next one is due at next, zero if there is none.
func untilClaim(next, now time.Time, claimed, places int) time.Duration {
	wait := next.Sub(now)
	switch {
	case claimed == places:
		return 0 // more may be due
	case next.IsZero():
		return pollInterval
	case wait > 0:
		return min(wait, pollInterval)
	case claimed > 0:
		return 0 // it came due during the claim
	}
	// It wasn't claimed, perhaps because the server's clock is behind. The loop must not spin.
	return time.Millisecond
}

// workerIdle is how long a worker waits for the next run.
const workerIdle = 100 * time.Millisecond

// worker takes turns on a run and on those that follow soon. Where many runs are due, their
// turns needn't grow a new stack each.
func (e *Engine) worker(work context.Context, r Run) {
	idle := time.NewTimer(workerIdle)
	defer idle.Stop()
	for {
		e.runTurn(work, r)
		e.gate.leave(1)
		e.turns.Done()
		idle.Reset(workerIdle)
		select {
		case r = <-e.idle:
		case <-idle.C:
			return
		case <-work.Done():
			return
		}
	}
}

// sweepLoop checks every live group from time to time, in case an event was lost.
func (e *Engine) sweepLoop(ctx context.Context) {
	t := time.NewTicker(e.sweep)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if err := e.sweepGroups(ctx, "", 0, e.sweep); err != nil && ctx.Err() == nil {
			e.log.WarnContext(ctx, "not all groups could be swept", "err", err)
		}
	}
}
