package flow

import (
	"strconv"
	"time"

	"riskroom/core"
)

// Trigger says when a flow runs. It answers every question about its
// occurrences: those who plan, adopt and end runs know no kinds of triggers.
// The set is closed; the engine has no other half of it.
type Trigger interface {
	// Kind returns the word for the trigger: "date", or the event.
	Kind() string
	// Plan returns what a change to a risk does to the occurrences.
	Plan(Change) Plan
	// Next returns the occurrence that follows one that has ended; ok reports
	// whether there is one.
	Next(occurrence string, r core.Risk) (o Occurrence, ok bool)
	// Expected returns the occurrences that a risk has because of what it is. It is
	// not ok if only a change brings about occurrences.
	Expected(core.Risk) (all []Occurrence, ok bool)
	// trigger keeps the set closed.
	trigger()
}

// Change is a change to a risk.
type Change struct {
	Before *core.Risk // nil: the risk is filed
	After  core.Risk
}

// Occurrence is one time that a flow runs for a risk. ID is unique among the
// occurrences of the flow for the risk, and part of the run's stored name.
type Occurrence struct {
	ID  string
	Due time.Time // zero: at once
}

// Plan is what a change to a risk does to the occurrences of a flow.
type Plan struct {
	Arm  []Occurrence
	Move []Move
	Drop []string // IDs
}

// Move replaces an occurrence whose time has not come by another one.
type Move struct {
	From string // an ID
	To   Occurrence
}

// AlreadyDue says what follows when a flow is already due as its risk is filed
// or edited.
type AlreadyDue string

// What can follow.
const (
	Run  AlreadyDue = "run"
	Skip AlreadyDue = "skip"
)

// Form describes the keys of a trigger; they point into d.
func (d *TriggerDef) Form() Form {
	return Form{
		Help: "When the flow is due: a delay after a date of the risk, or when an event happens to it.",
		Keys: []Key{
			textKey("date_field", orList(append(builtinDates(), "a date field of your own"))+".", &d.DateField),
			{Name: "after", Kind: TextKey, Hint: delayHint, Text: &d.After,
				Help: "The delay after date_field. 1d is a calendar day, 24h is 24 hours; 1d12h, 90m and 2s work too."},
			{Name: "at", Kind: TextKey, Pattern: ClockPattern, Hint: ClockHint, Text: &d.At,
				Help: "The time of day at which the flow is due on that day, such as \"09:00\". Needs whole days in after."},
			{Name: "on", Kind: TextKey, Help: eventsHelp(), Choices: eventNames(), Text: &d.On},
		},
		AnyOf: []string{"date_field", "on"}, Without: "a trigger needs date_field or on",
		Excludes: []Exclusion{{Key: "on", Others: []string{"date_field", "after", "at"},
			Message: "a trigger has either on, or date_field with after and at"}},
		Requires: []Requirement{{Key: "date_field", Others: []string{"after"}}},
	}
}

// trigger compiles d, nil if it says nothing that is known.
func (c *compiler) trigger(d TriggerDef, fields map[string]FieldDef) Trigger {
	const path = "/trigger"
	c.form(path, "trigger", RuleTrigger, d.Form())
	if d.On == "" && d.DateField != "" {
		return c.dateTrigger(path, d, fields)
	}
	for _, e := range events() {
		if e.name == d.On {
			return eventTrigger{e}
		}
	}
	return nil
}

// dateOccurrence is the ID of the occurrence that counts from a date.
func dateOccurrence(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// versionOccurrence is the ID of the occurrence that a change brings about.
func versionOccurrence(r core.Risk) string { return "v" + strconv.FormatInt(r.Version, 10) }
