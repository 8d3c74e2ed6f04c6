// Package upgrade_test finishes what an older version began. The dump in testdata was
// taken while runs of every kind were unfinished; testdata/README.md describes it.
package upgrade_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// outage is the time without a running program. Leases have expired, calls can't take
// effect any more, and Discord has forgotten their nonces.
const outage = 10 * time.Minute

// TestFinishes loads the dump, rebuilds the workspaces, and runs the program until nothing
// is left to do. Each effect must exist exactly once.
func TestFinishes(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) string{
		"embedded": func(t *testing.T) string { return "redis://" + miniredis.RunT(t).Addr() },
		"server":   func(t *testing.T) string { return storetest.Start(t).URL },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := open(t)
			w := newWorld(t, time.Now())
			restore(t, client(t, at), w.replay(t))
			w.clock.set(w.clock.Now().Add(outage))
			before := w.effects(t)
			w.checkDump(t, at)
			p := w.start(t, at)
			p.until(t, time.Time{})
			p.wantFinished(t, "Group parked")
			w.wantEffects(t, before, false)

			for id, state := range p.outcomes(t) {
				if state != engine.Parked {
					continue
				}
				if err := p.db.Retry(t.Context(), id, engine.Event{At: w.clock.Now(), Kind: engine.EventOperator}); err != nil {
					t.Error(err)
				}
			}
			p.until(t, time.Time{})
			p.wantFinished(t, "")
			w.wantEffects(t, before, true)
			p.wantIndexed(t)
		})
	}
}

// unfurl matches arguments that the recorded version sent to chat.update too, which
// doesn't take them.
var unfurl = regexp.MustCompile(`&unfurl_(links|media)=\w+`)

// replay sends the recorded requests, and returns a replacer for the IDs, which may differ
// from the recorded ones.
func (w *world) replay(t *testing.T) *strings.Replacer {
	t.Helper()
	ids := map[string]string{}
	for q := range readLines[request](t, platformsFile, nil) {
		r := replacer(ids)
		w.clock.set(q.At)
		again := q
		again.Path, again.Body = r.Replace(q.Path), r.Replace(q.Body)
		if strings.HasSuffix(q.Path, "/chat.update") {
			again.Body = unfurl.ReplaceAllString(again.Body, "")
		}
		status, answer, err := w.lines[q.Where].send(again, nil)
		if err != nil || status >= 300 || strings.Contains(string(answer), `"ok":false`) {
			t.Fatalf("%s %s: %d %s %v", q.Method, again.Path, status, answer, err)
		}
		pair(ids, q.Answer, identifying(answer))
	}
	return replacer(ids)
}

// pair records which new ID replaces which recorded one in an answer.
func pair(ids map[string]string, then, now any) {
	switch then := then.(type) {
	case string:
		if now, ok := now.(string); ok {
			ids[then] = now
		}
	case map[string]any:
		now, _ := now.(map[string]any)
		for k := range then {
			pair(ids, then[k], now[k])
		}
	case []any:
		now, _ := now.([]any)
		for i := range min(len(then), len(now)) {
			pair(ids, then[i], now[i])
		}
	}
}

// replacer replaces the keys of ids by their values.
func replacer(ids map[string]string) *strings.Replacer {
	var pairs []string
	for _, old := range slices.Sorted(maps.Keys(ids)) {
		if ids[old] != old && old != "" {
			pairs = append(pairs, old, ids[old])
		}
	}
	return strings.NewReplacer(pairs...)
}

