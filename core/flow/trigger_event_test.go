package flow

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
)

// anaDid returns what changes with mutate, done by ana.
func anaDid(t *testing.T, note string, mutate func(before, after *core.Risk)) Change {
	t.Helper()
	before := testEnv(t, "en").Risk
	before.Version = 4
	after := before
	after.Version = 5
	mutate(&before, &after)
	ana := core.Actor{Account: core.Account{Workspace: "acme", ID: "ANA"}, Name: "ana"}
	return Change{Before: &before, After: after, By: ana, Note: note}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	status := func(from, to core.Status) func(before, after *core.Risk) {
		return func(before, after *core.Risk) { before.Status, after.Status = from, to }
	}
	handlers := func(before, after *core.Risk) { after.Handlers = []core.Ref{"lin", "wei"} }
	fewer := func(before, after *core.Risk) { after.Handlers = []core.Ref{"lin"} }
	edit := func(fields ...string) func(before, after *core.Risk) {
		return func(before, after *core.Risk) {
			after.Changed = map[string]int64{"title": 3}
			for _, f := range fields {
				after.Changed[f] = after.Version
			}
		}
	}
	note := func(before, after *core.Risk) {
		before.Notes = []core.Note{{Text: "looking"}}
		after.Notes = append(slices.Clone(before.Notes), core.Note{At: time.Unix(9, 0), Text: "looking"})
	}
	both := func(before, after *core.Risk) {
		note(before, after)
		status(core.Pending, core.InProgress)(before, after)
	}
	for _, tt := range []struct {
		name    string
		trigger TriggerDef
		change  func(before, after *core.Risk)
		want    bool
	}{
		{"status", TriggerDef{On: "status"}, status(core.Pending, core.InProgress), true},
		{"status, none", TriggerDef{On: "status"}, handlers, false},
		{"to", TriggerDef{On: "status", To: []string{"resolved", "shelved"}}, status(core.Pending, core.Shelved), true},
		{"to another", TriggerDef{On: "status", To: []string{"resolved"}}, status(core.Pending, core.Shelved), false},
		{"from", TriggerDef{On: "status", From: []string{"pending"}}, status(core.Pending, core.Shelved), true},
		{"from another", TriggerDef{On: "status", From: []string{"in_progress"}, To: []string{"shelved"}}, status(core.Pending, core.Shelved), false},
		{"reopened", TriggerDef{On: "reopened"}, status(core.Resolved, core.Pending), true},
		{"not reopened", TriggerDef{On: "reopened"}, status(core.InProgress, core.Pending), false},
		{"closed differently", TriggerDef{On: "reopened"}, status(core.Resolved, core.Shelved), false},
		{"assigned", TriggerDef{On: "assigned"}, handlers, true},
		{"no new handler", TriggerDef{On: "assigned"}, fewer, false},
		{"edited", TriggerDef{On: "edited"}, edit("due_at"), true},
		{"edited earlier", TriggerDef{On: "edited"}, edit(), false},
		{"handlers are not edited", TriggerDef{On: "edited"}, edit("handlers", "status", "node"), false},
		{"this field", TriggerDef{On: "edited", Fields: []string{"amount", "due_at"}}, edit("title", "fields.amount"), true},
		{"another field", TriggerDef{On: "edited", Fields: []string{"due_at"}}, edit("title", "fields.amount"), false},
		{"note", TriggerDef{On: "note"}, note, true},
		{"no note", TriggerDef{On: "note"}, edit("title"), false},
		{"a note with a status", TriggerDef{On: "note"}, both, false},
	} {
		d := testDef()
		d.Trigger = tt.trigger
		change := anaDid(t, "", tt.change)
		plan := compiled(t, d).Trigger.Plan(change)
		if got := len(plan.Arm) == 1; got != tt.want || len(plan.Move)+len(plan.Drop) > 0 {
			t.Errorf("%s: %+v, want %v", tt.name, plan, tt.want)
		}
		if tt.want && plan.Arm[0].ID != "v5" {
			t.Errorf("%s: occurrence %s", tt.name, plan.Arm[0].ID)
		}
	}
}

func TestCauses(t *testing.T) {
	t.Parallel()
	change := anaDid(t, "rolled back", func(before, after *core.Risk) {
		after.Status = core.Resolved
		after.Handlers = []core.Ref{"wei", "@oncall"}
	})
	d := testDef()
	d.Trigger, d.If = TriggerDef{On: "status"}, `by != submitter and to == "resolved" and note != ""`
	d.Steps = []StepDef{{Action: &SendMessageDef{
		To: []string{"=by"}, Title: "{{ .by }} turned {{ .key }} from {{ .from }} to {{ .to }}{{ if .note }}: {{ .note }}{{ end }}",
	}}}
	f := compiled(t, d)
	env := testEnv(t, "en")
	env.Cause = *f.Trigger.Plan(change).Arm[0].Cause
	want := Cause{By: change.By, Note: "rolled back", From: core.Pending, To: core.Resolved, NewHandlers: []core.Ref{"wei"}}
	if diff := cmp.Diff(want, env.Cause); diff != "" {
		t.Errorf("cause (-want +got):\n%s", diff)
	}
	a := f.Steps[0].Action.(*SendMessage)
	text, err := a.Title.Render(env)
	if want := "ana turned R-17 from Pending to Resolved: rolled back"; err != nil || text != want {
		t.Errorf("%q, %v, want %q", text, err, want)
	}
	if refs, err := a.To.Refs(env); err != nil || !slices.Equal(refs, []core.Ref{"acme/ANA"}) {
		t.Errorf("to %v, %v", refs, err)
	}
	holds, err := f.If.Holds(env)
	if err != nil || !holds || !f.If.UsesCause() {
		t.Errorf("%q is %v, %v, uses the cause: %v", f.If, holds, err, f.If.UsesCause())
	}
	env.Cause.By = env.Risk.Submitter
	if holds, err := f.If.Holds(env); err != nil || holds {
		t.Errorf("%q holds for what the submitter did: %v", f.If, err)
	}
	// A run that an older version armed has no cause.
	env.Cause = Cause{}
	if text, err := a.Title.Render(env); err != nil || text != "turned R-17 from  to" {
		t.Errorf("without a cause: %q, %v", text, err)
	}

	d.Trigger, d.If = TriggerDef{On: "assigned", By: []string{"lead", "administrators"}}, `"wei" in new_handlers`
	d.Steps[0].Action = &SendMessageDef{To: []string{NewHandlersKeyword}, Title: "{{ .new_handlers }}"}
	f = compiled(t, d)
	env.Cause = *f.Trigger.Plan(change).Arm[0].Cause
	if refs, err := f.Steps[0].Action.(*SendMessage).To.Refs(env); err != nil || !slices.Equal(refs, []core.Ref{"wei"}) {
		t.Errorf("new handlers %v, %v", refs, err)
	}
	if refs, err := f.By.Refs(env); err != nil || !slices.Equal(refs, []core.Ref{"wei", "lin", "acme/U9"}) {
		t.Errorf("by %v, %v", refs, err)
	}
}
