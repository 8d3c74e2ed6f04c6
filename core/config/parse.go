package config

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits of a file, far above what anybody writes.
const (
	maxSize   = 1 << 20 // bytes
	maxDepth  = 40      // collections within collections
	maxKeys   = 20_000  // in all; the parser's time is quadratic in the keys of one map
	maxTokens = 200_000 // in all
)

// maxBlockColumn limits how deep block collections can nest: each level needs a column.
const maxBlockColumn = 200

// parse parses the file's document. After a syntax error, which is one problem, it returns
// nil.
func (l *loader) parse() *node {
	if len(l.src.text) > maxSize {
		l.problem(place{1, 1, 1}, "size", "the file has more than %d bytes", maxSize)
		return nil
	}
	if i, what := notText(l.src.text); i >= 0 {
		p := l.problem(place{1 + strings.Count(l.src.text[:i], "\n"), 1, 1}, "syntax", "the file is not UTF-8 text: this line contains %s", what)
		p.Hint = "save it as UTF-8"
		return nil
	}
	body, at, err := parseYAML(l.src.text)
	if err != nil {
		l.problem(at, "syntax", "%s", err).Hint = l.syntaxHint(at)
		return nil
	}
	if body == nil {
		l.problem(place{1, 1, 1}, "syntax", "the file is empty")
		return nil
	}
	root := l.convert(body, nil, place{})
	if root.kind != mapNode {
		l.problem(root.at, "type", "the file must be a map of keys such as version and workspaces, not %s", root.kind)
		return nil
	}
	return root
}

// notText returns the offset of the first byte that is not UTF-8 text, and a description
// of it, or -1.
func notText(s string) (at int, what string) {
	for i, r := range s {
		if r == 0 {
			return i, "a zero byte"
		}
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)) {
			return i, fmt.Sprintf("the byte %#x", s[i])
		}
	}
	return -1, ""
}

// syntaxHint returns the most likely remedy for a syntax error. The character at the
// error counts for more than the rest of its line.
func (l *loader) syntaxHint(at place) string {
	at = l.src.within(at)
	line := l.src.lines[at.line-1]
	trimmed := strings.TrimSpace(line)
	_, value, _ := strings.Cut(trimmed, ": ")
	switch here := string([]rune(line)[at.col-1:]); {
	case strings.Contains(line[:len(line)-len(strings.TrimLeft(line, " \t"))], "\t"):
		return "indent with spaces: YAML allows no tabs there"
	case strings.HasPrefix(here, "{{"), strings.HasPrefix(value, "{{"):
		return templateHint
	case strings.HasPrefix(here, "@"):
		return `put text that begins with @ in quotes: "@oncall"`
	case here != "" && strings.ContainsAny(here[:1], "`*&!%"):
		return "put text that begins with " + here[:1] + " in quotes"
	case word.MatchString(trimmed):
		return "if this is a key, a colon is missing after it: " + short(trimmed) + ":"
	case !strings.Contains(line, "{{") && (strings.Count(line, "{") != strings.Count(line, "}") || strings.Count(line, "[") != strings.Count(line, "]")):
		return "each { and [ needs its } and ]"
	case strings.Contains(line, "{{"):
		return templateHint
	case value == "" || strings.ContainsAny(value[:1], "{["):
	case strings.ContainsAny(value[:1], `"'`) && strings.Count(value, value[:1]) > 1:
		return `a text that only begins with a quoted one needs quotes of the other kind around it: '"a" == module'`
	case strings.Contains(value, ": "):
		return "put text that contains a colon and a space in quotes"
	}
	return ""
}

const templateHint = `put text with {{ }} in quotes: "{{ .title }}"`

// word matches a line that is one word.
var word = regexp.MustCompile(`^[\pL\pN_][\pL\pN_-]*$`)

// parseYAML parses text after refusing what could exhaust the parser. A panic of the
// parser counts as a syntax error.
func parseYAML(text string) (body ast.Node, at place, err error) {
	at = place{1, 1, 1}
	defer func() {
		if r := recover(); r != nil {
			body, err = nil, errors.New("this is not valid YAML")
		}
	}()
	tokens := lexer.Tokenize(text)
	if t, err := refuse(tokens); err != nil {
		return nil, tokenPlace(t), err
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		var ye yaml.Error
		if errors.As(err, &ye) {
			return nil, tokenPlace(ye.GetToken()), errors.New(ye.GetMessage())
		}
		return nil, at, err
	}
	for _, d := range file.Docs {
		if d.Body == nil || d.Body.Type() == ast.CommentType {
			continue
		}
		if body != nil {
			return nil, tokenPlace(d.Body.GetToken()), errors.New("a second document: only one is allowed")
		}
		body = d.Body
	}
	return body, at, nil
}

