package flow

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"riskroom/core/calendar"
)

// changingZones have gaps and overlaps, some at midnight and one of a whole day.
func changingZones() []string {
	return []string{
		"UTC", "Asia/Shanghai", "America/New_York", "America/St_Johns", "America/Sao_Paulo", "America/Havana", "America/Santiago",
		"Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Asia/Beirut", "Europe/Berlin", "Atlantic/Azores",
	}
}

// nearChange draws a whole minute, near a change of the clocks if there is one and some days
// away from it.
func nearChange(rt *rapid.T, loc *time.Location, days int) time.Time {
	near := time.Unix(rapid.Int64Range(1262304000, 1893456000).Draw(rt, "near"), 0).In(loc) // 2010 to 2030
	if change, _ := near.ZoneBounds(); change.Year() > 2005 {                               // others have none
		near = change
	}
	return near.Add(time.Duration(rapid.IntRange(-36*60, 36*60).Draw(rt, "minutes"))*time.Minute).AddDate(0, 0, days).Truncate(time.Minute)
}

// shownFrom returns the first minute from start on at which the clocks show the time of want,
// in UTC, or a later one.
func shownFrom(start, want time.Time, loc *time.Location) time.Time {
	for t := start; ; t = t.Add(time.Minute) {
		if _, offset := t.In(loc).Zone(); !t.Add(time.Duration(offset) * time.Second).Before(want) {
			return t
		}
	}
}

// dueSlowly is Due, minute by minute.
func dueSlowly(anchor time.Time, days int, at time.Duration, hasAt, before bool, loc *time.Location) time.Time {
	local := anchor.In(loc)
	y, m, d := local.Date()
	clock := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute
	if hasAt {
		clock = at
	}
	if before {
		want := time.Date(y, m, d-days, 0, 0, 0, 0, time.UTC).Add(clock)
		return shownFrom(want.Add(-30*time.Hour), want, loc)
	}
	return shownFrom(anchor, time.Date(y, m, d+days, 0, 0, 0, 0, time.UTC).Add(clock), loc)
}

// TestDueSlowly compares Due with a model that looks at the clocks every minute.
func TestDueSlowly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.SampledFrom(changingZones()).Draw(rt, "zone")
		loc, err := time.LoadLocation(name)
		if err != nil {
			rt.Fatal(err)
		}
		delay := rapid.SampledFrom([]string{"1d", "2d", "9d", "1d12h", "36h", "90m", "1wd", "2wd", "5wd", "1wd4h"}).Draw(rt, "delay")
		at := ""
		if delay[len(delay)-1] == 'd' {
			at = rapid.SampledFrom([]string{"", "00:00", "00:30", "01:30", "02:30", "09:00", "23:30"}).Draw(rt, "at")
		}
		before := rapid.Bool().Draw(rt, "before")
		trigger, sign := triggerOf(t, delay, at, name), time.Duration(1)
		if before {
			trigger, sign = triggerBefore(t, delay, at, name), -1
		}
		working := trigger.Delay.WorkingDays
		days := trigger.Delay.Days + working
		anchor := nearChange(rt, loc, -int(sign)*rapid.SampledFrom([]int{0, days}).Draw(rt, "away"))
		if working > 0 {
			work := drawCalendar(rt, anchor)
			var err error
			if trigger.calendar, err = work.days.Calendar(); err != nil {
				rt.Fatal(err)
			}
			days = work.count(anchor.In(loc), working, int(sign))
		}
		want := anchor
		if days > 0 {
			want = dueSlowly(anchor, days, trigger.at, trigger.hasAt, before, loc)
		}
		want = want.Add(sign * trigger.Delay.Exact)
		got := trigger.Due(anchor)
		if !got.Equal(want) {
			rt.Fatalf("%s of %s is due %s, want %s", delay, anchor, got, want.In(loc))
		}
		if before == got.After(anchor) && !got.Equal(anchor) {
			rt.Fatalf("due %s, on the wrong side of %s", got, anchor)
		}
	})
}

