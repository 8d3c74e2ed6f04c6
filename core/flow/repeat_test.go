package flow

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"riskroom/core"
)

// repeatSlowly returns the first n times of a repeat, each found minute by minute.
func repeatSlowly(anchor time.Time, t DateTrigger, work drawn, n int) []time.Time {
	local := anchor.In(t.zone)
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	clock := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute
	if t.hasAt {
		clock = t.at
	}
	// Working days are walked one by one; other days are walked as they are.
	walk := func(d Delay, sign int) int {
		for left := d.WorkingDays; left > 0; left-- {
			day = day.AddDate(0, 0, sign*work.count(day, 1, sign))
		}
		day = day.AddDate(0, 0, sign*d.Days)
		return sign * (d.Days + d.WorkingDays)
	}
	sign, exact := 1, t.Delay.Exact
	if t.Before {
		sign, exact = -1, -exact
	}
	start := day
	var out []time.Time
	walk(t.Delay, sign)
	for range n {
		days := int(day.Sub(start) / core.Day)
		at := anchor
		switch {
		case days == 0 && !t.hasAt:
		case days > 0 || !t.Before:
			at = shownFrom(anchor, day.Add(clock), t.zone)
		default:
			want := day.Add(clock)
			at = shownFrom(want.Add(-30*time.Hour), want, t.zone)
		}
		out = append(out, at.Add(exact))
		walk(t.Repeat.Every, 1)
		exact += t.Repeat.Every.Exact
	}
	return out
}

// TestRepeatSlowly compares the times of a repeat with a model that walks day by day and looks
// at the clocks every minute.
func TestRepeatSlowly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.SampledFrom(changingZones()).Draw(rt, "zone")
		loc, err := time.LoadLocation(name)
		if err != nil {
			rt.Fatal(err)
		}
		w := TriggerDef{DateField: "due_at", Every: rapid.SampledFrom([]string{"1d", "2d", "7d", "1wd", "2wd", "12h", "36h", "1d12h", "1wd2h", "90m"}).Draw(rt, "every")}
		delay := rapid.SampledFrom([]string{"", "1d", "3d", "2wd", "36h", "1d1h", "2h"}).Draw(rt, "delay")
		if rapid.Bool().Draw(rt, "before") {
			w.Before = delay
		} else {
			w.After = delay
		}
		whole := func(s string) bool { return s == "" || s[len(s)-1] == 'd' }
		if whole(w.Every) && whole(delay) {
			w.At = rapid.SampledFrom([]string{"", "00:00", "00:30", "02:30", "09:00", "23:30"}).Draw(rt, "at")
		}
		d := testDef()
		d.Trigger, d.Zone, d.Calendar = w, name, springFestival()
		trigger := compiled(t, d).Trigger.(DateTrigger)
		const times = 6
		anchor := nearChange(rt, loc, -rapid.IntRange(-3, 8).Draw(rt, "away"))
		work := drawCalendar(rt, anchor)
		if trigger.calendar, err = work.days.Calendar(); err != nil {
			rt.Fatal(err)
		}
		want := repeatSlowly(anchor, trigger, work, times)
		for i, at := range want {
			if got := trigger.Nth(anchor, i+1); !got.Equal(at) {
				rt.Fatalf("time %d after %s is %s, want %s", i+1, anchor.In(loc), got.In(loc), at.In(loc))
			}
		}
		if !slices.IsSortedFunc(want, time.Time.Compare) {
			rt.Fatalf("out of order: %s", want)
		}
		checkAhead(rt, trigger, anchor, want)
	})
}

// checkAhead checks which time follows moments near the first ones.
func checkAhead(rt *rapid.T, trigger DateTrigger, anchor time.Time, times []time.Time) {
	rt.Helper()
	for _, at := range times[:len(times)-1] {
		for _, off := range []time.Duration{-time.Millisecond, 0, time.Millisecond} {
			want := 1 + slices.IndexFunc(times, func(o time.Time) bool { return o.After(at.Add(off)) })
			if got := trigger.ahead(anchor, at.Add(off)); got != want && want > 0 {
				rt.Fatalf("after %s comes time %d, want %d", at.Add(off), got, want)
			}
		}
	}
}

// repeating compiles a trigger that repeats, by due_at in Shanghai.
func repeating(t *testing.T, w TriggerDef) *Flow {
	t.Helper()
	d := testDef()
	w.DateField = "due_at"
	d.Trigger, d.Calendar = w, springFestival()
	return compiled(t, d)
}

