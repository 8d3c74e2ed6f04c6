package core

import (
	"time"
	_ "time/tzdata" // for machines and images without a time zone database
)

// SinceMidnight returns the time of day that a wall clock shows at t.
func SinceMidnight(t time.Time) time.Duration {
	h, m, s := t.Clock()
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second + time.Duration(t.Nanosecond())
}

// WallClock returns the instants at which clocks in zone show that time of that day:
// the same one twice on an ordinary day, two different ones where the clocks go back
// over it, and twice the moment of change where they go forward over it. The day may be
// outside of the month, as for time.Date.
//
// Local times are computed here only: time.Date leaves open which of two instants it
// returns, and may return one on the day before.
func WallClock(y int, m time.Month, d int, clock time.Duration, zone *time.Location) (first, second time.Time) {
	// The wall clock as if it ran in UTC, for comparing and subtracting.
	want := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Add(clock)
	some := time.Date(y, m, d, 0, 0, 0, int(clock), zone)
	from, until := some.ZoneBounds()
	switch off := want.Sub(asUTC(some)); {
	case off > 0: // before the gap
		return until, until
	case off < 0: // after the gap
		return from, from
	}
	first, second = some, some
	if !from.IsZero() {
		if t := withOffset(want, from.Add(-time.Nanosecond), zone); t.Before(from) && asUTC(t).Equal(want) {
			first = t
		}
	}
	if !until.IsZero() {
		if t := withOffset(want, until, zone); !t.Before(until) && asUTC(t).Equal(want) {
			second = t
		}
	}
	return first, second
}

// DaysAfter returns when clocks in zone show a time of day so many calendar days after
// anchor: the first such instant that isn't before anchor, or else anchor.
func DaysAfter(anchor time.Time, days int, clock time.Duration, zone *time.Location) time.Time {
	y, m, d := anchor.In(zone).Date()
	first, second := WallClock(y, m, d+days, clock, zone)
	switch {
	case !first.Before(anchor):
		return first
	case !second.Before(anchor):
		return second
	}
	return anchor
}

// DaysBefore returns when clocks in zone show a time of day so many calendar days before
// anchor. If they show it twice, it is the first time.
func DaysBefore(anchor time.Time, days int, clock time.Duration, zone *time.Location) time.Time {
	y, m, d := anchor.In(zone).Date()
	first, _ := WallClock(y, m, d-days, clock, zone)
	return first
}

// withOffset returns when clocks would show want if the offset from UTC were always
// the one of zone at near.
func withOffset(want, near time.Time, zone *time.Location) time.Time {
	_, offset := near.In(zone).Zone()
	return want.Add(-time.Duration(offset) * time.Second).In(zone)
}

// asUTC returns what a wall clock shows at t, as if it ran in UTC.
func asUTC(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}
