package adaptertest

import (
	"slices"
	"strings"
	"testing"

	"riskroom/core"
)

// Run checks what the actions of an adapter mean, case by case, each on a fresh
// World. It skips the cases for what the capabilities declare unsupported; other
// cases check that the adapter then returns Unsupported.
func Run(t *testing.T, h Harness) {
	t.Helper()
	conformance(h, grouped(t))
}

func conformance(h Harness, run each) {
	for _, g := range scenarios() {
		var cases []testCase
		for _, s := range g.scenarios {
			cases = append(cases, testCase{s.name, func(t testing.TB) {
				t.Helper()
				if r := newRig(t, h); s.lacking == nil || !s.lacking(r.can) {
					s.run(r, h)
				}
			}})
		}
		run(g.name, cases)
	}
}

// scenario is one case of the conformance suite. r is fresh, and h opens more.
type scenario struct {
	name    string
	lacking func(core.Capabilities) bool // the platform doesn't support it; may be nil
	run     func(r *rig, h Harness)
}

type scenarioGroup struct {
	name      string
	scenarios []scenario
}

// scenarios returns the whole suite.
func scenarios() []scenarioGroup {
	return []scenarioGroup{
		{"effects", effects()},
		{"set group", changes()},
		{"posting", postingChanges()},
		{"dissolve", dissolutions()},
		{"lookups", lookups()},
		{"re-entrance", reentrance()},
		{"refusals", refusals()},
		{"errors", failures()},
		{"people", people()},
		{"other workspaces", foreigners()},
		{"literal text", literal()},
		{"names", names()},
		{"capabilities", truth()},
	}
}

// perAction returns one scenario for each action of an adapter.
func perAction(prefix string, run func(r *rig, h Harness, a action)) []scenario {
	var out []scenario
	for _, a := range actions() {
		out = append(out, scenario{prefix + a.name, a.lacking, func(r *rig, h Harness) { run(r, h, a) }})
	}
	return out
}

// only returns the single message in messages, and fails if there are more or none.
func (r *rig) only(messages []Shown) Shown {
	r.t.Helper()
	if len(messages) != 1 {
		r.t.Fatalf("%d messages are there, want one: %v", len(messages), messages)
	}
	return messages[0]
}

// view returns the group g as its members see it.
func (r *rig) view(g core.GroupRef) GroupView {
	r.t.Helper()
	v, ok := r.world.State().Group(g)
	if !ok {
		r.t.Fatalf("there is no group %s", g)
	}
	return v
}

// wantShown checks that a message shows everything in want.
func (r *rig) wantShown(got Shown, want core.Message) {
	r.t.Helper()
	var texts, mentions, links, buttons []string
	add := func(spans []core.Span) {
		for _, s := range spans {
			switch s.Kind {
			case core.MentionSpan:
				mentions = append(mentions, s.Account.ID)
			case core.HyperlinkSpan:
				links, texts = append(links, s.URL), append(texts, s.Text)
			default:
				texts = append(texts, strings.TrimSpace(s.Text))
			}
		}
	}
	add(want.Text)
	if c := want.Card; c != nil {
		add(c.Title)
		for _, row := range c.Rows {
			texts = append(texts, row.Label)
			add(row.Value)
		}
		add(c.Body)
		add(c.Footer)
		for _, b := range c.Buttons {
			buttons = append(buttons, b.Label)
		}
	}
	for _, text := range texts {
		if !strings.Contains(got.Text, text) {
			r.t.Errorf("%q is missing from the message:\n%s", text, got.Text)
		}
	}
	if !slices.Equal(got.Mentions, mentions) {
		r.t.Errorf("it mentions %q, want %q", got.Mentions, mentions)
	}
	if !slices.Equal(got.Links, links) {
		r.t.Errorf("it links to %q, want %q", got.Links, links)
	}
	if !slices.Equal(got.Buttons, buttons) {
		r.t.Errorf("its buttons are %q, want %q", got.Buttons, buttons)
	}
}

// wantMembers checks who is in a group.
func (r *rig) wantMembers(v GroupView, want ...core.Account) {
	r.t.Helper()
	var ids []string
	for _, a := range want {
		ids = append(ids, a.ID)
	}
	slices.Sort(ids)
	if got := slices.Sorted(slices.Values(v.Members)); !slices.Equal(got, ids) {
		r.t.Errorf("%s has the members %q, want %q", v.Name, got, ids)
	}
}

// effectsSince counts the calls after the first n that changed something.
func (r *rig) effectsSince(n int) int {
	count := 0
	for _, c := range r.world.Calls()[n:] {
		if c.Effect {
			count++
		}
	}
	return count
}

// kinds returns the kind of the error and of every failed outcome.
func (res result) kinds() []core.Kind {
	var out []core.Kind
	if res.err != nil {
		out = append(out, core.KindOf(res.err))
	}
	for _, o := range res.report.Failed() {
		out = append(out, o.Kind)
	}
	return out
}

// wantKind checks that the error or a failed outcome has kind k.
func (r *rig) wantKind(what string, res result, k core.Kind) {
	r.t.Helper()
	if !slices.Contains(res.kinds(), k) {
		r.t.Errorf("%s: %v with outcomes %v, want %s", what, res.err, res.report.Outcomes, k)
	}
}
