package core_test

import (
	"net/url"
	"strings"
	"testing"

	"riskroom/core"
)

func TestLinked(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                "",
		"no address":                      "",
		"see https://a.example/x?y=1#z.":  "https://a.example/x?y=1#z",
		"(https://a.example/a_(b)), then": "https://a.example/a_(b)",
		"见https://a.example/对账，再看 HTTP://B.example": "https://a.example/ HTTP://B.example",
		"<https://evil.example/?a=1&b=2|click>":     "https://evil.example/?a=1&b=2",
		"[x](https://a.example)":                    "https://a.example",
		"javascript:alert(1) ftp://a.example":       "",
		"https://bank.example@evil.example/":        "",
		"https:// https://? xhttps://a.example":     "",
		"https://a.example/shorten…":                "",
		"https://a.example/%zz":                     "",
		"https://a.example:99/\u202Egnp.exe":        "https://a.example:99/",
	} {
		var links []string
		for _, s := range core.Linked(text) {
			if s.Kind == core.HyperlinkSpan {
				links = append(links, s.URL)
			}
		}
		if got := strings.Join(links, " "); got != want {
			t.Errorf("%q has the links %q, want %q", text, got, want)
		}
	}
}

// FuzzLinked checks that links lead where they say, and that no letter is lost.
func FuzzLinked(f *testing.F) {
	f.Add("see https://a.example/x. <!channel> <https://b.example|c> http://[::1]/ 见https://a.example，")
	f.Fuzz(func(t *testing.T, text string) {
		rest := text
		for _, s := range core.Linked(text) {
			if s.Kind == core.HyperlinkSpan {
				u, err := url.Parse(s.URL)
				if err != nil || u.Host == "" || u.User != nil || s.Text != s.URL || !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https") {
					t.Fatalf("%q links to %q as %q", text, s.URL, s.Text)
				}
			}
			next := s.Text
			if s.Kind == core.PlainSpan && !strings.HasPrefix(rest, next) { // it was isolated
				cut := len(rest)
				for i := range rest {
					if core.Isolate(rest[:i]) == next {
						cut = i
					}
				}
				if core.Isolate(rest[:cut]) != next {
					t.Fatalf("%q became %q", rest, next)
				}
				next = rest[:cut]
			}
			rest = rest[len(next):]
		}
		if rest != "" {
			t.Fatalf("%q of %q is lost", rest, text)
		}
	})
}
