package engine

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/text"
)

// take carries out a run that was claimed, as far as it gets.
func (e *Engine) take(ctx context.Context, r Run) {
	ctx, giveUp := context.WithCancelCause(ctx)
	t := &turn{
		e: e, run: r, asked: map[string]bool{}, lease: Lease{Run: r.ID, Until: r.At}, moved: time.Now(),
		log: e.log.With("run", r.ID.String()), gaveUp: func() error { return context.Cause(ctx) },
	}
	var keeper sync.WaitGroup
	keeper.Go(func() { t.keep(ctx, giveUp) })
	err := t.act(ctx)
	giveUp(nil)
	keeper.Wait()
	if err != nil && core.KindOf(err) != core.Lost {
		// The lease runs out by itself, and the run is claimed again.
		t.log.ErrorContext(ctx, "run left to its lease", "err", err)
	}
}

// act carries out the run's flow. An error means that its end could not be
// stored.
func (t *turn) act(ctx context.Context) error {
	if t.run.Crashes >= crashesToPark {
		return t.end(ctx, Parked, "crashing", t.known(ctx))
	}
	switch t.run.ID.Flow {
	case SyncFlow:
		return t.sync(ctx)
	case NoticeFlow:
		return t.notice(ctx)
	}
	for range maxJudgings {
		again, err := t.flowRun(ctx)
		if err != nil || !again {
			return err
		}
	}
	return t.later(ctx, verdict{course: wait, code: "moving", until: t.e.clock.Now().Add(time.Second)}, performed{})
}

// maxJudgings is how often a run is judged again in one turn because its risk
// keeps changing.
const maxJudgings = 5

// flowRun carries out an admin's flow. It answers true if the risk has moved
// and the run must be judged again.
func (t *turn) flowRun(ctx context.Context) (again bool, err error) {
	if err := t.load(ctx); err != nil {
		if final(err) {
			return false, t.end(ctx, Cancelled, core.DetailOf(err), performed{})
		}
		return false, t.conclude(ctx, err, performed{})
	}
	if !t.run.Begun {
		holds, err := t.flow.If.Holds(t.env(ctx))
		if err != nil {
			t.tell("failed", t.noticeArgs("if", "condition"))
			return false, t.end(ctx, Skipped, "condition_failed", performed{})
		}
		if !holds {
			return false, t.end(ctx, Skipped, "condition", performed{})
		}
	}
	t.fired()
	for t.run.Step < len(t.flow.Steps) {
		if t.cancelled() && !t.unasked() {
			return false, t.end(ctx, Cancelled, "risk_changed", performed{})
		}
		on, again, err := t.oneStep(ctx, t.flow.Steps[t.run.Step])
		if !on || err != nil {
			return again, err
		}
	}
	return false, t.end(ctx, Finished, "", performed{})
}

// fired notes that the run acts, until some turn of it has ended: what a
// killed worker noted is gone with it.
func (t *turn) fired() {
	switch t.run.Reason {
	case "", notRead, flowNotRead:
	default:
		return
	}
	if t.run.Step > 0 {
		return
	}
	late := t.e.clock.Now().Sub(t.run.Due)
	t.e.observe.Fired(late)
	t.note(EventFired, "", map[string]string{"late": strconv.FormatInt(late.Milliseconds(), 10)})
}

// notRead is the reason of a run that waits because its risk could not be read.
const notRead = "not_read"

// load reads the risk, and the flow that the run pinned.
func (t *turn) load(ctx context.Context) error {
	rec, err := t.e.store.Get(ctx, t.run.ID.Risk)
	if err != nil {
		return &core.Error{Op: "read the risk", Kind: core.KindOf(err), Detail: notRead, Err: err}
	}
	t.rec, t.notes = rec, nil
	t.flow, err = t.e.pinned.get(ctx, t.run.FlowHash)
	return err
}

// oneStep carries out the step that is next. On tells that it ended and the run
// goes on.
func (t *turn) oneStep(ctx context.Context, s flow.Step) (on, again bool, err error) {
	t.enter(s)
	in, err := t.pin(ctx, s)
	if err == nil {
		p, err := t.perform(ctx, t.e.actions[s.Action.Kind()].perform, in, t.outcome(t.run.Step))
		if err == nil {
			return true, false, t.endStep(ctx, s, p)
		}
		return t.stepFailed(ctx, s, p, err)
	}
	if p, ok := isPassed(err); ok {
		t.note(EventPassed, "", map[string]string{"action": s.Action.Kind(), "reason": p.reason})
		return true, false, t.endStep(ctx, s, performed{out: outcome{Code: p.reason}})
	}
	return t.stepFailed(ctx, s, performed{}, err)
}

