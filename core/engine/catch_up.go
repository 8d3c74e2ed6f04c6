package engine

import (
	"context"
	"encoding/json"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/text"
)

// With catch_up: digest, a run that is missed doesn't act. It arms a walk under R-0, unless one
// is armed, and waits until that takes it: ends it, and lists its risk. The walk stores which
// runs it is about to take, takes them, and stores its lists. A run that it has taken is its own
// for good, so a crash in between repeats the page and finds the same runs. A run that no walk
// has taken in time arms another one. So each is listed by exactly one walk.

const (
	// AwaitsDigest is the reason of a run that was missed and waits for a walk.
	AwaitsDigest = "awaits_digest"
	// Digested is the reason of a run that was skipped because a walk has listed its risk.
	Digested = "digest"
)

// takenWithin is how long after a walk is due a run waits for it.
const takenWithin = 10 * time.Minute

// catchUpPrefix begins the occurrence of a walk that takes runs; the time in ms when it is due,
// a dot and the hash of the flow follow. A change of the file during an outage leaves runs that
// pin different flows, and each walk takes those of one.
const catchUpPrefix = "c"

// catchesUp reports whether a run is a walk that takes runs. Those that send its messages are
// not.
func catchesUp(id RunID) bool {
	return strings.HasPrefix(id.Occurrence, catchUpPrefix) && !strings.Contains(id.Occurrence, ":") &&
		!BuiltIn(id.Flow) && id.Risk.Number() == 0
}

// span is the time between two moments; zero: none.
type span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

func (s span) isZero() bool { return s == span{} }

// and returns the time from the earlier beginning to the later end.
func (s span) and(o span) span {
	switch {
	case s.isZero():
		return o
	case o.isZero():
		return s
	}
	if o.From.Before(s.From) {
		s.From = o.From
	}
	if o.To.After(s.To) {
		s.To = o.To
	}
	return s
}

// arming is the data of a run that was due when it was armed. It counts from then whether it is
// missed.
type arming struct {
	At time.Time `json:"armed"`
}

// missed reports whether the run must be in a digest instead of acting. Risks that are closed
// are in none.
func (t *turn) missed() bool {
	switch {
	case !t.flow.DigestsMissed(), t.run.Begun, t.run.Step > 0, t.run.Input != nil, !t.rec.Risk.Status.Open():
		return false
	case t.run.Reason == AwaitsDigest:
		return true
	}
	var armed arming
	_ = json.Unmarshal(t.run.Data, &armed) // a run that has none was armed ahead of its time
	due := t.due
	if armed.At.After(due) {
		due = armed.At
	}
	return t.late(due)
}

// late reports whether a run that was due then is late enough to be missed, and hasn't fired.
func (t *turn) late(due time.Time) bool {
	return (t.unfired() || t.run.Reason == handedBack) && t.e.clock.Now().Sub(due) > flow.MissedAfter
}

// awaitDigest has the run wait for a walk. A flow that repeats goes on meanwhile. If no walk can
// be armed, the lease expires, and another turn tries again.
func (t *turn) awaitDigest(ctx context.Context) error {
	due, err := t.armCatchUp(ctx)
	if err != nil {
		return err
	}
	s := Complete{To: Waiting, Until: due.Add(takenWithin), Reason: AwaitsDigest, Timers: t.takeNotices()}
	if t.run.Reason != AwaitsDigest {
		s.Events = []Event{t.event(EventDeferred, "", map[string]string{"code": AwaitsDigest, "until": stamp(due)})}
	}
	if next := t.e.next(ctx, t.run.ID, t.rec); len(next) > 0 {
		s.Timers, s.File = append(s.Timers, next...), t.e.file
	}
	return t.completeAs(ctx, s)
}

// armCatchUp arms a walk that takes the run, unless one is armed. It returns when it is due.
func (t *turn) armCatchUp(ctx context.Context) (time.Time, error) {
	r0, now := t.e.noticesRisk(), t.e.now()
	live, err := t.e.store.Live(ctx, r0)
	if err != nil {
		return now, err
	}
	for _, r := range live {
		if catchesUp(r.ID) && r.ID.Flow == t.run.ID.Flow && r.FlowHash == t.run.FlowHash && r.State == Armed {
			if r.Due.Before(now) {
				return now, nil
			}
			return r.Due, nil
		}
	}
	// Runs that are late for the same reason follow within moments, and are taken by the same walk.
	due := now.Truncate(time.Minute).Add(2 * time.Minute)
	id := RunID{Risk: r0, Flow: t.run.ID.Flow, Occurrence: catchUpPrefix + strconv.FormatInt(due.UnixMilli(), 10) + "." + t.run.FlowHash}
	var p planned
	p.timer(TimerChange{Do: ArmTimer, Run: id, Due: due, FlowHash: t.run.FlowHash}, core.Risk{Key: r0}, now)
	return due, t.e.store.Arm(ctx, r0, p.timers)
}

// waitingRun is a run that a walk is about to take.
type waitingRun struct {
	Run RunID     `json:"run"`
	Due time.Time `json:"due"`
}

