package flowtest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/cmd/riskroom/simulate"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// at returns a moment some minutes after a test's start.
func at(minutes int) time.Time {
	return time.Date(2026, 3, 2, 9, minutes, 0, 0, time.UTC)
}

// message is a message of a flow to a person.
func message(minutes int, to, content string) Event {
	return Event{Kind: Message, Person: to, Event: simulate.Event{
		At: at(minutes).Add(250 * time.Millisecond), What: simulate.Message, Risk: "R-1", Flow: "remind", Text: content,
	}}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	to := func(name string) Expectation { return Expectation{Kind: Message, Person: name} }
	any := Expectation{Kind: Message}
	timed := func(x Expectation, minutes int) Expectation { x.At = at(minutes); return x }
	within := func(x Expectation, d time.Duration) Expectation { x.Within = simulate.Span{Exact: d}; return x }
	for name, c := range map[string]struct {
		want   []Expectation
		events []Event
		met    []int
	}{
		"in order":                 {[]Expectation{to("lin"), to("dora")}, []Event{message(1, "lin", ""), message(2, "dora", "")}, []int{0, 1}},
		"in the wrong order":       {[]Expectation{to("lin"), to("dora")}, []Event{message(1, "dora", ""), message(2, "lin", "")}, []int{1, -1}},
		"in any order of a minute": {[]Expectation{to("lin"), to("dora")}, []Event{message(1, "dora", ""), message(1, "lin", "")}, []int{1, 0}},
		"each once":                {[]Expectation{to("lin"), to("lin")}, []Event{message(1, "lin", "")}, []int{0, -1}},
		"the vague one makes way":  {[]Expectation{any, to("lin")}, []Event{message(1, "lin", ""), message(1, "dora", "")}, []int{1, 0}},
		"a chain makes way": {
			[]Expectation{any, {Kind: Message, Contains: []string{"a"}}, to("lin")},
			[]Event{message(1, "lin", "a"), message(1, "dora", "a"), message(1, "wei", "b")}, []int{2, 1, 0},
		},
		"exact":                  {[]Expectation{timed(to("lin"), 5)}, []Event{message(4, "lin", ""), message(5, "lin", ""), message(6, "lin", "")}, []int{1}},
		"too late":               {[]Expectation{timed(to("lin"), 5)}, []Event{message(6, "lin", "")}, []int{-1}},
		"up to an hour later":    {[]Expectation{within(timed(to("lin"), 5), time.Hour)}, []Event{message(4, "lin", ""), message(65, "lin", "")}, []int{1}},
		"more than an hour":      {[]Expectation{within(timed(to("lin"), 5), time.Hour)}, []Event{message(66, "lin", "")}, []int{-1}},
		"within, from the start": {[]Expectation{within(to("lin"), time.Hour)}, []Event{message(61, "lin", "")}, []int{-1}},
		"within, from the last":  {[]Expectation{to("lin"), within(to("lin"), time.Hour)}, []Event{message(61, "lin", ""), message(121, "lin", "")}, []int{0, 1}},
		"one that is missing":    {[]Expectation{to("lin"), to("wei"), to("dora")}, []Event{message(1, "lin", ""), message(2, "dora", "")}, []int{0, -1, 1}},
		"another kind":           {[]Expectation{{Kind: Created}}, []Event{message(1, "lin", "")}, []int{-1}},
	} {
		for i := range c.want {
			c.want[i].Line = i + 1
		}
		if d := cmp.Diff(c.met, match(c.want, c.events, at(0))); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
}

// TestMatchOneEntry checks that the recipients of one entry get their messages in any order.
func TestMatchOneEntry(t *testing.T) {
	t.Parallel()
	entry := func(line int, people ...string) (out []Expectation) {
		for _, p := range people {
			out = append(out, Expectation{Place: Place{line, 9}, Kind: Message, Person: p})
		}
		return out
	}
	within := func(d time.Duration, all []Expectation) []Expectation {
		for i := range all {
			all[i].Within = simulate.Span{Exact: d}
		}
		return all
	}
	for name, c := range map[string]struct {
		want   []Expectation
		events []Event
		met    []int
	}{
		"the second one first":          {entry(1, "lin", "ana"), []Event{message(1, "ana", ""), message(5, "lin", "")}, []int{1, 0}},
		"the next entry follows both":   {append(entry(1, "lin", "ana"), entry(2, "wei")...), []Event{message(1, "ana", ""), message(3, "wei", ""), message(5, "lin", "")}, []int{2, 0, -1}},
		"each within, from one moment":  {append(entry(1, "wei"), within(time.Hour, entry(2, "lin", "ana"))...), []Event{message(0, "wei", ""), message(50, "ana", ""), message(61, "lin", "")}, []int{0, -1, 1}},
		"one without a message":         {append(entry(1, "lin", "ana"), entry(2, "wei")...), []Event{message(2, "ana", ""), message(3, "wei", "")}, []int{-1, 0, 1}},
		"the only event is left to one": {append(entry(1, ""), entry(2, "lin", "ana")...), []Event{message(1, "lin", ""), message(1, "ana", ""), message(5, "lin", "")}, []int{0, 2, 1}},
	} {
		if d := cmp.Diff(c.met, match(c.want, c.events, at(0))); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
}

// TestMatchLeavesNothing compares match with every way to assign events to expectations.
func TestMatchLeavesNothing(t *testing.T) {
	t.Parallel()
	people := []string{"a", "b"}
	var each func(n int, f func(digits []int), digits ...int)
	each = func(n int, f func([]int), digits ...int) {
		if len(digits) == n {
			f(digits)
			return
		}
		for d := range 6 {
			each(n, f, append(digits[:len(digits):len(digits)], d)...)
		}
	}
	// A digit is a person, or anybody, in one of two minutes.
	each(3, func(events []int) {
		var all []Event
		for m := range 2 {
			for _, d := range events {
				if d/3 == m {
					all = append(all, message(d/3, append(people, "c")[d%3], ""))
				}
			}
		}
		each(3, func(wants []int) {
			var want []Expectation
			for _, d := range wants {
				x := Expectation{Place: Place{len(want) + 1, 9}, Kind: Message, At: at(d / 3), Within: simulate.Span{Exact: 2 * time.Minute}}
				if d%3 < 2 {
					x.Person = people[d%3]
				}
				want = append(want, x)
			}
			possible := assignable(want, all, at(0), map[int]bool{})
			got := true
			for _, e := range match(want, all, at(0)) {
				got = got && e >= 0
			}
			if got != possible {
				t.Fatalf("expectations %v of events %v: all met %v, possible %v", wants, events, got, possible)
			}
		})
	})
}

// assignable reports whether there is a way to meet all expectations.
func assignable(want []Expectation, events []Event, after time.Time, used map[int]bool) bool {
	if len(want) == 0 {
		return true
	}
	for i, e := range events {
		minute := e.At.Truncate(time.Minute)
		if used[i] || minute.Before(after) || !want[0].allows(minute, after) || !want[0].meets(e) {
			continue
		}
		used[i] = true
		if assignable(want[1:], events, minute, used) {
			delete(used, i)
			return true
		}
		delete(used, i)
	}
	return false
}

func TestJudge(t *testing.T) {
	t.Parallel()
	created := Event{Kind: Created, Type: core.Item, Item: true, Event: simulate.Event{
		At: at(5), What: simulate.GroupCreated, Risk: "R-1", Flow: "meet", Step: "room",
		Group: &simulate.Group{Name: "ledger-r-1", Members: []simulate.Recipient{{Name: "lin"}, {Name: "dora"}}},
	}}
	test := Test{
		Place: Place{3, 5}, Name: "all of it", Complete: true, Scenario: simulate.Scenario{Start: at(0)},
		Expect: []Expectation{
			{Place: Place{5, 9}, Kind: Message, Person: "lin", Flow: "remind", At: at(1), Contains: []string{"has waited"}},
			{Place: Place{6, 9}, Kind: Message, Person: "dora", Contains: []string{"has waited"}},
			{Place: Place{7, 9}, Kind: Created, Type: "item", Members: []string{"lin", "dora", "wei"}, Name: "payments", Within: simulate.Span{Exact: time.Hour}, within: "1h"},
			{Place: Place{7, 20}, Kind: Skipped, Flow: "again", Reason: "no_item_group"},
			{Place: Place{8, 9}, Kind: Status, Risk: "R-1", Is: "resolved"},
		},
		Never: []Expectation{{Place: Place{10, 9}, Kind: Message, Person: "wei"}, {Place: Place{11, 9}, Kind: Message, Person: "wei", At: at(4)}},
	}
	failures, timeline := judge(test, []Event{
		{Event: simulate.Event{At: at(0), What: simulate.Filed, By: "mei", Risk: "R-1"}},
		{Event: simulate.Event{At: at(0), What: simulate.Edit, By: "mei", Risk: "R-1"}},
		message(2, "lin", "R-1 has waited a day\nR-1 Ledger"), message(3, "dora", "hello"), message(3, "wei", "hello"), created,
		{Kind: Skipped, Event: simulate.Event{At: at(6), What: simulate.Skipped, Risk: "R-1", Flow: "again", Reason: "condition"}},
		{Event: simulate.Event{At: at(6), What: simulate.Held, Risk: "R-1", Flow: "meet", Reason: engine.LocalTime}},
		{Kind: GroupMessage, Event: simulate.Event{At: at(7), What: simulate.GroupMessage, Risk: "R-1", Flow: "_note", Group: created.Group, Text: "lin: I asked"}},
	}, nil)
	got := Report("x_test.yaml", TestResult{Failures: failures, Timeline: timeline}, text.Wording{})
	const want = `x_test.yaml:3:5: complete: true, but nothing expects this, at 2026-03-02 09:02: message to lin (R-1, remind): R-1 has waited a day
x_test.yaml:3:5: complete: true, but nothing expects this, at 2026-03-02 09:03: message to dora (R-1, remind): hello
x_test.yaml:3:5: complete: true, but nothing expects this, at 2026-03-02 09:05: creation of the group ledger-r-1 (R-1, meet, room, members dora, lin)
x_test.yaml:5:9: expected, but didn't happen: message to lin (remind): "has waited", at 2026-03-02 09:01
  = it happened at 2026-03-02 09:02
x_test.yaml:6:9: expected, but didn't happen: message to dora: "has waited"
  = the closest, at 2026-03-02 09:03: its text doesn't contain "has waited"
x_test.yaml:7:9: expected, but didn't happen: creation of the group payments (members lin, dora, wei), within 1h of what is expected before it
  = the closest, at 2026-03-02 09:05: the name was ledger-r-1, the members were dora, lin
x_test.yaml:7:20: expected, but didn't happen: skipped: the risk has no group (again)
  = the closest, at 2026-03-02 09:06: the reason was condition (its condition was false)
x_test.yaml:8:9: expected, but didn't happen: new status: resolved (R-1)
x_test.yaml:10:9: must never happen, but did at 2026-03-02 09:03: message to wei (R-1, remind): hello
  2026-03-02
    09:00  mei files R-1
  - 09:00  message to dora: "has waited"  [line 6]
  - 09:00  creation of the group payments (members lin, dora, wei)  [line 7]
  - 09:00  skipped: the risk has no group (again)  [line 7]
  - 09:00  new status: resolved (R-1)  [line 8]
  - 09:01  message to lin (remind): "has waited"  [line 5]
  + 09:02  message to lin (R-1, remind): R-1 has waited a day
  + 09:03  message to dora (R-1, remind): hello
  + 09:03  message to wei (R-1, remind): hello  [line 10]
  + 09:05  creation of the group ledger-r-1 (R-1, meet, room, members dora, lin)
    09:06  skipped: its condition was false (R-1, again)
    09:06  held back (R-1, meet): its time of day comes then
    09:07  message in the group ledger-r-1 (R-1, _note): lin: I asked
`
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestOrderHint checks that a test whose entries are in the wrong order is told so.
func TestOrderHint(t *testing.T) {
	t.Parallel()
	test := Test{Scenario: simulate.Scenario{Start: at(0)}, Expect: []Expectation{
		{Place: Place{5, 9}, Kind: Message, Person: "lin"}, {Place: Place{6, 9}, Kind: Message, Person: "dora", At: at(1)},
	}}
	failures, _ := judge(test, []Event{message(1, "dora", ""), message(2, "lin", "")}, nil)
	if len(failures) != 1 || failures[0].Hint.String() != "it happened at 2026-03-02 09:01, before the entry above: write entries in the order of time" {
		t.Errorf("failures %v", failures)
	}
}

// What happens under R-0 isn't said to be about a risk.
func TestEventsOfNoRisk(t *testing.T) {
	t.Parallel()
	digest := message(0, "lin", "2 wait")
	digest.Risk = "R-0"
	if got, want := digest.Says().String(), "message to lin (schedules, remind): 2 wait"; got != want {
		t.Errorf("it says %q, not %q", got, want)
	}
	x := Expectation{Kind: Message, Risk: "R-1"}
	if got := x.differences(digest); len(got) != 1 || got[0].String() != "it was about schedules" {
		t.Errorf("it differs: %v", got)
	}
}

// TestReplies says what a message was that isn't the reply that is expected.
func TestReplies(t *testing.T) {
	t.Parallel()
	want := Expectation{Kind: Message, Flow: "remind", ReplyTo: "first"}
	for replyTo, says := range map[string]string{"first": "", "second": "it replied to second", "": "it was no reply"} {
		e := message(1, "lin", "")
		e.ReplyTo = replyTo
		got := ""
		if d := want.differences(e); len(d) > 0 {
			got = list(d).String()
		}
		if got != says {
			t.Errorf("a reply to %q: %q, want %q", replyTo, got, says)
		}
	}
	if got, says := want.Says().String(), "message to somebody (remind, reply to first)"; got != says {
		t.Errorf("%q, want %q", got, says)
	}
}
