package flow

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"riskroom/core/text"
)

// The operators that expressions may use.
func unaryOperators() []string { return []string{"not", "!", "-"} }

func binaryOperators() []string {
	return []string{
		"and", "&&", "or", "||", "==", "!=", "<", "<=", ">", ">=", "in",
		"contains", "startsWith", "endsWith", "matches", "+", "-", "*", "/",
	}
}

// expressionFunctions are the functions of expressions.
func expressionFunctions() []string {
	return []string{"len", "lower", "upper", "trim", "duration", "date", "filled"}
}

// expressionCheck walks an expression and refuses what is not in the language of flows. It
// is an allow-list, so new features of the library stay out.
type expressionCheck struct {
	scope *scope
	terms []Term
	cause bool // a variable of the event is used
}

// check returns the first flaw of n, in reading order.
func (c *expressionCheck) check(n ast.Node) *flaw {
	switch n := n.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return nil
	case *ast.IdentifierNode, *ast.MemberNode:
		_, flaw := c.variable(n)
		return flaw
	case *ast.UnaryNode:
		if !slices.Contains(unaryOperators(), n.Operator) {
			return refuseOperator(n, n.Operator)
		}
		return c.check(n.Node)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.ConditionalNode:
		return c.all(n.Cond, n.Exp1, n.Exp2)
	case *ast.ArrayNode:
		return c.all(n.Nodes...)
	case *ast.BuiltinNode:
		return c.call(n, n.Name, n.Arguments)
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
			return c.call(n, callee.Value, n.Arguments)
		}
		return refuse(n, text.Plain("a method"))
	case *ast.NilNode:
		return noNil(n.Location().From, "nil")
	}
	switch n.(type) {
	case *ast.SliceNode, *ast.ChainNode:
		return partOfValue(n)
	}
	return refuse(n, constructName(n))
}

// partOfValue returns the flaw of picking a part of a value.
func partOfValue(n ast.Node) *flaw {
	return flawAt(nameStart(n), `a part of a value can't be picked: compare the whole value, or write "…" in the list`)
}

func (c *expressionCheck) all(nodes ...ast.Node) *flaw {
	for _, n := range nodes {
		if f := c.check(n); f != nil {
			return f
		}
	}
	return nil
}

// variable returns the variable that n refers to.
func (c *expressionCheck) variable(n ast.Node) (variable, *flaw) {
	name := variableName(n)
	if v, ok := c.scope.lookup(name); ok {
		c.cause = c.cause || slices.ContainsFunc(c.scope.cause, func(v variable) bool { return v.name == name })
		return v, nil
	}
	if _, ok := n.(*ast.MemberNode); ok && !strings.HasPrefix(name, ownPrefix) {
		return variable{}, partOfValue(n)
	}
	if name == "fields" {
		return variable{}, flawAt(n.Location().From, "fields needs the key of a field; names are %s", oneOf(c.scope.names("")))
	}
	switch strings.ToLower(name) {
	case "null", "none", "undefined", "empty":
		return variable{}, noNil(n.Location().From, name)
	}
	return variable{}, flawAt(nameStart(n), "there is no %q; %s", name, c.scope.unknown("names are %s", "", name)).about(name).wide(utf8.RuneCountInString(name))
}

// noNil returns the flaw of a comparison with what other languages have for values that aren't set.
func noNil(at int, word string) *flaw {
	return flawAt(at, "there is no %s here: use filled(x) to check whether x is set", word)
}

// variableName returns the name of n in a scope, "" if n can't be a variable.
func variableName(n ast.Node) string {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n.Value
	case *ast.MemberNode:
		base, isName := n.Node.(*ast.IdentifierNode)
		key, isKey := n.Property.(*ast.StringNode)
		if isName && isKey && !n.Optional && !n.Method && base.Value == "fields" {
			return ownPrefix + key.Value
		}
	}
	return ""
}

// nameStart returns the offset of the name of n. The library's place of a member is its dot.
func nameStart(n ast.Node) int {
	if m, ok := n.(*ast.MemberNode); ok {
		return m.Node.Location().From
	}
	return n.Location().From
}

func (c *expressionCheck) binary(n *ast.BinaryNode) *flaw {
	if !slices.Contains(binaryOperators(), n.Operator) {
		return refuseOperator(n, n.Operator)
	}
	if f := c.all(n.Left, n.Right); f != nil {
		return f
	}
	if f := c.comparedBy(n); f != nil {
		return f
	}
	switch n.Operator {
	case "matches":
		pattern, ok := n.Right.(*ast.StringNode)
		if !ok {
			return flawAt(n.Right.Location().From, "matches takes a text in quotes on its right")
		}
		return badPattern(pattern.Value, pattern.Location().From)
	case "==", "!=":
		if f := c.compared(n.Left, n.Right); f != nil {
			return f
		}
		return c.compared(n.Right, n.Left)
	case "in":
		if list, ok := n.Right.(*ast.ArrayNode); ok {
			for _, element := range list.Nodes {
				if f := c.compared(n.Left, element); f != nil {
					return f
				}
			}
			return nil
		}
		return c.compared(n.Right, n.Left)
	}
	return nil
}

