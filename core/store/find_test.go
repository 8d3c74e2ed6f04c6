package store_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"riskroom/core"
	"riskroom/core/engine"
)

// world is a store and a plain list of what is in it.
type world struct {
	*bench
	rt    *rapid.T
	start time.Time
	risks map[core.RiskKey]core.Risk
}

var (
	somebody  = []core.Ref{"lin", "wei", "@oncall", "acme/U1", "acme/U2"}
	someParts = []string{"Payments", "Ledger"}
)

// testFindLikeModel changes risks at random and compares Find with a plain list.
func testFindLikeModel(t *testing.T, open opener) {
	rapid.Check(t, func(rt *rapid.T) {
		b := setup(t, open)
		b.s.ReadAtFirst(rapid.IntRange(1, 3).Draw(rt, "read at first"))
		w := &world{bench: b, rt: rt, start: b.clock.Now(), risks: map[core.RiskKey]core.Risk{"R-1": b.risk}}
		for range rapid.IntRange(1, 40).Draw(rt, "changes") {
			w.change()
		}
		for range 6 {
			w.compare(w.query())
		}
	})
}

// change files a risk or changes one. Several risks may have the same dates.
func (w *world) change() {
	key := core.MakeRiskKey("R", rapid.Int64Range(1, 20).Draw(w.rt, "risk"))
	old, filed := w.risks[key]
	next := old
	if !filed {
		w.clock.pass(time.Duration(rapid.IntRange(0, 1).Draw(w.rt, "later")) * time.Second)
		next = w.newRisk(key.Number())
		next.Version = 0
		next.Submitter.Account.ID = rapid.SampledFrom([]string{"U1", "U2"}).Draw(w.rt, "by")
	}
	next.Version++
	next.Handlers = rapid.SliceOfNDistinct(rapid.SampledFrom(somebody), 0, 3, rapid.ID).Draw(w.rt, "handlers")
	next.Module = rapid.SampledFrom(someParts).Draw(w.rt, "module")
	next.Status, next.StatusSince = rapid.SampledFrom(core.Statuses()).Draw(w.rt, "status"), w.clock.Now()
	next.DueAt = w.hour("due")
	ch := engine.Change{Expect: old.Version, Old: &old, New: next}
	if !filed {
		ch.Old, ch.Op = nil, string(key)
	}
	_, err := w.s.Apply(w.ctx, ch)
	w.ok(err)
	w.risks[key] = next
}

func (w *world) hour(what string) time.Time {
	if n := rapid.IntRange(0, 3).Draw(w.rt, what); n > 0 {
		return w.start.Add(time.Duration(n) * time.Hour)
	}
	return time.Time{}
}

func (w *world) second(what string) time.Time {
	if n := rapid.IntRange(0, 4).Draw(w.rt, what); n > 0 {
		return w.start.Add(time.Duration(n-1) * time.Second)
	}
	return time.Time{}
}

func (w *world) query() engine.Query {
	refs := func(what string) []core.Ref {
		if rapid.Bool().Draw(w.rt, "any "+what) {
			return nil
		}
		return rapid.SliceOfNDistinct(rapid.SampledFrom(somebody), 1, 2, rapid.ID).Draw(w.rt, what)
	}
	parts := func(what string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(someParts), 0, 2, rapid.ID).Draw(w.rt, what)
	}
	q := engine.Query{
		Statuses: rapid.SliceOfNDistinct(rapid.SampledFrom(core.Statuses()), 0, 4, rapid.ID).Draw(w.rt, "statuses"),
		Who:      refs("who"), Handlers: refs("handlers"), By: refs("by"), Modules: parts("in"),
		Due: engine.Period{From: w.hour("due from"), Before: w.hour("due before")}, ByDue: rapid.Bool().Draw(w.rt, "by due"),
		Limit: rapid.IntRange(1, 6).Draw(w.rt, "limit"),
	}
	if len(q.Who) > 0 {
		q.Led = parts("led")
	}
	if rapid.Bool().Draw(w.rt, "filed then") {
		q.Filed = engine.Period{From: w.second("filed from"), Before: w.second("filed before")}
	}
	if rapid.IntRange(0, 3).Draw(w.rt, "closed then") == 0 {
		q.Closed = engine.Period{From: w.second("closed from"), Before: w.second("closed before")}
	}
	if rapid.Bool().Draw(w.rt, "even only") {
		q.Keep, q.Read = func(r core.Risk) bool { return r.Key.Number()%2 == 0 }, rapid.IntRange(1, 5).Draw(w.rt, "read")
	}
	return q
}

// compare reads a list page by page.
func (w *world) compare(q engine.Query) {
	want := w.naive(q)
	var got []core.RiskKey
	for page := 0; page == 0 || !q.After.IsZero(); page++ {
		found, err := w.s.Find(w.ctx, q)
		w.ok(err)
		if n := len(found.Risks); n > q.Limit || q.Keep != nil && found.Read > q.Read || page > 100 {
			w.rt.Fatalf("%+v: page %d has %d risks of %d", q, page, n, found.Read)
		}
		for _, r := range found.Risks {
			got = append(got, r.Key)
			w.same("document", r, w.risks[r.Key])
		}
		if found.Total >= 0 && found.Total != len(want) {
			w.rt.Fatalf("%+v: got %d in all, want %d", q, found.Total, len(want))
		}
		if q.After.IsZero() && found.Total < 0 && found.Next.IsZero() {
			w.rt.Fatalf("%+v: everything was read, but not counted", q)
		}
		q.After = found.Next
	}
	if !slices.Equal(got, want) {
		w.rt.Fatalf("%+v: got %v, want %v", q, got, want)
	}
}

// naive returns what matches, in order. The fields of the query are checked one by one, in
// another way than by Query.Matches.
func (w *world) naive(q engine.Query) (keys []core.RiskKey) {
	var found []core.Risk
	within := func(p engine.Period, t time.Time) bool {
		return !t.IsZero() && (p.From.IsZero() || t.Compare(p.From) >= 0) && (p.Before.IsZero() || t.Compare(p.Before) < 0)
	}
	for _, r := range w.risks {
		by := core.RefOf(r.Submitter.Account)
		handled := func(refs []core.Ref) bool {
			return slices.ContainsFunc(refs, func(x core.Ref) bool { return slices.Contains(r.Handlers, x) })
		}
		switch {
		case len(q.Statuses) > 0 && !slices.Contains(q.Statuses, r.Status),
			len(q.Who) > 0 && !handled(q.Who) && !slices.Contains(q.Who, by) && !slices.Contains(q.Led, r.Module),
			len(q.Handlers) > 0 && !handled(q.Handlers),
			len(q.By) > 0 && !slices.Contains(q.By, by),
			len(q.Modules) > 0 && !slices.Contains(q.Modules, r.Module),
			(q.ByDue || !q.Due.IsZero()) && !within(q.Due, r.DueAt),
			!within(q.Filed, r.SubmittedAt),
			!q.Closed.IsZero() && (r.Status.Open() || !within(q.Closed, r.StatusSince)),
			q.Keep != nil && !q.Keep(r):
			continue
		}
		found = append(found, r)
	}
	slices.SortFunc(found, func(a, b core.Risk) int {
		if q.ByDue {
			return cmp.Or(a.DueAt.Compare(b.DueAt), strings.Compare(string(a.Key), string(b.Key)))
		}
		return cmp.Or(b.SubmittedAt.Compare(a.SubmittedAt), strings.Compare(string(b.Key), string(a.Key)))
	})
	for _, r := range found {
		keys = append(keys, r.Key)
	}
	return keys
}
