package flow

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
)

// inProcess returns a flow under a process with two nodes.
func inProcess() Def {
	d := testDef()
	d.Process = []string{"triage", "legal review"}
	return d
}

// atNode returns an environment with a risk at the second node.
func atNode(t *testing.T) Env {
	e := testEnv(t, "en")
	e.Risk.Node, e.Risk.NodeSince = "legal review", e.Risk.StatusSince.Add(time.Hour)
	e.Operators = []core.Ref{"lin", "@legal"}
	e.Node = func(key string) string { return strings.ToUpper(key) }
	return e
}

// TestProcess uses every name of a process in every place where it works.
func TestProcess(t *testing.T) {
	t.Parallel()
	d := inProcess()
	d.Trigger = TriggerDef{DateField: "node_since", After: "2h"}
	d.If = `node == "legal review" and "@legal" in operators and now - node_since > duration("1h")`
	d.Steps = []StepDef{{Action: &SendMessageDef{
		To: []string{"operators", `=node == "triage" ? lead : operators`}, Title: `{{ .node }}: {{ date .node_since }}, {{ .operators }}`,
	}}}
	f := compiled(t, d)
	env := atNode(t)
	env.Now = env.Risk.NodeSince.Add(2 * time.Hour)
	if ok, err := f.If.Holds(env); err != nil || !ok {
		t.Errorf("the condition is %v, %v", ok, err)
	}
	send := f.Steps[0].Action.(*SendMessage)
	to, err := send.To.Refs(env)
	if diff := cmp.Diff([]core.Ref{"lin", "@legal"}, to); err != nil || diff != "" {
		t.Errorf("the people: %v %s", err, diff)
	}
	title, err := send.Title.Render(env)
	if err != nil || !strings.HasPrefix(strip(title), "LEGAL REVIEW: ") {
		t.Errorf("the title is %q, %v", title, err)
	}
	moved := env.Risk
	moved.Node, moved.NodeSince = "triage", moved.NodeSince.Add(time.Hour)
	plan := f.Trigger.Plan(Change{Before: &env.Risk, After: moved})
	if len(plan.Move) != 1 || !plan.Move[0].To.Due.Equal(moved.NodeSince.Add(2*time.Hour)) {
		t.Errorf("passing a risk on plans %+v", plan)
	}
}

// strip removes the signs that isolate values.
func strip(s string) string { return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(s) }

// TestProcessProblems checks the messages about nodes, and about names without a process.
func TestProcessProblems(t *testing.T) {
	t.Parallel()
	without := testDef()
	with := inProcess()
	for _, c := range []struct {
		def    Def
		change func(*Def)
		want   string
	}{
		{without, func(d *Def) { d.If = `node == "triage"` }, `there is no "node"; node needs a process: add process to the file`},
		{without, func(d *Def) { d.Trigger.DateField = "node_since" }, "node_since needs a process: add process to the file"},
		{without, func(d *Def) { d.Steps[0].Action.(*SendMessageDef).Title = "{{ .operators }}" }, "there is no .operators; operators needs a process: add process to the file"},
		{with, func(d *Def) { d.If = `node == "triag"` }, `node is never "triag"; it is one of triage, legal review`},
		{with, func(d *Def) { d.Steps[0].Action.(*SendMessageDef).To = []string{`="operators"`} }, "write operators without quotes in an expression"},
		{with, func(d *Def) {
			d.Fields = map[string]FieldDef{"node": {Type: core.TextField}}
		}, "a field can't be named node: it is a built-in field"},
	} {
		d := c.def
		d.Steps = []StepDef{{Action: &SendMessageDef{To: []string{"lead"}, Title: "x"}}}
		c.change(&d)
		_, problems := Compile(d)
		if len(problems) != 1 || problems[0].Message.String() != c.want {
			t.Errorf("the problems are %+v, want %q", problems, c.want)
		}
	}
}

// TestOperatorsNamed checks that a person may be called operators if there is no process.
func TestOperatorsNamed(t *testing.T) {
	t.Parallel()
	d := testDef()
	d.Steps = []StepDef{{Action: &SendMessageDef{To: []string{"operators"}, Title: "x"}}}
	for process, want := range map[string]TermKind{"": PersonTerm, "triage": KeywordTerm} {
		if process != "" {
			d.Process = []string{process}
		}
		if terms := d.Terms(); len(terms) != 1 || terms[0].Kind != want {
			t.Errorf("with the process %q, the terms are %+v", process, terms)
		}
		d.Process = nil
	}
}

func TestCompileOperators(t *testing.T) {
	t.Parallel()
	org := &core.Organisation{
		Zone: time.UTC, Process: []core.Node{{Key: "triage"}}, Fields: []core.Field{{Key: "reviewers", Type: core.PeopleField}},
	}
	operators := func(entries ...string) (*People, []Term, []Problem) {
		return CompileOperators(org, core.Node{Operators: entries})
	}
	p, terms, problems := operators("lead", "@legal", `=severity == "high" ? fields.reviewers : "zoe"`)
	if len(problems) > 0 || len(terms) != 3 {
		t.Fatalf("problems %+v, terms %+v", problems, terms)
	}
	got, err := p.Refs(atNode(t))
	if diff := cmp.Diff([]core.Ref{"wei", "@legal", "lin"}, got); err != nil || diff != "" {
		t.Errorf("the operators: %v %s", err, diff)
	}
	for _, entry := range []string{"=operators", "=title", "a@b"} {
		if p, _, problems := operators("lead", entry); p != nil || len(problems) != 1 || problems[0].Path != "/operators/1" {
			t.Errorf("%s: %v, %+v", entry, p, problems)
		}
	}
	if _, terms, _ := operators("operators"); len(terms) != 1 || terms[0].Kind != PersonTerm {
		t.Errorf("operators among operators is %+v", terms)
	}
}
