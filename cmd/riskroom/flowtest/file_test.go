package flowtest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"riskroom/cmd/riskroom/platforms"
	"riskroom/cmd/riskroom/simulate"
	"riskroom/core/config"
	"riskroom/core/text"
	"riskroom/core/text/phrasetest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// demoConfig loads the demo's config file, which has two platforms and a process.
func demoConfig(t testing.TB) *config.Config {
	t.Helper()
	src, err := os.ReadFile("../../../configs/demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return load(t, src)
}

// load loads the text of a config file.
func load(t testing.TB, src []byte) *config.Config {
	t.Helper()
	cfg, problems := config.Load("riskroom.yaml", src, config.Options{
		Format: config.NewFormat(platforms.Settings()), Unset: config.UnsetIsFilled,
		Fill: func(b config.Blank) string {
			if p, ok := platforms.Named(b.Platform); ok {
				return p.Demo.Placeholder(b.Setting.Key)
			}
			return "redis://localhost:6379"
		},
	})
	if cfg == nil {
		t.Fatal(problems)
	}
	return cfg
}

// compare compares got with a file.
func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || got != string(want) {
		t.Errorf("%s, %v; got:\n%s\nwant:\n%s", file, err, got, want)
	}
}

// TestProblems reads every file of testdata/err and compares its problems with the .out file.
// In Chinese, each is at the same place.
func TestProblems(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/err/*.yaml")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	cfg := demoConfig(t)
	var chinese strings.Builder
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		problems := problemsOf(filepath.Base(file), src, cfg, text.English)
		compare(t, strings.TrimSuffix(file, ".yaml")+".out", problems.String())
		translated := problemsOf(filepath.Base(file), src, cfg, text.Chinese)
		if len(problems) == 0 || len(problems) != len(translated) {
			t.Errorf("%s: %d problems, %d in Chinese", file, len(problems), len(translated))
		}
		for _, p := range translated {
			fmt.Fprintf(&chinese, "%s\n", p)
			for _, s := range []string{p.Message, p.Hint} {
				if s != "" && !strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
					t.Errorf("not in Chinese: %s: %s", p, s)
				}
			}
			if p.Hint != "" {
				fmt.Fprintf(&chinese, "  = %s\n", p.Hint)
			}
		}
	}
	compare(t, "testdata/chinese.out", chinese.String())
}

// problemsOf returns what is wrong with a test file.
func problemsOf(name string, src []byte, cfg *config.Config, lang string) config.Problems {
	f := Parse(name, src, Options{Language: lang, Chinese: []map[string]string{simulate.Chinese()}})
	if len(f.Problems()) == 0 {
		f.Tests(cfg)
	}
	return f.Problems()
}

func TestChinese(t *testing.T) {
	t.Parallel()
	phrasetest.Check(t, Chinese(), []string{"%s", "%s, %s", "%s: %s", "%s (%s)"}, ".")
}
