package flow

import (
	"reflect"

	"github.com/expr-lang/expr/ast"
)

// joinsTexts refuses + on text in a typed tree.
func joinsTexts(n ast.Node) *flaw {
	return firstFlaw(n, func(n ast.Node) *flaw {
		if b, ok := n.(*ast.BinaryNode); ok && b.Operator == "+" && b.Type().Kind() == reflect.String {
			return flawAt(b.Location().From, "text can't be joined with +")
		}
		return nil
	})
}

// mixesTypes refuses a choice between values of two types in a typed tree, because its use
// couldn't be checked.
func mixesTypes(n ast.Node) *flaw {
	return firstFlaw(n, func(n ast.Node) *flaw {
		if c, ok := n.(*ast.ConditionalNode); ok && c.Type().Kind() == reflect.Interface {
			return flawAt(c.Location().From, "both sides of : must be of one type")
		}
		return nil
	})
}

// firstFlaw returns the first flaw that find finds in a tree.
func firstFlaw(n ast.Node, find func(ast.Node) *flaw) *flaw {
	v := &flawVisitor{find: find}
	ast.Walk(&n, v)
	return v.flaw
}

type flawVisitor struct {
	find func(ast.Node) *flaw
	flaw *flaw
}

// Visit implements ast.Visitor.
func (v *flawVisitor) Visit(n *ast.Node) {
	if v.flaw == nil {
		v.flaw = v.find(*n)
	}
}
