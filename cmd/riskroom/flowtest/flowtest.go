// Package flowtest runs the tests of flows, which are in files next to a config file. Each
// test plays a scenario with package simulate, and compares what happens with what it expects.
//
// file.go and decode*.go read test files. kind.go says what can be expected, expect.go and
// match.go compare, judge.go finds what is wrong, and describe.go, report.go and junit.go
// write it. coverage.go counts what the tests have tried.
package flowtest

import (
	"context"
	"errors"
	"time"

	"riskroom/cmd/riskroom/simulate"
	"riskroom/core/config"
	"riskroom/core/text"
)

// Test is one test of a file.
type Test struct {
	Place
	Name     string
	Scenario simulate.Scenario
	Expect   []Expectation // in the order in which it must happen
	Never    []Expectation
	Complete bool // what flows do, but nothing expects, fails the test
}

// TestResult is how a test went.
type TestResult struct {
	Place
	Name     string
	Took     time.Duration
	Failures []Failure // none: it passed
	Timeline []Line
}

// Result is how the tests of a file went.
type Result struct {
	File, Config string
	Problems     config.Problems // if there is an error among them, no test ran
	Tests        []TestResult
}

// Failed returns how many tests failed.
func (r Result) Failed() int {
	n := 0
	for _, t := range r.Tests {
		if len(t.Failures) > 0 {
			n++
		}
	}
	return n
}

// Run runs a test, and notes in cover what it tries. It may be called at the same time for
// several tests.
func Run(ctx context.Context, cfg *config.Config, t Test, cover *Coverage) (TestResult, error) {
	began := time.Now()
	r := TestResult{Place: t.Place, Name: t.Name}
	played, err := simulate.Run(ctx, cfg, t.Scenario, simulate.Options{Now: t.Scenario.Start, Evaluated: cover.evaluated, Done: cover.done})
	r.Took = time.Since(began)
	switch {
	case ctx.Err() != nil:
		return r, ctx.Err()
	case err != nil:
		f := Failure{t.Place, text.Phrasef("this can't be played: %v", err), text.Phrase{}}
		if at, ok := errors.AsType[*simulate.Error](err); ok {
			f = Failure{Place{at.Line, at.Col}, text.Phrasef("this can't be played: %v", at.Unwrap()), text.Phrase{}}
		}
		r.Failures = []Failure{f}
		return r, nil
	}
	r.Failures, r.Timeline = judge(t, observe(cfg, played.Events), played.Answers)
	return r, nil
}
