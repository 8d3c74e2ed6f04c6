package store_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"riskroom/core"
	"riskroom/core/engine"
)

// testFindLikeModel changes risks at random and compares Find with a plain list.
func testFindLikeModel(t *testing.T, open opener) {
	people := []core.Ref{"lin", "wei", "@oncall", "acme/U1"}
	modules := []string{"Payments", "Ledger"}
	rapid.Check(t, func(rt *rapid.T) {
		b := setup(t, open)
		start := b.clock.Now()
		model := map[core.RiskKey]core.Risk{"R-1": b.risk}
		for range rapid.IntRange(1, 25).Draw(rt, "changes") {
			n := rapid.Int64Range(1, 6).Draw(rt, "risk")
			key := core.MakeRiskKey("R", n)
			if _, filed := model[key]; !filed {
				b.clock.pass(time.Second)
				model[key] = b.file(n)
				continue
			}
			old, next := model[key], model[key]
			next.Version++
			next.Handlers = rapid.SliceOfNDistinct(rapid.SampledFrom(people), 0, 3, rapid.ID).Draw(rt, "handlers")
			next.Module = rapid.SampledFrom(modules).Draw(rt, "module")
			next.Status = rapid.SampledFrom(core.Statuses()).Draw(rt, "status")
			next.DueAt = time.Time{}
			if d := rapid.IntRange(0, 3).Draw(rt, "due"); d > 0 {
				next.DueAt = start.Add(time.Duration(d) * time.Hour)
			}
			_, err := b.s.Apply(b.ctx, engine.Change{Expect: old.Version, Old: &old, New: next})
			b.ok(err)
			model[key] = next
		}
		for range 6 {
			q := engine.Query{
				Who:    rapid.SliceOfNDistinct(rapid.SampledFrom(people), 0, 2, rapid.ID).Draw(rt, "who"),
				Module: rapid.SliceOfNDistinct(rapid.SampledFrom(modules), 0, 2, rapid.ID).Draw(rt, "in"),
				Limit:  rapid.IntRange(0, 6).Draw(rt, "limit"),
			}
			if d := rapid.IntRange(0, 4).Draw(rt, "overdue"); d > 0 {
				q.Overdue = start.Add(time.Duration(d) * time.Hour)
			}
			if s := rapid.IntRange(0, 4).Draw(rt, "since"); s > 0 {
				q.Since = start.Add(time.Duration(s) * time.Second)
			}
			wantKeys, wantTotal := naive(model, q)
			risks, total, err := b.s.Find(b.ctx, q)
			b.ok(err)
			var keys []core.RiskKey
			for _, r := range risks {
				keys = append(keys, r.Key)
				b.same("document", r, model[r.Key])
			}
			if total != wantTotal || !slices.Equal(keys, wantKeys) {
				rt.Fatalf("%+v: got %v of %d, want %v of %d", q, keys, total, wantKeys, wantTotal)
			}
		}
	})
}

func naive(model map[core.RiskKey]core.Risk, q engine.Query) (keys []core.RiskKey, total int) {
	var found []core.Risk
	for _, r := range model {
		concerns := func(who core.Ref) bool {
			return slices.Contains(r.Handlers, who) || who == core.RefOf(r.Submitter.Account)
		}
		switch {
		case !r.Status.Open(),
			len(q.Who) > 0 && !slices.ContainsFunc(q.Who, concerns),
			len(q.Module) > 0 && !slices.Contains(q.Module, r.Module),
			!q.Overdue.IsZero() && (r.DueAt.IsZero() || !r.DueAt.Before(q.Overdue)),
			!q.Since.IsZero() && r.SubmittedAt.Before(q.Since):
			continue
		}
		found = append(found, r)
	}
	slices.SortFunc(found, func(a, b core.Risk) int {
		return cmp.Or(b.SubmittedAt.Compare(a.SubmittedAt), cmp.Compare(b.Key.Number(), a.Key.Number()))
	})
	for _, r := range found[:min(q.Limit, len(found))] {
		keys = append(keys, r.Key)
	}
	return keys, len(found)
}
