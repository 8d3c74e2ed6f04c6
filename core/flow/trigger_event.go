package flow

import (
	"strings"

	"riskroom/core"
)

// event is something that happens to a risk and that can start a flow. Each has its own file
// and a row in events.
type event struct {
	name string
	help string // after "filed: "
	// fixesStatus reports whether the risk's status is known when it happens, so
	// that a flow needs no condition on it.
	fixesStatus bool
	// happens reports whether a change is this event.
	happens func(Change) bool
}

// events returns every event, in the order of the reference.
func events() []event { return []event{filed(), assigned()} }

func eventNames() []string {
	var out []string
	for _, e := range events() {
		out = append(out, e.name)
	}
	return out
}

// eventsHelp describes when each event happens.
func eventsHelp() string {
	var out []string
	for _, e := range events() {
		out = append(out, e.name+": "+e.help)
	}
	return strings.Join(out, "; ") + "."
}

// eventTrigger runs a flow immediately on every change that is its event.
type eventTrigger struct{ event }

// Kind implements Trigger.
func (t eventTrigger) Kind() string { return t.name }

// Plan implements Trigger.
func (t eventTrigger) Plan(c Change) Plan {
	if !t.happens(c) {
		return Plan{}
	}
	return Plan{Arm: []Occurrence{{ID: versionOccurrence(c.After)}}}
}

// Next implements Trigger.
func (t eventTrigger) Next(string, core.Risk) (Occurrence, bool) { return Occurrence{}, false }

// Expected implements Trigger.
func (t eventTrigger) Expected(core.Risk) ([]Occurrence, bool) { return nil, false }

func (t eventTrigger) trigger() {}
