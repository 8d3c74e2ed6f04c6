package flow

import (
	"strings"
	"testing"

	"riskroom/core"
)

// templateOf compiles one template as a message's text. problem is "" if there is none.
func templateOf(t *testing.T, source string) (tmpl *Template, offset int, problem string) {
	t.Helper()
	c := &compiler{scope: newScope(ownFields())}
	c.scope.zone = zone(t, "Asia/Shanghai")
	tmpl = c.text("/steps/0/send_message/text", source)
	for _, p := range c.problems {
		return nil, p.Offset, p.Message.String()
	}
	return tmpl, 0, ""
}

func TestTemplateRenders(t *testing.T) {
	t.Parallel()
	full, empty, chinese := testEnv(t, "en"), emptyEnv(t, "en"), testEnv(t, "zh-CN")
	for _, tt := range []struct{ source, full, empty, chinese string }{
		{"{{ .key }}: {{ .title }}", "R-17: Ledger is off by one", "R-17: x", "R-17: Ledger is off by one"},
		{"{{ .status }}/{{ .severity }}", "Pending/High", "Pending/", "待处理/高"},
		{"{{ .discovered_at | date }}", "1 Mar 2026", "3 Mar 2026", "2026年3月1日"},
		{"{{ datetime .due_at }}", "10 Mar 2026, 09:00", "", "2026年3月10日 09:00"},
		{"{{ .due_at }}", "10 Mar 2026, 09:00", "", "2026年3月10日 09:00"},
		{`{{ .due_at | date | default "no date" }}`, "10 Mar 2026", "no date", "2026年3月10日"},
		{`{{ .lead | default "nobody" }}`, "Wei", "nobody", "Wei"},
		{"{{ .handlers }}", "Lin, @oncall", "", "Lin、@oncall"},
		{`{{ .handlers | join " + " }}`, "Lin + @oncall", "", "Lin + @oncall"},
		{"{{ .submitter }}", "Ada", "", "Ada"},
		{"{{ .fields.amount }} {{ .fields.customer }} {{ .fields.kind }}", "1200.5 ACME Money matters", "", "1200.5 ACME Money matters"},
		{"{{ .fields.review_on | date }} {{ .fields.reviewers }}", "5 Mar 2026 Wei, Lin", "", "2026年3月5日 Wei、Lin"},
		{"{{ upper .module }}{{ lower .module }}{{ .title | trim | truncate 6 }}", "PAYMENTSpaymentsLedge…", "x", "PAYMENTSpaymentsLedge…"},
		{`{{ if eq .status "pending" "shelved" }}wait{{ else }}done{{ end }}`, "wait", "wait", "wait"},
		{`{{ if ne .severity "high" }}calm{{ else if .lead }}led{{ end }}`, "led", "calm", "led"},
		{`{{ if and .due_at (not .resolution) }}a{{ else if or .fields.amount .lead }}b{{ else }}c{{ end }}`, "b", "c", "b"},
		{`{{ if eq .fields.amount 1200.5 }}same{{ end }}{{ if eq .fields.kind "money" }}!{{ end }}`, "same!", "", "same!"},
		{`{{ if eq .lead "wei" }}it is wei{{ end }}{{ eq .key "R-17" }}`, "it is weitrue", "true", "it is weitrue"},
		{`{{ if .handlers }}some{{ end }}{{ if .fields.review_on }}day{{ end }}{{ if .status }}s{{ end }}`, "somedays", "s", "somedays"},
		{`{{ .fields.kind | default (upper .module) }}`, "Money matters", "", "Money matters"},
		{"a {{- /* left out */ -}} b\n\n{{ .description }}\n", "ab\n\nsince\nMonday", "ab", "ab\n\nsince\nMonday"},
		{"no values } at {all", "no values } at {all", "no values } at {all", "no values } at {all"},
	} {
		tmpl, _, problem := templateOf(t, tt.source)
		if problem != "" {
			t.Errorf("%s: %s", tt.source, problem)
			continue
		}
		for _, w := range []struct {
			env  Env
			want string
		}{{full, tt.full}, {empty, tt.empty}, {chinese, tt.chinese}} {
			if got, err := tmpl.Render(w.env); err != nil || got != w.want {
				t.Errorf("%s = %q, %v, want %q", tt.source, got, err, w.want)
			}
		}
	}
}

