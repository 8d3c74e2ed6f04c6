package flow

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"riskroom/core"
	"riskroom/core/calendar"
)

func TestParseDelay(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]Delay{
		"1d": {Days: 1}, "24h": {Exact: core.Day}, "36h": {Exact: 36 * time.Hour}, "1d12h": {Days: 1, Exact: 12 * time.Hour},
		"2s": {Exact: 2 * time.Second}, "90m": {Exact: 90 * time.Minute}, "1d2h3m4s": {Days: 1, Exact: 2*time.Hour + 3*time.Minute + 4*time.Second},
		"3650d": {Days: 3650}, "0d2s": {Exact: 2 * time.Second}, "007d": {Days: 7},
		"2wd": {WorkingDays: 2}, "1wd4h": {WorkingDays: 1, Exact: 4 * time.Hour}, "2600wd": {WorkingDays: 2600},
	} {
		if got, err := parseDelay(s); err != nil || got != want {
			t.Errorf("parseDelay(%q) = %+v, %v, want %+v", s, got, err, want)
		}
	}
	for s, says := range map[string]string{
		"": "is not a delay", "1": "is not a delay", "d": "is not a delay", "-1d": "is not a delay", "1.5d": "is not a delay",
		"1h1d": "is not a delay", "1d1d": "is not a delay", "1 d": "is not a delay", "1w": "is not a delay", "1D": "is not a delay",
		"１d": "is not a delay", "2s\n": "is not a delay", "9999999999d": "is not a delay",
		"0wd": "no working day", "0wd5h": "no working day", "1wd1d": "days and working days", "1d1wd": "is not a delay", "4h1wd": "is not a delay",
		"2601wd": "at most 2600wd", "1 wd": "is not a delay", "1WD": "is not a delay",
		"0d": "too short", "0s": "too short", "1s": "at least 2s",
		"3651d": "at most 3650d", "87601h": "too long", "3650d1s": "too long", "999999999d999999999h999999999m999999999s": "too long",
	} {
		if got, err := parseDelay(s); err == nil || !strings.Contains(err.message.String(), says) {
			t.Errorf("parseDelay(%q) = %+v, %v, want %q", s, got, err, says)
		}
	}
}

// triggerOf compiles a trigger by discovered_at.
func triggerOf(t *testing.T, after, at, zone string) DateTrigger {
	t.Helper()
	d := testDef()
	d.Trigger = TriggerDef{DateField: "discovered_at", After: after, At: at}
	d.Zone, d.Calendar = zone, springFestival()
	return compiled(t, d).Trigger.(DateTrigger)
}

// springFestival has the days of spring 2026 in mainland China.
func springFestival() *calendar.Days {
	return &calendar.Days{Weekdays: calendar.Usual(), Holidays: []string{"2026-02-15..2026-02-23"}, Workdays: []string{"2026-02-14", "2026-02-28"}}
}

// triggerBefore compiles a trigger by due_at that is due before it.
func triggerBefore(t *testing.T, before, at, zone string) DateTrigger {
	t.Helper()
	d := testDef()
	d.Trigger = TriggerDef{DateField: "due_at", Before: before, At: at}
	d.Zone, d.Calendar = zone, springFestival()
	return compiled(t, d).Trigger.(DateTrigger)
}

