package adaptertest

import (
	"fmt"
	"strings"
)

// Verdict is how a cell of the fault matrix ended.
type Verdict string

// The verdicts; a cell that ends in any other way fails the test.
const (
	Single Verdict = "single"                      // the platform's state is that of an undisturbed run
	Policy Verdict = "policy applied and recorded" // nobody could tell, and what the capabilities declare for that was done
)

// Cell is one case of the fault matrix, as data.
type Cell struct {
	Action  string  // "create_group (item)"
	Call    string  // the API call that was struck: "pins.add", "conversations.invite 2"
	Fault   string  // the fault, and what was struck in its wake
	When    When    //
	Verdict Verdict //
}

// Markdown returns the cells as a table, in their order.
func Markdown(cells []Cell) string {
	var b strings.Builder
	b.WriteString("| Action | Call | Fault | When | Outcome |\n|---|---|---|---|---|\n")
	for _, c := range cells {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", c.Action, c.Call, c.Fault, c.When, c.Verdict)
	}
	return b.String()
}
