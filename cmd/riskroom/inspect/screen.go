package inspect

import (
	"fmt"
	"strings"

	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/text"
)

// Limits of the screen.
const (
	shownProblems = 12
	shownFlows    = 8
)

// screen returns the report as text: a row for each item, followed by what to fix.
func (r Report) screen() string {
	s := screen{words: r.Words}
	redis, flows, addresses, file := s.say("redis"), s.say("flows"), s.say("addresses"), s.say("the file")
	for _, label := range []string{redis, flows, addresses, file} {
		s.width = max(s.width, text.Cells(label))
	}
	for _, w := range r.Workspaces {
		s.width = max(s.width, text.Cells(w.Settings.Name))
	}
	fmt.Fprintf(&s.b, "\n%s\n\n", s.say("Serving %s and %s: %s", text.Count(len(r.Workspaces), "%d workspace", "%d workspaces"),
		text.Count(len(r.Config.Flows), "%d flow", "%d flows"), r.Version))
	for _, w := range r.Workspaces {
		r.showWorkspace(&s, w)
	}
	s.row(redis, s.say("%s, durability %s", storeAt(r.Config), string(r.Config.Durability)))
	for _, f := range r.Stored {
		s.note(f.Weight != store.Note, strings.TrimSpace(f.Node+" "+r.Words.Say(FindingText(f))))
	}
	s.row(flows, s.some(r.flows(), shownFlows))
	if r.Runs != nil {
		s.note(r.Runs[engine.Parked] > 0, r.Words.Say(r.runsText()))
	}
	at := text.Phrasef("%s for /healthz, /readyz and /metrics", r.Admin)
	if r.Listen != "" {
		at = text.Phrasef("%s for platforms, %s", r.Listen, at)
	}
	s.row(addresses, r.Words.Say(at))
	r.showFile(&s, file)
	s.b.WriteByte('\n')
	return s.b.String()
}

// showWorkspace adds a row for a workspace, and its problems.
func (r Report) showWorkspace(s *screen, w *Workspace) {
	name := w.Settings.Name
	if stateOf(w) == stateOK {
		s.row(name, s.say("%s, the bot is %s, %s", w.place(), w.Identity.Bot, w.Inspector.Words().Way))
		for _, p := range r.Findings.Own[name] {
			message := p.Message
			if p.Warning {
				message = s.say("warning: %s", message)
			}
			s.problem(message, p)
		}
		return
	}
	f := w.Inspector.Unable(w.Failure)
	s.row(name, "! "+s.say("%s; its runs wait", f.Message))
	s.row("", "  = "+r.Words.Say(f.Hint))
}

// showFile adds the problems of the file and of what it names.
func (r Report) showFile(s *screen, label string) {
	answered := len(r.Findings.Answered)
	switch {
	case len(r.File) > 0:
		s.row(label, r.Words.Say(text.Count(len(r.File), "%d problem", "%d problems")))
	case answered == 0, !r.Findings.Whole: // not enough is known
	case answered < len(r.Workspaces):
		s.row(label, s.say("everything that it names exists in the workspaces that respond"))
	default:
		s.row(label, s.say("everyone and everything that it names exists"))
	}
	for i, p := range r.File {
		if i == shownProblems {
			s.note(true, s.say("and %d more: riskroom check --online %s", len(r.File)-i, p.File))
			break
		}
		s.problem(p.String(), p)
	}
	if !r.Findings.Whole {
		s.row("", "! "+s.say("the check was stopped after %v and is incomplete; run riskroom check --online", Within))
	}
}

func (r Report) runsText() text.Phrase {
	line := text.Count(r.Runs[engine.Armed], "%d run armed", "%d runs armed")
	if n := r.Runs[engine.Parked]; n > 0 {
		line = text.Phrasef("%s, %d parked: riskroom runs list", line, n)
	}
	return line
}

// columns is the assumed width of the screen.
const columns = 100

// screen formats rows: a label with its text, and notes below it, marked if there is
// something to do.
type screen struct {
	b     strings.Builder
	words text.Wording
	width int // of the labels
}

// say returns a phrase in the screen's language.
func (s *screen) say(format string, args ...any) string {
	return s.words.Say(text.Phrasef(format, args...))
}

// row adds a row. It wraps long texts, indented by the width of a mark.
func (s *screen) row(label, words string) {
	const hang = 2 // the width of a mark
	indent := s.width + len("  ") + len("  ")
	mark := ""
	if strings.HasPrefix(words, "  ") {
		mark, indent = "  ", indent+len("  ")
	}
	start := "  " + text.Pad(label, s.width) + "  " + mark
	for _, line := range text.WrapLine(strings.Join(strings.Fields(words), " "), columns-indent, hang) {
		s.b.WriteString(start + line + "\n")
		start = strings.Repeat(" ", indent)
	}
}

func (s *screen) note(marked bool, words string) {
	if marked {
		words = "! " + words
	}
	s.row("", words)
}

// problem adds a problem with a text for the screen, and what to do.
func (s *screen) problem(words string, p config.Problem) {
	s.note(true, words)
	if p.Hint != "" {
		s.row("", "  = "+p.Hint)
	}
}

// some returns the first items of a list and how many more there are.
func (s *screen) some(list []string, most int) string {
	if len(list) <= most {
		return s.words.Say(text.List(list...))
	}
	return s.say("%s and %d more", text.List(list[:most]...), len(list)-most)
}
