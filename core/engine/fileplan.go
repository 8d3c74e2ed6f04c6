package engine

import (
	"context"
	"slices"
	"strings"

	"riskroom/core"
)

// FilePlan sums up what adopting a config file would do to all risks.
type FilePlan struct {
	Risks    int                     // that are open or have a timer
	Enters   SomeRisks               // risks that would enter the first node
	Flows    []FlowPlan              // to which anything would happen, by name
	Due      Some[DueRun]            // runs that would be due at once
	Walks    int                     // of these, whose messages aren't counted
	Messages map[string]int          // that these would send, by recipient
	Posts    map[string]int          // the same in groups, by the group's name in the flow
	Creates  int                     // groups that these would create
	Lost     map[LostValue]SomeRisks // values that the file doesn't define, with the open risks that have them
}

// FlowPlan is what would happen to the timers of a flow.
type FlowPlan struct {
	Name     string
	Gone     bool            // the file doesn't have it
	Added    Some[TimerPlan] // timers
	Moved    Some[TimerPlan]
	Reworded Some[TimerPlan] // they would follow the new text at the same time
	Dropped  Some[TimerPlan]
	Late     Some[TimerPlan] // dropped because they would be due already
	Pinned   Some[TimerPlan] // runs that would keep the text of an earlier flow
}

// Some are a number of things, and the first of them.
type Some[T any] struct {
	Count int
	First []T
}

// SomeRisks are a number of risks, and the first of them.
type SomeRisks = Some[core.RiskKey]

// plus returns s with one more.
func (s Some[T]) plus(one T, most int) Some[T] {
	s.Count++
	if most < 0 || len(s.First) < most {
		s.First = append(s.First, one)
	}
	return s
}

// PlanFile sums up Foresee. Of each kind it names at most so many risks and runs; negative:
// all.
func (e *Engine) PlanFile(ctx context.Context, most int) (FilePlan, error) {
	out := FilePlan{Messages: map[string]int{}, Posts: map[string]int{}, Lost: map[LostValue]SomeRisks{}}
	flows := map[string]*FlowPlan{}
	of := func(name string) *FlowPlan {
		if flows[name] == nil {
			flows[name] = &FlowPlan{Name: name, Gone: e.hashOf(name) == ""}
		}
		return flows[name]
	}
	risks, err := e.Foresee(ctx, func(p RiskPlan) error {
		if p.Enters != "" {
			out.Enters = out.Enters.plus(p.Risk.Key, most)
		}
		for _, c := range p.Timers {
			of(c.Run.Flow).note(c, most)
		}
		for _, r := range p.Pinned {
			f := of(r.ID.Flow)
			f.Pinned = f.Pinned.plus(TimerPlan{Run: r.ID, From: r.Due, To: r.Due}, most)
		}
		for _, d := range p.Due {
			out.due(d, most)
		}
		for _, v := range p.Lost {
			out.Lost[v] = out.Lost[v].plus(p.Risk.Key, most)
		}
		return nil
	})
	out.Risks = risks
	for _, f := range flows {
		out.Flows = append(out.Flows, *f)
	}
	slices.SortFunc(out.Flows, func(a, b FlowPlan) int { return strings.Compare(a.Name, b.Name) })
	return out, err
}

// note adds the change of a timer.
func (f *FlowPlan) note(c TimerPlan, most int) {
	into := &f.Moved
	switch {
	case c.From.IsZero():
		into = &f.Added
	case !c.Late.IsZero():
		into = &f.Late
	case c.To.IsZero():
		into = &f.Dropped
	case c.From.Equal(c.To):
		into = &f.Reworded
	}
	*into = into.plus(c, most)
}

// due adds a run that would be due at once.
func (p *FilePlan) due(d DueRun, most int) {
	p.Due = p.Due.plus(d, most)
	for _, to := range d.To {
		p.Messages[to]++
	}
	for _, to := range d.Posts {
		p.Posts[to]++
	}
	p.Creates += d.Creates
	if d.Walk {
		p.Walks++
	}
}

// Totals are the sums of all flows of a FilePlan.
type Totals struct{ Added, Moved, Reworded, Dropped, Late, Pinned, Messages int }

// Totals returns the sums.
func (p FilePlan) Totals() Totals {
	var t Totals
	for _, f := range p.Flows {
		t.Added += f.Added.Count
		t.Moved += f.Moved.Count
		t.Reworded += f.Reworded.Count
		t.Dropped += f.Dropped.Count
		t.Late += f.Late.Count
		t.Pinned += f.Pinned.Count
	}
	for _, n := range p.Messages {
		t.Messages += n
	}
	for _, n := range p.Posts {
		t.Messages += n
	}
	return t
}
