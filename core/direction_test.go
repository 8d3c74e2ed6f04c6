package core_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"riskroom/core"
)

func TestIsolate(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"":                                 "",
		"Ledger שלום":                      "Ledger שלום",
		"\u202egnp.exe":                    "\u2068\u202egnp.exe\u2069",
		"\u202eevil\u202c x":               "\u2068\u202eevil\u202c x\u2069",
		"a\u200f":                          "\u2068a\u200f\u2069",
		"\u2067שלום\u2069":                 "\u2067שלום\u2069", // keeps to itself
		"\u2067\u2066x":                    "\u2068\u2067\u2066x\u2069\u2069\u2069",
		"a\u2069\u202eb":                   "\u2068a\u202eb\u2069",
		"plain\r\n\u202ereversed\r\nplain": "plain\r\n\u2068\u202ereversed\u2069\r\nplain",
	} {
		if got := core.Isolate(s); got != want {
			t.Errorf("Isolate(%q) = %q, want %q", s, got, want)
		}
	}
}

// TestNothingLeaks: outside of balanced isolates, a line has no direction marks.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	typed := rapid.StringOf(rapid.SampledFrom([]rune("ab \n\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")))
	rapid.Check(t, func(t *rapid.T) {
		s := core.Isolate(typed.Draw(t, "typed"))
		for line := range strings.SplitSeq(s, "\n") {
			depth := 0
			for _, r := range line {
				switch {
				case r >= '\u2066' && r <= '\u2068':
					depth++
				case r == '\u2069':
					depth--
				}
				if depth < 0 || depth == 0 && r != '\u2069' && r > 'z' {
					t.Fatalf("%q leaks %q", line, r)
				}
			}
			if depth != 0 {
				t.Fatalf("%q is left open", line)
			}
		}
		if again := core.Isolate(s); again != s {
			t.Fatalf("%q is isolated again: %q", s, again)
		}
	})
}
