package flowtest

import (
	"cmp"
	"slices"
	"time"

	"riskroom/cmd/riskroom/simulate"
	"riskroom/core/text"
)

// Failure is one reason why a test fails.
type Failure struct {
	Place             // of the entry in the test file; of the test's name if there is no entry
	Says  text.Phrase // what is wrong
	Hint  text.Phrase // what happened instead, if anything is like it
}

// Line is a line of a test's timeline.
type Line struct {
	At    time.Time
	Place Place // of the entry of the test file, zero if none says it
	Mark  Mark
	Says  text.Phrase
}

// Mark says what is wrong with a line.
type Mark string

// The marks.
const (
	Fine    Mark = " " // it was expected, or may happen
	Missing Mark = "-" // it was expected, and didn't happen
	Surplus Mark = "+" // it happened, and must not
)

// Word returns the mark as a word, "" for Fine.
func (m Mark) Word() string {
	switch m {
	case Missing:
		return "missing"
	case Surplus:
		return "surplus"
	case Fine:
	}
	return ""
}

// judge compares what happened with what a test says.
func judge(t Test, events []Event, answers []simulate.Answer) ([]Failure, []Line) {
	var lines, missing []Line // of the timeline
	failures, wrong := misanswered(answers)
	start := t.Scenario.Start
	met := match(t.Expect, events, start)
	lineOf := make([]*Line, len(events))
	for i, e := range events {
		lineOf[i] = &Line{At: e.At.In(start.Location()), Mark: Fine, Says: e.Says()}
		if at := (Place{e.From.Line, e.From.Col}); wrong[at] {
			lineOf[i].Place, lineOf[i].Mark = at, Surplus
		}
	}
	after, latest := start, start
	for i, x := range t.Expect {
		if i > 0 && !x.sameEntry(t.Expect[i-1]) {
			after = latest
		}
		if e := met[i]; e >= 0 {
			lineOf[e].Place, latest = x.Place, later(latest, events[e].At)
			continue
		}
		failures = append(failures, Failure{x.Place, text.Phrasef("expected, but didn't happen: %s", x.timed()), x.instead(events, met, after.In(start.Location()))})
		missing = append(missing, Line{At: x.expectedAt(after), Place: x.Place, Mark: Missing, Says: x.Says()})
	}
	for _, x := range t.Never {
		for i, e := range events {
			if x.meets(e) && x.allows(e.At.Truncate(minute), start) {
				failures = append(failures, Failure{x.Place, text.Phrasef("must never happen, but did at %s: %s", clockTime(e.At.In(start.Location())), e.Says()), text.Phrase{}})
				lineOf[i].Place, lineOf[i].Mark = x.Place, Surplus
			}
		}
	}
	for i, e := range events {
		if t.Complete && e.mustBeExpected() && lineOf[i].Place == (Place{}) {
			failures = append(failures, Failure{t.Place, text.Phrasef("complete: true, but nothing expects this, at %s: %s", clockTime(e.At.In(start.Location())), e.Says()), text.Phrase{}})
			lineOf[i].Mark = Surplus
		}
		if !lineOf[i].Says.IsZero() {
			lines = append(lines, *lineOf[i])
		}
	}
	lines = append(lines, missing...) // after what happened in the same minute
	slices.SortStableFunc(lines, func(a, b Line) int { return a.At.Truncate(minute).Compare(b.At.Truncate(minute)) })
	slices.SortStableFunc(failures, func(a, b Failure) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col)) })
	return failures, lines
}

// misanswered returns which actions weren't answered as they should, and where they are.
func misanswered(answers []simulate.Answer) ([]Failure, map[Place]bool) {
	var failures []Failure
	wrong := map[Place]bool{}
	for _, a := range answers {
		if w, is := a.Wrong(); is {
			at := Place{w.Line, w.Col}
			failures, wrong[at] = append(failures, Failure{at, w.Says, w.Hint}), true
		}
	}
	return failures, wrong
}

// later returns the later of two moments.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// expectedAt returns where a timeline shows x, if what it follows happened at after.
func (x Expectation) expectedAt(after time.Time) time.Time {
	if x.At.IsZero() {
		return after
	}
	return x.At
}

// timed describes x with its time.
func (x Expectation) timed() text.Phrase {
	switch {
	case x.At.IsZero() && x.Within.IsZero():
		return x.Says()
	case x.At.IsZero():
		return text.Phrasef("%s, within %s of what is expected before it", x.Says(), x.within)
	case x.Within.IsZero():
		return text.Phrasef("%s, at %s", x.Says(), clockTime(x.At))
	}
	return text.Phrasef("%s, at %s or up to %s later", x.Says(), clockTime(x.At), x.within)
}

// instead says what happened in place of x: the event of its kind that is most like it and
// meets no other expectation.
func (x Expectation) instead(events []Event, met []int, after time.Time) text.Phrase {
	best, fewest := -1, 0
	for i, e := range events {
		if e.Kind != x.Kind || slices.Contains(met, i) {
			continue
		}
		// What is about something else is further away than a difference, and that is further
		// than another time.
		n := 2 * len(x.differences(e))
		if !x.about(e) {
			n += 100
		}
		if !x.At.IsZero() && !x.allows(e.At.Truncate(minute), x.At) {
			n++
		}
		if best < 0 || n < fewest {
			best, fewest = i, n
		}
	}
	if best < 0 {
		return text.Phrase{}
	}
	at := events[best].At.In(after.Location())
	switch differs := x.differences(events[best]); {
	case len(differs) > 0:
		return text.Phrasef("the closest, at %s: %s", clockTime(at), list(differs))
	case at.Before(after.Truncate(minute)) && (x.At.IsZero() || x.allows(at.Truncate(minute), x.At)):
		return text.Phrasef("it happened at %s, before the entry above: write entries in the order of time", clockTime(at))
	}
	return text.Phrasef("it happened at %s", clockTime(at))
}
