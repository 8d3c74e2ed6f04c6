package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"riskroom/cmd/riskroom/simulate"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// planWriter writes a plan as text.
type planWriter struct {
	s    environment
	out  io.Writer
	zone *time.Location
	err  error // the first one
}

func (w *planWriter) line(indent int, p text.Phrase) {
	if w.err == nil {
		_, w.err = fmt.Fprintln(w.out, strings.Repeat("  ", indent)+w.s.words().Say(p))
	}
}

// blank writes an empty line.
func (w *planWriter) blank() {
	if w.err == nil {
		_, w.err = fmt.Fprintln(w.out)
	}
}

func (w *planWriter) write(p engine.FilePlan) {
	w.line(0, text.Count(p.Risks, "Compared with %d risk that is open or has a timer.", "Compared with %d risks that are open or have a timer."))
	if len(p.Flows)+len(p.Lost)+p.Enters.Count+p.Due.Count == 0 {
		w.line(0, text.Plain("The file changes nothing about them."))
		return
	}
	if p.Enters.Count > 0 {
		w.line(0, text.Phrasef("%s the first node of the process: %s", text.Count(p.Enters.Count, "%d open risk enters", "%d open risks enter"), w.named(p.Enters)))
	}
	for _, f := range p.Flows {
		w.flow(f)
	}
	if lost := lostValues(p); len(lost) > 0 {
		w.blank()
		w.line(0, text.Plain("Open risks have values that the file no longer has:"))
		for _, v := range lost {
			w.line(1, text.Phrasef("%s: %s", lostText(v), w.named(p.Lost[v])))
		}
	}
	if p.Due.Count > 0 {
		w.due(p)
	}
}

func (w *planWriter) flow(f engine.FlowPlan) {
	w.blank()
	if f.Gone {
		w.line(0, text.Phrasef("%s: not in the file", f.Name))
	} else {
		w.line(0, text.Phrasef("%s", f.Name))
	}
	w.timers(f.Moved, text.Count(f.Moved.Count, "%d timer moves", "%d timers move"))
	w.timers(f.Added, text.Count(f.Added.Count, "%d timer is added", "%d timers are added"))
	w.timers(f.Dropped, text.Count(f.Dropped.Count, "%d timer is dropped", "%d timers are dropped"))
	w.timers(f.Late, text.Count(f.Late.Count, "%d timer is dropped, because it would be due already", "%d timers are dropped, because they would be due already"))
	w.timers(f.Reworded, text.Count(f.Reworded.Count, "%d timer stays and follows the new text", "%d timers stay and follow the new text"))
	w.timers(f.Pinned, text.Count(f.Pinned.Count, "%d run keeps its earlier text", "%d runs keep their earlier text"))
}

// timers writes what happens to timers, if there are any, and the first of them.
func (w *planWriter) timers(t engine.Some[engine.TimerPlan], what text.Phrase) {
	if t.Count == 0 {
		return
	}
	w.line(1, what)
	for _, one := range t.First {
		about := simulate.Subject(one.Run.Risk, one.Run.Flow)
		switch at := w.at; {
		case !one.Late.IsZero():
			w.line(2, text.Phrasef("%s: %s → %s", about, at(one.From), at(one.Late)))
		case one.From.Equal(one.To) || one.To.IsZero():
			w.line(2, text.Phrasef("%s: %s", about, at(one.From)))
		case one.From.IsZero():
			w.line(2, text.Phrasef("%s: %s", about, at(one.To)))
		default:
			w.line(2, text.Phrasef("%s: %s → %s", about, at(one.From), at(one.To)))
		}
	}
	w.more(2, t.Count-len(t.First))
}

func (w *planWriter) more(indent, n int) {
	if n > 0 {
		w.line(indent, text.Phrasef("and %d more (--all)", n))
	}
}

// due warns of what would be sent at once.
func (w *planWriter) due(p engine.FilePlan) {
	t := p.Totals()
	w.blank()
	w.line(0, text.Phrasef("! DUE AT ONCE: %s, with %s", text.Count(p.Due.Count, "%d run", "%d runs"), text.Count(t.Messages, "%d message", "%d messages")))
	for _, to := range byCount(p.Messages) {
		w.line(1, text.Phrasef("%s to %s", text.Count(p.Messages[to], "%d message", "%d messages"), to))
	}
	for _, to := range byCount(p.Posts) {
		w.line(1, text.Phrasef("%s in the group %s", text.Count(p.Posts[to], "%d message", "%d messages"), to))
	}
	if p.Creates > 0 {
		w.line(1, text.Count(p.Creates, "%d new group", "%d new groups"))
	}
	if p.Walks > 0 {
		w.line(1, text.Count(p.Walks, "%d schedule is due, whose messages are not counted", "%d schedules are due, whose messages are not counted"))
	}
	var runs []string
	for _, d := range p.Due.First {
		runs = append(runs, d.Run.String())
	}
	w.line(1, text.Phrasef("%s", strings.Join(runs, ", ")))
	w.more(1, p.Due.Count-len(runs))
}

// byCount returns the names, those with the most first.
func byCount(n map[string]int) []string {
	return slices.SortedFunc(maps.Keys(n), func(a, b string) int { return cmp.Or(n[b]-n[a], strings.Compare(a, b)) })
}

// named returns how many risks there are, and the first of them.
func (w *planWriter) named(r engine.SomeRisks) string {
	var keys []string
	for _, key := range r.First {
		keys = append(keys, string(key))
	}
	names := strings.Join(keys, ", ")
	if n := r.Count - len(keys); n > 0 {
		return names + " " + w.s.say("and %d more (--all)", n)
	}
	return names
}

// at formats a time in the zone of the config file.
func (w *planWriter) at(t time.Time) string {
	return t.In(cmp.Or(w.zone, time.UTC)).Format("2006-01-02 15:04")
}

// lostValues returns the values that the file doesn't have, in order.
func lostValues(p engine.FilePlan) []engine.LostValue {
	return slices.SortedFunc(maps.Keys(p.Lost), func(a, b engine.LostValue) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Name, b.Name))
	})
}

func lostText(v engine.LostValue) text.Phrase {
	switch v.Kind {
	case engine.LostField:
		return text.Phrasef("the field %s", v.Name)
	case engine.LostType:
		return text.Phrasef("the field %s, which has another type now", v.Name)
	case engine.LostOption:
		return text.Phrasef("the option %s", v.Name)
	case engine.LostNode:
		return text.Phrasef("the node %s", v.Name)
	case engine.LostModule:
		return text.Phrasef("the module %s", v.Name)
	default:
		return text.Phrasef("the person %s", v.Name)
	}
}
