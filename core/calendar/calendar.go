// Package calendar counts working days. A Calendar has weekdays on which people work,
// holidays on which they don't, and working days that make up for holidays. The package does
// no I/O.
package calendar

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Limits, so that the days of a calendar fit into the text of a flow.
const (
	MaxRanges = 500  // holidays, and working days, each
	MaxDays   = 366  // of one range
	MaxCount  = 2600 // working days of one delay: about ten years
)

// Calendar says on which days people work. It doesn't change and is safe for concurrent use.
type Calendar struct {
	weekdays [7]bool
	holidays []Range // as merge returns them
	workdays []Range
}

// Days are the days of a Calendar as text. Their JSON is part of the stored text of flows.
type Days struct {
	Weekdays []string `json:"weekdays"`           // mon to sun
	Holidays []string `json:"holidays,omitempty"` // "2026-02-15" or "2026-02-15..2026-02-23"
	Workdays []string `json:"workdays,omitempty"` // working days whatever the rest says
}

// Errors about calendars.
var (
	ErrNoWork = errors.New("there is no working day in a whole year")
	ErrMany   = fmt.Errorf("there are more than %d holidays or working days", MaxRanges)
)

// Weekdays returns the names of the days of a week, from mon to sun.
func Weekdays() []string { return []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} }

// Usual returns the names of the days on which people usually work.
func Usual() []string { return Weekdays()[:5] }

// New returns a calendar. A day that is a holiday and a working day is a working day.
func New(weekdays []string, holidays, workdays []Range) (*Calendar, error) {
	c := &Calendar{holidays: merge(holidays), workdays: merge(workdays)}
	for _, name := range weekdays {
		i := slices.Index(Weekdays(), name)
		if i < 0 {
			return nil, fmt.Errorf("%q is not a weekday", name)
		}
		c.weekdays[(i+1)%7] = true
	}
	if len(c.holidays) > MaxRanges || len(c.workdays) > MaxRanges {
		return nil, ErrMany
	}
	if c.weekdays == [7]bool{} || c.longestRest() >= MaxDays {
		return nil, ErrNoWork
	}
	return c, nil
}

// Calendar returns the calendar with these days.
func (d Days) Calendar() (*Calendar, error) {
	var all [2][]Range
	for i, list := range [][]string{d.Holidays, d.Workdays} {
		for _, s := range list {
			r, err := ParseRange(s)
			if err != nil {
				return nil, err
			}
			all[i] = append(all[i], r)
		}
	}
	return New(d.Weekdays, all[0], all[1])
}

// Days returns the days of c. Calendars with the same days have the same text.
func (c *Calendar) Days() Days {
	var d Days
	for i, name := range Weekdays() {
		if c.weekdays[(i+1)%7] {
			d.Weekdays = append(d.Weekdays, name)
		}
	}
	for _, r := range c.holidays {
		d.Holidays = append(d.Holidays, r.String())
	}
	for _, r := range c.workdays {
		d.Workdays = append(d.Workdays, r.String())
	}
	return d
}

// Equal reports whether two calendars have the same days. Both may be nil.
func (c *Calendar) Equal(o *Calendar) bool {
	if c == nil || o == nil {
		return c == o
	}
	return c.weekdays == o.weekdays && slices.Equal(c.holidays, o.holidays) && slices.Equal(c.workdays, o.workdays)
}

// Works reports whether d is a working day.
func (c *Calendar) Works(d Day) bool {
	return in(c.workdays, d) || c.weekdays[d.Weekday()] && !in(c.holidays, d)
}

// Count returns how many calendar days after from the nth working day after it is. A negative
// n counts back, and so does the result.
func (c *Calendar) Count(from Day, n int) int {
	step := cmp.Compare(n, 0)
	at := from
	for left := n; left != 0; {
		at += Day(step)
		if c.Works(at) {
			left -= step
		}
	}
	return int(at - from)
}

// longestRest returns the most days without a working day in between.
func (c *Calendar) longestRest() int {
	longest := 0
	for _, r := range c.holidays {
		first, last := r.First, r.Last
		for last-first < MaxDays && !c.Works(first-1) {
			first--
		}
		rest := 0
		for d := first; d <= last || !c.Works(d) && rest < MaxDays; d++ {
			if rest++; c.Works(d) {
				rest = 0
			}
			longest = max(longest, rest)
		}
	}
	return longest
}

// in reports whether one of the ranges, which are in order, has d.
func in(ranges []Range, d Day) bool {
	_, ok := slices.BinarySearchFunc(ranges, d, func(r Range, d Day) int {
		switch {
		case r.Last < d:
			return -1
		case r.First > d:
			return 1
		}
		return 0
	})
	return ok
}

// merge returns the days of ranges in order and without gaps between ranges of less than
// MaxDays. So the same days are always the same ranges.
func merge(ranges []Range) []Range {
	ranges = slices.Clone(ranges)
	slices.SortFunc(ranges, func(a, b Range) int { return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Last, b.Last)) })
	var out []Range
	for _, r := range ranges {
		if i := len(out) - 1; i >= 0 && r.First <= out[i].Last+1 {
			out[i].Last = max(out[i].Last, r.Last)
			continue
		}
		out = append(out, r)
	}
	for i := 0; i < len(out); i++ {
		if next := out[i].First + MaxDays; next <= out[i].Last {
			out = slices.Insert(out, i+1, Range{next, out[i].Last})
			out[i].Last = next - 1
		}
	}
	return out
}

// Day is a day, counted from 1970-01-01. It has no time zone.
type Day int

// The first and the last day of calendars.
var (
	firstDay = DayOf(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
	lastDay  = DayOf(time.Date(2199, 12, 31, 0, 0, 0, 0, time.UTC))
)

const secondsPerDay = 24 * 60 * 60

// DayOf returns the day that clocks show at t, in t's location.
func DayOf(t time.Time) Day {
	y, m, d := t.Date()
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// Weekday returns the day of the week.
func (d Day) Weekday() time.Weekday { return d.time().Weekday() }

// String returns d like 2026-02-15.
func (d Day) String() string { return d.time().Format(time.DateOnly) }

func (d Day) time() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

// Range is the days from First to Last.
type Range struct{ First, Last Day }

// String returns r for ParseRange.
func (r Range) String() string {
	if r.First == r.Last {
		return r.First.String()
	}
	return r.First.String() + between + r.Last.String()
}

const between = ".."

// Errors about one range. They say nothing about the text.
var (
	ErrNoDay    = errors.New("there is no such day between 2000 and 2199")
	ErrReversed = errors.New("the last day is before the first")
	ErrLong     = fmt.Errorf("there are more than %d days", MaxDays)
)

// ParseRange parses a day like 2026-02-15, or days like 2026-02-15..2026-02-23.
func ParseRange(s string) (Range, error) {
	from, to, several := strings.Cut(s, between)
	if !several {
		to = from
	}
	first, err := parseDay(from)
	if err != nil {
		return Range{}, err
	}
	last, err := parseDay(to)
	if err != nil {
		return Range{}, err
	}
	switch {
	case last < first:
		return Range{}, ErrReversed
	case last-first >= MaxDays:
		return Range{}, ErrLong
	}
	return Range{first, last}, nil
}

func parseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if d := DayOf(t); err == nil && d >= firstDay && d <= lastDay {
		return d, nil
	}
	return 0, ErrNoDay
}
