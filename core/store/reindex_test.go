package store_test

import (
	"fmt"
	"testing"

	"riskroom/core"
	"riskroom/core/engine"
)

// testReindex indexes risks as an older version left them, from the start and from where it
// was interrupted.
func testReindex(t *testing.T, open opener) {
	b := setup(t, olderRisks(open))
	const last = 110 // more than one step takes
	var all []core.Risk
	for n := range int64(last) {
		got, err := b.s.NextNumber(b.ctx, engine.Numbering{Op: fmt.Sprint(n), Alike: fmt.Sprint(n)})
		b.ok(err)
		number := got.Number
		if number%7 == 0 {
			continue // a gap
		}
		r := b.newRisk(number)
		r.DueAt = b.clock.Now()
		if number != 1 {
			_, err = b.s.Apply(b.ctx, engine.Change{Op: string(r.Key), New: r})
			b.ok(err)
		}
		if number%2 == 0 {
			old := r
			r.Version, r.Status, r.StatusSince = 2, core.Resolved, b.clock.Now()
			_, err = b.s.Apply(b.ctx, engine.Change{Op: "x", Expect: 1, Old: &old, New: r})
			b.ok(err)
		}
		all = append(all, r)
	}
	all[0].DueAt = b.risk.DueAt
	search := func() (total int, unindexed bool) {
		t.Helper()
		found, err := b.s.Find(b.ctx, engine.Query{Limit: 1})
		b.ok(err)
		return found.Total, found.Unindexed
	}
	total, unindexed := search()
	b.same("all", []any{total, unindexed}, []any{len(all), false})
	want := b.s.Indexes(b.ctx, all)

	for _, done := range []int64{0, 109} {
		b.ok(b.s.Downgrade(b.ctx, all, done))
		if got := b.s.Indexes(b.ctx, all); fmt.Sprint(got) == fmt.Sprint(want) {
			t.Fatal("the indexes are complete already")
		}
		found, err := b.s.Find(b.ctx, engine.Query{Statuses: engine.OpenStatuses(), Who: []core.Ref{"acme/U1"}, Limit: 500})
		b.ok(err)
		b.same("open ones are found in any case", []any{len(found.Risks), found.Unindexed}, []any{47, true})
		total, unindexed := search()
		b.same("not indexed", []any{total, unindexed}, []any{0, true})
		b.ok(b.s.Reindex(b.ctx, "R"))
		if total, unindexed = search(); done == 0 {
			b.same("indexed", []any{total, unindexed}, []any{len(all), false})
			b.same("indexes", b.s.Indexes(b.ctx, all), want)
		} else {
			b.same("went on", []any{total, unindexed}, []any{1, false})
		}
	}
	b.ok(b.s.Reindex(b.ctx, "R"))
}
