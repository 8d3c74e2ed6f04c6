package engine

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
)

// Explanation is what flows did about a risk and will do, and why.
type Explanation struct {
	Risk core.Risk
	// Flows are those of the config file, in its order, and then those that it no longer
	// has but that have run.
	Flows []FlowExplained
	// Since is when the events begin that were read, zero if all of them were.
	Since time.Time
	// Folded is how many runs of events and repeats are no longer listed, of all flows.
	Folded int
}

// FlowExplained explains one flow.
type FlowExplained struct {
	Name string
	Gone bool // the config file no longer has it
	When When
	If   string // "" if it acts on any risk

	// Until is the condition while which it doesn't repeat, "" if there is none.
	Until      string
	UntilNow   []Used // its variables with their present values
	UntilHolds bool

	// Now are the variables of its condition with their present values, and Holds whether it
	// is true of them. Known is false if that depends on what starts the flow.
	Now   []Used
	Holds bool
	Known bool

	// Next is when its schedule is next due, zero if it has none.
	Next time.Time
	// Idle says why nothing is due although no run is listed for it, "" if there is one.
	Idle  Idle
	Due   time.Time      // of a Missed or Unarmed one
	Again time.Time      // of one that repeats: when it is due again after a run that is under way
	Runs  []RunExplained // newest first
	More  int            // older runs that are left out
}

// When is what a flow's trigger says: an event, a schedule, or a date and how long after or
// before it.
type When struct {
	On                      string // the event
	Schedule                string // a cron expression
	Digest                  bool   // of a schedule
	DateField               string
	After, Before, At, Zone string // as in the config file; Zone is where days are counted
	Theirs                  bool   // At is by each recipient's clock

	Every    string // how often it repeats, "" if it doesn't
	AtMost   int    // how often altogether, 0 for no limit
	Calendar string // by which working days are counted, "" if none are
}

// Used is a variable of a condition with its value, as in flow.Used.
type Used struct{ Name, Value string }

// Idle is a reason why a flow has no run for a risk.
type Idle string

// The reasons.
const (
	NoEvent Idle = "event"   // what starts it has not happened
	NoDate  Idle = "date"    // the date that it counts from is not set
	Missed  Idle = "missed"  // it was due already, and is skipped then
	Unarmed Idle = "unarmed" // its timer was removed, or passed before the flow existed

	// Of flows that repeat.
	IdleClosed Idle = flow.OverClosed // they act on open risks only
	IdleUntil  Idle = flow.OverUntil  // until is true
	IdleAtMost Idle = flow.OverAtMost // the last time has passed
)

// RunExplained explains one run.
type RunExplained struct {
	ID      RunID
	State   RunState
	Earlier bool      // it follows an earlier version of the flow
	Anchor  time.Time // the date that it counts from, zero if an event started it
	Number  int       // of one that repeats: which time it is
	Due     time.Time
	Fired   time.Time // when it began, zero if it hasn't or if the event is gone
	Until   time.Time // of a run that waits: when it continues
	Reason  string    // a code, as Run.Reason has it
	For     string    // the flow whose group it waits for, "" if it waits for none
	Held    []Hold    // messages that must not be sent yet
	Ended   time.Time
	// Unmet are the variables of the condition with the values for which it was false.
	Unmet []Used
	Rest  bool    // of a skipped one: after a wait, when other steps had ended
	Did   []Event // what its steps did, oldest first
}

// How many runs of a flow are explained.
const (
	explainedRuns    = 1 // if all flows are
	explainedRunsOne = 5 // if only one is
)

