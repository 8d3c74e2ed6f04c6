package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"riskroom/core/text"
)

// TestHelp keeps every help text in a golden file, so that a change of what
// people read is seen in review.
func TestHelp(t *testing.T) {
	t.Parallel()
	var visit func(c *cobra.Command, args []string)
	visit = func(c *cobra.Command, args []string) {
		t.Run(strings.Join(append([]string{"riskroom"}, args...), " "), func(t *testing.T) {
			t.Parallel()
			r := program(t.Context(), nil, "", append(args[:len(args):len(args)], "--help")...)
			if r.code != exitFine || r.stderr != "" {
				t.Errorf("exit %d, stderr %q", r.code, r.stderr)
			}
			if len(args) > 0 && !c.HasSubCommands() && !strings.Contains(r.stdout, "Examples:") {
				t.Error("the help has no examples")
			}
			for i, line := range strings.Split(r.stdout, "\n") {
				if len([]rune(line)) > 100 {
					t.Errorf("line %d is too wide for a terminal: %s", i+1, line)
				}
			}
			chinese := program(t.Context(), nil, "", append(args[:len(args):len(args)], "--help", "--lang", "zh-CN")...)
			if chinese.code != exitFine || chinese.stderr != "" {
				t.Errorf("in Chinese: exit %d, stderr %q", chinese.code, chinese.stderr)
			}
			for _, line := range strings.Split(chinese.stdout, "\n") {
				if text.Cells(line) > 100 {
					t.Errorf("too wide for a terminal: %s", line)
				}
			}
			golden(t, "zh-help"+strings.Join(append([]string{""}, args...), "-")+".txt", chinese.stdout)
			golden(t, "help"+strings.Join(append([]string{""}, args...), "-")+".txt", r.stdout)
		})
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() && sub.Name() != "help" {
				visit(sub, append(args[:len(args):len(args)], sub.Name()))
			}
		}
	}
	visit(newRoot(environment{lookup: lookupIn(nil)}), nil)
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"chek"}, `unknown command "chek"`},
		{[]string{"check"}, "which files"},
		{[]string{"check", "--frmat", "json", "x"}, "unknown flag: --frmat"},
		{[]string{"check", "--format", "xml", "x"}, `"xml" is not one of text, json`},
		{[]string{"check", "testdata/no-such-file.yaml"}, "testdata/no-such-file.yaml: no such file"},
		{[]string{"check", "testdata"}, "testdata: is a directory"},
		{[]string{"version", "now"}, `unknown command "now"`},
		{[]string{"serve", "riskroom.yaml"}, "pass the config file with a flag: --config riskroom.yaml"},
		{[]string{"demo", "my.yml"}, "--config my.yml"},
		{[]string{"runs", "list", "parked"}, `riskroom runs list takes only flags, not "parked"`},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			t.Parallel()
			r := program(t.Context(), nil, "", c.args...)
			if r.code != exitMisused {
				t.Errorf("exit %d, want %d", r.code, exitMisused)
			}
			if r.stdout != "" {
				t.Errorf("stdout: %q", r.stdout)
			}
			if !strings.Contains(r.stderr, c.says) || !strings.Contains(r.stderr, "--help") {
				t.Errorf("stderr lacks %q or a pointer to the help:\n%s", c.says, r.stderr)
			}
		})
	}
}

// TestSchema checks that the line with which the examples begin names the file that
// is written next to a copy of one.
func TestSchema(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "riskroom.yaml")
	if err := os.WriteFile(file, []byte(readFile(t, filepath.Join(root, "configs/minimal.yaml"))), 0o600); err != nil {
		t.Fatal(err)
	}
	r := program(t.Context(), nil, "", "schema", file)
	_, name, _ := strings.Cut(strings.SplitN(readFile(t, file), "\n", 2)[0], "$schema=")
	got := readFile(t, filepath.Join(filepath.Dir(file), name))
	if r.code != exitFine || got != readFile(t, filepath.Join(root, "configs/schema.json")) {
		t.Errorf("%+v wrote %d bytes", r, len(got))
	}
	if r := program(t.Context(), nil, "", "schema", file); r.code != exitFine {
		t.Errorf("again: %+v", r)
	}
	foreign := filepath.Join(filepath.Dir(file), name)
	if err := os.WriteFile(foreign, []byte(`{"title":"of somebody else"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := program(t.Context(), nil, "", "schema", file); r.code != exitMisused || !strings.Contains(r.stderr, "move it away") || strings.Contains(readFile(t, foreign), "riskroom") {
		t.Errorf("over a file of somebody else: %+v", r)
	}
	if printed := program(t.Context(), nil, "", "schema"); printed.stdout != got {
		t.Errorf("printed %d bytes", len(printed.stdout))
	}
	if r := program(t.Context(), nil, "", "schema", filepath.Join(t.TempDir(), "no.yaml")); r.code != exitMisused || !strings.Contains(r.stderr, "no.yaml") {
		t.Errorf("of no file: %+v", r)
	}
}

// TestSchemaOfTests writes the schema of test files next to one.
func TestSchemaOfTests(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "riskroom_test.yaml")
	if err := os.WriteFile(file, []byte(readFile(t, filepath.Join(root, "configs/minimal_test.yaml"))), 0o600); err != nil {
		t.Fatal(err)
	}
	want := readFile(t, filepath.Join(root, "configs/test-schema.json"))
	for range 2 { // it is riskroom's own, so it may be written again
		r := program(t.Context(), nil, "", "schema", file)
		if got := readFile(t, filepath.Join(filepath.Dir(file), "test-schema.json")); r.code != exitFine || got != want {
			t.Errorf("%+v wrote %d bytes", r, len(got))
		}
	}
	if r := program(t.Context(), nil, "", "schema", "--test"); r.code != exitFine || r.stdout != want {
		t.Errorf("printed %d bytes, exit %d, %s", len(r.stdout), r.code, r.stderr)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	r := program(t.Context(), nil, "", "version")
	if r.code != exitFine || !strings.HasPrefix(r.stdout, "riskroom ") || !strings.Contains(r.stdout, " go1.") {
		t.Errorf("exit %d: %q", r.code, r.stdout)
	}
}
