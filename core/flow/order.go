package flow

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/expr-lang/expr/ast"
)

// Numbers and dates are tried with the values that they are compared with, one between each
// two of these, one on either side, and none. No other value gives another result.

// samples returns the values with which a number or date is tried.
func (k cases) samples(name string, compared []float64) []string {
	compared = slices.Compact(slices.Sorted(slices.Values(compared)))
	out := []string{formatPoint(math.Nextafter(compared[0], math.Inf(-1)))}
	for i, p := range compared {
		if i > 0 {
			out = append(out, formatPoint(compared[i-1]+(p-compared[i-1])/2))
		}
		out = append(out, formatPoint(p))
	}
	out = append(out, formatPoint(math.Nextafter(compared[len(compared)-1], math.Inf(1))))
	if !slices.Contains(k.set, name) {
		out = append(out, "")
	}
	return out
}

func formatPoint(p float64) string { return strconv.FormatFloat(p, 'g', -1, 64) }

// point returns the number or the day that n is, days in seconds, and whether it is one.
func point(n ast.Node) (float64, bool) {
	switch n := n.(type) {
	case *ast.IntegerNode:
		return float64(n.Value), true
	case *ast.FloatNode:
		return n.Value, true
	case *ast.UnaryNode:
		p, ok := point(n.Node)
		return -p, ok && n.Operator == "-"
	case *ast.CallNode:
		callee, ok := n.Callee.(*ast.IdentifierNode)
		if !ok || callee.Value != "date" || len(n.Arguments) != 1 {
			return 0, false
		}
		day, ok := n.Arguments[0].(*ast.StringNode)
		if !ok {
			return 0, false
		}
		t, err := time.Parse(time.DateOnly, day.Value)
		return float64(t.Unix()), err == nil
	}
	return 0, false
}

// ordered returns what is known about the comparison of two numbers or dates of which at
// least one is in the condition itself. ok is false for any other comparison.
func (t trial) ordered(op string, a, b ast.Node) (result truth, ok bool) {
	x, aIs := point(a)
	y, bIs := point(b)
	unset := false
	switch {
	case !aIs && !bIs:
		return maybe, false
	case !aIs:
		x, unset, ok = t.sample(a)
	case !bIs:
		y, unset, ok = t.sample(b)
	default:
		ok = true
	}
	if !ok {
		return maybe, false
	}
	if unset {
		return truthOf(op == "!="), true
	}
	switch op {
	case "<":
		return truthOf(x < y), true
	case "<=":
		return truthOf(x <= y), true
	case ">":
		return truthOf(x > y), true
	case ">=":
		return truthOf(x >= y), true
	case "==":
		return truthOf(x == y), true
	case "!=":
		return truthOf(x != y), true
	}
	return maybe, false
}

// sample returns the value with which the number or date n is tried. ok is false if n is
// anything else.
func (t trial) sample(n ast.Node) (p float64, unset, ok bool) {
	v, ok := t.variable(n)
	if !ok || v.kind != numberKind && v.kind != dateKind {
		return 0, false, false
	}
	if t.isUnset(n) {
		return 0, true, true
	}
	s, ok := t.value[v.name]
	if !ok || s == "" {
		return 0, ok, ok
	}
	p, err := strconv.ParseFloat(s, 64)
	return p, false, err == nil
}
