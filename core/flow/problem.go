package flow

import (
	"fmt"
	"strconv"
	"strings"

	"riskroom/core"
)

// Problem is one thing that is wrong with a Def, or worth a warning.
type Problem struct {
	Path    string // a JSON pointer into the Def: "/steps/0/send_message/title"
	Offset  int    // in characters from the start of that text; -1 is the whole of it
	Rule    string // one of the Rule constants
	Message string // for whoever wrote the flow, in English
	Warning bool   // the flow runs all the same
	Field   string // the key of the own field that it is about, "" if it is about none
}

// The rules that a Problem can name.
const (
	RuleCondition = "condition"  // an expression that cannot be judged
	RuleTemplate  = "template"   // a text that cannot be rendered
	RulePeople    = "people"     // somebody who cannot be meant
	RuleTrigger   = "trigger"    // a time that does not come
	RuleStep      = "step"       // a step that does nothing or names what is not there
	RuleField     = "field"      // an own field that cannot be used
	RuleLimit     = "limit"      // more than is taken
	RuleAnyStatus = "any-status" // a flow that acts whatever the status, a warning
)

// compiler gathers what one Def compiles to.
type compiler struct {
	scope    *scope
	problems []Problem
	terms    []Term
}

// report adds a problem about the text at path, from its offset-th character.
func (c *compiler) report(path string, offset int, rule, format string, args ...any) {
	c.problems = append(c.problems, Problem{
		Path: path, Offset: offset, Rule: rule, Message: fmt.Sprintf(format, args...),
	})
}

// flaw adds a flaw of the text at path as a problem.
func (c *compiler) flaw(path, rule string, f *flaw) {
	c.problems = append(c.problems, Problem{Path: path, Offset: f.offset, Rule: rule, Message: f.message, Field: f.field})
}

// failed reports whether a problem forbids the flow to run.
func (c *compiler) failed() bool {
	for _, p := range c.problems {
		if !p.Warning {
			return true
		}
	}
	return false
}

// flaw is what is wrong with one text, before its path is known.
type flaw struct {
	offset  int
	message string
	field   string // as in Problem
}

func flawAt(offset int, format string, args ...any) *flaw {
	return &flaw{offset: offset, message: fmt.Sprintf(format, args...)}
}

// about returns f as a flaw of the use of a name, which may be that of an own
// field.
func (f *flaw) about(name string) *flaw {
	f.field, _ = strings.CutPrefix(name, ownPrefix)
	if f.field == name {
		f.field = ""
	}
	return f
}

// at returns the path of the ith element of the list at path.
func at(path string, i int) string { return path + "/" + strconv.Itoa(i) }

// oneOf lists what is known, for messages.
func oneOf(known []string) string {
	if len(known) == 0 {
		return "none"
	}
	return strings.Join(known, ", ")
}

// meant asks whether the nearest of what is known is meant, "" if none is near.
func meant(word string, known []string) string {
	if near := core.Nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %s? ", near)
	}
	return ""
}