// Explain implements Handling.
func (e *Engine) Explain(ctx context.Context, by *core.Account, key core.RiskKey, name string) (Explanation, error) {
	ctx = core.ForPerson(ctx)
	rec, err := e.explained(ctx, by, key)
	if err != nil {
		return Explanation{}, err
	}
	x := explainer{e: e, rec: rec, most: explainedRuns}
	if name != "" {
		x.most = explainedRunsOne
	}
	if x.trail, err = e.store.Trail(ctx, key, "", historyRead); err != nil {
		return Explanation{}, err
	}
	out := Explanation{Risk: rec.Risk, Folded: rec.Folded}
	if n := len(x.trail); n > 0 && x.trail[n-1].Prev != "" {
		out.Since = x.trail[n-1].At
	}
	for _, f := range x.flows() {
		if name != "" && f.Name != name {
			continue
		}
		if err := x.explain(ctx, &f); err != nil {
			return Explanation{}, err
		}
		out.Flows = append(out.Flows, f)
	}
	if len(out.Flows) == 0 && name != "" {
		return Explanation{}, e.noFlow(name, x.flows())
	}
	return out, nil
}

// explained returns the risk that an account asks about, or the operator if there is none.
func (e *Engine) explained(ctx context.Context, by *core.Account, key core.RiskKey) (Record, error) {
	if by != nil {
		return e.readable(ctx, core.Actor{Account: *by}, key)
	}
	rec, err := e.store.Get(ctx, key)
	if core.KindOf(err) == core.NotFound || err == nil && !rec.OfRisk() {
		return Record{}, core.Refuse(core.NotFound, "not_found", "", "Key", string(key))
	}
	return rec, err
}

// noFlow refuses the name of a flow that doesn't exist.
func (e *Engine) noFlow(name string, known []FlowExplained) error {
	var names []string
	for _, f := range known {
		names = append(names, f.Name)
	}
	if near := core.Nearest(name, names); near != "" {
		return core.Refuse(core.NotFound, "no_flow.near", "", "Flow", name, "Near", near)
	}
	return core.Refuse(core.NotFound, "no_flow", "", "Flow", name, "Known", e.text.In(e.org.Language).List(names))
}

// FlowNames returns the names of the flows in the config file.
func (e *Engine) FlowNames() []string {
	names := make([]string, len(e.flows))
	for i, f := range e.flows {
		names[i] = f.Name
	}
	return names
}

// explainer explains the flows of one risk.
type explainer struct {
	e     *Engine
	rec   Record
	trail []Event // newest first
	most  int     // runs of a flow
}

// flows returns the flows to explain, of which only the name and Gone are set.
func (x explainer) flows() []FlowExplained {
	var out []FlowExplained
	for _, name := range x.e.FlowNames() {
		out = append(out, FlowExplained{Name: name})
	}
	var gone []FlowExplained
	for _, r := range x.rec.Runs {
		named := func(f FlowExplained) bool { return f.Name == r.ID.Flow }
		if !BuiltIn(r.ID.Flow) && !slices.ContainsFunc(out, named) && !slices.ContainsFunc(gone, named) {
			gone = append(gone, FlowExplained{Name: r.ID.Flow, Gone: true})
		}
	}
	slices.SortFunc(gone, func(a, b FlowExplained) int { return strings.Compare(a.Name, b.Name) })
	return append(out, gone...)
}

