package config

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"riskroom/core/flow"
	coretext "riskroom/core/text"
)

// remedies adds hints that only the text of the file can give, to problems without a better
// one: about full-width signs, and about keys that YAML reads as text.
func (l *loader) remedies() {
	known := l.knownKeys()
	for i := range l.problems {
		p := &l.problems[i]
		if p.Warning || p.Rule == "syntax" || p.Rule == "condition" {
			continue
		}
		marked := []rune(p.source)
		marked = marked[min(p.Col-1, len(marked)):min(p.Col-1+p.width, len(marked))]
		written := strings.Trim(string(marked), `"'`)
		plain := plainSigns(written)
		m := missingSpace.FindStringSubmatch(plain)
		key := m != nil && known[m[1]]
		switch {
		case key && plain != written:
			p.hint("write a plain colon and a space: %s", short(m[1]+": "+m[2]))
		case plain != written && plain != "" && flow.Several(written) == nil:
			p.hint("write it with plain signs: %s", short(plain))
		case p.Hint != "":
		case missingComma(written, known) != "":
			p.hint("write a comma before %s:", missingComma(written, known))
		case key:
			p.hint("write a space after the colon: %s: %s", m[1], short(m[2]))
		}
	}
}

var (
	missingSpace = regexp.MustCompile(`^(\w+):(\S.*)$`)
	laterKey     = regexp.MustCompile(`\S\s+(\w+):\s`)
)

// missingComma returns the key before which a comma is missing in a text between { and }, ""
// if there is none.
func missingComma(text string, known map[string]bool) string {
	if m := laterKey.FindStringSubmatch(text); m != nil && known[m[1]] {
		return m[1]
	}
	return ""
}

// plainSigns returns s with plain signs instead of full-width and typographic ones, and
// without invisible ones.
func plainSigns(s string) string {
	if !strings.ContainsFunc(s, isForeign) {
		return s
	}
	return coretext.Fold(strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "。", "", "、", ", ").Replace(s))
}

// isForeign reports whether r is a full-width, typographic or invisible sign.
func isForeign(r rune) bool {
	return r >= '！' && r <= '～' || strings.ContainsRune("“”„«»‘’。、", r) || isForeignBlank(r)
}

// emptyMap adds a hint to the problem of a key that is empty, but should have keys below it.
func (l *loader) emptyMap(n *node, p *Problem) {
	line := ""
	if n.key.line > 0 {
		line = l.src.lines[n.key.line-1]
	}
	if _, comment, ok := strings.Cut(line, " #"); ok && strings.TrimSpace(comment) != "" {
		p.hint("# begins a comment: put text with # in quotes")
		return
	}
	next := n.key.line // the index of the next line
	for next < len(l.src.lines) && strings.TrimSpace(l.src.lines[next]) == "" {
		next++
	}
	if next < len(l.src.lines) && indentOf(l.src.lines[next])+1 == n.key.col && !strings.HasPrefix(strings.TrimSpace(l.src.lines[next]), "-") {
		p.hint("begin the lines that belong to it in column %d", n.key.col+2)
	}
}

// belongsAbove reports whether a key that n doesn't know belongs to an empty key above it,
// which is reported.
func belongsAbove(n *node, name string, at object) bool {
	props, _ := at["properties"].(object)
	for _, e := range n.entries {
		if e.name == name {
			return false
		}
		below, _ := props[e.name].(object)
		if e.value.kind == scalarNode && e.value.value == nil && slices.Contains(known(below), name) {
			return true
		}
	}
	return false
}

// swallowed warns of lines in block scalars that look like the next key of the map.
func (l *loader) swallowed() {
	root := schema(l.o.Format.settings())
	l.root.walk(func(m *node) {
		if m.kind != mapNode {
			return
		}
		for _, e := range m.entries {
			if v := e.value; v.kind == scalarNode && (v.style == literalBlock || v.style == foldedBlock) {
				l.swallowedBy(m, e, known(schemaAt(root, m.path)))
			}
		}
	})
}

