package flow

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"riskroom/core"
	"riskroom/core/calendar"
)

func TestFlowIsWhatWasWritten(t *testing.T) {
	t.Parallel()
	d := testDef()
	d.IfAlreadyDue = "skip"
	d.Steps = []StepDef{
		{Action: &CreateGroupDef{ID: "room", Type: core.Item, Name: "{{ .title }}", Members: []string{"handlers"}, Public: true}, Workspace: "acme"},
		{Action: &SendGroupMessageDef{Group: "room", Mention: []string{"lead"}, Card: "risk"}},
		{Action: &SendGroupMessageDef{Group: "guild/C1", Text: "hello"}, If: `severity == "high"`},
		{Action: &SendGroupMessageDef{Group: "item", Title: "hello"}},
		{Action: &SetGroupDef{Group: "room", Operator: "acme/U1", Topic: new("{{ .key }}")}},
		{Action: &CreateGroupDef{Type: core.Ordinary, Name: "x", Members: []string{"lin"}, Owner: []string{"wei"}}},
		{Action: &SendMessageDef{To: []string{"lin"}, Text: "x"}},
	}
	f := compiled(t, d)
	if f.Name != "remind" || f.IfAlreadyDue != Skip || f.If.String() != d.If {
		t.Errorf("flow: %q %q %q", f.Name, f.IfAlreadyDue, f.If)
	}
	var got []string
	for _, s := range f.Steps {
		got = append(got, fmt.Sprintf("%s %s at %q id %q if %v", s.Key(), s.Action.Kind(), s.Workspace, s.ID, s.If != nil))
	}
	want := []string{
		`room create_group at "acme" id "room" if false`,
		`send_group_message#1 send_group_message at "acme" id "" if false`,
		`send_group_message#2 send_group_message at "guild" id "" if true`,
		`send_group_message#3 send_group_message at "" id "" if false`,
		`set_group#1 set_group at "acme" id "" if false`,
		`create_group#2 create_group at "" id "" if false`,
		`send_message#1 send_message at "" id "" if false`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	targets := []Target{posted(f, 1), posted(f, 2), posted(f, 3)}
	wantTargets := []Target{{Step: "room"}, {Ref: core.GroupRef{Workspace: "guild", ID: "C1"}}, {Item: true}}
	if diff := cmp.Diff(wantTargets, targets); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
	for i, want := range []string{"room", "guild/C1", "item"} {
		if got := targets[i].String(); got != want {
			t.Errorf("target %d = %q, want %q", i, got, want)
		}
	}
	if g := f.Steps[0].Action.(*CreateGroup); !g.Public || g.Owner != nil || g.Topic != nil || g.Name.String() != "{{ .title }}" {
		t.Errorf("group: %+v", g)
	}
	if s := f.Steps[4].Action.(*SetGroup); s.Operator != "acme/U1" || s.Name != nil || s.Add != nil {
		t.Errorf("set_group: %+v", s)
	}
}

// posted returns where a step of f posts.
func posted(f *Flow, step int) Target { return f.Steps[step].Action.(*SendGroupMessage).Group }

func TestTooManySteps(t *testing.T) {
	t.Parallel()
	d := testDef()
	for len(d.Steps) <= core.MaxSteps {
		d.Steps = append(d.Steps, d.Steps[0])
	}
	_, problems := Compile(d)
	if len(problems) != 1 || problems[0].Rule != RuleLimit || !strings.Contains(problems[0].Message.String(), "at most 20") {
		t.Errorf("problems: %+v", problems)
	}
}

func TestHashIsStable(t *testing.T) {
	t.Parallel()
	f := compiled(t, testDef())
	// Runs that are under way during an upgrade refer to flows by hash. If the hash
	// changes, they lose their flow.
	const want = "cwtr72vykslnsa4ptwpf"
	if f.Hash() != want {
		t.Errorf("hash = %s, want %s\n%s", f.Hash(), want, f.Canonical())
	}
	if !regexp.MustCompile(`^[a-z2-7]{20}$`).MatchString(f.Hash()) {
		t.Errorf("hash = %q", f.Hash())
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	good := string(compiled(t, testDef()).Canonical())
	for name, tt := range map[string]struct{ text, says string }{
		"not JSON":        {"{", "unexpected EOF"},
		"what is unknown": {strings.Replace(good, `"name"`, `"repeat":3,"name"`, 1), `unknown field "repeat"`},
		"what follows":    {good + "{}", "data after the flow"},
		"two actions":     {strings.Replace(good, `"send_message"`, `"set_group":{},"send_message"`, 1), "not both send_message and set_group"},
		"an unknown step": {strings.Replace(good, `"send_message"`, `"wait_for"`, 1), `unknown field "wait_for"`},
		"an unknown key":  {strings.Replace(good, `"title"`, `"titel"`, 1), `unknown field "titel"`},
		"a broken flow":   {strings.Replace(good, "pending", "opne", 1), "status is never"},
	} {
		if f, err := Parse([]byte(tt.text)); err == nil || f != nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", name, err, tt.says)
		}
	}
}

func TestParseKeepsTheTextItWasGiven(t *testing.T) {
	t.Parallel()
	// Written by another version with another order of keys.
	text := []byte(` {"zone":"UTC","name":"x","if":"true","trigger":{"on":"filed"},"steps":[{"send_message":{"to":["lead"],"title":"x"}}],"day_starts_at":"09:00"}`)
	f, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(f.Canonical())
	if err != nil || again.Hash() != f.Hash() || string(f.Canonical()) != string(text) {
		t.Errorf("%v: %s became %s", err, text, f.Canonical())
	}
}

// drawDef draws a flow that compiles.
func drawDef(rt *rapid.T) Def {
	pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(rt, label) }
	word := rapid.StringMatching(`[^{}]{1,20}`)
	d := testDef()
	d.Name = pick("name", "a", "提醒", "x-1")
	d.If = pick("if", "", `status == "pending"`, `fields.amount > 1 and filled(due_at)`)
	d.Zone = pick("zone", "UTC", "Asia/Shanghai", "America/New_York")
	d.Trigger = rapid.SampledFrom([]TriggerDef{
		{On: "filed"}, {On: "assigned"}, {On: "status", From: []string{"pending"}, By: []string{"lead"}}, {On: "edited", Fields: []string{"review_on"}}, {DateField: "due_at", After: "2s"}, {DateField: "review_on", After: "3d", At: "23:59"},
	}).Draw(rt, "trigger")
	d.Steps = nil
	for i := range rapid.IntRange(1, 5).Draw(rt, "steps") {
		text := word.Draw(rt, "text") + pick("value", "", "{{ .key }}", "{{ .fields.amount | default \"-\" }}")
		group := fmt.Sprintf("g%d", i)
		d.Steps = append(d.Steps, rapid.SampledFrom([]StepDef{
			{Action: &SendMessageDef{To: []string{"handlers", "=lead"}, Title: text}},
			{Action: &CreateGroupDef{ID: group, Type: core.Ordinary, Name: text, Members: []string{"@x"}}},
			{Action: &SendGroupMessageDef{Group: "item", Text: text, Mention: []string{"lin"}}},
			{Action: &SetGroupDef{Group: "acme/C1", Operator: "wei", Topic: new(text)}},
		}).Draw(rt, "step"))
	}
	return d
}

