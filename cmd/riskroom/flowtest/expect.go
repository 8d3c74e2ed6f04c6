package flowtest

import (
	"slices"
	"strings"
	"time"

	"riskroom/cmd/riskroom/simulate"
	"riskroom/core/text"
)

// Expectation is one entry of expect or never. Fields that are empty say nothing.
type Expectation struct {
	Place
	At     time.Time     // zero: at or after the expectation before it
	Within simulate.Span // how long after At, or after the expectation before it, it may happen
	within string        // as the file has it

	Kind             Kind
	Risk, Flow, Step string
	Person           string   // who gets a message, joins or leaves
	In               string   // the group: item, or a part of its name
	Type             string   // of a group that is created
	Name             string   // a part of the group's name
	Topic, Purpose   string   // likewise
	Members          []string // exactly these; nil says nothing
	ReplyTo          string   // the step of Flow to whose message it replies
	Contains         []string // parts of the text
	Reason           string
	Is               string // the new status or node
}

// Place is a place in a test file, from 1.
type Place struct{ Line, Col int }

// sameEntry reports whether two expectations are of one entry of the file.
func (x Expectation) sameEntry(other Expectation) bool { return x.Place == other.Place }

// allows reports whether what meets x may happen in the minute t, if what it follows happened
// in the minute after.
func (x Expectation) allows(t, after time.Time) bool {
	from := x.At.Truncate(minute)
	switch {
	case x.At.IsZero() && x.Within.IsZero():
		return true
	case x.At.IsZero():
		from = after
	}
	return !t.Before(from) && !t.After(x.Within.After(from))
}

// meets reports whether an event is what x describes, whenever it happens.
func (x Expectation) meets(e Event) bool { return x.Kind == e.Kind && len(x.differences(e)) == 0 }

// differences says in what an event of the same kind differs from x.
func (x Expectation) differences(e Event) []text.Phrase {
	var out []text.Phrase
	differs := func(is bool, says text.Phrase) {
		if is {
			out = append(out, says)
		}
	}
	other := func(want, got string) bool { return want != "" && want != got }
	lacks := func(want, got string) bool { return !strings.Contains(got, want) }
	g, members := e.group(), e.members()
	about := simulate.Subject(e.Risk, e.Flow)
	if about.IsZero() {
		about = text.Phrasef("%s", shown(""))
	}
	differs(other(x.Risk, string(e.Risk)), text.Phrasef("it was about %s", about))
	differs(other(x.Flow, e.Flow), text.Phrasef("the flow was %s", shown(e.Flow)))
	differs(other(x.Step, e.Step), text.Phrasef("the step was %s", shown(e.Step)))
	if other(x.ReplyTo, e.ReplyTo) {
		differs(e.ReplyTo == "", text.Plain("it was no reply"))
		differs(e.ReplyTo != "", text.Phrasef("it replied to %s", e.ReplyTo))
	}
	differs(other(x.Person, e.Person), text.Phrasef("it was %s", shown(e.Person)))
	differs(other(x.Type, string(e.Type)), text.Phrasef("the type was %s", shown(string(e.Type))))
	differs(other(x.Reason, e.Reason), reasonWas(e.Reason))
	differs(other(x.Is, e.Is), text.Phrasef("it became %s", shown(e.Is)))
	differs(x.In != "" && !e.in(x.In), text.Phrasef("it was in #%s", shown(g.Name)))
	differs(lacks(x.Name, g.Name), text.Phrasef("the name was %s", shown(g.Name)))
	differs(lacks(x.Topic, g.Topic), text.Phrasef("the topic was %s", shown(g.Topic)))
	differs(lacks(x.Purpose, g.Purpose), text.Phrasef("the purpose was %s", shown(g.Purpose)))
	differs(x.Members != nil && !sameNames(x.Members, members), text.Phrasef("the members were %s", shown(strings.Join(members, ", "))))
	for _, part := range x.Contains {
		differs(lacks(part, e.Text), text.Phrasef("its text doesn't contain %q", part))
	}
	return out
}

// reasonWas gives a reason as test files have it, with its words.
func reasonWas(code string) text.Phrase {
	if says := why(code); says.String() != shown(code) {
		return text.Phrasef("the reason was %s (%s)", code, says)
	}
	return text.Phrasef("the reason was %s", shown(code))
}

// about reports whether an event concerns the same risk, flow, step and person as x.
func (x Expectation) about(e Event) bool {
	same := func(want, got string) bool { return want == "" || want == got }
	return same(x.Risk, string(e.Risk)) && same(x.Flow, e.Flow) && same(x.Step, e.Step) && same(x.Person, e.Person)
}

// shown returns a value, or a sign for none.
func shown(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// sameNames reports whether two lists have the same names, in any order.
func sameNames(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}
