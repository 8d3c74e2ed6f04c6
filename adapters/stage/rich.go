package stage

import (
	"strings"
	"time"
)

// LineKind is the look of a whole line.
type LineKind string

// The kinds of line.
const (
	PlainLine  LineKind = ""
	BulletLine LineKind = "bullet"
	QuoteLine  LineKind = "quote"
)

// Line is one paragraph, or one item of a list.
type Line struct {
	Kind  LineKind `json:"kind,omitempty"`
	Spans []Span   `json:"spans"`
}

// Span is a piece of text with one look. At most one of Person, Room, Link and At is
// set.
type Span struct {
	Text   string     `json:"text"` // as people read it; a mention begins with "@" or "#"
	Bold   bool       `json:"bold,omitempty"`
	Italic bool       `json:"italic,omitempty"`
	Strike bool       `json:"strike,omitempty"`
	Code   bool       `json:"code,omitempty"`
	Person string     `json:"person,omitempty"` // a mention: the person's ID
	Group  bool       `json:"group,omitempty"`  // a mention of several people
	Room   string     `json:"room,omitempty"`   // a link to the room with this ID
	Post   string     `json:"post,omitempty"`   // with Room: a link to this post in it
	Link   string     `json:"link,omitempty"`   // a link out of the workspace
	At     *time.Time `json:"at,omitempty"`     // a moment, shown in the reader's language and zone
}

// Literal returns a plain text as one line.
func Literal(text string) []Line {
	if text == "" {
		return nil
	}
	return []Line{{Spans: []Span{{Text: text}}}}
}

// Plain returns lines as plain text.
func Plain(lines []Line) string {
	var out []string
	for _, l := range lines {
		var b strings.Builder
		for _, s := range l.Spans {
			b.WriteString(s.Text)
		}
		text := b.String()
		switch l.Kind {
		case BulletLine:
			text = "• " + text
		case QuoteLine:
			text = "> " + text
		case PlainLine:
		}
		out = append(out, text)
	}
	return strings.Join(out, "\n")
}

// Text returns a part's lines as plain text.
func (p Part) Text() string { return Plain(p.Lines) }

// Flat returns the parts of a post without the boxes and sections around them, in the
// order shown. The action of a section follows its parts.
func (p Post) Flat() []Part { return flat(p.Parts) }

func flat(parts []Part) []Part {
	var out []Part
	for _, part := range parts {
		switch part.Kind {
		case BoxPart, SectionPart:
			out = append(out, flat(part.Parts)...)
			if len(part.Actions) > 0 {
				out = append(out, Part{Kind: ActionsPart, Actions: part.Actions})
			}
		case RulePart:
		default:
			out = append(out, part)
		}
	}
	return out
}

// PlainText returns lines, parts and the labels of their buttons as plain text.
func PlainText(lines []Line, parts []Part) string {
	var out []string
	add := func(words []string, separator string) {
		if text := strings.Join(words, separator); text != "" {
			out = append(out, text)
		}
	}
	add([]string{Plain(lines)}, "")
	for _, part := range flat(parts) {
		add([]string{part.Text()}, "")
		for _, cell := range part.Cells {
			add([]string{Plain(cell)}, "")
		}
		var labels []string
		for _, a := range part.Actions {
			labels = append(labels, "["+a.Label+"]")
		}
		add(labels, "  ")
	}
	return strings.Join(out, "\n")
}
