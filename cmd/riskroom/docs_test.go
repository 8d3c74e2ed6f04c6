package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"riskroom/core/store/storetest"
)

// pages returns all Markdown files of the repository, by name.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && name != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules") {
			return fs.SkipDir
		}
		if err == nil && strings.HasSuffix(name, ".md") {
			all[name] = readFile(t, name)
		}
		return err
	})
	if err != nil || len(all) < 6 {
		t.Fatalf("%d pages: %v", len(all), err)
	}
	return all
}

// snippets returns the lines in a page's code blocks that begin with prefix, without
// their comments.
func snippets(page, prefix string) []string {
	var lines []string
	inside := false
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			inside = !inside
		} else if inside && strings.HasPrefix(line, prefix) {
			line, _, _ = strings.Cut(line, "  #")
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// TestLinks checks that no page has a broken link.
func TestLinks(t *testing.T) {
	t.Parallel()
	for name, page := range pages(t) {
		for _, link := range regexp.MustCompile(`\]\(([^)#]+)`).FindAllStringSubmatch(page, -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), link[1])); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// named matches a file or folder of the repository in prose, help and examples, up
// to a placeholder such as <kind>.
var named = regexp.MustCompile(`(?:^|[\s("\x60])((?:\.ci|adapters|bots|cmd|configs|core|docs)/[A-Za-z0-9_/.-]*[A-Za-z0-9_])(?:[.]?[<*{])?`)

// TestNamedFiles checks that every file of the repository exists that a page, a
// command's help or an example names.
func TestNamedFiles(t *testing.T) {
	t.Parallel()
	all := pages(t)
	for _, pattern := range []string{"testdata/help*.txt", filepath.Join(root, "configs/*.yaml")} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) < 4 {
			t.Fatalf("%s: %q, %v", pattern, files, err)
		}
		for _, name := range files {
			all[name] = readFile(t, name)
		}
	}
	seen := 0
	for name, page := range all {
		for _, m := range named.FindAllStringSubmatch(page, -1) {
			seen++
			path := filepath.Join(root, m[1])
			if strings.ContainsAny(m[0][len(m[0])-1:], "<*{") {
				path += "*"
			}
			if found, err := filepath.Glob(path); len(found) == 0 {
				t.Errorf("%s names %s, which does not exist: %v", name, m[1], err)
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d names found", seen)
	}
}

// TestCommandsOfPages checks every command line in a page.
func TestCommandsOfPages(t *testing.T) {
	t.Parallel()
	seen := 0
	for name, page := range pages(t) {
		for _, line := range append(snippets(page, "riskroom "), snippets(page, "./riskroom ")...) {
			words := strings.Fields(line)[1:]
			if !regexp.MustCompile(`^[a-z]+$`).MatchString(words[0]) {
				continue // output that begins with the program's name and version
			}
			seen++
			command := "riskroom " + words[0]
			if words[0] == "runs" || words[0] == "manifest" {
				command += " " + words[1]
			}
			r := program(t.Context(), nil, "", append(words, "--help")...)
			if r.code != exitFine || !strings.Contains(r.stdout, "Usage:\n  "+command+" ") {
				t.Errorf("%s: %s: exit %d\n%s%s", name, line, r.code, r.stdout, r.stderr)
			}
		}
	}
	if seen < 8 {
		t.Errorf("only %d commands are shown", seen)
	}
}

// TestCommandsOfOperations runs the page's commands for runs, and checks that the
// scripts in CONTRIBUTING exist.
func TestCommandsOfOperations(t *testing.T) {
	t.Parallel()
	page := readFile(t, root+"/docs/operations/operations.md")
	lines := snippets(page, "riskroom runs ")
	if len(lines) != 4 {
		t.Fatalf("the commands are %q", lines)
	}
	d := newRunsBundle(t)
	for _, line := range lines {
		line = strings.NewReplacer("riskroom.yaml", d.config, "RUN", d.parked.String()).Replace(line)
		if r := program(t.Context(), d.env, "", strings.Fields(line)[1:]...); r.code != exitFine || r.stdout == "" {
			t.Errorf("%s: exit %d\n%s%s", line, r.code, r.stdout, r.stderr)
		}
	}
	for _, line := range snippets(readFile(t, root+"/CONTRIBUTING.md"), ".ci/") {
		if _, err := os.Stat(filepath.Join(root, strings.Fields(line)[0])); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// TestUserOfRedis checks that the rights in the page are enough for serve.
func TestUserOfRedis(t *testing.T) {
	t.Parallel()
	_, rest, _ := strings.Cut(readFile(t, root+"/docs/operations/operations.md"), "`ACL SETUSER app on >password ")
	rights, _, found := strings.Cut(rest, "`")
	if !found {
		t.Fatal("the page has no command for a user")
	}
	p := storetest.Start(t, append([]string{"--user", "app", "on", ">password"}, strings.Fields(rights)...)...)
	s := startServeIn(t, serveConfig, false, map[string]string{
		"REDIS_URL": strings.Replace(p.URL, "unix://", "unix://app:password@", 1), "PREFIX": "riskroom",
	})
	reply, err := s.slack.SlashCommand(t.Context(), "U0MEI", "", "/risk", "new Ledger is off by one module:Payments")
	if err != nil || reply.Message == nil || !strings.Contains(reply.Message.Plain, "R-1") {
		t.Fatalf("reply %+v: %v", reply, err)
	}
	eventually(t, "lin gets a message", func() bool { return len(s.slack.DMs("U0LIN")) == 1 })
	s.end(t)
}
