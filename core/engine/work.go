package engine

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/text"
)

// runTurn works on a claimed run until it ends or has to wait.
func (e *Engine) runTurn(ctx context.Context, r Run) {
	ctx, giveUp := context.WithCancelCause(ctx)
	t := &turn{
		e: e, run: r, due: r.Due, reached: map[string]bool{}, lease: Lease{Run: r.ID, Until: r.At}, progressed: time.Now(),
		log: e.log.With("run", r.ID.String()), gaveUp: func() error { return context.Cause(ctx) },
	}
	stop := t.keep(ctx, giveUp)
	err := t.act(ctx)
	giveUp(nil)
	stop()
	if core.KindOf(err) == core.Lost {
		err = t.recordResult(ctx) // of a call that ended after the lease was lost
	}
	if err != nil && core.KindOf(err) != core.Lost {
		// When the lease expires, the run is claimed again.
		t.log.ErrorContext(ctx, "run could not be handed back", "err", err)
	}
}

// act does the run's work: an admin's flow or a built-in. It fails if the outcome
// can't be stored.
func (t *turn) act(ctx context.Context) error {
	if t.run.Crashes >= crashesToPark {
		p := t.replayed(ctx)
		if t.run.FlowHash != "" {
			t.fired()
		}
		return t.end(ctx, Parked, "crashing", p)
	}
	switch t.run.ID.Flow {
	case SyncFlow:
		return t.sync(ctx)
	case NoticeFlow:
		return t.notice(ctx)
	case NoteFlow:
		return t.postNote(ctx)
	case GroupFlow:
		return t.actOnGroup(ctx)
	case CloseFlow:
		return t.closeGroup(ctx)
	case OpenFlow:
		return t.openGroup(ctx)
	case FilesFlow:
		return t.runFiles(ctx)
	}
	if t.run.ID.Risk == t.e.noticesRisk() {
		return t.runUnderR0(ctx)
	}
	for range maxEvaluations {
		again, err := t.runFlow(ctx)
		if err != nil || !again {
			return err
		}
	}
	return t.reschedule(ctx, verdict{course: wait, code: "moving", until: t.e.clock.Now().Add(time.Second)}, performed{})
}

// maxEvaluations limits how often one turn evaluates a run's condition if the risk
// keeps changing.
const maxEvaluations = 5

// runFlow runs an admin's flow. It returns true if the risk has changed and the
// condition must be evaluated again.
func (t *turn) runFlow(ctx context.Context) (again bool, err error) {
	if err := t.load(ctx); err != nil {
		if final(err) {
			return false, t.end(ctx, Cancelled, core.DetailOf(err), performed{})
		}
		return false, t.endTurn(ctx, err, performed{})
	}
	if !t.run.Begun {
		if over := t.over(ctx); over != "" {
			return false, t.end(ctx, Skipped, over, performed{})
		}
		if err := t.notYet(ctx); err != nil {
			return false, t.endTurn(ctx, err, performed{})
		}
		if t.run.Step == 0 {
			t.stepKey = "" // no step has begun: what follows is about the whole run
		}
		concerned, err := t.causer(ctx)
		if err != nil {
			return false, t.endTurn(ctx, err, performed{})
		}
		if !concerned {
			return false, t.end(ctx, Skipped, "by_others", performed{})
		}
	}
	if ends := t.waitEnds(); ends || !t.run.Begun {
		holds, err := t.holds(ctx, t.flow.If)
		if err != nil {
			t.notifyCondition()
			return false, t.end(ctx, Skipped, conditionFailed, performed{})
		}
		if !holds {
			t.unmet = usesOf(t.flow.If, t.env(ctx))
			return false, t.end(ctx, Skipped, "condition", performed{})
		}
	}
	if t.missed() {
		return false, t.awaitDigest(ctx)
	}
	t.fired()
	for t.run.Step < len(t.flow.Steps) {
		if t.cancelled() && !t.unreached() {
			return false, t.end(ctx, Cancelled, "risk_changed", performed{})
		}
		on, again, err := t.runStep(ctx, t.flow.Steps[t.run.Step])
		if !on || err != nil {
			return again, err
		}
	}
	return false, t.end(ctx, Finished, "", performed{})
}

