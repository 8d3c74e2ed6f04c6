package flowtest

import (
	"encoding/xml"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"riskroom/core/text"
)

// The elements of a report as CI servers read it: https://github.com/testmoapp/junitxml.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Time     string      `xml:"time,attr"`
		File     string      `xml:"file,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		File    string        `xml:"file,attr"`
		Line    int           `xml:"line,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitFailure `xml:"failure,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes results as JUnit XML. Texts are in the language of words.
func WriteJUnit(out io.Writer, results []Result, words text.Wording) error {
	all := junitSuites{Name: "riskroom test"}
	var took float64
	for _, r := range results {
		suite := junitSuite{Name: r.File, File: r.File, Tests: len(r.Tests)}
		if n := len(r.Problems); n > 0 {
			suite.Tests, suite.Failures = 1, 1
			suite.Cases = []junitCase{{
				Name: r.File, Class: className(r.File), File: r.File, Line: r.Problems[0].Line, Time: seconds(0),
				Failure: &junitFailure{Message: r.Problems[0].Message, Type: "problem", Text: r.Problems.String()},
			}}
		}
		var sum float64
		for _, t := range r.Tests {
			c := junitCase{Name: t.Name, Class: className(r.File), File: r.File, Line: t.Line, Time: seconds(t.Took.Seconds())}
			sum += t.Took.Seconds()
			if len(t.Failures) > 0 {
				suite.Failures++
				c.Failure = &junitFailure{Message: words.Say(t.Failures[0].Says), Type: "expectation", Text: Report(r.File, t, words)}
			}
			suite.Cases = append(suite.Cases, c)
		}
		suite.Time = seconds(sum)
		took += sum
		all.Tests, all.Failures = all.Tests+suite.Tests, all.Failures+suite.Failures
		all.Suites = append(all.Suites, suite)
	}
	all.Time = seconds(took)
	if _, err := io.WriteString(out, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(out)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(out, "\n")
	return err
}

// className returns what a report calls a file: its path without the extension.
func className(file string) string { return strings.TrimSuffix(file, filepath.Ext(file)) }

func seconds(s float64) string { return fmt.Sprintf("%.3f", s) }