// swallowedBy warns of lines in the block scalar e of a map that look like other keys of it.
func (l *loader) swallowedBy(m *node, e entry, keys []string) {
	for i := e.value.key.line; i < len(l.src.lines); i++ {
		line := l.src.lines[i]
		indent := indentOf(line)
		switch {
		case strings.TrimSpace(line) == "":
			continue
		case indent < e.value.key.col:
			return
		}
		name, _, ok := strings.Cut(line[indent:], ":")
		if ok && slices.Contains(keys, name) && m.get(name) == nil {
			l.warning(place{i + 1, indent + 1, len([]rune(name))}, "text", "this looks like the key %s, but it belongs to the text of %s", name, e.name).
				hint("begin it in column %d if it is a key", e.value.key.col)
		}
	}
}

// namesItsOwn reports whether the keys of the map at a path are names of the file's own.
func (l *loader) namesItsOwn(path []string) bool {
	return len(path) > 0 && schemaAt(schema(l.o.Format.settings()), path)["patternProperties"] != nil
}

// The full-width brackets that people put around a list.
const wideOpen, wideClose = "【［", "】］"

func beginsList(s string) bool { return strings.TrimLeft(s, wideOpen) != s }
func endsList(s string) bool   { return strings.TrimRight(s, wideClose) != s }

// lacksName reports whether n is part of an entry whose name is missing, as in
// calendars: { holidays: […] }. at is the schema of an entry.
func (l *loader) lacksName(n *node, at object) bool {
	if len(n.path) != 2 || n.kind == mapNode || !slices.Contains(known(at), n.path[1]) {
		return false
	}
	return !slices.ContainsFunc(l.root.get(n.path[0]).list(), func(e entry) bool { return e.value.kind == scalarNode && e.value.value == nil })
}

// restOfList returns the keys that YAML makes of the rest of a list in full-width brackets,
// as in { handlers: 【lin, wang】 }.
func restOfList(n *node) []string {
	var rest []string
	open := false
	for _, e := range n.entries {
		switch empty := e.value.kind == scalarNode && e.value.value == nil; {
		case !empty:
			open = beginsList(e.value.str()) && !endsList(e.value.str())
		case open:
			rest = append(rest, e.name)
			open = !endsList(e.name)
		}
	}
	return rest
}

// schemaAt returns the part of the schema for the value at a path, nil if it isn't known.
func schemaAt(at object, path []string) object {
	for _, name := range path {
		props, _ := at["properties"].(object)
		next, _ := props[name].(object)
		if patterns, ok := at["patternProperties"].(object); ok && next == nil {
			for _, p := range patterns {
				next, _ = p.(object)
			}
		}
		if items, ok := at["items"].(object); ok && next == nil {
			next = items
		}
		at = next
	}
	return at
}

// typographicQuotes warns of texts in “ ”, which are sent with them. In plain quotes they are
// meant. It comes last, as a text with a problem needs no warning.
func (l *loader) typographicQuotes() {
	l.root.walk(func(n *node) {
		inner, quoted := strings.CutPrefix(n.text, "“")
		inner, closed := strings.CutSuffix(inner, "”")
		if !n.isString() || n.style != plainStyle || !quoted || !closed || strings.ContainsAny(inner, "“”") ||
			slices.ContainsFunc(l.problems, func(p Problem) bool { return p.Line == n.at.line && p.Col == n.at.col }) {
			return
		}
		l.warning(n.at, "text", "“ and ” are part of this text, and people see them").
			hint(`write " before and after the text; if “ ” are meant, write " around them`)
	})
}

// controls warns of control characters in a text, which \ makes in double quotes.
func (l *loader) controls() {
	l.root.walk(func(n *node) {
		if n.isString() && n.style == doubleQuoted && strings.ContainsFunc(n.text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
			l.warning(n.at, "text", `\ makes a control character in this text`).hint(`write \\ for one \, or put the text in single quotes`)
		}
	})
}
