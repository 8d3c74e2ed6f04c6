package flow

import (
	"testing"
	"time"
	"unicode/utf8"

	"riskroom/core"
	"riskroom/core/calendar"
)

// FuzzCondition: every condition that compiles can be evaluated, and problems point into the
// text.
func FuzzCondition(f *testing.F) {
	for _, s := range []string{
		`status == "pending"`, `fields.amount / 0 > 1 or len(handlers) == 0`, `now - due_at > duration("48h")`,
		`due_at < date("0000-01-01")`, `title matches "(a+)+$"`, `"x" in [title, key] ? true : filled(lead)`, `not not true`, `let x = 1; x`,
		`fields.amount | lower()`, "status\n==\n\"搁置\"", `-(-fields.amount) in [1, 2]`, `[now] == [due_at]`, `$env["status"] == "x"`,
	} {
		f.Add(s)
	}
	s := newScope(ownFields())
	f.Fuzz(func(t *testing.T, source string) {
		c := &compiler{scope: s}
		cond := c.condition("/if", source)
		checkOffsets(t, source, c.problems)
		if cond == nil {
			return
		}
		for _, env := range samples(s) {
			if _, err := cond.Holds(env); err != nil {
				t.Errorf("%q: %v", source, err)
			}
		}
	})
}

// FuzzTemplate: every template that compiles can be rendered, or reports that the result is
// too long.
func FuzzTemplate(f *testing.F) {
	for _, s := range []string{
		"{{ .key }}: {{ .title | truncate 40 }}", `{{ if eq .status "pending" }}a{{ else }}b{{ end }}`, `{{ .handlers | join "; " }}`,
		"{{ define \"x\" }}{{ end }}", "{{/* x */}}{{- .due_at | date -}}", "{{ and .lead (or .due_at 1) }}", "{{ .title | truncate 0x7fffffff }}",
		"{{ `raw` | upper }}", "{{ eq 1 1.0 true .fields.amount }}", "{{ break }}", "{{ .title", "搁置 {{ .x }}", "{{ truncate 'a' .title }}",
	} {
		f.Add(s)
	}
	s := newScope(ownFields())
	f.Fuzz(func(t *testing.T, source string) {
		c := &compiler{scope: s}
		tmpl := c.text("/text", source)
		checkOffsets(t, source, c.problems)
		for _, env := range samples(s) {
			if _, err := tmpl.Render(env); err != nil {
				t.Errorf("%q: %v", source, err)
			}
		}
	})
}

// FuzzPeople: every list that compiles can be resolved to valid Refs.
func FuzzPeople(f *testing.F) {
	for _, s := range []string{"handlers", "lin", "acme:@oncall", "acme/U1", "=fields.reviewers", `=[lead, "x"]`, `=["=x"]`, "=", "@", "a:@b/c"} {
		f.Add(s)
	}
	s := newScope(ownFields())
	f.Fuzz(func(t *testing.T, entry string) {
		c := &compiler{scope: s}
		p := c.people("/to", []string{entry})
		checkOffsets(t, entry, c.problems)
		if c.failed() {
			return
		}
		for _, env := range samples(s) {
			refs, err := p.Refs(env)
			if err != nil {
				t.Errorf("%q: %v", entry, err)
			}
			for _, r := range refs {
				_, isAccount := r.Account()
				_, _, isGroup := r.Group()
				_, isName := r.Name()
				if !isAccount && !isGroup && !isName {
					t.Errorf("%q gives %q, which is nobody", entry, r)
				}
			}
		}
	})
}

// FuzzDelay: every parsed delay is within the limits.
func FuzzDelay(f *testing.F) {
	for _, s := range []string{"1d", "1d12h", "2s", "-1d", "99999999999999999999d", "1h1h", "", "2wd", "1wd4h", "1wd1d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := parseDelay(s)
		if err == nil && (d.Days < 0 || d.Days > maxDelayDays || d.WorkingDays < 0 || d.WorkingDays > calendar.MaxCount || d.Exact < 0 || (d.Days+d.WorkingDays == 0 && d.Exact < minDelay) || d.Exact > maxDelayDays*core.Day) {
			t.Errorf("%q is read as %+v", s, d)
		}
	})
}

// FuzzSchedule: every schedule that compiles is due at some time, and at another one after it.
func FuzzSchedule(f *testing.F) {
	for _, s := range []string{
		"0 9 * * mon-fri", "*/15 8-18/2 1,15 jan-mar *", "0 0 29 2 *", "0 0 31 feb *", "59 23 31 12 7", "TZ=UTC * * * *", "@every 1s", "* * * * * *",
		"0 9 * * fri-mon", "0\u00a09\u3000* * 一", "0 9 L * 5#2", "99999999999999999999 * * * *", "0 9 ? * ?", "1-1/1 * * * *",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		c := &compiler{scope: newScope(nil)}
		s := c.scheduleTrigger("/trigger", TriggerDef{Schedule: source})
		checkOffsets(t, source, c.problems)
		if c.failed() {
			return
		}
		first, ok := s.After(time.Unix(0, 0))
		second, again := s.After(first)
		if !ok || !again || !second.After(first) || first.Second() != 0 {
			t.Errorf("%q is due %s and %s", source, first, second)
		}
	})
}

func checkOffsets(t *testing.T, source string, problems []Problem) {
	t.Helper()
	if len(problems) > 1 {
		t.Errorf("%q has more than one problem: %+v", source, problems)
	}
	for _, p := range problems {
		if p.Offset < -1 || p.Offset > utf8.RuneCountInString(source) || p.Message.IsZero() {
			t.Errorf("%q: %+v", source, p)
		}
	}
}