// drawn is a calendar, day by day.
type drawn struct {
	days calendar.Days
	free map[string]bool
	work map[string]bool
}

// drawCalendar draws a calendar with holidays, and working days that make up for them, near a
// day.
func drawCalendar(rt *rapid.T, near time.Time) drawn {
	d := drawn{free: map[string]bool{}, work: map[string]bool{}}
	d.days.Weekdays = rapid.SliceOfNDistinct(rapid.SampledFrom(calendar.Weekdays()), 2, 6, rapid.ID).Draw(rt, "weekdays")
	for offset := -12; offset <= 12; offset++ {
		day := near.UTC().AddDate(0, 0, offset).Format(time.DateOnly)
		switch rapid.SampledFrom([]string{"", "", "free", "work"}).Draw(rt, day) {
		case "free":
			d.free[day], d.days.Holidays = true, append(d.days.Holidays, day)
		case "work":
			d.work[day], d.days.Workdays = true, append(d.days.Workdays, day)
		}
	}
	return d
}

// works reports whether the day of a moment is a working day.
func (d drawn) works(at time.Time) bool {
	name := calendar.Weekdays()[(at.Weekday()+6)%7]
	s := at.Format(time.DateOnly)
	return d.work[s] || !d.free[s] && slices.Contains(d.days.Weekdays, name)
}

// count returns how many calendar days it takes to pass n working days.
func (d drawn) count(from time.Time, n, sign int) int {
	y, m, day := from.Date()
	for i := 1; ; i++ {
		at := time.Date(y, m, day+sign*i, 12, 0, 0, 0, time.UTC)
		if d.works(at) {
			n--
		}
		if n == 0 {
			return i
		}
	}
}

func TestDueBefore(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, zone, before, at, anchor, want string
	}{
		{"a day", "Asia/Shanghai", "1d", "", "2026-03-01T15:04:05.678+08:00", "2026-02-28T15:04:05.678+08:00"},
		{"hours", "Asia/Shanghai", "36h", "", "2026-03-02T15:00:00+08:00", "2026-03-01T03:00:00+08:00"},
		{"day and hours", "Asia/Shanghai", "1d12h", "", "2026-03-03T15:00:00+08:00", "2026-03-02T03:00:00+08:00"},
		{"at a time", "Asia/Shanghai", "2d", "09:00", "2026-03-03T00:00:00+08:00", "2026-03-01T09:00:00+08:00"},
		{"a working day", "Asia/Shanghai", "1wd", "09:00", "2026-02-24T18:00:00+08:00", "2026-02-14T09:00:00+08:00"},
		{"working days and hours", "Asia/Shanghai", "2wd4h", "", "2026-03-02T18:00:00+08:00", "2026-02-27T14:00:00+08:00"},
		{"a day across spring", "America/New_York", "1d", "", "2026-03-08T15:00:00-04:00", "2026-03-07T15:00:00-05:00"},
		{"into the gap", "America/New_York", "1d", "", "2026-03-09T02:30:00-04:00", "2026-03-08T03:00:00-04:00"},
		{"gap then hours", "America/New_York", "1d1h", "", "2026-03-09T02:30:00-04:00", "2026-03-08T01:00:00-05:00"},
		{"into the overlap", "America/New_York", "1d", "", "2026-11-02T01:30:00-05:00", "2026-11-01T01:30:00-04:00"},
		{"a day that does not exist", "Pacific/Apia", "1d", "09:00", "2011-12-31T00:00:00+14:00", "2011-12-31T00:00:00+14:00"},
	} {
		anchor, err := time.Parse(time.RFC3339Nano, tt.anchor)
		if err != nil {
			t.Fatal(err)
		}
		want, err := time.Parse(time.RFC3339Nano, tt.want)
		if err != nil {
			t.Fatal(err)
		}
		if got := triggerBefore(t, tt.before, tt.at, tt.zone).Due(anchor); !got.Equal(want) {
			t.Errorf("%s: due %s, want %s", tt.name, got, want)
		}
	}
}
