package store_test

import (
	"strings"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

func testBegin(t *testing.T, open opener) {
	b := setup(t, open)
	l := b.claimed(id("1"))
	first := engine.Begin{Lease: l, Key: "invite:U|1:2", Attempt: 1, Nonce: "n|1", Until: b.clock.Now().Add(time.Minute), Input: []byte("in\x00put")}
	got, err := b.s.Begin(b.ctx, first)
	b.ok(err)
	began := b.clock.Now()
	b.same("call", got.Call, engine.CallState{Open: true, First: began, Begun: began, Attempt: 1, Nonce: "n|1"})
	b.same("lease", got.Lease.Until, first.Until)
	again, err := b.s.Begin(b.ctx, first)
	b.ok(err)
	b.same("repeat", again, got)
	first.Nonce = "n2"
	_, err = b.s.Begin(b.ctx, first)
	b.is(err, core.Lost, "") // its lease has been replaced
	first.Lease = got.Lease
	_, err = b.s.Begin(b.ctx, first)
	b.is(err, core.Conflict, "attempt")

	// The probe found nothing: the call is made again, with the pinned input.
	b.clock.pass(time.Second)
	second := engine.Begin{Lease: got.Lease, Key: first.Key, Attempt: 2, Nonce: "n3", Until: first.Until.Add(time.Minute), Input: []byte("other")}
	got, err = b.s.Begin(b.ctx, second)
	b.ok(err)
	b.same("call", got.Call, engine.CallState{Open: true, First: began, Begun: b.clock.Now(), Attempt: 2, Nonce: "n3"})
	r := b.load(id("1"))
	b.same("run", []any{string(r.Input), r.Begun, r.State, r.At}, []any{"in\x00put", true, engine.Running, second.Until})

	_, err = b.s.Begin(b.ctx, engine.Begin{Lease: got.Lease, Step: 1, Key: "x", Attempt: 1, Nonce: "n", Until: second.Until})
	b.is(err, core.Conflict, "step")

	// A result that has been recorded is returned instead.
	_, err = b.s.Close(b.ctx, engine.Close{Run: id("1"), Key: first.Key, Attempt: 1, Value: ""})
	b.ok(err)
	second.Lease, second.Attempt, second.Nonce = got.Lease, 3, "n4"
	got, err = b.s.Begin(b.ctx, second)
	b.ok(err)
	b.same("done", []any{got.Call.Done, got.Call.Open, got.Call.Value, got.Lease.Until}, []any{true, false, "", second.Lease.Until})
}

// The result of a call is recorded with the next intent, even if that is refused.
func testBeginWithResult(t *testing.T, open opener) {
	b := setup(t, open)
	l := b.begin(b.claimed(id("1")), "a")
	until := b.clock.Now().Add(time.Minute)
	next := engine.Begin{Lease: l, Result: &engine.Result{Key: "a", Value: "m1"}, Key: "b", Attempt: 1, Nonce: "n1", Until: until}
	got, err := b.s.Begin(b.ctx, next)
	b.ok(err)
	again, err := b.s.Begin(b.ctx, next)
	b.ok(err)
	b.same("repeat", again, got)
	calls := func() []any {
		r := b.load(id("1"))
		return []any{r.Calls["a"].Value, r.Calls["b"].Value, r.Calls["b"].Open, r.Calls["c"].Open}
	}
	b.same("both", calls(), []any{"m1", "", true, false})

	b.change("cancel", nil, engine.TimerChange{Do: engine.CancelBegun, Run: id("1")})
	last := engine.Begin{Lease: got.Lease, Result: &engine.Result{Key: "b", Value: "m2"}, Key: "c", Attempt: 1, Nonce: "n2", Until: until}
	for range 2 {
		_, err = b.s.Begin(b.ctx, last)
		b.is(err, core.Conflict, "cancelled")
	}
	b.same("cancelled", calls(), []any{"m1", "m2", false, false})
	rec, err := b.s.Get(b.ctx, "R-1")
	b.ok(err)
	b.same("nothing is open", rec.Runs[0].Open, false)

	l = b.begin(b.claimed(id("2")), "a")
	b.clock.pass(30 * time.Second)
	b.claimOne(id("2"))
	_, err = b.s.Begin(b.ctx, engine.Begin{Lease: l, Result: &engine.Result{Key: "a", Value: "m3"}, Key: "b", Attempt: 1, Nonce: "n1", Until: until})
	b.is(err, core.Lost, "")
	r := b.load(id("2"))
	b.same("lost", []any{r.Calls["a"].Value, len(r.Calls), r.Crashes}, []any{"m3", 1, 0})
}

func testBeginEvaluated(t *testing.T, open opener) {
	b := setup(t, open)
	l := b.claimed(id("1"))
	b.complete(engine.Complete{Lease: l, To: engine.Waiting, Until: b.clock.Now(), Reason: "rate", Input: []byte("old"),
		Slot: engine.Slot{Key: "send", At: b.clock.Now()}})
	r := b.load(id("1"))
	b.same("deferred", []any{r.State, r.Reason, string(r.Input), r.Slot.Key, r.Begun}, []any{engine.Waiting, "rate", "old", "send", false})
	l = b.claimOne(id("1"))
	b.change("edit", nil)
	stale := engine.Begin{Lease: l, Key: "send", Attempt: 1, Nonce: "n1", Version: 1, Until: b.clock.Now().Add(lease)}
	for range 2 {
		_, err := b.s.Begin(b.ctx, stale)
		b.is(err, core.Conflict, "version")
	}
	b.same("thrown away", b.load(id("1")).Input == nil, true)
	stale.Version, stale.Input = 2, []byte("new")
	got, err := b.s.Begin(b.ctx, stale)
	b.ok(err)
	r = b.load(id("1"))
	b.same("begun", []any{string(r.Input), r.Slot.Key}, []any{"new", ""})

	// Once the run has begun, the risk may change.
	b.change("edit again", nil)
	_, err = b.s.Begin(b.ctx, engine.Begin{Lease: got.Lease, Key: "pin", Attempt: 1, Nonce: "n2", Version: 2, Until: got.Lease.Until})
	b.ok(err)
}

func testClose(t *testing.T, open opener) {
	b := setup(t, open)
	l := b.begin(b.claimed(id("1")), "send")
	fail := engine.Close{Run: id("1"), Key: "send", Attempt: 1, Fail: true, Lease: l, Events: []engine.Event{{Kind: "failed"}}}
	wrong := fail
	wrong.Attempt = 2
	_, err := b.s.Close(b.ctx, wrong)
	b.is(err, core.Conflict, "attempt")
	for range 2 {
		_, err = b.s.Close(b.ctx, fail)
		b.ok(err)
	}
	now := b.clock.Now()
	b.same("closed", b.load(id("1")).Calls["send"], engine.CallState{First: now, Begun: now, Attempt: 1, Nonce: "n-send"})

	got, err := b.s.Begin(b.ctx, engine.Begin{Lease: l, Key: "send", Attempt: 2, Nonce: "n2", Until: l.Until.Add(time.Second)})
	b.ok(err)
	res := engine.Close{Run: id("1"), Key: "send", Attempt: 1, Value: "m1", Events: []engine.Event{{Kind: "sent"}}}
	for _, v := range []string{"m1", "m1", "m2"} {
		res.Value = v
		_, err = b.s.Close(b.ctx, res)
		b.ok(err)
	}
	c := b.load(id("1")).Calls["send"]
	b.same("the first result stays", []any{c.Done, c.Value, c.Open}, []any{true, "m1", false})
	rec, err := b.s.Get(b.ctx, "R-1")
	b.ok(err)
	b.same("nothing is open", rec.Runs[0].Open, false)

	fail.Lease, fail.Attempt = got.Lease, 2
	_, err = b.s.Close(b.ctx, fail) // a failure after a result changes nothing
	b.ok(err)
	b.same("still done", b.load(id("1")).Calls["send"].Done, true)
	b.same("events", b.kinds(), "sent failed")

	_, err = b.s.Close(b.ctx, engine.Close{Run: id("none"), Key: "send", Value: "m"})
	b.is(err, core.NotFound, "")
	fail.Lease.Run = id("2")
	_, err = b.s.Close(b.ctx, fail)
	b.is(err, core.Invalid, "lease")
}

// kinds returns the kinds of R-1's events except timers, newest first.
func (b *bench) kinds() string {
	b.Helper()
	trail, err := b.s.Trail(b.ctx, "R-1", "", 100)
	b.ok(err)
	var kinds []string
	for _, e := range trail {
		if e.Kind != "timer" {
			kinds = append(kinds, e.Kind)
		}
	}
	return strings.Join(kinds, " ")
}

// A result for a step that has ended changes no call, but its event is stored, once.
func testCloseLate(t *testing.T, open opener) {
	b := setup(t, open)
	l := b.begin(b.claimed(id("1")), "send")
	b.complete(engine.Complete{Lease: l, To: engine.Running, Until: b.clock.Now().Add(lease), Next: true})
	late := engine.Close{Run: id("1"), Key: "send", Attempt: 1, Value: "m1", Events: []engine.Event{{Kind: "sent"}}}
	for range 2 {
		_, err := b.s.Close(b.ctx, late)
		b.ok(err)
	}
	r := b.load(id("1"))
	b.same("run", []any{r.Step, len(r.Calls)}, []any{1, 0})
	b.same("events", b.kinds(), "sent")
}

func testComplete(t *testing.T, open opener) {
	b := setup(t, open)
	l := b.begin(b.claimed(id("1")), "send")
	_, err := b.s.Close(b.ctx, engine.Close{Run: id("1"), Key: "send", Attempt: 1, Value: "m1"})
	b.ok(err)
	on := engine.Complete{Lease: l, To: engine.Running, Until: b.clock.Now().Add(lease), Next: true, Outcome: []byte("left"),
		Attempts: 3, Unknown: 2, Since: b.clock.Now(), Events: []engine.Event{{Kind: "done"}}}
	next := b.complete(on)
	b.same("repeat", b.complete(on), next)
	r := b.load(id("1"))
	b.same("next step", []any{r.State, r.Step, string(r.Outcomes[0]), len(r.Calls), r.Attempts, r.Unknown, r.Since.IsZero(), r.At},
		[]any{engine.Running, 1, "left", 0, 0, 0, true, next.Until})

	until := b.clock.Now().Add(time.Minute)
	wait := engine.Complete{Lease: next, To: engine.Waiting, Until: until, Step: 1, Reason: "unavailable", Attempts: 2, Unknown: 1,
		Since: b.clock.Now(), Outcome: []byte{}, Events: []engine.Event{{Kind: "retry"}}}
	b.complete(wait)
	b.complete(wait)
	r = b.load(id("1"))
	b.same("waiting", []any{r.State, r.At, r.Reason, r.Attempts, r.Unknown, r.Since, len(r.Outcomes)},
		[]any{engine.Waiting, until, "unavailable", 2, 1, b.clock.Now(), 2})
	b.same("none early", len(b.claim()), 0)
	b.clock.pass(time.Minute)
	last := b.claimOne(id("1"))
	b.complete(wait) // a very late repeat
	end := engine.Complete{Lease: last, To: engine.Finished, Step: 1}
	b.complete(end)
	b.complete(end)
	end.To = engine.Waiting
	_, err = b.s.Complete(b.ctx, end)
	b.is(err, core.Lost, "") // not a repeat
	r = b.load(id("1"))
	b.same("ended", []any{r.State, r.At.IsZero(), string(r.Outcomes[0])}, []any{engine.Finished, true, "left"})
	b.same("events", b.kinds(), "retry done")

	end.To = engine.Armed
	_, err = b.s.Complete(b.ctx, end)
	b.is(err, core.Invalid, "state")
}

// The result of a step's last call is recorded with the end of the step, even if the lease
// is lost. The answer says how the run goes on.
func testCompleteWithResult(t *testing.T, open opener) {
	b := setup(t, open)
	l := b.begin(b.claimed(id("1")), "send")
	b.change("cancel", nil, engine.TimerChange{Do: engine.CancelBegun, Run: id("1")})
	until := b.clock.Now().Add(time.Minute)
	sent := &engine.Result{Key: "send", Value: "m1"}
	on := engine.Complete{Lease: l, Result: sent, To: engine.Running, Until: until, Next: true, Outcome: []byte("sent")}
	got, err := b.s.Complete(b.ctx, on)
	b.ok(err)
	again, err := b.s.Complete(b.ctx, on)
	b.ok(err)
	b.same("repeat", []any{again.Lease, again.Wish, *again.Record}, []any{got.Lease, got.Wish, *got.Record})
	rec, err := b.s.Get(b.ctx, "R-1")
	b.ok(err)
	b.same("answer", []any{got.Lease.Until, got.Wish, *got.Record}, []any{until, engine.CancelWish, rec})
	r := b.load(id("1"))
	b.same("next step", []any{r.Step, len(r.Calls), string(r.Outcomes[0]), rec.Runs[0].Open}, []any{1, 0, "sent", false})

	l = b.begin(b.claimed(id("2")), "send")
	got, err = b.s.Complete(b.ctx, engine.Complete{Lease: l, Result: sent, To: engine.Waiting, Until: until})
	b.ok(err)
	b.same("waiting", []any{b.load(id("2")).Calls["send"].Value, got.Record == nil}, []any{"m1", true})

	l = b.begin(b.claimed(id("3")), "send")
	end := engine.Complete{Lease: l, Result: sent, To: engine.Finished, Next: true, Outcome: []byte("sent")}
	for range 2 {
		b.same("given up", b.complete(end).Until.IsZero(), true)
	}
	r = b.load(id("3"))
	b.same("finished", []any{r.State, r.Step, len(r.Calls), string(r.Outcomes[0])}, []any{engine.Finished, 1, 0, "sent"})

	l = b.begin(b.claimed(id("4")), "send")
	b.clock.pass(30 * time.Second)
	b.claimOne(id("4"))
	end.Lease = l
	for range 2 {
		_, err = b.s.Complete(b.ctx, end)
		b.is(err, core.Lost, "")
	}
	r = b.load(id("4"))
	b.same("lost", []any{r.State, r.Calls["send"].Value, len(r.Outcomes)}, []any{engine.Running, "m1", 0})
}

func testCompleteShown(t *testing.T, open opener) {
	b := setup(t, open)
	l := b.claimed(id("1"))
	card := engine.Shown{ID: "1/0/lin", Ref: core.MessageRef{Workspace: "acme", Channel: "D1", ID: "1.2"},
		To: core.Account{Workspace: "acme", ID: "U2"}, Title: []core.Span{core.Plain("风险")}, Version: 1}
	l = b.complete(engine.Complete{Lease: l, To: engine.Running, Until: b.clock.Now().Add(lease), Seen: 1, Shown: []engine.Shown{card}})
	_, err := b.s.Load(b.ctx, syncID)
	b.is(err, core.NotFound, "") // what is shown is what is so

	b.change("edit", nil)
	gone := card
	gone.Gone = true
	b.complete(engine.Complete{Lease: l, To: engine.Finished, Seen: 1, Shown: []engine.Shown{gone}})
	b.same("moved on", b.load(syncID).At, b.clock.Now())
	rec, err := b.s.Get(b.ctx, "R-1")
	b.ok(err)
	b.same("shown", rec.Shown, []engine.Shown{gone})

	sync := b.claimOne(syncID)
	b.complete(engine.Complete{Lease: sync, To: engine.Finished, Seen: 1, Shown: []engine.Shown{card}})
	r := b.load(syncID)
	b.same("a sync that was overtaken looks again", []any{r.State, r.Cycle}, []any{engine.Armed, 1})
}

func testCompleteUnreached(t *testing.T, open opener) {
	b := setup(t, open)
	l := b.claimed(id("1"))
	dora := engine.Unreached{As: "dora", Workspace: "acme", Code: "no_account", At: b.clock.Now().UTC()}
	wei := engine.Unreached{As: "acme:@on call", Account: core.Account{Workspace: "acme", ID: "U2"}, Workspace: "acme", Code: "user_disabled"}
	step := func(list ...engine.Unreached) []engine.Unreached {
		l = b.complete(engine.Complete{Lease: l, To: engine.Running, Until: b.clock.Now().Add(lease), Unreached: list})
		rec, err := b.s.Get(b.ctx, "R-1")
		b.ok(err)
		return rec.Unreached
	}
	b.same("added", step(dora, wei), []engine.Unreached{wei, dora})
	wei.Code = "50007"
	b.same("replaced", step(wei), []engine.Unreached{wei, dora})
	b.change("edit", nil)
	b.same("a change of the risk keeps them", step(), []engine.Unreached{wei, dora})
	wei.Code = ""
	b.same("removed", step(wei), []engine.Unreached{dora})
}

func testNoticesEnd(t *testing.T, open opener) {
	b := setup(t, open)
	notice := engine.RunID{Risk: "R-0", Flow: engine.NoticeFlow, Occurrence: "op1"}
	l := b.claimed(notice)
	end := engine.Complete{Lease: l, To: engine.Finished, Events: []engine.Event{{Kind: "noted"}}}
	b.complete(end)
	b.complete(end)
	b.arm(b.arming(notice, 0))
	b.same("not again", b.load(notice).State, engine.Finished)
	_, err := b.s.Get(b.ctx, "R-0")
	b.is(err, core.NotFound, "")
	trail, err := b.s.Trail(b.ctx, "R-0", "", 10)
	b.ok(err)
	b.same("newest event", trail[0].Kind, "noted")

	next := engine.RunID{Risk: "R-0", Flow: engine.NoticeFlow, Occurrence: "paused:acme:1"}
	b.arm(b.arming(next, 0))
	live, err := b.s.Live(b.ctx, "R-0")
	b.ok(err)
	b.same("live", []any{len(live), live[0].ID, live[0].State}, []any{1, next, engine.Armed})
}