func TestDue(t *testing.T) {
	t.Parallel()
	const (
		shanghai = "Asia/Shanghai"
		newYork  = "America/New_York"    // forward on 2026-03-08 at 02:00, back on 2026-11-01 at 02:00
		apia     = "Pacific/Apia"        // had no 30 December 2011
		stJohns  = "America/St_Johns"    // went back on 2010-11-07 at 00:01
		saoPaulo = "America/Sao_Paulo"   // went forward on 2018-11-04 at 00:00
		lordHowe = "Australia/Lord_Howe" // goes forward half an hour on 2026-10-04 at 02:00
	)
	for _, tt := range []struct {
		name, zone, after, at, anchor, want string
	}{
		{"a day", shanghai, "1d", "", "2026-03-01T15:04:05.678+08:00", "2026-03-02T15:04:05.678+08:00"},
		{"hours", shanghai, "24h", "", "2026-03-01T15:00:00+08:00", "2026-03-02T15:00:00+08:00"},
		{"seconds", shanghai, "2s", "", "2026-03-01T15:00:00+08:00", "2026-03-01T15:00:02+08:00"},
		{"day and hours", shanghai, "1d12h", "", "2026-03-01T15:00:00+08:00", "2026-03-03T03:00:00+08:00"},
		{"end of a month", shanghai, "1d", "", "2026-02-28T15:00:00+08:00", "2026-03-01T15:00:00+08:00"},
		{"anchor in another zone", shanghai, "1d", "09:00", "2026-03-01T20:00:00Z", "2026-03-03T09:00:00+08:00"},
		{"at a time, late anchor", shanghai, "2d", "09:00", "2026-03-01T23:59:59+08:00", "2026-03-03T09:00:00+08:00"},
		{"at midnight", shanghai, "1d", "00:00", "2026-03-01T23:59:59.9+08:00", "2026-03-02T00:00:00+08:00"},

		{"a day across spring", newYork, "1d", "", "2026-03-07T15:00:00-05:00", "2026-03-08T15:00:00-04:00"},
		{"24 hours across spring", newYork, "24h", "", "2026-03-07T15:00:00-05:00", "2026-03-08T16:00:00-04:00"},
		{"a day across autumn", newYork, "1d", "", "2026-10-31T15:00:00-04:00", "2026-11-01T15:00:00-05:00"},
		{"into the gap", newYork, "1d", "", "2026-03-07T02:30:00-05:00", "2026-03-08T03:00:00-04:00"},
		{"at a time in the gap", newYork, "1d", "02:59", "2026-03-07T12:00:00-05:00", "2026-03-08T03:00:00-04:00"},
		{"at the gap's end", newYork, "1d", "03:00", "2026-03-07T12:00:00-05:00", "2026-03-08T03:00:00-04:00"},
		{"into the overlap", newYork, "1d", "", "2026-10-31T01:30:00-04:00", "2026-11-01T01:30:00-04:00"},
		{"at a time in the overlap", newYork, "1d", "01:59", "2026-10-31T12:00:00-04:00", "2026-11-01T01:59:00-04:00"},
		{"out of the overlap's second half", newYork, "1d", "", "2026-11-01T01:30:00-05:00", "2026-11-02T01:30:00-05:00"},
		{"gap then hours", newYork, "1d1h", "", "2026-03-07T02:30:00-05:00", "2026-03-08T04:00:00-04:00"},
		{"half an hour's gap", lordHowe, "1d", "02:10", "2026-10-03T12:00:00+10:30", "2026-10-04T02:30:00+11:00"},
		{"gap at midnight", saoPaulo, "1d", "00:00", "2018-11-03T12:00:00-03:00", "2018-11-04T01:00:00-02:00"},
		{"a day that does not exist", apia, "1d", "09:00", "2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00"},
		{"a working day", shanghai, "1wd", "", "2026-02-12T15:00:00+08:00", "2026-02-13T15:00:00+08:00"},
		{"a Saturday that makes up", shanghai, "2wd", "09:00", "2026-02-12T15:00:00+08:00", "2026-02-14T09:00:00+08:00"},
		{"over the festival, by hours", shanghai, "1wd4h", "", "2026-02-14T15:00:00+08:00", "2026-02-24T19:00:00+08:00"},
		{"from a holiday", shanghai, "1wd", "09:00", "2026-02-20T23:00:00+08:00", "2026-02-24T09:00:00+08:00"},
		{"working days count in the flow's zone", shanghai, "1wd", "", "2026-02-13T20:00:00Z", "2026-02-24T04:00:00+08:00"},
		{"a weekend with a gap", newYork, "1wd", "02:30", "2026-03-06T12:00:00-05:00", "2026-03-09T02:30:00-04:00"},
		{"a midnight that comes twice", stJohns, "1d", "00:00", "2010-11-06T23:30:00-03:30", "2010-11-07T00:00:00-03:30"},
	} {
		zone(t, tt.zone)
		anchor, err := time.Parse(time.RFC3339Nano, tt.anchor)
		if err != nil {
			t.Fatal(err)
		}
		want, err := time.Parse(time.RFC3339Nano, tt.want)
		if err != nil {
			t.Fatal(err)
		}
		if got := triggerOf(t, tt.after, tt.at, tt.zone).Due(anchor); !got.Equal(want) {
			t.Errorf("%s: due %s, want %s", tt.name, got, want)
		}
	}
}

