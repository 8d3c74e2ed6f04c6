package flow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"

	"riskroom/core"
)

// People is a compiled list of people.
type People struct {
	terms    []Term
	programs map[int]*vm.Program // of the terms that are expressions
	scope    *scope
}

// String returns the list as written.
func (p *People) String() string {
	var all []string
	for _, t := range p.terms {
		all = append(all, t.Text)
	}
	return strings.Join(all, ", ")
}

// Refs returns the people in p, in the order written and without duplicates. A lead or
// handlers that the risk doesn't have add nobody. A nil People is empty.
func (p *People) Refs(env Env) ([]core.Ref, error) {
	if p == nil {
		return nil, nil
	}
	var out []core.Ref
	for i, t := range p.terms {
		refs, err := p.refs(i, t, env)
		if err != nil {
			return nil, err
		}
		for _, r := range refs {
			if r != "" && !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out, nil
}

func (p *People) refs(i int, t Term, env Env) ([]core.Ref, error) {
	switch t.Kind {
	case KeywordTerm:
		return keyword(t.Text, env), nil
	case ExpressionTerm:
		out, err := expr.Run(p.programs[i], p.scope.values(env))
		if err != nil {
			return nil, fmt.Errorf("flow: people %q: %w", t.Text, err)
		}
		return refsOf(out), nil
	default:
		return []core.Ref{t.Ref}, nil
	}
}

// keyword returns the people that a keyword means.
func keyword(word string, env Env) []core.Ref {
	switch word {
	case "submitter":
		return []core.Ref{refOf(env.Risk.Submitter)}
	case "lead":
		return []core.Ref{env.Lead}
	case "handlers":
		return env.Risk.Handlers
	case "administrators":
		return env.Administrators
	case OperatorsKeyword:
		return env.Operators
	case NewHandlersKeyword:
		return env.Cause.NewHandlers
	}
	return nil
}

// refsOf returns the people in the result of an expression.
func refsOf(v any) []core.Ref {
	switch v := v.(type) {
	case string:
		return []core.Ref{core.Ref(v)}
	case []string:
		out := make([]core.Ref, len(v))
		for i, s := range v {
			out[i] = core.Ref(s)
		}
		return out
	case []any:
		var out []core.Ref
		for _, e := range v {
			out = append(out, refsOf(e)...)
		}
		return out
	}
	return nil
}

// people compiles the list at path.
func (c *compiler) people(path string, list []string) *People {
	if len(list) == 0 {
		return nil
	}
	p := c.nobody()
	for i, s := range list {
		c.add(p, at(path, i), s)
	}
	return p
}

// nobody returns an empty list.
func (c *compiler) nobody() *People { return &People{programs: map[int]*vm.Program{}, scope: c.scope} }

// add compiles the entry at path and adds it to p.
func (c *compiler) add(p *People, path, s string) {
	t, ok := c.term(path, s)
	if !ok {
		return
	}
	if t.Kind == ExpressionTerm {
		p.programs[len(p.terms)] = c.peopleExpression(t.Path, s)
	} else {
		c.terms = append(c.terms, t)
	}
	p.terms = append(p.terms, t)
}

// peopleExpression compiles an entry that is an "=expression".
func (c *compiler) peopleExpression(path, s string) *vm.Program {
	fail := func(f *flaw) *vm.Program {
		if f.offset >= 0 {
			f.offset++ // the = before the expression
		}
		c.flaw(path, RulePeople, f)
		return nil
	}
	e, f := parseExpression(c.scope, s[1:])
	if f != nil {
		return fail(f)
	}
	named, f := c.givesPeople(e.tree)
	if f != nil {
		return fail(f)
	}
	program, f := e.compile()
	if f != nil {
		return fail(f)
	}
	for _, t := range slices.Concat(e.terms, named) {
		t.Path = path
		t.Offset++
		c.terms = append(c.terms, t)
	}
	return program
}

// givesPeople checks that the result of an expression can only be people, and returns those
// that it names. Text fields are refused: what somebody types in a form must not decide who
// is notified.
func (c *compiler) givesPeople(n ast.Node) ([]Term, *flaw) {
	switch n := n.(type) {
	case *ast.ConditionalNode:
		return c.allGivePeople(n.Exp1, n.Exp2)
	case *ast.ArrayNode:
		return c.allGivePeople(n.Nodes...)
	case *ast.StringNode:
		if slices.Contains(c.scope.keywords(), n.Value) {
			return nil, flawAt(n.Location().From, "write %s without quotes in an expression", n.Value)
		}
		t, f := parseRef(n.Value, n.Location().From)
		return []Term{t}, f
	}
	if v, ok := c.scope.lookup(variableName(n)); ok && (v.kind == personKind || v.kind == peopleKind) {
		return nil, nil
	}
	return nil, flawAt(nameStart(n), "this does not give people; they come from %s, or from names in quotes", oneOf(c.peopleNames()))
}

func (c *compiler) allGivePeople(nodes ...ast.Node) ([]Term, *flaw) {
	var out []Term
	for _, n := range nodes {
		terms, f := c.givesPeople(n)
		if f != nil {
			return nil, f
		}
		out = append(out, terms...)
	}
	return out, nil
}

// peopleNames lists the names whose values are people.
func (c *compiler) peopleNames() []string {
	var out []string
	for _, v := range c.scope.all() {
		if v.kind == personKind || v.kind == peopleKind {
			out = append(out, v.name)
		}
	}
	return out
}
