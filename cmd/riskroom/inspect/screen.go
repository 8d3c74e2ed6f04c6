package inspect

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/store"
)

// Limits of the screen.
const (
	shownProblems = 12
	shownFlows    = 8
)

// screen returns the report as text: a row for each item, followed by what to fix.
func (r Report) screen() string {
	s := screen{width: len("addresses")}
	for _, w := range r.Workspaces {
		s.width = max(s.width, utf8.RuneCountInString(w.Settings.Name))
	}
	fmt.Fprintf(&s.b, "\nServing %s and %s: %s\n\n", Count(len(r.Workspaces), "workspace"), Count(len(r.Config.Flows), "flow"), r.Version)
	for _, w := range r.Workspaces {
		r.showWorkspace(&s, w)
	}
	s.row("redis", r.storeAt()+", durability "+string(r.Config.Durability))
	for _, f := range r.Stored {
		s.note(f.Weight != store.Note, strings.TrimSpace(f.Node+" "+FindingText(f)))
	}
	s.row("flows", some(r.flows(), shownFlows))
	if r.Runs != nil {
		s.note(r.Runs[engine.Parked] > 0, r.runsText())
	}
	addresses := r.Admin + " for /healthz, /readyz and /metrics"
	if r.Listen != "" {
		addresses = r.Listen + " for platforms, " + addresses
	}
	s.row("addresses", addresses)
	r.showFile(&s)
	s.b.WriteByte('\n')
	return s.b.String()
}

// showWorkspace adds a row for a workspace, and its problems.
func (r Report) showWorkspace(s *screen, w *Workspace) {
	name := w.Settings.Name
	if stateOf(w) == stateOK {
		s.row(name, fmt.Sprintf("%s, the bot is %s, %s", w.place(), w.Identity.Bot, w.Inspector.Words().Way))
		for _, p := range r.Findings.Own[name] {
			text := p.Message
			if p.Warning {
				text = "warning: " + text
			}
			s.problem(text, p)
		}
		return
	}
	f := w.Inspector.Unable(w.Failure)
	s.row(name, "! "+f.Message.String()+"; its runs wait")
	s.row("", "  = "+f.Hint.String())
}

// showFile adds the problems of the file and of what it names.
func (r Report) showFile(s *screen) {
	answered := len(r.Findings.Answered)
	switch {
	case len(r.File) > 0:
		s.row("the file", Count(len(r.File), "problem"))
	case answered == 0, !r.Findings.Whole: // not enough is known
	case answered < len(r.Workspaces):
		s.row("the file", "everything that it names exists in the workspaces that respond")
	default:
		s.row("the file", "everyone and everything that it names exists")
	}
	for i, p := range r.File {
		if i == shownProblems {
			s.note(true, fmt.Sprintf("and %d more: riskroom check --online %s", len(r.File)-i, p.File))
			break
		}
		s.problem(p.String(), p)
	}
	if !r.Findings.Whole {
		s.row("", fmt.Sprintf("! the check was stopped after %v and is incomplete; run riskroom check --online", Within))
	}
}

func (r Report) runsText() string {
	line := Count(r.Runs[engine.Armed], "run") + " armed"
	if n := r.Runs[engine.Parked]; n > 0 {
		line += fmt.Sprintf(", %d parked: riskroom runs list", n)
	}
	return line
}

// columns is the assumed width of the screen.
const columns = 100

// screen formats rows: a label with its text, and notes below it, marked if there is
// something to do.
type screen struct {
	b     strings.Builder
	width int // of the labels
}

// row adds a row. It wraps long texts, indented by the width of a mark.
func (s *screen) row(label, text string) {
	line := fmt.Sprintf("  %-*s ", s.width, label)
	indent := strings.Repeat(" ", s.width+6)
	if strings.HasPrefix(text, "  ") {
		line, indent = line+"  ", indent+"  "
	}
	room := columns
	for _, word := range strings.Fields(text) {
		if utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > room && strings.TrimSpace(line) != "" {
			s.b.WriteString(line + "\n")
			line = indent + word
			continue
		}
		line += " " + word
	}
	s.b.WriteString(line + "\n")
}

func (s *screen) note(marked bool, text string) {
	if marked {
		text = "! " + text
	}
	s.row("", text)
}

// problem adds a problem with a text for the screen, and what to do.
func (s *screen) problem(text string, p config.Problem) {
	s.note(true, text)
	if p.Hint != "" {
		s.row("", "  = "+p.Hint)
	}
}

// some returns the first items of a list and how many more there are.
func some(list []string, most int) string {
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:most], ", "), len(list)-most)
}

// Count returns a number of things in English, such as "2 flows".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
