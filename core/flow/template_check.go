package flow

import (
	"slices"
	"strings"
	"text/template/parse"
	"unicode/utf8"
)

// templateCheck walks a template and refuses what is not in the language of flows.
type templateCheck struct {
	scope  *scope
	source string
	nodes  int
	used   []string // names of variables
}

func (c *templateCheck) flaw(at parse.Pos, format string, args ...any) *flaw {
	i := min(int(at), len(c.source))
	return flawAt(utf8.RuneCountInString(c.source[:i]), format, args...)
}

// count counts n, and refuses it if there are too many.
func (c *templateCheck) count(n parse.Node) *flaw {
	if c.nodes++; c.nodes > maxTemplateNodes {
		return c.flaw(n.Position(), "the template has more than %d parts", maxTemplateNodes)
	}
	return nil
}

func (c *templateCheck) list(list *parse.ListNode) *flaw {
	if list == nil {
		return nil
	}
	for _, n := range list.Nodes {
		if f := c.node(n); f != nil {
			return f
		}
	}
	return nil
}

func (c *templateCheck) node(n parse.Node) *flaw {
	if f := c.count(n); f != nil {
		return f
	}
	switch n := n.(type) {
	case *parse.TextNode, *parse.CommentNode:
		return nil
	case *parse.ActionNode:
		_, f := c.pipe(n.Pipe)
		return f
	case *parse.IfNode:
		if _, f := c.pipe(n.Pipe); f != nil {
			return f
		}
		if f := c.list(n.List); f != nil {
			return f
		}
		return c.list(n.ElseList)
	}
	return c.flaw(n.Position(), "%s can't be used here: only values, if, else and end are allowed", actionWord(n))
}

// actionWord returns the word with which an action begins.
func actionWord(n parse.Node) string {
	word, _, _ := strings.Cut(strings.TrimLeft(n.String(), "{- "), " ")
	return strings.TrimRight(word, "}")
}

// pipe checks a pipeline and returns its result.
func (c *templateCheck) pipe(p *parse.PipeNode) (operand, *flaw) {
	if len(p.Decl) > 0 {
		return operand{}, c.flaw(p.Position(), "variables can't be used here")
	}
	var out operand
	for i, cmd := range p.Cmds {
		var piped []operand
		if i > 0 {
			piped = []operand{out}
		}
		var f *flaw
		if out, f = c.command(cmd, piped); f != nil {
			return operand{}, f
		}
	}
	return out, nil
}

// command checks one command of a pipeline. piped is the result before its |.
func (c *templateCheck) command(cmd *parse.CommandNode, piped []operand) (operand, *flaw) {
	if id, ok := cmd.Args[0].(*parse.IdentifierNode); ok {
		return c.call(id, cmd.Args[1:], piped)
	}
	if len(piped) > 0 {
		return operand{}, c.flaw(cmd.Args[0].Position(), "only a function can follow |; functions are %s", oneOf(functionNames()))
	}
	if len(cmd.Args) > 1 {
		return operand{}, c.flaw(cmd.Args[1].Position(), "%s is not a function; functions are %s", cmd.Args[0], oneOf(functionNames()))
	}
	return c.operand(cmd.Args[0])
}

// operand is what is known of a value in a pipeline before it is rendered.
type operand struct {
	at       parse.Pos
	kind     kind
	variable variable // if it is one
	literal  string   // of a text
	number   bool     // a whole number
}

func (c *templateCheck) operand(n parse.Node) (operand, *flaw) {
	if f := c.count(n); f != nil {
		return operand{}, f
	}
	o := operand{at: n.Position()}
	switch n := n.(type) {
	case *parse.FieldNode:
		v, f := c.variable(n)
		o.kind, o.variable = v.kind, v
		return o, f
	case *parse.StringNode:
		o.kind, o.literal = textKind, n.Text
		return o, nil
	case *parse.NumberNode:
		o.kind, o.number = numberKind, n.IsInt && n.Int64 > 0
		return o, nil
	case *parse.BoolNode:
		o.kind = boolKind
		return o, nil
	case *parse.PipeNode:
		return c.pipe(n)
	case *parse.IdentifierNode:
		return o, c.flaw(o.at, "put a function between values in parentheses: (%s …)", n.Ident)
	case *parse.VariableNode:
		return o, c.flaw(o.at, "variables can't be used here")
	}
	return o, c.flaw(o.at, "%s can't be used here; values are %s", n, oneOf(c.scope.names(".")))
}

func (c *templateCheck) variable(n *parse.FieldNode) (variable, *flaw) {
	name := strings.Join(n.Ident, ".")
	v, ok := c.scope.lookup(name)
	if !ok {
		return v, c.flaw(n.Position(), "there is no .%s; %s", name, c.scope.unknown("values are %s", ".", name)).about(name).wide(1 + utf8.RuneCountInString(name))
	}
	c.used = append(c.used, name)
	return v, nil
}

// call checks the call of a function.
func (c *templateCheck) call(id *parse.IdentifierNode, args []parse.Node, piped []operand) (operand, *flaw) {
	if f := c.count(id); f != nil {
		return operand{}, f
	}
	i := slices.IndexFunc(functions(), func(f function) bool { return f.name == id.Ident })
	if _, value := c.scope.lookup(id.Ident); i < 0 && value {
		return operand{}, c.flaw(id.Position(), "a value has a dot before its name: write .%s", id.Ident)
	}
	if i < 0 {
		return operand{}, c.flaw(id.Position(), "there is no function %q; functions are %s", id.Ident, oneOf(functionNames()))
	}
	fn := functions()[i]
	var given []operand
	for _, a := range args {
		o, f := c.operand(a)
		if f != nil {
			return operand{}, f
		}
		given = append(given, o)
	}
	given = append(given, piped...)
	if len(given) < len(fn.params) || (len(given) > len(fn.params) && !fn.more) {
		return operand{}, c.flaw(id.Position(), "%s is written %s", fn.name, fn.usage)
	}
	for i, o := range given {
		want := fn.params[min(i, len(fn.params)-1)]
		if !want.takes(o) {
			return operand{}, c.flaw(o.at, "%s takes %s here, but this is %s: %s", fn.name, want.what, o.kind.phrase(), fn.usage)
		}
	}
	if fn.compares {
		if f := c.compared(given); f != nil {
			return operand{}, f
		}
	}
	return operand{at: id.Position(), kind: fn.result}, nil
}

// compared checks the words that a status, severity or option is compared with.
func (c *templateCheck) compared(given []operand) *flaw {
	for _, v := range given {
		for _, o := range given {
			if v.variable.name == "" || o.variable.name != "" || o.kind != textKind || o.literal == "" {
				continue
			}
			if f := c.scope.word(v.variable, o.literal, 0); f != nil {
				return c.flaw(o.at, "%s", f.message).about(v.variable.name)
			}
		}
	}
	return nil
}
