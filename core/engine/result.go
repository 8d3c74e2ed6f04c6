package engine

import (
	"context"
	"time"

	"riskroom/core"
)

// resultWaits is how long the result of a call waits at most for the turn's next script,
// which records it: the next intent, or the end of the step.
const resultWaits = 10 * time.Millisecond

// keepResult has the turn's next script record the result of a call. If none follows soon,
// the result is recorded on its own.
func (t *turn) keepResult(ctx context.Context, r Result, attempt int) error {
	if err := t.recordResult(ctx); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = &r
	t.overdue = time.AfterFunc(resultWaits, func() { t.recordOverdue(context.WithoutCancel(ctx)) })
	t.setCall(r.Key, CallState{Done: true, Value: r.Value, Attempt: attempt})
	t.progressed = time.Now()
	return nil
}

// recordOverdue records the result that no script has recorded yet. It tries for a while. If
// it fails, the next script does it.
func (t *turn) recordOverdue(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, t.e.settle)
	defer cancel()
	for {
		if t.mu.TryLock() { // otherwise a script is under way, perhaps the one that records it
			err := t.recordKept(ctx)
			t.mu.Unlock()
			if core.KindOf(err) != core.Unavailable {
				return
			}
		}
		if sleep(ctx, resultWaits) != nil {
			return
		}
	}
}

// recordResult records the result that was kept, if there is one.
func (t *turn) recordResult(ctx context.Context) error { return t.untilStored(ctx, t.recordKept) }

// recordKept tries that once. The caller holds t.mu.
func (t *turn) recordKept(ctx context.Context) error {
	r := t.kept
	if r == nil {
		return nil
	}
	wish, err := t.e.store.Close(ctx, Close{Run: t.run.ID, Cycle: r.Cycle, Step: r.Step, Key: r.Key, Value: r.Value})
	t.resultSent(err)
	t.wish(wish)
	return err
}

// resultSent forgets the kept result if the script that was to record it was carried out.
// That one may have refused the rest. The caller holds t.mu.
func (t *turn) resultSent(err error) {
	switch core.KindOf(err) {
	case "", core.Conflict, core.Lost, core.NotFound:
	default:
		return
	}
	if t.kept != nil {
		t.overdue.Stop()
		t.kept = nil
	}
}

// untilStored calls f, even if ctx has ended, and again for a while if the store is
// unavailable: without the result that it records, the next worker would have to ask the
// platform. f is called with t.mu locked; in between, the lease can be renewed.
func (t *turn) untilStored(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), t.e.settle)
	defer cancel()
	try := func() error {
		t.mu.Lock()
		defer t.mu.Unlock()
		return f(ctx)
	}
	pause := 20 * time.Millisecond
	for {
		err := try()
		if core.KindOf(err) != core.Unavailable || sleep(ctx, pause) != nil {
			return err
		}
		pause = min(2*pause, time.Second)
	}
}
