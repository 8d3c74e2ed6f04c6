package flowtest

import (
	"fmt"
	"strings"
	"time"

	"riskroom/core/text"
)

// Report shows why a test fails: each reason with its place, and what was expected and what
// happened as a timeline.
func Report(file string, t TestResult, words text.Wording) string {
	var b strings.Builder
	for _, f := range t.Failures {
		fmt.Fprintf(&b, "%s:%d:%d: %s\n", file, f.Line, f.Col, words.Say(f.Says))
		if !f.Hint.IsZero() {
			fmt.Fprintf(&b, "  = %s\n", words.Say(f.Hint))
		}
	}
	day := ""
	for _, l := range t.Timeline {
		at := l.At
		if d := at.Format(time.DateOnly); d != day {
			day = d
			fmt.Fprintf(&b, "  %s\n", d)
		}
		fmt.Fprintf(&b, "  %s %s  %s", l.Mark, at.Format("15:04"), words.Say(l.Says))
		if l.Place.Line > 0 {
			fmt.Fprintf(&b, "  [%s]", words.Say(text.Phrasef("line %d", l.Place.Line)))
		}
		b.WriteString("\n")
	}
	return b.String()
}
