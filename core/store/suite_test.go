package store_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// cases are run on every kind of server.
var cases = map[string]func(*testing.T, opener){
	"numbers":            testNumbers,
	"numbers race":       testAlikeRace,
	"in force":           testInForce,
	"in force halfway":   testInForceHalfway,
	"in force lost":      testInForceLost,
	"filing":             testFiling,
	"changes race":       testChangesRace,
	"ops repeat":         testOpsRepeat,
	"only a repeat":      testOnlyRepeat,
	"bad changes":        testBadChanges,
	"index follows":      testIndexFollows,
	"find like a model":  testFindLikeModel,
	"reindex":            testReindex,
	"timers of a change": testTimersOfChange,
	"timers of a filing": testTimersOfFiling,
	"arm":                testArm,
	"move":               testMove,
	"move in place":      testMoveInPlace,
	"drop and cancel":    testDropAndCancel,
	"wake":               testWake,
	"sync":               testSync,
	"sync deferred":      testSyncDeferred,
	"sync cycles":        testSyncCycles,
	"claim order":        testClaimOrder,
	"claim once":         testClaimOnce,
	"claim record":       testClaimRecord,
	"unreadable record":  testUnreadableRecord,
	"many due":           testManyDue,
	"never early":        testNeverEarly,
	"crashes":            testCrashes,
	"fencing":            testFencing,
	"fence of the gone":  testFenceOfTheGone,
	"begin":              testBegin,
	"begin evaluated":    testBeginEvaluated,
	"begin with result":  testBeginWithResult,
	"close":              testClose,
	"close late":         testCloseLate,
	"complete":           testComplete,
	"complete result":    testCompleteWithResult,
	"complete shown":     testCompleteShown,
	"complete unreached": testCompleteUnreached,
	"notices end":        testNoticesEnd,
	"events fold":        testEventsFold,
	"repeats fold":       testRepeatsFold,
	"folding":            testFolding,
	"schedules fold":     testSchedulesFold,
	"fresh run is armed": testFreshRunIsArmed,
	"group events fold":  testGroupEventsFold,
	"late and folded":    testLateResultOfFolded,
	"creator stays":      testCreatorIsNotFolded,
	"binding":            testBinding,
	"binding released":   testRelease,
	"bound again":        testBindAgain,
	"binding kept":       testBindingKept,
	"groups":             testGroups,
	"groups of no risk":  testGroupsOfNoRisk,
	"offers":             testOffers,
	"forms":              testForms,
	"tries":              testTries,
	"joins":              testJoins,
	"numbers together":   testNumbersTogether,
	"desk":               testDesk,
	"desk unsure":        testDeskUnsure,
	"take":               testTake,
	"counts":             testCounts,
	"trail":              testTrail,
	"trail pages":        testTrailPages,
	"trail entries":      testTrailEntries,
	"purge":              testPurge,
	"purge a topic":      testPurgeTopic,
	"attempts":           testAttempts,
	"slots":              testSlots,
	"slots held back":    testSlotsHeldBack,
	"slots never exceed": testSlotsNeverExceed,
	"slots, long queues": testSlotsOfLongQueues,
	"anything":           testAnything,
	"plans":              testPlans,
	"wakes":              testWakes,
	"gathered":           testGathered,
	"turns together":     testTurnsTogether,
	"heads":              testHeads,
	"yield":              testYield,
	"heads like a model": testHeadsLikeModel,
	"homes":              testHomes,
	"touched":            testTouched,
	"leadership":         testLeadership,
	"leadership races":   testLeadershipRaces,
}

// opener opens a new, empty store. A nil clock is the server's.
type opener func(t *testing.T, c core.Clock) *store.Store

func TestEmbedded(t *testing.T) {
	t.Parallel()
	runCases(t, cases, func(t *testing.T, c core.Clock) *store.Store { return storetest.Embedded(t, c) })
}

// TestOlderRisks runs the cases on risks that a program before schema 3 filed.
func TestOlderRisks(t *testing.T) {
	t.Parallel()
	runCases(t, sampled(), olderRisks(func(t *testing.T, c core.Clock) *store.Store { return storetest.Embedded(t, c) }))
}

// olderRisks returns an opener of stores whose risks are as before schema 3.
func olderRisks(open opener) opener {
	return func(t *testing.T, c core.Clock) *store.Store {
		s := open(t, c)
		s.Before(math.MaxInt64)
		return s
	}
}

func TestServer(t *testing.T) {
	t.Parallel()
	p := storetest.Start(t, "--appendonly", "no")
	runCases(t, cases, func(t *testing.T, c core.Clock) *store.Store {
		return p.Open(t, store.Options{Clock: c, Shards: 5})
	})
}

func TestCluster(t *testing.T) {
	t.Parallel()
	p := storetest.StartCluster(t, 3)
	runCases(t, cases, func(t *testing.T, c core.Clock) *store.Store {
		return p.Open(t, store.Options{Clock: c, Shards: 5})
	})
}

// sampled returns the cases, with the race detector a quarter of them, for tests on stores where
// all of them run anyway.
func sampled() map[string]func(*testing.T, opener) {
	some := maps.Clone(cases)
	for i, name := range slices.Sorted(maps.Keys(cases)) {
		if storetest.Raced && i%4 != 0 {
			delete(some, name)
		}
	}
	return some
}

