package demo

import (
	"context"
	"sync"
	"time"

	"riskroom/core"
)

// clock is the wall clock plus an offset, so that it runs normally and can jump.
type clock struct {
	mu       sync.Mutex
	offset   time.Duration
	sleepers map[chan struct{}]time.Time // closed at that time
}

var _ core.Sleeper = (*clock)(nil)

// Now implements core.Clock.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

// set moves the clock so that it is t now.
func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = time.Until(t)
	c.wake(t)
}

// wake ends the sleeps that are over at t. The caller holds the lock.
func (c *clock) wake(t time.Time) {
	for wake, until := range c.sleepers {
		if !until.After(t) {
			close(wake)
			delete(c.sleepers, wake)
		}
	}
}

// Sleep implements core.Sleeper.
func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	wake := make(chan struct{})
	c.mu.Lock()
	if c.sleepers == nil {
		c.sleepers = map[chan struct{}]time.Time{}
	}
	c.sleepers[wake] = time.Now().Add(c.offset + d)
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.sleepers, wake)
	}()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-wake:
	case <-t.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// asleep returns how many sleep, and when the first wakes up.
//
// It first wakes those whose time has come: after a jump, their real timers are late.
func (c *clock) asleep() (n int, first time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wake(time.Now().Add(c.offset))
	for _, until := range c.sleepers {
		if first.IsZero() || until.Before(first) {
			first = until
		}
	}
	return len(c.sleepers), first
}