// refuse returns an error for unsupported YAML and for excessive nesting.
func refuse(tokens token.Tokens) (*token.Token, error) {
	open, documents, keys := 0, 0, 0
	for i, t := range tokens {
		if i >= maxTokens {
			return t, fmt.Errorf("the file has more than %d words and signs", maxTokens)
		}
		block := open == 0 && t.Position.Column > maxBlockColumn
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			open++
			if open > maxDepth {
				return t, fmt.Errorf("nested more than %d levels deep", maxDepth)
			}
		case token.MappingEndType, token.SequenceEndType:
			open--
		case token.SequenceEntryType:
			if block {
				return t, errors.New("nested too deeply")
			}
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			return t, errors.New("anchors (&), aliases (*) and merge keys (<<) are not supported")
		case token.TagType:
			return t, errors.New("tags (!) are not supported")
		case token.MappingValueType:
			if keys++; keys > maxKeys {
				return t, fmt.Errorf("the file has more than %d keys", maxKeys)
			}
		case token.MappingKeyType:
			return t, errors.New("complex keys (?) are not supported")
		case token.DirectiveType:
			return t, errors.New("directives (%) are not supported")
		case token.DocumentHeaderType:
			documents++
			if documents > 1 || slices.ContainsFunc(tokens[:i], content) {
				return t, errors.New("a second document: only one is allowed")
			}
		default: // part of a value
		}
	}
	return nil, nil
}

func content(t *token.Token) bool {
	return t.Type != token.CommentType && t.Type != token.DocumentHeaderType
}

func tokenPlace(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{1, 1, 1}
	}
	return place{max(1, t.Position.Line), max(1, t.Position.Column), max(1, len([]rune(strings.TrimSpace(t.Origin))))}
}

// convert turns the library's tree into nodes. It reports duplicate keys and keeps the
// first.
func (l *loader) convert(n ast.Node, path []string, key place) *node {
	out := &node{path: path, key: key, at: tokenPlace(n.GetToken()), changed: -1}
	if len(path) > maxDepth {
		l.problem(out.at, "syntax", "nested more than %d levels deep", maxDepth)
		out.kind = scalarNode
		return out
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		out.kind = mapNode
		l.convertMap(out, n.Values)
	case *ast.MappingValueNode:
		out.kind = mapNode
		l.convertMap(out, []*ast.MappingValueNode{n})
	case *ast.SequenceNode:
		out.kind = listNode
		for i, v := range n.Values {
			out.items = append(out.items, l.convert(v, child(path, strconv.Itoa(i)), place{}))
		}
	default:
		convertScalar(out, n)
	}
	return out
}

func (l *loader) convertMap(out *node, values []*ast.MappingValueNode) {
	seen := map[string]place{}
	out.index = make(map[string]*node, len(values))
	for i, v := range values {
		t := v.Key.GetToken()
		at := tokenPlace(t)
		if i == 0 && out.key == (place{}) {
			out.at = at
		}
		if first, dup := seen[t.Value]; dup {
			l.problem(at, "duplicate-key", "duplicate key %q, first on line %d, column %d", t.Value, first.line, first.col)
			continue
		}
		seen[t.Value] = at
		value := l.convert(v.Value, child(out.path, t.Value), at)
		out.entries = append(out.entries, entry{t.Value, value})
		out.index[t.Value] = value
	}
}

func child(path []string, name string) []string {
	return append(slices.Clip(path), name)
}

func convertScalar(out *node, n ast.Node) {
	out.kind = scalarNode
	t := n.GetToken()
	switch n := n.(type) {
	case *ast.StringNode:
		out.value, out.style = n.Value, styleOf(t.Type)
	case *ast.LiteralNode:
		out.value, out.style = n.Value.Value, styleOf(t.Type)
	case *ast.BoolNode:
		out.value = n.Value
	case *ast.NullNode:
		out.value = nil
		if t.Type == token.ImplicitNullType && out.key != (place{}) {
			out.at = out.key // an empty value has no place of its own
		}
	case *ast.IntegerNode:
		out.value = n.Value
	case *ast.FloatNode:
		out.value = n.Value
		if math.IsInf(n.Value, 0) || math.IsNaN(n.Value) {
			out.value = t.Value
		}
	default:
		out.value = t.Value
	}
	out.text = t.Value
	if s, ok := out.value.(string); ok {
		out.text = s
	}
	if out.style == plainStyle && strings.Contains(out.text, "\n") {
		out.at.width = 1
	}
}

func styleOf(t token.Type) scalarStyle {
	switch t {
	case token.SingleQuoteType:
		return singleQuoted
	case token.DoubleQuoteType:
		return doubleQuoted
	case token.LiteralType:
		return literalBlock
	case token.FoldedType:
		return foldedBlock
	default:
		return plainStyle
	}
}
