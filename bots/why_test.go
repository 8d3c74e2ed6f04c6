package bots

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
	"riskroom/core/text"
)

// everyState explains flows in every state.
func everyState() engine.Explanation {
	at := time.Date(2026, 11, 18, 10, 5, 0, 0, shanghai)
	later := now.Add(time.Hour)
	status := func(s string) []engine.Used {
		return []engine.Used{{Name: "status", Value: `"` + s + `"`}, {Name: "fields.kind"}}
	}
	one := func(name string, f engine.FlowExplained) engine.FlowExplained {
		f.Name, f.When.Zone = name, "Asia/Shanghai"
		if f.When.On+f.When.Schedule == "" {
			f.When.DateField = "due_at"
		}
		return f
	}
	ran := func(state engine.RunState, reason string) engine.RunExplained {
		return engine.RunExplained{State: state, Reason: reason, Anchor: at, Due: at.Add(core.Day), Until: later}
	}
	filed := engine.When{On: "filed"}
	ahead, late, waiting, skipped, sent := ran(engine.Armed, ""), ran(engine.Armed, ""), ran(engine.Waiting, engine.AwaitsGroup), ran(engine.Skipped, "condition"), ran(engine.Finished, "")
	ahead.Due, waiting.For, skipped.Unmet, sent.Earlier, sent.Anchor = later, "gather", status("resolved"), true, time.Time{}
	held := ran(engine.Waiting, engine.Held)
	held.Held = []engine.Hold{
		{For: "acme/U0LIN", Until: later, Zone: "Europe/Berlin", Why: engine.QuietHours},
		{For: "acme/C0OPS", Group: true, Until: later, Zone: "Asia/Shanghai", Why: engine.LocalTime},
	}
	rest := ran(engine.Skipped, "condition")
	rest.Rest, rest.Unmet = true, status("resolved")
	rest.Did = []engine.Event{
		{At: at, Kind: engine.EventStep, Data: map[string]string{"action": "send_message", "done": "acme/U0LIN"}},
		{At: later, Kind: engine.EventStep, Data: map[string]string{"action": "wait"}},
	}
	stopped := ran(engine.Cancelled, "step_failed")
	stopped.Did = []engine.Event{{At: at, Kind: engine.EventFailed, Data: map[string]string{"action": "create_group", "code": "x", "then": "stop"}}}
	sent.Did = []engine.Event{
		{At: at, Kind: engine.EventStep, Data: map[string]string{"action": "send_message", "done": "acme/U0LIN"}},
		{At: at, Kind: engine.EventPassed, Data: map[string]string{"action": "send_group_message", "reason": "condition"}},
		{At: at, Kind: engine.EventFailed, Data: map[string]string{"action": "create_group", "code": "x"}},
	}
	time3, until := ran(engine.Finished, ""), ran(engine.Skipped, flow.OverUntil)
	time3.Number, until.Unmet = 3, status("in_progress")
	return engine.Explanation{Risk: core.Risk{Title: "Ledger"}, Flows: []engine.FlowExplained{
		one("ahead", engine.FlowExplained{When: engine.When{After: "1d", At: "09:00"}, If: `status == "pending"`, Now: status("pending"), Holds: true, Known: true,
			Runs: []engine.RunExplained{ahead}, More: 2}),
		one("late", engine.FlowExplained{When: engine.When{After: "1d"}, Runs: []engine.RunExplained{late}}),
		one("before", engine.FlowExplained{When: engine.When{Before: "2d"}, Idle: engine.NoDate}),
		one("before-at", engine.FlowExplained{When: engine.When{Before: "2d", At: "09:00"}, Idle: engine.Missed, Due: at}),
		one("new", engine.FlowExplained{When: engine.When{After: "1d"}, Idle: engine.Unarmed, Due: at}),
		one("event", engine.FlowExplained{When: filed, If: `by != submitter`, Idle: engine.NoEvent}),
		one("schedule", engine.FlowExplained{When: engine.When{Schedule: "0 9 * * mon-fri"}, Next: later, Runs: []engine.RunExplained{ran(engine.Skipped, "closed")}}),
		one("digest", engine.FlowExplained{When: engine.When{Schedule: "0 9 * * mon", Digest: true}, Next: later}),
		one("future", engine.FlowExplained{When: engine.When{On: "eclipse"}, Runs: []engine.RunExplained{ran(engine.Running, "")}}),
		one("waiting", engine.FlowExplained{When: filed, Runs: []engine.RunExplained{waiting, ran(engine.Waiting, "rate_budget"), ran(engine.Waiting, "from_later")}}),
		one("held", engine.FlowExplained{When: engine.When{After: "1d", At: "09:00", Theirs: true}, Runs: []engine.RunExplained{held, ran(engine.Waiting, engine.NotYet)}}),
		one("theirs-too", engine.FlowExplained{When: engine.When{Before: "1d", At: "09:00", Theirs: true}}),
		one("parked", engine.FlowExplained{When: filed, Runs: []engine.RunExplained{ran(engine.Parked, "unsure")}}),
		one("skipped", engine.FlowExplained{When: filed, If: `status == "pending"`, Now: status("resolved"), Known: true, Runs: []engine.RunExplained{skipped, ran(engine.Skipped, "by_others")}}),
		one("cancelled", engine.FlowExplained{When: filed, Runs: []engine.RunExplained{ran(engine.Cancelled, "risk_changed")}}),
		one("repeats", engine.FlowExplained{When: engine.When{After: "1d", Every: "2wd", At: "09:00", Calendar: "china"}, Until: `status == "in_progress"`, UntilNow: status("pending"),
			Runs: []engine.RunExplained{time3, ran(engine.Skipped, flow.OverMoved)}, Again: later}),
		one("repeats-at-most", engine.FlowExplained{When: engine.When{Every: "2d", AtMost: 10}, Idle: engine.IdleAtMost, Runs: []engine.RunExplained{time3}}),
		one("repeats-until", engine.FlowExplained{When: engine.When{Every: "2d", AtMost: 1}, Until: `status == "in_progress"`, UntilNow: status("in_progress"), UntilHolds: true,
			Idle: engine.IdleUntil, Runs: []engine.RunExplained{until}}),
		one("repeats-closed", engine.FlowExplained{When: engine.When{Before: "1d", Every: "2d"}, Idle: engine.IdleClosed, Runs: []engine.RunExplained{ran(engine.Skipped, flow.OverClosed)}}),
		one("stopped", engine.FlowExplained{When: filed, Runs: []engine.RunExplained{stopped}}),
		one("steps", engine.FlowExplained{When: filed, Runs: []engine.RunExplained{ran(engine.Waiting, engine.StepWaits), rest}}),
		{Name: "gone", Gone: true, Runs: []engine.RunExplained{sent}},
	}}
}

