package engine

import (
	"context"
	"maps"
	"slices"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
)

// RiskPlan is what adopting the engine's config file would do to a risk, or to the walks of
// schedules.
type RiskPlan struct {
	Risk   core.Risk    // of walks only a key, R-0
	Enters string       // the node that it would enter, "" if it would enter none
	Timers []TimerPlan  // that would change, by flow
	Pinned []RunSummary // runs that would keep the text of an earlier flow to their end
	Due    []DueRun     // runs that would be due at once
	Lost   []LostValue  // values that the file no longer defines
}

// TimerPlan is how the timer of a run would change.
type TimerPlan struct {
	Run      RunID
	Was      RunID     // the run that it would replace, zero if there is none
	From, To time.Time // zero if there is none. If they are equal, only the flow's text would change
	// Late is set if the run would be dropped because it would be due already, at that time.
	Late time.Time
}

// DueRun is a run that would be due at once.
type DueRun struct {
	Run     RunID
	To      []string // who would get direct messages, one entry for each message
	Posts   []string // groups that would get messages, as the flow names them
	Creates int      // groups that would be created
	Walk    bool     // it is a walk, so nothing is known of what it would send
}

// LostValue is a value of a risk that the config file doesn't define.
type LostValue struct {
	Kind LostKind
	Name string // of the field, node, module or person; of an option with its field
}

// LostKind is a kind of LostValue.
type LostKind string

// The kinds of lost values.
const (
	LostField  LostKind = "field"
	LostType   LostKind = "type" // the field has another type
	LostOption LostKind = "option"
	LostNode   LostKind = "node"
	LostModule LostKind = "module"
	LostPerson LostKind = "person"
)

// Foresee calls f with what adopting the engine's config file would do to each risk that is
// open or has a timer, and to the walks, if it would do anything, until f fails. It changes
// nothing.
func (e *Engine) Foresee(ctx context.Context, f func(RiskPlan) error) (risks int, err error) {
	walks, err := e.foreseeWalks(ctx)
	if err == nil && !walks.empty() {
		err = f(walks)
	}
	if err != nil {
		return 0, err
	}
	err = e.store.Each(ctx, func(key core.RiskKey) error {
		rec, err := e.store.Get(ctx, key)
		if core.KindOf(err) == core.NotFound || err == nil && !rec.OfRisk() {
			return nil
		}
		if err != nil {
			return err
		}
		risks++
		p, err := e.foresee(ctx, rec)
		if err != nil || p.empty() {
			return err
		}
		return f(p)
	})
	return risks, err
}

// empty reports whether nothing would happen.
func (p RiskPlan) empty() bool {
	return len(p.Timers)+len(p.Pinned)+len(p.Due)+len(p.Lost) == 0 && p.Enters == ""
}

// foreseeWalks returns what alignSchedules would do.
func (e *Engine) foreseeWalks(ctx context.Context) (RiskPlan, error) {
	now, out := e.now(), RiskPlan{Risk: core.Risk{Key: e.noticesRisk()}}
	before, err := e.store.Live(ctx, e.noticesRisk())
	if err != nil {
		return out, err
	}
	changes := e.scheduleChanges(before)
	for _, c := range changes {
		if c.Do == DropTimer || indexOfRun(before, c.Run) >= 0 {
			continue
		}
		// A walk that has ended, for example because an operator dropped it, isn't armed again.
		switch run, err := e.store.Load(ctx, c.Run); {
		case err == nil:
			before = append(before, RunSummary{ID: c.Run, State: run.State, FlowHash: run.FlowHash, Due: run.Due})
		case core.KindOf(err) != core.NotFound:
			return out, err
		}
	}
	after := changed(before, changes, now)
	out.Timers = timerPlans(before, after, adoption{timers: changes})
	for _, r := range after {
		if r.FlowHash == "" || r.State.ended() {
			continue
		}
		if e.hashOf(r.ID.Flow) != r.FlowHash {
			out.Pinned = append(out.Pinned, r)
		}
		if _, walk := walkedAt(r.ID); walk && r.State == Armed && !r.Due.After(now) {
			out.Due = append(out.Due, DueRun{Run: r.ID, Walk: true})
		}
	}
	return out, nil
}

