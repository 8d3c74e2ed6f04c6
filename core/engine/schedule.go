package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"riskroom/core"
	"riskroom/core/flow"
)

// A flow with a schedule has a run under R-0 for each time at which it is due: a walk over the
// open risks. It arms a run for each risk for which the flow's condition is true or, of a
// digest, one for each message. A walk reads the risks page by page and stores how far it has
// come, so another worker can take over anywhere. The first page also arms the next walk.

const (
	walkPage  = 200 // risks that are read at a time
	walkPages = 10  // pages of one turn; then other runs get the worker
	armsAtOne = 16  // runs that are armed at the same time
)

// walking is the reason of a walk that goes on in another turn.
const walking = "walking"

// scheduledPrefix begins the occurrence of a risk's run that a walk arms; the walk's own
// occurrence, the time in ms, follows.
const scheduledPrefix = "s"

// Scheduled returns when the flow was due whose walk armed the run, zero if none did.
func (id RunID) Scheduled() time.Time {
	digits, ok := strings.CutPrefix(id.Occurrence, scheduledPrefix)
	ms, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil || BuiltIn(id.Flow) {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// walkedAt returns when a run under R-0 was due, and whether it is a walk.
func walkedAt(id RunID) (time.Time, bool) {
	ms, err := strconv.ParseInt(id.Occurrence, 10, 64)
	if err != nil || BuiltIn(id.Flow) || id.Risk.Number() != 0 {
		return time.Time{}, false
	}
	return time.UnixMilli(ms).UTC(), true
}

// walked is how far a walk has come. It is stored as the outcome of its step.
type walked struct {
	Next  *Place  `json:"next,omitempty"` // where to read on; nil at first
	Over  bool    `json:"over,omitempty"` // every risk has been read
	Lists []*list `json:"lists,omitempty"`
	Armed int     `json:"armed,omitempty"` // of Lists
	// Page is when the present page was begun, at the earliest. Zero: when the walk was due.
	Page time.Time `json:"page,omitzero"`
	// Missing are people without an account, for a notice.
	Missing []string `json:"missing,omitempty"`
	// Failed are the first risks for which a condition couldn't be evaluated.
	Failed      []core.RiskKey `json:"failed,omitempty"`
	FailedCount int            `json:"failed_count,omitempty"`
	// Unaddressed are the first risks for which the people of a step couldn't be evaluated.
	Unaddressed      []core.RiskKey `json:"unaddressed,omitempty"`
	UnaddressedCount int            `json:"unaddressed_count,omitempty"`
	// Forgotten are the first risks of which it isn't known whether they had a run.
	Forgotten      []core.RiskKey `json:"forgotten,omitempty"`
	ForgottenCount int            `json:"forgotten_count,omitempty"`
	// Decided is set when it is known whether the walk of a flow with catch_up: digest was
	// missed. Then Missed is when it was due, and it gathers lists.
	Decided bool `json:"decided,omitempty"`
	Missed  span `json:"missed,omitzero"`
	// Taking are the runs of the page that the walk is about to take.
	Taking []waitingRun `json:"taking,omitempty"`
	// Excess are the first recipients beyond the number of messages that a digest may have.
	Excess []string `json:"excess,omitempty"`
}

// runUnderR0 runs a flow for no single risk: a walk, or a message of a digest.
func (t *turn) runUnderR0(ctx context.Context) error {
	f, err := t.e.pinned.get(ctx, t.run.FlowHash)
	if err != nil {
		return t.endTurn(ctx, err, performed{})
	}
	due, walks := walkedAt(t.run.ID)
	s, ok := f.Trigger.(flow.ScheduleTrigger)
	switch {
	case catchesUp(t.run.ID):
		return t.walk(ctx, func(ctx context.Context, w *walked) error { return t.takePage(ctx, f, w) })
	case !walks && (ok || f.DigestsMissed()):
		return t.sendDigest(ctx, f)
	case !ok:
		return t.end(ctx, Parked, "stored_input", performed{})
	}
	return t.walk(ctx, func(ctx context.Context, w *walked) error { return t.readPage(ctx, f, s, due, w) })
}

// ended reports whether every risk has been read, and every message is armed.
func (w *walked) ended() bool { return w.read() && w.Armed == len(w.Lists) }

// read reports whether every risk has been read.
func (w *walked) read() bool { return w.Over && len(w.Taking) == 0 }

// walk goes on with a walk until it is over, or for some pages. readOn reads one page, or a part
// of it. What it arms under R-0 is left to the script that stores its walked.
func (t *turn) walk(ctx context.Context, readOn func(context.Context, *walked) error) error {
	var w walked
	if b := t.run.Outcomes[0]; b != nil {
		if err := json.Unmarshal(b, &w); err != nil {
			return t.end(ctx, Parked, "stored_input", performed{})
		}
	}
	t.fired()
	for range walkPages {
		if t.e.stopping() {
			return t.endTurn(ctx, core.Stop(errStopping), performed{})
		}
		var err error
		if w.read() {
			err = t.armLists(&w)
		} else {
			err = readOn(ctx, &w)
		}
		t.rec, t.stepKey = Record{}, ""
		if err != nil {
			return t.endTurn(ctx, err, performed{})
		}
		to := Complete{To: Running, Until: t.e.clock.Now().Add(t.e.lease), Reason: walking, Timers: t.takeNotices()}
		if w.ended() {
			if err := t.notifyMissing(ctx, &w); err != nil {
				return t.endTurn(ctx, err, performed{})
			}
			t.noteOmitted(ctx, &w)
			armed := to.Timers
			to = t.ending(ctx, to, Finished, "")
			to.Timers = append(to.Timers, armed...)
			return t.completeAs(ctx, to)
		}
		if to.Outcome, err = json.Marshal(w); err != nil {
			return t.endTurn(ctx, invalid("a walk", err), performed{})
		}
		if err := t.completeAs(ctx, to); err != nil {
			return err
		}
	}
	return t.completeAs(ctx, Complete{To: Waiting, Until: t.e.clock.Now(), Reason: walking})
}

// readPage reads one page for the walk of a schedule.
func (t *turn) readPage(ctx context.Context, f *flow.Flow, s flow.ScheduleTrigger, due time.Time, w *walked) error {
	if f.DigestsMissed() && !w.Decided {
		t.decideMissed(s, due, w)
		return nil
	}
	var after Place
	if w.Next != nil {
		after = *w.Next
	} else {
		later, err := t.e.walksLater(ctx, f.Name, due)
		if err != nil {
			return err
		}
		if !later {
			t.notices = append(t.notices, t.e.nextWalk(f.Name, due)...)
		}
	}
	page, err := t.e.store.Find(ctx, Query{Statuses: OpenStatuses(), After: after, Limit: walkPage})
	if err != nil {
		return err
	}
	if t.missedAt = w.Missed; s.Digest || !w.Missed.isZero() {
		err = t.gather(ctx, f, page.Risks, w)
	} else {
		err = t.armRuns(ctx, f, page.Risks, due, w)
	}
	if err != nil {
		return err
	}
	w.Next, w.Over, w.Page = &page.Next, page.Next.IsZero(), t.e.now()
	return nil
}

// freshFor is how long after the beginning of a page its runs are known to be fresh. Later
// ones may end before the walk gets to a risk, as when an operator retries it.
const freshFor = core.Day

// armRuns arms the flow's runs of those risks for which its condition is true. A run that
// exists is left.
func (t *turn) armRuns(ctx context.Context, f *flow.Flow, risks []core.Risk, due time.Time, w *walked) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(armsAtOne)
	begun := cmp.Or(w.Page, due)
	var mu sync.Mutex
	for _, r := range risks {
		group.Go(func() error {
			// The run reports a condition that can't be evaluated.
			ev := Evaluation{Run: t.run.ID, Condition: f.If, Env: t.e.envOf(ctx, r, flow.Cause{})}
			if holds, err := t.e.evaluate(ev); err == nil && !holds {
				return nil
			}
			fresh := t.e.now().Sub(begun) < freshFor // a worker that was paused may be late
			known, err := t.armRun(ctx, f, r, due, fresh)
			if err == nil && !known {
				mu.Lock()
				defer mu.Unlock()
				w.forget(r.Key)
			}
			return err
		})
	}
	return group.Wait()
}

// armRun arms the flow's run of a risk. It reports whether the run is armed or known to have
// been.
func (t *turn) armRun(ctx context.Context, f *flow.Flow, r core.Risk, due time.Time, fresh bool) (known bool, err error) {
	var p planned
	p.set(f, "", flow.Occurrence{ID: scheduledPrefix + t.run.ID.Occurrence, Due: due}, r, t.e.now())
	run := p.timers[0].Run
	if fresh {
		p.timers[0].Do = ArmFresh
	}
	if err := t.e.store.Arm(ctx, r.Key, p.timers); err != nil || fresh {
		return true, err
	}
	_, err = t.e.store.Load(ctx, run)
	if core.KindOf(err) == core.NotFound {
		return false, nil
	}
	return true, err
}

// schedule returns the schedule of a flow in force.
func (e *Engine) schedule(name string) (*flow.Flow, flow.ScheduleTrigger, bool) {
	for _, f := range e.flows {
		if s, ok := f.Trigger.(flow.ScheduleTrigger); ok && f.Name == name {
			return f, s, true
		}
	}
	return nil, flow.ScheduleTrigger{}, false
}

// walksLater reports whether a later walk of a flow is armed or under way, as when an operator
// retries one that was parked.
func (e *Engine) walksLater(ctx context.Context, name string, due time.Time) (bool, error) {
	live, err := e.store.Live(ctx, e.noticesRisk())
	return slices.ContainsFunc(live, func(r RunSummary) bool {
		at, walk := walkedAt(r.ID)
		return walk && r.ID.Flow == name && at.After(due)
	}), err
}

// nextWalk arms the walk after the one that was due then.
func (e *Engine) nextWalk(name string, due time.Time) []TimerChange {
	f, s, ok := e.schedule(name)
	if !ok {
		return nil
	}
	var p planned
	e.armWalk(&p, f, s, e.walkAfter(s, due))
	return p.timers
}

// walkAfter returns the time after which the next walk is due, given when the last one was.
func (e *Engine) walkAfter(s flow.ScheduleTrigger, last time.Time) time.Time {
	if now := e.now(); last.IsZero() || s.CatchUp != flow.CatchUpFire && now.After(last) {
		return now
	}
	return last
}

// armWalk arms a flow's first walk after a time.
func (e *Engine) armWalk(p *planned, f *flow.Flow, s flow.ScheduleTrigger, after time.Time) {
	if due, ok := s.After(after); ok {
		p.set(f, "", walkOf(due), core.Risk{Key: e.noticesRisk()}, e.now())
	}
}

func walkOf(due time.Time) flow.Occurrence {
	return flow.Occurrence{ID: strconv.FormatInt(due.UnixMilli(), 10), Due: due}
}

// alignSchedules brings the walks in line with the file.
func (e *Engine) alignSchedules(ctx context.Context) error {
	live, err := e.store.Live(ctx, e.noticesRisk())
	if err != nil {
		return err
	}
	changes := e.scheduleChanges(live)
	if len(changes) == 0 {
		return nil
	}
	return e.store.Realign(ctx, e.noticesRisk(), 0, e.file, changes)
}

// scheduleChanges returns how the walks change, given the live runs under R-0. The next walk is armed
// of each flow that has none: of a new one, after an operator has dropped it, or because the one that is
// under way hasn't armed it yet. Walks whose flow has changed are moved, and those whose flow is gone are
// dropped. A walk that is under way goes on, and one that is late keeps its time but follows the new flow.
func (e *Engine) scheduleChanges(live []RunSummary) []TimerChange {
	var walks []RunSummary // that are armed
	last := map[string]time.Time{}
	for _, r := range live {
		at, walk := walkedAt(r.ID)
		if walk && r.State == Armed {
			walks = append(walks, r)
		}
		if walk && at.After(last[r.ID.Flow]) {
			last[r.ID.Flow] = at
		}
	}
	now, r0, p := e.now(), core.Risk{Key: e.noticesRisk()}, planned{}
	for _, f := range e.flows {
		s, ok := f.Trigger.(flow.ScheduleTrigger)
		if ok && !slices.ContainsFunc(walks, func(r RunSummary) bool { return r.ID.Flow == f.Name }) {
			e.armWalk(&p, f, s, e.walkAfter(s, last[f.Name]))
		}
	}
	for _, r := range walks {
		f, s, ok := e.schedule(r.ID.Flow)
		switch {
		case ok && f.Hash() == r.FlowHash:
		case !ok:
			p.timer(TimerChange{Do: DropTimer, Run: r.ID}, r0, now)
		case !r.Due.After(now):
			p.set(f, r.ID.Occurrence, flow.Occurrence{ID: r.ID.Occurrence, Due: r.Due}, r0, now)
		default:
			if due, ever := s.After(now); ever {
				p.set(f, r.ID.Occurrence, walkOf(due), r0, now)
			}
		}
	}
	return p.timers
}
