package config

import (
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"riskroom/core"
	coretext "riskroom/core/text"
)

// Document is a YAML file other than a config file, such as a scenario. It is read as
// strictly, and its problems are reported in the same way: all at once, with their places.
type Document struct{ l *loader }

// DocumentOptions configures ParseDocument.
type DocumentOptions struct {
	Language string              // of the problems; "" is English
	Chinese  []map[string]string // of the phrases of problems that the caller reports
	Keys     []string            // all that the file can have anywhere, for remedies
}

// Value is a value of a Document with its place. The zero Value is one that is missing: its
// methods report nothing.
type Value struct {
	d *Document
	n *node
}

// ParseDocument reads a file, which must be a map. After a syntax error, the value is
// missing. name is the file's name in problems.
func ParseDocument(name string, src []byte, o DocumentOptions) (*Document, Value) {
	l := &loader{
		src: newSource(name, src, nil), say: wording(Options{Language: o.Language, Chinese: o.Chinese}),
		bad: map[*node]bool{}, keys: map[string]bool{},
	}
	for _, k := range o.Keys {
		l.keys[k] = true
	}
	d := &Document{l}
	if l.root = l.parse(); l.root == nil {
		return d, Value{}
	}
	return d, Value{d, l.root}
}

// Problems returns what is wrong so far, in the order of the file.
func (d *Document) Problems() Problems {
	if d.l.root != nil {
		d.l.remedies()
	}
	return d.l.sorted()
}

// Exists reports whether the value is in the file.
func (v Value) Exists() bool { return v.n != nil }

// Place returns where the value is: its line, and its column in characters, from 1.
func (v Value) Place() (line, col int) {
	if v.n == nil {
		return 0, 0
	}
	return v.n.head().line, v.n.head().col
}

// Problem reports an error at the value. hint says what to do, and may be empty.
func (v Value) Problem(rule string, says, hint coretext.Phrase) {
	if v.n == nil {
		return
	}
	v.d.l.bad[v.n] = true
	p := v.d.l.problem(v.n.head(), rule, "%s", says)
	if !hint.IsZero() {
		p.hint("%s", hint)
	}
}

// Warning reports a warning at the value. hint says what to do.
func (v Value) Warning(rule string, says, hint coretext.Phrase) {
	if v.n != nil {
		v.d.l.warning(v.n.head(), rule, "%s", says).hint("%s", hint)
	}
}

// Sound reports whether the value exists and no method has reported it.
func (v Value) Sound() bool { return v.n != nil && v.d.l.sound(v.n) }

// Key returns the value of a key of a map.
func (v Value) Key(name string) Value { return Value{v.d, v.n.get(name)} }

// Keys returns the keys of a map in the order of the file.
func (v Value) Keys() []string { return keys(v.n) }

// Map reports unless the value is a map with no other keys than these, and returns whether it
// is a map at all.
func (v Value) Map(known ...string) bool {
	if !v.is(mapNode, "object") {
		return false
	}
	for _, e := range v.n.entries {
		if !slices.Contains(known, e.name) {
			v.d.l.bad[e.value] = true
			v.d.l.problem(e.value.key, "unknown-key", "unknown key %q in %s: %s", short(e.name), v.n.name(), suggest(e.name, known))
		}
	}
	return true
}

// AnyMap reports unless the value is a map, with whatever keys, and returns whether it is one.
func (v Value) AnyMap() bool { return v.is(mapNode, "object") }

// Needs reports which of the keys a map lacks, other than those that Map has found misspelt.
func (v Value) Needs(keys ...string) {
	for _, k := range keys {
		if v.n != nil && v.n.get(k) == nil && !slices.ContainsFunc(v.n.entries, func(e entry) bool {
			return v.d.l.bad[e.value] && core.Nearest(e.name, []string{k}) != ""
		}) {
			v.d.l.problem(v.n.head(), "missing-key", "%s needs the key %s", v.n.name(), k)
		}
	}
}

// List returns the entries of a list. It reports anything else.
func (v Value) List() []Value {
	if !v.is(listNode, "array") {
		return nil
	}
	var out []Value
	for _, it := range v.n.items {
		out = append(out, Value{v.d, it})
	}
	return out
}

// Texts returns the entries of a list of texts, or the one text that replaces a list. It
// reports anything else.
func (v Value) Texts() []Value {
	if v.n.isString() {
		return []Value{v}
	}
	return slices.DeleteFunc(v.List(), func(it Value) bool { return !it.isText() })
}

// Text returns a text, "" if there is none. It reports anything else.
func (v Value) Text() string {
	if v.n == nil || !v.isText() {
		return ""
	}
	if v.n.text == "" {
		v.d.l.bad[v.n] = true
		v.d.l.problem(v.n.head(), "value", "%s is empty", v.n.name())
	}
	return v.n.text
}

// Word returns a text that is one of words, "" if there is none. It reports anything else.
func (v Value) Word(words ...string) string {
	s := v.Text()
	if s != "" && !slices.Contains(words, s) {
		v.d.l.bad[v.n] = true
		v.d.l.problem(v.n.at, "value", "%s %q: %s", v.n.name(), short(s), suggest(s, words))
		return ""
	}
	return s
}

// Number returns a number. It reports anything else.
func (v Value) Number() (n float64, ok bool) {
	if v.n == nil {
		return 0, false
	}
	switch got := v.n.value.(type) {
	case int64:
		return float64(got), true
	case uint64:
		return float64(got), true
	case float64:
		return got, true
	}
	v.wrongType("number")
	return 0, false
}

// Bool returns true or false, and false if there is none. It reports anything else.
func (v Value) Bool() bool {
	if v.n == nil {
		return false
	}
	b, ok := v.n.value.(bool)
	if !ok {
		v.wrongType("boolean")
	}
	return b
}

func (v Value) isText() bool {
	if !v.n.isString() {
		v.wrongType("string")
		return false
	}
	return true
}

// is reports unless the value is of a kind, which the schema calls want.
func (v Value) is(k nodeKind, want string) bool {
	if v.n == nil {
		return false
	}
	if v.n.kind != k {
		v.wrongType(want)
		return false
	}
	return true
}

func (v Value) wrongType(want string) {
	got := "string"
	switch v.n.kind {
	case mapNode:
		got = "object"
	case listNode:
		got = "array"
	case scalarNode:
		switch v.n.value.(type) {
		case nil:
			got = "null"
		case bool:
			got = "boolean"
		case int64, uint64, float64:
			got = "number"
		}
	}
	v.d.l.bad[v.n] = true
	v.d.l.wrongType(v.n, &kind.Type{Got: got, Want: []string{want}}, coretext.Phrase{}, nil)
}

// Suggest says which of the words somebody may have meant, and lists them.
func Suggest(got string, words []string) coretext.Phrase { return suggest(got, words) }
