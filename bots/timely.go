package bots

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"riskroom/core"
)

// Later shows a reply to somebody who was told to wait.
type Later func(ctx context.Context, r Reply) error

// tellFor is how long showing a late reply may take.
const tellFor = 30 * time.Second

var (
	errStopping = errors.New("bots: riskroom is stopping")
	errPanicked = errors.New("bots: a handler panicked")
)

// Answer returns the reply to c before ctx ends.
//
// What is not done by then goes on for a while, under the same op, and its
// outcome is told through later: the reply says so. Without later nothing goes
// on: the reply says that it is not known whether the command was done, and that
// it may safely be given again with the same op.
func (b *Bot) Answer(ctx context.Context, c Command, later Later) Reply {
	if !b.enter() {
		return b.unheard(c)
	}
	work, cancel := b.workContext(ctx, later != nil)
	done := make(chan Reply, 1)
	go func() {
		defer cancel()
		done <- b.handle(work, c)
	}()
	select {
	case r := <-done:
		b.leave()
		return r
	case <-ctx.Done():
	}
	select {
	case r := <-done: // both at once
		b.leave()
		return r
	default:
	}
	go func() {
		defer b.leave()
		b.tell(c, <-done, later)
	}()
	return b.notYet(c, later != nil)
}

// Busy returns the reply to a command that a way in has no room to hand over: it
// is not begun, and may be given again.
func (b *Bot) Busy(c Command) Reply { return b.unheard(c) }

// workContext is what a command works under: its own time if it may go on
// later, else that of whoever waits.
func (b *Bot) workContext(ctx context.Context, goesOn bool) (context.Context, context.CancelFunc) {
	if !goesOn {
		return context.WithCancel(ctx)
	}
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), b.giveUp)
	unhook := context.AfterFunc(b.base, cancel)
	return work, func() { unhook(); cancel() }
}

// handle has c handled, and words what went wrong.
func (b *Bot) handle(ctx context.Context, c Command) (r Reply) {
	defer func() {
		if p := recover(); p != nil {
			b.log.Error("bots: a handler panicked", "op", c.Op, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			r = b.failed(c, errPanicked)
		}
	}()
	r, err := b.serve(ctx, c)
	if err == nil {
		return b.inForm(c, r)
	}
	if refusal, ok := errors.AsType[*core.Refusal](err); ok {
		return b.inForm(c, b.refused(ctx, c, refusal))
	}
	b.log.Warn("bots: a command failed", "op", c.Op, "kind", core.KindOf(err), "error", err)
	return b.failed(c, err)
}

// tell shows a late reply.
func (b *Bot) tell(c Command, r Reply, later Later) {
	if later == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), tellFor)
	defer cancel()
	if err := later(ctx, r); err != nil {
		b.log.Warn("bots: a late answer could not be shown", "op", c.Op, "error", err)
	}
}

// enter takes a slot for one command; false if too many are under way.
func (b *Bot) enter() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	select {
	case b.slots <- struct{}{}:
		b.busy.Add(1)
		return true
	default:
		return false
	}
}

func (b *Bot) leave() {
	<-b.slots
	b.busy.Done()
}

// Close takes no more commands and waits for those under way. When ctx ends
// they are stopped, and whoever waits is told that their command is not
// confirmed.
func (b *Bot) Close(ctx context.Context) error {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	idle := make(chan struct{})
	go func() {
		b.busy.Wait()
		close(idle)
	}()
	select {
	case <-idle:
		b.stop(errStopping)
		return nil
	case <-ctx.Done():
	}
	b.stop(errStopping)
	last := time.NewTimer(tellAtStop)
	defer last.Stop()
	select {
	case <-idle:
		return nil
	case <-last.C:
		return fmt.Errorf("bots: some commands were still under way: %w", ctx.Err())
	}
}

// tellAtStop is how long late answers may take once riskroom stops.
const tellAtStop = 3 * time.Second
