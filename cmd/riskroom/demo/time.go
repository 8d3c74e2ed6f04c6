package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"riskroom/core/engine"
)

const (
	lookEvery = 3 * time.Millisecond
	// patience is how long, on the wall, everything under way may take to end.
	patience = 30 * time.Second
	// jumps bounds a play: flows that never come to an end are not waited for.
	jumps = 10_000
)

// settle waits until nothing is under way and nothing is due, and returns when
// the next timer is: zero if there is none.
func (w *world) settle(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		// What a workspace has to tell may arm something.
		for _, p := range w.workspaces {
			if err := p.FlushEvents(ctx); err != nil {
				return time.Time{}, waited(err, nil)
			}
		}
		n, next, err := w.db.Counts(ctx)
		if err != nil {
			return time.Time{}, waited(err, n)
		}
		l := w.alive()
		if l != nil && n[engine.Running] == 0 && (next.IsZero() || next.After(w.clock.Now())) {
			return next, nil
		}
		select {
		case <-time.After(lookEvery):
			if w.gave(l) {
				return time.Time{}, errors.New("the engine has ended")
			}
		case <-ctx.Done():
			return time.Time{}, waited(ctx.Err(), n)
		}
	}
}

// waited says what was waited for in vain.
func waited(err error, n map[engine.RunState]int) error {
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("what is under way does not end: %d runs act, %d wait", n[engine.Running], n[engine.Waiting])
}

// until lets time pass to t, or while ever anything is to come if t is zero. It
// stops at each due time on the way, and calls each after whatever happened.
func (w *world) until(ctx context.Context, t time.Time, each func() error) error {
	for range jumps {
		next, err := w.settle(ctx)
		if err == nil {
			err = each()
		}
		if err != nil {
			return err
		}
		if next.IsZero() || !t.IsZero() && next.After(t) {
			if !t.After(w.clock.Now()) {
				return nil
			}
			next = t
		}
		if err := w.jump(ctx, next); err != nil {
			return err
		}
	}
	return fmt.Errorf("after %d jumps there is still something to come", jumps)
}

// gave reports whether an engine gave up by itself: it has ended, and was not
// killed.
func (w *world) gave(l *life) bool {
	if l == nil || l != w.alive() {
		return false
	}
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}

// jump moves the clock to t while nothing acts; not if the engine is killed
// meanwhile.
func (w *world) jump(ctx context.Context, t time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	l := w.alive()
	if l == nil {
		return nil
	}
	defer l.app.Engine.Resume()
	if err := l.app.Engine.Pause(ctx); err != nil {
		return waited(err, nil)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.life == l && t.After(w.clock.Now()) {
		w.clock.set(t)
	}
	return nil
}
