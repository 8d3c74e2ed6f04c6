package flow

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"riskroom/core"
)

// neverOf returns the warnings about what can't run.
func neverOf(t *testing.T, d Def) string {
	t.Helper()
	f, problems := Compile(d)
	if f == nil {
		t.Fatalf("%q: %+v", d.If, problems)
	}
	var out []string
	for _, p := range problems {
		if p.Rule == RuleNever {
			out = append(out, p.Path)
		}
	}
	return strings.Join(out, " ")
}

func TestConditionsThatNeverHold(t *testing.T) {
	t.Parallel()
	date := testDef().Trigger
	for _, tt := range []struct {
		trigger   TriggerDef
		condition string
		never     bool
	}{
		{date, `status == "pending"`, false},
		{date, `status == "pending" and status == "resolved"`, true},
		{date, `status == "pending" and status != "resolved"`, false},
		{date, `status in ["pending", "shelved"] and not (status in ["pending", "in_progress"])`, false},
		{date, `status in ["pending", "shelved"] and status not in ["pending", "shelved"]`, true},
		{date, `status != "pending" and status != "in_progress" and status != "resolved" and status != "shelved"`, true},
		{date, `severity == "low" and (severity == "high" or status == "pending")`, false},
		{date, `severity == "low" and (severity == "high" or false)`, true},
		{date, `false`, true},
		{date, `module == "A" and module == "B"`, true},
		{date, `module == "A" and module != "B"`, false},
		{date, `module == "A" and title == module and title != "B"`, false},
		{date, `filled(title) and title == module and title != "A"`, false},
		{date, `title == "" and filled(title)`, true},
		{date, `fields.kind == "money" and fields.kind == ""`, true},
		{date, `not filled(fields.kind)`, false},
		{date, `fields.amount > 3 and fields.amount < 2`, true},
		{date, `fields.amount > 3 and fields.amount < 3.5`, false},
		{date, `fields.amount > 3 and fields.amount <= 3`, true},
		{date, `fields.amount == 3 and fields.amount == 4`, true},
		{date, `fields.amount == -3 and fields.amount > 0`, true},
		{date, `not (fields.amount > 3) and not (fields.amount <= 3)`, false}, // it is not set
		{date, `fields.amount > 1e308 and fields.amount != 2`, false},
		{date, `fields.amount * 2 > 5 and fields.amount < 1`, false}, // computed values are not known
		{date, `1 > 2`, true},
		{date, `date("2026-05-01") > date("2026-06-01")`, true},
		{date, `due_at > date("2026-06-01") and due_at < date("2026-05-01")`, true},
		{date, `due_at > date("2026-05-01") and due_at < date("2026-05-02")`, false},
		{date, `due_at > now and due_at < date("2026-05-02")`, false},
		{date, `not filled(discovered_at)`, true},
		{TriggerDef{DateField: "due_at", After: "1d"}, `not filled(due_at)`, true},
		{TriggerDef{DateField: "review_on", After: "1d"}, `not filled(fields.review_on)`, true},
		{date, `not filled(due_at)`, false},
		{date, `severity == "low" ? status == "pending" : module == "A"`, false},
		{date, `severity == "low" ? severity == "high" : false`, true},
		{date, `"lin" in handlers and submitter != lead`, false},
		{date, `title matches "^x" and status == "pending"`, false},

		{TriggerDef{On: "filed"}, `status == "pending"`, false},
		{TriggerDef{On: "filed"}, `status == "resolved"`, true},
		{TriggerDef{On: "filed"}, `filled(resolution)`, true},
		{TriggerDef{On: "note"}, `not filled(note)`, true},
		{TriggerDef{On: "filed"}, `fields.kind == "money" and filled(fields.amount)`, false},
		{TriggerDef{On: "filed"}, `fields.review_on < now`, true},
		{TriggerDef{On: "filed"}, `fields.review_on != now`, false},
		{TriggerDef{On: "filed"}, `filled(fields.review_on) or "lin" in fields.reviewers`, true},
		{TriggerDef{On: "status"}, `from == to`, true},
		{TriggerDef{On: "status"}, `from == "pending" and to == "resolved"`, false},
		{TriggerDef{On: "status"}, `from != status`, false},
		{TriggerDef{On: "status", To: []string{"resolved"}}, `status == "pending"`, true},
		{TriggerDef{On: "status", To: []string{"resolved", "pending"}}, `status == "pending"`, false},
		{TriggerDef{On: "status", From: []string{"pending"}}, `status == "pending"`, true},
		{TriggerDef{On: "reopened"}, `to == "resolved"`, true},
		{TriggerDef{On: "reopened"}, `from == "shelved" and status == "pending"`, false},
		{TriggerDef{On: "note"}, `status == "resolved" and by != submitter and note == "x"`, false},
		{TriggerDef{On: "note"}, `note == "x" and note == "y"`, true},
	} {
		d := testDef()
		d.Trigger, d.If, d.Handling = tt.trigger, tt.condition, []string{"review_on", "reviewers"}
		if got := neverOf(t, d); (got == "/if") != tt.never || got != "" && got != "/if" {
			t.Errorf("on %q: %s: warns at %q, want a warning: %v", tt.trigger.On, tt.condition, got, tt.never)
		}
	}
	d := testDef()
	d.Trigger, d.If = TriggerDef{On: "status", From: []string{"resolved"}, To: []string{"resolved"}}, ""
	if got := neverOf(t, d); got != "/trigger/to" {
		t.Errorf("from resolved to resolved: warns at %q", got)
	}
}

