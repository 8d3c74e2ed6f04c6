package bots

import (
	"context"
	"errors"
	"strconv"
	"time"

	"riskroom/core"
)

// Forms keeps forms that people have not finished, for platforms whose forms are too
// small to be filled in at once, and what lists were asked for. Errors are *core.Error.
type Forms interface {
	// KeepForm keeps a form for that long, under the op of what the person did. It may
	// drop older forms of the same person.
	KeepForm(ctx context.Context, by core.Account, op string, form []byte, long time.Duration) error
	// KeptForm returns a form that the same person left, or NotFound.
	KeptForm(ctx context.Context, by core.Account, op string) ([]byte, error)
}

// ErrNotKept is the error of a form that can't be opened because Forms failed.
var ErrNotKept = errors.New("bots: the form could not be kept")

// Form describes a dialog. Without Submit it is read-only.
type Form struct {
	ID     string            // comes back in Filled.Form
	State  map[string]string // comes back in Filled.State; small, and no secret
	Title  string
	Submit string      // the label of the button that submits, "" if there is nothing to submit
	Cancel string      // the label of the button that closes
	Notice []core.Span // at the top
	// Warn means that people must see Notice before they submit, even where forms
	// can't show it.
	Warn   bool
	Card   *core.Card // below Notice, without its buttons
	Fields []Field
}

// TooLongError is returned for a form that can't be shown because a platform has no room
// for the content of a field.
type TooLongError struct {
	Label string // of the field
}

// Error implements error.
func (e *TooLongError) Error() string { return "the field " + strconv.Quote(e.Label) + " is too long" }

// notice puts a line at the top of f that people must see.
func (f *Form) notice(line string) {
	if len(f.Notice) > 0 {
		line += "\n"
	}
	f.Notice, f.Warn = append([]core.Span{core.Plain(line)}, f.Notice...), true
}

// FieldKind is what a field of a form takes.
type FieldKind string

// The kinds of field.
const (
	TextKind     FieldKind = "text"      // one line
	LongTextKind FieldKind = "long_text" // several
	NumberKind   FieldKind = "number"
	SelectKind   FieldKind = "select" // one of Options, or several if Many
	DateKind     FieldKind = "date"   // a day: 2026-11-20
	MomentKind   FieldKind = "moment" // a day with a time, RFC 3339
	PeopleKind   FieldKind = "people" // accounts of the workspace and, where these can be picked too, its groups; or Options
	FileKind     FieldKind = "file"   // files, as FileValue writes them; at most Max
	StaticKind   FieldKind = "static" // Label as a heading and Content below it
)

// Field is one field of a Form.
type Field struct {
	Key     string // as core.Refusal.Field names it
	Kind    FieldKind
	Label   string
	Hint    string
	Content []core.Span // of StaticKind

	Required bool
	Max      int // characters, 0 for any number; files of a FileKind
	Many     bool
	Options  []Choice
	Initial  []string // as Values has them
	// Others is the label of the Options of a PeopleKind: what a platform's picker of
	// people can't hold, such as names from the config file.
	Others string
	// TooLong is shown instead of an input that has no room for Initial. Without it, the
	// form can't be shown then.
	TooLong []core.Span

	// Refresh requests an updated form when something is chosen.
	Refresh bool
	// Variant distinguishes versions of a field that has the same Key. In another
	// variant the field starts with Initial again.
	Variant string
}

// Choice is one option of a field.
type Choice struct {
	Key   string
	Label string
}

// Values holds the values of a form or a line by field: one string each, or several
// where several can be chosen. Choices are keys, days "2026-11-20", moments RFC 3339,
// people Refs. A field of a form that was left empty is there without a value.
type Values map[string][]string

// Get returns the first value of a field, or "".
func (v Values) Get(key string) string {
	if len(v[key]) == 0 {
		return ""
	}
	return v[key][0]
}
