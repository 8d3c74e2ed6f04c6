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

// TestListsReadLittle checks that the first page of a list takes few round trips and reads
// little of the indexes, although there are many risks and hardly any may match.
func TestListsReadLittle(t *testing.T) {
	t.Parallel()
	const risks = 3000
	b := &bench{T: t, ctx: t.Context(), clock: newClock(), s: storetest.Start(t, "--appendonly", "no").Open(t, store.Options{Shards: 4, Volatile: true})}
	var all sync.WaitGroup
	for part := range 8 {
		all.Go(func() {
			for n := part + 1; n <= risks; n += 8 {
				r := b.newRisk(int64(n))
				r.SubmittedAt = b.clock.Now().Add(time.Duration(n) * time.Second)
				if n == 5 {
					r.DueAt = b.clock.Now().Add(-time.Hour)
				}
				if n%2 == 0 {
					r.Module = "Ledger"
				}
				if _, err := b.s.Apply(b.ctx, engine.Change{Op: fmt.Sprint("file-", n), New: r}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	open := engine.OpenStatuses()
	var trips counted
	b.s.DB().AddHook(&trips)
	for _, c := range []struct {
		name  string
		q     engine.Query
		found int
	}{
		{"all", engine.Query{Statuses: open}, 10},
		{"a module", engine.Query{Statuses: open, Modules: []string{"Ledger"}}, 10},
		{"overdue, of which there is one", engine.Query{Statuses: open, Due: engine.Period{Before: b.clock.Now()}}, 1},
		{"overdue by due date", engine.Query{Statuses: open, Due: engine.Period{Before: b.clock.Now()}, ByDue: true}, 1},
		{"due later, of which there is none", engine.Query{Statuses: open, Due: engine.Period{From: b.clock.Now()}}, 0},
	} {
		c.q.Limit = 10
		find := func() {
			found, err := b.s.Find(b.ctx, c.q)
			b.ok(err)
			b.same(c.name, len(found.Risks), c.found)
		}
		find() // now the server knows the script
		b.ok(b.s.DB().ConfigResetStat(b.ctx).Err())
		trips = 0
		find()
		if trips > 2 {
			t.Errorf("%s: %d round trips", c.name, trips)
		}
		if n := callsOf(b, "zscore") + callsOf(b, "zmscore"); n > 8 {
			t.Errorf("%s: risks are looked up in an index %d times", c.name, n)
		}
	}
}

// TestListsOfPeoplePassOverShards checks that a list of what somebody filed or handles reads
// only the shards that have such a risk.
func TestListsOfPeoplePassOverShards(t *testing.T) {
	t.Parallel()
	b := &bench{T: t, ctx: t.Context(), clock: newClock(), s: storetest.Start(t, "--appendonly", "no").Open(t, store.Options{Volatile: true})}
	b.file(1)
	r := b.newRisk(2)
	r.Handlers = []core.Ref{"acme/U9"}
	_, err := b.s.Apply(b.ctx, engine.Change{Op: "file-2", New: r})
	b.ok(err)
	for who, scripts := range map[core.Ref]int{"acme/U9": 1, core.RefOf(r.Submitter.Account): 2, "acme/U8": 0} {
		q := engine.Query{Statuses: engine.OpenStatuses(), Who: []core.Ref{who}, Limit: 10}
		_, err := b.s.Find(b.ctx, q) // now the server knows the script
		b.ok(err)
		b.ok(b.s.DB().ConfigResetStat(b.ctx).Err())
		found, err := b.s.Find(b.ctx, q)
		b.ok(err)
		b.same(string(who)+", found", len(found.Risks), scripts)
		b.same(string(who)+", in all", found.Total, scripts)
		b.same(string(who)+", scripts", callsOf(b, "evalsha"), scripts)
	}
}

// TestEachReadsInParts checks that no command returns all risks at once.
func TestEachReadsInParts(t *testing.T) {
	t.Parallel()
	const risks = 1500
	b := &bench{T: t, ctx: t.Context(), clock: newClock(), s: storetest.Start(t, "--appendonly", "no").Open(t, store.Options{Shards: 1, Volatile: true})}
	for n := range int64(risks) {
		run := engine.RunID{Risk: core.MakeRiskKey("R", n+1), Flow: "remind", Occurrence: "1"}
		b.file(n+1, engine.TimerChange{Do: engine.ArmTimer, Run: run, Due: b.clock.Now().Add(time.Hour), FlowHash: flow})
	}
	b.ok(b.s.DB().ConfigResetStat(b.ctx).Err())
	seen := map[core.RiskKey]int{}
	b.ok(b.s.Each(b.ctx, func(key core.RiskKey) error { seen[key]++; return nil }))
	for key, times := range seen {
		if times != 1 {
			t.Errorf("%s is visited %d times", key, times)
		}
	}
	b.same("risks", len(seen), risks)
	if n := callsOf(b, "zscan"); n < 2*risks/300 {
		t.Errorf("two sets of %d are read by %d commands", risks, n)
	}
}

// callsOf returns how often a server has run a command.
func callsOf(b *bench, command string) (n int) {
	for line := range strings.Lines(b.s.DB().Info(b.ctx, "commandstats").Val()) {
		if rest, ok := strings.CutPrefix(line, "cmdstat_"+command+":calls="); ok {
			_, _ = fmt.Sscanf(rest, "%d", &n)
		}
	}
	return n
}
