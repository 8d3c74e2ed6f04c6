package core

import (
	"cmp"
	"strings"
)

// SpanKind says what a Span is.
type SpanKind string

// The kinds of Span.
const (
	PlainSpan     SpanKind = "plain"   // shown exactly as typed
	MentionSpan   SpanKind = "mention" // notifies Account
	HyperlinkSpan SpanKind = "link"    // Text that opens URL
	GroupSpan     SpanKind = "group"   // Text, the name of Group, which opens it for its members
)

// Span is a piece of text. What a template or a person typed is always Plain:
// adapters show it literally, even if it looks like markup. Mentions are made only
// from accounts. Markup of a platform exists only in its adapter.
type Span struct {
	Kind    SpanKind `json:"kind"`
	Text    string   `json:"text,omitempty"`
	Account Account  `json:"account,omitzero"`
	URL     string   `json:"url,omitempty"`
	Group   GroupRef `json:"group,omitzero"`
}

// Plain returns text that is shown as typed, isolated from the spans around it.
func Plain(text string) Span { return Span{Kind: PlainSpan, Text: Isolate(text)} }

// Mention returns a mention of a.
func Mention(a Account) Span { return Span{Kind: MentionSpan, Account: a} }

// Hyperlink returns text that opens url, which must be http or https.
func Hyperlink(text, url string) Span {
	return Span{Kind: HyperlinkSpan, Text: Isolate(text), URL: url}
}

// GroupLink returns the name of g as a link to it. It isn't the platform's own kind of
// reference, because that shows people outside a private group no name.
func GroupLink(name string, g GroupRef) Span {
	return Span{Kind: GroupSpan, Text: Isolate(name), Group: g}
}

// Text returns the spans as plain text, with mentions as @id. It is for logs,
// previews and notifications.
func Text(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		if s.Kind == MentionSpan {
			b.WriteString("@" + s.Account.ID)
			continue
		}
		b.WriteString(s.Text)
	}
	return b.String()
}

// Message is what SendMessage, SendGroupMessage and EditMessage show: Text, then
// Card. At least one of them is set.
type Message struct {
	Text []Span `json:"text,omitempty"`
	Card *Card  `json:"card,omitempty"`

	// ReplyTo is the message of the same channel to which this one replies. If that one is
	// gone, this one is sent as if it replied to nothing. Edits don't change it.
	ReplyTo MessageRef `json:"reply_to,omitzero"`

	// About has the button of the risk or topic that a message without a card is about. Only a
	// platform that needs a button to recognise its message later shows it. It isn't
	// stored: it is added each time the message is sent.
	About *Card `json:"-"`
}

// Card shows a risk. Its texts are complete: the adapter lays them out and adds no
// words.
type Card struct {
	Risk    RiskKey  `json:"risk"`
	Version int64    `json:"version"`         // of the risk that it shows
	Marks   string   `json:"marks,omitempty"` // of what it shows that is no part of the risk; never shown
	Title   []Span   `json:"title"`           // "R-17 Ledger is off by one"
	Rows    []Row    `json:"rows,omitempty"`
	Body    []Span   `json:"body,omitempty"`   // the description
	Footer  []Span   `json:"footer,omitempty"` // small print
	Buttons []Button `json:"buttons,omitempty"`
	Tone    Tone     `json:"tone,omitempty"`
	Small   bool     `json:"small,omitempty"` // a badge: a compact layout of title, footer and buttons
}

// Row is a label and its value.
type Row struct {
	Label string `json:"label"`
	Value []Span `json:"value"`
}

// Tone is the colour of a card, on platforms that have colours.
type Tone string

// The tones of a card.
const (
	ToneWaiting Tone = "waiting"
	ToneActive  Tone = "active"
	ToneDone    Tone = "done"
	ToneQuiet   Tone = "quiet"
)

// Press is what a button on a card asks for.
type Press string

// What buttons can ask for.
const (
	PressStart   Press = "start"
	PressResolve Press = "resolve"
	PressShelve  Press = "shelve"
	PressReopen  Press = "reopen"
	PressDetails Press = "details"
	PressEdit    Press = "edit"
	PressTake    Press = "take"
	PressNote    Press = "note"
	PressPass    Press = "pass" // to the next node
	PressBack    Press = "back" // to an earlier node

	// On the pinned card of a topic group. They are about the group in which they are
	// pressed.
	PressEndTopic    Press = "end_topic"
	PressReopenTopic Press = "reopen_topic"
)

// Button is a button on a card. It says only what was pressed on which risk;
// permissions are checked when it is pressed.
type Button struct {
	Press   Press  `json:"press"`
	Label   string `json:"label"`
	Primary bool   `json:"primary,omitempty"`
	More    bool   `json:"more,omitempty"` // less important: in a menu or a row of its own
	// Confirm asks whether the button is meant, on platforms whose buttons can ask.
	// Elsewhere the bot asks when it is pressed.
	Confirm *Confirm `json:"confirm,omitempty"`
}

// Confirm is what a button asks before it acts.
type Confirm struct {
	Title string `json:"title"`
	Text  string `json:"text"`
	Yes   string `json:"yes"`
	No    string `json:"no"`
}

// MessageRef names a message on a platform.
type MessageRef struct {
	Workspace string `json:"workspace"`
	Channel   string `json:"channel"` // the platform's ID of the channel or direct conversation
	ID        string `json:"id"`      // the platform's ID of the message in it

	// Thread is the ID of the message with which the thread of a reply begins. It is known
	// when the reply was sent, and isn't part of the name.
	Thread string `json:"thread,omitempty"`
}

// Root returns the ID of the message with which the thread of a reply to r begins.
func (r MessageRef) Root() string { return cmp.Or(r.Thread, r.ID) }

// Name returns r without its thread.
func (r MessageRef) Name() MessageRef {
	r.Thread = ""
	return r
}

// String returns "workspace/channel/id", which ParseMessageRef reads.
func (r MessageRef) String() string { return r.Workspace + "/" + r.Channel + "/" + r.ID }

// IsZero reports whether r names nothing.
func (r MessageRef) IsZero() bool { return r == MessageRef{} }

// ParseMessageRef reads what MessageRef.String wrote. For anything else it returns
// a zero MessageRef and false.
func ParseMessageRef(s string) (MessageRef, bool) {
	p := strings.Split(s, "/")
	if len(p) != 3 || p[0] == "" || p[1] == "" || p[2] == "" {
		return MessageRef{}, false
	}
	return MessageRef{Workspace: p[0], Channel: p[1], ID: p[2]}, true
}
