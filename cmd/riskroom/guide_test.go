package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGuide runs the commands that the guides show and compares their output. Use -update
// after a change.
func TestGuide(t *testing.T) {
	t.Parallel()
	command := regexp.MustCompile("(?s)```console\n\\$ riskroom ([^\n]+)\n(.*?)```")
	for _, name := range []string{"guide.md", "guide.zh-CN.md"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(root, "docs", name)
			page := readFile(t, path)
			if n := len(command.FindAllString(page, -1)); n < 6 {
				t.Fatalf("%d commands", n)
			}
			now := command.ReplaceAllStringFunc(page, func(block string) string {
				typed := command.FindStringSubmatch(block)[1]
				args := strings.Fields(strings.ReplaceAll(typed, "configs/", root+"/configs/"))
				r := program(t.Context(), nil, "", args...)
				out := strings.ReplaceAll(r.stdout, root+"/", "")
				if r.stderr != "" {
					t.Errorf("%s: %s", typed, r.stderr)
				}
				return "```console\n$ riskroom " + typed + "\n" + strings.TrimRight(out, "\n") + "\n```"
			})
			if *update {
				if err := os.WriteFile(path, []byte(now), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(page, now); d != "" {
				t.Errorf("the output differs (-shown +now):\n%s", d)
			}
		})
	}
}

// TestGuideShowsItsFiles checks that what the guides show of config files is in the files.
func TestGuideShowsItsFiles(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(root, "configs", "guide", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%q: %v", files, err)
	}
	lines := map[string]bool{}
	for _, file := range files {
		for line := range strings.Lines(readFile(t, file)) {
			lines[strings.TrimSpace(line)] = true
		}
	}
	for _, name := range []string{"guide.md", "guide.zh-CN.md"} {
		blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(readFile(t, filepath.Join(root, "docs", name)), -1)
		if len(blocks) < 5 {
			t.Errorf("%s: %d blocks", name, len(blocks))
		}
		for _, b := range blocks {
			for line := range strings.Lines(b[1]) {
				if line = strings.TrimSpace(line); !lines[line] {
					t.Errorf("%s: no file in configs/guide has %q", name, line)
				}
			}
		}
	}
}
