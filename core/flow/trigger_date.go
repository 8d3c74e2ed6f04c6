package flow

import (
	"slices"
	"time"

	"riskroom/core"
	"riskroom/core/calendar"
	"riskroom/core/text"
)

// DateTrigger runs a flow some time after or before a date of the risk.
type DateTrigger struct {
	Field  string // a date of every risk, or the key of an own field
	Delay  Delay
	Before bool // Delay counts back from the date

	at    time.Duration // the time of day, if fixed
	hasAt bool
	zone  *time.Location

	calendar *calendar.Calendar // of working days; nil if Delay has none
}

// nodeSince is the date since which a risk has been at its node.
const nodeSince = "node_since"

// builtinDates returns the dates of every risk that a trigger can count from.
func builtinDates() []string {
	return []string{"discovered_at", "submitted_at", "status_since", "due_at"}
}

// Kind implements Trigger.
func (t DateTrigger) Kind() string { return "date" }

// Plan implements Trigger. A date that moves also moves its occurrence.
func (t DateTrigger) Plan(c Change) Plan {
	after, has := t.Anchor(c.After)
	var before time.Time
	var had bool
	if c.Before != nil {
		before, had = t.Anchor(*c.Before)
	}
	switch {
	case had && has && before.Equal(after), !had && !has:
		return Plan{}
	case !has:
		return Plan{Drop: []string{dateOccurrence(before)}}
	case !had:
		return Plan{Arm: []Occurrence{t.occurrence(after)}}
	}
	return Plan{Move: []Move{{From: dateOccurrence(before), To: t.occurrence(after)}}}
}

// Next implements Trigger.
func (t DateTrigger) Next(string, core.Risk) (Occurrence, bool) { return Occurrence{}, false }

// Expected implements Trigger.
func (t DateTrigger) Expected(r core.Risk) ([]Occurrence, bool) {
	anchor, ok := t.Anchor(r)
	if !ok {
		return nil, true
	}
	return []Occurrence{t.occurrence(anchor)}, true
}

func (t DateTrigger) trigger() {}

// occurrence returns the occurrence that counts from anchor.
func (t DateTrigger) occurrence(anchor time.Time) Occurrence {
	return Occurrence{ID: dateOccurrence(anchor), Due: t.Due(anchor)}
}

// Anchor returns the date of r that t counts from, and whether it is set.
func (t DateTrigger) Anchor(r core.Risk) (time.Time, bool) {
	var at time.Time
	switch t.Field {
	case "discovered_at":
		at = r.DiscoveredAt
	case "submitted_at":
		at = r.SubmittedAt
	case "status_since":
		at = r.StatusSince
	case "due_at":
		at = r.DueAt
	case nodeSince:
		at = r.NodeSince
	default:
		at = r.Fields[t.Field].Date
	}
	return at, !at.IsZero()
}

// Due returns when t is due for a date at anchor. It is never before anchor or, with Before,
// never after it.
//
// Days are calendar days in the flow's zone: a day after 15:00 is 15:00 the next day, even if
// the clocks change in between. Hours, minutes and seconds are exact and are counted after
// the days. With a fixed time of day, the result is that time on the day reached. The nth
// working day is the nth one after anchor's day, or before it.
//
// If the clocks go forward and skip the time of day, Due is the moment of the change. If they
// go back and it comes twice, Due is the first one that is not before anchor or, with Before,
// the first one.
func (t DateTrigger) Due(anchor time.Time) time.Time {
	exact := t.Delay.Exact
	if t.Before {
		exact = -exact
	}
	local, days := anchor.In(t.zone), t.Delay.Days
	switch n := t.Delay.WorkingDays; {
	case n > 0 && t.Before:
		days = -t.calendar.Count(calendar.DayOf(local), -n)
	case n > 0:
		days = t.calendar.Count(calendar.DayOf(local), n)
	case days == 0:
		return anchor.Add(exact)
	}
	clock := core.SinceMidnight(local)
	if t.hasAt {
		clock = t.at
	}
	count := core.DaysAfter
	if t.Before {
		count = core.DaysBefore
	}
	return count(anchor, days, clock, t.zone).Add(exact)
}

// dateTrigger compiles a trigger by a date.
func (c *compiler) dateTrigger(path string, d TriggerDef, fields map[string]FieldDef) DateTrigger {
	t := DateTrigger{Field: d.DateField, zone: c.scope.zone}
	dates := builtinDates()
	if _, process := c.scope.lookup(nodeSince); process {
		dates = append(dates, nodeSince)
	}
	for _, v := range c.scope.own {
		if v.kind == dateKind {
			dates = append(dates, ownKey(v.name))
		}
	}
	if !slices.Contains(dates, d.DateField) {
		f := flawAt(0, "there is no date %q; %s", d.DateField, orMeant(d.DateField, dates, text.Phrasef("dates are %s", oneOf(dates))))
		if own, ok := fields[d.DateField]; !ok && d.DateField == nodeSince {
			f = flawAt(0, "%s", needsProcess(nodeSince))
		} else if ok {
			f = flawAt(0, "the field %q has the type %s, and is not a date; dates are %s", d.DateField, own.Type, oneOf(dates))
		}
		c.flaw(path+"/date_field", RuleTrigger, f.about(ownPrefix+d.DateField))
	}
	c.delay(path, d, &t)
	if past := []string{"discovered_at", "submitted_at", "status_since", nodeSince}; t.Before && slices.Contains(past, t.Field) {
		c.report(path+"/before", -1, RuleTrigger, "%s is never in the future, so nothing can be due before it; write after", t.Field)
	}
	return t
}

// delay compiles the delay of d.
func (c *compiler) delay(path string, d TriggerDef, t *DateTrigger) {
	key, written := "after", d.After
	if written == "" {
		key, written, t.Before = "before", d.Before, d.Before != ""
	}
	if written == "" {
		return
	}
	delay, f := parseDelay(written)
	if f != nil {
		c.flaw(path+"/"+key, RuleTrigger, f)
	}
	t.Delay = delay
	if delay.WorkingDays > 0 {
		if t.calendar = c.calendar; t.calendar == nil {
			c.report(path+"/"+key, 0, RuleTrigger, "%q counts working days, so the flow needs a calendar: write calendar with the name of one in calendars", written)
		}
	}
	at, none := parseClock(d.At)
	if none != nil {
		return // none, or one that the form refuses
	}
	t.at, t.hasAt = at, true
	if f == nil && (delay.Days+delay.WorkingDays == 0 || delay.Exact != 0) {
		c.report(path+"/at", 0, RuleTrigger, "at fixes the time of day, so %s must be whole days like 1d, not %q", key, written)
	}
}
