package flow

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"

	"riskroom/core"
)

// Used is a variable that a condition uses, with its value as a condition has it.
type Used struct {
	Name  string
	Value string // such as "pending" in quotes, 12.5, or a date in the flow's zone; "" if it is not set
}

// usedText is the number of characters of a text that Used has.
const usedText = 80

// Uses returns the variables of c with their values, in the order in which c names them.
func (c *Condition) Uses(env Env) []Used {
	if c == nil {
		return nil
	}
	var out []Used
	for _, name := range namesIn(c.tree) {
		if v, ok := c.scope.lookup(name); ok {
			out = append(out, Used{name, written(v.raw(env), c.scope.zone)})
		}
	}
	return out
}

// namesIn returns the names in an expression of what can be variables.
func namesIn(tree ast.Node) []string {
	var names variableNames
	ast.Walk(&tree, &names)
	return names
}

// variableNames collects the names of what can be variables, each once.
type variableNames []string

// Visit implements ast.Visitor.
func (v *variableNames) Visit(n *ast.Node) {
	if name := variableName(*n); name != "" && !slices.Contains(*v, name) {
		*v = append(*v, name)
	}
}

// written writes a value of a variable, "" if it is not set.
func written(raw any, zone *time.Location) string {
	switch raw := raw.(type) {
	case float64:
		if !math.IsNaN(raw) {
			return strconv.FormatFloat(raw, 'f', -1, 64)
		}
	case time.Time:
		if !raw.IsZero() {
			return raw.In(zone).Format("2006-01-02 15:04")
		}
	case string:
		if raw != "" {
			return strconv.Quote(core.Shorten(raw, usedText))
		}
	case []string:
		var all []string
		for _, s := range raw {
			all = append(all, strconv.Quote(s))
		}
		if all != nil {
			return core.Shorten("["+strings.Join(all, ", ")+"]", usedText)
		}
	}
	return ""
}
