package slack

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"riskroom/core"
)

// Slack's limits in characters, from https://docs.slack.dev/reference/block-kit
// and https://docs.slack.dev/reference/methods/chat.postMessage. The limits for
// a whole message are ours: Slack only says that at some length it answers
// msg_blocks_too_long.
const (
	maxElement     = 3000 // one text element
	maxLabel       = 75   // a button's text
	maxButtons     = 25   // in one actions block, with the menu
	maxMenu        = 5    // options of an overflow menu
	maxOption      = 150  // the value of an option
	maxAsked       = 100  // the title of a confirmation, https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
	maxQuestion    = 300  // its text
	maxAnswer      = 30   // its buttons
	maxFallback    = 3000 // the text of a notification
	maxMessageText = 10000
	maxBlocksText  = 12000 // everything in one message
	maxRows        = 40
	maxRowLabel    = 100
	maxRowValue    = 1000
)

// Renderer lays out messages and cards as Slack's blocks. Text from people or
// templates goes only into rich_text and plain_text, where markup has no
// effect. Text that is too long for Slack is cut, and ends with the number of
// missing characters.
type Renderer struct {
	Workspace string // mentions of accounts in other workspaces are shown but notify nobody
	Site      string // the workspace's URL, to which links to channels lead; "" shows their names only
}

// Blocks lays out a message. op becomes the ID of the first block; with ""
// Slack picks one.
func (r Renderer) Blocks(m core.Message, op string) []slack.Block {
	p := page{Renderer: r, op: op, room: maxBlocksText}
	if len(m.Text) > 0 {
		p.paragraph(p.spans(m.Text, maxMessageText, false))
	}
	if m.Card != nil {
		p.card(*m.Card)
	}
	return p.blocks
}

// Card lays out a card without a message.
func (r Renderer) Card(c core.Card) []slack.Block {
	return r.Blocks(core.Message{Card: &c}, "")
}

// Spans renders spans as the elements of one rich_text section, cut at Slack's
// limit for a message.
func (r Renderer) Spans(spans []core.Span) []slack.RichTextSectionElement {
	p := page{Renderer: r, room: maxBlocksText}
	return p.spans(spans, maxMessageText, false)
}

// Fallback returns the text that notifications show for a message, escaped.
func (r Renderer) Fallback(m core.Message) string {
	spans := m.Text
	if len(spans) == 0 && m.Card != nil {
		spans = m.Card.Title
	}
	left := maxFallback
	var b strings.Builder
	for _, s := range spans {
		t := cut(r.plain(s), left)
		left -= utf8.RuneCountInString(t)
		if r.mentions(s) {
			b.WriteString("<@" + s.Account.ID + ">")
			continue
		}
		b.WriteString(escape(t))
	}
	return b.String()
}

var userID = regexp.MustCompile(`^[UW][A-Z0-9]{2,}$`)

func (r Renderer) mentions(s core.Span) bool {
	return s.Kind == core.MentionSpan && s.Account.Workspace == r.Workspace && userID.MatchString(s.Account.ID)
}

func (r Renderer) links(s core.Span) bool {
	target := r.target(s)
	if target == "" || len(target) > maxElement {
		return false
	}
	u, err := url.Parse(target)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}

// target returns the URL that a span opens, "" for none.
func (r Renderer) target(s core.Span) string {
	switch {
	case s.Kind == core.HyperlinkSpan:
		return s.URL
	case s.Kind == core.GroupSpan && s.Group.Workspace == r.Workspace && r.Site != "":
		return strings.TrimSuffix(r.Site, "/") + "/archives/" + url.PathEscape(s.Group.ID)
	}
	return ""
}

// plain returns a span's text without markup.
func (r Renderer) plain(s core.Span) string {
	switch s.Kind {
	case core.MentionSpan:
		return "@" + s.Account.ID
	case core.HyperlinkSpan:
		if s.Text == "" {
			return s.URL
		}
	case core.PlainSpan, core.GroupSpan:
	}
	// Slack accepts both, but nobody can have typed them.
	return strings.ReplaceAll(strings.ToValidUTF8(s.Text, "\uFFFD"), "\x00", "")
}

// escape escapes text for a place where Slack reads markup. See
// https://docs.slack.dev/messaging/formatting-message-text#escaping.
func escape(s string) string { return escapes.Replace(s) }

// escapes is made once: making one takes longer than using it.
var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// page is a message being laid out.
type page struct {
	Renderer
	op     string
	room   int // how many characters still fit in the message
	blocks []slack.Block
}

// id returns the ID of the next block: the op for the first, "" for the rest.
func (p *page) id() string {
	if len(p.blocks) == 0 {
		return p.op
	}
	return ""
}

func (p *page) paragraph(elements []slack.RichTextSectionElement) {
	if len(elements) > 0 {
		p.blocks = append(p.blocks, slack.NewRichTextBlock(p.id(), slack.NewRichTextSection(elements...)))
	}
}

// spans renders at most limit characters of spans, and no more than the message
// has room for.
func (p *page) spans(spans []core.Span, limit int, bold bool) []slack.RichTextSectionElement {
	var style *slack.RichTextSectionTextStyle
	if bold {
		style = &slack.RichTextSectionTextStyle{Bold: true}
	}
	left, noted := min(limit, p.room), false // noted: the text already shows that something is missing
	var out []slack.RichTextSectionElement
	for _, s := range spans {
		whole := p.plain(s)
		if whole == "" || left == 0 && noted {
			continue
		}
		if left == 0 {
			out, noted = append(out, slack.NewRichTextSectionTextElement("…", style)), true
			continue
		}
		text := cut(whole, left)
		noted = noted || text != whole
		n := utf8.RuneCountInString(text)
		left -= n
		p.room -= n
		switch {
		case p.mentions(s):
			out = append(out, slack.NewRichTextSectionUserElement(s.Account.ID, style))
		case p.links(s):
			out = append(out, slack.NewRichTextSectionLinkElement(p.target(s), cut(text, maxElement), style))
		default:
			for _, piece := range split(text, maxElement) {
				out = append(out, slack.NewRichTextSectionTextElement(piece, style))
			}
		}
	}
	return out
}

// cut shortens s to n characters, ending with the number of missing ones.
func cut(s string, n int) string {
	have := utf8.RuneCountInString(s)
	if have <= n {
		return s
	}
	note := fmt.Sprintf("… (+%d)", have-n)
	keep := n - utf8.RuneCountInString(note)
	if keep < n/2 {
		note, keep = "…", n-1
	}
	if keep < 0 {
		return ""
	}
	runes := []rune(s)
	return string(runes[:keep]) + note
}

// split divides s into pieces of at most n characters.
func split(s string, n int) []string {
	if len(s) <= n {
		return []string{s}
	}
	runes := []rune(s)
	var out []string
	for len(runes) > n {
		out = append(out, string(runes[:n]))
		runes = runes[n:]
	}
	return append(out, string(runes))
}