// foresee returns what adopting the file would do to a risk. It takes the steps of adoptOne
// in memory.
func (e *Engine) foresee(ctx context.Context, before Record) (RiskPlan, error) {
	now := e.now()
	out := RiskPlan{Risk: before.Risk, Lost: e.lost(before.Risk)}
	after, data := before, map[RunID][]byte{}
	step := e.adoption(ctx, after)
	if step.enter != nil {
		out.Enters = step.enter.New.Node
		for _, c := range step.enter.Timers {
			data[c.Run] = c.Data
		}
		after.Risk = step.enter.New
		after.Runs = changed(after.Runs, step.enter.Timers, now)
		step = e.adoption(ctx, after)
	}
	after.Runs = changed(after.Runs, step.timers, now)
	out.Timers = timerPlans(e.shownDue(ctx, before.Runs), e.shownDue(ctx, after.Runs), step)
	for _, r := range after.Runs {
		if r.FlowHash == "" || r.State.ended() {
			continue
		}
		if e.hashOf(r.ID.Flow) != r.FlowHash {
			out.Pinned = append(out.Pinned, r)
		}
		if r.State == Armed && !r.Due.After(now) {
			d, acts, err := e.dueRun(ctx, after.Risk, r, data[r.ID])
			if err != nil {
				return out, err
			}
			if acts {
				out.Due = append(out.Due, d)
			}
		}
	}
	return out, nil
}

// ended reports whether a run in state s has ended for good.
func (s RunState) ended() bool { return !s.Live() && s != Parked }

// hashOf returns the hash of a flow of the file, "" if it has none of that name.
func (e *Engine) hashOf(name string) string {
	i := slices.IndexFunc(e.flows, func(f *flow.Flow) bool { return f.Name == name })
	if i < 0 {
		return ""
	}
	return e.flows[i].Hash()
}

// changed returns the runs of flows as timer changes leave them: a model of the store's
// timers.lua, without what only runs need that have begun.
func changed(runs []RunSummary, changes []TimerChange, now time.Time) []RunSummary {
	runs = slices.Clone(runs)
	arm := func(c TimerChange) {
		if indexOfRun(runs, c.Run) < 0 {
			runs = append(runs, RunSummary{ID: c.Run, State: Armed, FlowHash: c.FlowHash, Due: c.Due})
		}
	}
	for _, c := range changes {
		from := c.Run
		if c.Do == MoveTimer {
			from = c.From
		}
		i := indexOfRun(runs, from)
		final := i < 0 || runs[i].State.ended() || runs[i].Begun
		switch {
		case BuiltIn(c.Run.Flow):
		case c.Do == ArmTimer:
			arm(c)
		case c.Do == DropTimer && !final:
			runs = slices.Delete(runs, i, i+1)
		case c.Do == MoveTimer && final:
			if c.Due.After(now) && (c.Run != from || i >= 0) {
				arm(c)
			}
		case c.Do == MoveTimer && c.Run == from:
			runs[i].State, runs[i].FlowHash, runs[i].Due = Armed, c.FlowHash, c.Due
		case c.Do == MoveTimer:
			runs = slices.Delete(runs, i, i+1)
			arm(c)
		}
	}
	return runs
}

// shownDue returns the runs with the times at which people see them due. Those whose flow can't be
// read stay as they are.
func (e *Engine) shownDue(ctx context.Context, runs []RunSummary) []RunSummary {
	runs = slices.Clone(runs)
	for i, r := range runs {
		if r.FlowHash == "" || r.State.ended() {
			continue
		}
		if f, err := e.pinned.get(ctx, r.FlowHash); err == nil {
			runs[i].Due = dueBy(f, r.ID, r.Due)
		}
	}
	return runs
}

