package adaptertest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"riskroom/core"
)

// EffectsPage keeps docs/effects-<platform>.md in step with the adapter. The page
// says what the platform can do, how each call is prevented from happening twice, and
// what the fault matrix found. The path is relative to the adapter's folder. With update,
// EffectsPage writes the page. name is the platform's name as people write it.
func EffectsPage(t *testing.T, name string, p core.PlatformSettings, cells []Cell, update bool) {
	t.Helper()
	file := "effects-" + p.Platform + ".md"
	page := filepath.Join("..", "..", "docs", file)
	want := effectsPage(name, p.Capabilities, cells) + abilities(name, p)
	if update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want {
		t.Errorf("docs/%s is out of date: run this test with -update", file)
	}
}

func effectsPage(name string, c core.Capabilities, cells []Cell) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# How calls to %s are kept from happening twice\n\n"+
		"Generated from the adapter's capabilities by `go test ./adapters/%s -run TestMatrix -update`.\n\n"+
		"Before each call riskroom stores an *intent*, and after it the result. If it finds an intent without a result later, it waits\n"+
		"until the call can no longer take effect. Then it finds out whether the call happened, as the column *how* says. Many calls\n"+
		"carry an *op*, an ID of their own, and a *probe* looks for it on the platform. If riskroom can't find out, it applies the\n"+
		"policy and records that in the risk's audit trail: *resend* makes the call again, *park* leaves it to a person\n"+
		"(`riskroom runs`).\n\n"+
		"| call | %s's method | how | what can still go wrong | policy |\n|---|---|---|---|---|\n", name, c.Platform, name)
	for _, p := range c.Calls {
		risk, policy := p.Risk, string(p.Unsure)
		if risk == "" {
			risk, policy = "nothing", ""
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s |\n", p.Key, p.Method, p.How, risk, policy)
	}
	var policies []Cell
	for _, cell := range cells {
		if cell.Outcome != Single {
			policies = append(policies, cell)
		}
	}
	fmt.Fprintf(&b, "\n## What the tests with faults find\n\n"+
		"Each case runs an action, injects a fault into one of its calls, and runs the action again. It compares the final state of the\n"+
		"workspace with that after a run without faults. Of %d cases, %d end in the same state. In the others, the connection broke\n"+
		"after the call (`cut_after`), and riskroom could not ask %s because the bot was not allowed to. It applied the policy and\n"+
		"recorded that:\n\n",
		len(cells), len(cells)-len(policies), name)
	b.WriteString(markdown(policies))
	return b.String()
}

// abilities returns the tables of what a platform can do.
func abilities(name string, p core.PlatformSettings) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n## What %s can do\n\n"+
		"*Emulated* is the nearest thing that %s has. `riskroom check` reports flows that need what is unsupported.\n\n", name, name)
	usual := rows(p.Capabilities)
	b.WriteString("| | support | why |\n|---|---|---|\n")
	for _, r := range usual {
		b.WriteString(r)
	}
	for _, v := range p.Variants {
		fmt.Fprintf(&b, "\nWith `%s`:\n\n| | support | why |\n|---|---|---|\n", v.Name)
		for _, r := range rows(p.With(v.Settings)) {
			if !slices.Contains(usual, r) {
				b.WriteString(r)
			}
		}
	}
	return b.String()
}

// rows returns a row of the table for each ability, in a fixed order.
func rows(c core.Capabilities) []string {
	var out []string
	add := func(what string, a core.Ability) {
		out = append(out, fmt.Sprintf("| %s | %s | %s |\n", what, a.Support, a.Why))
	}
	for _, g := range []core.GroupType{core.Ordinary, core.Topic, core.Item} {
		add("groups: "+string(g), c.Groups[g])
	}
	for _, part := range slices.Sorted(maps.Keys(c.Set)) {
		add("set: "+string(part), c.Set[part])
	}
	add("mute single people", c.Mute)
	add("delete groups", c.Delete)
	add("direct messages", c.Direct)
	add("edit messages", c.Edit)
	for _, e := range []core.Ending{core.Archived, core.Deleted} {
		add("see that a group was "+string(e), c.Endings[e])
	}
	return out
}
