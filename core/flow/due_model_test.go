package flow

import (
	"testing"
	"time"

	"pgregory.net/rapid"
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
	if change, _ := near.ZoneBounds(); !change.IsZero() {
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
		delay := rapid.SampledFrom([]string{"1d", "2d", "9d", "1d12h", "36h", "90m"}).Draw(rt, "delay")
		at := ""
		if delay[len(delay)-1] == 'd' {
			at = rapid.SampledFrom([]string{"", "00:00", "00:30", "01:30", "02:30", "09:00", "23:30"}).Draw(rt, "at")
		}
		before := rapid.Bool().Draw(rt, "before")
		trigger, sign := triggerOf(t, delay, at, name), time.Duration(1)
		if before {
			trigger, sign = triggerBefore(t, delay, at, name), -1
		}
		days := trigger.Delay.Days
		anchor := nearChange(rt, loc, -int(sign)*rapid.SampledFrom([]int{0, days}).Draw(rt, "away"))
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

func TestDueBefore(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, zone, before, at, anchor, want string
	}{
		{"a day", "Asia/Shanghai", "1d", "", "2026-03-01T15:04:05.678+08:00", "2026-02-28T15:04:05.678+08:00"},
		{"hours", "Asia/Shanghai", "36h", "", "2026-03-02T15:00:00+08:00", "2026-03-01T03:00:00+08:00"},
		{"day and hours", "Asia/Shanghai", "1d12h", "", "2026-03-03T15:00:00+08:00", "2026-03-02T03:00:00+08:00"},
		{"at a time", "Asia/Shanghai", "2d", "09:00", "2026-03-03T00:00:00+08:00", "2026-03-01T09:00:00+08:00"},
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