// TestRepeatByHand checks times that people would expect.
func TestRepeatByHand(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		w      TriggerDef
		anchor string
		want   []string
	}{
		{"the first is one interval later", TriggerDef{Every: "2d"}, "2026-03-02 18:30", []string{"2026-03-04 18:30", "2026-03-06 18:30"}},
		{"a first of its own", TriggerDef{After: "1d", Every: "2d", At: "09:00"}, "2026-03-02 18:30", []string{"2026-03-03 09:00", "2026-03-05 09:00"}},
		{"before and past the date", TriggerDef{Before: "1d", Every: "1d", At: "09:00"}, "2026-03-02 18:30", []string{"2026-03-01 09:00", "2026-03-02 09:00", "2026-03-03 09:00"}},
		{"working days over a holiday", TriggerDef{Every: "2wd", At: "09:00"}, "2026-02-12 10:00", []string{"2026-02-14 09:00", "2026-02-25 09:00", "2026-02-27 09:00"}},
		{"days, then working days", TriggerDef{After: "1d", Every: "1wd"}, "2026-03-06 12:00", []string{"2026-03-07 12:00", "2026-03-09 12:00"}},
		{"hours", TriggerDef{After: "1h", Every: "12h"}, "2026-03-02 18:30", []string{"2026-03-02 19:30", "2026-03-03 07:30"}},
	} {
		trigger := repeating(t, tt.w).Trigger.(DateTrigger)
		anchor, err := time.ParseInLocation("2006-01-02 15:04", tt.anchor, zone(t, "Asia/Shanghai"))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for n := range tt.want {
			got = append(got, trigger.Nth(anchor, n+1).In(anchor.Location()).Format("2006-01-02 15:04"))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestRepeatCodec checks which occurrences are repeats.
func TestRepeatCodec(t *testing.T) {
	t.Parallel()
	anchor, due := time.UnixMilli(1_790_000_000_123).UTC(), time.UnixMilli(1_790_000_060_123).UTC()
	id := repeated(anchor, due).ID
	if a, d, ok := ParseRepeat(id); !ok || !a.Equal(anchor) || !d.Equal(due) {
		t.Errorf("%s: %s, %s, %v", id, a, d, ok)
	}
	for _, other := range []string{"", "v3", "1790000000123", "1790000000123.", ".1", "+1.2", "1.02", "1.2.3", "acme:C1.2", "1.2 "} {
		if _, _, ok := ParseRepeat(other); ok {
			t.Errorf("%q is a repeat", other)
		}
	}
}

// TestRepeatFollows checks what follows an occurrence, in every state of the risk.
func TestRepeatFollows(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	anchor := now.AddDate(0, 0, -9)
	day := func(n int) time.Time { return anchor.AddDate(0, 0, n) }
	env := func(change func(*core.Risk)) Env {
		e := testEnv(t, "en")
		e.Now, e.Risk.DueAt = now, anchor
		change(&e.Risk)
		return e
	}
	same := func(*core.Risk) {}
	taken := func(r *core.Risk) { r.Status = core.InProgress }
	for _, tt := range []struct {
		name  string
		w     TriggerDef
		ended string
		env   Env
		want  time.Time
		over  string
	}{
		{"skip goes on with the next one ahead", TriggerDef{Every: "1d"}, repeated(anchor, day(3)).ID, env(same), day(10), ""},
		{"fire makes up for each", TriggerDef{Every: "1d", CatchUp: "fire"}, repeated(anchor, day(3)).ID, env(same), day(4), ""},
		{"one that is dropped early", TriggerDef{Every: "1d"}, repeated(anchor, day(12)).ID, env(same), day(13), ""},
		{"the last but one", TriggerDef{Every: "1d", AtMost: 10}, repeated(anchor, day(9)).ID, env(same), day(10), ""},
		{"the last", TriggerDef{Every: "1d", AtMost: 10}, repeated(anchor, day(10)).ID, env(same), time.Time{}, ""},
		{"the last has passed", TriggerDef{Every: "1d", AtMost: 5}, repeated(anchor, day(3)).ID, env(same), time.Time{}, ""},
		{"each of the last", TriggerDef{Every: "1d", AtMost: 5, CatchUp: "fire"}, repeated(anchor, day(4)).ID, env(same), day(5), ""},
		{"until", TriggerDef{Every: "1d", Until: `status == "in_progress"`}, repeated(anchor, day(3)).ID, env(taken), time.Time{}, OverUntil},
		{"until is false", TriggerDef{Every: "1d", Until: `status == "in_progress"`}, repeated(anchor, day(3)).ID, env(same), day(10), ""},
		{"closed", TriggerDef{Every: "1d"}, repeated(anchor, day(3)).ID, env(func(r *core.Risk) { r.Status = core.Shelved }), time.Time{}, OverClosed},
		{"cleared", TriggerDef{Every: "1d"}, repeated(anchor, day(3)).ID, env(func(r *core.Risk) { r.DueAt = time.Time{} }), time.Time{}, OverMoved},
		{"moved", TriggerDef{Every: "2d"}, repeated(day(-1), day(3)).ID, env(same), day(10), OverMoved},
		{"moved, fire", TriggerDef{Every: "2d", CatchUp: "fire"}, repeated(day(-1), day(3)).ID, env(same), day(10), OverMoved},
	} {
		f := repeating(t, tt.w)
		got, ok := f.Trigger.Next(tt.ended, tt.env)
		if ok == tt.want.IsZero() || ok && (!got.Due.Equal(tt.want) || got.ID != repeated(anchor, tt.want).ID) {
			t.Errorf("%s: %+v, %v, want %s", tt.name, got, ok, tt.want)
		}
		if over := f.Trigger.Over(tt.ended, tt.env); over != tt.over {
			t.Errorf("%s: over %q, want %q", tt.name, over, tt.over)
		}
	}
}

// A changed calendar or interval never gives an occurrence the ID of one that has run.
func TestRepeatNeverReusesAnID(t *testing.T) {
	t.Parallel()
	daily, weekly := repeating(t, TriggerDef{Every: "1d"}), repeating(t, TriggerDef{Every: "7d"})
	e := testEnv(t, "en")
	ran := map[string]bool{}
	e.Now = e.Risk.DueAt
	for range 10 {
		all, ok := daily.Trigger.Expected(e, nil)
		if !ok || len(all) != 1 {
			t.Fatalf("%v", all)
		}
		ran[all[0].ID], e.Now = true, all[0].Due
	}
	all, _ := weekly.Trigger.Expected(e, nil)
	if want := e.Risk.DueAt.AddDate(0, 0, 14); len(all) != 1 || ran[all[0].ID] || !all[0].Due.Equal(want) {
		t.Errorf("after ten days comes %v, want one on %s", all, want)
	}
}

// TestLongAgo checks that a date long ago costs little.
func TestLongAgo(t *testing.T) {
	t.Parallel()
	for _, every := range []string{"1m", "1wd", "1d"} {
		trigger := repeating(t, TriggerDef{Every: every}).Trigger.(DateTrigger)
		now := time.Date(2026, 3, 10, 12, 0, 30, 0, time.UTC)
		for _, anchor := range []time.Time{time.Date(1926, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2126, 1, 1, 0, 0, 0, 0, time.UTC), now} {
			n := trigger.ahead(anchor, now)
			if !trigger.Nth(anchor, n).After(now) || n > 1 && trigger.Nth(anchor, n-1).After(now) {
				t.Errorf("every %s from %s: time %d", every, anchor, n)
			}
		}
	}
}

// Where recipients are further east, an occurrence may have ended before the file's clock shows
// its time. If the risk is reopened then, the flow still goes on.
func TestRepeatReopenedBeforeItsTime(t *testing.T) {
	t.Parallel()
	f := repeating(t, TriggerDef{Every: "1d", At: "09:00", Zone: "recipient"})
	e := testEnv(t, "en")
	e.Risk.DueAt = time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC)
	e.Now = time.Date(2026, 3, 4, 23, 0, 0, 0, time.UTC) // 07:00 of the next day in Shanghai
	closed := e.Risk
	closed.Status = core.Resolved
	plan := f.Trigger.Plan(Change{Before: &closed, After: e.Risk, Now: e.Now})
	var got []string
	for _, o := range plan.Arm {
		got = append(got, o.Due.UTC().Format(time.DateTime))
	}
	if want := []string{"2026-03-05 01:00:00", "2026-03-06 01:00:00"}; !slices.Equal(got, want) {
		t.Errorf("armed %q, want %q", got, want)
	}
}

// TestRepeatOfAnImpossibleDate: whoever mistypes a year holds nothing up.
func TestRepeatOfAnImpossibleDate(t *testing.T) {
	t.Parallel()
	for _, every := range []string{"1m", "1d"} {
		f, problems := Compile(Def{
			Name: "x", Zone: "UTC", If: `status == "pending"`, Trigger: TriggerDef{DateField: "discovered_at", Every: every},
			Steps: []StepDef{{Action: &SendMessageDef{To: []string{"handlers"}, Title: "x"}}},
		})
		if f == nil {
			t.Fatal(problems)
		}
		now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		for year, want := range map[int]int{26: 0, 1700: 0, 1950: 1, 9999: 1} {
			r := core.Risk{Status: core.Pending, DiscoveredAt: time.Date(year, 3, 4, 0, 0, 0, 0, time.UTC)}
			got, ok := f.Trigger.Expected(Env{Risk: r, Now: now}, nil)
			if !ok || len(got) != want {
				t.Errorf("every %s since the year %d: %v, %v", every, year, got, ok)
			}
		}
	}
}
