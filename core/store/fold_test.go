package store_test

import (
	"fmt"
	"testing"

	"riskroom/core"
	"riskroom/core/engine"
)

// ended arms a run, claims it and ends it.
func (b *bench) ended(run engine.RunID) {
	b.Helper()
	b.complete(engine.Complete{Lease: b.claimed(run), To: engine.Finished})
}

// expire makes the time pass after which an ended run is forgotten.
func (b *bench) expire(run engine.RunID) {
	b.Helper()
	left, err := b.s.DB().PTTL(b.ctx, b.s.RunKey(run)).Result()
	b.ok(err)
	if left <= 0 {
		b.Fatalf("%s never expires: %s", run, left)
	}
	b.ok(b.s.DB().Del(b.ctx, b.s.RunKey(run)).Err())
}

// record returns how many runs R-1's record lists and how many it only counts.
func (b *bench) record() []int {
	b.Helper()
	rec, err := b.s.Get(b.ctx, "R-1")
	b.ok(err)
	return []int{len(rec.Runs), rec.Folded}
}

// Two hundred changes, each with the run of an event, leave a small record. No run is
// armed a second time.
func testEventsFold(t *testing.T, open opener) {
	b := setup(t, open)
	const changes = 200
	for n := range changes {
		run := id(fmt.Sprint("v", n+2))
		b.change(fmt.Sprint("op-", n), nil, b.arming(run, 0))
		end := engine.Complete{Lease: b.claimOne(run), To: engine.Finished, Events: []engine.Event{{Kind: "ended"}}}
		b.complete(end)
		if n%20 == 0 {
			b.complete(end) // the answer was lost
		}
	}
	b.same("the record", b.record(), []int{5, changes - 5})
	for _, version := range []int{2, changes / 2, changes + 1 - 5, changes + 1} {
		b.expire(id(fmt.Sprint("v", version)))
		b.arm(b.arming(id(fmt.Sprint("v", version)), 0))
	}
	b.same("claimed again", len(b.claim()), 0)
	b.same("the record", b.record(), []int{5, changes - 5})
}

// Three hundred repeats leave a small record, whatever date they count from, and none is armed a
// second time.
func testRepeatsFold(t *testing.T, open opener) {
	b := setup(t, open)
	const repeats = 300
	first := b.clock.Now()
	ids := make([]engine.RunID, repeats+1)
	for n := range ids {
		ids[n] = id(fmt.Sprint(1_700_000_000_000-n/90, ".", first.UnixMilli()+int64(n)))
	}
	b.arm(b.arming(ids[0], 0))
	for n := range repeats {
		end := engine.Complete{Lease: b.claimOne(ids[n]), To: engine.Finished, Timers: []engine.TimerChange{b.arming(ids[n+1], 0)}}
		b.complete(end)
		if n%30 == 0 {
			b.complete(end) // the answer was lost
		}
	}
	b.same("the record", b.record(), []int{5 + 1, repeats - 5})
	b.complete(engine.Complete{Lease: b.claimOne(ids[repeats]), To: engine.Finished})
	for _, n := range []int{0, repeats / 2, repeats - 5, repeats} {
		b.expire(ids[n])
		b.arm(b.arming(ids[n], 0))
	}
	b.same("claimed again", len(b.claim()), 0)
	b.same("the record", b.record(), []int{5, repeats + 1 - 5})
}

// Runs of a schedule fold apart from those of events, because a flow may become the one or the
// other.
func testSchedulesFold(t *testing.T, open opener) {
	b := setup(t, open)
	const runs = 200
	for n := range runs {
		b.ended(id(fmt.Sprint("s", 1_790_000_000_000+n)))
	}
	b.same("the record", b.record(), []int{5, runs - 5})
	for _, occurrence := range []string{"s1790000000000", "s1790000000194", "s1790000000199"} {
		b.expire(id(occurrence))
		b.arm(b.arming(id(occurrence), 0))
	}
	b.same("claimed again", len(b.claim()), 0)
	for n := range 7 {
		b.ended(id(fmt.Sprint("v", n+2)))
	}
	b.ended(id(fmt.Sprint("s", 1_790_000_000_000+runs)))
	b.same("the record", b.record(), []int{5 + 5, runs + 1 - 5 + 2})
}

// A run of a schedule that is armed after later ones have ended isn't lost, as long as it would
// still be stored if it had ended.
func testFreshRunIsArmed(t *testing.T, open opener) {
	b := setup(t, open)
	for n := range 8 {
		b.ended(id(fmt.Sprint("s", 1_790_000_000_001+n)))
	}
	late, first := b.arming(id("s1790000000000"), 0), b.arming(id("s1790000000001"), 0)
	b.arm(late)
	b.same("claimed by itself", len(b.claim()), 0) // it may have ended long ago
	late.Do, first.Do = engine.ArmFresh, engine.ArmFresh
	b.arm(late, first)
	b.complete(engine.Complete{Lease: b.claimOne(late.Run), To: engine.Finished})
	b.arm(late)
	b.expire(late.Run)
	b.arm(late)
	b.same("claimed again", len(b.claim()), 0)
	b.same("the record", b.record(), []int{5, 4})
}

