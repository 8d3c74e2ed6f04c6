package flow

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestLocalSlowly compares when a flow is due by somebody's clock with a model that looks at
// that clock every minute. Nobody's time comes before the first anywhere.
func TestLocalSlowly(t *testing.T) {
	t.Parallel()
	zones := append(changingZones(), "Pacific/Kiritimati", "Pacific/Pago_Pago", "Etc/GMT+12", "Asia/Kolkata")
	rapid.Check(t, func(rt *rapid.T) {
		home, there := rapid.SampledFrom(changingZones()).Draw(rt, "home"), rapid.SampledFrom(zones).Draw(rt, "there")
		loc, err := time.LoadLocation(there)
		if err != nil {
			rt.Fatal(err)
		}
		d := Def{
			Name: "x", Zone: home, DayStartsAt: "09:00", If: `status == "pending"`,
			Trigger: TriggerDef{DateField: "due_at", Zone: "recipient", At: rapid.SampledFrom([]string{"00:00", "00:30", "02:30", "09:00", "23:30"}).Draw(rt, "at")},
			Steps:   []StepDef{{Action: &SendMessageDef{To: []string{"handlers"}, Title: "x"}}},
		}
		before := rapid.Bool().Draw(rt, "before")
		delay := rapid.SampledFrom([]string{"1d", "2d", "9d"}).Draw(rt, "delay")
		if d.Trigger.After = delay; before {
			d.Trigger.After, d.Trigger.Before = "", delay
		}
		n := 1
		if rapid.Bool().Draw(rt, "repeats") {
			d.Trigger.Every, n = "3d", rapid.IntRange(1, 4).Draw(rt, "n")
		}
		f, problems := Compile(d)
		if f == nil {
			rt.Fatal(problems)
		}
		trigger := f.Trigger.(DateTrigger)
		anchor := nearChange(rt, loc, 0)
		due := trigger.due(anchor, n)
		o := trigger.local(repeated(anchor, due), anchor)
		if trigger.Repeat == nil {
			o = trigger.occurrence(anchor)
		}
		got, ok := f.Local(o.ID, loc)
		if !ok {
			rt.Fatalf("%s doesn't depend on the zone", o.ID)
		}
		y, m, day := due.In(trigger.zone).Date()
		want := time.Date(y, m, day, 0, 0, 0, 0, time.UTC).Add(trigger.at)
		slow := shownFrom(want.Add(-30*time.Hour), want, loc)
		switch {
		case due.Before(anchor) && slow.After(anchor):
			slow = anchor
		case !due.Before(anchor) && slow.Before(anchor):
			slow = shownAgain(anchor, want, loc)
		}
		if !got.Equal(slow) {
			rt.Fatalf("%s of %s at %s is due %s at home, %s there, want %s", delay, anchor, d.Trigger.At, due, got.In(loc), slow.In(loc))
		}
		if got.Before(o.First) || due.Before(o.First) {
			rt.Fatalf("due %s, before %s, the first", got, o.First)
		}
	})
}

// shownAgain returns the first minute from start on at which the clocks show the time of want,
// in UTC, because they go back, or else start.
func shownAgain(start, want time.Time, loc *time.Location) time.Time {
	for t := start; t.Before(start.Add(3 * time.Hour)); t = t.Add(time.Minute) {
		if _, offset := t.In(loc).Zone(); t.Add(time.Duration(offset) * time.Second).Equal(want) {
			return t
		}
	}
	return start
}

// TestNotLocal: other flows are due everywhere at once.
func TestNotLocal(t *testing.T) {
	t.Parallel()
	step := []StepDef{{Action: &SendMessageDef{To: []string{"handlers"}, Title: "x"}}}
	local := TriggerDef{DateField: "due_at", After: "1d", At: "09:00", Zone: "recipient"}
	once := local
	once.Zone = ""
	for name, trigger := range map[string]TriggerDef{"local": local, "not local": once, "an event": {On: "filed"}} {
		f, problems := Compile(Def{Name: "x", Zone: "UTC", DayStartsAt: "09:00", If: `status == "pending"`, Trigger: trigger, Steps: step})
		if f == nil {
			t.Fatal(problems)
		}
		if _, ok := f.Local("1781234567890", time.UTC); ok != (name == "local") {
			t.Errorf("%s: %v", name, ok)
		}
		if _, ok := f.Unconditional().Local("1781234567890", time.UTC); ok {
			t.Errorf("%s, unconditionally", name)
		}
	}
}