func TestTemplateProblems(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		source string
		offset int
		says   string
	}{
		{"标题 {{ .titel }}", 6, "there is no .titel; did you mean .title? values are .key, .title, .module"},
		{"{{ .fields.amuont }}", 10, "there is no .fields.amuont; did you mean .fields.amount? values are .key"},
		{"{{ .amount }}", 3, "there is no .amount; did you mean .fields.amount?"},
		{"{{ .Title }}", 3, "did you mean .title?"},
		{"{{ .fields }}", 3, "there is no .fields; values are"},
		{"{{ .title.x }}", 9, "there is no .title.x"},
		{"{{ . }}", 3, ". can't be used here; values are .key"},
		{"{{ $ }}", 3, "variables can't"},
		{"{{ $x := .title }}", 3, "variables can't"},
		{"{{ nil | upper }}", 3, "nil can't be used here"},
		{"{{ range .handlers }}{{ end }}", -2, "range can't be used here: only values"},
		{"{{ with .lead }}{{ end }}", -2, "with can't be used here"},
		{`{{ define "x" }}{{ end }}`, -2, "define and block can't be used here"},
		{`{{ block "x" . }}{{ end }}`, -2, "can't be used here"},
		{`{{ template "x" }}`, -2, "template can't be used here"},
		{`{{ printf "%s" .title }}`, 3, `there is no function "printf"; functions are date, datetime, default`},
		{`{{ .title | html }}`, 12, `there is no function "html"`},
		{`{{ call .title }}`, 3, "there is no function"},
		{`{{ index .handlers 0 }}`, 3, "there is no function"},
		{`{{ .title | .key }}`, 12, "only a function can follow |"},
		{`{{ .title .key }}`, 10, ".title is not a function"},
		{`{{ "x" .key }}`, 7, "is not a function"},
		{`{{ eq .status "open" }}`, 14, `status is never "open"; it is one of pending`},
		{`{{ eq "open" .severity }}`, 6, "low, medium"},
		{`{{ eq .due_at "x" }}`, 6, "this is a date"},
		{`{{ eq .status }}`, 3, `eq is written {{ if eq .status "pending" }}`},
		{`{{ date .title }}`, 8, "date takes a date here, but this is a text"},
		{`{{ .title | date }}`, 3, "date takes a date here"},
		{`{{ or .due_at .title | date }}`, -2, "date takes a date here"},
		{`{{ join ", " .title }}`, 13, "join takes people here"},
		{`{{ .title | truncate 0 }}`, 21, "truncate takes a whole number"},
		{`{{ .title | truncate "x" }}`, 21, "truncate takes a whole number"},
		{`{{ .title | truncate 1.5 }}`, 21, "truncate takes a whole number"},
		{`{{ truncate }}`, 3, "truncate is written"},
		{`{{ default .lead .title }}`, 11, "default takes a text here"},
		{`{{ eq upper "X" }}`, 6, "in parentheses"},
		{`{{ (date .due_at).x }}`, -2, "can't be used here"},
		{"one\n{{ .title }\n", 4, `"}" is not expected here`},
		{"{{ if .title }}", -2, "an if is never closed by {{ end }}"},
		{"{{ .title", 0, "{{ is never closed by }}"},
		{"{{ }}", 0, "a value is missing between {{ and }}"},
		{"{{ if }}{{ end }}", 0, "a value is missing"},
		{`{{ default "x .title }}`, 0, "a quote is never closed"},
		{"{{ default “无” .title }}", 0, "“ can't be used here: write plain signs"},
		{"{{ end }}", 0, "{{ end }} without an {{ if }}"},
		{"{{ break }}", -2, ""},
		{strings.Repeat("{{ .key }}", 40), 253, "more than 50 parts"},
		{strings.Repeat("x", maxText) + "y", -1, "at most"},
	} {
		_, offset, problem := templateOf(t, tt.source)
		switch {
		case problem == "" || !strings.Contains(problem, tt.says):
			t.Errorf("%.60s: problem %q, want %q in it", tt.source, problem, tt.says)
		case tt.offset != -2 && offset != tt.offset:
			t.Errorf("%.60s: at %d, want %d (%s)", tt.source, offset, tt.offset, problem)
		}
	}
}