// explain fills f in.
func (x explainer) explain(ctx context.Context, f *FlowExplained) error {
	var runs []RunSummary
	for _, r := range x.rec.Runs {
		if r.ID.Flow == f.Name {
			runs = append(runs, r)
		}
	}
	slices.SortStableFunc(runs, func(a, b RunSummary) int { return b.Due.Compare(a.Due) })
	current := x.inForce(ctx, f, runs)
	most := x.most
	if len(runs) > 1 && runs[0].ID.Repeats() && isArmed(runs[0]) {
		most++ // what comes next, and what was last
	}
	for _, r := range runs[:min(len(runs), most)] {
		one, err := x.run(ctx, r)
		if err != nil {
			return err
		}
		if current != nil {
			one.Earlier = r.FlowHash != current.Hash()
			one.Due = dueBy(current, r.ID, one.Due)
		}
		f.Runs = append(f.Runs, one)
	}
	f.More = len(runs) - len(f.Runs)
	if current == nil {
		return nil
	}
	d := current.Def()
	f.When = When{On: d.Trigger.On, Schedule: d.Trigger.Schedule, Digest: d.Trigger.Digest, DateField: d.Trigger.DateField, After: d.Trigger.After, Before: d.Trigger.Before, At: d.Trigger.At, Zone: d.Zone,
		Theirs: d.Trigger.Zone != "", Every: d.Trigger.Every, AtMost: d.Trigger.AtMost}
	if d.CountsWorkingDays() {
		f.When.Calendar = d.CalendarName
	}
	if t, ok := current.Trigger.(flow.DateTrigger); ok && t.Repeat != nil && t.Repeat.Until != nil {
		env := x.e.env(ctx, x.rec.Risk, x.e.org.Language)
		f.Until, f.UntilNow = t.Repeat.Until.String(), usesOf(t.Repeat.Until, env)
		f.UntilHolds, _ = t.Repeat.Until.Holds(env)
	}
	f.If = current.If.String()
	if f.Known = !current.If.UsesCause(); f.Known {
		env := x.e.env(ctx, x.rec.Risk, x.e.org.Language)
		f.Now = usesOf(current.If, env)
		// A condition that can't be evaluated doesn't hold.
		f.Holds, _ = current.If.Holds(env)
	}
	return nil
}

// inForce returns the flow of the config file, nil if it is gone, and sets f.Idle.
func (x explainer) inForce(ctx context.Context, f *FlowExplained, runs []RunSummary) *flow.Flow {
	i := slices.IndexFunc(x.e.flows, func(c *flow.Flow) bool { return c.Name == f.Name })
	if i < 0 {
		return nil
	}
	current, env := x.e.flows[i], x.e.env(ctx, x.rec.Risk, x.e.org.Language)
	if s, ok := current.Trigger.(flow.ScheduleTrigger); ok {
		f.Next, _ = s.After(x.e.now())
		return current
	}
	expected, ok := current.Trigger.Expected(env, occurrences(runs, current, isArmed))
	switch {
	case !ok && len(runs) == 0:
		f.Idle = NoEvent
	case ok && len(expected) == 0:
		f.Idle = NoDate
	}
	if t, ok := current.Trigger.(flow.DateTrigger); ok && t.Repeat != nil {
		x.repeat(f, t, env, runs)
		return current
	}
	for _, o := range expected {
		if slices.ContainsFunc(runs, func(r RunSummary) bool { return r.ID.Occurrence == o.ID }) {
			continue
		}
		f.Idle, f.Due = Unarmed, o.Due
		missed := func(ev Event) bool {
			return ev.Kind == EventMissed && ev.Data["flow"] == f.Name && ev.Data["due"] == stamp(o.Due)
		}
		if slices.ContainsFunc(x.trail, missed) {
			f.Idle = Missed
		}
	}
	return current
}

// repeat says what comes next of a flow that repeats.
func (x explainer) repeat(f *FlowExplained, t flow.DateTrigger, env flow.Env, runs []RunSummary) {
	if _, ok := t.Anchor(env.Risk); !ok {
		return
	}
	f.Idle = Idle(t.Stopped(env))
	next := slices.ContainsFunc(runs, func(r RunSummary) bool { return isArmed(r) && r.Due.After(env.Now) })
	if f.Idle != "" || next {
		return
	}
	o, _ := t.Next("", env)
	if slices.ContainsFunc(runs, func(r RunSummary) bool { return r.State.Live() || r.State == Parked }) {
		f.Again = o.Due
		return
	}
	f.Idle, f.Due = Unarmed, o.Due
}