var update = flag.Bool("update", false, "rewrite the golden files")

func TestWhy(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{explained: everyState()})
	for _, lang := range text.Languages() {
		x := everyState()
		x.Risk.Key = "R-17"
		got, path := b.Explained(t.Context(), x, lang), filepath.Join("testdata", "why."+lang+".txt")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if diff := cmp.Diff(string(want), got); err != nil || diff != "" || strings.Contains(got, "!why") {
			t.Errorf("%s: %v (-want +got; rewrite it with go test -update):\n%s", path, err, diff)
		}

		c := typed("why r-17")
		c.Lang = lang
		said := words(ask(t, b, c))
		for line := range strings.SplitSeq(said, "\n") {
			if !strings.Contains(got, line) && !strings.Contains(line, "/risk ") {
				t.Errorf("%s: chat has another line: %s", lang, line)
			}
		}
	}
}

// TestWhyHasRoom: what doesn't fit in a reply is counted, with the command that shows it.
func TestWhyHasRoom(t *testing.T) {
	t.Parallel()
	x := everyState()
	for range 2 {
		x.Flows = append(x.Flows, x.Flows...)
	}
	b := newBot(t, &fakeEngine{explained: x})
	said := words(ask(t, b, typed("why r-17")))
	wants(t, said, "more flows don't fit here. To see one, name it: /risk why R-17 ")
	if n := utf8.RuneCountInString(said); n > 3000 {
		t.Errorf("it has %d characters", n)
	}
}

func TestWhyOneFlow(t *testing.T) {
	t.Parallel()
	x := everyState()
	x.Since = now
	room := core.GroupRef{Workspace: "acme", ID: "C0ROOM"}
	b := newBot(t, &fakeEngine{explained: x, rooms: map[core.GroupRef]core.RiskKey{room: "R-9"}})
	for line, want := range map[string]string{
		"why r-17 late": "What flows do about R-17 Ledger, and why\nWhat was sent before 20 Nov 2026, 15:30 isn't shown.\nlate: 1d after Due",
		"为什么 17 late":   "late: 1d after Due",
		"why late":      "What flows do about R-9 Ledger",
		"why":           "What flows do about R-9 Ledger",
	} {
		c := typed(line)
		c.Channel = room
		wants(t, words(ask(t, b, c)), want)
	}
	for line, want := range map[string]string{"why": "Which risk?", "why late": "Which risk?", "why 17x": "17x"} {
		wants(t, words(ask(t, b, typed(line))), want)
	}
	got := b.Suggest(t.Context(), Command{Actor: lin, Typed: &Typed{Path: []string{"why"}}}, "flow", "be")
	if len(got) != 2 || got[0].Key != "before" {
		t.Errorf("suggests %v", got)
	}
}
