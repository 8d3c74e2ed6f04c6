package flow

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// truth is what is known about a condition without the whole risk.
type truth int

const (
	no truth = iota - 1
	maybe
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// trial tries conditions with values of some variables.
type trial struct {
	cases
	value map[string]string
}

// any reports whether the conditions may all hold with some values of the names.
func (t trial) any(names []string, domains map[string][]string, conditions []ast.Node) bool {
	if len(names) > 0 {
		return slices.ContainsFunc(domains[names[0]], func(v string) bool {
			t.value[names[0]] = v
			return t.any(names[1:], domains, conditions)
		})
	}
	if from, ok := t.value["from"]; ok && from == t.value["to"] {
		return false
	}
	return !slices.ContainsFunc(conditions, func(c ast.Node) bool { return t.eval(c) == no })
}

// eval returns what is known about the condition n.
func (t trial) eval(n ast.Node) truth {
	switch n := n.(type) {
	case *ast.BoolNode:
		return truthOf(n.Value)
	case *ast.UnaryNode:
		return -t.eval(n.Node)
	case *ast.ConditionalNode:
		cond, then, otherwise := t.eval(n.Cond), t.eval(n.Exp1), t.eval(n.Exp2)
		switch {
		case cond == yes:
			return then
		case cond == no:
			return otherwise
		case then == otherwise:
			return then
		}
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok && callee.Value == "filled" {
			return t.filled(n.Arguments[0])
		}
	case *ast.BinaryNode:
		return t.binary(n)
	}
	return maybe
}

func (t trial) filled(n ast.Node) truth {
	if t.isUnset(n) {
		return no
	}
	if v, ok := t.variable(n); ok && slices.Contains(t.set, v.name) {
		return yes
	}
	if s, known := t.text(n); known {
		return truthOf(s != "")
	}
	return maybe
}

func (t trial) binary(n *ast.BinaryNode) truth {
	if result, ok := t.ordered(n.Operator, n.Left, n.Right); ok {
		return result
	}
	switch n.Operator {
	case "and", "&&":
		return min(t.eval(n.Left), t.eval(n.Right))
	case "or", "||":
		return max(t.eval(n.Left), t.eval(n.Right))
	case "==":
		return t.equal(n.Left, n.Right)
	case "!=":
		return -t.equal(n.Left, n.Right)
	case "in":
		if t.isUnset(n.Right) {
			return no
		}
		list, ok := n.Right.(*ast.ArrayNode)
		if !ok {
			return maybe
		}
		found := no
		for _, e := range list.Nodes {
			found = max(found, t.equal(n.Left, e))
		}
		return found
	case "<", "<=", ">", ">=":
		if t.isUnset(n.Left) || t.isUnset(n.Right) {
			return no
		}
	}
	return maybe
}

// equal returns whether two values are the same. Texts are only compared with texts in
// quotes: they may have values that the condition doesn't mention.
func (t trial) equal(a, b ast.Node) truth {
	x, known := t.text(a)
	y, both := t.text(b)
	switch {
	case known && both:
		if t.isFree(a) && t.isFree(b) {
			return maybe
		}
		return truthOf(x == y)
	case !known && !both && (t.isUnset(a) || t.isUnset(b)): // dates and numbers
		return no
	}
	return maybe
}

// isFree reports whether n is a variable that can have any value.
func (t trial) isFree(n ast.Node) bool {
	v, ok := t.variable(n)
	return ok && v.kind != wordKind && !t.isUnset(n)
}

// text returns the text that n is, and whether that is known.
func (t trial) text(n ast.Node) (string, bool) {
	if s, ok := n.(*ast.StringNode); ok {
		return s.Value, true
	}
	v, ok := t.variable(n)
	if !ok {
		return "", false
	}
	if t.isUnset(n) && (v.kind == textKind || v.kind == wordKind) {
		return "", true
	}
	s, known := t.value[v.name]
	return s, known
}

// isUnset reports whether n is a variable that is not set.
func (t trial) isUnset(n ast.Node) bool {
	v, ok := t.variable(n)
	return ok && slices.Contains(t.unset, v.name)
}
