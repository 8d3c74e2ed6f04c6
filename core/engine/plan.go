package engine

import (
	"cmp"
	"encoding/json"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
)

// planned is how a change of a risk changes its timers.
type planned struct {
	timers []TimerChange
	events []Event
	now    []string // flows that are already due and run now
	missed []string // flows that are already due and are skipped
	shifts []shift  // of timers that count from a date
}

// plan returns how the timers of a risk with these runs change with a change of the risk.
func plan(flows []*flow.Flow, change flow.Change, runs []RunSummary) planned {
	var p planned
	risk, now := change.After, change.Now
	for _, f := range flows {
		change.Armed = occurrences(runs, f, func(r RunSummary) bool { return (r.State.Live() || r.State == Parked) && !r.Begun })
		todo := f.Trigger.Plan(change)
		for _, id := range todo.Drop {
			p.timer(TimerChange{Do: DropTimer, Run: runOf(risk, f, id)}, risk, now)
			p.shifts = append(p.shifts, shift{flow: f.Name, from: runOf(risk, f, id)})
		}
		for _, m := range todo.Move {
			p.occurrence(f, m.From, m.To, risk, now)
		}
		for _, o := range todo.Arm {
			p.occurrence(f, "", o, risk, now)
		}
	}
	return p
}

// runOf returns the ID of the run of a flow's occurrence.
func runOf(r core.Risk, f *flow.Flow, occurrence string) RunID {
	return RunID{Risk: r.Key, Flow: f.Name, Occurrence: occurrence}
}

// occurrences returns the occurrences of a flow whose runs are like that.
func occurrences(runs []RunSummary, f *flow.Flow, like func(RunSummary) bool) []string {
	var out []string
	for _, r := range runs {
		if r.ID.Flow == f.Name && like(r) {
			out = append(out, r.ID.Occurrence)
		}
	}
	return out
}

// occurrence arms an occurrence, or moves the run of the occurrence from to it. If
// it is already due, the flow decides whether it runs now or is skipped.
func (p *planned) occurrence(f *flow.Flow, from string, o flow.Occurrence, risk core.Risk, now time.Time) {
	late := !o.Due.IsZero() && !o.Due.After(now)
	skip := late && f.IfAlreadyDue == flow.Skip
	if !o.Due.IsZero() {
		s := shift{flow: f.Name, to: runOf(risk, f, o.ID), due: o.Due, missed: skip}
		if from != "" {
			s.from = runOf(risk, f, from)
		}
		p.shifts = append(p.shifts, s)
	}
	switch {
	case skip:
		p.missed = append(p.missed, f.Name)
		p.events = append(p.events, Event{At: now, V: risk.Version, Kind: EventMissed,
			Data: map[string]string{"flow": f.Name, "due": stamp(o.Due)}})
		if from != "" {
			p.timer(TimerChange{Do: DropTimer, Run: runOf(risk, f, from)}, risk, now)
		}
		return
	case late:
		p.now = append(p.now, f.Name)
	}
	p.set(f, from, o, risk, now)
}

// set arms an occurrence, or moves the run of the occurrence from to it.
func (p *planned) set(f *flow.Flow, from string, o flow.Occurrence, risk core.Risk, now time.Time) {
	c := TimerChange{Do: ArmTimer, Run: runOf(risk, f, o.ID), Due: cmp.Or(o.First, o.Due), FlowHash: f.Hash()}
	switch {
	case o.Due.IsZero():
		c.Due = now
	case from != "" && !c.Due.After(now) && o.Due.After(now):
		c.Due = now.Add(time.Second) // so that the store takes it for one that lies ahead
	}
	if f.DigestsMissed() && from != o.ID && !c.Due.After(now) {
		c.Data, _ = json.Marshal(arming{At: now}) // can't fail
	}
	if o.Cause != nil {
		c.Data, _ = json.Marshal(o.Cause) // it consists of texts: can't fail
	}
	if from != "" {
		c.Do, c.From = MoveTimer, runOf(risk, f, from)
	}
	p.timer(c, risk, now)
}

// timer adds a timer change with its event.
func (p *planned) timer(c TimerChange, risk core.Risk, now time.Time) {
	data := map[string]string{"run": c.Run.String()}
	if !c.Due.IsZero() {
		data["due"] = stamp(c.Due)
	}
	if c.Do == MoveTimer {
		data["from"] = c.From.String()
	}
	c.Event = &Event{At: now, V: risk.Version, Kind: EventTimer, Run: c.Run.String(), Data: data}
	p.timers = append(p.timers, c)
}

// stamp formats an instant for audit events.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