// compared checks the words that a variable is compared with, and records those that must
// be in the config file.
func (c *expressionCheck) compared(name, with ast.Node) *flaw {
	v, ok := c.scope.lookup(variableName(name))
	word, isText := with.(*ast.StringNode)
	if !ok || !isText {
		return nil
	}
	at := with.Location().From
	if f := c.scope.word(v, word.Value, at); f != nil {
		return f
	}
	switch {
	case v.name == "module":
		c.terms = append(c.terms, Term{Offset: at, Kind: ModuleTerm, Text: word.Value})
	case v.kind == personKind || v.kind == peopleKind:
		term, f := parseRef(word.Value, at)
		if f != nil {
			return f
		}
		if v.name == "submitter" && term.Kind != AccountTerm {
			return flawAt(at, "the submitter is known as an account: compare with \"workspace/user\"")
		}
		if v.name == "by" && term.Kind != AccountTerm {
			return byIsAccount(at)
		}
		c.terms = append(c.terms, term)
	}
	return nil
}

// byIsAccount returns the flaw of comparing by with somebody who is not known as an account.
func byIsAccount(at int) *flaw {
	return flawAt(at, `by is an account: compare it with submitter or "workspace/user"; to choose other people, put them into by of the trigger`)
}

// comparedBy refuses comparisons of by with people that are not known as accounts.
func (c *expressionCheck) comparedBy(n *ast.BinaryNode) *flaw {
	for _, side := range [][2]ast.Node{{n.Left, n.Right}, {n.Right, n.Left}} {
		other, ok := c.scope.lookup(variableName(side[1]))
		if variableName(side[0]) == "by" && ok && other.name != "submitter" && (other.kind == personKind || other.kind == peopleKind) {
			return byIsAccount(nameStart(side[1]))
		}
	}
	return nil
}

// word returns a flaw if v can never be that word.
func (s *scope) word(v variable, word string, at int) *flaw {
	if v.kind != wordKind || slices.Contains(v.words, word) || (word == "" && strings.HasPrefix(v.name, ownPrefix)) {
		return nil
	}
	return flawAt(at, "%s is never %q; it is one of %s", v.name, word, oneOf(v.words)).about(v.name)
}

func (c *expressionCheck) call(n ast.Node, name string, args []ast.Node) *flaw {
	at := n.Location().From
	if !slices.Contains(expressionFunctions(), name) {
		return flawAt(at, "there is no function %q; functions are %s", name, oneOf(expressionFunctions()))
	}
	if len(args) != 1 {
		return flawAt(at, "%s takes one value", name)
	}
	switch name {
	case "duration":
		return literal(args[0], text.Plain(`duration takes hours, minutes and seconds in quotes, such as "48h"`), func(s string) bool {
			_, err := time.ParseDuration(s)
			return err == nil
		})
	case "date":
		return literal(args[0], text.Plain(`date takes a day in quotes, such as "2026-05-01"`), func(s string) bool {
			_, err := time.Parse(time.DateOnly, s)
			return err == nil
		})
	}
	return c.check(args[0])
}

// literal refuses everything except a valid text in quotes, with message.
func literal(n ast.Node, message text.Phrase, valid func(string) bool) *flaw {
	if s, ok := n.(*ast.StringNode); !ok || !valid(s.Value) {
		return flawAt(n.Location().From, "%s", message)
	}
	return nil
}

// refuse returns the flaw of a construct that flows can't use.
func refuse(n ast.Node, what text.Phrase) *flaw {
	return flawAt(nameStart(n), "%s can't be used here", what)
}

func refuseOperator(n ast.Node, operator string) *flaw {
	return flawAt(nameStart(n), "%s can't be used here; operators are %s", operator, oneOf(append(binaryOperators(), "not", "? :")))
}

// constructName returns what n is called in messages.
func constructName(n ast.Node) text.Phrase {
	switch n.(type) {
	case *ast.VariableDeclaratorNode:
		return text.Plain("let")
	case *ast.SequenceNode:
		return text.Plain("a sequence with ;")
	case *ast.PredicateNode, *ast.PointerNode:
		return text.Plain("a condition on each entry of a list")
	case *ast.MapNode, *ast.PairNode:
		return text.Plain("a map")
	}
	return text.Plain("this")
}
