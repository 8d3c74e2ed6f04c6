package main

import (
	"cmp"
	"encoding/xml"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestShippedTests runs the tests of the shipped configs, each of which has some. They try
// everything that its flows can do.
func TestShippedTests(t *testing.T) {
	t.Parallel()
	// These have conditions that say again what is always so: a risk that was just filed is
	// pending, and schedules and flows that repeat act on open risks only. And
	// people in a test type commands, so none archives the channel of steps.yaml.
	least := map[string]string{"quiet-hours.yaml": "90", "monday-digest.yaml": "90", "steps.yaml": "60", "reminders.yaml": "80"}
	files, err := filepath.Glob(filepath.Join(root, "configs/*.yaml"))
	files = slices.DeleteFunc(files, func(name string) bool { return strings.HasSuffix(name, "_test.yaml") })
	if err != nil || len(files) < 10 {
		t.Fatalf("%q, %v", files, err)
	}
	for _, file := range sampled(files) {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tests := strings.TrimSuffix(file, ".yaml") + "_test.yaml"
			if r := program(t.Context(), nil, "", "test", tests, "--coverage-min", cmp.Or(least[name], "100")); r.code != exitFine {
				t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
			}
		})
	}
}

// TestTest compares what test prints with golden files.
func TestTest(t *testing.T) {
	t.Parallel()
	const passing, failing = "testdata/flowtest/riskroom_test.yaml", "testdata/flowtest/failing_test.yaml"
	seconds := regexp.MustCompile(`(time="|"seconds": )[0-9.]+`)
	for name, c := range map[string]struct {
		code int
		args []string
	}{
		"flowtest-passing.txt":  {exitFine, []string{passing}},
		"flowtest-coverage.txt": {exitFailed, []string{passing, "--coverage", "--coverage-min", "80"}},
		"flowtest-failing.txt":  {exitFailed, []string{passing, failing}},
		"flowtest-chinese.txt":  {exitFailed, []string{passing, failing, "--coverage", "--lang", "zh-CN"}},
		"flowtest-failing.json": {exitFailed, []string{failing, "--format", "json", "--coverage"}},
		"flowtest-failing.xml":  {exitFailed, []string{passing, failing, "testdata/flowtest/broken_test.yaml", "--format", "junit"}},
		"flowtest-run.txt":      {exitFine, []string{failing, "--run", "^this"}},
		"flowtest-broken.txt":   {exitFailed, []string{"testdata/flowtest/broken_test.yaml", "testdata/flowtest/lost_test.yaml", passing}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := program(t.Context(), nil, "", append([]string{"test"}, c.args...)...)
			if r.code != c.code || r.stderr != "" {
				t.Errorf("exit %d, stderr %q", r.code, r.stderr)
			}
			golden(t, name, seconds.ReplaceAllString(r.stdout, "${1}0"))
			if strings.HasSuffix(name, ".xml") {
				if err := xml.Unmarshal([]byte(r.stdout), new(struct{})); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestTestFiles checks which files are found without any on the command line.
func TestTestFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if names, err := testFiles(dir); err == nil {
		t.Errorf("in an empty folder: %q", names)
	}
	for _, name := range []string{"riskroom.yaml", "b_test.yml", "below/a_test.yaml", ".git/c_test.yaml", "node_modules/d_test.yaml", "e_test.json", "config_test.yaml"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(map[bool]string{true: "workspaces: {}\n"}[name == "config_test.yaml"]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	names, err := testFiles(dir)
	if got := strings.ReplaceAll(strings.Join(names, " "), dir, "."); err != nil || got != "./b_test.yml ./below/a_test.yaml" {
		t.Errorf("found %s, %v", got, err)
	}
}

// TestTestFolder checks that a folder stands for its test files, and that none runs twice.
func TestTestFolder(t *testing.T) {
	t.Parallel()
	config, err := filepath.Abs("testdata/flowtest/riskroom.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	below := filepath.Join(dir, "below")
	empty := filepath.Join(dir, "empty")
	for _, d := range []string{below, empty} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	one, two := filepath.Join(dir, "one_test.yaml"), filepath.Join(below, "two_test.yaml")
	for _, file := range []string{one, two} {
		src := "config: " + config + "\n" + readFile(t, "testdata/flowtest/riskroom_test.yaml")
		if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := program(t.Context(), nil, "", "test", below, dir, one)
	if r.code != exitFine || strings.Count(r.stdout, "ok ") != 2 || strings.Index(r.stdout, two) > strings.Index(r.stdout, one) {
		t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	r = program(t.Context(), nil, "", "test", empty)
	if r.code != exitMisused || !strings.Contains(r.stderr, "there is no test file in "+empty+" or below") {
		t.Errorf("an empty folder: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

func TestTestMisuse(t *testing.T) {
	t.Parallel()
	const passing = "testdata/flowtest/riskroom_test.yaml"
	for says, args := range map[string][]string{
		"its tests are in testdata/flowtest/riskroom_test.yaml": {"testdata/flowtest/riskroom.yaml"},
		"their names end in _test.yaml":                         {"testdata/help.txt"},
		"no_test.yaml: no such file":                            {"testdata/flowtest/no_test.yaml"},
		"no test has a name that matches":                       {passing, "--run", "xyz"},
		"--run: error parsing regexp":                           {passing, "--run", "("},
		"--coverage-min is a number from 0 to 100":              {passing, "--coverage-min", "101"},
		`"tap" is not one of text, json, junit`:                 {passing, "--format", "tap"},
	} {
		r := program(t.Context(), nil, "", append([]string{"test"}, args...)...)
		if r.code != exitMisused || r.stdout != "" || !strings.Contains(r.stderr, says) {
			t.Errorf("%q: exit %d\n%s%s", args, r.code, r.stdout, r.stderr)
		}
	}
}

// TestTestingFlowsPage runs the example of docs/testing-flows.md, and checks its report of a
// test that fails.
func TestTestingFlowsPage(t *testing.T) {
	t.Parallel()
	page := readFile(t, filepath.Join(root, "docs/testing-flows.md"))
	_, example, _ := strings.Cut(page, "```yaml\n")
	example, rest, _ := strings.Cut(example, "```")
	dir := t.TempDir()
	file := filepath.Join(dir, "riskroom_test.yaml")
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	flows := readFile(t, "testdata/flowtest/riskroom.yaml")
	write("riskroom.yaml", flows)
	write("riskroom_test.yaml", example)
	if r := program(t.Context(), nil, "", "test", file); r.code != exitFine || !strings.Contains(r.stdout, "2 tests") {
		t.Errorf("the example: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	write("riskroom.yaml", strings.Replace(flows, "after: 1d", `after: 1d, at: "09:00"`, 1))
	_, report, _ := strings.Cut(rest, "```\nFAIL ")
	report, _, _ = strings.Cut(report, "```")
	r := program(t.Context(), nil, "", "test", file)
	if got := strings.ReplaceAll(r.stdout, dir+"/", ""); r.code != exitFailed || !strings.HasPrefix(got, "FAIL "+report) {
		t.Errorf("the page shows\n%s\nexit %d\n%s", report, r.code, got)
	}
}