func TestTemplateShowsContentAsTyped(t *testing.T) {
	t.Parallel()
	tmpl, _, problem := templateOf(t, "{{ .title }}")
	if problem != "" {
		t.Fatal(problem)
	}
	env := testEnv(t, "en")
	const hostile = "{{ .key }} <@U1> @everyone *b* \u202e <b>&amp;"
	env.Risk.Title = hostile
	if got, err := tmpl.Render(env); err != nil || got != core.Isolate(hostile) {
		t.Errorf("got %q, %v, want %q", got, err, core.Isolate(hostile))
	}
}

func TestTemplateIsolatesValues(t *testing.T) {
	t.Parallel()
	tmpl, _, problem := templateOf(t, `{{ if .title }}{{ .title | truncate 4 }} ({{ .module }}){{ else }}-{{ end }}`)
	if problem != "" {
		t.Fatal(problem)
	}
	env := testEnv(t, "en")
	env.Risk.Title = "\u202eabcdef"
	if got, err := tmpl.Render(env); err != nil || got != "\u2068\u202eab…\u2069 (Payments)" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestTemplateLimit(t *testing.T) {
	t.Parallel()
	tmpl, _, problem := templateOf(t, "{{ .description }}{{ .title }}")
	if problem != "" {
		t.Fatal(problem)
	}
	env := testEnv(t, "en")
	env.Risk.Title, env.Risk.Description = "x", strings.Repeat("险", maxText-1)
	if got, err := tmpl.Render(env); err != nil || len([]rune(got)) != maxText {
		t.Errorf("at the limit: %d characters, %v", len([]rune(got)), err)
	}
	env.Risk.Title = "xy"
	if got, err := tmpl.Render(env); err != nil || got != env.Risk.Description+"…" {
		t.Errorf("beyond the limit: %d characters, %v", len([]rune(got)), err)
	}
	env.Risk.Title, env.Risk.Description = strings.Repeat(" ", maxText)+"x", "a"
	if got, err := tmpl.Render(env); err != nil || got != "a…" {
		t.Errorf("cut within spaces: %q, %v", got, err)
	}
	c := &compiler{scope: newScope(nil)}
	if c.line("/title", strings.Repeat("x", maxLine+1)+"{{ .title }}"); len(c.problems) != 1 || !strings.Contains(c.problems[0].Message.String(), "at most 1000") {
		t.Errorf("a literal beyond the limit: %v", c.problems)
	}
}

func TestTemplateLength(t *testing.T) {
	t.Parallel()
	fields := map[string]FieldDef{"kind": {Type: core.SelectField, Options: []string{strings.Repeat("k", 90)}}, "note": {}}
	for source, want := range map[string][2]int{
		"":                                  {0, 0},
		"{{ oops":                           {0, 0},
		"three":                             {5, 5},
		"{{.key}}!":                         {1, longestKey + 1},
		"{{ .title }} in {{ .module }}":     {4, core.MaxTitle + longestLabel + 4},
		"{{ .description | truncate 100 }}": {0, 100},
		"{{ truncate 10 .key }}{{ upper .resolution }}":                           {0, 10 + core.MaxNote},
		`{{ .fields.note | default "none" }}`:                                     {0, core.MaxDescription},
		`{{ if .due_at }}due {{ date .due_at }}{{ else }}no date at all{{ end }}`: {4, longestDate + 4},
		"{{ .fields.kind }}{{ .submitter }}":                                      {0, 90 + longestName},
	} {
		if least, most := (Def{Fields: fields}).TemplateLength(source); least != want[0] || most != want[1] {
			t.Errorf("%s: %d to %d, want %v", source, least, most, want)
		}
	}
}

func TestLineHasNoLineBreaks(t *testing.T) {
	t.Parallel()
	c := &compiler{scope: newScope(nil)}
	tmpl := c.line("/steps/0/create_group/name", "{{ .title }}\n  {{ .key }}\r\n")
	env := testEnv(t, "en")
	env.Risk.Title = "a  b\u2028c"
	if got, err := tmpl.Render(env); err != nil || got != "a  b c R-17" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestNoTemplateIsEmpty(t *testing.T) {
	t.Parallel()
	var tmpl *Template
	if got, err := tmpl.Render(Env{}); got != "" || err != nil {
		t.Errorf("a nil template = %q, %v", got, err)
	}
}
