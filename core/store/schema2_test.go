package store_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// recorded is the data of a program before schema 3 (testdata/schema2/README.md).
func recorded(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "schema2", file))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// olderDatabase starts a server with the recorded database, whose keys have the prefix p.
func olderDatabase(t *testing.T) (at *storetest.Process, db *redis.Client) {
	t.Helper()
	at = storetest.Start(t, "--appendonly", "no")
	o, err := redis.ParseURL(at.URL)
	if err != nil {
		t.Fatal(err)
	}
	db = redis.NewClient(o)
	t.Cleanup(func() { _ = db.Close() })
	restoreRecorded(t, db)
	return at, db
}

func restoreRecorded(t *testing.T, db *redis.Client) {
	t.Helper()
	if err := db.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	for sc := bufio.NewScanner(bytes.NewReader(recorded(t, "store.jsonl"))); sc.Scan(); {
		var c []any
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if err := db.Do(t.Context(), c...).Err(); err != nil {
			t.Fatalf("%v: %v", c, err)
		}
	}
}

// openOlder opens the recorded database.
func openOlder(t *testing.T, at *storetest.Process) *bench {
	t.Helper()
	b := &bench{T: t, ctx: t.Context(), clock: newClock()}
	b.s = at.Open(t, store.Options{Clock: b.clock, Prefix: "p"})
	rec, err := b.s.Get(b.ctx, "R-1")
	b.ok(err)
	b.risk = rec.Risk
	return b
}

// TestSchema2 goes on with a database of schema 2: with its risks as with those that are
// filed now.
func TestSchema2(t *testing.T) {
	t.Parallel()
	at, _ := olderDatabase(t)
	b := openOlder(t, at)

	got, err := b.s.NextNumber(b.ctx, engine.Numbering{Op: "number4", Alike: "number4"})
	b.ok(err)
	b.same("the number of an op", got.Number, 5)
	b.file(5, b.arming(engine.RunID{Risk: "R-5", Flow: "remind", Occurrence: "1"}, time.Hour))
	got, err = b.s.NextNumber(b.ctx, engine.Numbering{Op: "new", Alike: "new"})
	b.ok(err)
	if got.Number <= 5 {
		t.Errorf("number %d was given out again", got.Number)
	}
	newest := b.file(40, b.arming(engine.RunID{Risk: "R-40", Flow: "remind", Occurrence: "1"}, time.Hour))
	b.same("the newest", newest.Key, core.RiskKey("R-40"))
	var keys []core.RiskKey
	b.ok(b.s.Each(b.ctx, func(k core.RiskKey) error { keys = append(keys, k); return nil }))
	slices.Sort(keys)
	b.same("open ones", keys, []core.RiskKey{"R-1", "R-2", "R-3", "R-40", "R-5"})
	found, err := b.s.Find(b.ctx, engine.Query{Limit: 10})
	b.ok(err)
	b.same("found", []any{len(found.Risks), found.Total}, []any{6, 6})

	// What people do again is recognised, and what they change has its timers.
	old, next := b.risk, b.risk
	old.Version, next.Version = 1, 2
	again, err := b.s.Apply(b.ctx, engine.Change{Op: "edit", Expect: 1, Old: &old, New: next})
	b.ok(err)
	b.same("repeat", []any{again.Repeat, again.Result, again.Risk.Title}, []any{true, "edited", "Ledger is off by two"})
	move := b.arming(id("3"), 3*time.Hour)
	move.Do, move.From = engine.MoveTimer, id("1")
	b.change("move", nil, move)
	_, err = b.s.Load(b.ctx, id("1"))
	b.is(err, core.NotFound, "")
	b.same("moved", b.load(id("3")).State, engine.Armed)
	b.same("outcomes", b.outcomes(), "armed armed moved ")

	// Runs that the older program had begun are finished.
	b.clock.pass(time.Hour)
	claimed := map[string]engine.Run{}
	for _, r := range b.claim() {
		claimed[r.ID.String()] = r
	}
	b.same("claimed", slices.Sorted(maps.Keys(claimed)), []string{"R-0/_notice/op1", "R-2/remind/1", "R-40/remind/1", "R-5/remind/1"})
	begun := claimed["R-2/remind/1"]
	b.same("its intent", []any{begun.Calls["send"].Open, begun.Crashes}, []any{true, 1})
	_, err = b.s.Close(b.ctx, engine.Close{Run: begun.ID, Key: "send", Attempt: 1, Value: "m1"})
	b.ok(err)
	b.complete(engine.Complete{Lease: engine.Lease{Run: begun.ID, Until: begun.At}, To: engine.Finished})
	parked := engine.RunID{Risk: "R-3", Flow: "remind", Occurrence: "1"}
	b.ok(b.s.Retry(b.ctx, parked, engine.Event{Kind: engine.EventOperator}))
	b.same("retried", b.claimOne(parked).Run, parked)

	rec, err := b.s.Get(b.ctx, "R-4")
	b.ok(err)
	b.clock.pass(100 * core.Day)
	b.ok(b.s.Purge(b.ctx, rec, "R-0", operator))
	_, err = b.s.Get(b.ctx, "R-4")
	b.is(err, core.NotFound, "")
}