// conditionFailed is the reason of a run that is skipped because a condition can't be evaluated.
const conditionFailed = "condition_failed"

// notifyCondition notifies administrators of a condition that can't be evaluated.
func (t *turn) notifyCondition() {
	args := t.noticeArgs("if", "condition")
	args["Why"] = t.e.problem(aStep, "", "condition", t.noticeArgs("", ""))
	t.notify("failed", args)
}

// fired records that the run fires, unless the run's Reason shows that an earlier
// turn has stored that. A killed worker loses what it recorded.
func (t *turn) fired() {
	if !t.unfired() || t.run.Step > 0 {
		return
	}
	late := t.e.clock.Now().Sub(t.due)
	t.e.observe.Fired(late)
	t.note(EventFired, "", map[string]string{"late": strconv.FormatInt(late.Milliseconds(), 10)})
}

// unfired reports whether the run's Reason is one of a run that hasn't fired.
func (t *turn) unfired() bool {
	return slices.Contains([]string{"", notRead, flowNotRead, NotYet, AwaitsDigest}, t.run.Reason)
}

// notRead is the reason of a run that waits because its risk couldn't be read.
const notRead = "not_read"

// load reads the risk and the flow whose hash the run stores.
func (t *turn) load(ctx context.Context) error {
	rec, err := t.read(ctx)
	if err != nil {
		return &core.Error{Op: "read the risk", Kind: core.KindOf(err), Detail: notRead, Err: err}
	}
	t.rec, t.notes = rec, nil
	if t.flow, err = t.e.pinned.get(ctx, t.run.FlowHash); err != nil {
		return err
	}
	t.cause, err = t.e.cause(ctx, t.run, rec.Risk)
	return err
}

// runStep runs the current step. on reports whether the step has ended and the run
// goes on; again reports whether the run's condition must be evaluated again.
func (t *turn) runStep(ctx context.Context, s flow.Step) (on, again bool, err error) {
	t.enter(s)
	if err := t.awaitLocalTime(s); err != nil {
		return t.stepFailed(ctx, s, performed{}, err)
	}
	in, err := t.pin(ctx, s)
	if err == nil {
		p, err := t.perform(ctx, t.e.actions[s.Action.Kind()].perform, in, t.outcome(t.run.Step))
		if err == nil {
			on, err = t.endStep(ctx, s, p, false)
			return on, false, err
		}
		return t.stepFailed(ctx, s, p, err)
	}
	if p, ok := isSkipped(err); ok {
		t.note(EventPassed, "", map[string]string{"action": s.Action.Kind(), "reason": p.reason})
		on, err = t.endStep(ctx, s, performed{out: outcome{Code: p.reason}}, false)
		return on, false, err
	}
	return t.stepFailed(ctx, s, performed{}, err)
}

// enter makes s the current step.
func (t *turn) enter(s flow.Step) {
	t.stepKey, t.workspace = s.Key(), s.Workspace
	t.into, t.blamed, t.called = core.GroupRef{}, "", namedGroup{}
	if t.workspace == "" {
		t.workspace = t.rec.Risk.Home
	}
}

// replayed returns what the current step has sent according to the recorded results,
// without making a call. If somebody then drops the run, these results are deleted,
// but the messages must still be kept up to date.
func (t *turn) replayed(ctx context.Context) performed {
	in := &input{}
	if t.run.FlowHash == "" || json.Unmarshal(t.run.Input, in) != nil || t.load(ctx) != nil || t.run.Step >= len(t.flow.Steps) {
		return performed{}
	}
	s := t.flow.Steps[t.run.Step]
	t.enter(s)
	t.replay = true
	sofar := t.outcome(t.run.Step)
	p, _ := t.perform(ctx, t.e.actions[s.Action.Kind()].perform, in, sofar) // errors don't matter: a retry does the rest
	p.out = sofar
	return p
}

// stepFailed handles a step's error.
func (t *turn) stepFailed(ctx context.Context, s flow.Step, p performed, err error) (on, again bool, _ error) {
	v := t.classify(err)
	if v.course == park && s.OnError == flow.Continue && t.openSince().IsZero() {
		v.course = failStep
	}
	switch v.course {
	case failStep:
		p.out.Code = v.code
		if err := t.reportFailure(ctx, s, v.code, p); err != nil {
			return false, false, err
		}
		on, err = t.endStep(ctx, s, p, true)
		return on, false, err
	case reevaluate:
		t.input = nil
		t.run.Input = nil
		return false, true, nil
	default:
		return false, false, t.endTurn(ctx, err, p)
	}
}

