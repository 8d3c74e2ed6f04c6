package config

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	coretext "riskroom/core/text"
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
		before := l.src.text[:i]
		col := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
		l.problem(place{1 + strings.Count(before, "\n"), col, 1}, "syntax", "the file is not UTF-8 text: here is %s", what).
			hint("save it as UTF-8; Windows' Notepad has that under Save as, Encoding")
		return nil
	}
	body, bad := parseYAML(l.src.text)
	if bad != nil {
		l.syntaxProblems(bad)
		return nil
	}
	if body == nil {
		l.problem(place{1, 1, 1}, "syntax", "the file is empty")
		return nil
	}
	root := l.convert(body, nil, place{})
	switch {
	case root.kind == mapNode:
		return root
	case l.keys != nil:
		l.problem(root.at, "type", "the file must be a map of keys, not %s", root.kind.phrase())
	default:
		l.problem(root.at, "type", "the file must be a map of keys such as version and workspaces, not %s", root.kind.phrase())
	}
	return nil
}

// parseYAML parses text after refusing what could exhaust the parser. A panic of the
// parser counts as a syntax error.
func parseYAML(text string) (body ast.Node, bad *fault) {
	defer func() {
		if r := recover(); r != nil {
			body, bad = nil, unparsed(place{1, 1, 1}, "")
		}
	}()
	tokens := lexer.Tokenize(text)
	if bad := refuse(tokens); bad != nil {
		return nil, bad
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		if ye, ok := errors.AsType[yaml.Error](err); ok {
			return nil, unparsed(tokenPlace(ye.GetToken()), ye.GetMessage())
		}
		return nil, unparsed(place{1, 1, 1}, "")
	}
	for _, d := range file.Docs {
		if d.Body == nil || d.Body.Type() == ast.CommentType {
			continue
		}
		if body != nil {
			return nil, refused(d.Body.GetToken(), coretext.Plain("a second document: only one is allowed"))
		}
		body = d.Body
	}
	return body, nil
}

// refused returns a fault at a token.
func refused(t *token.Token, what coretext.Phrase) *fault {
	return &fault{at: tokenPlace(t), what: what, final: true}
}

// refuse returns a fault for unsupported YAML and for excessive nesting.
func refuse(tokens token.Tokens) *fault {
	open, documents, keys := 0, 0, 0
	for i, t := range tokens {
		if i >= maxTokens {
			return refused(t, coretext.Phrasef("the file has more than %d words and signs", maxTokens))
		}
		block := open == 0 && t.Position.Column > maxBlockColumn
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			open++
			if open > maxDepth {
				return refused(t, coretext.Phrasef("nested more than %d levels deep", maxDepth))
			}
		case token.MappingEndType, token.SequenceEndType:
			open--
		case token.SequenceEntryType:
			if block {
				return refused(t, coretext.Plain("nested too deeply"))
			}
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			return unsupported(t, coretext.Plain("anchors (&), aliases (*) and merge keys (<<) are not supported"))
		case token.TagType:
			return unsupported(t, coretext.Plain("tags (!) are not supported"))
		case token.MappingValueType:
			if keys++; keys > maxKeys {
				return refused(t, coretext.Phrasef("the file has more than %d keys", maxKeys))
			}
		case token.MappingKeyType:
			return refused(t, coretext.Plain("complex keys (?) are not supported"))
		case token.DirectiveType:
			return unsupported(t, coretext.Plain("directives (%) are not supported"))
		case token.DocumentHeaderType:
			documents++
			if documents > 1 || slices.ContainsFunc(tokens[:i], content) {
				return refused(t, coretext.Plain("a second document: only one is allowed"))
			}
		default: // part of a value
		}
	}
	return nil
}

// unsupported returns the fault of a sign that may begin a text without quotes.
func unsupported(t *token.Token, what coretext.Phrase) *fault {
	bad := refused(t, what)
	bad.final = false
	if sign := strings.TrimSpace(t.Origin); sign != "" && strings.Contains("&*!%", sign[:1]) {
		bad.remedy = coretext.Phrasef("put text that begins with %s in quotes", sign[:1])
	}
	return bad
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
			p := l.problem(at, "duplicate-key", "duplicate key %q, first on line %d, column %d", t.Value, first.line, first.col)
			if p.hint("keep one of the two"); l.namesItsOwn(out.path) {
				p.hint("keep one of the two, or rename one")
			}
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
