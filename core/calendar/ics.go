package calendar

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"time"

	// The library is the one for iCalendar that has releases. It unfolds lines and reads
	// parameters; what a holiday is, is decided here.
	ics "github.com/arran4/golang-ical"
)

// Limits of a file.
const (
	MaxICSSize = 1 << 20 // bytes
	MaxEvents  = 2000
)

// ICSFault is what is wrong with a file.
type ICSFault int

// The faults of a file.
const (
	ICSUnreadable ICSFault = iota // it is no iCalendar file
	ICSLarge                      // it has too many bytes or events
	ICSRepeats                    // an event repeats by a rule
	ICSDays                       // the days of an event can't be read, or are too many
	ICSEmpty                      // it has no event that lasts a whole day
)

// ICSError is an error about a file.
type ICSError struct {
	Fault ICSFault
	Event string // what the event is about
}

// Error implements error.
func (e *ICSError) Error() string {
	return fmt.Sprintf("calendar: fault %d of event %q", e.Fault, e.Event)
}

// ParseICS returns the days of the events of an iCalendar file that last whole days. It
// leaves out events with a time of day, and cancelled ones.
func ParseICS(data []byte) ([]Range, error) {
	if len(data) > MaxICSSize {
		return nil, &ICSError{Fault: ICSLarge}
	}
	cal, err := ics.ParseCalendar(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	if err != nil {
		return nil, &ICSError{Fault: ICSUnreadable}
	}
	events := cal.Events()
	if len(events) > MaxEvents {
		return nil, &ICSError{Fault: ICSLarge}
	}
	var out []Range
	for _, e := range events {
		start := value(e, ics.ComponentPropertyDtStart)
		if !wholeDay.MatchString(start) || value(e, ics.ComponentPropertyStatus) == string(ics.ObjectStatusCancelled) {
			continue
		}
		name := value(e, ics.ComponentPropertySummary)
		if value(e, ics.ComponentPropertyRrule) != "" || value(e, ics.ComponentPropertyRdate) != "" {
			return nil, &ICSError{Fault: ICSRepeats, Event: name}
		}
		r, ok := daysOf(start, value(e, ics.ComponentPropertyDtEnd), value(e, ics.ComponentPropertyDuration))
		if !ok {
			return nil, &ICSError{Fault: ICSDays, Event: name}
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		return nil, &ICSError{Fault: ICSEmpty}
	}
	return merge(out), nil
}

var (
	wholeDay = regexp.MustCompile(`^\d{8}$`)
	lasting  = regexp.MustCompile(`^\+?P(\d{1,4})([DW])$`)
)

// daysOf returns the days of an event from its start, and its end, which is the day after, or
// its duration. Without both, it lasts a day.
func daysOf(start, end, duration string) (Range, bool) {
	const day = "20060102"
	from, err := time.Parse(day, start)
	if err != nil {
		return Range{}, false
	}
	until := from.AddDate(0, 0, 1)
	switch m := lasting.FindStringSubmatch(duration); {
	case end != "":
		if until, err = time.Parse(day, end); err != nil {
			return Range{}, false
		}
		if until.Equal(from) { // some programs write a day so
			until = from.AddDate(0, 0, 1)
		}
	case m != nil:
		n, _ := strconv.Atoi(m[1]) // at most four digits
		if m[2] == "W" {
			n *= 7
		}
		until = from.AddDate(0, 0, n)
	case duration != "":
		return Range{}, false
	}
	r := Range{DayOf(from), DayOf(until) - 1}
	return r, r.First >= firstDay && r.Last <= lastDay && r.First <= r.Last && r.Last-r.First < MaxDays
}

// value returns the value of a property, or "".
func value(e *ics.VEvent, name ics.ComponentProperty) string {
	if p := e.GetProperty(name); p != nil {
		return p.Value
	}
	return ""
}
