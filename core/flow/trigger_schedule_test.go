package flow

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"riskroom/core"
	"riskroom/core/calendar"
)

// scheduleDef returns a flow with a schedule.
func scheduleDef(spec, zone string) Def {
	d := testDef()
	d.Trigger, d.Zone = TriggerDef{Schedule: spec}, zone
	return d
}

func scheduleOf(t *testing.T, d Def) ScheduleTrigger {
	t.Helper()
	s, ok := compiled(t, d).Trigger.(ScheduleTrigger)
	if !ok {
		t.Fatal("not a schedule")
	}
	return s
}

func TestSchedule(t *testing.T) {
	t.Parallel()
	china := &calendar.Days{Weekdays: calendar.Usual(), Holidays: []string{"2026-10-01..2026-10-08"}, Workdays: []string{"2026-10-10"}}
	for _, c := range []struct {
		spec, zone string
		days       *calendar.Days
		from, want string
	}{
		{"0 9 * * mon-fri", "Asia/Shanghai", nil, "2026-11-27T01:00:00Z", "2026-11-30T01:00:00Z"},
		{"30 17 * * FRI", "Europe/Berlin", nil, "2026-11-27T16:29:59Z", "2026-11-27T16:30:00Z"},
		{"0 9 * * 7", "UTC", nil, "2026-11-27T00:00:00Z", "2026-11-29T09:00:00Z"},
		{"0 9 1 * mon", "UTC", nil, "2026-11-24T00:00:00Z", "2026-11-30T09:00:00Z"}, // either day
		{"0 9 1 * mon", "UTC", nil, "2026-11-30T09:00:00Z", "2026-12-01T09:00:00Z"},
		{"0 0 29 2 *", "UTC", nil, "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"}, // 2100 is no leap year
		{"0 9 * * *", "Asia/Shanghai", china, "2026-09-30T01:00:00Z", "2026-10-09T01:00:00Z"},
		{"0 9 * * *", "Asia/Shanghai", china, "2026-10-09T01:00:00Z", "2026-10-10T01:00:00Z"}, // a Saturday that makes up
		{"30 2 * * *", "Europe/Berlin", nil, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"},  // skipped: the moment of the change
		{"30 2 * * *", "Europe/Berlin", nil, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"},  // twice: the first time
		{"30 2 * * *", "Europe/Berlin", nil, "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"},
	} {
		d := scheduleDef(c.spec, c.zone)
		d.Calendar = c.days
		from, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := scheduleOf(t, d).After(from)
		if s := got.Format(time.RFC3339); !ok || s != c.want {
			t.Errorf("%s in %s after %s: %s, not %s", c.spec, c.zone, c.from, s, c.want)
		}
	}
}

// drawnSchedule is an expression, with the sets that it means.
type drawnSchedule struct {
	spec                             string
	minutes, hours, dom, month, wday map[int]bool
}

// drawField draws a field of values between first and last, and returns the set; nil is any.
func drawField(rt *rapid.T, label string, first, last int, any bool) (string, map[int]bool) {
	if any && rapid.Bool().Draw(rt, label+" any") {
		return "*", nil
	}
	set := map[int]bool{}
	var parts []string
	for range rapid.IntRange(1, 3).Draw(rt, label+" parts") {
		a, b := rapid.IntRange(first, last).Draw(rt, label), rapid.IntRange(first, last).Draw(rt, label+" to")
		if a >= b {
			set[a] = true
			parts = append(parts, strconv.Itoa(a))
			continue
		}
		step := rapid.IntRange(1, min(5, b-a)).Draw(rt, label+" step")
		for v := a; v <= b; v += step {
			set[v] = true
		}
		parts = append(parts, strconv.Itoa(a)+"-"+strconv.Itoa(b)+"/"+strconv.Itoa(step))
	}
	return strings.Join(parts, ","), set
}

func drawSchedule(rt *rapid.T) drawnSchedule {
	var d drawnSchedule
	var f [5]string
	f[0], d.minutes = drawField(rt, "minute", 0, 59, true)
	f[1], d.hours = drawField(rt, "hour", 0, 23, true)
	f[2], d.dom = drawField(rt, "day", 1, 28, true)
	f[3], d.month = drawField(rt, "month", 1, 12, true)
	f[4], d.wday = drawField(rt, "weekday", 0, 6, true)
	d.spec = strings.Join(f[:], " ")
	return d
}

// due reports whether the expression names a minute of a wall clock.
func (d drawnSchedule) due(wall time.Time) bool {
	has := func(set map[int]bool, v int) bool { return set == nil || set[v] }
	day := has(d.dom, wall.Day()) && has(d.wday, int(wall.Weekday()))
	if d.dom != nil && d.wday != nil {
		day = d.dom[wall.Day()] || d.wday[int(wall.Weekday())]
	}
	return day && has(d.minutes, wall.Minute()) && has(d.hours, wall.Hour()) && has(d.month, int(wall.Month()))
}

// scheduledSlowly is After, minute by minute, until limit. works reports whether a day isn't
// off.
func scheduledSlowly(d drawnSchedule, from, limit time.Time, loc *time.Location, works func(time.Time) bool) time.Time {
	wall := func(t time.Time) time.Time {
		_, offset := t.In(loc).Zone()
		return t.UTC().Add(time.Duration(offset) * time.Second)
	}
	// What the clocks have shown so far; a time that comes again doesn't count.
	shown := wall(from)
	for t := from.Add(-48 * time.Hour); !t.After(from); t = t.Add(time.Minute) {
		if w := wall(t); w.After(shown) {
			shown = w
		}
	}
	for t := from.Truncate(time.Minute).Add(time.Minute); t.Before(limit); t = t.Add(time.Minute) {
		for now := wall(t); shown.Before(now); {
			if shown = shown.Truncate(time.Minute).Add(time.Minute); d.due(shown) && works(shown) {
				return t
			}
		}
	}
	return time.Time{}
}

// TestScheduleSlowly compares After with a model that looks at the clocks every minute.
func TestScheduleSlowly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.SampledFrom(changingZones()).Draw(rt, "zone")
		loc, err := time.LoadLocation(name)
		if err != nil {
			rt.Fatal(err)
		}
		drawn := drawSchedule(rt)
		from := nearChange(rt, loc, 0)
		d := scheduleDef(drawn.spec, name)
		works := func(time.Time) bool { return true }
		if rapid.Bool().Draw(rt, "calendar") {
			days := drawCalendar(rt, from)
			d.Calendar = &days.days
			works = days.works
		}
		f, problems := Compile(d)
		if f == nil {
			if strings.Contains(problems[0].Message.String(), "never due") {
				rt.Skip("never due")
			}
			rt.Fatal(problems)
		}
		limit := from.Add(20 * core.Day)
		want := scheduledSlowly(drawn, from, limit, loc, works)
		got, _ := f.Trigger.(ScheduleTrigger).After(from)
		if want.IsZero() && got.Before(limit) || !want.IsZero() && !got.Equal(want) {
			rt.Fatalf("%s in %s after %s: %s, not %s", drawn.spec, name, from.UTC(), got, want.UTC())
		}
	})
}
