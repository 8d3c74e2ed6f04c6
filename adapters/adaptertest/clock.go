package adaptertest

import (
	"context"
	"sync"
	"time"

	"riskroom/core"
)

// Clock is a clock that only a test moves. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock set to a fixed instant.
func NewClock() *Clock {
	return &Clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
}

// Now returns the clock's current instant.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock forward by d.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Unlimited is a core.Budget that grants every call immediately.
type Unlimited struct{}

var _ core.Budget = Unlimited{}

// Spend runs call.
func (Unlimited) Spend(ctx context.Context, _ []core.Bucket, call func(context.Context) error) error {
	return call(ctx)
}