// run explains a run from its record and its events.
func (x explainer) run(ctx context.Context, s RunSummary) (RunExplained, error) {
	out := RunExplained{ID: s.ID, State: s.State, Due: s.Due, Anchor: anchorOf(s.ID)}
	r, err := x.e.store.Load(ctx, s.ID)
	switch {
	case err == nil:
		out.State, out.Reason = r.State, r.Reason
		if r.State == Waiting || r.State == Running {
			out.Until = cmp.Or(r.Slot.At, r.At)
			out.Held = x.held(r)
		}
	case core.KindOf(err) != core.NotFound:
		return out, err
	}
	if f, err := x.e.pinned.get(ctx, s.FlowHash); err == nil {
		if t, ok := f.Trigger.(flow.DateTrigger); ok {
			out.Number, _ = t.Number(s.ID.Occurrence)
		}
	}
	for _, ev := range slices.Backward(x.trail) {
		if ev.Run == s.ID.String() {
			out.event(ev)
		}
	}
	return out, nil
}

// held returns the messages that a run is holding.
func (x explainer) held(r Run) []Hold {
	now := x.e.clock.Now()
	return slices.DeleteFunc(decodeOutcome(r.Outcomes[r.Step]).Held, func(h Hold) bool { return !h.Until.After(now) })
}

// event adds an event of the run.
func (r *RunExplained) event(ev Event) {
	switch ev.Kind {
	case EventFired:
		r.Fired = ev.At
	case EventSkipped, EventEnded:
		r.Ended = ev.At
		r.Unmet, r.Rest = unmetOf(ev.Data), ev.Kind == EventSkipped && ev.Step != ""
	case EventDeferred:
		if id, err := ParseRunID(ev.Data["for"]); err == nil && r.Reason == AwaitsGroup {
			r.For = id.Flow
		}
	case EventStep, EventPartial, EventFailed, EventPassed, EventFallback, EventResent:
		r.Did = append(r.Did, ev)
	}
}

// usesOf returns the variables of a condition with their values.
func usesOf(c *flow.Condition, env flow.Env) []Used {
	var out []Used
	for _, u := range c.Uses(env) {
		out = append(out, Used(u))
	}
	return out
}

// DueIn returns when a run is due that is armed for a moment, by the flow of that name: the moment,
// or the time by the file's clock if each recipient's clock counts. Such a run is armed for the
// earliest time zone.
func DueIn(flows []*flow.Flow, id RunID, armed time.Time) time.Time {
	for _, f := range flows {
		if f.Name == id.Flow {
			return dueBy(f, id, armed)
		}
	}
	return armed
}

// dueBy is DueIn of a run of f.
func dueBy(f *flow.Flow, id RunID, armed time.Time) time.Time {
	if due, local := f.Local(id.Occurrence, f.ZoneOf("")); local {
		return due
	}
	return armed
}

// anchorOf returns the date that a run counts from, zero if it counts from none.
func anchorOf(id RunID) time.Time {
	digits, _, _ := strings.Cut(id.Occurrence, ".")
	ms, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// unmetPrefix begins the keys of the values for which a condition was false, in the data of
// EventSkipped.
const unmetPrefix = "if."

// unmetData adds values to the data of an event. Keys have the place of each, because the
// data has no order.
func unmetData(data map[string]string, used []Used) {
	for i, u := range used {
		data[unmetPrefix+strconv.Itoa(i)+"."+u.Name] = u.Value
	}
}

// unmetOf returns what unmetData added.
func unmetOf(data map[string]string) []Used {
	at := map[int]Used{}
	for k, v := range data {
		rest, ok := strings.CutPrefix(k, unmetPrefix)
		place, name, _ := strings.Cut(rest, ".")
		if i, err := strconv.Atoi(place); ok && err == nil {
			at[i] = Used{Name: name, Value: v}
		}
	}
	var out []Used
	for i := 0; len(at) > 0; i++ {
		u, ok := at[i]
		if !ok {
			return out
		}
		out = append(out, u)
		delete(at, i)
	}
	return out
}