func TestCanonicalRoundTrip(t *testing.T) {
	t.Parallel()
	env := testEnv(t, "en")
	rapid.Check(t, func(rt *rapid.T) {
		d := drawDef(rt)
		f, problems := Compile(d)
		if f == nil {
			rt.Fatalf("problems: %+v", problems)
		}
		again, _ := Compile(d)
		parsed, err := Parse(f.Canonical())
		if err != nil {
			rt.Fatal(err)
		}
		for _, other := range []*Flow{again, parsed} {
			if other.Hash() != f.Hash() || string(other.Canonical()) != string(f.Canonical()) {
				rt.Fatalf("%s became %s", f.Canonical(), other.Canonical())
			}
			if diff := cmp.Diff(f.Def(), other.Def()); diff != "" {
				rt.Fatalf("definition (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(behaviour(rt, f, env), behaviour(rt, other, env)); diff != "" {
				rt.Fatalf("behaviour (-want +got):\n%s", diff)
			}
		}
	})
}

// behaviour describes what f does in env.
func behaviour(rt *rapid.T, f *Flow, env Env) []string {
	holds, err := f.If.Holds(env)
	plan, planErr := json.Marshal(f.Trigger.Plan(Change{After: env.Risk}))
	out := []string{fmt.Sprint(f.Trigger.Kind(), string(plan), planErr, holds, err)}
	for _, s := range f.Steps {
		var (
			text   *Template
			people *People
		)
		switch a := s.Action.(type) {
		case *SendMessage:
			text, people = a.Title, a.To
		case *CreateGroup:
			text, people = a.Name, a.Members
		case *SendGroupMessage:
			text, people = a.Text, a.Mention
		case *SetGroup:
			text, people = a.Topic, a.Add
		default:
			rt.Fatalf("no behaviour of %T is compared", a)
		}
		words, err := text.Render(env)
		if err != nil {
			rt.Fatal(err)
		}
		refs, err := people.Refs(env)
		if err != nil {
			rt.Fatal(err)
		}
		out = append(out, s.Key(), words, fmt.Sprint(refs))
	}
	return out
}

// TestCalendarInTheText checks that a flow's working days are part of its text, and survive
// being stored.
func TestCalendarInTheText(t *testing.T) {
	t.Parallel()
	d := testDef()
	plain := compiled(t, d)
	if strings.Contains(string(plain.Canonical()), "calendar") {
		t.Errorf("a flow without working days has a calendar: %s", plain.Canonical())
	}
	d.Trigger.After, d.Calendar, d.CalendarName = "2wd", springFestival(), "china"
	f := compiled(t, d)
	const want = `"calendar":{"weekdays":["mon","tue","wed","thu","fri"],"holidays":["2026-02-15..2026-02-23"],"workdays":["2026-02-14","2026-02-28"]}}`
	if !strings.HasSuffix(string(f.Canonical()), want) {
		t.Errorf("text: %s", f.Canonical())
	}
	again, err := Parse(f.Canonical())
	if err != nil {
		t.Fatal(err)
	}
	anchor := time.Date(2026, 2, 13, 8, 0, 0, 0, time.UTC)
	due := time.Date(2026, 2, 24, 8, 0, 0, 0, time.UTC)
	if got := again.Trigger.(DateTrigger).Due(anchor); !got.Equal(due) || again.Hash() != f.Hash() {
		t.Errorf("due %s, hash %s, want %s, %s", got, again.Hash(), due, f.Hash())
	}
	d.Calendar = &calendar.Days{Weekdays: calendar.Usual()}
	if other := compiled(t, d); other.Hash() == f.Hash() || Together(f, 0, other, 0) || !Together(f, 0, again, 0) {
		t.Error("another calendar makes no difference")
	}
}
