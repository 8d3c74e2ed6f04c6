package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	coretext "riskroom/core/text"
	"riskroom/core/text/phrasetest"
)

func TestChinese(t *testing.T) {
	t.Parallel()
	phrasetest.Check(t, Chinese(), []string{"%s", "%s: %s", "%s or %s"}, ".")
}

// TestProblemsInChinese loads every file of testdata/err in Chinese. Places, rules and
// severities are those of the English problems, and no text is left in English.
func TestProblemsInChinese(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/err/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	var all strings.Builder
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		o := testOptions()
		if strings.HasPrefix(filepath.Base(file), "check-") {
			o.Unset = UnsetIsWarning
		}
		_, english := Load(filepath.Base(file), src, o)
		o.Language = coretext.Chinese
		_, chinese := Load(filepath.Base(file), src, o)
		if a, b := outline(english), outline(chinese); a != b {
			t.Errorf("%s: in English\n%s\nin Chinese\n%s", file, a, b)
		}
		for _, p := range chinese {
			fmt.Fprintln(&all, p)
			if p.Hint != "" {
				fmt.Fprintf(&all, "  = %s\n", p.Hint)
			}
			if !hasHan(p.Message) || p.Hint != "" && !hasHan(p.Hint) {
				t.Errorf("not in Chinese: %s, %s", p, p.Hint)
			}
		}
	}
	compare(t, "testdata/chinese.out", all.String())
}

// outline returns the places, rules and severities of problems, which may be in another
// order.
func outline(ps Problems) string {
	var lines []string
	for _, p := range ps {
		lines = append(lines, fmt.Sprintf("%d:%d %s %v %v", p.Line, p.Col, p.Rule, p.Warning, p.Hint != ""))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
