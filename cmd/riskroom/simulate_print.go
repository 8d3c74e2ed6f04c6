package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"riskroom/cmd/riskroom/demo"
	"riskroom/cmd/riskroom/simulate"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// timeline prints what a simulation gave, by day and risk.
type timeline struct {
	s        environment
	zone     *time.Location
	contents bool
	titles   map[core.RiskKey]string
	home     string
}

func newTimeline(s environment, cfg *config.Config, contents bool) *timeline {
	t := &timeline{s: s, zone: cfg.Organisation.Zone, contents: contents}
	if len(cfg.Workspaces) > 1 {
		t.home = cfg.Workspaces[0].Name
	}
	return t
}

func (t *timeline) line(indent int, s string) {
	fmt.Fprintln(t.s.stdout, strings.TrimRight(strings.Repeat("  ", indent)+s, " "))
}

const (
	dayLayout  = "2006-01-02"
	hourLayout = "15:04"
	// timeLayout is for what isn't at a full minute.
	timeLayout = "15:04:05"
)

// print prints everything.
func (t *timeline) print(r *simulate.Result) {
	t.line(0, t.s.say("from %s to %s", t.moment(r.From), t.moment(r.Until)))
	t.titles = r.Titles
	for events := r.Events; len(events) > 0; {
		day := events[0].At.In(t.zone).Format(dayLayout)
		n := slices.IndexFunc(events, func(e simulate.Event) bool { return e.At.In(t.zone).Format(dayLayout) != day })
		if n < 0 {
			n = len(events)
		}
		t.day(day, events[:n])
		events = events[n:]
	}
	if len(r.Events) == 0 {
		t.line(0, t.s.say("nothing happens"))
	}
	for _, l := range r.Late {
		t.line(0, "")
		t.line(0, t.s.say("warning: the flow %s can't keep its schedule: %s late because of a rate limit (%s); one that was due at %s had to wait %s for it",
			l.Flow, text.Count(l.Runs, "%d run is", "%d runs are"), l.Limit, t.moment(l.Due), l.By.Round(time.Second)))
	}
}

func (t *timeline) moment(at time.Time) string {
	return at.In(t.zone).Format(dayLayout + " " + hourLayout)
}

// day prints the events of a day by risk, in the order in which each first has one.
func (t *timeline) day(day string, events []simulate.Event) {
	t.line(0, "")
	at := events[0].At.In(t.zone)
	t.line(0, t.s.say("%s (%s)", day, t.weekday(at.Weekday())))
	bySubject := map[string][]simulate.Event{}
	var subjects []string
	for _, e := range events {
		subject := t.subject(e)
		if bySubject[subject] == nil {
			subjects = append(subjects, subject)
		}
		bySubject[subject] = append(bySubject[subject], e)
	}
	slices.SortStableFunc(subjects, func(a, b string) int {
		return cmp.Compare(bySubject[a][0].Risk.Number(), bySubject[b][0].Risk.Number())
	})
	for _, subject := range subjects {
		t.line(1, subject)
		for _, list := range together(bySubject[subject]) {
			t.events(list)
		}
	}
}

// subject returns what an event is about: a risk with its title, schedules, notices, riskroom
// itself, or no risk, as with /risk list.
func (t *timeline) subject(e simulate.Event) string {
	if e.IsOutage() {
		return "riskroom"
	}
	if e.Risk == "" {
		return t.s.say("no risk")
	}
	return strings.TrimSpace(t.s.words().Say(simulate.Subject(e.Risk, e.Flow)) + " " + t.titles[e.Risk])
}

// together groups events that are the same message to different people.
func together(events []simulate.Event) [][]simulate.Event {
	var out [][]simulate.Event
	for len(events) > 0 {
		n := 1
		for n < len(events) && sameMessage(events[0], events[n]) {
			n++
		}
		out = append(out, events[:n])
		events = events[n:]
	}
	return out
}

func (t *timeline) weekday(d time.Weekday) string {
	return t.s.words().Say([]text.Phrase{
		text.Plain("Sunday"), text.Plain("Monday"), text.Plain("Tuesday"), text.Plain("Wednesday"), text.Plain("Thursday"), text.Plain("Friday"), text.Plain("Saturday"),
	}[d])
}

// sameMessage reports whether two events are the same message to different people, or updates
// of what they see.
func sameMessage(a, b simulate.Event) bool {
	if a.What != b.What || a.IsReply() != b.IsReply() || !a.At.Equal(b.At) || a.Run() != b.Run() || a.Step != b.Step || a.Workspace != b.Workspace {
		return false
	}
	return a.What == simulate.Message && a.Text == b.Text || a.What == simulate.Changed
}

// events prints an event, or a message to several people.
func (t *timeline) events(list []simulate.Event) {
	t.line(2, t.clock(list[0])+"  "+t.says(list))
	if !t.contents {
		return
	}
	for i, one := range list {
		if i == 0 || one.Text != list[i-1].Text {
			t.content(one)
		}
	}
}

// clock returns the time of day of an event.
func (t *timeline) clock(e simulate.Event) string {
	at := e.At.In(t.zone)
	if at.Second() != 0 {
		return at.Format(timeLayout)
	}
	return at.Format(hourLayout)
}

