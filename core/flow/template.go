package flow

import (
	"bytes"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
	"unicode/utf8"

	"riskroom/core"
)

// Limits of rendered texts, in characters. Platforms have their own, which may be lower.
const (
	maxLine = 1000 // a title, a group's name, topic or purpose
	maxText = 8000 // the text of a message
)

const (
	maxTemplate      = 8000 // characters of a template's source
	maxTemplateNodes = 50
)

// Template is a compiled template: fixed text, {{ .name }} with functions after |, and
// {{ if }} … {{ else }} … {{ end }}.
//
// It can use the same names as a Condition, written .title or .fields.amount. Statuses,
// severities and options are shown as their labels, but eq and ne compare them as the words
// that conditions use. Dates are shown in the flow's zone. A value that is not set is empty
// and counts as false.
//
// The functions are:
//
//	date D, datetime D      a date as a day, or with its time
//	default "text" X        X, or text if X is not set
//	join "; " P             people with another separator than a comma
//	truncate 40 X           at most 40 characters of X, the last of them … if cut
//	upper X, lower X, trim X
//	eq X Y…, ne X Y, and X Y…, or X Y…, not X
type Template struct {
	source string
	tree   *template.Template
	scope  *scope
	name   string // what it is for, in errors: "title"
	limit  int    // characters
	line   bool   // line breaks become spaces
}

// String returns the template as written, "" for nil.
func (t *Template) String() string {
	if t == nil {
		return ""
	}
	return t.source
}

// Render renders t. A result longer than maxLine or maxText is cut and ends in …. A nil
// Template gives "". It fails with Invalid if the template can't be executed.
func (t *Template) Render(env Env) (string, error) {
	if t == nil || t.tree == nil {
		return "", nil
	}
	op := "flow: render " + t.name
	w := &limitedWriter{left: t.limit}
	data := t.scope.fill(func(v variable) any { return shown(v, env, t.scope.zone) })
	err := t.tree.Execute(w, data)
	tooLong := errors.Is(err, errTooLong)
	if err != nil && !tooLong {
		return "", &core.Error{Op: op, Kind: core.Invalid, Detail: "template_failed", Err: err}
	}
	out := strings.TrimSpace(w.String())
	if t.line {
		out = oneLine(out)
	}
	if tooLong {
		runes := []rune(out)
		out = core.Isolate(string(runes[:min(len(runes), t.limit-1)])) + "…"
	}
	return out, nil
}

var lineBreaks = regexp.MustCompile(`[ \t]*[\r\n\x{0085}\x{2028}\x{2029}]\s*`)

// oneLine puts everything on one line.
func oneLine(s string) string {
	return lineBreaks.ReplaceAllString(strings.TrimSpace(s), " ")
}

var errTooLong = errors.New("too long")

// limitedWriter takes a number of characters and fails if there are more, so that a
// template can't fill the memory.
type limitedWriter struct {
	bytes.Buffer
	left int
}

// Write implements io.Writer.
func (w *limitedWriter) Write(p []byte) (int, error) {
	if n := utf8.RuneCount(p); n <= w.left {
		w.left -= n
		return w.Buffer.Write(p)
	}
	w.WriteString(string([]rune(string(p))[:w.left]))
	w.left = 0
	return 0, errTooLong
}

// line compiles the one-line template at path; an empty one is nil.
func (c *compiler) line(path, source string) *Template {
	return c.template(path, source, maxLine, true)
}

// text compiles the template of several lines at path; an empty one is nil.
func (c *compiler) text(path, source string) *Template {
	return c.template(path, source, maxText, false)
}

// clearable compiles the template of a text that may be empty, with line or text: nil if
// the text is left alone.
func clearable(compile func(path, source string) *Template, path string, source *string) *Template {
	switch {
	case source == nil:
		return nil
	case *source == "":
		return &Template{}
	}
	return compile(path, *source)
}

func (c *compiler) template(path, source string, limit int, line bool) *Template {
	if source == "" {
		return nil
	}
	if strings.Contains(source, "｛｛") {
		c.warn(path, RuleTemplate, "｛｛ and ｝｝ show no value: write plain braces, such as {{ .title }}")
	}
	scope := c.scope
	if c.texts != nil {
		scope = c.texts
	}
	t := &Template{source: source, scope: scope, name: path[strings.LastIndexByte(path, '/')+1:], limit: limit, line: line}
	tree, f := parseTemplate(source)
	check := templateCheck{scope: scope, source: source}
	if f == nil {
		f = check.list(tree.Root)
		t.scope = scope.only(check.used)
	}
	if f == nil {
		f = overLimit(scope, tree.Root, limit)
	}
	if f == nil {
		f = t.link(tree)
	}
	if f != nil {
		c.flaw(path, RuleTemplate, f)
		return nil
	}
	return t
}

// link makes t executable, and tries it.
func (t *Template) link(tree *parse.Tree) *flaw {
	isolateValues(tree.Root)
	linked, err := template.New(tree.Name).Option("missingkey=error").Funcs(templateFuncs()).AddParseTree(tree.Name, tree)
	if err != nil {
		return broken()
	}
	t.tree = linked
	for _, env := range samples(t.scope) {
		if _, err := t.Render(env); err != nil {
			return broken()
		}
	}
	return nil
}

// broken returns the flaw of a template that passed every check but doesn't work.
func broken() *flaw {
	return flawAt(-1, "this template can't be used: write text with values such as {{ .title }}")
}

// isolateValues adds isolateFunc to the end of every pipeline.
func isolateValues(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			isolate := parse.NewIdentifier(isolateFunc).SetPos(n.Pos)
			n.Pipe.Cmds = append(n.Pipe.Cmds, &parse.CommandNode{NodeType: parse.NodeCommand, Args: []parse.Node{isolate}})
		case *parse.IfNode:
			isolateValues(n.List)
			isolateValues(n.ElseList)
		}
	}
}

// parseTemplate parses a template.
func parseTemplate(source string) (*parse.Tree, *flaw) {
	if n := utf8.RuneCountInString(source); n > maxTemplate {
		return nil, flawAt(-1, "the template has %d characters; at most %d are allowed", n, maxTemplate)
	}
	// No template can define itself under a name that contains all of it.
	name := source + "#"
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	set := map[string]*parse.Tree{}
	if _, err := tree.Parse(source, "", "", set); err != nil {
		return nil, parseFlaw(source, strings.TrimPrefix(err.Error(), "template: "+name+":"))
	}
	if len(set) > 1 || set[name] == nil {
		return nil, flawAt(-1, "define and block can't be used here")
	}
	return tree, nil
}

// parseFlaw places an error of the template parser, "line: message", at the
// first action on its line. The parser gives the line in this text only; if it
// reads otherwise, the flaw has no place.
func parseFlaw(source, message string) *flaw {
	number, rest, ok := strings.Cut(message, ":")
	line, err := strconv.Atoi(number)
	if !ok || err != nil {
		return flawAt(-1, "%s", templateFault(message))
	}
	start := 0
	for range line - 1 {
		start += strings.IndexByte(source[start:], '\n') + 1
	}
	if i := strings.Index(source[start:], "{{"); i >= 0 && !strings.Contains(source[start:start+i], "\n") {
		start += i
	}
	return flawAt(utf8.RuneCountInString(source[:start]), "%s", templateFault(strings.TrimSpace(rest)))
}
