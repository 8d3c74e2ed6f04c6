package stage

import "time"

// LineKind is the look of a whole line.
type LineKind string

// The kinds of line.
const (
	PlainLine  LineKind = ""
	BulletLine LineKind = "bullet"
	NumberLine LineKind = "number" // of a numbered list
	QuoteLine  LineKind = "quote"
	CodeLine   LineKind = "code"
)

// Line is one paragraph, or one item of a list.
type Line struct {
	Kind  LineKind `json:"kind,omitempty"`
	Spans []Span   `json:"spans"`
}

// Span is a stretch of text that looks the same throughout. At most one of
// Person, Room, Link and At is set.
type Span struct {
	Text   string     `json:"text"` // as people read it; a mention begins with "@" or "#"
	Bold   bool       `json:"bold,omitempty"`
	Italic bool       `json:"italic,omitempty"`
	Strike bool       `json:"strike,omitempty"`
	Code   bool       `json:"code,omitempty"`
	Person string     `json:"person,omitempty"` // a mention: the person's ID
	Group  bool       `json:"group,omitempty"`  // a mention of several people
	Room   string     `json:"room,omitempty"`   // leads to the room with this ID
	Post   string     `json:"post,omitempty"`   // with Room: to this post in it
	Link   string     `json:"link,omitempty"`   // leads out of the workspace
	At     *time.Time `json:"at,omitempty"`     // a moment, to be shown in the reader's language and zone
}
