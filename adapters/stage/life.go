package stage

import (
	"context"
	"sync"
	"time"
)

// Life is how long a stand-in is open, and what it does by itself meanwhile:
// its goroutines, and the effects of calls that come late. It is safe for
// concurrent use.
type Life struct {
	ctx  context.Context
	end  context.CancelFunc
	busy sync.WaitGroup

	mu   sync.Mutex
	late []func() // effects that wait for ReleaseLate
}

// NewLife returns the life of a stand-in that is open from now on.
func NewLife() *Life {
	l := &Life{}
	l.ctx, l.end = context.WithCancel(context.Background())
	return l
}

// Context returns a context that ends with End.
func (l *Life) Context() context.Context { return l.ctx }

// Over reports whether End was called.
func (l *Life) Over() bool { return l.ctx.Err() != nil }

// End closes the stand-in and drops the effects that are still to come. Ending
// twice is fine.
func (l *Life) End() {
	l.end()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.late = nil
}

// Wait waits until all that Go and Enter began is done.
func (l *Life) Wait() { l.busy.Wait() }

// Go runs f, which ends when the life does. Once that is over, only what Wait
// waits for already may call it.
func (l *Life) Go(f func()) { l.busy.Go(f) }

// Enter makes Wait wait until leave is called: what Go is, for a goroutine that
// runs already.
func (l *Life) Enter() (leave func()) {
	l.busy.Add(1)
	return l.busy.Done
}

// Late lets effect happen after d, or with ReleaseLate if d is 0.
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

// ReleaseLate lets the effects that have no delay happen now, in the order of
// their calls.
func (l *Life) ReleaseLate() {
	l.mu.Lock()
	late := l.late
	l.late = nil
	l.mu.Unlock()
	for _, effect := range late {
		effect()
	}
}

// Sleep waits for d and reports whether the stand-in is still open.
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

// Dawdle holds an answer back for d, or until ctx of its caller ends if d is 0.
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
