package config

import (
	"strconv"
	"strings"

	coretext "riskroom/core/text"
)

// place is a range of the file: line and column, from 1 and in characters, and the number
// of characters.
type place struct{ line, col, width int }

type nodeKind int

const (
	scalarNode nodeKind = iota
	mapNode
	listNode
)

// phrase returns what messages call a node of that kind.
func (k nodeKind) phrase() coretext.Phrase {
	switch k {
	case mapNode:
		return coretext.Plain("a map")
	case listNode:
		return coretext.Plain("a list")
	case scalarNode:
	}
	return coretext.Plain("a value")
}

type scalarStyle int

const (
	plainStyle scalarStyle = iota
	singleQuoted
	doubleQuoted
	literalBlock
	foldedBlock
)

// node is a value of the file with its place. A mapping keeps the file's order.
type node struct {
	kind    nodeKind
	path    []string // from the root
	at      place    // of a scalar, or of the start of a collection
	key     place    // of its key; zero in lists
	style   scalarStyle
	value   any    // of a scalar: string, bool, int64, uint64, float64 or nil, as written
	text    string // of a scalar, with variables filled in
	changed int    // bytes of text before the first variable, -1 if there is none
	entries []entry
	index   map[string]*node // entries by name
	items   []*node
}

// entry is a key of a mapping with its value.
type entry struct {
	name  string
	value *node
}

// get returns the value under name, or nil. It may be called on a nil node.
func (n *node) get(name string) *node {
	if n == nil {
		return nil
	}
	return n.index[name]
}

// nearest follows path and returns the last node that exists.
func (n *node) nearest(path []string) (found *node, whole bool) {
	for _, p := range path {
		next := n.get(p)
		if i, err := strconv.Atoi(p); next == nil && n.kind == listNode && err == nil && i >= 0 && i < len(n.items) {
			next = n.items[i]
		}
		if next == nil {
			return n, false
		}
		n = next
	}
	return n, true
}

// head returns where a problem of n itself is shown: for a collection its key, if it has
// one, otherwise its value.
func (n *node) head() place {
	if n.kind != scalarNode && n.key != (place{}) {
		return n.key
	}
	return n.at
}

// str returns the text of a string, otherwise "". It may be called on nil.
func (n *node) str() string {
	if n == nil || n.kind != scalarNode {
		return ""
	}
	if _, ok := n.value.(string); !ok {
		return ""
	}
	return n.text
}

// isString reports whether n is a string.
func (n *node) isString() bool {
	if n == nil || n.kind != scalarNode {
		return false
	}
	_, ok := n.value.(string)
	return ok
}

// strings returns the strings of a list, or the one string that replaces a list.
func (n *node) strings() []*node {
	switch {
	case n == nil:
		return nil
	case n.isString():
		return []*node{n}
	}
	var out []*node
	for _, it := range n.items {
		if it.isString() {
			out = append(out, it)
		}
	}
	return out
}

// walk calls f for n and every node below it.
func (n *node) walk(f func(*node)) {
	if n == nil {
		return
	}
	f(n)
	for _, e := range n.entries {
		e.value.walk(f)
	}
	for _, it := range n.items {
		it.walk(f)
	}
}

// plain returns n for the JSON schema's validator. filled reports whether to fill in the
// variables of a node.
func (n *node) plain(filled func(*node) bool) any {
	switch n.kind {
	case mapNode:
		m := make(map[string]any, len(n.entries))
		for _, e := range n.entries {
			m[e.name] = e.value.plain(filled)
		}
		return m
	case listNode:
		l := make([]any, len(n.items))
		for i, it := range n.items {
			l[i] = it.plain(filled)
		}
		return l
	case scalarNode:
	}
	if _, ok := n.value.(string); ok && filled(n) {
		return n.text
	}
	return n.value
}

// spot returns the place of the byte at offset in the text of a scalar. If the way it is
// written makes that impossible, it returns the place of the scalar.
func (n *node) spot(s *source, offset int) place {
	if n.kind != scalarNode || offset < 0 || offset > len(n.text) || (n.changed >= 0 && offset > n.changed) {
		return n.head()
	}
	before := n.text[:offset]
	switch n.style {
	case plainStyle, singleQuoted, doubleQuoted:
		return n.spotInline(s, before)
	case literalBlock:
		return n.spotBlock(s, before)
	case foldedBlock: // its line breaks differ from those of the text
	}
	return n.head()
}

// spotInline returns the place in a scalar that is written on one line.
func (n *node) spotInline(s *source, before string) place {
	line := []rune(s.lines[min(n.at.line, len(s.lines))-1])
	i := n.at.col - 1
	if n.style != plainStyle {
		i++
	}
	for _, r := range before {
		switch {
		case i >= len(line):
			return n.at // it continues on the next line
		case line[i] == r && (r != '\'' || n.style != singleQuoted):
			i++
		case r == '\'' && n.style == singleQuoted:
			i += 2
		case n.style == doubleQuoted && i+1 < len(line) && line[i] == '\\' && strings.ContainsRune(`"\/nt`, line[i+1]):
			i += 2
		default:
			return n.at
		}
	}
	return place{n.at.line, i + 1, 1}
}

// spotBlock returns the place in a literal block.
func (n *node) spotBlock(s *source, before string) place {
	line := n.at.line + 1 + strings.Count(before, "\n")
	first := n.at.line
	if line > len(s.lines) || first >= len(s.lines) {
		return n.at
	}
	indent := len(s.lines[first]) - len(strings.TrimLeft(s.lines[first], " "))
	inLine := before[strings.LastIndexByte(before, '\n')+1:]
	return place{line, indent + len([]rune(inLine)) + 1, 1}
}
