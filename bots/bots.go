// Package bots knows what commands, buttons and forms mean, free of any
// platform.
//
// A platform's bot (a package beneath this one) verifies and decodes what comes
// in, makes a Command of it, has Bot answer it in time and shows the Reply. The
// commands stand in one table (commands.go), each in a file of its own; routes.go
// finds the one that is meant and reads its arguments. All wording is in the reader's
// language, all of it private to the reader.
package bots

import (
	"time"

	"riskroom/core"
)

// Command is what one person asked, already verified and decoded: exactly one
// of Typed, Pressed and Filled is set.
type Command struct {
	Op      string         // names what the person did: a redelivery has the same
	Actor   core.Actor     // who; Account is never zero
	Channel core.GroupRef  // where, zero if nowhere
	Lang    string         // the reader's language as the platform tells it, "" is unknown
	Zone    *time.Location // the reader's, nil is unknown

	Typed   *Typed
	Pressed *Pressed
	Filled  *Filled
}

// Typed is a slash command: a line, or a path with arguments on platforms whose
// commands have named options.
type Typed struct {
	// Text is the line after the command. Mentions are as people read them ("@lin").
	Text string
	// Mentions says whom the platform says that a mention in Text means.
	Mentions map[string]core.Ref

	// Path names the command, as Spec.Path does.
	Path []string
	// Args are the arguments by Arg.Name: given with Path, else read from Text.
	// Values may be as people type them.
	Args Values

	entry  *entry  // the command that is named, nil if there is none
	word   string  // the first word that names none
	behind string  // what stands on the line behind the command
	left   string  // the part of it that no argument took
	faults []fault // what is wrong with the arguments
}

// Pressed is a button on a card.
type Pressed struct {
	Press core.Press
	Risk  core.RiskKey
	Seen  int64 // the version of the risk that the card showed
}

// Filled is a form that somebody submits, or one that asks to be shown anew
// because of what was chosen in it.
type Filled struct {
	Form   string            // Form.ID
	State  map[string]string // Form.State, as it was given
	Values Values
	// Rest holds the fields that the platform had no inputs for, as Bot.Rest
	// worded them and as the person left them.
	Rest string
	// Refresh tells that nothing is submitted yet: the answer is the same form
	// as it should look now.
	Refresh bool
}

// Reply is an answer to one person, who alone sees it.
type Reply struct {
	Text []core.Span   // what is said; may be empty beside a Form
	List [][]core.Span // one line each, below Text
	Card *core.Card    // below that

	// Form is opened, or takes the place of the form that was submitted. Where
	// that cannot be done any more Text, List and Card are shown instead. The
	// answer to a form has one, or Errors, or Close.
	Form *Form

	// Errors keep a submitted form open, with everything that was typed.
	Errors []FieldError
	// Close tells that a submitted form may just close: what it did is seen
	// elsewhere.
	Close bool
}

// FieldError says what is wrong with one field of a form.
type FieldError struct {
	Field string // Field.Key, "" for the form as a whole
	Text  string
}

// Say returns a Reply of plain text.
func Say(text string) Reply { return Reply{Text: []core.Span{core.Plain(text)}} }
