package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"riskroom/core"
	"riskroom/core/flow"
	coretext "riskroom/core/text"
)

// Format is what a file may contain: the settings of these platforms and what all have in
// common. Compiling its JSON Schema takes most of the time of the first Load; who loads
// several files does it once.
type Format struct {
	platforms []core.PlatformSettings
	// A reference to the environment is accepted in place of a value by written only.
	written, filled func() (*structure, error)
}

// NewFormat returns the Format of files for these platforms.
func NewFormat(platforms []core.PlatformSettings) *Format {
	compiled := func(filled bool) func() (*structure, error) {
		return sync.OnceValues(func() (*structure, error) { return newStructure(platforms, filled) })
	}
	return &Format{platforms: platforms, written: compiled(false), filled: compiled(true)}
}

// settings returns the platforms' settings, none if f is nil.
func (f *Format) settings() []core.PlatformSettings {
	if f == nil {
		return nil
	}
	return f.platforms
}

// structure validates files with the JSON Schema and words the errors.
type structure struct {
	raw      object
	compiled *jsonschema.Schema
}

func newStructure(platforms []core.PlatformSettings, filled bool) (*structure, error) {
	s := &structure{raw: schema(platforms)}
	text := string(Schema(platforms))
	if filled {
		inJSON, err := json.Marshal("|" + reference)
		if err != nil {
			return nil, err
		}
		text = strings.ReplaceAll(text, strings.Trim(string(inJSON), `"`)+`"`, `"`)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("riskroom.json", doc); err != nil {
		return nil, err
	}
	s.compiled, err = c.Compile("riskroom.json")
	return s, err
}

// check validates a tree. It calls f for every error that is not a summary of others, with
// the part of the schema that was violated. A nil structure finds nothing.
func (s *structure) check(v any, f func(e *jsonschema.ValidationError, at object)) {
	if s == nil {
		return
	}
	ve, ok := errors.AsType[*jsonschema.ValidationError](s.compiled.Validate(v))
	if !ok {
		return
	}
	var visit func(e *jsonschema.ValidationError)
	visit = func(e *jsonschema.ValidationError) {
		switch e.ErrorKind.(type) {
		case *kind.Schema, *kind.Group, *kind.AllOf, *kind.Reference:
			for _, c := range e.Causes {
				visit(c)
			}
		default:
			f(e, s.part(e.SchemaURL))
		}
	}
	visit(ve)
}

// part returns the part of the schema at a location.
func (s *structure) part(location string) object {
	_, ptr, _ := strings.Cut(location, "#")
	var at any = s.raw
	for tok := range strings.SplitSeq(strings.TrimPrefix(ptr, "/"), "/") {
		if tok == "" {
			continue
		}
		if u, err := url.PathUnescape(tok); err == nil {
			tok = u
		}
		tok = strings.NewReplacer("~1", "/", "~0", "~").Replace(tok)
		switch o := at.(type) {
		case object:
			at = o[tok]
		case []object:
			i := 0
			if _, err := fmt.Sscanf(tok, "%d", &i); err != nil || i < 0 || i >= len(o) {
				return nil
			}
			at = o[i]
		}
	}
	o, _ := at.(object)
	return o
}

// checkStructure reports where the tree doesn't fit the schema, and marks those nodes.
func (l *loader) checkStructure() {
	l.structure(l.o.Format.written).check(l.root.plain(func(*node) bool { return false }), func(e *jsonschema.ValidationError, at object) {
		n, _ := l.root.nearest(e.InstanceLocation)
		l.structural(n, e.ErrorKind, at)
	})
}

// structure returns what compiled returns. That fails only if a platform's pattern is not a
// valid regular expression. Then nothing is checked.
func (l *loader) structure(compiled func() (*structure, error)) *structure {
	s, err := compiled()
	if err != nil {
		l.problem(place{1, 1, 1}, "schema", "riskroom's own description of config files is broken, so nothing was checked; please report this")
		return nil
	}
	return s
}

// checkFilled checks values again after variables were filled in.
func (l *loader) checkFilled() {
	filled := func(n *node) bool { return n.changed >= 0 && !l.secret[n] && !l.bad[n] }
	changed := false
	l.root.walk(func(n *node) { changed = changed || filled(n) })
	if !changed {
		return
	}
	l.structure(l.o.Format.filled).check(l.root.plain(filled), func(e *jsonschema.ValidationError, at object) {
		if n, whole := l.root.nearest(e.InstanceLocation); whole && n.kind == scalarNode && filled(n) {
			l.structural(n, e.ErrorKind, at)
		}
	})
}

// structural reports one error of the schema at n.
func (l *loader) structural(n *node, k jsonschema.ErrorKind, at object) {
	if extra, ok := k.(*kind.AdditionalProperties); ok {
		for _, name := range extra.Properties {
			l.unknownKey(n, name, at)
		}
		return
	}
	l.bad[n] = true
	if l.full() {
		return
	}
	say, _ := at["errorMessage"].(coretext.Phrase)
	name := n.name()
	switch k := k.(type) {
	case *kind.Required:
		for _, m := range k.Missing {
			if !misspelt(n, at, m) {
				l.problem(n.head(), "missing-key", "%s needs the key %s", name, m)
			}
		}
	case *kind.Dependency:
		if misspelt(n, at, k.Missing...) {
			return
		}
		l.problem(n.head(), "missing-key", "%s with the key %s also needs %s", name, k.Prop, strings.Join(k.Missing, ", "))
	case *kind.Type:
		l.wrongType(n, k, say, at)
	case *kind.Enum:
		p := l.notOneOf(n, name, k.Want)
		if !say.IsZero() {
			p.hint("%s", say)
		}
	case *kind.Const:
		p := l.problem(n.at, "value", "%s must be %v", name, k.Want)
		switch _, isText := k.Want.(string); {
		case isText:
		case n.isString() && n.text == fmt.Sprint(k.Want):
			p.hint("write it without quotes")
		default:
			p.hint("write %s: %v", n.path[len(n.path)-1], k.Want)
		}
	case *kind.Pattern:
		if l.secret[n] {
			l.problem(n.at, "secret", "%s: %s", name, say)
			return
		}
		p := l.problem(n.at, "value", "%s %q: %s", name, short(k.Got), say)
		if k.Got == "24:00" && at["pattern"] == flow.ClockPattern+"|"+reference {
			p.hint(`write "00:00": midnight is the beginning of the next day`)
		}
	case *kind.Minimum, *kind.Maximum:
		l.problem(n.at, "value", "%s %s: expected a whole number from %v to %v", name, n.text, at["minimum"], at["maximum"])
	case *kind.MinLength, *kind.MinItems, *kind.MinProperties:
		l.problem(n.head(), "value", "%s is empty", name)
	case *kind.MaxLength:
		l.problem(n.at, "limit", "%s has %d characters, more than %d", name, k.Got, k.Want)
	case *kind.MaxItems:
		l.problem(n.head(), "limit", "%s has %d entries, more than %d", name, k.Got, k.Want)
	case *kind.MaxProperties:
		l.problem(n.head(), "limit", "%s has %d entries, more than %d", name, k.Got, k.Want)
	case *kind.AnyOf:
		var wanted []string
		needs, _ := at["anyOf"].([]object)
		for _, o := range needs {
			required, _ := o["required"].([]string)
			wanted = append(wanted, required...)
		}
		if !misspelt(n, at, wanted...) {
			l.problem(n.head(), "missing-key", "%s", say)
		}
	case *kind.Not:
		l.problem(cmpKey(n), "conflicting-key", "%s", say)
	default:
		l.problem(n.head(), "value", "%s can't have this value", name)
	}
}

// misspelt reports whether n has a misspelt form of a key that it lacks, which is reported
// anyway: as an unknown key, or as part of a value with a full-width comma.
func misspelt(n *node, at object, lacks ...string) bool {
	written := slices.DeleteFunc(keys(n), func(k string) bool { return slices.Contains(known(at), k) })
	for _, e := range n.list() {
		if plain := plainSigns(e.value.str()); strings.Contains(e.value.str(), "，") {
			written = append(written, strings.FieldsFunc(plain, func(r rune) bool { return r == ',' || r == ' ' })...)
		}
	}
	return slices.ContainsFunc(written, func(k string) bool {
		k, _, _ = strings.Cut(plainSigns(k), ":") // it may be a full-width one
		return slices.Contains(lacks, k) || core.Nearest(k, lacks) != ""
	})
}

// pair returns how n is written if it is one key with a value, as YAML reads 12:30
// and "lunch: noon".
func (n *node) pair() string {
	if len(n.entries) != 1 || n.entries[0].value.kind != scalarNode || n.entries[0].value.text == "" {
		return ""
	}
	name, value := n.entries[0].name, n.entries[0].value
	if value.at.line == value.key.line && value.at.col == value.key.col+utf8.RuneCountInString(name)+1 {
		return name + ":" + value.text
	}
	return name + ": " + value.text
}

// cmpKey returns the place of n's key, or of n itself.
func cmpKey(n *node) place {
	if n.key != (place{}) {
		return n.key
	}
	return n.at
}

func (l *loader) wrongType(n *node, k *kind.Type, say coretext.Phrase, at object) {
	want := typeName(k.Want[0])
	for _, w := range k.Want[1:] {
		want = coretext.Phrasef("%s or %s", want, typeName(w))
	}
	choices, _ := at["enum"].([]string)
	p := l.problem(n.head(), "type", "%s must be %s, but is %s", n.name(), want, typeName(k.Got))
	switch {
	case n.kind == scalarNode && n.value == nil:
		l.emptyMap(n, p)
	case l.lacksName(n, at):
		p.hint("write a name and a colon on a line above it, and begin %s in column %d", n.path[1], n.key.col+2)
	case slices.Equal(k.Want, []string{"array"}) && n.isString():
		p.hint("write a list: [%s]", l.src.hideShapes(short(n.text)))
	case slices.Equal(k.Want, []string{"array"}) && n.kind == mapNode && len(n.entries) > 0:
		p.hint("write a dash and a space before each entry: - %s:", short(n.entries[0].name))
	case slices.Equal(k.Want, []string{"boolean"}) && slices.Contains([]string{"yes", "on"}, strings.ToLower(n.str())):
		p.hint("write true instead of %s", n.text)
	case slices.Equal(k.Want, []string{"boolean"}) && slices.Contains([]string{"no", "off"}, strings.ToLower(n.str())):
		p.hint("write false instead of %s", n.text)
	case slices.Equal(k.Want, []string{"integer"}) && n.isString() && isNumber(n.text):
		p.hint("write it without quotes")
	case !slices.Contains(k.Want, "string"):
	case n.kind == mapNode:
		pair := n.pair()
		if strings.Contains(pair, ": ") && !say.IsZero() {
			p.hint("%s", say)
			break
		}
		if pair != "" && !l.secret[n] {
			p.hint("YAML reads a colon as the end of a key; put text in quotes: %q", l.src.hideShapes(short(pair)))
		}
	case n.kind != scalarNode:
	case !say.IsZero():
		p.hint("%s", say)
	case choices != nil: // in quotes, it would be wrong, too
		p.hint("%s", suggest(n.text, choices))
	default:
		p.hint("put it in quotes: %q", n.text)
	}
}

// isNumber reports whether a text in quotes is a whole number.
func isNumber(s string) bool {
	_, err := strconv.Atoi(s)
	return err == nil
}

// typeName returns what messages call a type of the schema.
func typeName(name string) coretext.Phrase {
	switch name {
	case "object":
		return coretext.Plain("a map")
	case "array":
		return coretext.Plain("a list")
	case "string":
		return coretext.Plain("text")
	case "boolean":
		return coretext.Plain("true or false")
	case "number":
		return coretext.Plain("a number")
	case "integer":
		return coretext.Plain("a whole number")
	}
	return coretext.Plain("empty")
}

func (l *loader) notOneOf(n *node, name coretext.Phrase, want []any) *Problem {
	var words []string
	for _, w := range want {
		words = append(words, fmt.Sprint(w))
	}
	if len(words) == 0 {
		return l.problem(n.at, "value", "%s %q: there is none", name, short(n.text))
	}
	return l.problem(n.at, "value", "%s %q: %s", name, short(n.text), suggest(n.text, words))
}

// unknownKey reports an unknown key with the known ones.
func (l *loader) unknownKey(n *node, name string, at object) {
	v := n.get(name)
	if v == nil {
		return
	}
	l.bad[v] = true
	if l.full() || belongsAbove(n, name, at) || slices.Contains(restOfList(n), name) {
		return
	}
	if say, ok := at["errorMessage"].(coretext.Phrase); ok && at["properties"] == nil {
		l.problem(v.key, "name", "%q: %s", short(name), say)
		return
	}
	l.problem(v.key, "unknown-key", "unknown key %q in %s: %s", l.src.hide(short(name)), n.name(), suggest(name, known(at)))
}

// name returns what to call n in messages: its key and, in flows and the like, where.
func (n *node) name() coretext.Phrase {
	if len(n.path) == 0 {
		return coretext.Plain("the file")
	}
	last, _, _ := strings.Cut(n.path[len(n.path)-1], "：") // what follows may be a secret
	if n.key == (place{}) && len(n.path) > 1 {
		return coretext.Phrasef("an entry of %s", n.path[len(n.path)-2])
	}
	if len(n.path) == 2 {
		last = short(last)
		switch n.path[0] {
		case "workspaces":
			return coretext.Phrasef("workspace %q", last)
		case "people":
			return coretext.Phrasef("person %q", last)
		case "modules":
			return coretext.Phrasef("module %q", last)
		case "fields":
			return coretext.Phrasef("field %q", last)
		case "flows":
			return coretext.Phrasef("flow %q", last)
		case "process":
			return coretext.Phrasef("node %q", last)
		case "calendars":
			return coretext.Phrasef("calendar %q", last)
		}
	}
	return coretext.Phrasef("%s", short(last))
}
