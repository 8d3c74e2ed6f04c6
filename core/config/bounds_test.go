package config

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestBounds loads files that try to exhaust the loader. Each is refused for the limit
// that it exceeds, with a short message.
func TestBounds(t *testing.T) {
	t.Parallel()
	many := func(n int, entry func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(entry(i))
		}
		return b.String()
	}
	tests := []struct{ name, src, message string }{
		{"bytes", strings.Repeat("# \n", maxSize), "more than 1048576 bytes"},
		{"keys", many(maxKeys+1, func(i int) string { return "k" + strconv.Itoa(i) + ": 1\n" }), "more than 20000 keys"},
		{"tokens", "a: [" + strings.Repeat("b,", maxTokens) + "]", "more than 200000 words"},
		{"brackets", strings.Repeat("[", 100_000), "nested more than 40 levels deep"},
		{"braces", strings.Repeat("{a: ", 50_000), "nested more than 40 levels deep"},
		{"dashes", strings.Repeat("- ", 50_000), "nested too deeply"},
		{"documents", strings.Repeat("---\n", 50_000), "a second document"},
		{"indentation", many(100, func(i int) string { return strings.Repeat(" ", i) + "a:\n" }), "nested more than 40 levels deep"},
		{"anchors", "a: &a [x]\n" + strings.Repeat("b: [*a, *a]\n", 1000), "anchors (&)"},
		{"zero", "version: 1\x00", "zero byte"},
		{"problems", many(10_000, func(i int) string { return "k" + strconv.Itoa(i) + ": 1\n" }), "more problems than shown here"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg, problems := Load("x.yaml", []byte(tt.src), testOptions())
			if cfg != nil || !strings.Contains(problems.String(), tt.message) {
				t.Errorf("config %v, problems:\n%.500s\nwant %q", cfg != nil, problems, tt.message)
			}
			if n := len(problems); n > maxProblems+1 {
				t.Errorf("%d problems", n)
			}
		})
	}
}

// FuzzLoad checks what holds for any file: no panic, places within the file, a config
// exactly if there is no error, and the same result twice.
func FuzzLoad(f *testing.F) {
	for _, src := range testFiles(f, "testdata/*/*.yaml") {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		cfg, problems := Load("x.yaml", src, testOptions())
		if (cfg == nil) != (len(problems.Errors()) > 0) {
			t.Fatalf("config %v with problems:\n%s", cfg != nil, problems)
		}
		lines := newSource("x.yaml", src, nil).lines
		for _, p := range problems {
			if p.Line < 1 || p.Line > len(lines) || p.Col < 1 || p.Col > utf8.RuneCountInString(lines[p.Line-1])+1 {
				t.Errorf("outside the file: %s", p)
			}
			if p.Message == "" || p.Rule == "" {
				t.Errorf("no message: %#v", p)
			}
		}
		if _, again := Load("x.yaml", src, testOptions()); again.String() != problems.String() {
			t.Errorf("first\n%s\nthen\n%s", problems, again)
		}
	})
}
