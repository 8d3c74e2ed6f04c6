package engine

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
)

// maxStall is how long a turn without progress keeps its lease.
const maxStall = 60 * time.Second

// turn is one worker's work on a run, from claiming it to handing it back.
type turn struct {
	e     *Engine
	log   *slog.Logger
	rec   Record     // the risk as last read: for the run's condition, or for a later step
	flow  *flow.Flow // nil for a built-in
	cause flow.Cause // of the run of an event

	stepKey   string        // of the current step
	workspace string        // where the step acts
	input     []byte        // what the step acts on; pinned with the first intent
	version   int64         // of the risk when the input was made
	gaveUp    func() error  // returns why the turn must stop, nil if it must not
	into      core.GroupRef // the group that the step acts on
	blamed    core.Ref      // the person because of whom the whole step failed
	called    namedGroup    // the group that the next notices name
	unmet     []Used        // of the run's condition, if it was false
	awaits    RunID         // the run that creates the group that the step needs
	slot      Slot          // reserved for the next call, but too late to wait for in this turn
	due       time.Time     // of the run, by the clock of the first recipient
	heldUntil time.Time     // when the first message may be sent of those that the step holds
	fresh     []Hold        // since this turn
	lookUntil time.Time     // until when time zones are looked up, in real time
	notices   []TimerChange // notices, and runs that post files: armed when the turn ends
	replay    bool          // use recorded results only, make no call
	listed    *list         // of a digest's message, nil otherwise
	listedIn  *flow.Flow    // the flow of listed
	missedAt  span          // when the flow was due for the risks that a walk gathers, if that was missed

	mu         sync.Mutex // guards the fields below against keep
	run        Run
	reached    map[string]bool // the step's calls that this turn has reached
	lease      Lease
	progressed time.Time // when the turn last made progress
	notes      []Event   // written when the turn ends
	kept       *Result   // of a call, to be recorded by the next script; nil for none
	overdue    *time.Timer
}

// call returns the state of a call, and marks it as reached.
func (t *turn) call(key string) CallState {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reached[key] = true
	return t.run.Calls[key]
}

func (t *turn) cancelled() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.run.Wish == CancelWish
}

// refuseCancelled returns the refusal of a call in a run that is being cancelled.
// The action stops there, unless earlier turns made calls of this step that this
// turn has not reached. Then it goes on to them, so that open intents are resolved
// and sent messages are recorded.
func (t *turn) refuseCancelled() error {
	if t.unreached() {
		return errCancelled
	}
	return core.Stop(errCancelled)
}

// unreached reports whether an earlier turn made, or may have made, calls of the
// step that this turn has not reached.
func (t *turn) unreached() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key, c := range t.run.Calls {
		if (c.Open || c.Done) && !t.reached[key] {
			return true
		}
	}
	return false
}

