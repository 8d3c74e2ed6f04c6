package config

import (
	"errors"
	"path/filepath"
	"strings"

	"riskroom/core/calendar"
	"riskroom/core/flow"
	coretext "riskroom/core/text"
)

// maxCalendars is how many calendars a file may have.
const maxCalendars = 20

// dayPattern matches what a list of days has; whether a day exists is checked later.
const dayPattern = `^[0-9]{4}-[0-9]{2}-[0-9]{2}(\.\.[0-9]{4}-[0-9]{2}-[0-9]{2})?$`

// calendarName matches the name of a calendar.
const calendarName = `^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,63}$`

func calendarsSchema() object {
	days := func(doc string) object {
		return object{
			"type": "array", "minItems": 1, "maxItems": calendar.MaxRanges, "description": doc,
			"items": matching("", dayPattern, coretext.Plain("a day like 2026-02-15, or days like 2026-02-15..2026-02-23")),
		}
	}
	d := dict("Calendars of working days, under names of your choice.",
		calendarName, coretext.Plain("a calendar's name has up to 64 letters, digits, \"-\", \"_\" and \".\", and no spaces"),
		record("One calendar. A day is a working day if it is one of workdays; or if it is one of weekdays, and neither in holidays nor in file.", nil, object{
			"weekdays": wordList("The days of the week on which people work. Default: [mon, tue, wed, thu, fri].", calendar.Weekdays()),
			"holidays": days("Days on which nobody works, such as [2026-01-01, 2026-02-15..2026-02-23]."),
			"workdays": days("Working days that make up for holidays, such as [2026-02-14]."),
			"file":     text("An iCalendar file (.ics) whose all-day events are holidays, too. The path is relative to the config file. Events that repeat by a rule can't be used."),
		}))
	d["maxProperties"] = maxCalendars
	return d
}

// readCalendars reads the calendars. One with problems is nil.
func (l *loader) readCalendars() {
	l.calendars = map[string]*calendar.Calendar{}
	all := l.root.get("calendars")
	for _, e := range all.list() {
		var c *calendar.Calendar
		if e.value.kind == mapNode {
			c = l.calendar(e.value)
		}
		l.calendars[e.name] = c
	}
	l.knownCalendar(l.root.get("calendar"))
}

// calendar reads a calendar. It returns nil if it has problems.
func (l *loader) calendar(n *node) *calendar.Calendar {
	before := len(l.problems)
	holidays, workdays := l.days(n.get("holidays")), l.days(n.get("workdays"))
	weekdays := texts(n.get("weekdays"))
	if weekdays == nil {
		weekdays = calendar.Usual()
	}
	for _, w := range workdays {
		for _, h := range holidays {
			if both := w.both(h.Range); both.First <= both.Last {
				l.problem(w.at.at, "calendar", "%s is a holiday and a working day", both.First).hint("take it out of one of the two lists")
			}
		}
	}
	free := ranges(holidays)
	if file := n.get("file"); l.sound(file) {
		free = append(free, l.calendarFile(file)...)
	}
	if len(l.problems) > before || l.broken(n) {
		return nil
	}
	c, err := calendar.New(weekdays, free, ranges(workdays))
	switch {
	case errors.Is(err, calendar.ErrMany):
		l.problem(n.key, "limit", "the calendar has too many days off: at most %d periods", calendar.MaxRanges)
	case err != nil:
		l.problem(n.key, "calendar", "the calendar has no working day for more than a year")
	}
	return c
}

// listed is a range of days with its place.
type listed struct {
	calendar.Range
	at *node
}

// both returns the days that r and o have in common, reversed if there are none.
func (r listed) both(o calendar.Range) calendar.Range {
	return calendar.Range{First: max(r.First, o.First), Last: min(r.Last, o.Last)}
}

func ranges(list []listed) []calendar.Range {
	var out []calendar.Range
	for _, r := range list {
		out = append(out, r.Range)
	}
	return out
}