// A topic that ends two hundred times leaves a small record. Groups fold apart: each has
// revisions of its own. No run is armed a second time.
func testGroupEventsFold(t *testing.T, open opener) {
	b := setup(t, open)
	const ends = 200
	of := func(group string, rev int) engine.RunID { return id(fmt.Sprint("acme:", group, ".", rev)) }
	for n := range ends {
		run := of("C1", 2*n+2) // it is reopened in between
		b.arm(b.arming(run, 0))
		end := engine.Complete{Lease: b.claimOne(run), To: engine.Finished}
		b.complete(end)
		if n%20 == 0 {
			b.complete(end) // the answer was lost
		}
	}
	b.same("the record", b.record(), []int{5, ends - 5})
	for n := range 7 {
		b.ended(of("1234567890", n+2))
	}
	b.same("the record", b.record(), []int{5 + 5, ends - 5 + 2})
	for _, run := range []engine.RunID{of("C1", 2), of("C1", ends), of("C1", 2*ends), of("1234567890", 2), of("1234567890", 8)} {
		b.expire(run)
		b.arm(b.arming(run, 0))
	}
	b.same("claimed again", len(b.claim()), 0)
	b.same("the record", b.record(), []int{5 + 5, ends - 5 + 2})
}

// A result that comes after its run was folded doesn't bring the run back into the record.
func testLateResultOfFolded(t *testing.T, open opener) {
	b := setup(t, open)
	b.complete(engine.Complete{Lease: b.begin(b.claimed(id("v2")), "send"), To: engine.Finished})
	for n := range 5 {
		b.ended(id(fmt.Sprint("v", n+3)))
	}
	b.same("the record", b.record(), []int{5, 1})
	late := engine.Close{Run: id("v2"), Key: "send", Attempt: 1, Value: "m1", Events: []engine.Event{{Kind: "sent"}}}
	for range 2 {
		_, err := b.s.Close(b.ctx, late)
		b.ok(err)
	}
	_, err := b.s.Complete(b.ctx, engine.Complete{Lease: engine.Lease{Run: id("v2"), Until: b.clock.Now()},
		Result: &engine.Result{Key: "send", Value: "m2"}, To: engine.Finished})
	b.is(err, core.Lost, "")
	b.same("the record", b.record(), []int{5, 1})
	b.same("events", b.kinds(), "sent")
}

// Runs fold only once they have ended, flow by flow, and only runs of events.
func testFolding(t *testing.T, open opener) {
	b := setup(t, open)
	other := engine.RunID{Risk: "R-1", Flow: "announce", Occurrence: "v2"}
	b.ended(other)
	b.ended(id("v1")) // filed
	b.complete(engine.Complete{Lease: b.claimed(id("v2")), To: engine.Parked, Reason: "unsure"})
	for n := range 8 {
		b.ended(id(fmt.Sprint(1_790_000_000_000 + n))) // by date
		b.ended(id(fmt.Sprint("v", n+3)))
	}
	b.same("the record", b.record(), []int{2 + 1 + 8 + 5, 3})

	// The parked one is older than those that are folded, and can still be dropped.
	drop := engine.Event{Kind: "operator", Op: "drop-v2"}
	b.ok(b.s.Drop(b.ctx, id("v2"), drop))
	b.ok(b.s.Drop(b.ctx, id("v2"), drop))
	b.same("dropped", b.load(id("v2")).State, engine.Cancelled)
	b.same("the record", b.record(), []int{2 + 8 + 5, 4})
	for n := range 5 {
		b.ended(id(fmt.Sprint("v", n+20)))
	}
	for _, run := range []engine.RunID{id("v2"), other} {
		b.expire(run)
		b.arm(b.arming(run, 0))
	}
	b.same("claimed again", len(b.claim()), 0)
	b.same("the record", b.record(), []int{2 + 8 + 5, 9})
}

// The run that created the item group isn't folded, because its outcome describes the
// group.
func testCreatorIsNotFolded(t *testing.T, open opener) {
	b := setup(t, open)
	creator := id("v2")
	l := b.claimed(creator)
	binding, err := b.s.ReserveBinding(b.ctx, l)
	b.ok(err)
	b.same("reserved", binding.Run, creator)
	l = b.begin(l, "create")
	group := core.GroupRef{Workspace: "acme", ID: "C1"}
	_, err = b.s.Close(b.ctx, engine.Close{Run: creator, Key: "create", Attempt: 1, Value: "C1", Bind: &group})
	b.ok(err)
	b.complete(engine.Complete{Lease: l, To: engine.Finished, Outcome: []byte("made")})
	for n := range 9 {
		b.ended(id(fmt.Sprint("v", n+3)))
	}
	b.same("the record", b.record(), []int{1 + 5, 4})
	b.same("its outcome", string(b.load(creator).Outcomes[0]), "made")
}