// enter has what follows be of a step.
func (t *turn) enter(s flow.Step) {
	t.stepKey, t.workspace = s.Key(), s.Workspace
	if t.workspace == "" {
		t.workspace = t.rec.Risk.Home
	}
}

// known returns what the step under way is known to have shown, and does nothing
// more: whoever drops the run drops what is recorded of its calls, and messages
// that it sent have to be followed all the same.
func (t *turn) known(ctx context.Context) performed {
	in := &input{}
	if t.run.FlowHash == "" || json.Unmarshal(t.run.Input, in) != nil || t.load(ctx) != nil || t.run.Step >= len(t.flow.Steps) {
		return performed{}
	}
	s := t.flow.Steps[t.run.Step]
	t.enter(s)
	t.still = true
	sofar := t.outcome(t.run.Step)
	p, _ := t.perform(ctx, t.e.actions[s.Action.Kind()].perform, in, sofar) // what it could not do is left to a retry
	p.out = sofar
	return p
}

// stepFailed does what the error of a step leads to.
func (t *turn) stepFailed(ctx context.Context, s flow.Step, p performed, err error) (on, again bool, _ error) {
	v := t.judgeError(err)
	switch v.course {
	case goOn:
		p.out.Code = v.code
		t.note(EventFailed, "", map[string]string{"action": s.Action.Kind(), "code": v.code})
		t.tell(failedAs(v.code), t.noticeArgs(s.Action.Kind(), v.code))
		return true, false, t.endStep(ctx, s, p)
	case judge:
		t.input = nil
		t.run.Input = nil
		return false, true, nil
	}
	return false, false, t.conclude(ctx, err, p)
}

// groupLost is the Detail of the refusal to make a group for a risk whose group is
// lost.
const groupLost = "item_group_lost"

// failedAs is the notice of a step that failed with code.
func failedAs(code string) string {
	if code == groupLost {
		return "blocked"
	}
	return "failed"
}

// pin returns the step's input: the stored one if the step was entered before,
// else one made now. A step's own `if` is judged as it is made.
func (t *turn) pin(ctx context.Context, s flow.Step) (*input, error) {
	if t.run.Input != nil {
		in := &input{}
		if err := json.Unmarshal(t.run.Input, in); err != nil {
			return nil, invalid("a step's stored input", err)
		}
		if t.run.Begun || in.Version == t.rec.Risk.Version {
			t.version = in.Version
			return in, nil
		}
		// The risk has moved since the step was deferred, and nobody has acted
		// on this input: another takes its place.
	}
	// Until the run has begun it goes by the risk that it was judged on, so
	// that begin refuses it if the risk has moved.
	if t.run.Step > 0 && t.run.Begun {
		rec, err := t.e.store.Get(ctx, t.run.ID.Risk)
		if err != nil {
			return nil, err
		}
		t.rec = rec
	}
	holds, err := s.If.Holds(t.env(ctx))
	if err != nil {
		return nil, invalid(s.Action.Kind(), err)
	}
	if !holds {
		return nil, passed{"condition"}
	}
	in, err := t.resolve(ctx, s)
	if err != nil {
		return nil, err
	}
	t.version = in.Version
	t.input, err = in.encode()
	return in, err
}

func (t *turn) outcome(step int) outcome { return decodeOutcome(t.run.Outcomes[step]) }

// left puts into a Complete what a step has left so far: a turn that is cut off
// forgets no message that it sent.
func (p performed) left(s Complete) Complete {
	if len(p.out.Done)+len(p.out.Failed) > 0 || p.out.Group != nil || p.out.Code != "" {
		s.Outcome = p.out.encode()
	}
	s.Shown, s.Badge = p.shown, p.badge
	for _, sh := range p.shown {
		s.Seen = max(s.Seen, sh.Version)
	}
	return s
}

