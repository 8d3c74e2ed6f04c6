package flow

import (
	"slices"
	"time"

	"riskroom/core"
)

// Event is what happens to a risk that a flow can wait for.
type Event string

// The events that flows can wait for.
const (
	OnFiled    Event = "filed"    // the risk was filed
	OnAssigned Event = "assigned" // it got handlers, by being filed with them or later
)

// AlreadyDue says what follows when a flow is already due as its risk is filed
// or edited.
type AlreadyDue string

// What can follow.
const (
	Run  AlreadyDue = "run"
	Skip AlreadyDue = "skip"
)

// Trigger says when a flow runs: on an event, or some time after a date of the
// risk.
type Trigger struct {
	On        Event  // "" for a date
	DateField string // "" for an event; a date of every risk, or the key of an own field
	After     Delay

	at    time.Duration // the time of day, if fixed
	hasAt bool
	zone  *time.Location
}

// builtinDates returns the dates of every risk that a trigger can count from.
func builtinDates() []string {
	return []string{"discovered_at", "submitted_at", "status_since", "due_at"}
}

// Anchor returns the instant of r that t counts from; false if t waits for an
// event or r has no such date.
func (t Trigger) Anchor(r core.Risk) (time.Time, bool) {
	var at time.Time
	switch t.DateField {
	case "":
	case "discovered_at":
		at = r.DiscoveredAt
	case "submitted_at":
		at = r.SubmittedAt
	case "status_since":
		at = r.StatusSince
	case "due_at":
		at = r.DueAt
	default:
		at = r.Fields[t.DateField].Date
	}
	return at, !at.IsZero()
}

// Due returns when t is due for a date at anchor. It is never before anchor.
//
// Days are calendar days in the flow's zone: a day after 15:00 is 15:00 the
// next day, however the clocks change meanwhile. Hours, minutes and seconds
// are exact and are counted after the days. With a fixed time of day, that time
// on the day reached counts instead of the anchor's.
//
// Where the clocks go forward and skip the time of day, Due is the moment they
// do; where they go back and it comes twice, its first coming that is not
// before anchor.
func (t Trigger) Due(anchor time.Time) time.Time {
	if t.On != "" || t.After.Days == 0 {
		return anchor.Add(t.After.Exact)
	}
	local := anchor.In(t.zone)
	clock := sinceMidnight(local)
	if t.hasAt {
		clock = t.at
	}
	y, m, d := local.Date()
	first, second := wallClock(y, m, d+t.After.Days, clock, t.zone)
	due := first
	if due.Before(anchor) {
		due = second
	}
	if due.Before(anchor) {
		due = anchor
	}
	return due.Add(t.After.Exact)
}

// trigger compiles d.
func (c *compiler) trigger(d TriggerDef, fields map[string]FieldDef) Trigger {
	const path = "/trigger"
	t := Trigger{On: Event(d.On), DateField: d.DateField, zone: c.scope.zone}
	switch {
	case d.On != "" && d.DateField != "":
		c.report(path, -1, RuleTrigger, "a trigger has either on or date_field, not both")
		return t
	case d.On != "":
		c.eventTrigger(d)
		return t
	case d.DateField == "":
		c.report(path, -1, RuleTrigger, "a trigger needs on or date_field")
		return t
	}
	dates := builtinDates()
	for _, v := range c.scope.own {
		if v.kind == dateKind {
			dates = append(dates, ownKey(v.name))
		}
	}
	if !slices.Contains(dates, d.DateField) {
		if f, ok := fields[d.DateField]; ok {
			c.report(path+"/date_field", 0, RuleTrigger, "the field %q holds a %s, not a date; dates are %s", d.DateField, f.Type, oneOf(dates))
		} else {
			c.report(path+"/date_field", 0, RuleTrigger, "there is no date %q; %sdates are %s", d.DateField, meant(d.DateField, dates), oneOf(dates))
		}
	}
	c.delay(d, &t)
	return t
}

func (c *compiler) eventTrigger(d TriggerDef) {
	if on := Event(d.On); on != OnFiled && on != OnAssigned {
		c.report("/trigger/on", 0, RuleTrigger, "there is no event %q; events are %s, %s", d.On, OnFiled, OnAssigned)
	}
	if d.After != "" {
		c.report("/trigger/after", 0, RuleTrigger, "after goes with date_field, not with on: for a delay use date_field: submitted_at")
	}
	if d.At != "" {
		c.report("/trigger/at", 0, RuleTrigger, "at goes with date_field, not with on")
	}
}

// delay compiles the part of d that says how long after its date.
func (c *compiler) delay(d TriggerDef, t *Trigger) {
	if d.After == "" {
		c.report("/trigger", -1, RuleTrigger, "a trigger by date_field needs after, such as 1d or 2s")
		return
	}
	after, err := ParseDelay(d.After)
	if err != nil {
		c.report("/trigger/after", 0, RuleTrigger, "%v", err)
	}
	t.After = after
	if d.At == "" {
		return
	}
	at, atErr := parseClock(d.At)
	if atErr != nil {
		c.report("/trigger/at", 0, RuleTrigger, "%v", atErr)
		return
	}
	t.at, t.hasAt = at, true
	if err == nil && (after.Days == 0 || after.Exact != 0) {
		c.report("/trigger/at", 0, RuleTrigger, "at fixes the time of day, so after must be whole days like 1d, not %q", d.After)
	}
}
