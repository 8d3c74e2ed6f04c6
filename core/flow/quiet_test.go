package flow

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"riskroom/core/calendar"
)

// quietOf compiles quiet hours.
func quietOf(t rapid.TB, d QuietDef) *QuietHours {
	t.Helper()
	c := &compiler{}
	q := c.quiet(map[string]QuietDef{"": d})[""]
	if q == nil {
		t.Fatalf("%+v: %v", d, c.problems)
	}
	return q
}

// untilSlowly is Until, minute by minute.
func untilSlowly(from, to string, works func(time.Time) bool, t time.Time, loc *time.Location) time.Time {
	for ; ; t = t.Truncate(time.Minute).Add(time.Minute) {
		local := t.In(loc)
		clock := local.Format("15:04")
		quiet := from <= clock && clock < to
		if to < from {
			quiet = clock < to || from <= clock
		}
		if !quiet && works(local) {
			return t
		}
	}
}

// TestQuietSlowly compares Until with a model that looks at the clocks every minute.
func TestQuietSlowly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.SampledFrom(changingZones()).Draw(rt, "zone")
		loc, err := time.LoadLocation(name)
		if err != nil {
			rt.Fatal(err)
		}
		clocks := []string{"00:00", "02:30", "08:00", "12:00", "20:00", "23:59"}
		ready := nearChange(rt, loc, 0)
		if change, _ := ready.ZoneBounds(); rapid.Bool().Draw(rt, "at the change") && change.Year() > 2005 {
			ready = change.Add(time.Duration(rapid.IntRange(-120, 120).Draw(rt, "minutes from it")) * time.Minute)
			for half := range 10 {
				clocks = append(clocks, change.Add(time.Duration(half-5)*30*time.Minute).Format("15:04"))
			}
		}
		ready = ready.Add(time.Duration(rapid.IntRange(0, 59_999).Draw(rt, "ms")) * time.Millisecond)
		d := QuietDef{From: rapid.SampledFrom(clocks).Draw(rt, "from")}
		d.To = rapid.SampledFrom(clocks).Filter(func(s string) bool { return s != d.From }).Draw(rt, "to")
		works := func(time.Time) bool { return true }
		if rapid.Bool().Draw(rt, "with a calendar") {
			days := drawCalendar(rt, ready)
			d.Calendar, works = &days.days, days.works
		}
		got, want := quietOf(rt, d).Until(ready, loc), untilSlowly(d.From, d.To, works, ready, loc)
		if !got.Equal(want) {
			rt.Fatalf("ready %s, quiet from %s to %s: until %s, want %s", ready.In(loc), d.From, d.To, got.In(loc), want.In(loc))
		}
	})
}

func TestQuiet(t *testing.T) {
	t.Parallel()
	spring := &calendar.Days{Weekdays: calendar.Usual(), Holidays: []string{"2026-02-15..2026-02-23"}, Workdays: []string{"2026-02-14"}}
	for _, tt := range []struct {
		name, zone, from, to string
		days                 *calendar.Days
		ready, want          string
	}{
		{"in the evening", "Asia/Shanghai", "20:00", "08:00", nil, "2026-03-01T20:00:00+08:00", "2026-03-02T08:00:00+08:00"},
		{"just before", "Asia/Shanghai", "20:00", "08:00", nil, "2026-03-01T19:59:59.999+08:00", "2026-03-01T19:59:59.999+08:00"},
		{"after midnight", "Asia/Shanghai", "20:00", "08:00", nil, "2026-03-02T02:00:00+08:00", "2026-03-02T08:00:00+08:00"},
		{"at the end", "Asia/Shanghai", "20:00", "08:00", nil, "2026-03-02T08:00:00+08:00", "2026-03-02T08:00:00+08:00"},
		{"over lunch", "Asia/Shanghai", "12:00", "13:30", nil, "2026-03-02T12:15:00+08:00", "2026-03-02T13:30:00+08:00"},
		{"over a weekend", "Asia/Shanghai", "20:00", "08:00", &calendar.Days{Weekdays: calendar.Usual()}, "2026-03-06T21:00:00+08:00", "2026-03-09T08:00:00+08:00"},
		{"on a Saturday at noon", "Asia/Shanghai", "20:00", "08:00", &calendar.Days{Weekdays: calendar.Usual()}, "2026-03-07T12:00:00+08:00", "2026-03-09T08:00:00+08:00"},
		{"on a Saturday that makes up", "Asia/Shanghai", "20:00", "08:00", spring, "2026-02-14T12:00:00+08:00", "2026-02-14T12:00:00+08:00"},
		{"over the festival", "Asia/Shanghai", "20:00", "08:00", spring, "2026-02-14T20:30:00+08:00", "2026-02-24T08:00:00+08:00"},
		{"a day off ends at midnight", "Asia/Shanghai", "12:00", "13:00", spring, "2026-02-20T09:00:00+08:00", "2026-02-24T00:00:00+08:00"},
		{"the end is skipped", "America/New_York", "22:00", "02:30", nil, "2026-03-08T00:00:00-05:00", "2026-03-08T03:00:00-04:00"},
		{"the end comes twice", "America/New_York", "22:00", "01:30", nil, "2026-11-01T00:00:00-04:00", "2026-11-01T01:30:00-04:00"},
		{"the end, the second time", "America/New_York", "22:00", "01:30", nil, "2026-11-01T01:00:00-05:00", "2026-11-01T01:30:00-05:00"},
		{"the clocks go back out of it", "America/New_York", "01:30", "05:00", nil, "2026-11-01T01:45:00-04:00", "2026-11-01T01:00:00-05:00"},
	} {
		zone, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		var at [2]time.Time
		for i, s := range []string{tt.ready, tt.want} {
			if at[i], err = time.Parse(time.RFC3339Nano, s); err != nil {
				t.Fatal(err)
			}
		}
		q := quietOf(t, QuietDef{From: tt.from, To: tt.to, Calendar: tt.days})
		if got := q.Until(at[0], zone); !got.Equal(at[1]) {
			t.Errorf("%s: until %s, want %s", tt.name, got.In(zone), tt.want)
		}
	}
	if now := time.Now(); !(*QuietHours)(nil).Until(now, time.UTC).Equal(now) {
		t.Error("without quiet hours, a message waits")
	}
}