// takePage finds the runs of a page that may be waiting, or takes those that it has found.
func (t *turn) takePage(ctx context.Context, f *flow.Flow, w *walked) error {
	if len(w.Taking) > 0 {
		return t.takeRuns(ctx, f, w)
	}
	var after Place
	if w.Next != nil {
		after = *w.Next
	}
	page, err := t.e.store.Find(ctx, Query{Statuses: OpenStatuses(), After: after, Limit: walkPage})
	if err != nil {
		return err
	}
	if w.Taking, err = t.waitingRuns(ctx, f, page.Risks); err != nil {
		return err
	}
	w.Next, w.Over, w.Page = &page.Next, page.Next.IsZero(), t.e.now()
	return nil
}

// waitingRuns returns the runs of the flow that wait, in the order of the risks.
func (t *turn) waitingRuns(ctx context.Context, f *flow.Flow, risks []core.Risk) ([]waitingRun, error) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(armsAtOne)
	found := make([][]waitingRun, len(risks))
	for i, r := range risks {
		group.Go(func() error {
			live, err := t.e.store.Live(ctx, r.Key)
			for _, s := range live {
				if s.ID.Flow != f.Name || s.FlowHash != t.run.FlowHash || s.State != Waiting || s.Begun {
					continue
				}
				found[i] = append(found[i], waitingRun{s.ID, dueBy(f, s.ID, s.Due)})
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
}

// takeRuns takes the runs of a page, and gathers their risks.
func (t *turn) takeRuns(ctx context.Context, f *flow.Flow, w *walked) error {
	for left := w.Taking; len(left) > 0; {
		key := left[0].Run.Risk
		n := 1
		for n < len(left) && left[n].Run.Risk == key {
			n++
		}
		if err := t.takeRisk(ctx, f, left[:n], w); err != nil {
			return err
		}
		left = left[n:]
	}
	w.Taking = nil
	return nil
}

// takeRisk takes runs of one risk, and gathers it. Runs that must not act any more are left:
// they end by themselves, with the reason for that.
func (t *turn) takeRisk(ctx context.Context, f *flow.Flow, runs []waitingRun, w *walked) error {
	rec, err := t.e.store.Get(ctx, runs[0].Run.Risk)
	if core.KindOf(err) == core.NotFound || err == nil && !rec.Risk.Status.Open() {
		return nil
	}
	if err != nil {
		return err
	}
	t.rec = Record{Risk: rec.Risk}
	env := t.env(ctx)
	if holds, err := t.e.evaluate(Evaluation{Run: t.run.ID, Condition: f.If, Env: env}); err != nil || !holds {
		return nil
	}
	t.missedAt = span{}
	for _, r := range runs {
		if f.Trigger.Over(r.Run.Occurrence, env) != "" {
			continue
		}
		taken, err := t.takeRun(ctx, r.Run, w)
		if err != nil {
			return err
		}
		if taken {
			t.missedAt = t.missedAt.and(span{r.Due, r.Due})
		}
	}
	if t.missedAt.isZero() {
		return nil
	}
	return t.gatherSteps(ctx, f, env, w)
}

// takeRun reports whether a run is the walk's.
func (t *turn) takeRun(ctx context.Context, id RunID, w *walked) (bool, error) {
	ended := Event{At: t.e.clock.Now(), V: t.rec.Risk.Version, Kind: EventSkipped, Run: id.String(),
		Data: map[string]string{"state": string(Skipped), "reason": Digested, "code": Digested, "by": t.run.ID.String()}}
	err := t.e.store.Take(ctx, id, t.run.ID, ended)
	kind := core.KindOf(err)
	if kind == core.NotFound && t.e.now().Sub(w.Page) >= freshFor {
		w.forget(id.Risk) // it may have been taken, so long ago that nobody knows
	}
	if kind == core.NotFound || kind == core.Conflict { // a change of the risk has removed it, it acts, or another walk has it
		return false, nil
	}
	if err == nil {
		t.e.observe.Ended(Skipped)
	}
	return err == nil, err
}

// decideMissed decides whether the walk of a schedule is missed. That is stored before the walk
// begins, so that no risk has both a run and a place in a list.
func (t *turn) decideMissed(s flow.ScheduleTrigger, due time.Time, w *walked) {
	w.Decided = true
	if !t.late(due) {
		return
	}
	now := t.e.now()
	over := func(i int) bool {
		at, ok := s.After(due.Add(time.Duration(i) * time.Minute))
		return !ok || at.After(now)
	}
	w.Missed = span{due, due}
	if i := sort.Search(int(now.Sub(due)/time.Minute)+1, over); i > 0 {
		w.Missed.To, _ = s.After(due.Add(time.Duration(i-1) * time.Minute))
	}
}

// digestHead renders the text above a list of risks. That of missed runs is riskroom's own,
// because the step's speaks of one risk.
func (t *turn) digestHead(title, body *flow.Template, env flow.Env, p text.Printer, workspace string) ([]core.Span, error) {
	if t.listed == nil || t.listed.Missed.isZero() {
		return renderHead(title, body, env)
	}
	zone := t.flow.ZoneOf(workspace)
	from, to := p.Time(t.listed.Missed.From, zone), p.Time(t.listed.Missed.To, zone)
	id := "engine.digest.missed"
	if from == to {
		id = "engine.digest.missed.once"
	}
	return []core.Span{core.Plain(p.S(id, text.Args{"Flow": t.run.ID.Flow, "Count": env.Count, "From": from, "To": to}))}, nil
}