// TestSchema2Lost: the server loses that the database was taken over, and a program that had
// done so files on. The next one finds what was filed. A program that took the database over
// in another way can't file anything: others would look for it elsewhere.
func TestSchema2Lost(t *testing.T) {
	t.Parallel()
	at, db := olderDatabase(t)
	b := openOlder(t, at)
	restoreRecorded(t, db)
	got, err := b.s.NextNumber(b.ctx, engine.Numbering{Op: "after the loss", Alike: "after the loss"})
	b.ok(err)
	b.file(got.Number)
	b.ok(db.Set(b.ctx, "{p:number}:last", 60, 0).Err())
	filed := []core.RiskKey{b.file(33).Key, b.file(50).Key, core.MakeRiskKey("R", got.Number)}
	next := openOlder(t, at)
	for _, key := range filed {
		rec, err := next.s.Get(b.ctx, key)
		b.ok(err)
		b.same("filed", rec.Risk.Version, 1)
	}
	b.ok(db.HSet(b.ctx, "{p:number}:blocks", "since", 60).Err())
	_, err = next.s.NextNumber(b.ctx, engine.Numbering{Op: "another", Alike: "another"})
	b.is(err, core.Unsupported, "schema")
}

// olderProgram is a program before schema 3 that still runs.
type olderProgram struct {
	*testing.T
	db            *redis.Client
	claim, number *redis.Script
}

func (o *olderProgram) claims(risk, run string, shard int) error {
	in := func(name string) string { return fmt.Sprintf("{p:%d}:%s", shard, name) }
	keys := []string{in("due"), in("park"), in("running"), in("waiting"), in("audit"), in("risk:" + risk), in("link:" + risk), in("links"),
		in("shown:" + risk), in("runs:" + risk), in("server"), in("run:" + run)}
	return o.claim.Run(o.Context(), o.db, keys, time.Now().AddDate(10, 0, 0).UnixMilli(), "p:wake", "nonce", 15000, 11, 1, 12, run, 10).Err()
}

func (o *olderProgram) numbers(counter, op string) error {
	in := func(name string) string { return "{p:number}:" + counter + name }
	keys := []string{in("last"), in("op:" + op), in("like:" + op), in("block")}
	return o.number.Run(o.Context(), o.db, keys, 0, 1000, 1000, "0", 32, 0, "", "0").Err()
}

// TestOlderProgram: a program before schema 3 that still runs can neither claim a run nor
// file a risk, and changes nothing when it tries.
func TestOlderProgram(t *testing.T) {
	t.Parallel()
	at, db := olderDatabase(t)
	o := &olderProgram{T: t, db: db, claim: redis.NewScript(string(recorded(t, "claim.lua"))), number: redis.NewScript(string(recorded(t, "number.lua")))}
	b := &bench{T: t, ctx: t.Context()}
	b.ok(o.claims("R-1", "R-1/remind/1", 1))
	b.ok(o.numbers("", "first"))
	restoreRecorded(t, db)

	opened := openOlder(t, at)
	run := engine.RunID{Risk: "R-40", Flow: "remind", Occurrence: "1"}
	opened.file(40, opened.arming(run, time.Hour))
	due := func() string {
		var all []any
		for shard := range 3 {
			all = append(all, db.ZRangeWithScores(t.Context(), fmt.Sprintf("{p:%d}:due", shard), 0, -1).Val())
		}
		return fmt.Sprint(all, db.Get(t.Context(), "{p:number}:last").Val())
	}
	before := due()
	for what, err := range map[string]error{
		"claim":            o.claims("R-1", "R-1/remind/1", 1),
		"claim of a risk":  o.claims("R-40", run.String(), 1),
		"number":           o.numbers("", "new"),
		"number of an op":  o.numbers("", "number4"),
		"number of topics": o.numbers(ofTopics, "new"),
	} {
		if err == nil || !strings.Contains(err.Error(), "WRONGTYPE") {
			t.Errorf("%s: %v", what, err)
		}
	}
	b.same("timers and numbers", due(), before)
	b.same("armed", opened.load(run).State, engine.Armed)
}

// ofTopics is what the keys of the counter of topic groups begin with.
const ofTopics = "topic:"

// TestSchema2Interrupted ends the program before and after each command with which it takes
// a database of schema 2 over. Then another one does it.
func TestSchema2Interrupted(t *testing.T) {
	t.Parallel()
	at, db := olderDatabase(t)
	for _, after := range []bool{false, true} {
		for n := 0; ; n++ {
			s := at.Open(t, store.Options{Clock: newClock()})
			restoreRecorded(t, db)
			s.DB().AddHook(&killed{left: n, after: after})
			err := s.TakeOver(t.Context(), "p")
			if err == nil {
				if n < 7 {
					t.Errorf("only %d commands were interrupted", n)
				}
				break
			}
			if !errors.Is(err, errKilled) {
				t.Fatalf("killed at %d: %v", n, err)
			}
			b := openOlder(t, at)
			got, err := b.s.NextNumber(b.ctx, engine.Numbering{Op: "new", Alike: "new"})
			b.ok(err)
			meta := db.HGetAll(context.Background(), "p:meta").Val()
			b.same("taken over", []any{got.Number, meta["schema"], meta["since"]}, []any{33, "3", "32"})
		}
	}
}
