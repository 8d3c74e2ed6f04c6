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
	// patience is how long, in real time, runs may take to end.
	patience = 30 * time.Second
	// jumps limits a play whose flows never end.
	jumps = 10_000
)

// waitIdle waits until nothing is running or due, and returns when the next timer is due,
// zero if there is none.
func (w *world) waitIdle(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		// Events may arm runs.
		for _, p := range w.workspaces {
			if err := p.FlushEvents(ctx); err != nil {
				return time.Time{}, waited(err, nil)
			}
		}
		asleep, first := w.clock.asleep()
		n, next, err := w.db.Counts(ctx)
		if err != nil {
			return time.Time{}, waited(err, n)
		}
		if asleep > 0 && n[engine.Running] == asleep {
			w.skipTo(earlier(first, next), asleep)
		}
		l := w.alive()
		if l != nil && n[engine.Running] == 0 && (next.IsZero() || next.After(w.clock.Now())) {
			return next, nil
		}
		select {
		case <-time.After(lookEvery):
			if w.gaveUp(l) {
				return time.Time{}, errors.New("the engine has ended")
			}
		case <-ctx.Done():
			return time.Time{}, waited(ctx.Err(), n)
		}
	}
}

// skipTo moves the clock to t if exactly so many still sleep, as all running runs do:
// they wait for the rate budget, and nothing happens before t.
func (w *world) skipTo(t time.Time, asleep int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n, _ := w.clock.asleep(); n == asleep && t.After(w.clock.Now()) {
		w.clock.set(t)
		if w.life != nil {
			w.life.app.Engine().Wake() // something may be due
		}
	}
}

// earlier returns the first of two times that aren't both zero.
func earlier(a, b time.Time) time.Time {
	if b.IsZero() || !a.IsZero() && a.Before(b) {
		return a
	}
	return b
}

// waited explains a timeout.
func waited(err error, n map[engine.RunState]int) error {
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("runs do not end: %d are running, %d are waiting", n[engine.Running], n[engine.Waiting])
}

// until lets time pass until t or, if t is zero, until nothing is due any more. It stops
// at each due time and calls each.
func (w *world) until(ctx context.Context, t time.Time, each func() error) error {
	for range jumps {
		next, err := w.waitIdle(ctx)
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
	return fmt.Errorf("after %d jumps, runs are still due", jumps)
}

// gaveUp reports whether an engine has ended without being killed.
func (w *world) gaveUp(l *life) bool {
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

// jump moves the clock to t while the engine is paused, unless the engine is killed
// meanwhile.
func (w *world) jump(ctx context.Context, t time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	l := w.alive()
	if l == nil {
		return nil
	}
	defer l.app.Engine().Resume()
	if err := l.app.Engine().Pause(ctx); err != nil {
		return waited(err, nil)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.life == l && t.After(w.clock.Now()) {
		w.clock.set(t)
	}
	return nil
}
