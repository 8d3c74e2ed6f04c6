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

	at     time.Duration // the time of day, if fixed
	hasAt  bool
	zone   *time.Location
	theirs bool // at is by each recipient's clock

	calendar *calendar.Calendar // of working days; nil if none are counted

	Repeat *Repeat // nil if t is due once
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
	if t.Repeat != nil {
		return t.planRepeat(c)
	}
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
func (t DateTrigger) Next(occurrence string, env Env) (Occurrence, bool) {
	if t.Repeat == nil {
		return Occurrence{}, false
	}
	return t.following(occurrence, env)
}

// Over implements Trigger.
func (t DateTrigger) Over(occurrence string, env Env) string {
	if t.Repeat == nil {
		return ""
	}
	return t.over(occurrence, env)
}

// Expected implements Trigger.
func (t DateTrigger) Expected(env Env, armed []string) ([]Occurrence, bool) {
	if t.Repeat != nil {
		return t.expectedRepeat(env, armed), true
	}
	anchor, ok := t.Anchor(env.Risk)
	if !ok {
		return nil, true
	}
	return []Occurrence{t.occurrence(anchor)}, true
}

func (t DateTrigger) trigger() {}

// occurrence returns the occurrence that counts from anchor.
func (t DateTrigger) occurrence(anchor time.Time) Occurrence {
	return t.local(Occurrence{ID: dateOccurrence(anchor), Due: t.Due(anchor)}, anchor)
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
func (t DateTrigger) Due(anchor time.Time) time.Time { return t.due(anchor, 1) }

// due is Due of the nth time.
func (t DateTrigger) due(anchor time.Time, n int) time.Time {
	local, exact := anchor.In(t.zone), t.Delay.Exact
	if t.Before {
		exact = -exact
	}
	days := t.days(calendar.DayOf(local))
	if n > 1 {
		every := t.Repeat.Every
		exact += time.Duration(n-1) * every.Exact
		if many := (n - 1) * every.WorkingDays; many > 0 {
			days += t.calendar.Count(calendar.DayOf(local)+calendar.Day(days), many)
		}
		days += (n - 1) * every.Days
	}
	clock := core.SinceMidnight(local)
	switch {
	case t.hasAt:
		clock = t.at
	case days == 0:
		return anchor.Add(exact)
	}
	if days > 0 || !t.Before {
		return core.DaysAfter(anchor, days, clock, t.zone).Add(exact)
	}
	return core.DaysBefore(anchor, -days, clock, t.zone).Add(exact)
}

// days returns how many days after a day the first time is.
func (t DateTrigger) days(from calendar.Day) int {
	days, working := t.Delay.Days, t.Delay.WorkingDays
	if t.Before {
		days, working = -days, -working
	}
	if working != 0 {
		return t.calendar.Count(from, working)
	}
	return days
}

// dateTrigger compiles a trigger by a date.
func (c *compiler) dateTrigger(path string, def Def) DateTrigger {
	d, fields := def.Trigger, def.Fields
	t := DateTrigger{Field: d.DateField, zone: c.scope.zone, theirs: d.Zone == recipientZone}
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
	c.delays(path, d, &t)
	c.repeat(path, def, &t)
	if past := []string{"discovered_at", "submitted_at", "status_since", nodeSince}; t.Before && slices.Contains(past, t.Field) {
		c.report(path+"/before", -1, RuleTrigger, "%s is never in the future, so nothing can be due before it; write after", t.Field)
	}
	return t
}

// delays compiles the time of day of d, and how long after or before the date it is due.
func (c *compiler) delays(path string, d TriggerDef, t *DateTrigger) {
	if at, none := parseClock(d.At); none == nil { // otherwise there is none, or the form refuses it
		t.at, t.hasAt = at, true
	}
	key, written := "after", d.After
	if written == "" {
		key, written, t.Before = "before", d.Before, d.Before != ""
	}
	t.Delay, _ = c.interval(path, key, written, t)
}

// interval compiles a delay of t; ok is false if there is none, or it is invalid.
func (c *compiler) interval(path, key, written string, t *DateTrigger) (d Delay, ok bool) {
	if written == "" {
		return d, false
	}
	if d, ok = c.countdown(path+"/"+key, RuleTrigger, written, t); !ok {
		return d, false
	}
	if t.hasAt && (d.Days+d.WorkingDays == 0 || d.Exact != 0) {
		c.report(path+"/at", 0, RuleTrigger, "at fixes the time of day, so %s must be whole days like 1d, not %q", key, written)
	}
	return d, true
}

// countdown compiles a delay, and takes the calendar into t if it counts working days.
func (c *compiler) countdown(path, rule, written string, t *DateTrigger) (d Delay, ok bool) {
	d, f := parseDelay(written)
	if f != nil {
		c.flaw(path, rule, f)
		return d, false
	}
	if d.WorkingDays > 0 {
		if t.calendar = c.calendar; t.calendar == nil {
			c.report(path, 0, rule, "%q counts working days, so the flow needs a calendar: write calendar with the name of one in calendars", written)
		}
	}
	return d, true
}
