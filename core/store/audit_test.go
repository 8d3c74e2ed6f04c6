package store_test

import (
	"fmt"
	"testing"
	"time"

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
