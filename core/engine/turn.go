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

// renewAtMost is how long a turn is kept that does not get on.
const renewAtMost = 60 * time.Second

// turn is one worker's hold on a run, from the claim to Complete.
type turn struct {
	e    *Engine
	log  *slog.Logger
	rec  Record     // the risk, as read when the run was judged
	flow *flow.Flow // nil for a built-in

	stepKey   string        // of the step under way
	workspace string        // where the step acts
	input     []byte        // what the step acts on; pinned with the first intent
	version   int64         // of the risk that the input was made from
	gaveUp    func() error  // why the turn is to stop; nil while it is not
	slot      Slot          // reserved too far ahead to wait for
	told      []TimerChange // notices to arm as the turn ends
	still     bool          // no call is made: what is known of them is gathered

	mu    sync.Mutex // guards what follows: renewing runs beside the calls
	run   Run
	asked map[string]bool // the calls of the step that this turn has come to
	lease Lease
	moved time.Time // when the turn last got on
	notes []Event   // written when the turn ends
}

func (t *turn) call(key string) CallState {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.asked[key] = true
	return t.run.Calls[key]
}

func (t *turn) cancelled() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.run.Wish == CancelWish
}

// refuseCancelled refuses a call under a cancel wish. While the step has made
// others that this turn has not come to, the refusal lets the action go on to
// them: open ones are resolved, and what was sent is known and followed.
func (t *turn) refuseCancelled() error {
	if t.unasked() {
		return errCancelled
	}
	return core.Stop(errCancelled)
}

// unasked reports whether calls of the step were made, or may have been, that
// this turn has not asked for yet.
func (t *turn) unasked() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key, c := range t.run.Calls {
		if (c.Open || c.Done) && !t.asked[key] {
			return true
		}
	}
	return false
}

// reserveBinding reserves the risk's binding for this run.
func (t *turn) reserveBinding(ctx context.Context) (Binding, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.e.store.ReserveBinding(ctx, t.lease)
}

// openSince returns when the latest open intent began; zero if none is open.
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

// reload reads the calls of the step anew.
func (t *turn) reload(ctx context.Context) error {
	r, err := t.e.store.Load(ctx, t.run.ID)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.run.Calls, t.run.Wish = r.Calls, r.Wish
	return nil
}

// takeSlot takes a place in the rate budget and waits for it, or keeps it in
// t.slot if it is too far ahead to wait for.
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
	if wait > MaxSlotWait {
		t.slot = Slot{Key: key, At: t.e.clock.Now().Add(wait)}
		return rateLimited(wait)
	}
	return t.e.budget.wait(ctx, cost, wait)
}

// useSlot uses the place that the call was deferred to, unless it has passed or
// the platform has meanwhile held everybody back.
func (t *turn) useSlot(ctx context.Context, key string, cost []core.Bucket) (bool, error) {
	s := t.run.Slot
	t.run.Slot = Slot{}
	ahead := s.At.Sub(t.e.clock.Now())
	if s.Key != key || s.At.IsZero() || ahead < -guard(cost) || ahead > MaxSlotWait {
		return false, nil
	}
	err := t.e.budget.wait(ctx, cost, max(ahead, time.Nanosecond))
	if core.DetailOf(err) == overBudget {
		return false, nil
	}
	return err == nil, err
}

// begin opens the intent of a call.
func (t *turn) begin(ctx context.Context, key string, needsBinding bool, told []Event) (CallState, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := Begin{
		Lease: t.lease, Step: t.run.Step, Key: key, Nonce: newNonce(),
		Attempt:      t.run.Calls[key].Attempt + 1,
		Until:        t.e.clock.Now().Add(t.e.timeout + t.e.settle),
		Input:        t.input,
		NeedsBinding: needsBinding,
		Events:       told,
	}
	if t.flow != nil && !t.run.Begun {
		b.Version = t.version
	}
	got, err := t.beginSurely(ctx, b)
	if err != nil {
		return CallState{}, err
	}
	t.lease, t.moved = got.Lease, time.Now()
	t.run.Begun = true
	t.setCall(key, got.Call)
	return got.Call, nil
}

// beginTries is how often an intent is written whose storing was not answered.
// The store knows a repeat by its nonce.
const beginTries = 3

// beginSurely writes an intent, again if the answer was lost. What was stored
// without an answer in the end is closed: no call was made.
func (t *turn) beginSurely(ctx context.Context, b Begin) (Begun, error) {
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
	case errMoved.Detail:
		return Begun{}, errMoved
	case errCancelled.Detail:
		t.run.Wish = CancelWish
		return Begun{}, errCancelled
	case "link":
		return Begun{}, &core.Error{Op: "create_group", Kind: core.Unavailable, Detail: "link", Err: err}
	}
	switch core.KindOf(err) {
	case core.Conflict:
		// What is known of the run's calls has passed: read it anew, soon.
		return Begun{}, &core.Error{Op: "once", Kind: core.Unavailable, Err: err}
	case core.Unavailable:
		t.takeBack(context.WithoutCancel(ctx), b)
	}
	return Begun{}, err
}

// takeBack closes an intent that was stored though the answer said otherwise,
// so that the run can be handed back under the lease that it gave. Another
// worker may have the run by now, and the same call under way: its nonce tells.
func (t *turn) takeBack(ctx context.Context, b Begin) {
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

// fail closes an intent whose call surely had no effect.
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

// closed notes a result that was stored.
func (t *turn) closed(key string, c CallState, w Wish) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.setCall(key, c)
	t.wish(w)
	t.moved = time.Now()
}

func (t *turn) setCall(key string, c CallState) {
	if t.run.Calls == nil {
		t.run.Calls = map[string]CallState{}
	}
	t.run.Calls[key] = c
}

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

// completeAs writes how the turn, or a step of it, ended, even if the turn is cut
// off.
func (t *turn) completeAs(ctx context.Context, s Complete) error {
	ctx = context.WithoutCancel(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	s.Lease, s.Step = t.lease, t.run.Step
	s.Events = append(t.notes, s.Events...)
	l, err := t.e.store.Complete(ctx, s)
	if err != nil {
		return err
	}
	t.lease, t.notes, t.moved = l, nil, time.Now()
	if s.Outcome != nil {
		if t.run.Outcomes == nil {
			t.run.Outcomes = map[int][]byte{}
		}
		t.run.Outcomes[s.Step] = s.Outcome
	}
	if s.Next {
		t.run.Step++
		t.run.Calls, t.run.Input, t.run.Attempts = nil, nil, 0
		clear(t.asked)
		t.run.Since, t.run.Slot, t.input = time.Time{}, Slot{}, nil
	}
	return nil
}

// keep renews the lease while the turn resolves people or waits for a slot. It
// ends with ctx, or cancels it when the turn has stood still for too long.
func (t *turn) keep(ctx context.Context, giveUp context.CancelCauseFunc) {
	tick := time.NewTicker(t.e.lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := t.renew(ctx); err != nil {
			giveUp(err)
			return
		}
	}
}

func (t *turn) renew(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.moved) > renewAtMost {
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
