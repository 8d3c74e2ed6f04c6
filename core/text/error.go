package text

import "errors"

// Error is an error for the people who set riskroom up, in words that a Wording translates.
type Error struct {
	Says   Phrase
	causes []error
}

// NewError returns an Error. It wraps the causes; says names them if people need them.
func NewError(says Phrase, causes ...error) *Error { return &Error{says, causes} }

// Error returns the words in English.
func (e *Error) Error() string { return e.Says.String() }

// Unwrap returns the causes.
func (e *Error) Unwrap() []error { return e.causes }

// Error returns what err says, in the language of w if it is an Error to which nothing was
// added on the way.
func (w Wording) Error(err error) string {
	if e, ok := errors.AsType[*Error](err); ok && e.Error() == err.Error() {
		return w.Say(e.Says)
	}
	return err.Error()
}
