package slack_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"riskroom/adapters/adaptertest"
	"riskroom/core"
)

var update = flag.Bool("update", false, "write docs/effects-slack.md anew")

// checkEffectsPage keeps the page that says how each call is kept from
// happening twice, and what the fault matrix found, in step with the adapter.
func checkEffectsPage(t *testing.T, calls []core.CallPolicy, cells []adaptertest.Cell) {
	t.Helper()
	var b strings.Builder
	b.WriteString("# How each call to Slack is kept from happening twice\n\n" +
		"Made from the adapter's capabilities by `go test ./adapters/slack -run TestMatrix -update`.\n\n" +
		"Before a call an intent is stored, after it its result. A worker that finds an intent without a result waits until the call\n" +
		"can no longer take effect, and then does what stands under *how*. Where a risk is named, the policy beside it applies and is\n" +
		"recorded in the risk's audit trail: *resend* makes the call again, *park* leaves it to a person (`riskroom runs`).\n\n" +
		"| call | Slack's method | how | what can still go wrong | policy |\n|---|---|---|---|---|\n")
	for _, c := range calls {
		risk, policy := c.Risk, string(c.Unsure)
		if risk == "" {
			risk, policy = "nothing", ""
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s |\n", c.Key, c.Method, c.How, risk, policy)
	}
	var policies []adaptertest.Cell
	for _, c := range cells {
		if c.Verdict != adaptertest.Single {
			policies = append(policies, c)
		}
	}
	fmt.Fprintf(&b, "\n## What the fault matrix finds\n\n"+
		"Each action is run, struck by a fault in one of its calls, and run again; the workspace's final state is compared with an\n"+
		"undisturbed run's. Of %d cells %d end in the same state. In the others Slack could not be asked, and the policy was applied:\n\n",
		len(cells), len(cells)-len(policies))
	b.WriteString(adaptertest.Markdown(policies))
	page := filepath.Join("..", "..", "docs", "effects-slack.md")
	if *update {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Error("docs/effects-slack.md is not what the adapter says; run this test with -update")
	}
}
