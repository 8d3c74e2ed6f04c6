package flow

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
)

// peopleOf compiles one list. problem is "" if there is none.
func peopleOf(list ...string) (p *People, offset int, problem string) {
	c := &compiler{scope: newScope(ownFields())}
	p = c.people("/to", list)
	for _, problem := range c.problems {
		return nil, problem.Offset, problem.Message.String()
	}
	return p, 0, ""
}

func TestPeopleRefs(t *testing.T) {
	t.Parallel()
	full, empty := testEnv(t, "en"), emptyEnv(t, "en")
	for _, tt := range []struct {
		list        string
		full, empty []core.Ref
	}{
		{"handlers", []core.Ref{"lin", "@oncall"}, nil},
		{"submitter|lead|administrators", []core.Ref{"acme/U1", "wei", "lin", "acme/U9"}, nil},
		{"wei|handlers|lead|wei", []core.Ref{"wei", "lin", "@oncall"}, []core.Ref{"wei"}},
		{"@oncall|acme:@oncall|acme/U7|林 未", []core.Ref{"@oncall", "acme:@oncall", "acme/U7", "林 未"}, []core.Ref{"@oncall", "acme:@oncall", "acme/U7", "林 未"}},
		{"=fields.reviewers", []core.Ref{"wei", "lin"}, nil},
		{"=submitter", []core.Ref{"acme/U1"}, nil},
		{`=severity == "high" ? ["wei", "@boss"] : handlers`, []core.Ref{"wei", "@boss"}, nil},
		{`=filled(due_at) ? "wei" : lead`, []core.Ref{"wei"}, nil},
		{`=[lead, "zoe", submitter]`, []core.Ref{"wei", "zoe", "acme/U1"}, []core.Ref{"zoe"}},
		{`=[handlers, [fields.reviewers]]|ann`, []core.Ref{"lin", "@oncall", "wei", "ann"}, []core.Ref{"ann"}},
	} {
		p, _, problem := peopleOf(strings.Split(tt.list, "|")...)
		if problem != "" {
			t.Errorf("%s: %s", tt.list, problem)
			continue
		}
		for _, w := range []struct {
			env  Env
			want []core.Ref
		}{{full, tt.full}, {empty, tt.empty}} {
			got, err := p.Refs(w.env)
			if diff := cmp.Diff(w.want, got); err != nil || diff != "" {
				t.Errorf("%s: %v (-want +got):\n%s", tt.list, err, diff)
			}
		}
	}
	var nobody *People
	if got, err := nobody.Refs(full); got != nil || err != nil {
		t.Errorf("a nil list = %v, %v", got, err)
	}
}

func TestPeopleProblems(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		entry  string
		offset int
		says   string
	}{
		{"", -1, "is not a person: write a name from people, a keyword (submitter, handlers, lead, administrators)"},
		{" lin", -1, "is not a person"},
		{"lin@example.com", -1, "is an e-mail address"},
		{"@", -1, "is not a person"},
		{"acme:@", -1, "is not a person"},
		{"acme:oncall", -1, "is not a person"},
		{"acme/", -1, "is not a person"},
		{"/U1", -1, "is not a person"},
		{"acme/U1/U2", -1, "is not a person"},
		{"acme/U 1", -1, "is not a person"},
		{"lin\n", -1, "is not a person"},
		{"=", -2, "ends too early"},
		{"=fields.customer", 1, "this does not give people; they come from submitter, lead, handlers, fields.reviewers"},
		{"=title", 1, "this does not give people"},
		{"=fields.reviewer", 1, `there is no "fields.reviewer"`},
		{`=status == "pending"`, -2, "this does not give people"},
		{`=lower("lin")`, 1, "this does not give people"},
		{`=["wei", title]`, 9, "this does not give people"},
		{`="handlers"`, 1, "without quotes"},
		{`="a@b"`, 1, "is not a person"},
		{`=true ? "wei" : "a@b"`, 16, "is not a person"},
		{`=status == "opne" ? lead : handlers`, 11, "one of pending"},
	} {
		_, offset, problem := peopleOf(tt.entry)
		switch {
		case problem == "" || !strings.Contains(problem, tt.says):
			t.Errorf("%q: problem %q, want %q in it", tt.entry, problem, tt.says)
		case tt.offset != -2 && offset != tt.offset:
			t.Errorf("%q: at %d, want %d (%s)", tt.entry, offset, tt.offset, problem)
		}
	}
}

func TestParsePeople(t *testing.T) {
	t.Parallel()
	c := &compiler{scope: newScope(nil)}
	var terms []Term
	for i, s := range []string{"lin", "@oncall", "acme:@oncall", "acme/U1", "handlers", "=lead", "a@b"} {
		if t, ok := c.term(at("", i), s); ok {
			terms = append(terms, t)
		}
	}
	want := []Term{
		{Path: "/0", Kind: PersonTerm, Text: "lin", Ref: "lin"},
		{Path: "/1", Kind: GroupTerm, Text: "@oncall", Ref: "@oncall"},
		{Path: "/2", Kind: GroupTerm, Text: "acme:@oncall", Ref: "acme:@oncall", Workspace: "acme"},
		{Path: "/3", Kind: AccountTerm, Text: "acme/U1", Ref: "acme/U1", Workspace: "acme"},
		{Path: "/4", Kind: KeywordTerm, Text: "handlers"},
		{Path: "/5", Kind: ExpressionTerm, Text: "=lead"},
	}
	if diff := cmp.Diff(want, terms); diff != "" {
		t.Errorf("terms (-want +got):\n%s", diff)
	}
	if len(c.problems) != 1 || c.problems[0].Path != "/6" || c.problems[0].Rule != RulePeople {
		t.Errorf("problems: %+v", c.problems)
	}
}

func TestTermsAreFoundInSpiteOfProblems(t *testing.T) {
	t.Parallel()
	d := testDef()
	d.If = `module == "Payments" and "lin" in handlers`
	d.Steps = []StepDef{
		{Workspace: "guild", Action: &SendMessageDef{To: []string{"handlers", "wei", `=filled(lead) ? "zoe" : lead`}, Title: "{{ .no }}"}},
		{Action: &SetGroupDef{Group: "acme/C1", Operator: "lin", Add: []string{"acme:@x"}}},
	}
	if f, _ := Compile(d); f != nil {
		t.Fatal("the template with an unknown value compiled")
	}
	want := []Term{
		{Path: "/if", Offset: 10, Kind: ModuleTerm, Text: "Payments"},
		{Path: "/if", Offset: 25, Kind: PersonTerm, Text: "lin", Ref: "lin"},
		{Path: "/steps/0/workspace", Kind: WorkspaceTerm, Text: "guild", Workspace: "guild"},
		{Path: "/steps/0/send_message/to/0", Kind: KeywordTerm, Text: "handlers"},
		{Path: "/steps/0/send_message/to/1", Kind: PersonTerm, Text: "wei", Ref: "wei"},
		{Path: "/steps/0/send_message/to/2", Offset: 16, Kind: PersonTerm, Text: "zoe", Ref: "zoe"},
		{Path: "/steps/1/set_group/group", Kind: ChannelTerm, Text: "acme/C1", Workspace: "acme"},
		{Path: "/steps/1/set_group/operator", Kind: PersonTerm, Text: "lin", Ref: "lin", Operator: true},
		{Path: "/steps/1/set_group/add/0", Kind: GroupTerm, Text: "acme:@x", Ref: "acme:@x", Workspace: "acme"},
	}
	if diff := cmp.Diff(want, d.Terms()); diff != "" {
		t.Errorf("terms (-want +got):\n%s", diff)
	}
}
