package render

import (
	"context"
	"sync"
	"time"

	"riskroom/core"
)

// clock stands still, and jumps when somebody sleeps.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

var _ core.Sleeper = (*clock)(nil)

// Now implements core.Clock.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Sleep implements core.Sleeper.
func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(max(d, 0))
	return ctx.Err()
}