// reserveBinding reserves the risk's binding for this run, unless the risk has a group.
func (t *turn) reserveBinding(ctx context.Context) (Binding, error) {
	if err := t.lookBefore(ctx); err != nil {
		return Binding{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.e.store.ReserveBinding(ctx, t.lease)
	if err == nil {
		t.rec.Binding = b
	}
	return b, err
}

// openSince returns when the latest open intent was written, zero if none is open.
func (t *turn) openSince() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	var latest time.Time
	for _, c := range t.run.Calls {
		if c.Open && c.Begun.After(latest) {
			latest = c.Begun
		}
	}
	return latest
}

// read returns the risk's record. At first that is the one that came with the claim.
func (t *turn) read(ctx context.Context) (Record, error) {
	if rec := t.run.Record; rec != nil {
		t.run.Record = nil
		return *rec, nil
	}
	return t.e.store.Get(ctx, t.run.ID.Risk)
}

// reload reads the step's calls and the run's wish again.
func (t *turn) reload(ctx context.Context) error {
	if err := t.recordResult(ctx); err != nil {
		return err
	}
	r, err := t.e.store.Load(ctx, t.run.ID)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.run.Calls = r.Calls
	t.wish(r.Wish)
	return nil
}

// takeSlot takes a slot in the rate budget and waits for it. If the wait is too
// long, it fails and keeps the slot in t.slot.
func (t *turn) takeSlot(ctx context.Context, key string, cost []core.Bucket) error {
	if len(cost) == 0 {
		return nil
	}
	if usable, err := t.useSlot(ctx, key, cost); usable || err != nil {
		return err
	}
	wait, err := t.e.store.TakeSlot(ctx, cost, false, 0)
	if err != nil {
		return err
	}
	if wait > maxSlotWait {
		t.slot = Slot{Key: key, At: t.e.clock.Now().Add(wait)}
		return rateLimited(wait)
	}
	return t.e.budget.wait(ctx, cost, wait)
}

// useSlot uses the slot that the run was deferred to. It reports false if that slot
// is for another call or has passed, or if the platform has asked everyone to wait.
func (t *turn) useSlot(ctx context.Context, key string, cost []core.Bucket) (bool, error) {
	s := t.run.Slot
	t.run.Slot = Slot{}
	ahead := s.At.Sub(t.e.clock.Now())
	if s.Key != key || s.At.IsZero() || ahead < -guard(cost) || ahead > maxSlotWait {
		return false, nil
	}
	err := t.e.budget.wait(ctx, cost, max(ahead, time.Nanosecond))
	if core.DetailOf(err) == overBudget {
		return false, nil
	}
	return err == nil, err
}

// begin opens the intent of a call.
func (t *turn) begin(ctx context.Context, key string, needsBinding bool, events []Event) (CallState, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := Begin{
		Lease: t.lease, Result: t.kept, Step: t.run.Step, Key: key, Nonce: newNonce(),
		Attempt:      t.run.Calls[key].Attempt + 1,
		Until:        t.e.clock.Now().Add(t.e.timeout + t.e.settle),
		Input:        t.input,
		NeedsBinding: needsBinding,
		Events:       events,
	}
	if t.flow != nil && !t.run.Begun {
		b.Version = t.version
	}
	got, err := t.beginWithRetry(ctx, b)
	t.resultSent(err)
	if err != nil {
		return CallState{}, err
	}
	t.lease, t.progressed = got.Lease, time.Now()
	t.run.Begun = true
	t.setCall(key, got.Call)
	return got.Call, nil
}

// beginTries is how often an intent is sent to a store that doesn't reply. The store
// recognises a repeat by its nonce.
const beginTries = 3

// beginWithRetry writes an intent, and tries again if the reply was lost. If it never
// gets a reply, it closes the intent in case it was stored, because no call is made.
func (t *turn) beginWithRetry(ctx context.Context, b Begin) (Begun, error) {
	var err error
	for try := range beginTries {
		var got Begun
		if got, err = t.e.store.Begin(ctx, b); err == nil {
			return got, nil
		}
		if core.KindOf(err) != core.Unavailable || sleep(ctx, time.Duration(try)*50*time.Millisecond) != nil {
			break
		}
	}
	switch core.DetailOf(err) {
	case errChanged.Detail:
		return Begun{}, errChanged
	case errCancelled.Detail:
		t.run.Wish = CancelWish
		return Begun{}, errCancelled
	case "link":
		return Begun{}, &core.Error{Op: "create_group", Kind: core.Unavailable, Detail: "link", Err: err}
	}
	kind := core.KindOf(err)
	if kind == core.Conflict {
		// What this turn knows about the calls is out of date. Another turn reads them again.
		return Begun{}, &core.Error{Op: "once", Kind: core.Unavailable, Err: err}
	}
	if kind == core.Unavailable {
		t.undoBegin(context.WithoutCancel(ctx), b)
	}
	return Begun{}, err
}

// undoBegin closes the intent if it was stored although Begin failed. It also takes
// over the lease from Begin, so that the run can be handed back. The nonce shows
// whether the intent is ours: another worker may have claimed the run and begun the
// same call.
func (t *turn) undoBegin(ctx context.Context, b Begin) {
	ctx, cancel := context.WithTimeout(ctx, t.e.settle)
	defer cancel()
	r, err := t.e.store.Load(ctx, t.run.ID)
	c := r.Calls[b.Key]
	if err != nil || r.State != Running || !c.Open || c.Nonce != b.Nonce {
		return
	}
	lease := Lease{Run: t.run.ID, Until: r.At}
	if _, err := t.e.store.Close(ctx, Close{Run: t.run.ID, Cycle: r.Cycle, Step: r.Step, Key: b.Key,
		Attempt: b.Attempt, Fail: true, Lease: lease}); err != nil {
		return
	}
	c.Open = false
	t.lease, t.run.Begun = lease, r.Begun
	t.setCall(b.Key, c)
}

// fail closes an intent whose call certainly had no effect.
func (t *turn) fail(ctx context.Context, key string, attempt int, events ...Event) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	wish, err := t.e.store.Close(ctx, Close{
		Run: t.run.ID, Cycle: t.run.Cycle, Step: t.run.Step, Key: key,
		Attempt: attempt, Fail: true, Lease: t.lease, Events: events,
	})
	if err != nil {
		return err
	}
	c := t.run.Calls[key]
	c.Open = false
	t.setCall(key, c)
	t.wish(wish)
	return nil
}