// days reads a list of days.
func (l *loader) days(n *node) []listed {
	var out []listed
	for _, it := range n.elements() {
		if !l.sound(it) || !it.isString() {
			continue
		}
		r, err := calendar.ParseRange(it.text)
		switch {
		case errors.Is(err, calendar.ErrReversed):
			l.problem(it.at, "calendar", "%q: the last day is before the first", short(it.text))
			continue
		case errors.Is(err, calendar.ErrLong):
			l.problem(it.at, "calendar", "%q has more than %d days", short(it.text), calendar.MaxDays)
			continue
		case err != nil:
			l.problem(it.at, "calendar", "%q: there is no such day between 2000 and 2199", short(it.text))
			continue
		}
		for _, o := range out {
			if both := o.both(r); both.First <= both.Last {
				l.problem(it.at, "calendar", "%s is already in this list, on line %d", both.First, o.at.at.line)
				break
			}
		}
		out = append(out, listed{r, it})
	}
	return out
}

// calendarFile reads the holidays of an iCalendar file.
func (l *loader) calendarFile(n *node) []calendar.Range {
	if strings.Contains(n.text, "://") || strings.HasPrefix(n.text, "webcal:") {
		l.problem(n.at, "calendar", "a calendar comes from a file on this machine").hint("download the calendar, and write the path of the file")
		return nil
	}
	path := n.text
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(l.src.name), path)
	}
	if l.o.ReadFile == nil {
		return nil
	}
	data, err := l.o.ReadFile(path)
	if err != nil {
		l.problem(n.at, "calendar", "%q can't be read", short(path)).hint("the path is relative to the config file")
		return nil
	}
	days, err := calendar.ParseICS(data)
	if bad, ok := errors.AsType[*calendar.ICSError](err); ok {
		l.badICS(n, bad)
	}
	return days
}

// badICS reports what is wrong with an iCalendar file.
func (l *loader) badICS(n *node, bad *calendar.ICSError) {
	switch bad.Fault {
	case calendar.ICSLarge:
		l.problem(n.at, "limit", "the file has more than %d bytes or %d events", calendar.MaxICSSize, calendar.MaxEvents)
	case calendar.ICSRepeats:
		l.problem(n.at, "calendar", "the event %q repeats by a rule", short(bad.Event)).hint("give each day an event of its own, or write the days in holidays")
	case calendar.ICSDays:
		l.problem(n.at, "calendar", "the days of the event %q can't be used", short(bad.Event)).hint("an event has at most %d days between 2000 and 2199", calendar.MaxDays)
	case calendar.ICSEmpty:
		l.problem(n.at, "calendar", "the file has no all-day event")
	case calendar.ICSUnreadable:
		l.problem(n.at, "calendar", "the file is not an iCalendar file")
	}
}

// knownCalendar reports an unknown calendar.
func (l *loader) knownCalendar(n *node) {
	if all := l.root.get("calendars"); l.sound(n) && !l.bad[all] && all.get(n.text) == nil {
		l.problem(n.at, "calendar", "unknown calendar %q: %s", short(n.text), suggest(n.text, keys(all)))
	}
}

// calendarOf sets the calendar of a flow that counts working days or has a schedule.
func (l *loader) calendarOf(d *flow.Def, n *node) {
	own := n.get("calendar")
	l.knownCalendar(own)
	if !d.UsesCalendar() {
		if l.sound(own) {
			l.warning(own.at, "calendar", "the flow counts no working days, so its calendar has no effect")
		}
		return
	}
	name := own
	if name == nil {
		name = l.root.get("calendar")
	}
	if name == nil {
		return // flow.Compile reports it
	}
	d.CalendarName = name.str()
	d.Calendar = new(l.daysOf(name.str()))
}

// daysOf returns the days of a calendar, usual ones in place of one with problems.
func (l *loader) daysOf(name string) calendar.Days {
	if c := l.calendars[name]; c != nil {
		return c.Days()
	}
	return calendar.Days{Weekdays: calendar.Usual()}
}
