package main

import (
	"time"

	"riskroom/cmd/riskroom/flowtest"
	"riskroom/core/config"
)

// testedAll is what test prints as JSON.
type testedAll struct {
	Files    []testedFile  `json:"files"`
	Coverage []testedFlows `json:"coverage,omitempty"`
}

type testedFile struct {
	File     string          `json:"file"`
	Config   string          `json:"config,omitempty"`
	Problems config.Problems `json:"problems,omitempty"`
	Tests    []tested        `json:"tests"`
}

type tested struct {
	Name     string        `json:"name"`
	Line     int           `json:"line"`
	Passed   bool          `json:"passed"`
	Seconds  float64       `json:"seconds"`
	Failures []testFailure `json:"failures,omitempty"`
	Timeline []testLine    `json:"timeline,omitempty"` // of a test that failed
}

type testFailure struct {
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

type testLine struct {
	At   time.Time `json:"at"`
	Line int       `json:"line,omitempty"` // of the test file that expects or forbids it
	Mark string    `json:"mark,omitempty"` // "missing" or "surplus"
	What string    `json:"what"`
}

type testedFlows struct {
	Config  string          `json:"config"`
	Percent int             `json:"percent"`
	Parts   []flowtest.Part `json:"parts"`
}

// json returns the results for programs. Texts are in the program's language.
func (t *tester) json(f testFlags) testedAll {
	say := t.s.words().Say
	all := testedAll{Files: []testedFile{}}
	for _, r := range t.results {
		file := testedFile{File: r.File, Config: r.Config, Problems: r.Problems, Tests: []tested{}}
		for _, one := range r.Tests {
			out := tested{Name: one.Name, Line: one.Line, Passed: len(one.Failures) == 0, Seconds: one.Took.Round(time.Millisecond).Seconds()}
			for _, failure := range one.Failures {
				out.Failures = append(out.Failures, testFailure{failure.Line, failure.Col, say(failure.Says), say(failure.Hint)})
			}
			for _, l := range one.Timeline {
				if !out.Passed {
					out.Timeline = append(out.Timeline, testLine{l.At, l.Place.Line, l.Mark.Word(), say(l.Says)})
				}
			}
			file.Tests = append(file.Tests, out)
		}
		all.Files = append(all.Files, file)
	}
	if f.coverage || f.least > 0 {
		for _, c := range t.covered {
			all.Coverage = append(all.Coverage, testedFlows{c.Config, c.Percent(), c.Parts()})
		}
	}
	return all
}