func runCases(t *testing.T, list map[string]func(*testing.T, opener), open opener) {
	t.Helper()
	for name, f := range list {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, open)
		})
	}
}

// clock is a clock that only a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.UnixMilli(1_790_000_000_000).UTC()} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// bench is a store with one risk, on a clock that the test moves.
type bench struct {
	*testing.T
	ctx   context.Context
	s     *store.Store
	clock *clock
	risk  core.Risk
}

const (
	lease = 15 * time.Second
	flow  = "0123abcd"
)

// setup opens a store and files R-1 with nothing armed.
func setup(t *testing.T, open opener) *bench {
	t.Helper()
	c := newClock()
	b := &bench{T: t, ctx: context.Background(), s: open(t, c), clock: c}
	b.risk = b.file(1)
	return b
}

// newRisk returns a pending risk that was submitted now.
func (b *bench) newRisk(n int64) core.Risk {
	now := b.clock.Now()
	return core.Risk{
		Key: core.MakeRiskKey("R", n), Version: 1, Home: "acme", Title: "Ledger is off by one",
		Module: "Payments", Severity: core.High, DiscoveredAt: now, SubmittedAt: now, StatusSince: now,
		Submitter: core.Actor{Account: core.Account{Workspace: "acme", ID: "U1"}},
		Handlers:  []core.Ref{"lin", "@oncall"}, Status: core.Pending,
	}
}

func (b *bench) file(n int64, timers ...engine.TimerChange) core.Risk {
	b.Helper()
	r := b.newRisk(n)
	got, err := b.s.Apply(b.ctx, engine.Change{Op: fmt.Sprint("file-", n), New: r, Result: "filed", Timers: timers})
	b.ok(err)
	return got.Risk
}

// change raises the risk's version.
func (b *bench) change(op string, edit func(*core.Risk), timers ...engine.TimerChange) engine.Applied {
	b.Helper()
	old := b.risk
	next := b.risk
	next.Version++
	if edit != nil {
		edit(&next)
	}
	got, err := b.s.Apply(b.ctx, engine.Change{Op: op, Expect: old.Version, Old: &old, New: next, Timers: timers})
	b.ok(err)
	b.risk = got.Risk
	return got
}

func (b *bench) ok(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// is checks the kind of an error, and its detail unless that is "".
func (b *bench) is(err error, kind core.Kind, detail string) {
	b.Helper()
	if core.KindOf(err) != kind || (detail != "" && core.DetailOf(err) != detail) {
		b.Fatalf("got %v (%s, %s), want %s %s", err, core.KindOf(err), core.DetailOf(err), kind, detail)
	}
}

// id returns the ID of a run of R-1.
func id(occurrence string) engine.RunID {
	return engine.RunID{Risk: "R-1", Flow: "remind", Occurrence: occurrence}
}

// arming returns a change that arms a run some time from now.
func (b *bench) arming(run engine.RunID, in time.Duration) engine.TimerChange {
	return engine.TimerChange{Do: engine.ArmTimer, Run: run, Due: b.clock.Now().Add(in), FlowHash: flow,
		Event: &engine.Event{Kind: "timer"}}
}

func (b *bench) arm(timers ...engine.TimerChange) {
	b.Helper()
	b.ok(b.s.Arm(b.ctx, timers[0].Run.Risk, timers))
}

// claim claims everything that is due.
func (b *bench) claim() []engine.Run {
	b.Helper()
	runs, _, err := b.s.Claim(b.ctx, "", 100, lease)
	b.ok(err)
	return runs
}

// claimed arms a run due now and claims it.
func (b *bench) claimed(run engine.RunID) engine.Lease {
	b.Helper()
	b.arm(b.arming(run, 0))
	return b.claimOne(run)
}

// claimOne claims what is due, which must be only that run.
func (b *bench) claimOne(run engine.RunID) engine.Lease {
	b.Helper()
	runs := b.claim()
	if len(runs) != 1 || runs[0].ID != run {
		b.Fatalf("claimed %v, want %s", runs, run)
	}
	return engine.Lease{Run: run, Until: runs[0].At}
}

func (b *bench) load(run engine.RunID) engine.Run {
	b.Helper()
	r, err := b.s.Load(b.ctx, run)
	b.ok(err)
	return r
}

// begin opens the first intent of a call under a lease.
func (b *bench) begin(l engine.Lease, key string) engine.Lease {
	b.Helper()
	got, err := b.s.Begin(b.ctx, engine.Begin{Lease: l, Key: key, Attempt: 1, Nonce: "n-" + key, Until: b.clock.Now().Add(lease)})
	b.ok(err)
	return got.Lease
}

func (b *bench) complete(s engine.Complete) engine.Lease {
	b.Helper()
	got, err := b.s.Complete(b.ctx, s)
	b.ok(err)
	return got.Lease
}

// outcomes returns the outcomes of timer changes in R-1's trail, oldest first.
func (b *bench) outcomes() string {
	b.Helper()
	trail, err := b.s.Trail(b.ctx, "R-1", "", 100)
	b.ok(err)
	s := ""
	for _, e := range trail {
		if e.Kind == "timer" {
			s = e.Data["outcome"] + " " + s
		}
	}
	return s
}

// same fails the test unless got and want print the same.
func (b *bench) same(what string, got, want any) {
	b.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		b.Fatalf("%s: got %s, want %s", what, g, w)
	}
}
