package flow

import (
	"slices"
	"strings"

	"riskroom/core/text"
)

// event is something that happens to a risk and that can start a flow. Each has its own file
// and a row in events.
type event struct {
	name string
	help string // after "filed: "
	// anyStatus reports whether its flows need no condition on the risk's status.
	anyStatus bool
	// filters are the keys of the trigger that narrow it down.
	filters []string
	// values are the names that only its flows can use, of those in causeVariables.
	values []string
	// ofGroup reports that it happens to a group of the risk. Other events are changes of the
	// risk itself.
	ofGroup bool
	// happens reports whether a change is this event.
	happens func(Change) bool
}

// events returns every event, in the order of the reference.
func events() []event {
	return []event{filed(), assigned(), statusChanged(), reopened(), edited(), noted(), groupCreated(), groupEnded()}
}

func eventNames() []string {
	var out []string
	for _, e := range events() {
		out = append(out, e.name)
	}
	return out
}

// eventsWith returns how triggers name the events that have a filter or a value.
func eventsWith(has func(event) []string, name string) text.Phrase {
	var out []string
	for _, e := range events() {
		if slices.Contains(has(e), name) {
			out = append(out, e.name)
		}
	}
	return text.Phrasef("on: %s", text.Or(out...))
}

func filtersOf(e event) []string { return e.filters }
func valuesOf(e event) []string  { return e.values }

// eventsHelp describes when each event happens.
func eventsHelp() string {
	var out []string
	for _, e := range events() {
		out = append(out, e.name+": "+e.help)
	}
	return strings.Join(out, "; ") + "."
}

// eventTrigger runs a flow immediately on every change that is its event and passes its
// filters.
type eventTrigger struct {
	event
	from, to, fields, types []string // empty: any
}

// Kind implements Trigger.
func (t eventTrigger) Kind() string { return t.name }

// Plan implements Trigger.
func (t eventTrigger) Plan(c Change) Plan {
	if t.ofGroup != (c.Group != nil) || !t.happens(c) || !t.passes(c) {
		return Plan{}
	}
	id := versionOccurrence(c.After)
	if t.ofGroup {
		id = c.Group.Occurrence
	}
	return Plan{Arm: []Occurrence{{ID: id, Cause: causeOf(c)}}}
}

// passes reports whether a change passes the filters.
func (t eventTrigger) passes(c Change) bool {
	if c.Before == nil {
		return true
	}
	if c.Group != nil {
		return len(t.types) == 0 || slices.Contains(t.types, string(c.Group.Type))
	}
	any := func(list []string, words ...string) bool {
		return len(list) == 0 || slices.ContainsFunc(words, func(w string) bool { return slices.Contains(list, w) })
	}
	return any(t.from, string(c.Before.Status)) && any(t.to, string(c.After.Status)) && any(t.fields, c.edited()...)
}

// Next implements Trigger.
func (t eventTrigger) Next(string, Env) (Occurrence, bool) { return Occurrence{}, false }

// Expected implements Trigger.
func (t eventTrigger) Expected(Env, []string) ([]Occurrence, bool) { return nil, false }

// Over implements Trigger.
func (t eventTrigger) Over(string, Env) string { return "" }

func (t eventTrigger) trigger() {}

// eventTrigger compiles a trigger by an event.
func (c *compiler) eventTrigger(path string, d TriggerDef, e event) eventTrigger {
	for _, k := range d.filters() {
		if k.given() && !slices.Contains(e.filters, k.Name) {
			c.report(path+"/"+k.Name, -1, RuleTrigger, "%s goes with %s, not with on: %s", k.Name, eventsWith(filtersOf, k.Name), e.name)
		}
	}
	known := c.scope.editable()
	for i, f := range d.Fields {
		switch {
		case slices.Contains(known, f):
		case f == "status":
			c.report(at(path+"/fields", i), 0, RuleTrigger, "a change of the status is another event: use on: status")
		case f == "handlers":
			c.report(at(path+"/fields", i), 0, RuleTrigger, "a change of the handlers is another event: use on: assigned")
		default:
			c.flaw(at(path+"/fields", i), RuleTrigger, flawAt(0, "there is no field %q; %s", f, orMeant(f, known, text.Phrasef("fields are %s", oneOf(known)))).about(ownPrefix+f))
		}
	}
	return eventTrigger{event: e, from: d.From, to: d.To, fields: d.Fields, types: d.Type}
}