// TestQuietOf: whose quiet hours and time zone hold for a step's messages.
func TestQuietOf(t *testing.T) {
	t.Parallel()
	d := Def{
		Name: "remind", Zone: "Asia/Shanghai", DayStartsAt: "09:00", If: `status == "pending"`,
		Trigger: TriggerDef{DateField: "discovered_at", After: "1d"},
		Quiet:   map[string]QuietDef{"": {From: "20:00", To: "08:00"}, "guild": {From: "23:00", To: "07:00", Recipient: true}, "oncall": {}},
		Zones:   map[string]string{"guild": "Europe/Berlin"},
		Steps: []StepDef{
			{Action: &SendMessageDef{To: []string{"handlers"}, Title: "x"}},
			{QuietHours: "ignore", Action: &SendMessageDef{To: []string{"handlers"}, Title: "x"}},
		},
	}
	f, problems := Compile(d)
	if f == nil {
		t.Fatal(problems)
	}
	again, err := Parse(f.Canonical())
	if err != nil || again.Hash() != f.Hash() {
		t.Fatalf("parsed again: %v", err)
	}
	for _, f := range []*Flow{f, again} {
		quiet := f.Steps[0]
		if a, b := f.Quiet(quiet, "acme"), f.Quiet(quiet, "guild"); a.from != 20*time.Hour || a.Recipient || b.from != 23*time.Hour || !b.Recipient {
			t.Errorf("acme %+v, guild %+v", a, b)
		}
		if f.Quiet(quiet, "oncall") != nil || f.Quiet(f.Steps[1], "acme") != nil || f.Unconditional().Quiet(quiet, "acme") != nil {
			t.Error("quiet hours hold where they don't")
		}
		if a, b := f.ZoneOf("acme").String(), f.ZoneOf("guild").String(); a != "Asia/Shanghai" || b != "Europe/Berlin" {
			t.Errorf("zones %s, %s", a, b)
		}
	}
}

// TestHolds: only the messages of a flow that has quiet hours are held.
func TestHolds(t *testing.T) {
	t.Parallel()
	message, group := StepDef{Action: new(SendMessageDef)}, StepDef{Action: new(SendGroupMessageDef)}
	loud := StepDef{Action: new(SendMessageDef), QuietHours: "ignore"}
	for _, tt := range []struct {
		name string
		def  Def
		want bool
	}{
		{"a message", Def{Steps: []StepDef{message}}, true},
		{"a message in a group", Def{Steps: []StepDef{{Action: new(CreateGroupDef)}, group}}, true},
		{"no message", Def{Steps: []StepDef{{Action: new(CreateGroupDef)}, {Action: new(SetGroupDef)}}}, false},
		{"a step that ignores them", Def{Steps: []StepDef{loud}}, false},
		{"one of two", Def{Steps: []StepDef{loud, message}}, true},
		{"a flow that ignores them", Def{Steps: []StepDef{message}, QuietHours: "ignore"}, false},
	} {
		if got := tt.def.Holds(); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
