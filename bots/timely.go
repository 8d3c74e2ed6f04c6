package bots

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"riskroom/core"
)

// Later shows a reply after the person was asked to wait.
type Later func(ctx context.Context, r Reply) error

// lateTimeout is the time limit for showing a late reply.
const lateTimeout = 30 * time.Second

var (
	errStopping = errors.New("bots: riskroom is stopping")
	errPanicked = errors.New("bots: a handler panicked")
)

// Answer returns the reply to c before ctx ends.
//
// If c takes longer, the reply says so, c goes on for a while under the same op, and
// later gets its result. Without later, c is stopped. The reply then says that it is
// unknown whether c was done, and that it can safely be sent again with the same op.
func (b *Bot) Answer(ctx context.Context, c Command, later Later) Reply {
	if !b.enter() {
		return b.notStarted(c)
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
		b.showLate(c, <-done, later)
	}()
	return b.late(c, later != nil)
}

// Busy returns the reply to a command that a platform's bot has no room for. It wasn't
// started and can be sent again.
func (b *Bot) Busy(c Command) Reply { return b.notStarted(c) }

// workContext returns the context of a command: with its own time limit if it may go on
// later, else that of the caller.
func (b *Bot) workContext(ctx context.Context, goesOn bool) (context.Context, context.CancelFunc) {
	if !goesOn {
		return context.WithCancel(ctx)
	}
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), b.giveUp)
	unhook := context.AfterFunc(b.base, cancel)
	return work, func() { unhook(); cancel() }
}

// handle runs c and turns errors into replies.
func (b *Bot) handle(ctx context.Context, c Command) (r Reply) {
	defer func() {
		if p := recover(); p != nil {
			b.log.Error("bots: a handler panicked", "op", c.Op, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			r = b.failed(c, errPanicked)
		}
		if b.answered != nil {
			b.answered(c, r)
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

// showLate passes a reply to later.
func (b *Bot) showLate(c Command, r Reply, later Later) {
	if later == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), lateTimeout)
	defer cancel()
	if err := later(ctx, r); err != nil {
		b.log.Warn("bots: a late answer could not be shown", "op", c.Op, "error", err)
	}
}

// enter takes a slot for a command. It returns false if too many commands are running.
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

// Close rejects new commands and waits for running ones. When ctx ends it stops them,
// and their replies say that the command is not confirmed.
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
	last := time.NewTimer(stopTimeout)
	defer last.Stop()
	select {
	case <-idle:
		return nil
	case <-last.C:
		return fmt.Errorf("bots: some commands were still running: %w", ctx.Err())
	}
}

// stopTimeout is the time limit for late replies when riskroom stops.
const stopTimeout = 3 * time.Second