func TestStepsThatNeverRun(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		flow, step string
		never      bool
	}{
		{`severity == "low"`, `severity == "high"`, true},
		{`severity == "low" or module == "A"`, `severity == "high"`, false},
		{`status == "pending"`, `status == "resolved"`, false}, // changed meanwhile
		{``, `status == "pending" and status == "resolved"`, true},
		{`module == "A"`, `module != "A" or title == "x"`, false},
		{`module == "A"`, `module == "B"`, true},
	} {
		d := testDef()
		d.If, d.Steps[0].If = tt.flow, tt.step
		if got := neverOf(t, d); (got == "/steps/0/if") != tt.never {
			t.Errorf("%s, then %s: warns at %q", tt.flow, tt.step, got)
		}
	}
}

func TestExclusive(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		f, fStep, g, gStep string
		want               bool
	}{
		{`module == "A"`, "", `module == "B"`, "", true},
		{`module == "A"`, "", `module != "B"`, "", false},
		{"", `severity == "low"`, `severity in ["high", "critical"]`, "", true},
		{`status == "pending"`, "", `status == "resolved"`, "", false},
		{`node == "Review"`, "", `node == "Fix"`, "", false},
		{"", "", "", "", false},
		{`fields.kind == "money"`, `severity == "low"`, `severity == "high" or fields.kind == ""`, "", true},
	} {
		compile := func(flow, step string) *Flow {
			d := testDef()
			d.Process = []string{"Review", "Fix"}
			d.If, d.Steps[0].If = flow, step
			return compiled(t, d)
		}
		if got := Exclusive(compile(tt.f, tt.fStep), 0, compile(tt.g, tt.gStep), 0); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

func TestTogether(t *testing.T) {
	t.Parallel()
	compile := func(trigger TriggerDef, condition string) *Flow {
		d := testDef()
		d.Trigger, d.If, d.Steps = trigger, condition, []StepDef{{Action: &SendMessageDef{To: []string{"lin", "handlers"}, Title: "{{ .key }}"}}}
		return compiled(t, d)
	}
	day := TriggerDef{DateField: "due_at", After: "1d"}
	status := func(from, to string) TriggerDef {
		return TriggerDef{On: "status", From: strings.Fields(from), To: strings.Fields(to)}
	}
	for _, tt := range []struct {
		f, g     TriggerDef
		fIf, gIf string
		together bool
	}{
		{f: day, g: day, fIf: `status == "pending"`, gIf: `severity == "high"`, together: true},
		{f: day, g: day, fIf: `status == "pending"`, gIf: `status == "resolved"`},
		{f: day, g: TriggerDef{DateField: "due_at", After: "2d"}, fIf: `true`, gIf: `true`},
		{f: day, g: TriggerDef{DateField: "due_at", After: "1d", At: "09:00"}, fIf: `true`, gIf: `true`},
		{f: day, g: status("", ""), fIf: `true`, gIf: `true`},
		{f: status("pending", ""), g: status("", "resolved"), fIf: `true`, gIf: `true`, together: true},
		{f: status("pending", ""), g: status("shelved", ""), fIf: `true`, gIf: `true`},
		{f: status("", "resolved"), g: status("", ""), fIf: `true`, gIf: `status == "pending"`},
		{f: day, g: day, fIf: `fields.amount > 10`, gIf: `fields.amount <= 10`},
	} {
		f, g := compile(tt.f, tt.fIf), compile(tt.g, tt.gIf)
		if a, b := Together(f, 0, g, 0), Together(g, 0, f, 0); a != tt.together || b != tt.together {
			t.Errorf("%+v: %v, the other way round %v", tt, a, b)
		}
	}
}

// TestWhatHoldsIsPossible compares the warning with conditions that hold.
func TestWhatHoldsIsPossible(t *testing.T) {
	t.Parallel()
	env := testEnv(t, "en")
	rapid.Check(t, func(rt *rapid.T) {
		pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(rt, label) }
		var draw func(depth int) string
		draw = func(depth int) string {
			if depth == 0 || rapid.Bool().Draw(rt, "leaf") {
				return pick("leaf is", `status == "pending"`, `status != "pending"`, `severity in ["low", "high"]`, `severity == "low"`,
					`title == "a"`, `title != module`, `title == module`, `module == "b"`, `"a" != title`, `filled(title)`, `not filled(module)`,
					`fields.kind == "money"`, `fields.kind == ""`, `filled(fields.kind)`, `fields.amount > 1`, `fields.amount <= 1`, `fields.amount == 2`,
					`2.5 != fields.amount`, `filled(fields.amount)`, `due_at < date("2026-05-01")`, `due_at >= date("2026-04-01")`, `due_at == date("2026-05-01")`,
					`due_at != date("2026-05-01")`, `filled(due_at)`, `due_at < now`, `submitter == "acme/U1"`, `lead == "wei"`,
					`submitter == lead`, `title contains "a"`, `true`, `false`)
			}
			a, b := draw(depth-1), draw(depth-1)
			switch pick("joined by", "and", "or", "not", "?") {
			case "and":
				return "(" + a + ") and (" + b + ")"
			case "or":
				return "(" + a + ") or (" + b + ")"
			case "not":
				return "not (" + a + ")"
			}
			return "(" + a + ") ? (" + b + ") : (" + draw(depth-1) + ")"
		}
		d := testDef()
		d.If = draw(3)
		f, problems := Compile(d)
		if f == nil {
			rt.Fatalf("%s: %+v", d.If, problems)
		}
		e := env
		e.Risk.Status = rapid.SampledFrom(core.Statuses()).Draw(rt, "status")
		e.Risk.Severity = rapid.SampledFrom(core.Severities()).Draw(rt, "severity")
		e.Risk.Title, e.Risk.Module = pick("title", "", "a", "b", "c"), pick("module", "", "a", "b", "c")
		e.Risk.Fields = map[string]core.Value{"kind": {Text: pick("kind", "", "money", "legal")}}
		if n := rapid.SampledFrom([]float64{0, 1, 2, 2.5, 3}).Draw(rt, "amount"); n != 0 {
			e.Risk.Fields["amount"] = core.Value{Number: &n}
		}
		e.Risk.DueAt = time.Time{}
		if day := rapid.IntRange(-1, 61).Draw(rt, "days after 31 March"); day >= 0 {
			e.Risk.DueAt = time.Date(2026, 3, 31+day, 1, 0, 0, 0, time.UTC) // 09:00 in Shanghai
		}
		holds, err := f.If.Holds(e)
		if err != nil {
			rt.Fatal(err)
		}
		for _, p := range problems {
			if p.Rule == RuleNever && holds {
				rt.Fatalf("%s holds, but a warning says that it never does", d.If)
			}
		}
	})
}
