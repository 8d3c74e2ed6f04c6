package bots

import "riskroom/core"

// Form is a dialog as data. One without Submit is only read.
type Form struct {
	ID     string            // comes back in Filled.Form
	State  map[string]string // comes back in Filled.State; small, and no secret
	Title  string
	Submit string      // the label of the button that submits, "" if there is nothing to submit
	Cancel string      // the label of the button that closes
	Notice []core.Span // stands on top
	// Warn tells that Notice has to be read before anything is submitted, also
	// where forms cannot show it.
	Warn   bool
	Card   *core.Card // below it, without its buttons
	Fields []Field
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
	PeopleKind   FieldKind = "people" // accounts of the workspace
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
	Max      int // characters, 0 for any number
	Many     bool
	Options  []Choice
	Initial  []string // as Values has them

	// Refresh asks for the form anew when something is chosen.
	Refresh bool
	// Variant tells apart what a field of one Key offers at different times: in
	// another variant, what was chosen is forgotten in favour of Initial.
	Variant string
}

// Choice is one option of a field.
type Choice struct {
	Key   string
	Label string
}

// Values is what stands in a form, or was typed in a line, by field: one string
// each, several where several can be chosen. Choices are keys, days
// "2026-11-20", moments RFC 3339, people Refs.
type Values map[string][]string

// Get returns the first value of a field, or "".
func (v Values) Get(key string) string {
	if len(v[key]) == 0 {
		return ""
	}
	return v[key][0]
}

// fieldKey is the key in Values, and in refusals, of an own field.
func fieldKey(key string) string { return "fields." + key }
