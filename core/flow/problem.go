package flow

import (
	"strconv"
	"strings"

	"riskroom/core"
	"riskroom/core/calendar"
	"riskroom/core/text"
)

// Problem is an error or a warning about a Def.
type Problem struct {
	Path    string // a JSON pointer into the Def: "/steps/0/send_message/title"
	Offset  int    // in characters from the start of that text; -1 is the whole of it
	Width   int    // characters from Offset on; 0: up to the end, or if Offset is not 0, unknown
	Rule    string // one of the Rule constants
	Message text.Phrase
	Warning bool   // the flow can run anyway
	Field   string // the key of the own field that it is about, or ""
}

// The rules that a Problem can name.
const (
	RuleCondition = "condition"  // an invalid expression
	RuleTemplate  = "template"   // an invalid template
	RulePeople    = "people"     // an invalid list of people
	RuleTrigger   = "trigger"    // an invalid trigger
	RuleStep      = "step"       // an invalid step
	RuleField     = "field"      // an invalid own field
	RuleLimit     = "limit"      // a limit is exceeded
	RuleAnyStatus = "any-status" // a warning: the flow runs whatever the status
	RuleNever     = "never"      // a warning: the flow, or a step of it, can't run
)

// compiler compiles one Def.
type compiler struct {
	scope    *scope
	texts    *scope             // of templates, nil if it is scope
	digests  bool               // runs that are missed share one message
	calendar *calendar.Calendar // nil if the flow has none
	problems []Problem
	terms    []Term
}

// report adds a problem about the text at path, from its offset-th character.
func (c *compiler) report(path string, offset int, rule, format string, args ...any) {
	c.problems = append(c.problems, Problem{
		Path: path, Offset: offset, Rule: rule, Message: text.Phrasef(format, args...),
	})
}

// warn adds a warning about the whole text at path.
func (c *compiler) warn(path, rule, format string, args ...any) {
	c.report(path, -1, rule, format, args...)
	c.problems[len(c.problems)-1].Warning = true
}

// flaw adds a flaw of the text at path as a problem.
func (c *compiler) flaw(path, rule string, f *flaw) {
	c.problems = append(c.problems, Problem{Path: path, Offset: f.offset, Width: f.width, Rule: rule, Message: f.message, Field: f.field})
}

// failed reports whether any problem is an error.
func (c *compiler) failed() bool {
	for _, p := range c.problems {
		if !p.Warning {
			return true
		}
	}
	return false
}

// flaw is a problem of one text, before its path is known.
type flaw struct {
	offset  int
	width   int // as in Problem
	message text.Phrase
	field   string // as in Problem
}

func flawAt(offset int, format string, args ...any) *flaw {
	return &flaw{offset: offset, message: text.Phrasef(format, args...)}
}

// wide returns f as a flaw of so many characters from its offset on.
func (f *flaw) wide(width int) *flaw {
	f.width = width
	return f
}

// about returns f as a flaw about a name, which may be an own field's.
func (f *flaw) about(name string) *flaw {
	f.field, _ = strings.CutPrefix(name, ownPrefix)
	if f.field == name {
		f.field = ""
	}
	return f
}

// at returns the path of the ith element of the list at path.
func at(path string, i int) string { return path + "/" + strconv.Itoa(i) }

// oneOf joins the known words for a message.
func oneOf(known []string) text.Phrase {
	if len(known) == 0 {
		return text.Plain("none")
	}
	return text.Phrasef("%s", strings.Join(known, ", "))
}

// orMeant returns otherwise, after "did you mean …?" if a known word is near.
func orMeant(word string, known []string, otherwise text.Phrase) text.Phrase {
	if near := core.Nearest(word, known); near != "" {
		return text.Phrasef("did you mean %s? %s", near, otherwise)
	}
	return otherwise
}
