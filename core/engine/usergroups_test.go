package engine_test

import (
	"strings"
	"testing"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/flow"
)

// cardText returns the text of a risk's card in a workspace.
func (b *bundle) cardText(r core.Risk, workspace string) string {
	var out strings.Builder
	for _, row := range b.engine.Card(b.ctx(), engine.View{Risk: r}, workspace, "en").Rows {
		out.WriteString(row.Label + ": " + core.Text(row.Value) + "\n")
	}
	return out.String()
}

// A user group is mentioned by its ID and shown by its name, in every workspace and
// in templates.
func TestUserGroupsAreShownByName(t *testing.T) {
	t.Parallel()
	b, _ := twoWorkspaces(t)
	b.org.Fields = []core.Field{{Key: "witness", Type: core.PeopleField, Part: core.Reported}}
	b.options.Flows = b.compile(flow.Def{Name: "tell", Trigger: flow.TriggerDef{On: "filed"}, Steps: []flow.StepDef{
		{Action: &flow.SendMessageDef{To: []string{"lin"}, Title: "{{ .key }} for {{ .handlers }}"}}}})
	b.engine = b.newEngine(b.options)
	b.start()
	f, err := b.engine.File(b.ctx(), "op", lin, engine.Draft{Title: "Ledger", Module: "Payments", Handlers: []core.Ref{"@G1", "wei"},
		Fields: map[string]core.Value{"witness": {People: []core.Ref{"@G1"}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, workspace := range []string{"acme", "guild"} {
		if got := b.cardText(f.Risk, workspace); strings.Count(got, "@oncall") != 2 || strings.Contains(got, "G1") {
			t.Errorf("in %s the card says\n%s", workspace, got)
		}
	}
	b.eventually("lin is notified", func() bool { return len(b.platform.postsIn("DLIN")) == 1 })
	if got := core.Text(b.platform.postsIn("DLIN")[0].Message.Text); !strings.HasPrefix(got, "R-1 for @oncall, wei") {
		t.Errorf("lin reads %q", got)
	}
	b.platform.mu.Lock()
	asked := b.platform.named
	b.platform.mu.Unlock()
	if asked != 1 {
		t.Errorf("its name was looked up %d times", asked)
	}
	if got := core.Text([]core.Span{b.engine.Persons().Name(b.ctx(), "acme:@nobody", "acme", "en")}); got != "@nobody" {
		t.Errorf("an unknown group is called %q", got)
	}
}

// The config file names no group, so only the risk shows which one to ask about.
func TestMineIncludesRisksOfOtherUserGroups(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.org.Permissions.Read = core.Audience{Involved: true}
	f, err := b.engine.File(b.ctx(), "op", lin, engine.Draft{Title: "Ledger", Module: "Web", Handlers: []core.Ref{"@oncall"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []engine.ListQuery{{}, {Mine: true}, {Handlers: []core.Ref{"wei"}}, {Handlers: []core.Ref{"@G1"}}} {
		if l, err := b.engine.List(b.ctx(), wei, q); err != nil || l.Total != 1 || l.Risks[0].Key != f.Risk.Key {
			t.Errorf("%+v: wei, who is on call, has %+v, %v", q, l, err)
		}
		if l, err := b.engine.List(b.ctx(), out, q); err != nil || l.Total != 0 {
			t.Errorf("%+v: somebody else has %+v, %v", q, l, err)
		}
	}
}

// The risk has the group's ID, and the config file its name.
func TestMineIncludesRisksOfUserGroups(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.org.Modules[0].Handlers = []core.Ref{"@oncall"}
	if _, err := b.engine.File(b.ctx(), "op", lin, engine.Draft{Title: "Ledger", Module: "Payments", Handlers: []core.Ref{"@G1"}}); err != nil {
		t.Fatal(err)
	}
	if l, err := b.engine.List(b.ctx(), wei, engine.ListQuery{Mine: true}); err != nil || l.Total != 1 {
		t.Errorf("wei, who is on call, has %+v, %v", l, err)
	}
	if l, err := b.engine.List(b.ctx(), out, engine.ListQuery{Mine: true}); err != nil || l.Total != 0 {
		t.Errorf("somebody else has %+v, %v", l, err)
	}
}
