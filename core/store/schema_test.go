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

// The schemas of which there is data of the last program with it: testdata/<schema>/README.md.
const (
	schema2 = "schema2"
	schema3 = "schema3"
)

// recorded is the data of a program with an older schema.
func recorded(t *testing.T, schema, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", schema, file))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// olderDatabase starts a server with the recorded database, whose keys have the prefix p.
func olderDatabase(t *testing.T, schema string) (at *storetest.Process, db *redis.Client) {
	t.Helper()
	at = storetest.Start(t, "--appendonly", "no")
	o, err := redis.ParseURL(at.URL)
	if err != nil {
		t.Fatal(err)
	}
	db = redis.NewClient(o)
	t.Cleanup(func() { _ = db.Close() })
	restoreRecorded(t, db, schema)
	return at, db
}

func restoreRecorded(t *testing.T, db *redis.Client, schema string) {
	t.Helper()
	if err := db.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	for sc := bufio.NewScanner(bytes.NewReader(recorded(t, schema, "store.jsonl"))); sc.Scan(); {
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
	at, _ := olderDatabase(t, schema2)
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
	at, db := olderDatabase(t, schema2)
	b := openOlder(t, at)
	restoreRecorded(t, db, schema2)
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
	b.ok(db.HSet(b.ctx, "{p:number}:reserved", "since", 60).Err())
	_, err = next.s.NextNumber(b.ctx, engine.Numbering{Op: "another", Alike: "another"})
	b.is(err, core.Unsupported, "schema")
}

// TestSchema3 goes on with a database of schema 3: with what was filed before schema 3, with
// it, and now.
func TestSchema3(t *testing.T) {
	t.Parallel()
	at, db := olderDatabase(t, schema3)
	for _, field := range []string{"since", "safe"} { // as if that program had given no number
		if err := db.HDel(t.Context(), "{p:number}:blocks", field).Err(); err != nil {
			t.Fatal(err)
		}
	}
	b := openOlder(t, at)
	b.same("since", db.HGet(b.ctx, "p:meta", "since").Val(), "32")
	got, err := b.s.NextNumber(b.ctx, engine.Numbering{Op: "number43", Alike: "number43"})
	b.ok(err)
	b.same("the number of an op", got.Number, 36)
	run := func(risk core.RiskKey, occurrence string) engine.RunID {
		return engine.RunID{Risk: risk, Flow: "remind", Occurrence: occurrence}
	}
	b.file(44, b.arming(run("R-44", "1"), time.Hour))
	var keys []core.RiskKey
	b.ok(b.s.Each(b.ctx, func(k core.RiskKey) error { keys = append(keys, k); return nil }))
	slices.Sort(keys)
	b.same("open ones", keys, []core.RiskKey{"R-1", "R-2", "R-3", "R-40", "R-41", "R-42", "R-44"})
	found, err := b.s.Find(b.ctx, engine.Query{Limit: 10})
	b.ok(err)
	b.same("found", []any{len(found.Risks), found.Total}, []any{9, 9})

	// What was stored is read as it was.
	rec, err := b.s.Get(b.ctx, "R-41")
	b.ok(err)
	r, ana := rec.Risk, core.Actor{Account: core.Account{Workspace: "acme", ID: "U1"}, Name: "Ana"}
	b.same("risk", []any{r.Key, r.Version, r.Home, r.Title, r.Status, r.Submitter, r.Handlers, r.Notes[0].Text, r.History[0].To, r.Changed["title"]},
		[]any{"R-41", 2, "acme", "Ledger is off by two", core.InProgress, ana, []string{"lin", "@oncall"}, "looking", core.InProgress, 2})
	b.same("times", []time.Time{r.SubmittedAt, r.DiscoveredAt, r.StatusSince}, slices.Repeat([]time.Time{b.clock.Now()}, 3))
	var runs []any
	for _, s := range rec.Runs {
		runs = append(runs, s.ID, s.State, s.FlowHash, s.Due.Equal(s.At), s.Due.Sub(b.clock.Now()))
	}
	b.same("runs", runs, []any{run("R-41", "2"), "armed", flow, true, 2 * time.Hour, run("R-41", "3"), "armed", flow, true, 3 * time.Hour})

	// What people do again is recognised, and what they change continues the trail.
	next := r
	next.Version = 3
	again, err := b.s.Apply(b.ctx, engine.Change{Op: "edit41", Expect: 2, Old: &r, New: next})
	b.ok(err)
	b.same("repeat", []any{again.Repeat, again.Result, again.Risk.Title}, []any{true, "edited", "Ledger is off by two"})
	move := b.arming(run("R-41", "4"), 4*time.Hour)
	move.Do, move.From = engine.MoveTimer, run("R-41", "2")
	move.Event = &engine.Event{At: b.clock.Now(), V: 3, Kind: engine.EventTimer, Run: move.Run.String(), Data: map[string]string{"run": move.Run.String()}}
	_, err = b.s.Apply(b.ctx, engine.Change{Op: "again41", Expect: 2, Old: &r, New: next, Timers: []engine.TimerChange{move}})
	b.ok(err)
	b.same("moved", b.load(run("R-41", "4")).State, engine.Armed)
	trail, err := b.s.Trail(b.ctx, "R-41", "", 10)
	b.ok(err)
	var told []any
	for _, e := range trail {
		told = append(told, e.V, e.Kind, e.Run, e.Op, e.Actor.Name, e.Data)
	}
	type data = map[string]string
	b.same("trail", told, []any{
		3, "timer", "R-41/remind/4", "", "", data{"run": "R-41/remind/4", "outcome": "moved"},
		0, "timer", "", "", "", data{"outcome": "moved"},
		2, "status", "", "", "", data{"from": "pending", "to": "in_progress"},
		2, "edited", "", "edit41", "Ana", data{"fields": "title"},
		1, "timer", "R-41/remind/2", "", "", data{"run": "R-41/remind/2", "due": "2026-09-21T16:13:20Z", "outcome": "armed"},
		1, "timer", "R-41/remind/1", "", "", data{"run": "R-41/remind/1", "due": "2026-09-21T15:13:20Z", "outcome": "armed"},
		1, "filed", "", "file-41", "Ana", data{"module": "Payments", "severity": "high"},
	})

	// Armed runs are claimed in time, and a begun one is finished.
	b.same("armed", b.load(run("R-40", "1")).Due.Sub(b.clock.Now()), time.Hour)
	b.clock.pass(time.Hour - time.Millisecond)
	claimed := map[string]engine.Run{}
	claim := func() {
		for _, r := range b.claim() {
			claimed[r.ID.String()] = r
		}
	}
	claim()
	b.same("claimed before the hour", slices.Sorted(maps.Keys(claimed)), []string{"R-2/remind/1", "R-42/remind/1"})
	b.same("its intent", []any{claimed["R-42/remind/1"].Calls["send"].Open, claimed["R-42/remind/1"].Crashes}, []any{true, 1})
	b.clock.pass(time.Millisecond)
	claim()
	b.same("claimed", slices.Sorted(maps.Keys(claimed)), []string{"R-0/_notice/op1", "R-1/remind/1", "R-2/remind/1", "R-40/remind/1", "R-42/remind/1", "R-44/remind/1"})
	b.clock.pass(time.Hour)
	claim()
	b.same("its data", string(claimed["R-40/remind/2"].Data), `{"by":{"name":"Ana"}}`)

	rec, err = b.s.Get(b.ctx, "R-43")
	b.ok(err)
	b.clock.pass(100 * core.Day)
	b.ok(b.s.Purge(b.ctx, rec, "R-0", operator))
	_, err = b.s.Get(b.ctx, "R-43")
	b.is(err, core.NotFound, "")
}

// olderProgram is a program of an older schema that still runs.
type olderProgram struct {
	*testing.T
	schema        string
	db            *redis.Client
	claim, number *redis.Script
}

func (o *olderProgram) claims(risk, run string, shard int) error {
	in := func(name string) string { return fmt.Sprintf("{p:%d}:%s", shard, name) }
	keys := []string{in("due"), in("park"), in("running"), in("waiting"), in("audit"), in("risk:" + risk), in("link:" + risk), in("links"),
		in("shown:" + risk), in("runs:" + risk), in("server"), in("run:" + run)}
	args := []any{time.Now().AddDate(10, 0, 0).UnixMilli(), "p:wake", "nonce", 15000, 11, 1, 12, run, 10}
	if o.schema == schema3 {
		keys[10] = in("host")
		keys = append(keys, in("r:"+risk), in("doc:"+risk), in("groups:"+risk))
		args = []any{args[0], args[1], args[2], args[3], "", 11, 1, 12, run, 13, 13, 14, 7, 9, 15}
	}
	return o.claim.Run(o.Context(), o.db, keys, args...).Err()
}

func (o *olderProgram) numbers(counter, op string) error {
	in := func(name string) string { return "{p:number}:" + counter + name }
	keys := []string{in("last"), in("op:" + op), in("like:" + op), in("block")}
	args := []any{0, 1000, 1000, "0", 32, 0, "", "0"}
	if o.schema == schema3 {
		keys = []string{in("last"), in("blocks"), in("op:" + op), in("like:" + op)}
		args = []any{0, 1000, 1000, 32, 0, "", "0", "32", "0"}
	}
	return o.number.Run(o.Context(), o.db, keys, args...).Err()
}

// TestOlderProgram: a program of an older schema that still runs can neither claim a run nor
// file a risk, and changes nothing when it tries.
func TestOlderProgram(t *testing.T) {
	t.Parallel()
	for _, schema := range []string{schema2, schema3} {
		t.Run(schema, func(t *testing.T) {
			t.Parallel()
			testOlderProgram(t, schema)
		})
	}
}

func testOlderProgram(t *testing.T, schema string) {
	at, db := olderDatabase(t, schema)
	o := &olderProgram{T: t, schema: schema, db: db, claim: redis.NewScript(string(recorded(t, schema, "claim.lua"))),
		number: redis.NewScript(string(recorded(t, schema, "number.lua")))}
	b := &bench{T: t, ctx: t.Context()}
	risk := map[string]string{schema2: "R-1", schema3: "R-40"}[schema]
	b.ok(o.claims(risk, risk+"/remind/1", 1))
	b.ok(o.numbers("", "first"))
	restoreRecorded(t, db, schema)

	opened := openOlder(t, at)
	run := engine.RunID{Risk: "R-46", Flow: "remind", Occurrence: "1"}
	opened.file(46, opened.arming(run, time.Hour))
	due := func() string {
		var all []any
		for shard := range 3 {
			all = append(all, db.ZRangeWithScores(t.Context(), fmt.Sprintf("{p:%d}:due", shard), 0, -1).Val())
		}
		return fmt.Sprint(all, db.Get(t.Context(), "{p:number}:last").Val())
	}
	before := due()
	for what, err := range map[string]error{
		"claim":            o.claims(risk, risk+"/remind/1", 1),
		"claim of a risk":  o.claims("R-46", run.String(), 1),
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

// TestOlderInterrupted ends the program before and after each command with which it takes
// a database of an older schema over. Then another one does it.
func TestOlderInterrupted(t *testing.T) {
	t.Parallel()
	for schema, number := range map[string]int64{schema2: 33, schema3: 65} {
		t.Run(schema, func(t *testing.T) {
			t.Parallel()
			at, db := olderDatabase(t, schema)
			for _, after := range []bool{false, true} {
				for n := 0; interrupt(t, at, db, schema, number, &killed{left: n, after: after}); n++ {
				}
			}
		})
	}
}

// interrupt ends the program at one command, and reports whether it had not finished. number
// is the next one that nobody has.
func interrupt(t *testing.T, at *storetest.Process, db *redis.Client, schema string, number int64, when *killed) bool {
	n := when.left
	s := at.Open(t, store.Options{Clock: newClock()})
	restoreRecorded(t, db, schema)
	s.DB().AddHook(when)
	err := s.TakeOver(t.Context(), "p")
	if err == nil {
		if n < 7 {
			t.Errorf("only %d commands were interrupted", n)
		}
		return false
	}
	if !errors.Is(err, errKilled) {
		t.Fatalf("killed at %d: %v", n, err)
	}
	b := openOlder(t, at)
	got, err := b.s.NextNumber(b.ctx, engine.Numbering{Op: "new", Alike: "new"})
	b.ok(err)
	meta := db.HGetAll(context.Background(), "p:meta").Val()
	b.same("taken over", []any{got.Number, meta["schema"], meta["since"]}, []any{number, "4", "32"})
	for _, key := range []string{"{p:1}:server", "{p:1}:host", "{p:number}:block", "{p:number}:topic:blocks"} {
		b.same(key, db.Get(b.ctx, key).Val(), "moved")
	}
	return true
}
