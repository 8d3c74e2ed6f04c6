package store_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// BenchmarkFind searches among 100,000 risks of two years, of which 1,000 are open. It also
// reports how much memory the indexes take for each risk.
func BenchmarkFind(b *testing.B) {
	const risks, isOpen, people, modules = 100_000, 1000, 200, 20
	c := newClock()
	s := storetest.Start(b, "--appendonly", "no", "--save", "").Open(b, store.Options{Clock: c, Volatile: true})
	var all sync.WaitGroup
	numbers := make(chan int64)
	for range 32 {
		all.Go(func() {
			for n := range numbers {
				at := c.Now().Add(-time.Duration(risks-n) * 10 * time.Minute)
				r := core.Risk{
					Key: core.MakeRiskKey("R", n), Version: 1, Home: "acme", Title: fmt.Sprint("Ledger is off by ", n),
					Module: fmt.Sprint("Module ", n%modules), Severity: core.High, SubmittedAt: at, DueAt: at.Add(time.Duration(n%90) * core.Day),
					Submitter: core.Actor{Account: core.Account{Workspace: "acme", ID: fmt.Sprint("U", n%people)}},
					Handlers:  []core.Ref{core.Ref(fmt.Sprint("acme/U", n*7%people)), "@oncall"}, Status: core.Pending, StatusSince: at,
				}
				if n <= risks-isOpen {
					r.Status, r.StatusSince = core.Resolved, at.Add(core.Day)
				}
				if _, err := s.Apply(b.Context(), engine.Change{Op: string(r.Key), New: r}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for n := range int64(risks) {
		numbers <- n + 1
	}
	close(numbers)
	all.Wait()
	memory, err := s.IndexMemory(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	who := []core.Ref{"acme/U1", "acme/U2"}
	resolved := []core.Status{core.Resolved}
	rare := func(r core.Risk) bool { return strings.HasSuffix(r.Title, "99999") }
	for name, q := range map[string]engine.Query{
		"open":              {Statuses: engine.OpenStatuses()},
		"mine":              {Statuses: engine.OpenStatuses(), Who: who},
		"resolved":          {Statuses: resolved},
		"handled, resolved": {Statuses: resolved, Handlers: who},
		"three filters":     {Statuses: resolved, Handlers: who, By: []core.Ref{"acme/U143"}, Modules: []string{"Module 3"}},
		"by due date":       {Statuses: engine.OpenStatuses(), ByDue: true},
		"words":             {Statuses: resolved, Keep: rare, Read: 500},
	} {
		q.Limit = 10
		b.Run(name, func(b *testing.B) {
			read := 0
			for b.Loop() {
				found, err := s.Find(b.Context(), q)
				if err != nil {
					b.Fatal(err)
				}
				read = found.Read
			}
			b.ReportMetric(float64(read), "documents")
			b.ReportMetric(float64(memory)/risks, "index-B/risk")
		})
	}
}
