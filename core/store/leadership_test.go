package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"riskroom/core"
)

const term = 9 * time.Second

func testLeadership(t *testing.T, open opener) {
	b := setup(t, open)
	here, there := b.s.Leadership("guild", "here"), b.s.Leadership("guild", "there")
	claim := func(l core.Leadership) core.Term {
		b.Helper()
		got, err := l.Claim(b.ctx, term)
		b.ok(err)
		return got
	}
	first := claim(here)
	b.same("first", first, core.Term{Mine: true, Leader: "here", Fence: 1})
	b.same("while the first leads", claim(there), core.Term{Leader: "here", Fence: 1})
	b.same("another one", claim(b.s.Leadership("other", "there")), core.Term{Mine: true, Leader: "there", Fence: 1})

	b.clock.pass(5 * time.Second)
	b.ok(here.Renew(b.ctx, first, term, "so far"))
	b.clock.pass(term - time.Millisecond)
	b.same("not over yet", claim(there).Mine, false)
	b.clock.pass(time.Millisecond)
	b.ok(here.Renew(b.ctx, first, term, "farther")) // late, but nobody else has led
	b.clock.pass(term)
	second := claim(there)
	b.same("second", second, core.Term{Mine: true, Leader: "there", Fence: 2, Memo: "farther"})
	b.is(here.Renew(b.ctx, first, term, "too late"), core.Lost, "")
	b.is(here.Resign(b.ctx, first, "too late"), core.Lost, "")

	b.ok(there.Resign(b.ctx, second, "done"))
	b.is(there.Renew(b.ctx, second, term, "after the end"), core.Lost, "")
	b.same("at once", claim(here), core.Term{Mine: true, Leader: "here", Fence: 3, Memo: "done"})
}

// Of many concurrent claims one succeeds.
func testLeadershipRaces(t *testing.T, open opener) {
	b := setup(t, open)
	var leaders atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			got, err := b.s.Leadership("guild", "somebody").Claim(b.ctx, term)
			if err != nil {
				b.Error(err)
			}
			if got.Mine {
				leaders.Add(1)
			}
		})
	}
	all.Wait()
	b.same("leaders", leaders.Load(), 1)
}
