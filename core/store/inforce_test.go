package store_test

import (
	"errors"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

// testInForce checks that only processes with the file in force claim runs and align risks.
func testInForce(t *testing.T, open opener) {
	b := setup(t, open)
	b.file(2)
	b.file(3)
	claims := func(file string) (n int, err error) {
		b.Helper()
		runs, _, err := b.s.Claim(b.ctx, file, 100, lease)
		return len(runs), err
	}
	refused := func(err error) {
		b.Helper()
		b.is(err, core.Conflict, engine.OtherFile)
	}
	put := func(file string) int64 {
		b.Helper()
		generation, err := b.s.PutInForce(b.ctx, file)
		b.ok(err)
		now, err := b.s.InForce(b.ctx)
		b.ok(err)
		b.same("in force", now, engine.InForce{File: file, Generation: generation})
		return generation
	}
	due := func(name string) {
		b.Helper()
		b.arm(b.arming(id(name), 0))
	}

	none, err := b.s.InForce(b.ctx)
	b.ok(err)
	b.same("at first", none, engine.InForce{})
	due("1")
	n, err := claims("old")
	b.ok(err)
	b.same("claimed before any file is in force", n, 1)

	first := put("old")
	b.same("repeated", put("old"), first)
	if second := put("new"); second <= first {
		t.Errorf("generation %d follows %d", second, first)
	}
	due("2")
	_, err = claims("old")
	refused(err)
	refused(b.s.Align(b.ctx, "old", func(core.RiskKey) error { return errors.New("called") }))
	timer := b.arming(id("3"), time.Hour)
	refused(b.s.Realign(b.ctx, "R-1", 1, "old", []engine.TimerChange{timer}))
	b.is(b.s.Realign(b.ctx, "R-1", 2, "new", []engine.TimerChange{timer}), core.Conflict, "version")
	b.ok(b.s.Realign(b.ctx, "R-1", 1, "new", []engine.TimerChange{timer}))
	n, err = claims("new")
	b.ok(err)
	b.same("claimed by the new file", n, 1)

	put("old") // it was started again
	due("4")
	_, err = claims("new")
	refused(err)
	n, err = claims("old")
	b.ok(err)
	b.same("claimed by the old file", n, 1)
}

// testInForceLost checks that a file can be put in force if the server has lost that another
// one is, but not in every shard.
func testInForceLost(t *testing.T, open opener) {
	b := setup(t, open)
	_, err := b.s.PutInForce(b.ctx, "first")
	b.ok(err)
	meta := b.s.DB().HGetAll(b.ctx, b.s.MetaKey()).Val()
	second, err := b.s.PutInForce(b.ctx, "second")
	b.ok(err)
	b.ok(b.s.DB().HSet(b.ctx, b.s.MetaKey(), meta).Err())
	again, err := b.s.PutInForce(b.ctx, "first")
	b.ok(err)
	if again <= second {
		t.Errorf("generation %d after %d", again, second)
	}
	_, _, err = b.s.Claim(b.ctx, "first", 1, lease)
	b.ok(err)
}

// testInForceHalfway checks that a file is put in force in all shards although the process that
// began died.
func testInForceHalfway(t *testing.T, open opener) {
	b := setup(t, open)
	put := func(file string) {
		b.Helper()
		_, err := b.s.PutInForce(b.ctx, file)
		b.ok(err)
	}
	put("old")
	b.ok(b.s.HalfInForce(b.ctx, "new"))
	b.arm(b.arming(id("1"), 0))
	if _, _, err := b.s.Claim(b.ctx, "new", 1, lease); core.KindOf(err) != core.Conflict {
		t.Errorf("a claim in a shard that was not reached: %v", err)
	}
	put("new")
	runs, _, err := b.s.Claim(b.ctx, "new", 1, lease)
	b.ok(err)
	b.same("claimed", len(runs), 1)
}