// TestDueProperties checks what must hold whatever the clocks do: nothing is due before its
// anchor; the earlier of two anchors on the wall clock is not due later; and a time of day is
// kept if it exists.
func TestDueProperties(t *testing.T) {
	t.Parallel()
	zones := []string{
		"UTC", "Asia/Shanghai", "America/New_York", "America/St_Johns", "Australia/Lord_Howe",
		"Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Kathmandu",
	}
	for _, z := range zones {
		zone(t, z)
	}
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.SampledFrom(zones).Draw(rt, "zone")
		after := rapid.SampledFrom([]string{"1d", "2d", "30d", "1d12h", "36h", "2s"}).Draw(rt, "after")
		at := ""
		if after[len(after)-1] == 'd' {
			at = rapid.SampledFrom([]string{"", "00:00", "00:30", "01:30", "02:30", "09:00", "23:59"}).Draw(rt, "at")
		}
		trigger := triggerOf(t, after, at, name)
		loc, err := time.LoadLocation(name)
		if err != nil {
			rt.Fatal(err)
		}
		// Around a change of the clocks, if there is one, because that is the hard case.
		from, until := int64(1262304000), int64(1893456000) // 2010 to 2030
		a := time.Unix(rapid.Int64Range(from, until).Draw(rt, "a"), 0).In(loc)
		if change, _ := a.ZoneBounds(); !change.IsZero() {
			a = change.Add(time.Duration(rapid.Int64Range(-200_000, 200_000).Draw(rt, "from change")) * time.Second)
		}
		b := a.Add(time.Duration(rapid.Int64Range(0, 100_000).Draw(rt, "apart")) * time.Second)
		dueA, dueB := trigger.Due(a), trigger.Due(b)
		if dueA.Before(a) {
			rt.Fatalf("due %s, before its anchor %s", dueA, a)
		}
		if a.Format(time.DateTime) <= b.Format(time.DateTime) && dueA.After(dueB) {
			rt.Fatalf("anchors %s, %s are due %s, %s", a, b, dueA, dueB)
		}
		if trigger.Delay.Days == 0 && dueA.Sub(a) != trigger.Delay.Exact {
			rt.Fatalf("due %s after its anchor, not %s", dueA.Sub(a), trigger.Delay.Exact)
		}
		if trigger.hasAt {
			shows := core.SinceMidnight(dueA.In(loc))
			before := dueA.Add(-time.Nanosecond).In(loc)
			_, offA := dueA.In(loc).Zone()
			if _, off := before.Zone(); shows != trigger.at && off == offA {
				rt.Fatalf("due %s, not at %s", dueA.In(loc), at)
			}
		}
	})
}

func TestAnchor(t *testing.T) {
	t.Parallel()
	full, empty := testEnv(t, "en").Risk, core.Risk{}
	for field, want := range map[string]time.Time{
		"discovered_at": full.DiscoveredAt, "submitted_at": full.SubmittedAt, "status_since": full.StatusSince,
		"due_at": full.DueAt, "review_on": full.Fields["review_on"].Date,
	} {
		d := testDef()
		d.Trigger.DateField = field
		trigger := compiled(t, d).Trigger.(DateTrigger)
		if got, ok := trigger.Anchor(full); !ok || !got.Equal(want) {
			t.Errorf("%s: %s, %v, want %s", field, got, ok, want)
		}
		if got, ok := trigger.Anchor(empty); ok {
			t.Errorf("%s of an empty risk: %s", field, got)
		}
	}
	d := testDef()
	d.Trigger = TriggerDef{On: "filed"}
	if got, ok := compiled(t, d).Trigger.Expected(Env{Risk: full}, nil); ok {
		t.Errorf("a risk has occurrences of an event without a change: %v", got)
	}
}
