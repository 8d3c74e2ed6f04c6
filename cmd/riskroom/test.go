package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"riskroom/cmd/riskroom/flowtest"
	"riskroom/core/config"
	"riskroom/core/text"
)

// formatJUnit is the XML that CI servers read.
const formatJUnit = "junit"

type testFlags struct {
	run, format string
	coverage    bool
	least       int
}

func newTest(s environment) *cobra.Command {
	var f testFlags
	c := &cobra.Command{
		Use:   "test [FILE...]",
		Short: s.say("Run the tests of flows that are next to config files"),
		Long: s.say(`test plays what each test of a file describes, and compares what the flows did with
what the test expects: who gets which message when, which groups are created with
whom, and what must never happen. riskroom.yaml is tested by riskroom_test.yaml.
If FILE is a folder, test runs every file in it and below whose name ends in
_test.yaml. Without FILE, that is the working directory.

It is simulate that plays a test: engine, adapters and bots are the ones that serve
uses, workspaces are emulated, and the clock jumps. Nobody is contacted, and secrets
needn't be set.

For a test that fails, test prints each reason with its position, and a timeline:
lines with - were expected and didn't happen, lines with + happened and must not.

--coverage lists what no test has tried: flows and steps that were never carried out,
and conditions that were never true or never false. Conditions that are joined by
"and", "or" or "not" count one by one.

docs/testing-flows.md explains the files.

Exit codes: 0 all tests passed, 1 a test failed, a file has problems or the coverage
is too low, 2 the command line is wrong or a file cannot be read.`),
		Example: `  riskroom test
  riskroom test riskroom_test.yaml --run reminder
  riskroom test --coverage --coverage-min 90
  riskroom test --format junit > report.xml`,
		RunE: func(c *cobra.Command, files []string) error { return testFlows(c.Context(), s, f, files) },
	}
	c.Flags().StringVar(&f.run, "run", "", s.say("only tests whose name matches this regular expression"))
	c.Flags().BoolVar(&f.coverage, "coverage", false, s.say("list what no test has tried"))
	c.Flags().IntVar(&f.least, "coverage-min", 0, s.say("fail if less than so many percent of a config file's flows were tried"))
	formatFlag(s, c, &f.format, formatText, formatJSON, formatJUnit)
	return c
}

// testFlows runs the tests of files and prints how they went.
func testFlows(ctx context.Context, s environment, f testFlags, names []string) error {
	if err := oneOf(f.format, formatText, formatJSON, formatJUnit); err != nil {
		return err
	}
	run, err := regexp.Compile(f.run)
	switch {
	case err != nil:
		return misuse("--run: %v", err)
	case f.least < 0 || f.least > 100:
		return misuse("--coverage-min is a number from 0 to 100")
	}
	if names, err = namedTests(names); err != nil {
		return err
	}
	t := tester{s: s, run: run, covers: map[string]*flowtest.Coverage{}}
	for _, name := range names {
		if err := t.file(ctx, name); err != nil {
			return err
		}
	}
	if t.ran == 0 && f.run != "" && !t.broken() {
		return misuse("--run: no test has a name that matches %q", f.run)
	}
	return t.print(f)
}

// namedTests returns the test files that a command line names, each once: files, and those of
// folders. Without any name they are those of the working directory.
func namedTests(args []string) ([]string, error) {
	if len(args) == 0 {
		args = []string{"."}
	}
	var all []string
	for _, arg := range args {
		names := []string{arg}
		if info, err := os.Stat(arg); err == nil && info.IsDir() {
			if names, err = testFiles(arg); err != nil {
				return nil, err
			}
		}
		for _, name := range names {
			same := func(other string) bool { return filepath.Clean(other) == filepath.Clean(name) }
			if !slices.ContainsFunc(all, same) {
				all = append(all, name)
			}
		}
	}
	return all, nil
}

// testFiles returns the test files in a folder and below it. Hidden folders are left out.
func testFiles(in string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(in, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != in && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules"):
			return fs.SkipDir
		case d.IsDir() || !flowtest.IsTestFile(name):
			return nil
		}
		src, err := readNamed(name)
		if err == nil && !flowtest.IsConfig(src) {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return nil, misuse("cannot look for test files: %v", withoutSyscall(err))
	}
	if len(names) == 0 {
		return nil, misuse("there is no test file in %s or below: name one, or write riskroom_test.yaml next to riskroom.yaml", in)
	}
	return names, nil
}

// tester runs the tests of several files.
type tester struct {
	s       environment
	run     *regexp.Regexp
	results []flowtest.Result
	covered []*flowtest.Coverage // in the order of the files
	covers  map[string]*flowtest.Coverage
	ran     int
}

