package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// testTurnsTogether begins and completes several runs of a shard at once. One script does it.
// Each call has its own outcome: one run is held by nobody, and what is stored of another one
// is broken.
func testTurnsTogether(t *testing.T, open opener) {
	b := setup(t, open)
	const lost, broken = 1, 3
	var turns []turn
	for i := range int64(5) {
		risk := core.MakeRiskKey("R", 320*(i+1)) // of one shard, of 5 or of 64
		run := engine.RunID{Risk: risk, Flow: "remind", Occurrence: "1"}
		b.file(320*(i+1), b.arming(run, 0))
		turns = append(turns, turn{run: run})
	}
	until := map[engine.RunID]time.Time{}
	for _, r := range b.claim() {
		until[r.ID] = r.At
	}
	for i := range turns {
		turns[i].lease = engine.Lease{Run: turns[i].run, Until: until[turns[i].run]}
	}
	turns[lost].lease.Until = turns[lost].lease.Until.Add(time.Millisecond)
	brokenKey := b.s.RunKey(turns[broken].run)
	b.ok(b.s.DB().Del(b.ctx, brokenKey).Err())
	b.ok(b.s.DB().Set(b.ctx, brokenKey, "no hash", 0).Err())

	check := func(what string, i int, err error) {
		t.Helper()
		switch i {
		case lost:
			b.is(err, core.Lost, "")
		case broken:
			b.is(err, core.Unknown, "")
			b.same(what+" says why", strings.Contains(fmt.Sprint(err), "WRONGTYPE"), true)
		default:
			b.ok(err)
		}
	}
	var begins []engine.Begin
	for _, one := range turns {
		begins = append(begins, engine.Begin{Lease: one.lease, Key: "to:" + string(one.run.Risk), Attempt: 1, Nonce: "n-" + string(one.run.Risk),
			Until: b.clock.Now().Add(time.Minute), Input: []byte(one.run.Risk), Events: one.events("begun")})
	}
	for range 2 { // a repeat has the same answers
		got, errs, scripts := b.s.BeginTogether(b.ctx, begins)
		b.same("scripts that begin", scripts, 1)
		for i, err := range errs {
			check("begin", i, err)
			if err == nil {
				b.same("lease", got[i].Lease, engine.Lease{Run: turns[i].run, Until: b.clock.Now().Add(time.Minute)})
				b.same("intent", got[i].Call.Open, true)
				turns[i].lease = got[i].Lease
			}
		}
	}
	var completes []engine.Complete
	for _, one := range turns {
		completes = append(completes, engine.Complete{Lease: one.lease, Result: &engine.Result{Key: "to:" + string(one.run.Risk), Value: "m1"},
			To: engine.Parked, Reason: string(one.run.Risk), File: "f1", Outcome: []byte("{}"), Events: one.events("parked")})
	}
	for range 2 {
		errs, scripts := b.s.CompleteTogether(b.ctx, completes)
		b.same("scripts that complete", scripts, 1)
		for i, err := range errs {
			check("complete", i, err)
		}
	}
	for i, one := range turns {
		trail, err := b.s.Trail(b.ctx, one.run.Risk, "", 10)
		b.ok(err)
		var kinds []string
		for _, e := range trail {
			kinds = append(kinds, e.Kind+" "+e.Data["of"])
		}
		want := []string{"timer "}
		if i != lost && i != broken {
			of := string(one.run.Risk)
			want = []string{"parked " + of, "begun " + of, "timer "}
			run := b.load(one.run)
			b.same("run", []any{run.State, run.Reason, string(run.Input)}, []any{engine.Parked, of, of})
		}
		b.same("trail of "+string(one.run.Risk), kinds, want)
	}
}

// turn is a worker's turn on a run.
type turn struct {
	run   engine.RunID
	lease engine.Lease
}

// events returns an event that names the run's risk.
func (t turn) events(kind string) []engine.Event {
	return []engine.Event{{Kind: kind, Data: map[string]string{"of": string(t.run.Risk)}}}
}

// TestTurnsRefused: an error about the server concerns every call, and reaches the client, which
// may have to leave that server.
func TestTurnsRefused(t *testing.T) {
	t.Parallel()
	p := storetest.Start(t)
	b := setup(t, func(t *testing.T, c core.Clock) *store.Store { return p.Open(t, store.Options{Clock: c}) })
	var begins []engine.Begin
	for i := range int64(2) {
		b.file(64*(i+1), b.arming(engine.RunID{Risk: core.MakeRiskKey("R", 64*(i+1)), Flow: "remind", Occurrence: "1"}, 0))
	}
	for _, r := range b.claim() {
		begins = append(begins, engine.Begin{Lease: engine.Lease{Run: r.ID, Until: r.At}, Key: "to:U1", Attempt: 1, Nonce: "n", Until: b.clock.Now().Add(time.Minute)})
	}
	for _, replicas := range []string{"1", "0"} {
		b.ok(b.s.DB().ConfigSet(b.ctx, "min-replicas-to-write", replicas).Err())
		_, errs, scripts := b.s.BeginTogether(b.ctx, begins)
		b.same("scripts", scripts, 1)
		for _, err := range errs {
			if replicas == "0" {
				b.ok(err)
			} else {
				b.is(err, core.Unavailable, "")
			}
		}
	}
}
