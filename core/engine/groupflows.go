package engine

import (
	"strconv"
	"strings"

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
		Occurrence: groupOccurrence(g.Ref, g.Rev), Type: g.Type, Name: g.Title(e.org), Ended: ended,
	}}
	var p planned
	for _, f := range e.flows {
		for _, o := range f.Trigger.Plan(change).Arm {
			p.set(f, "", o, risk, e.now())
		}
	}
	return p.timers
}

// groupOccurrence returns the occurrence of what happened to a group in a revision.
func groupOccurrence(g core.GroupRef, rev int64) string {
	return g.Workspace + ":" + g.ID + "." + strconv.FormatInt(rev, 10)
}

// OfGroupEvent reports whether the run is of a flow that starts when a group is created or
// ends.
func (id RunID) OfGroupEvent() bool {
	i := strings.LastIndexByte(id.Occurrence, '.')
	if i < 0 || BuiltIn(id.Flow) {
		return false
	}
	workspace, group, ok := strings.Cut(id.Occurrence[:i], ":")
	rev, err := strconv.ParseInt(id.Occurrence[i+1:], 10, 64)
	return ok && err == nil && groupOccurrence(core.GroupRef{Workspace: workspace, ID: group}, rev) == id.Occurrence
}
