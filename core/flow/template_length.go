package flow

import (
	"strings"
	"text/template/parse"
	"unicode/utf8"

	"riskroom/core"
)

// Characters that values take at most, as far as that is known.
const (
	longestKey    = 24
	longestLabel  = 75 // of a module, an option, a status, a severity
	longestNumber = 24
	longestDate   = 40
	longestName   = 80 // of a person; how many people a list has is not known
)

// TemplateLength returns how many characters the text of a template has at least, and
// how many it can have if every value is as long as it can be. Both are 0 for a template
// that does not compile.
func (d Def) TemplateLength(source string) (least, most int) {
	tree, f := parseTemplate(source)
	if f != nil {
		return 0, 0
	}
	l := lengths{d.scope()}
	return l.list(tree.Root, fixedOnly), l.list(tree.Root, atMost)
}

// lengths adds up the lengths of a template's parts.
type lengths struct{ scope *scope }

type measure bool

const (
	fixedOnly measure = false // what every text has
	atMost    measure = true
)

func (l lengths) list(list *parse.ListNode, m measure) int {
	if list == nil {
		return 0
	}
	sum := 0
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			sum += utf8.RuneCount(n.Text)
		case *parse.ActionNode:
			if m == atMost {
				sum += l.pipe(n.Pipe)
			}
		case *parse.IfNode:
			then, otherwise := l.list(n.List, m), l.list(n.ElseList, m)
			if m == atMost {
				sum += max(then, otherwise)
			} else {
				sum += min(then, otherwise)
			}
		}
	}
	return sum
}

// pipe returns how long the result of a pipeline can be.
func (l lengths) pipe(p *parse.PipeNode) int {
	length := 0
	for i, cmd := range p.Cmds {
		args := cmd.Args
		id, call := args[0].(*parse.IdentifierNode)
		if call {
			args = args[1:]
		}
		longest := 0
		if i > 0 {
			longest = length // piped
		}
		for _, a := range args {
			longest = max(longest, l.value(a))
		}
		length = longest
		if call {
			length = called(id.Ident, args, longest)
		}
	}
	return length
}

// called returns how long the result of a function can be.
func called(name string, args []parse.Node, longest int) int {
	switch name {
	case "date", "datetime":
		return longestDate
	case "truncate":
		if n, ok := args[0].(*parse.NumberNode); ok && n.IsInt {
			return min(int(n.Int64), longest)
		}
	}
	return longest
}

func (l lengths) value(n parse.Node) int {
	switch n := n.(type) {
	case *parse.StringNode:
		return utf8.RuneCountInString(n.Text)
	case *parse.PipeNode:
		return l.pipe(n)
	case *parse.FieldNode:
		return l.variable(n)
	}
	return 0
}

func (l lengths) variable(n *parse.FieldNode) int {
	v, ok := l.scope.lookup(strings.Join(n.Ident, "."))
	if !ok {
		return 0
	}
	switch v.kind {
	case wordKind:
		longest := longestLabel
		for _, w := range v.words {
			longest = max(longest, utf8.RuneCountInString(w))
		}
		return longest
	case numberKind:
		return longestNumber
	case dateKind:
		return longestDate
	case personKind:
		return longestName
	case textKind:
		return longestText(v.name)
	case peopleKind, boolKind, anyKind:
	}
	return 0
}

// longestText returns how long a text of a risk can be. An own field's can be as long as
// a description.
func longestText(name string) int {
	switch name {
	case "key":
		return longestKey
	case "title", "group":
		return core.MaxTitle
	case "module":
		return longestLabel
	case "resolution", "note":
		return core.MaxNote
	}
	return core.MaxDescription
}

// overLimit returns a flaw if a template's own words are longer than limit.
func overLimit(s *scope, list *parse.ListNode, limit int) *flaw {
	if n := (lengths{s}).list(list, fixedOnly); n > limit {
		return flawAt(-1, "the text has %d characters without its values; at most %d are allowed", n, limit)
	}
	return nil
}
