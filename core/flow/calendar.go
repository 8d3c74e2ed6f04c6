package flow

import (
	"time"
	_ "time/tzdata" // zones work on machines and in images that have no database of them
)

// sinceMidnight returns what a wall clock shows at t.
func sinceMidnight(t time.Time) time.Duration {
	h, m, s := t.Clock()
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second + time.Duration(t.Nanosecond())
}

// wallClock returns the instants at which clocks in zone show that time of that
// day: twice the same one on an ordinary day, two where the clocks go back over
// it, and twice the moment of change where they go forward over it.
//
// time.Date alone does not do: it leaves open which of the possible instants it
// returns.
func wallClock(y int, m time.Month, d int, clock time.Duration, zone *time.Location) (first, second time.Time) {
	// The wall clock as if it ran in UTC, to compare and subtract with.
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

// withOffset returns when clocks would show want, were the offset from UTC
// always the one of zone at near.
func withOffset(want, near time.Time, zone *time.Location) time.Time {
	_, offset := near.In(zone).Zone()
	return want.Add(-time.Duration(offset) * time.Second).In(zone)
}

// asUTC returns what a wall clock shows at t, as if it ran in UTC.
func asUTC(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}
