package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

func testNumbers(t *testing.T, open opener) {
	b := setup(t, open)
	take := func(op, alike string, again bool) [2]int64 {
		t.Helper()
		n, err := b.s.NextNumber(b.ctx, engine.Numbering{Op: op, Alike: alike, Again: again})
		b.ok(err)
		b.same("being filed", n.Filing, n.Alike != 0)
		return [2]int64{n.Number, n.Alike}
	}
	for i, op := range []string{"a", "b", "a", "b", "c"} {
		b.same("number of "+op, take(op, "like "+op, false), [2]int64{[]int64{1, 2, 1, 2, 3}[i], 0})
	}
	b.same("of one that is like c", take("d", "like c", false), [2]int64{0, 3})
	b.same("of c again", take("c", "like c", false), [2]int64{3, 0})
	b.same("of one that may be like c", take("d", "like c", true), [2]int64{4, 0})
	b.same("of c after that", take("c", "like c", false), [2]int64{3, 4})
	b.same("of c, which may", take("c", "like c", true), [2]int64{3, 0})
	for _, n := range []engine.Numbering{{Alike: "x"}, {Op: "x"}} {
		_, err := b.s.NextNumber(b.ctx, n)
		b.is(err, core.Invalid, "op or alike")
	}
	for i, op := range []string{"a", "t", "a"} { // topics have numbers of their own
		got, err := b.s.NextNumber(b.ctx, engine.Numbering{Topic: true, Op: op})
		b.ok(err)
		b.same("number of topic "+op, got, engine.Numbered{Number: []int64{1, 2, 1}[i]})
	}
}

// testAlikeRace takes numbers for alike risks with several ops at once.
func testAlikeRace(t *testing.T, open opener) {
	b := setup(t, open)
	var mu sync.Mutex
	got := map[[2]int64]int{}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			n, err := b.s.NextNumber(b.ctx, engine.Numbering{Op: fmt.Sprint(i), Alike: "alike"})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			got[[2]int64{n.Number, n.Alike}]++
		})
	}
	all.Wait()
	b.same("numbers", got, map[[2]int64]int{{1, 0}: 1, {0, 1}: 7})
}

func testFiling(t *testing.T, open opener) {
	b := setup(t, open)
	rec, err := b.s.Get(b.ctx, "R-1")
	b.ok(err)
	b.same("risk", rec.Risk, b.risk)
	b.same("rest", []any{rec.Binding, rec.Shown, rec.Runs}, []any{engine.Binding{}, []engine.Shown(nil), []engine.RunSummary(nil)})

	_, err = b.s.Get(b.ctx, "R-2")
	b.is(err, core.NotFound, "")
	_, err = b.s.Apply(b.ctx, engine.Change{Op: "other", New: b.newRisk(1)})
	b.is(err, core.Conflict, "version")
}

// aligns checks that Align visits risks once for each file, and again after a change by a
// process with another file.
func (b *bench) aligns() {
	b.Helper()
	visited := func(file string) (n int) {
		b.Helper()
		b.ok(b.s.Align(b.ctx, file, func(core.RiskKey) error { n++; return nil }))
		return n
	}
	change := func(file string) {
		b.Helper()
		old := b.risk
		b.risk.Version++
		_, err := b.s.Apply(b.ctx, engine.Change{Expect: old.Version, Old: &old, New: b.risk, File: file})
		b.ok(err)
	}
	stopped := errors.New("stopped")
	b.same("interrupted", b.s.Align(b.ctx, "new", func(core.RiskKey) error { return stopped }), stopped)
	b.same("after that", visited("new"), 2)
	b.same("aligned", visited("new"), 0)
	change("new")
	b.same("changed by the same file", visited("new"), 0)
	change("old")
	if n := visited("new"); n == 0 || n == 2 {
		b.Errorf("after a change by another file %d risks are visited, not those of its shard", n)
	}
	b.same("aligned again", visited("new"), 0)
	for file, again := range map[string]bool{"": false, "new": false, "old": true} {
		run := id("followed by " + file)
		next := id("after " + file)
		b.complete(engine.Complete{Lease: b.claimed(run), To: engine.Finished, Timers: []engine.TimerChange{b.arming(next, time.Hour)}, File: file})
		if n := visited("new"); (n > 0) != again {
			b.Errorf("after a run that file %q follows, %d risks are visited", file, n)
		}
	}
	b.same("another file", visited("other"), 2)
	b.ok(b.s.Align(b.ctx, "new", func(key core.RiskKey) error {
		if key == b.risk.Key {
			change("old")
		}
		return nil
	}))
	if n := visited("new"); n == 0 || n == 2 {
		b.Errorf("after a change meanwhile %d risks are visited, not those of its shard", n)
	}
}

