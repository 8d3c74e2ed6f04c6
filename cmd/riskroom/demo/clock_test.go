package demo

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestSleepEndsWithAJump checks that a sleep by the clock ends when it jumps far
// enough, without waiting in real time.
func TestSleepEndsWithAJump(t *testing.T) {
	t.Parallel()
	c := &clock{}
	woken := make(chan error)
	go func() { woken <- c.Sleep(t.Context(), time.Hour) }()
	n, first := c.asleep()
	for ; n == 0; n, first = c.asleep() {
		time.Sleep(time.Millisecond)
	}
	c.set(first.Add(-time.Minute))
	if n, _ := c.asleep(); n != 1 {
		t.Fatal("a jump that is too short ends the sleep")
	}
	c.set(first)
	if err := <-woken; err != nil {
		t.Error(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := c.Sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled sleep returns %v", err)
	}
	if n, _ := c.asleep(); n != 0 {
		t.Errorf("%d still sleep", n)
	}
}