// pin returns the step's stored input, or makes it if there is none. A step's
// own `if` is evaluated when its input is made.
func (t *turn) pin(ctx context.Context, s flow.Step) (*input, error) {
	if t.run.Input != nil {
		in := &input{}
		if err := json.Unmarshal(t.run.Input, in); err != nil {
			return nil, invalid("a step's stored input", err)
		}
		if t.run.Begun || !in.Until.IsZero() || in.Version == t.rec.Risk.Version && t.listed == nil {
			t.version, t.into = in.Version, in.Group
			return in, nil
		}
		// The risk has changed since the step was deferred, or risks in the list of a
		// digest may have. No call was made with this input, so make a new one.
	}
	// Before the run's first intent, don't read the risk again: the intent must
	// carry the version on which the run's condition was evaluated.
	if t.run.Step > 0 && t.run.Begun {
		rec, err := t.read(ctx)
		if err != nil {
			return nil, err
		}
		t.rec = rec
	}
	holds, err := t.holds(ctx, s.If)
	if err != nil {
		return nil, invalid(s.Action.Kind(), err)
	}
	if !holds {
		return nil, stepSkipped{"condition"}
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

// addTo adds a step's outcome so far to a Complete, so that an interrupted step keeps
// track of the messages that it sent.
func (p performed) addTo(s Complete) Complete {
	if len(p.out.Done)+len(p.out.Failed)+len(p.out.Held) > 0 || p.out.Group != nil || p.out.Code != "" {
		s.Outcome = p.out.encode()
	}
	s.Shown, s.Badge, s.Unreached = p.shown, p.badge, p.unreached
	for _, sh := range p.shown {
		s.Seen = max(s.Seen, sh.Version)
	}
	return s
}

// failedStep is the reason of a run that a step with on_error: stop ended.
const failedStep = "step_failed"

// stops reports whether the run ends if the current step fails, so that others don't run.
func (t *turn) stops(s flow.Step) bool {
	return s.OnError == flow.Stop && t.run.Step+1 < len(t.flow.Steps)
}

// endStep stores that a step ended, and its outcome. If it was the last step, or has failed
// and stops the run, the run ends with it; otherwise on is true.
func (t *turn) endStep(ctx context.Context, s flow.Step, p performed, failed bool) (on bool, err error) {
	if p.out.Code == "" {
		if failed, err = t.reportStep(ctx, s, p); err != nil {
			return false, err
		}
	}
	st := p.addTo(Complete{To: Running, Until: t.e.clock.Now().Add(t.e.lease), Next: true})
	switch {
	case failed && t.stops(s):
		st = t.ending(ctx, st, Cancelled, failedStep)
	case t.run.Step+1 == len(t.flow.Steps):
		st = t.ending(ctx, st, Finished, "")
	default:
		on, st.Timers = true, t.takeNotices()
	}
	creates := t.flow.CreatesItemGroup(t.run.Step)
	if err := t.completeAs(ctx, st); err != nil {
		return false, err
	}
	if stillCreates := on && t.flow.CreatesItemGroup(t.run.Step); creates && !stillCreates {
		t.wakeAwaiting(ctx)
	}
	return on, nil
}

// handedBack is the reason of a run whose worker stopped.
const handedBack = "handed_back"

// endTurn ends a turn whose step has not ended, according to err.
func (t *turn) endTurn(ctx context.Context, err error, p performed) error {
	v := t.classify(err)
	switch v.course {
	case abandon:
		return err
	case endRun:
		if open := t.openSince(); !open.IsZero() {
			until := open.Add(t.e.timeout + t.e.settle)
			return t.reschedule(ctx, verdict{course: wait, code: "cancelling", until: until}, p)
		}
		return t.end(ctx, Cancelled, "risk_changed", p)
	case park:
		t.log.WarnContext(ctx, "run parked", "err", err)
		return t.end(ctx, Parked, v.code, p)
	case failStep, reevaluate:
		// Only built-in runs get here: their only step failed.
		t.note(EventFailed, "", map[string]string{"action": t.stepKey, "code": v.code})
		return t.end(ctx, Finished, v.code, p)
	case handBack:
		return t.reschedule(ctx, verdict{course: wait, code: handedBack, until: t.e.clock.Now()}, p)
	case pause:
		t.e.notifyPaused(ctx, v.workspace, v.code)
	case backOff:
		t.log.WarnContext(ctx, "step will be retried", "step", t.stepKey, "until", v.until, "err", err)
	case wait:
	}
	return t.reschedule(ctx, v, p)
}

// reschedule makes the run wait until v.until.
func (t *turn) reschedule(ctx context.Context, v verdict, p performed) error {
	s := p.addTo(Complete{To: Waiting, Until: v.until, Reason: v.code, Input: t.input, Slot: t.slot,
		Attempts: t.run.Attempts, Unknown: t.run.Unknown, Since: t.run.Since, Timers: t.takeNotices()})
	if !t.slot.At.IsZero() {
		s.Until = t.slot.At.Add(-slotLead)
	}
	kind := EventDeferred
	switch v.course {
	case backOff:
		kind = EventRetry
		s.Attempts++
		if v.unexplained {
			s.Unknown++
		}
		if s.Since.IsZero() {
			s.Since = t.e.clock.Now()
		}
	case pause:
		kind = EventRetry
		s.Since = time.Time{}
	default: // waiting is no failed attempt
		if v.code == Held || v.code == NotYet { // nothing is tried meanwhile
			s.Attempts, s.Unknown, s.Since = 0, 0, time.Time{}
		}
	}
	data := map[string]string{"code": v.code, "until": stamp(v.until), "attempt": strconv.Itoa(s.Attempts)}
	if v.code == AwaitsGroup {
		data["for"] = t.awaits.String()
		if s.Since.IsZero() {
			s.Since = t.e.clock.Now()
		}
	}
	// A run that keeps waiting for the same reason records it once, unless it is known for how
	// long.
	if v.course == backOff || v.code != t.run.Reason || v.code == Held {
		s.Events = append(s.Events, t.event(kind, "", data))
	}
	return t.completeAs(ctx, s)
}

// end ends a run for good, or parks it.
func (t *turn) end(ctx context.Context, to RunState, reason string, p performed) error {
	if to == Parked {
		args := t.noticeArgs(t.stepKey, reason)
		args["Run"] = t.run.ID.String()
		args["Why"] = t.e.problem(aStep, "", reason, t.noticeArgs("", ""))
		t.notify("parked", args)
	}
	st := p.addTo(Complete{Attempts: t.run.Attempts, Unknown: t.run.Unknown, Since: t.run.Since})
	err := t.completeAs(ctx, t.ending(ctx, st, to, reason))
	if err == nil && to != Parked && t.flow != nil && t.flow.CreatesItemGroup(t.run.Step) {
		t.wakeAwaiting(ctx)
	}
	return err
}

// ending makes st end the run, or park it.
func (t *turn) ending(ctx context.Context, st Complete, to RunState, reason string) Complete {
	kind := EventEnded
	switch to {
	case Skipped:
		kind = EventSkipped
	case Parked:
		kind = EventParked
	default: // finished or cancelled
	}
	st.To, st.Reason = to, reason
	data := map[string]string{"state": string(to), "reason": reason, "code": reason}
	unmetData(data, t.unmet)
	st.Events = append(st.Events, t.event(kind, "", data))
	st.Timers = t.takeNotices()
	if next := t.following(ctx, to); len(next) > 0 {
		st.Timers, st.File = append(st.Timers, next...), t.e.file
	}
	return st
}

func (t *turn) noticeArgs(action, code string) text.Args {
	about := string(t.run.ID.Risk)
	if t.run.ID.Risk == t.e.noticesRisk() {
		about = t.e.printerIn(t.e.org.AdminChannel.Workspace).S("engine.notice.all")
	}
	return text.Args{
		"Key": about, "Flow": t.run.ID.Flow, "Action": action, "Code": code, "Command": t.e.org.Command,
	}
}
