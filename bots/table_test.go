package bots

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/core/text"
)

// TestTheTableIsWhole: every command is worded in every language, is called as no
// other one, and can be given on a line as well as by options.
func TestTheTableIsWhole(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{})
	for _, lang := range text.Languages() {
		p := b.text.In(lang)
		for _, e := range b.commands {
			for _, id := range []string{e.name, e.name + ".more", "section." + e.section} {
				said := p.S("commands.help."+id, text.Args{
					"Command": "/risk", "Fields": "title", "EditFields": "title", "Statuses": "Pending", "Module": "Payments", "Zone": "UTC",
				})
				if strings.HasPrefix(said, "!") {
					t.Errorf("%s: help lacks %s", lang, said)
				}
			}
		}
		for _, s := range leaves(b.Commands()) {
			if said := s.Help(p); strings.HasPrefix(said, "!") {
				t.Errorf("%s: %v lacks %s", lang, s.Path, said)
			}
			for _, a := range s.Args {
				if a.Option != "" && strings.HasPrefix(a.Help(p), "!") {
					t.Errorf("%s: %v %s lacks %s", lang, s.Path, a.Name, a.Help(p))
				}
			}
		}
	}
	called(t, b.commands)
	for _, s := range leaves(b.Commands()) {
		var seen []string
		for _, a := range s.Args {
			if !a.keyed() && a.take == nil || a.Option == "" && a.Required {
				t.Errorf("%v: %s can be given in one way only", s.Path, a.Name)
			}
			if slices.Contains(seen, a.Name) || a.Option != "" && slices.Contains(seen, "-"+a.Option) {
				t.Errorf("%v: %s is there twice", s.Path, a.Name)
			}
			seen = append(seen, a.Name, "-"+a.Option)
		}
	}
}

// leaves returns the commands that have none below them.
func leaves(all []Spec) []Spec {
	var out []Spec
	for _, s := range all {
		if out = append(out, leaves(s.Subs)...); len(s.Subs) == 0 {
			out = append(out, s)
		}
	}
	return out
}

// called checks the words for commands that stand at one place.
func called(t *testing.T, all []*entry) {
	t.Helper()
	if len(all) > 25 {
		t.Errorf("%d commands at one place: Discord takes 25", len(all))
	}
	seen := map[string]string{}
	for _, e := range all {
		if !regexp.MustCompile(`^[a-z]{1,32}$`).MatchString(e.name) {
			t.Errorf("%q is not a name that every platform takes", e.name)
		}
		if e.handle == nil || len(e.subs) > 0 && len(e.args) > 0 {
			t.Errorf("%s has no handler, or arguments besides the commands below it", e.fullName())
		}
		for _, w := range e.words() {
			if seen[w] != "" || w != strings.ToLower(w) || strings.ContainsAny(w, " :：") {
				t.Errorf("%q for %s cannot be typed, or is for %s too", w, e.fullName(), seen[w])
			}
			seen[w] = e.fullName()
		}
		called(t, e.subs)
	}
}

// TestLinesBecomeArguments: a line and options end in the same arguments.
func TestLinesBecomeArguments(t *testing.T) {
	t.Parallel()
	b := newBot(t, &fakeEngine{})
	for line, want := range map[string]struct {
		path string
		args Values
		left string
	}{
		"show 17":                            {"show", Values{"risk": {"R-17"}}, ""},
		"show 17 now":                        {"show", Values{"risk": {"R-17"}}, "now"},
		"status R-17 In Progress a b":        {"status", Values{"risk": {"R-17"}, "status": {"in_progress"}, "note": {"a b"}}, ""},
		"状态 已处理：修好了":                         {"status", Values{"status": {"resolved"}, "note": {"修好了"}}, ""},
		"status 17 module:x":                 {"status", Values{"risk": {"R-17"}}, "module:x"},
		"Group Free r-1":                     {"group release", Values{"risk": {"R-1"}}, ""},
		"group":                              {"group show", Values{}, ""},
		"group 17":                           {"group show", Values{"risk": {"R-17"}}, ""},
		"group t-3":                          {"group show", Values{"risk": {"T-3"}}, ""},
		"group settings 17":                  {"group settings", Values{"risk": {"R-17"}}, ""},
		"group dissolve":                     {"group", Values{}, "dissolve"},
		"list mine module:core banking late": {"list", Values{"what": {"mine late"}, "module": {"core banking"}}, ""},
		"link ab cd YES":                     {"link", Values{"code": {"abcd"}, "sure": {"YES"}}, ""},
		"link off":                           {"link", Values{"unlink": {"here"}}, ""},
		"link 移除 @wei":                       {"link", Values{"unlink": {"@wei"}}, ""},
		"? list":                             {"help", Values{"topic": {"list"}}, ""},
		"new a severity:high b":              {"new", Values{"title": {"a b"}, "severity": {"high"}}, ""},
	} {
		c, r := b.route(typed(line))
		if r.entry == nil || r.entry.fullName() != want.path {
			t.Errorf("%q leads to %+v", line, r.entry)
			continue
		}
		c.Typed.read(r.entry)
		if diff := cmp.Diff(want.args, c.Typed.Args); diff != "" || c.Typed.left != want.left {
			t.Errorf("%q leaves %q, arguments (-want +got):\n%s", line, c.Typed.left, diff)
		}
	}
}
