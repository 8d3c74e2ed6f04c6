package config

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
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
		english, err := os.ReadFile(strings.TrimSuffix(file, ".yaml") + ".out")
		if err != nil {
			t.Fatal(err)
		}
		o.Language = coretext.Chinese
		_, chinese := Load(filepath.Base(file), src, o)
		if a, b := outline(string(english)), outline(chinese.String()); a != b {
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

var headline = regexp.MustCompile(`(?m)^\S+\.yaml(:\d+:\d+): (warning: |警告：)?.*(\[[a-z-]+\])$`)

// outline returns the places, severities and rules of problems, which may be in another
// order.
func outline(problems string) string {
	var lines []string
	for _, m := range headline.FindAllStringSubmatch(problems, -1) {
		lines = append(lines, fmt.Sprint(m[1], m[2] != "", m[3]))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