func testChangesRace(t *testing.T, open opener) {
	b := setup(t, open)
	const racers = 8
	var won, lost int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range racers {
		wg.Go(func() {
			old, next := b.risk, b.risk
			next.Version, next.Title = 2, fmt.Sprint("by ", i)
			_, err := b.s.Apply(b.ctx, engine.Change{Op: fmt.Sprint("race-", i), Expect: 1, Old: &old, New: next})
			mu.Lock()
			defer mu.Unlock()
			switch core.KindOf(err) {
			case "":
				won++
			case core.Conflict:
				lost++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	b.same("won, lost", []int{won, lost}, []int{1, racers - 1})
	rec, err := b.s.Get(b.ctx, "R-1")
	b.ok(err)
	b.same("version", rec.Risk.Version, 2)
}

func testOpsRepeat(t *testing.T, open opener) {
	b := setup(t, open)
	for i := range 16 {
		b.change(fmt.Sprint("op-", i), nil, b.arming(id(fmt.Sprint("v", i)), 0))
	}
	// The first op is among the last 16 (filing was before them).
	again := engine.Change{Op: "op-0", Expect: 1, Old: &core.Risk{Key: "R-1", Version: 1}, New: core.Risk{Key: "R-1", Version: 2},
		Timers: []engine.TimerChange{b.arming(id("new"), 0)}}
	got, err := b.s.Apply(b.ctx, again)
	b.ok(err)
	b.same("repeat", []any{got.Repeat, got.Risk.Version}, []any{true, 17})
	_, err = b.s.Load(b.ctx, id("new"))
	b.is(err, core.NotFound, "")
	b.change("op-16", nil)
	_, err = b.s.Apply(b.ctx, again)
	b.is(err, core.Conflict, "version") // forgotten: 16 others came since
}

func testOnlyRepeat(t *testing.T, open opener) {
	b := setup(t, open)
	ask := engine.Change{Op: "file-1", Expect: -1, New: b.risk}
	got, err := b.s.Apply(b.ctx, ask)
	b.ok(err)
	b.same("answer", []any{got.Repeat, got.Result, got.Risk.Title}, []any{true, "filed", b.risk.Title})
	ask.Op = "unknown"
	_, err = b.s.Apply(b.ctx, ask)
	b.is(err, core.Conflict, "version")
	ask.New.Key = "R-2"
	_, err = b.s.Apply(b.ctx, ask)
	b.is(err, core.Conflict, "version")
	_, err = b.s.Get(b.ctx, "R-2")
	b.is(err, core.NotFound, "")
}

func testBadChanges(t *testing.T, open opener) {
	b := setup(t, open)
	old, next := b.risk, b.risk
	next.Version = 2
	foreign := b.arming(engine.RunID{Risk: "R-2", Flow: "remind", Occurrence: "1"}, 0)
	slash := b.arming(id("a/b"), 0)
	odd := b.arming(id("1"), 0)
	odd.Do = "explode"
	for name, c := range map[string]engine.Change{
		"number 0":      {New: core.Risk{Key: "R-0", Version: 1}},
		"version":       {Expect: 1, Old: &old, New: old},
		"no old":        {Expect: 1, New: next},
		"other old":     {Expect: 1, Old: &core.Risk{Key: "R-1", Version: 3}, New: next},
		"foreign timer": {Expect: 1, Old: &old, New: next, Timers: []engine.TimerChange{foreign}},
		"unreadable ID": {Expect: 1, Old: &old, New: next, Timers: []engine.TimerChange{slash}},
		"odd timer":     {Expect: 1, Old: &old, New: next, Timers: []engine.TimerChange{odd}},
	} {
		c.Op = name
		if _, err := b.s.Apply(b.ctx, c); core.KindOf(err) != core.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	rec, err := b.s.Get(b.ctx, "R-1")
	b.ok(err)
	b.same("version", rec.Risk.Version, 1)
}

func testIndexFollows(t *testing.T, open opener) {
	b := setup(t, open)
	find := func(q engine.Query) int {
		t.Helper()
		q.Limit = 10
		found, err := b.s.Find(b.ctx, q)
		b.ok(err)
		b.same("listed", len(found.Risks), found.Total)
		return found.Total
	}
	isOpen := engine.OpenStatuses()
	overdue := func() engine.Query { return engine.Query{Due: engine.Period{Before: b.clock.Now()}} }
	b.same("lin", find(engine.Query{Who: []core.Ref{"lin"}}), 1)
	b.same("submitter", find(engine.Query{Who: []core.Ref{"acme/U1"}}), 1)
	b.change("hand over", func(r *core.Risk) {
		r.Handlers, r.Module, r.DueAt = []core.Ref{"wei"}, "Ledger", b.clock.Now()
	})
	b.same("lin, Payments", []int{find(engine.Query{Who: []core.Ref{"lin"}}), find(engine.Query{Modules: []string{"Payments"}})}, []int{0, 0})
	b.same("wei at Ledger", find(engine.Query{Handlers: []core.Ref{"nobody", "wei"}, Modules: []string{"Ledger"}}), 1)
	b.same("the submitter is no handler", find(engine.Query{Handlers: []core.Ref{"acme/U1"}}), 0)
	b.same("overdue now", find(overdue()), 0)
	b.clock.pass(1e6)
	b.same("overdue later", find(overdue()), 1)
	b.change("resolve", func(r *core.Risk) { r.Status, r.StatusSince = core.Resolved, b.clock.Now() })
	b.same("open", find(engine.Query{Statuses: isOpen}), 0)
	b.same("open, wei", find(engine.Query{Statuses: isOpen, Who: []core.Ref{"wei"}}), 0)
	b.same("closed, wei", find(engine.Query{Statuses: []core.Status{core.Resolved}, Who: []core.Ref{"wei"}}), 1)
	b.same("closed then", find(engine.Query{Closed: engine.Period{From: b.clock.Now()}}), 1)
	b.same("closed before", find(engine.Query{Closed: engine.Period{Before: b.clock.Now()}}), 0)
	b.change("reopen", func(r *core.Risk) { r.Status = core.Pending })
	b.same("reopened", find(engine.Query{Statuses: isOpen, Due: overdue().Due}), 1)
	b.same("not closed", find(engine.Query{Closed: engine.Period{From: b.clock.Now().Add(-time.Hour)}}), 0)

	b.file(2)
	seen := map[core.RiskKey]bool{}
	b.ok(b.s.Each(b.ctx, func(k core.RiskKey) error { seen[k] = true; return nil }))
	b.same("each", len(seen), 2)
	b.aligns()
	enough := errors.New("enough")
	if err := b.s.Each(b.ctx, func(core.RiskKey) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("each: %v", err)
	}
}
