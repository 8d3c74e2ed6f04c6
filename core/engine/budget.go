package engine

import (
	"context"
	"slices"
	"time"

	"riskroom/core"
)

// MaxSlotWait is how long a worker waits in place for the rate budget. A run
// whose slot is later is deferred to it, and the worker is free.
const MaxSlotWait = 2 * time.Second

// slotLead is how long before its slot a deferred run is claimed. The rest is
// waited for in place: claiming and reading take longer than a slot may be late,
// and a run that missed it would go to the end of the queue, again and again.
const slotLead = 500 * time.Millisecond

// Budget grants calls within the rate limits that all replicas share. It
// implements core.Budget for adapters and for the answers of bots.
type Budget struct {
	slots  Slots
	person bool
}

var _ core.Budget = (*Budget)(nil)

// NewBudget returns the budget that runs draw on.
func NewBudget(slots Slots) *Budget { return &Budget{slots: slots} }

// ForPeople returns the budget of calls that a person waits for, which has a
// share of its own.
func (b *Budget) ForPeople() *Budget { return &Budget{slots: b.slots, person: true} }

// Spend implements core.Budget.
func (b *Budget) Spend(ctx context.Context, cost []core.Bucket, call func(context.Context) error) error {
	wait, err := b.slots.TakeSlot(ctx, cost, b.person || core.PersonWaits(ctx), MaxSlotWait)
	if err != nil {
		return err
	}
	if wait > MaxSlotWait {
		return rateLimited(wait)
	}
	if err := b.wait(ctx, cost, wait); err != nil {
		return err
	}
	err = call(ctx)
	b.heed(ctx, cost, err)
	return err
}

// wait waits for a place. The platform may meanwhile have held everybody back.
func (b *Budget) wait(ctx context.Context, cost []core.Bucket, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	if err := sleep(ctx, d); err != nil {
		return &core.Error{Op: "rate budget", Kind: core.Unavailable, Err: err}
	}
	held, err := b.slots.HeldBack(ctx, cost)
	if held > 0 {
		return rateLimited(held)
	}
	return err
}

// heed holds everybody back when a platform said that it was too much: of that
// call, or of all calls.
func (b *Budget) heed(ctx context.Context, cost []core.Bucket, err error) {
	if core.KindOf(err) != core.RateLimited || core.DetailOf(err) == overBudget {
		return
	}
	wait := core.RetryAfterOf(err)
	if wait <= 0 {
		wait = time.Second
	}
	all := core.AllOf(err) && slices.ContainsFunc(cost, func(b core.Bucket) bool { return b.All })
	full := slices.DeleteFunc(slices.Clone(cost), func(b core.Bucket) bool { return b.All != all })
	// Failing to tell the others costs them a refusal of their own, no more.
	_ = b.slots.HoldBack(context.WithoutCancel(ctx), full, wait)
}

// overBudget is the Detail of the budget's own refusals: nobody has failed, and
// whoever is refused comes again when there is room.
const overBudget = "rate_budget"

func rateLimited(wait time.Duration) error {
	return &core.Error{Op: "rate budget", Kind: core.RateLimited, RetryAfter: wait, Detail: overBudget}
}

// guard is how late a slot may be used: a fiftieth of the window, at least
// 50 ms. The store leaves as much room between windows.
func guard(cost []core.Bucket) time.Duration {
	g := 50 * time.Millisecond
	for _, b := range cost {
		g = max(g, b.Window/50)
	}
	return g
}

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
