package engine

import (
	"strconv"

	"riskroom/core"
	"riskroom/core/flow"
)

// groupTimers returns the runs of flows that start when a group of a risk is created or
// ends. They must be armed by the script that stores g. Its revision makes the occurrence
// unique, because a group that exists again can end again.
func (e *Engine) groupTimers(g Group, ended bool) []TimerChange {
	if e.org.IsTopic(g.Key) {
		return nil // flows run for risks
	}
	risk := core.Risk{Key: g.Key}
	change := flow.Change{Before: &risk, After: risk, Now: e.now(), Group: &flow.GroupEvent{
		Occurrence: g.Ref.Workspace + ":" + g.Ref.ID + "." + strconv.FormatInt(g.Rev, 10),
		Type:       g.Type, Name: g.Title(e.org), Ended: ended,
	}}
	var p planned
	for _, f := range e.flows {
		for _, o := range f.Trigger.Plan(change).Arm {
			p.set(f, "", o, risk, e.now())
		}
	}
	return p.timers
}
