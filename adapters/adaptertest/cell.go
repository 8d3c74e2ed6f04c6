package adaptertest

import (
	"fmt"
	"strings"
)

// Outcome is the result of a cell of the fault matrix.
type Outcome string

// The outcomes. A cell with any other result fails the test.
const (
	Single Outcome = "single"                      // the platform's state is the same as without the fault
	Policy Outcome = "policy applied and recorded" // the result was unknown, and the policy that the capabilities declare was followed
)

// Cell is one case of the fault matrix, as data.
type Cell struct {
	Action  string  // "create_group (item)"
	Call    string  // the API call that failed: "pins.add", "conversations.invite 2"
	Fault   string  // the fault, and the one that followed if any
	When    When    // whether it came before or after the call's effect
	Outcome Outcome // how it ended
}

// markdown returns the cells as a table, in the given order.
func markdown(cells []Cell) string {
	var b strings.Builder
	b.WriteString("| Action | Call | Fault | When | Outcome |\n|---|---|---|---|---|\n")
	for _, c := range cells {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", c.Action, c.Call, c.Fault, c.When, c.Outcome)
	}
	return b.String()
}
