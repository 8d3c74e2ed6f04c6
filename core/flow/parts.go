package flow

import (
	"fmt"

	"github.com/expr-lang/expr/ast"
)

// Part is a part of a condition: what "and", "or" and "not" join.
type Part struct {
	Source string
	Holds  bool
}

// Parts evaluates each part of c on its own, in the order in which c has them. A condition
// without "and", "or" and "not" is one part.
func (c *Condition) Parts(env Env) ([]Part, error) {
	if c == nil {
		return nil, nil
	}
	leaves := leavesOf(c.tree, nil)
	if len(leaves) == 1 {
		holds, err := c.Holds(env)
		return []Part{{c.source, holds}}, err
	}
	var out []Part
	for _, leaf := range leaves {
		program, flaw := (&expression{scope: c.scope, source: leaf.String()}).compile()
		if flaw != nil {
			return nil, fmt.Errorf("flow: a part of the condition %q: %s", c.source, flaw.message)
		}
		part := Condition{source: leaf.String(), program: program, scope: c.scope}
		holds, err := part.Holds(env)
		if err != nil {
			return nil, err
		}
		out = append(out, Part{part.source, holds})
	}
	return out, nil
}

// PartSources returns the parts of c, as Parts does, without evaluating them.
func (c *Condition) PartSources() []string {
	if c == nil {
		return nil
	}
	leaves := leavesOf(c.tree, nil)
	if len(leaves) == 1 {
		return []string{c.source}
	}
	var out []string
	for _, leaf := range leaves {
		out = append(out, leaf.String())
	}
	return out
}

// leavesOf appends the parts of a condition that are joined by nothing.
func leavesOf(n ast.Node, to []ast.Node) []ast.Node {
	switch n := n.(type) {
	case *ast.BinaryNode:
		switch n.Operator {
		case "and", "&&", "or", "||":
			return leavesOf(n.Right, leavesOf(n.Left, to))
		}
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			return leavesOf(n.Node, to)
		}
	}
	return append(to, n)
}