// risks returns every risk with its runs.
func risks(t *testing.T, db *store.Store) map[core.RiskKey]engine.Record {
	t.Helper()
	all := map[core.RiskKey]engine.Record{}
	for n := 1; ; n++ {
		rec, err := db.Get(t.Context(), core.RiskKey(fmt.Sprintf("R-%d", n)))
		if core.KindOf(err) == core.NotFound {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all[rec.Risk.Key] = rec
	}
}

// outcomes returns the state of every run.
func (p *program) outcomes(t *testing.T) map[engine.RunID]engine.RunState {
	t.Helper()
	all := map[engine.RunID]engine.RunState{}
	for _, rec := range risks(t, p.db) {
		for _, r := range rec.Runs {
			all[r.ID] = r.State
		}
	}
	return all
}

// checkDump checks that the dump contains what this test is for.
func (w *world) checkDump(t *testing.T, at string) {
	t.Helper()
	db := w.store(t, at)
	defer func() { _ = db.Stop() }()
	states, open := map[engine.RunState]int{}, 0
	all := risks(t, db)
	for _, rec := range all {
		for _, r := range rec.Runs {
			states[r.State]++
			if r.Open {
				open++
			}
		}
	}
	// Every running run has a call without an answer, as have the two messages that
	// wait to be sent again and the two parked groups.
	for state, n := range map[engine.RunState]int{engine.Running: 18, engine.Waiting: 3, engine.Parked: 2, engine.Finished: 9, engine.Armed: 30} {
		if states[state] != n {
			t.Errorf("the dump has %d runs that are %s, want %d", states[state], state, n)
		}
	}
	if len(all) != 30 || open != 22 {
		t.Errorf("the dump has %d risks and %d open intents, want 30 and 22", len(all), open)
	}
}

// flowOf returns the flow that acts on risks of a module. The others skip them.
var flowOf = map[string]string{
	"Later": "remind-later", "Message": "remind", "Group": "gather", "Topic": "reshape", "Slow": "gather-slowly",
}

// builtIn is the prefix of the names of built-in flows.
const builtIn = "_"

// wantFinished checks that every run has finished, except those of one title, which are
// parked.
func (p *program) wantFinished(t *testing.T, parked string) {
	t.Helper()
	for _, rec := range risks(t, p.db) {
		for _, r := range rec.Runs {
			want := engine.Skipped
			switch own := r.ID.Flow == flowOf[rec.Risk.Module]; {
			case own && rec.Risk.Title == parked:
				want = engine.Parked
			case own, strings.HasPrefix(r.ID.Flow, builtIn):
				want = engine.Finished
			}
			if r.State != want || r.Open != (want == engine.Parked) {
				t.Errorf("%q: %s is %s, want %s; an intent is open: %v", rec.Risk.Title, r.ID, r.State, want, r.Open)
			}
		}
	}
	// ana's accounts are still linked, and the next risk gets the next number.
	known, err := p.Engine().Persons().Accounts(t.Context(), anaOf("acme"))
	if err != nil || len(known) != 2 || known[1].Account != anaOf("guild").Account {
		t.Errorf("ana's accounts: %+v, %v", known, err)
	}
}

// wantIndexed checks that every risk is found by the indexes that the recorded version didn't
// have.
func (p *program) wantIndexed(t *testing.T) {
	t.Helper()
	for _, all := range []engine.Query{{}, {By: []core.Ref{core.RefOf(anaOf("acme").Account), core.RefOf(anaOf("guild").Account)}}} {
		all.Limit = 100
		found, err := p.db.Find(t.Context(), all)
		if n := len(risks(t, p.db)); err != nil || found.Unindexed || found.Total != n || len(found.Risks) != n {
			t.Errorf("%d of %d risks are found, %d are counted; indexes incomplete: %v, %v", len(found.Risks), n, found.Total, found.Unindexed, err)
		}
	}
}

// wantEffects checks that every effect of the flows exists exactly once.
func (w *world) wantEffects(t *testing.T, before map[string]int, all bool) {
	t.Helper()
	want := map[string]int{}
	for _, in := range []string{"acme", "guild"} {
		for _, m := range []string{"synced", "waiting", "done", "lost"} {
			want[in+" message remind-message-"+m] = 1
		}
		want[in+" message remind-later-armed"] = 1
		groups := []string{"group-ended", "topic-ended", "group-done", "group-lost", "post-done", "post-lost", "topic-done", "topic-lost"}
		if in == "acme" {
			groups = append(groups, "slow-ended", "slow-deferred")
		}
		if all {
			groups = append(groups, "group-parked")
		}
		for _, g := range groups {
			want[in+" group "+g] = 1
			if strings.HasPrefix(g, "topic") {
				want[in+" topic retopic-"+g] = 1
			} else {
				want[in+" message discuss-"+g] = 1
			}
		}
	}
	got := w.effects(t)
	for _, what := range slices.Sorted(maps.Keys(union(want, got))) {
		if want[what] != got[what] {
			t.Errorf("%s: %d, want %d (%d in the dump)", what, got[what], want[what], before[what])
		}
	}
}

func union(a, b map[string]int) map[string]int {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
