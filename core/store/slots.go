package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"riskroom/core"
)

// A place in a bucket is used within the guard after its time, or not at all. The
// windows that are counted are longer than the platform's by the guard, so that calls
// which arrive late never exceed the limit there.
const (
	minGuard   = 50 * time.Millisecond
	guardParts = 50
)

// guard returns how long a place may be used.
func guard(window time.Duration) time.Duration { return max(window/guardParts, minGuard) }

// shares splits the places of a window. If there are enough, a tenth, at least one, is
// reserved for calls that somebody waits for.
func shares(n int) (runs, people int) {
	if n < 5 {
		return n, 0
	}
	people = max(n/10, 1)
	return n - people, people
}

// TakeSlot takes a place in every bucket, all at the same time. If a bucket is named
// several times, it takes as many places there, but at most all that the bucket has. A
// call that somebody waits for uses the runs' share or its own, whichever is free first.
// A bucket without a limit only matters while it is held back. TakeSlot fails with
// Invalid if the buckets belong to several workspaces.
func (s *Store) TakeSlot(ctx context.Context, buckets []core.Bucket, person bool, within time.Duration) (time.Duration, error) {
	return s.takeSlot(ctx, nonce(), buckets, person, within)
}

// TakeSlotOnce does the same for what a person did under an op, whose repeat takes no
// other place.
func (s *Store) TakeSlotOnce(ctx context.Context, op string, buckets []core.Bucket, within time.Duration) (time.Duration, error) {
	return s.takeSlot(ctx, "op:"+op, buckets, true, within)
}

func (s *Store) takeSlot(ctx context.Context, nonce string, buckets []core.Bucket, person bool, within time.Duration) (time.Duration, error) {
	const op = "take slot"
	if len(buckets) == 0 {
		return 0, nil
	}
	if err := sameWorkspace(buckets); err != nil {
		return 0, invalid(op, "buckets", err)
	}
	c := s.call("slot").add(nonce).flag(person).add(ceil(within))
	for _, d := range drawn(buckets) {
		runs, people := shares(d.N)
		for _, part := range []string{"runs", "people", "floor", "full"} {
			c.keys = append(c.keys, s.keys.budget(d.Bucket, part))
		}
		c.add(runs, people, (d.Window + guard(d.Window)).Milliseconds(), d.places)
	}
	a, err := s.do(ctx, op, c)
	if err != nil {
		return 0, err
	}
	return time.Duration(a.int(1)) * time.Millisecond, nil
}

// HoldBack grants no place in any of the buckets for a while.
func (s *Store) HoldBack(ctx context.Context, buckets []core.Bucket, wait time.Duration) error {
	const op = "hold back"
	if len(buckets) == 0 || wait <= 0 {
		return nil
	}
	if err := sameWorkspace(buckets); err != nil {
		return invalid(op, "buckets", err)
	}
	c := s.call("holdback")
	for _, b := range buckets {
		c.keys = append(c.keys, s.keys.budget(b, "floor"))
	}
	_, err := s.do(ctx, op, c.add(ceil(wait)))
	return err
}

// HeldBack returns how long the buckets are held back for.
func (s *Store) HeldBack(ctx context.Context, buckets []core.Bucket) (time.Duration, error) {
	const op = "held back"
	if len(buckets) == 0 {
		return 0, nil
	}
	if err := sameWorkspace(buckets); err != nil {
		return 0, invalid(op, "buckets", err)
	}
	var floors []string
	for _, b := range buckets {
		floors = append(floors, s.keys.budget(b, "floor"))
	}
	list, err := s.db.MGet(ctx, floors...).Result()
	if err != nil {
		return 0, failed(op, err)
	}
	var until int64
	for i := range list {
		until = max(until, answer(list).int(i))
	}
	return max(0, time.Duration(until-s.now().UnixMilli())*time.Millisecond), nil
}

// ceil returns d in ms, rounded up.
func ceil(d time.Duration) int64 { return (d + time.Millisecond - 1).Milliseconds() }

// draw is a bucket and how many places to take in it.
type draw struct {
	core.Bucket
	places int
}

// drawn counts how often each bucket is named.
func drawn(buckets []core.Bucket) []draw {
	var list []draw
	for _, b := range buckets {
		i := slices.IndexFunc(list, func(d draw) bool { return d.Name == b.Name && d.Scope == b.Scope })
		if i < 0 {
			i, list = len(list), append(list, draw{Bucket: b})
		}
		list[i].places++
	}
	return list
}

// sameWorkspace fails if the buckets belong to several workspaces: one script can't
// reach them all.
func sameWorkspace(buckets []core.Bucket) error {
	for _, b := range buckets[1:] {
		if b.Workspace != buckets[0].Workspace {
			return fmt.Errorf("buckets of %s and %s in one call", buckets[0].Workspace, b.Workspace)
		}
	}
	return nil
}
