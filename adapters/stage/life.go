package stage

import (
	"context"
	"sync"
	"time"
)

// Life is a stand-in's lifetime, with its goroutines and the late effects of calls. It
// is safe for concurrent use.
type Life struct {
	ctx  context.Context
	end  context.CancelFunc
	busy sync.WaitGroup

	mu   sync.Mutex
	late []func() // effects that wait for ReleaseLate
}

// NewLife returns the life of a stand-in that begins now.
func NewLife() *Life {
	l := &Life{}
	l.ctx, l.end = context.WithCancel(context.Background())
	return l
}

// Context returns a context that ends with End.
func (l *Life) Context() context.Context { return l.ctx }

// Over reports whether End was called.
func (l *Life) Over() bool { return l.ctx.Err() != nil }

// End ends the life and drops the effects that are still to come. It may be called
// twice.
func (l *Life) End() {
	l.end()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.late = nil
}

// Wait waits for everything that Go and Enter began.
func (l *Life) Wait() { l.busy.Wait() }

// Go runs f, which must end with the life. After End, only what Wait waits for may call
// it.
func (l *Life) Go(f func()) { l.busy.Go(f) }

// Enter makes Wait wait until leave is called: it is Go for a running goroutine.
func (l *Life) Enter() (leave func()) {
	l.busy.Add(1)
	return l.busy.Done
}

// Late performs an effect after d, or with ReleaseLate if d is 0.
func (l *Life) Late(d time.Duration, effect func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.Over():
	case d == 0:
		l.late = append(l.late, effect)
	default:
		l.Go(func() {
			if l.Sleep(d) {
				effect()
			}
		})
	}
}

// ReleaseLate performs the late effects without a delay, in the order of their calls.
func (l *Life) ReleaseLate() {
	l.mu.Lock()
	late := l.late
	l.late = nil
	l.mu.Unlock()
	for _, effect := range late {
		effect()
	}
}

// Sleep waits for d and reports whether the life goes on.
func (l *Life) Sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return !l.Over()
	case <-l.ctx.Done():
		return false
	}
}

// Dawdle waits for d, or until the caller's ctx ends if d is 0.
func (l *Life) Dawdle(ctx context.Context, d time.Duration) {
	var elapsed <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		elapsed = timer.C
	}
	select {
	case <-elapsed:
	case <-ctx.Done():
	case <-l.ctx.Done():
	}
}
