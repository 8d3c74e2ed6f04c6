package flow

import (
	"slices"
	"strconv"
	"strings"
	"text/template"

	"riskroom/core"
	"riskroom/core/text"
)

// function describes a function of templates.
type function struct {
	name     string
	usage    string
	params   []param
	more     bool // the last parameter may be given several times
	result   kind
	compares bool
}

// param is a parameter of a function.
type param struct {
	what  text.Phrase
	takes func(operand) bool
}

// functions lists the functions of templates.
func functions() []function {
	value := param{text.Plain("a value"), func(operand) bool { return true }}
	comparable := param{text.Plain("a text, a word, a number or a person"), func(o operand) bool { return o.kind != dateKind && o.kind != peopleKind }}
	when := param{text.Plain("a date"), func(o operand) bool { return o.kind == dateKind }}
	people := param{text.Plain("people"), func(o operand) bool { return o.kind == peopleKind }}
	word := param{text.Plain("a text"), func(o operand) bool { return o.kind == textKind }}
	length := param{text.Plain("a whole number"), func(o operand) bool { return o.number }}
	return []function{
		{name: "date", usage: "{{ date .due_at }}", params: []param{when}, result: textKind},
		{name: "datetime", usage: "{{ datetime .due_at }}", params: []param{when}, result: textKind},
		{name: "default", usage: `{{ .resolution | default "none" }}`, params: []param{word, value}, result: textKind},
		{name: "join", usage: `{{ .handlers | join "; " }}`, params: []param{word, people}, result: textKind},
		{name: "truncate", usage: "{{ .title | truncate 40 }}", params: []param{length, value}, result: textKind},
		{name: "upper", usage: "{{ upper .title }}", params: []param{value}, result: textKind},
		{name: "lower", usage: "{{ lower .title }}", params: []param{value}, result: textKind},
		{name: "trim", usage: "{{ trim .title }}", params: []param{value}, result: textKind},
		{name: "eq", usage: `{{ if eq .status "pending" }}`, params: []param{comparable, comparable}, more: true, result: boolKind, compares: true},
		{name: "ne", usage: `{{ if ne .status "pending" }}`, params: []param{comparable, comparable}, result: boolKind, compares: true},
		{name: "and", usage: "{{ if and .lead .due_at }}", params: []param{value}, more: true, result: anyKind},
		{name: "or", usage: "{{ if or .lead .due_at }}", params: []param{value}, more: true, result: anyKind},
		{name: "not", usage: "{{ if not .due_at }}", params: []param{value}, result: boolKind},
	}
}

func functionNames() []string {
	var out []string
	for _, f := range functions() {
		out = append(out, f.name)
	}
	return out
}

// isolateFunc names the function that ends every value. Authors can't write it.
const isolateFunc = "isolate"

// templateFuncs returns the functions, except and, or and not, which are the library's.
func templateFuncs() template.FuncMap {
	return template.FuncMap{
		"date":     func(m *moment) string { return m.day() },
		"datetime": func(m *moment) string { return m.String() },
		"default": func(otherwise string, v any) string {
			if s := display(v); s != "" {
				return s
			}
			return otherwise
		},
		"join":     func(between string, p *peopleList) string { return p.join(between) },
		"truncate": func(n int, v any) string { return truncate(n, display(v)) },
		"upper":    func(v any) string { return strings.ToUpper(display(v)) },
		"lower":    func(v any) string { return strings.ToLower(display(v)) },
		"trim":     func(v any) string { return strings.TrimSpace(display(v)) },
		"eq": func(a any, others ...any) bool {
			return slices.ContainsFunc(others, func(b any) bool { return code(a) == code(b) })
		},
		"ne": func(a, b any) bool { return code(a) != code(b) },

		isolateFunc: func(v any) string { return core.Isolate(display(v)) },
	}
}

// truncate returns at most n characters of s.
func truncate(n int, s string) string { return core.Shorten(s, n) }

// code returns the form of v that is compared.
func code(v any) string {
	if w, ok := v.(*word); ok && w != nil {
		return w.code
	}
	return display(v)
}

// display returns v as templates show it.
func display(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case interface{ String() string }:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}