// timerPlans returns how the timers of runs would differ after the last step of an adoption.
func timerPlans(before, after []RunSummary, last adoption) []TimerPlan {
	was := map[RunID]RunID{}
	for _, c := range last.timers {
		if c.Do == MoveTimer && c.From != c.Run && indexOfRun(before, c.Run) < 0 && indexOfRun(after, c.Run) >= 0 {
			was[c.Run] = c.From
		}
	}
	replaced := slices.Collect(maps.Values(was))
	var out []TimerPlan
	for _, r := range before {
		i := indexOfRun(after, r.ID)
		switch {
		case i < 0 && !slices.Contains(replaced, r.ID):
			out = append(out, TimerPlan{Run: r.ID, From: r.Due, Late: last.late[r.ID]})
		case i >= 0 && (!after[i].Due.Equal(r.Due) || after[i].FlowHash != r.FlowHash):
			out = append(out, TimerPlan{Run: r.ID, From: r.Due, To: after[i].Due})
		}
	}
	for _, r := range after {
		if indexOfRun(before, r.ID) >= 0 {
			continue
		}
		p := TimerPlan{Run: r.ID, Was: was[r.ID], To: r.Due}
		if i := indexOfRun(before, p.Was); i >= 0 {
			p.From = before[i].Due
		}
		out = append(out, p)
	}
	return out
}

// dueRun returns what a run would do if it began now: nothing is known if its flow can't be read.
// acts is false if its condition is false.
func (e *Engine) dueRun(ctx context.Context, risk core.Risk, r RunSummary, data []byte) (d DueRun, acts bool, err error) {
	d.Run = r.ID
	f, err := e.pinned.get(ctx, r.FlowHash)
	if core.DetailOf(err) == flowNotRead {
		return d, true, nil
	}
	if err != nil {
		return d, false, err
	}
	run := Run{ID: r.ID, Data: data}
	if data == nil {
		if stored, err := e.store.Load(ctx, r.ID); err == nil {
			run = stored
		} else if core.KindOf(err) != core.NotFound {
			return d, false, err
		}
	}
	cause, err := e.cause(ctx, run, risk)
	if err != nil {
		return d, false, err
	}
	env := e.envOf(ctx, risk, cause)
	if holds, err := f.If.Holds(env); err != nil || !holds {
		return d, false, err
	}
	for _, s := range f.Steps {
		if holds, err := s.If.Holds(env); err != nil || !holds {
			continue
		}
		switch a := s.Action.(type) {
		case *flow.SendMessage:
			refs, err := a.To.Refs(env)
			if err != nil {
				return d, false, err
			}
			for _, ref := range refs {
				d.To = append(d.To, e.whoIs(ctx, ref))
			}
		case *flow.SendGroupMessage:
			d.Posts = append(d.Posts, a.Group.String())
		case *flow.CreateGroup:
			d.Creates++
		}
	}
	return d, true, nil
}

// lost returns the values of an open risk that the file doesn't define.
func (e *Engine) lost(r core.Risk) []LostValue {
	if !r.Status.Open() {
		return nil
	}
	var out []LostValue
	lose := func(kind LostKind, name string) { out = append(out, LostValue{kind, name}) }
	for _, key := range slices.Sorted(maps.Keys(r.Fields)) {
		v := r.Fields[key]
		f, ok := e.org.Field(key)
		switch {
		case v.IsZero():
		case !ok:
			lose(LostField, key)
		case !fits(v, f.Type):
			lose(LostType, key)
		case f.Type == core.SelectField && !slices.ContainsFunc(f.Options, func(o core.Option) bool { return o.Key == v.Text }):
			lose(LostOption, key+": "+v.Text)
		}
	}
	if _, i := e.org.Node(r.Node); r.Node != "" && i < 0 {
		lose(LostNode, r.Node)
	}
	if _, ok := e.org.Module(r.Module); r.Module != "" && !ok {
		lose(LostModule, r.Module)
	}
	for _, ref := range r.Handlers {
		if name, named := ref.Name(); named {
			if _, ok := e.org.People[name]; !ok {
				lose(LostPerson, name)
			}
		}
	}
	return out
}

// fits reports whether v is a value of a field of type t.
func fits(v core.Value, t core.FieldType) bool {
	switch t {
	case core.NumberField:
		return v.Number != nil
	case core.DateField:
		return !v.Date.IsZero()
	case core.PeopleField:
		return len(v.People) > 0
	default:
		return v.Text != ""
	}
}
