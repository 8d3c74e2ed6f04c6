package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
)

// testTrailPages reads a trail page by page, also after it was trimmed.
func testTrailPages(t *testing.T, open opener) {
	b := setup(t, open)
	const n = 25
	for i := range n {
		b.ok(b.s.Append(b.ctx, "R-1", []engine.Event{{Kind: fmt.Sprint(i)}}))
	}
	read := func() (kinds, ids []string, prev string) {
		for from := ""; ; from = prev {
			page, err := b.s.Trail(b.ctx, "R-1", from, 10)
			b.ok(err)
			for _, e := range page {
				kinds, ids, prev = append(kinds, e.Kind), append(ids, e.ID), e.Prev
			}
			if len(page) == 0 || prev == "" {
				return kinds, ids, prev
			}
		}
	}
	kinds, ids, prev := read()
	b.same("all", len(kinds), n)
	b.same("oldest", kinds[n-1]+prev, "0")
	b.ok(b.s.DB().XDel(b.ctx, b.s.AuditKey("R-1"), ids[n-3:]...).Err())
	kinds, _, prev = read()
	b.same("what is left", len(kinds), n-3)
	b.same("names what is gone", prev, ids[n-3])
}

// testTrailEntries reads events that were written together, in pages that end among them,
// and after an event that an older version wrote.
func testTrailEntries(t *testing.T, open opener) {
	b := setup(t, open)
	old, err := b.s.DB().XAdd(b.ctx, &redis.XAddArgs{Stream: b.s.AuditKey("R-1"), Values: []string{
		"e", `{"at":"2026-01-02T03:04:05Z","v":1,"kind":"timer","run":"R-1/remind/0","data":{"run":"R-1/remind/0"}}`, "out", "armed", "prev", "",
	}}).Result()
	b.ok(err)
	b.ok(b.s.DB().HSet(b.ctx, b.s.RiskKey("R-1"), "audit", old).Err())
	at := b.clock.Now().UTC()
	run := id("1").String()
	timer := engine.Event{At: at, V: 2, Kind: "timer", Run: run, Data: map[string]string{"run": run, "due": "x\n|y"}}
	arming := b.arming(id("1"), time.Hour)
	arming.Event = &timer
	left := b.arming(id("1"), time.Hour) // writes no event
	next := b.risk
	next.Version++
	told := []engine.Event{{At: at, V: 2, Kind: "edited", Actor: next.Submitter}, {At: at.Add(time.Second), V: 3, Kind: "note"}}
	_, err = b.s.Apply(b.ctx, engine.Change{Op: "edit", Expect: 1, Old: &b.risk, New: next,
		Timers: []engine.TimerChange{arming, left}, Events: told})
	b.ok(err)

	timer.Data["outcome"] = "armed"
	first := engine.Event{At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), V: 1, Kind: "timer", Run: "R-1/remind/0",
		Data: map[string]string{"run": "R-1/remind/0", "outcome": "armed"}}
	want := []engine.Event{timer, told[1], told[0], first}
	for size := 1; size <= 4; size++ {
		var all []engine.Event
		prev, ids := "", map[string]bool{}
		for {
			page, err := b.s.Trail(b.ctx, "R-1", prev, size)
			b.ok(err)
			if len(page) > size {
				t.Fatalf("a page of %d has %d events", size, len(page))
			}
			for _, e := range page {
				ids[e.ID], prev = true, e.Prev
				e.ID, e.Prev = "", ""
				all = append(all, e)
			}
			if prev == "" {
				break
			}
		}
		b.same("events", all, want)
		b.same("IDs", len(ids), len(want))
	}
	n, err := b.s.DB().XLen(b.ctx, b.s.AuditKey("R-1")).Result()
	b.ok(err)
	b.same("entries", n, 2)
}

func testAttempts(t *testing.T, open opener) {
	b := setup(t, open)
	attempt := func(n int, op string) engine.Attempt {
		return engine.Attempt{By: core.Actor{Account: core.Account{Workspace: "acme", ID: fmt.Sprint("U", n)}, Name: "风|"}, What: "resolved",
			Kind: core.Denied, Op: op, At: b.clock.Now()}
	}
	kept := func() map[string]engine.Attempt {
		list, err := b.s.Attempts(b.ctx, "R-1")
		b.ok(err)
		out := map[string]engine.Attempt{}
		for _, a := range list {
			out[a.By.Account.ID] = a
		}
		b.same("each once", len(out), len(list))
		return out
	}
	for i := range 3 {
		b.clock.pass(time.Second)
		b.ok(b.s.Reject(b.ctx, "R-1", attempt(1, fmt.Sprint("op", i))))
	}
	b.ok(b.s.Reject(b.ctx, "R-1", attempt(1, "op2")))
	want := attempt(1, "op2")
	want.Count = 3
	b.same("folded", kept()["U1"], want)
	for i := 2; i <= engine.MaxAttempts+5; i++ {
		b.clock.pass(time.Second)
		b.ok(b.s.Reject(b.ctx, "R-1", attempt(i, "op")))
	}
	all := kept()
	b.same("at most", len(all), engine.MaxAttempts)
	for i := range 6 {
		b.same("the oldest made room", all[fmt.Sprint("U", i)].Count, 0)
	}
	b.is(b.s.Reject(b.ctx, "R-1", attempt(1, "a|b")), core.Invalid, "op")
	b.ok(b.s.Reject(b.ctx, "R-9", attempt(1, "op")))
	list, err := b.s.Attempts(b.ctx, "R-9")
	b.ok(err)
	b.same("of no risk", len(list), 0)
}
