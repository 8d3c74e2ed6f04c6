package discord

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"riskroom/core"
)

// layout is a message that consists of components. Discord keeps the id of a component
// and returns it to every reader, but shows it to nobody. So the op needs no place in
// the text. Push notifications don't show the texts of a layout, so a message with
// content that people should read there is none: see
// https://github.com/discord/discord-api-docs/issues/7854.
type layout struct {
	Flags           int                               `json:"flags"`
	Components      []any                             `json:"components"`
	AllowedMentions *discordgo.MessageAllowedMentions `json:"allowed_mentions"`
}

// Components of layouts. discordgo's text display has no id. See
// https://docs.discord.com/developers/components/reference#anatomy-of-a-component.
type (
	display struct {
		Type int    `json:"type"`
		ID   int64  `json:"id,omitempty"`
		Text string `json:"content"`
	}
	section struct {
		Type      int              `json:"type"`
		Texts     []display        `json:"components"`
		Accessory discordgo.Button `json:"accessory"`
	}
	container struct {
		Type   int   `json:"type"`
		Colour int   `json:"accent_color,omitempty"`
		Parts  []any `json:"components"`
	}
	separator struct {
		Type int `json:"type"`
	}
)

const (
	sectionKind   = 9
	textDisplay   = 10
	separatorKind = 14
	containerKind = 17

	layoutFlag = 1 << 15 // IS_COMPONENTS_V2
	maxLayout  = 4000    // characters in all texts of a layout
)

// edited is a layout in place of another message, which loses its content and embeds.
type edited struct {
	layout
	Text   *string `json:"content"` // null
	Embeds []any   `json:"embeds"`  // empty
}

// layout lays out a pinned card, and any message without a button, whose op needs a
// place that nobody sees. It returns false for other messages. The answer doesn't
// depend on the op, because an edit can't turn a layout into another message.
func (r Renderer) layout(m core.Message, op string) (layout, bool) {
	var main, more []discordgo.Button
	switch {
	case m.Card != nil:
		main, more = r.pressable(*m.Card, op)
	case m.About != nil:
		main, more = r.pressable(*m.About, op)
	}
	small := m.Card != nil && m.Card.Small
	if len(main)+len(more) > 0 {
		if !small {
			return layout{}, false
		}
		op = "" // a button has it
	}
	p := page{Renderer: r, room: maxLayout}
	out := layout{Flags: layoutFlag}
	text := p.part(m.Text, maxContent, all)
	if text != "" {
		out.Components = append(out.Components, displayOf(text, op))
		op = ""
	}
	out.AllowedMentions = r.allowed(m.Text, text)
	if m.Card != nil {
		if box := p.box(*m.Card, op, main, more); len(box.Parts) > 0 {
			out.Components = append(out.Components, box)
		}
	}
	return out, len(out.Components) > 0
}

// box lays out a card: title, rows and footer next to its last button, which asks for
// the least, then the body and the other buttons. A small card has no body.
func (p *page) box(c core.Card, op string, main, more []discordgo.Button) container {
	out := container{Type: containerKind, Colour: colour(c.Tone)}
	head := p.head(c, op)
	if len(head) > 0 {
		op = ""
	}
	if last := len(main) - 1; last >= 0 && len(head) > 0 {
		out.Parts, main = append(out.Parts, section{sectionKind, head, main[last]}), main[:last]
		head = nil
	}
	for _, text := range head {
		out.Parts = append(out.Parts, text)
	}
	divide := func() {
		if len(out.Parts) > 0 {
			out.Parts = append(out.Parts, separator{separatorKind})
		}
	}
	if !c.Small {
		if body := p.part(c.Body, maxDescription, all); body != "" {
			divide()
			out.Parts = append(out.Parts, displayOf(body, op))
		}
	}
	below := slices.Concat(rows(main), rows(more))
	if len(below) > 0 {
		divide()
	}
	for _, row := range below[:min(len(below), maxRows)] {
		out.Parts = append(out.Parts, row)
	}
	return out
}

const heading = "### "

// head returns the texts at the top of a card. The first has the op.
func (p *page) head(c core.Card, op string) []display {
	p.room -= bodyRoom
	defer func() { p.room += bodyRoom }()
	var texts []display
	add := func(before, text string) {
		if text != "" {
			texts, op = append(texts, displayOf(before+text, op)), ""
			p.room -= len(before)
		}
	}
	add(heading, p.part(c.Title, maxTitle, letter))
	footer, before := p.part(c.Footer, maxFooter, all), strings.TrimPrefix(subtext, "\n")
	if strings.Contains(footer, "\n") {
		before = "" // small print is one line
	}
	if c.Small {
		add("", p.part(oneRow(c.Rows), maxFieldValue, all))
	} else {
		add("", p.lines(c.Rows))
	}
	add(before, footer)
	return texts
}

// lines puts each row on its own line, with a bold label.
func (p *page) lines(rows []core.Row) string {
	var out []string
	for _, row := range rows {
		label := strings.TrimSpace(p.part([]core.Span{core.Plain(row.Label)}, maxFieldName, letter))
		value := p.part(row.Value, maxFieldValue, all)
		if value == "" {
			continue
		}
		if label != "" {
			value = "**" + label + "**  " + value
		}
		out = append(out, value)
		p.room -= len("****  \n")
	}
	return strings.Join(out, "\n")
}

func displayOf(text, op string) display {
	d := display{Type: textDisplay, Text: text}
	if op != "" {
		d.ID = displayID(op)
	}
	return d
}

// displayID derives the id of a text display from the op of its message. The ids
// that Discord itself gives are small. Two messages in a channel have the same id
// once in 2^30.
func displayID(op string) int64 {
	sum := sha256.Sum256([]byte(op))
	return int64(1<<30 | binary.BigEndian.Uint32(sum[:4])>>2)
}
