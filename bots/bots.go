// Package bots implements commands, buttons and forms, independently of any
// platform.
//
// A platform's bot (a package below this one) verifies and decodes a request into a
// Command, gets the Reply from Bot in time, and shows it. The table of commands is in
// commands.go, and each command has its own file. routes.go finds the command and reads
// its arguments. Replies are in the reader's language and visible to the reader only.
package bots

import (
	"time"

	"riskroom/core"
)

// Command is a verified and decoded request of one person. Exactly one of Typed,
// Pressed, Turned, Filled and Shortcut is set.
type Command struct {
	Op      string         // identifies what the person did; a redelivery has the same
	Actor   core.Actor     // who; Account is never zero
	Channel core.GroupRef  // where, zero if nowhere
	Lang    string         // the reader's language as the platform reports it, "" if unknown
	Zone    *time.Location // the reader's, nil if unknown

	// FormsOnly means that there is no place for a message to the person: the reply is a
	// form.
	FormsOnly bool

	Typed    *Typed
	Pressed  *Pressed
	Turned   *Turned
	Filled   *Filled
	Shortcut *Shortcut
}

// Typed is a slash command: a line, or a path with arguments on platforms whose
// commands have named options.
type Typed struct {
	// Text is the line after the command. Mentions are as people read them ("@lin").
	Text string
	// Mentions maps each mention in Text to its ref.
	Mentions Mentions

	// Path names the command, as Spec.Path does.
	Path []string
	// Args are the arguments by Arg.Name: given with Path, else read from Text.
	// Values may be written as people type them.
	Args Values

	entry  *entry  // the command, nil if there is none of that name
	word   string  // the first word that is no command
	after  string  // the line after the command
	left   string  // the part of it that no argument took
	faults []fault // what is wrong with the arguments
}

// Pressed is a button on a card.
type Pressed struct {
	Press core.Press
	Risk  core.RiskKey
	Seen  int64 // the version of the risk that the card showed
	// Confirmed means that the platform has asked what the button's Confirm asks, if it
	// has one.
	Confirmed bool
}

// Filled is a form that somebody submitted, or one to show again because of what was
// chosen in it.
type Filled struct {
	Form   string            // Form.ID
	State  map[string]string // Form.State, as it was given
	Values Values
	// Mentions maps each mention in a value that names people to its ref.
	Mentions Mentions
	// Refresh means that nothing was submitted: the reply is the same form, updated.
	Refresh bool
}

// Reply is a reply to one person. Nobody else sees it.
type Reply struct {
	Text []core.Span   // may be empty if there is a Form
	List [][]core.Span // one line each, below Text
	Card *core.Card    // below that

	Lines   []Turn // buttons that show more of what is in List
	Turns   []Turn // buttons at the end
	Replace bool   // the reply to a Turned takes the place of the message with the button

	// Undone means that the command did nothing, because it is wrong, incomplete or not allowed.
	Undone bool

	// Form is opened, or replaces the form that was submitted. If it is too late for
	// that, Text, List and Card are shown instead. The reply to a form has a Form, Errors
	// or Close.
	Form *Form

	// Errors keep a submitted form open, with its input.
	Errors []FieldError
	// Close means that a submitted form may close without an answer, because its effect
	// is visible elsewhere.
	Close bool
}

// FieldError describes what is wrong with one field of a form.
type FieldError struct {
	Field string // Field.Key, "" for the form as a whole
	Text  string
}

// Say returns a Reply of plain text.
func Say(text string) Reply { return Reply{Text: []core.Span{core.Plain(text)}} }

// undone returns the Reply to a command that did nothing.
func undone(text string) Reply {
	r := Say(text)
	r.Undone = true
	return r
}