// closed updates the turn after a result was stored. The caller holds t.mu.
func (t *turn) closed(key string, c CallState, w Wish) {
	t.setCall(key, c)
	t.wish(w)
	t.progressed = time.Now()
}

func (t *turn) setCall(key string, c CallState) {
	if t.run.Calls == nil {
		t.run.Calls = map[string]CallState{}
	}
	t.run.Calls[key] = c
}

// wish takes over the run's wish as the store returned it.
func (t *turn) wish(w Wish) {
	if w != NoWish {
		t.run.Wish = w
	}
}

// event returns an audit event of this run.
func (t *turn) event(kind, op string, data map[string]string) Event {
	return Event{
		At: t.e.clock.Now(), V: t.rec.Risk.Version, Kind: kind,
		Run: t.run.ID.String(), Step: t.stepKey, Op: op, Data: data,
	}
}

// note keeps an event until the turn ends.
func (t *turn) note(kind, op string, data map[string]string) {
	ev := t.event(kind, op, data)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.notes = append(t.notes, ev)
}

// completeAs stores how the turn or a step of it ended, even if ctx has ended.
func (t *turn) completeAs(ctx context.Context, s Complete) error {
	events := s.Events
	return t.untilStored(ctx, func(ctx context.Context) error {
		s.Lease, s.Result, s.Step = t.lease, t.kept, t.run.Step
		s.Events = append(t.notes[:len(t.notes):len(t.notes)], events...)
		got, err := t.e.store.Complete(ctx, s)
		t.resultSent(err)
		if err == nil {
			t.completed(s, got)
		}
		return err
	})
}

// completed updates the turn after s was stored. The caller holds t.mu.
func (t *turn) completed(s Complete, got Completed) {
	t.lease, t.notes, t.progressed = got.Lease, nil, time.Now()
	if s.To != "" && !s.To.Live() {
		t.e.observe.Ended(s.To)
	}
	t.wish(got.Wish)
	if t.run.Begun {
		t.run.Record = got.Record
	}
	if s.Outcome != nil {
		if t.run.Outcomes == nil {
			t.run.Outcomes = map[int][]byte{}
		}
		t.run.Outcomes[s.Step] = s.Outcome
	}
	if s.Next {
		t.run.Step++
		t.run.Calls, t.run.Input, t.run.Attempts, t.run.Unknown = nil, nil, 0, 0
		clear(t.reached)
		t.run.Since, t.run.Slot, t.run.Reason, t.input = time.Time{}, Slot{}, "", nil
	}
}

// keep renews the lease from time to time until stop is called, which waits for a renewal
// under way. If the lease is lost or the turn makes no progress for too long, it calls
// giveUp. Most turns end before the first renewal, so there is no goroutine until then.
func (t *turn) keep(ctx context.Context, giveUp context.CancelCauseFunc) (stop func()) {
	var (
		mu    sync.Mutex // held by a renewal
		over  bool
		timer *time.Timer
		every = t.e.lease / 3
	)
	mu.Lock()
	defer mu.Unlock()
	timer = time.AfterFunc(every, func() {
		mu.Lock()
		defer mu.Unlock()
		if over {
			return
		}
		if err := t.renew(ctx); err != nil {
			giveUp(err)
			return
		}
		timer.Reset(every)
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		over = true
		timer.Stop()
	}
}

func (t *turn) renew(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.progressed) > maxStall {
		return errStopping
	}
	until := t.e.clock.Now().Add(t.e.lease)
	if !until.After(t.lease.Until) {
		return nil
	}
	l, err := t.e.store.Hold(ctx, t.lease, until)
	switch {
	case err == nil:
		t.lease = l
	case core.KindOf(err) == core.Lost:
		return err
	case !errors.Is(err, context.Canceled):
		t.log.WarnContext(ctx, "lease not renewed", "err", err)
	}
	return nil
}
