package flow

import (
	"slices"
	"strconv"
	"time"

	"riskroom/core"
	"riskroom/core/text"
)

// Trigger decides when a flow runs. It decides everything about its occurrences, so the
// engine has no code for particular triggers. The set is closed.
type Trigger interface {
	// Kind returns "date", "schedule", or the name of the event.
	Kind() string
	// Plan returns what a change to a risk does to the occurrences.
	Plan(Change) Plan
	// Next returns the occurrence that follows one that has ended, for the risk of env; ok
	// reports whether there is one.
	Next(occurrence string, env Env) (o Occurrence, ok bool)
	// Expected returns the occurrences that the risk of env must have, as it is now; armed
	// are those that have a timer and haven't begun. ok is false if that can't be known
	// because only changes cause occurrences.
	Expected(env Env, armed []string) (all []Occurrence, ok bool)
	// Over returns a code for why an occurrence that is due must not run any more for the
	// risk of env, "" if it may.
	Over(occurrence string, env Env) string
	// trigger keeps the set closed.
	trigger()
}

// Occurrence is one occasion on which a flow runs for a risk. ID is unique among the flow's
// occurrences for the risk, and part of the run's stored ID.
type Occurrence struct {
	ID  string
	Due time.Time // zero: at once
	// First is when it is due for the first of its recipients, wherever they are, if that
	// may be before Due; zero otherwise.
	First time.Time
	// Cause is stored with the run of an event, nil for a date.
	Cause *Cause
}

// Plan is what a change to a risk does to the occurrences of a flow.
type Plan struct {
	Arm  []Occurrence
	Move []Move
	Drop []string // IDs
}

// Move replaces an occurrence that is not due yet by another one.
type Move struct {
	From string // an ID
	To   Occurrence
}

// AlreadyDue is what happens if a flow is already due when its risk is filed or edited:
// the flow's if_already_due.
type AlreadyDue string

// The values of AlreadyDue.
const (
	Run  AlreadyDue = "run"
	Skip AlreadyDue = "skip"
)

// Form describes the keys of a trigger; they point into d.
func (d *TriggerDef) Form() Form {
	return Form{
		Help: "When the flow is due: some time after or before one of the risk's dates, when an event happens, or at certain times.",
		Keys: slices.Concat([]Key{
			textKey("date_field", "The date that the delay counts from: "+text.Or(append(builtinDates(), nodeSince+" (with a process)", "a date field of your own")...).String()+".", &d.DateField),
			{Name: "after", Kind: TextKey, Hint: delayHint(), Text: &d.After,
				Help: "The delay after date_field. 1d is a calendar day, 24h is 24 hours; 1d12h, 90m and 2s work too. 2wd are two working days by the flow's calendar."},
			{Name: "before", Kind: TextKey, Hint: delayHint(), Text: &d.Before,
				Help: "How long before date_field the flow is due, instead of after: 1d is the same time on the day before."},
			{Name: "at", Kind: TextKey, Pattern: ClockPattern, Hint: ClockHint(), Text: &d.At,
				Help: "The time of day at which the flow is due, such as \"09:00\". It needs whole days in after, before and every."},
			{Name: "zone", Kind: TextKey, Choices: []string{recipientZone}, Text: &d.Zone,
				Hint: text.Plain("write recipient, or leave it out: timezone at the top level sets the time zone of the file"),
				Help: "recipient: at is the time by each recipient's clock, if it is known from people or their profile, otherwise by the workspace's. The day is counted by the file's time zone."},
		}, d.repeatKeys(), []Key{
			{Name: "on", Kind: TextKey, Help: eventsHelp(), Choices: eventNames(), Text: &d.On},
		}, d.filters(), d.scheduleKeys()),
		AnyOf: []string{"date_field", "on", "schedule"}, Without: text.Plain("a trigger needs date_field, on or schedule"),
		Excludes: []Exclusion{
			{Key: "on", Others: []string{"date_field", "after", "before", "at", "zone", "every", "at_most", "until", "catch_up"},
				Message: text.Plain("on is due at once and has no date, delay or time: write date_field: submitted_at or status_since instead of it, or let a step wait")},
			{Key: "schedule", Others: []string{"on", "date_field", "after", "before", "at", "every", "at_most", "until"},
				Message: text.Plain("a trigger has either schedule, or on, or date_field with after, before or every, and at")},
			{Key: "after", Others: []string{"before"}, Message: text.Plain("a trigger has either after or before")},
		},
		Requires: append([]Requirement{
			{Key: "date_field", AnyOf: []string{"after", "before", "every"},
				Without: text.Plain("date_field needs after, before or every, such as after: 1d")},
			{Key: "zone", Others: []string{"at"}},
			{Key: "at_most", Others: []string{"every"}},
			{Key: "until", Others: []string{"every"}},
			{Key: "catch_up", AnyOf: []string{"date_field", "schedule"},
				Without: text.Plain("catch_up needs date_field or schedule: it is about times that pass while riskroom isn't running")},
			{Key: "digest", Others: []string{"schedule"}},
		}, d.filtersNeedEvent()...),
	}
}

// filters returns the keys that narrow an event down. They point into d.
func (d *TriggerDef) filters() []Key {
	help := func(name, help string) string { return "With " + eventsWith(filtersOf, name).String() + ": " + help }
	statuses := func(name, what string, list *[]string) Key {
		return Key{Name: name, Kind: WordsKey, Help: help(name, what), Choices: wordsOf(core.Statuses()), List: list}
	}
	return []Key{
		statuses("from", "only changes from one of these statuses.", &d.From),
		statuses("to", "only changes to one of these statuses.", &d.To),
		{Name: "fields", Kind: WordsKey, Help: help("fields", "only edits of one of these: "+oneOf(builtinFields()).String()+" and fields of your own."), List: &d.Fields},
		peopleKey("by", help("by", "only what one of these people did."), &d.By),
		{Name: "type", Kind: WordsKey, Help: help("type", "only groups of one of these types."), Choices: groupTypes(), List: &d.Type},
	}
}

func (d *TriggerDef) filtersNeedEvent() []Requirement {
	var out []Requirement
	for _, k := range d.filters() {
		out = append(out, Requirement{Key: k.Name, Others: []string{"on"}})
	}
	return out
}

// trigger compiles d. It returns nil if d has no known trigger.
func (c *compiler) trigger(def Def) Trigger {
	const path = "/trigger"
	d := def.Trigger
	c.form(path, "trigger", RuleTrigger, d.Form())
	switch {
	case d.On == "" && d.DateField != "":
		return c.dateTrigger(path, def)
	case d.On == "" && d.Schedule != "":
		return c.scheduleTrigger(path, d)
	}
	for _, e := range events() {
		if e.name == d.On {
			return c.eventTrigger(path, d, e)
		}
	}
	return nil
}

// dateOccurrence returns the ID of the occurrence whose delay starts at a date.
func dateOccurrence(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// anchorOf returns the date at which the delay of an occurrence starts.
func anchorOf(occurrence string) (time.Time, bool) {
	ms, err := strconv.ParseInt(occurrence, 10, 64)
	return time.UnixMilli(ms), err == nil
}

// versionOccurrence returns the ID of the occurrence that a change causes.
func versionOccurrence(r core.Risk) string { return "v" + strconv.FormatInt(r.Version, 10) }
