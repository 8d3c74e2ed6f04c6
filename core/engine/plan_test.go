package engine

import (
	"slices"
	"testing"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
)

// TestPlan checks which timers each change of a risk arms, moves or drops.
func TestPlan(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	day := func(n int) time.Time { return now.AddDate(0, 0, n) }
	risk := func(version int64, discovered, due time.Time, handlers ...core.Ref) core.Risk {
		return core.Risk{Key: "R-1", Version: version, DiscoveredAt: discovered, DueAt: due, Handlers: handlers}
	}
	date := func(field, policy string) flow.Def {
		return flow.Def{Name: "f", Trigger: flow.TriggerDef{DateField: field, After: "1d"}, IfAlreadyDue: policy}
	}
	before := func(policy string) flow.Def {
		return flow.Def{Name: "f", Trigger: flow.TriggerDef{DateField: "due_at", Before: "2d"}, IfAlreadyDue: policy}
	}
	on := func(event string) flow.Def { return flow.Def{Name: "f", Trigger: flow.TriggerDef{On: event}} }
	for _, c := range []struct {
		name     string
		flow     flow.Def
		old, new core.Risk
		want     []string // timer operations
		missed   bool
	}{
		{name: "filed arms", flow: date("discovered_at", ""), new: risk(1, now, time.Time{}), want: []string{"arm"}},
		{name: "no date arms nothing", flow: date("due_at", ""), new: risk(1, now, time.Time{})},
		{name: "already due runs", flow: date("discovered_at", ""), new: risk(1, day(-3), time.Time{}), want: []string{"arm"}},
		{name: "already due is skipped", flow: date("discovered_at", "skip"), new: risk(1, day(-3), time.Time{}), missed: true},
		{name: "an unmoved date moves nothing", flow: date("discovered_at", ""), old: risk(1, now, time.Time{}), new: risk(2, now, day(9))},
		{name: "a moved date moves", flow: date("discovered_at", ""), old: risk(1, now, time.Time{}), new: risk(2, day(1), time.Time{}), want: []string{"move"}},
		{name: "a date set later arms", flow: date("due_at", ""), old: risk(1, now, time.Time{}), new: risk(2, now, day(3)), want: []string{"arm"}},
		{name: "a cleared date drops", flow: date("due_at", ""), old: risk(1, now, day(3)), new: risk(2, now, time.Time{}), want: []string{"drop"}},
		{name: "moved into the past and skipped drops", flow: date("due_at", "skip"), old: risk(1, now, day(3)), new: risk(2, now, day(-3)), want: []string{"drop"}, missed: true},
		{name: "before a date arms", flow: before(""), new: risk(1, now, day(3)), want: []string{"arm"}},
		{name: "before a date runs if the time has passed", flow: before(""), new: risk(1, now, day(1)), want: []string{"arm"}},
		{name: "before a date is skipped if the time has passed", flow: before("skip"), new: risk(1, now, day(1)), missed: true},
		{name: "before a date that moves near drops", flow: before("skip"), old: risk(1, now, day(9)), new: risk(2, now, day(1)), want: []string{"drop"}, missed: true},
		{name: "on filed", flow: on("filed"), new: risk(1, now, time.Time{}), want: []string{"arm"}},
		{name: "on filed is once", flow: on("filed"), old: risk(1, now, time.Time{}), new: risk(2, now, time.Time{})},
		{name: "on assigned with handlers", flow: on("assigned"), new: risk(1, now, time.Time{}, "lin"), want: []string{"arm"}},
		{name: "on assigned without", flow: on("assigned"), new: risk(1, now, time.Time{})},
		{name: "on assigned again", flow: on("assigned"), old: risk(1, now, time.Time{}, "lin"), new: risk(2, now, time.Time{}, "wei"), want: []string{"arm"}},
		{name: "same handlers", flow: on("assigned"), old: risk(1, now, time.Time{}, "lin"), new: risk(2, now, time.Time{}, "lin")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := c.flow
			d.Zone, d.DayStartsAt = "UTC", "09:00"
			d.Steps = []flow.StepDef{{Action: &flow.SendMessageDef{To: []string{"lin"}, Title: "x"}}}
			f, problems := flow.Compile(d)
			if f == nil {
				t.Fatal(problems)
			}
			var old *core.Risk
			if c.old.Key != "" {
				old = &c.old
			}
			p := plan([]*flow.Flow{f}, flow.Change{Before: old, After: c.new, Now: now}, nil)
			var got []string
			for _, tc := range p.timers {
				got = append(got, string(tc.Do))
				if tc.Event == nil || tc.Event.Kind != EventTimer {
					t.Error("a timer changes without an event")
				}
			}
			if !slices.Equal(got, c.want) || (len(p.missed) > 0) != c.missed {
				t.Errorf("got %q, missed %q; want %q, missed %v", got, p.missed, c.want, c.missed)
			}
		})
	}
}
