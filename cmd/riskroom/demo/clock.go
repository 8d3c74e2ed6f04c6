package demo

import (
	"sync/atomic"
	"time"

	"riskroom/core"
)

// clock is the wall clock plus an offset, so that it runs normally and can jump.
type clock struct{ offset atomic.Int64 }

var _ core.Clock = (*clock)(nil)

// Now implements core.Clock.
func (c *clock) Now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// set moves the clock so that it is t now.
func (c *clock) set(t time.Time) { c.offset.Store(int64(time.Until(t))) }
