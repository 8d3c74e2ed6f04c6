package engine

import (
	"context"
	"slices"
	"time"

	"riskroom/core"
)

// maxSlotWait is how long a worker waits in place for the rate budget. A run with
// a later slot is deferred to it, which frees the worker.
const maxSlotWait = 2 * time.Second

// slotLead is how long before its slot a deferred run is claimed. The worker then
// waits in place. Claiming and reading may take longer than a slot may be late,
// and a run that misses its slot goes to the end of the queue.
const slotLead = 500 * time.Millisecond

// Budget keeps calls within the rate limits that all replicas share. It
// implements core.Budget for adapters and bots.
type Budget struct {
	slots  Slots
	sleep  func(context.Context, time.Duration) error
	person bool
}

var _ core.Budget = (*Budget)(nil)

// NewBudget returns the budget that runs draw on. It waits in real time unless clock is
// a core.Sleeper.
func NewBudget(slots Slots, clock core.Clock) *Budget {
	b := &Budget{slots: slots, sleep: sleep}
	if s, ok := clock.(core.Sleeper); ok {
		b.sleep = s.Sleep
	}
	return b
}

// ForPeople returns the budget of calls that a person waits for. They have their
// own share.
func (b *Budget) ForPeople() *Budget { return &Budget{slots: b.slots, sleep: b.sleep, person: true} }

// Spend implements core.Budget.
func (b *Budget) Spend(ctx context.Context, cost []core.Bucket, call func(context.Context) error) error {
	wait, err := b.slots.TakeSlot(ctx, cost, b.person || core.PersonWaits(ctx), maxSlotWait)
	if err != nil {
		return err
	}
	if wait > maxSlotWait {
		return rateLimited(wait)
	}
	if err := b.wait(ctx, cost, wait); err != nil {
		return err
	}
	err = call(ctx)
	b.heed(ctx, cost, err)
	return err
}

// wait waits for a place. It fails if the platform has asked everyone to wait
// longer meanwhile.
func (b *Budget) wait(ctx context.Context, cost []core.Bucket, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	if err := b.sleep(ctx, d); err != nil {
		return &core.Error{Op: "rate budget", Kind: core.Unavailable, Err: err}
	}
	held, err := b.slots.HeldBack(ctx, cost)
	if held > 0 {
		return rateLimited(held)
	}
	return err
}

// heed holds everybody back if err is a platform's rate limit: calls with the same
// cost, or all calls, as the platform says.
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
	// If this fails, the others get a rate limit error of their own.
	_ = b.slots.HoldBack(context.WithoutCancel(ctx), full, wait)
}

// overBudget is the Detail of the budget's own errors. They are no failures: the
// call is made later.
const overBudget = "rate_budget"

func rateLimited(wait time.Duration) error {
	return &core.Error{Op: "rate budget", Kind: core.RateLimited, RetryAfter: wait, Detail: overBudget}
}

// guard returns how late a slot may be used: a fiftieth of the window, at least
// 50 ms. The store leaves the same gap between windows.
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
