package discord

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"riskroom/core"
)

// Discord's limits in characters, from
// https://docs.discord.com/developers/resources/message#create-message,
// https://docs.discord.com/developers/resources/message#embed-object-embed-limits and
// https://docs.discord.com/developers/components/reference#button.
const (
	maxContent     = 2000
	maxTitle       = 256
	maxDescription = 4096
	maxFields      = 25
	maxFieldName   = 256
	maxFieldValue  = 1024
	maxEmbeds      = 6000 // all embeds of one message together
	maxLabel       = 80   // a button's text
	maxInRow       = 5    // buttons
	maxRows        = 5    // of buttons
	maxMentions    = 100  // people that one message notifies

	maxFooter = 1000 // our limit; Discord's is higher
	maxLink   = 512  // our limit for a URL, in bytes
)

// subtext begins a line of small print: https://docs.discord.com/developers/reference#message-formatting.
const subtext = "\n-# "

// Renderer lays out messages and cards as Discord's text, embeds and action
// rows. Text from people or templates is escaped, so that markup in it has no
// effect. Text that is too long for Discord is cut, and ends with the number of
// missing characters.
type Renderer struct {
	Workspace string // mentions of accounts in other workspaces are shown but notify nobody
	Guild     string // where links to channels lead
	Shared    bool   // other workspaces use the application too, so buttons name this one
}

// Content is what a message shows. Empty fields are sent too, so that an edit
// clears them.
type Content struct {
	Text            string                            `json:"content"`
	Embeds          []*discordgo.MessageEmbed         `json:"embeds"`
	Components      []discordgo.MessageComponent      `json:"components"`
	AllowedMentions *discordgo.MessageAllowedMentions `json:"allowed_mentions"`
}

// Message lays out a message. It notifies only the people mentioned in its
// text; mentions on a card only show a name. The first button carries the op, unless
// that is "".
func (r Renderer) Message(m core.Message, op string) Content {
	p := page{Renderer: r, room: maxEmbeds}
	p.Text = p.spans(m.Text, maxContent, all)
	p.Embeds, p.Components = []*discordgo.MessageEmbed{}, []discordgo.MessageComponent{}
	p.AllowedMentions = r.allowed(m.Text, p.Text)
	if m.Card != nil {
		p.card(*m.Card, op)
	} else if m.About != nil {
		p.buttons(*m.About, op)
	}
	return p.Content
}

// Card lays out a card without a message.
func (r Renderer) Card(c core.Card) Content { return r.Message(core.Message{Card: &c}, "") }

// allowed lets a message notify the people whom a rendered text mentions.
func (r Renderer) allowed(spans []core.Span, text string) *discordgo.MessageAllowedMentions {
	return &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}, Users: r.mentioned(spans, text)}
}

// mentioned returns the people that a rendered text notifies, each once.
func (r Renderer) mentioned(spans []core.Span, text string) []string {
	var ids []string
	for _, s := range spans {
		if r.mentions(s) && strings.Contains(text, mention(s.Account.ID)) && !slices.Contains(ids, s.Account.ID) && len(ids) < maxMentions {
			ids = append(ids, s.Account.ID)
		}
	}
	return ids
}

func mention(id string) string { return "<@" + id + ">" }

func (r Renderer) mentions(s core.Span) bool {
	return s.Kind == core.MentionSpan && s.Account.Workspace == r.Workspace && isID(s.Account.ID)
}

func (r Renderer) links(s core.Span) bool {
	u, err := url.Parse(r.target(s))
	return err == nil && len(r.target(s)) <= maxLink && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}

// target returns the URL that a span opens, "" for none.
func (r Renderer) target(s core.Span) string {
	switch {
	case s.Kind == core.HyperlinkSpan:
		return s.URL
	case s.Kind == core.GroupSpan && s.Group.Workspace == r.Workspace && r.Guild != "":
		return "https://discord.com/channels/" + url.PathEscape(r.Guild) + "/" + url.PathEscape(s.Group.ID)
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
	return strings.ReplaceAll(strings.ToValidUTF8(s.Text, "\uFFFD"), "\x00", "")
}

// markup is what a place supports in addition to plain text.
type markup int

const (
	letter markup = iota // only escapes: titles and field names
	all                  // mentions and links too
)

// spans renders at most limit characters of spans.
func (r Renderer) spans(spans []core.Span, limit int, works markup) string {
	var out []piece
	for _, s := range spans {
		switch {
		case works == all && r.mentions(s):
			out = append(out, piece{mention(s.Account.ID), utf8.RuneCountInString(r.plain(s))})
		case works == all && r.links(s):
			out = append(out, piece{r.link(s), utf8.RuneCountInString(r.plain(s))})
		default:
			out = append(out, letters(r.plain(s))...)
		}
	}
	return fit(out, limit)
}

// inLink escapes what would end a link. It is made once: making one takes longer than
// using it.
var inLink = strings.NewReplacer("<", "%3C", ">", "%3E", "(", "%28", ")", "%29", " ", "%20")

// link renders a link without a preview of its target.
func (r Renderer) link(s core.Span) string {
	at := inLink.Replace(r.target(s))
	if text := r.plain(s); text != r.target(s) {
		return "[" + escape(text) + "](<" + at + ">)"
	}
	return "<" + at + ">"
}

// piece is a part of a text that is shown whole or not at all.
type piece struct {
	markup string
	shown  int // how many characters people see
}

// letters escapes a text character by character, so that Discord reads no
// markup in it. Some characters are markup only at the start of a line. See
// https://docs.discord.com/developers/reference#message-formatting.
func letters(s string) []piece {
	out := make([]piece, 0, len(s))
	start, number := true, false // of a line; within a number that starts one
	for _, r := range s {
		escape := false
		switch r {
		case '\\', '*', '_', '~', '`', '|', '<', '[', ']', ':', '@':
			escape = true
		case '#', '>', '-', '+':
			escape = start
		case '.', ')':
			escape = number
		}
		digit := r >= '0' && r <= '9'
		number = digit && (start || number)
		start = r == '\n' || r == '\r' || start && (r == ' ' || r == '\t')
		if escape {
			out = append(out, piece{`\` + string(r), 1})
		} else {
			out = append(out, piece{string(r), 1})
		}
	}
	return out
}

// escape escapes text for a place where Discord reads markup.
func escape(s string) string { return join(letters(s)) }

func join(pieces []piece) string {
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.markup)
	}
	return b.String()
}

// fit joins as many pieces as fit in n characters. If it leaves some out, it
// appends how many visible characters are missing.
func fit(pieces []piece, n int) string {
	used, missing, last := 0, 0, 0
	for _, p := range pieces {
		used += utf8.RuneCountInString(p.markup)
		missing += p.shown
	}
	if used <= n {
		return join(pieces)
	}
	note := func() string { return fmt.Sprintf("… (+%d)", missing) }
	room := n - utf8.RuneCountInString(note()) // for the longest possible note
	if room < n/2 {
		note, room = func() string { return "…" }, n-1
	}
	if room < 0 {
		return ""
	}
	used = 0
	for _, p := range pieces {
		if used += utf8.RuneCountInString(p.markup); used > room {
			break
		}
		missing -= p.shown
		last++
	}
	return join(pieces[:last]) + note()
}

// cut shortens s to n characters, ending with the number of missing ones.
func cut(s string, n int) string {
	pieces := make([]piece, 0, len(s))
	for _, r := range s {
		pieces = append(pieces, piece{string(r), 1})
	}
	return fit(pieces, n)
}