// file runs the tests of one file. What is wrong with the file is part of the result.
func (t *tester) file(ctx context.Context, name string) error {
	if !flowtest.IsTestFile(name) {
		if ext := filepath.Ext(name); ext == ".yaml" || ext == ".yml" {
			return misuse("%s is no test file: its tests are in %s", name, strings.TrimSuffix(name, ext)+flowtest.Suffix+ext)
		}
		return misuse("%s is no test file: their names end in %s", name, flowtest.Suffix+".yaml")
	}
	src, err := readConfig(t.s, name)
	if err != nil {
		return err
	}
	read, err := readTests(t.s, name, src)
	if err != nil {
		return err
	}
	r := flowtest.Result{File: name, Config: read.config, Problems: read.problems}
	if len(read.problems) == 0 {
		tests := slices.DeleteFunc(read.tests, func(one flowtest.Test) bool { return !t.run.MatchString(one.Name) })
		t.ran += len(tests)
		if r.Tests, err = runTests(ctx, read.cfg, tests, t.coverage(r.Config, read.cfg)); err != nil {
			return err
		}
	}
	t.results = append(t.results, r)
	return nil
}

// testsRead is a test file that was read with its config file.
type testsRead struct {
	config   string
	cfg      *config.Config
	tests    []flowtest.Test
	problems config.Problems // of the test file or, if it has none, errors of the config file
}

// readTests reads a test file and the config file that it tests.
func readTests(s environment, name string, src []byte) (r testsRead, err error) {
	file := flowtest.Parse(name, src, flowtest.Options{Language: s.language(), Chinese: s.phrases()})
	if r.problems = file.Problems(); len(r.problems) > 0 {
		return r, nil
	}
	r.config = file.Config()
	var problems config.Problems
	r.cfg, problems, err = load(s, r.config, config.UnsetIsFilled)
	switch unread, ok := errors.AsType[misused](err); {
	case ok:
		file.NoConfig(unread.says)
	case err != nil:
		return r, err
	case r.cfg == nil:
		r.problems = problems.Errors()
		return r, nil
	default:
		r.tests = file.Tests(r.cfg)
	}
	r.problems = file.Problems()
	return r, nil
}

// coverage returns what the tests of a config file have tried so far.
func (t *tester) coverage(name string, cfg *config.Config) *flowtest.Coverage {
	name = filepath.Clean(name)
	if t.covers[name] == nil {
		t.covers[name] = flowtest.NewCoverage(name, cfg)
		t.covered = append(t.covered, t.covers[name])
	}
	return t.covers[name]
}

// runTests runs tests side by side.
func runTests(ctx context.Context, cfg *config.Config, tests []flowtest.Test, cover *flowtest.Coverage) ([]flowtest.TestResult, error) {
	results := make([]flowtest.TestResult, len(tests))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, one := range tests {
		group.Go(func() (err error) {
			results[i], err = flowtest.Run(ctx, cfg, one, cover)
			return err
		})
	}
	return results, group.Wait()
}

// broken reports whether a file has problems.
func (t *tester) broken() bool {
	return slices.ContainsFunc(t.results, func(r flowtest.Result) bool { return len(r.Problems) > 0 })
}

// print prints the results, and returns errReported unless all is well.
func (t *tester) print(f testFlags) error {
	var err error
	switch f.format {
	case formatJSON:
		err = printJSON(t.s.stdout, t.json(f))
	case formatJUnit:
		err = flowtest.WriteJUnit(t.s.stdout, t.results, t.s.words())
	default:
		t.text(f)
	}
	low, tell := false, t.s.stdout
	if f.format != formatText {
		tell = t.s.stderr
	}
	for _, c := range t.covered {
		if c.Percent() < f.least {
			low = true
			fmt.Fprintln(tell, t.s.say("FAIL %s: its coverage is less than %d%%", c.Config, f.least))
		}
	}
	failed := slices.ContainsFunc(t.results, func(r flowtest.Result) bool { return r.Failed() > 0 || len(r.Problems) > 0 })
	if err == nil && (failed || low) {
		return errReported
	}
	return err
}

// text prints the results for people.
func (t *tester) text(f testFlags) {
	for _, r := range t.results {
		if len(r.Problems) > 0 {
			fmt.Fprint(t.s.stdout, r.Problems.String())
			fmt.Fprintln(t.s.stdout, t.s.say("FAIL %s: %s", r.File, text.Count(len(r.Problems), "%d problem", "%d problems")))
			continue
		}
		count := text.Count(len(r.Tests), "%d test", "%d tests")
		if n := r.Failed(); n > 0 {
			for _, one := range r.Tests {
				if len(one.Failures) > 0 {
					fmt.Fprintln(t.s.stdout, t.s.say("FAIL %s", one.Name))
					fmt.Fprintln(t.s.stdout, flowtest.Report(r.File, one, t.s.words()))
				}
			}
			fmt.Fprintln(t.s.stdout, t.s.say("FAIL %s: %s, %d failed", r.File, count, n))
			continue
		}
		fmt.Fprintln(t.s.stdout, t.s.say("ok   %s: %s", r.File, count))
	}
	if !f.coverage && f.least == 0 {
		return
	}
	for _, c := range t.covered {
		fmt.Fprintln(t.s.stdout, t.s.say("coverage of %s: %d%%", c.Config, c.Percent()))
		for _, p := range c.Parts() {
			if !p.Covered {
				fmt.Fprintf(t.s.stdout, "  %s\n", t.s.words().Say(p.Says()))
			}
		}
	}
}