// says says what an event is, or a message to several people.
func (t *timeline) says(list []simulate.Event) string {
	e := list[0]
	var to []string
	for _, one := range list {
		for _, r := range one.To {
			if name := t.recipient(r); e.What != simulate.Changed || !slices.Contains(to, name) { // they may have several cards
				to = append(to, name)
			}
		}
		if one.What == simulate.Changed && one.Group != nil {
			to = append(to, "#"+one.Group.Name)
		}
	}
	who := e.Flow
	switch {
	case e.Flow == engine.SyncFlow && e.What == simulate.Changed:
		who = "" // what is updated says it
	case engine.BuiltIn(e.Flow):
		who = t.s.words().Say(builtInText(e.Flow))
	}
	what := t.what(e, strings.Join(to, ", "))
	if e.Workspace != "" && t.home != "" && e.Workspace != t.home {
		what += " (" + e.Workspace + ")"
	}
	if who == "" {
		return what
	}
	return t.s.say("%s: %s", who, what)
}

func (t *timeline) recipient(r simulate.Recipient) string {
	if r.Unknown {
		return t.s.say("%s (members unknown)", r.Name)
	}
	return r.Name
}

// what says what an event is.
func (t *timeline) what(e simulate.Event, to string) string {
	group := ""
	if e.Group != nil {
		group = "#" + e.Group.Name
	}
	switch e.What {
	case simulate.Filed:
		return t.s.say("%s files it", e.By)
	case simulate.Status, simulate.Edit, simulate.Assign, simulate.Note, simulate.Move:
		return t.s.say("%s: %s", e.By, t.change(e))
	case simulate.Command:
		return t.s.say("%s types %s", e.By, e.Text)
	case simulate.Reply:
		return t.s.say("only %s sees: %s", to, beginning(e.Text))
	case simulate.Wrote:
		return t.s.say("%s writes in %s: %s", e.By, group, beginning(e.Text))
	case simulate.Message:
		if e.IsReply() {
			return t.s.say("reply to %s: %s", to, beginning(e.Text))
		}
		return t.s.say("message to %s: %s", to, beginning(e.Text))
	case simulate.GroupMessage:
		if e.Pinned {
			return t.s.say("message pinned in %s: %s", group, beginning(e.Text))
		}
		if e.IsReply() {
			return t.s.say("reply in %s: %s", group, beginning(e.Text))
		}
		return t.s.say("message in %s: %s", group, beginning(e.Text))
	case simulate.Changed:
		return t.s.say("the card for %s is updated", to)
	case simulate.Deleted:
		return t.s.say("deletes a message in %s: %s", cmp.Or(group, to), beginning(e.Text))
	case simulate.GroupCreated:
		return t.s.say("creates %s with %s", group, t.members(e))
	case simulate.GroupChanged:
		return t.s.say("changes %s: %s", group, e.Group.Topic)
	case simulate.GroupEnded:
		return t.s.say("archives %s", group)
	case simulate.GroupBack:
		return t.s.say("restores %s", group)
	case simulate.Joined:
		return t.s.say("%s joins %s", to, group)
	case simulate.Left:
		return t.s.say("%s leaves %s", to, group)
	case simulate.Stopped:
		return t.s.say("riskroom isn't running until %s", t.moment(e.Until))
	case simulate.Started:
		return t.s.say("riskroom is running again")
	case simulate.Freed, simulate.Skipped, simulate.Failed, simulate.Held, simulate.Parked, simulate.Cancelled:
	}
	said := t.s.words().Say(eventText(e.Trail, t.zone))
	if e.Step != "" {
		return t.s.say("%s: %s", e.Step, said)
	}
	return said
}

// change says what somebody changed of a risk.
func (t *timeline) change(e simulate.Event) string {
	d := e.Trail.Data
	switch e.What {
	case simulate.Status:
		return t.s.say("status %s", d["to"])
	case simulate.Move:
		return t.s.say("to the node %s", d["to"])
	case simulate.Assign:
		return t.s.say("handlers: %s", d["to"])
	case simulate.Note:
		return t.s.say("note: %s", beginning(d["note"]))
	default:
		return t.s.say("edits it")
	}
}

func (t *timeline) members(e simulate.Event) string {
	var names []string
	for _, m := range e.Group.Members {
		names = append(names, t.recipient(m))
	}
	return strings.Join(names, ", ")
}

// content prints a message as its platform shows it, and all of a group.
func (t *timeline) content(e simulate.Event) {
	const indent = 6
	if e.What == simulate.GroupCreated {
		if e.Group.Topic != "" {
			t.line(indent, t.s.say("topic: %s", e.Group.Topic))
		}
		if e.Group.Purpose != "" {
			t.line(indent, t.s.say("purpose: %s", e.Group.Purpose))
		}
	}
	if e.Post != nil {
		for _, l := range demo.Draw(*e.Post) {
			t.line(indent, l)
		}
	}
}

// shownText is how many characters of a text a timeline shows.
const shownText = 70

// beginning returns the beginning of a text on one line.
func beginning(s string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return core.Isolate(core.Shorten(first, shownText))
}