// endStep stores that a step ended, and what it left.
func (t *turn) endStep(ctx context.Context, s flow.Step, p performed) error {
	st := p.left(Complete{To: Running, Until: t.e.clock.Now().Add(t.e.lease), Next: true})
	if p.out.Code == "" {
		data := map[string]string{"action": s.Action.Kind()}
		if p.out.Group != nil {
			data["group"], data["name"] = p.out.Group.String(), p.out.Name
		}
		if len(p.out.Done) > 0 {
			data["done"] = strings.Join(p.out.Done, ", ")
		}
		st.Events = append(st.Events, t.event(EventStep, t.op(""), data))
	}
	var what []string
	for _, f := range p.out.Failed {
		what = append(what, f.What+" ("+f.Code+")")
	}
	if len(what) > 0 {
		list := strings.Join(what, ", ")
		st.Events = append(st.Events, t.event(EventPartial, "", map[string]string{"action": s.Action.Kind(), "what": list}))
		args := t.noticeArgs(s.Action.Kind(), "")
		args["What"] = list
		t.tell("partial", args)
	}
	st.Timers = t.takeTold()
	return t.completeAs(ctx, st)
}

// conclude ends a turn that could not end its step.
func (t *turn) conclude(ctx context.Context, err error, p performed) error {
	v := t.judgeError(err)
	switch v.course {
	case letGo:
		return err
	case endRun:
		if open := t.openSince(); !open.IsZero() {
			until := open.Add(t.e.timeout + t.e.settle)
			return t.later(ctx, verdict{course: wait, code: "cancelling", until: until}, p)
		}
		return t.end(ctx, Cancelled, "risk_changed", p)
	case park:
		t.log.WarnContext(ctx, "run parked", "err", err)
		return t.end(ctx, Parked, v.code, p)
	case goOn, judge:
		// Only a built-in run comes here: it has one step, which failed.
		t.note(EventFailed, "", map[string]string{"action": t.stepKey, "code": v.code})
		return t.end(ctx, Finished, v.code, p)
	case handBack:
		return t.later(ctx, verdict{course: wait, code: "handed_back", until: t.e.clock.Now()}, p)
	case pause:
		t.e.tellPaused(ctx, v.workspace, v.code)
	case backOff:
		t.log.WarnContext(ctx, "step to be tried again", "step", t.stepKey, "until", v.until, "err", err)
	}
	return t.later(ctx, v, p)
}

// later has a run go on at v.until.
func (t *turn) later(ctx context.Context, v verdict, p performed) error {
	s := p.left(Complete{To: Waiting, Until: v.until, Reason: v.code, Input: t.input, Slot: t.slot,
		Attempts: t.run.Attempts, Since: t.run.Since, Timers: t.takeTold()})
	if !t.slot.At.IsZero() {
		s.Until = t.slot.At.Add(-slotLead)
	}
	kind := EventDeferred
	switch v.course {
	case backOff:
		kind = EventRetry
		s.Attempts++
		if s.Since.IsZero() {
			s.Since = t.e.clock.Now()
		}
	case pause:
		kind = EventRetry
		s.Since = time.Time{}
	}
	// A run that goes on waiting for the same says so once.
	if v.course == backOff || v.code != t.run.Reason {
		s.Events = append(s.Events, t.event(kind, "", map[string]string{
			"code": v.code, "until": stamp(v.until), "attempt": strconv.Itoa(s.Attempts)}))
	}
	return t.completeAs(ctx, s)
}

// end ends a run for good, or parks it.
func (t *turn) end(ctx context.Context, to RunState, reason string, p performed) error {
	kind := EventEnded
	switch to {
	case Skipped:
		kind = EventSkipped
	case Parked:
		kind = EventParked
		args := t.noticeArgs(t.stepKey, reason)
		args["Run"] = t.run.ID.String()
		t.tell("parked", args)
	}
	ev := t.event(kind, "", map[string]string{"state": string(to), "reason": reason, "code": reason})
	t.e.observe.Ended(to)
	return t.completeAs(ctx, p.left(Complete{To: to, Reason: reason, Events: []Event{ev},
		Timers: append(t.takeTold(), t.following(to)...), Attempts: t.run.Attempts, Since: t.run.Since}))
}

// following returns the timer of the occurrence that follows the run's, now that
// it ended. A run that is parked has not ended for good.
func (t *turn) following(to RunState) []TimerChange {
	var p planned
	for _, f := range t.e.flows {
		if to == Parked || t.rec.Risk.Key == "" || f.Name != t.run.ID.Flow {
			continue
		}
		if o, ok := f.Trigger.Next(t.run.ID.Occurrence, t.rec.Risk); ok {
			p.set(f, "", o, t.rec.Risk, t.e.now())
		}
	}
	return p.timers
}

func (t *turn) noticeArgs(action, code string) text.Args {
	return text.Args{
		"Key": string(t.run.ID.Risk), "Flow": t.run.ID.Flow, "Action": action, "Code": code, "Command": t.e.org.Command,
	}
}
