package discord

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"

	"riskroom/core"
)

// page is a message being laid out.
type page struct {
	Renderer
	Content
	room int // how many characters still fit in the embeds
}

// Colours of the bar next to a card.
const (
	colourWaiting = 0xE8A33D
	colourActive  = 0x3B82C4
	colourDone    = 0x2E9E6B
	colourQuiet   = 0x8A9099
)

func colour(t core.Tone) int {
	switch t {
	case core.ToneWaiting:
		return colourWaiting
	case core.ToneActive:
		return colourActive
	case core.ToneDone:
		return colourDone
	case core.ToneQuiet:
		return colourQuiet
	}
	return 0
}

// card lays out a card as one embed (title, body, a field for each row, footer)
// with the buttons below it.
func (p *page) card(c core.Card, op string) {
	e := &discordgo.MessageEmbed{Color: colour(c.Tone), Title: p.part(c.Title, maxTitle, letter)}
	small, tail := p.footer(c.Footer)
	if small != "" {
		e.Footer = &discordgo.MessageEmbedFooter{Text: small}
	}
	p.room -= bodyRoom
	e.Fields = p.fields(c.Rows)
	p.room += bodyRoom
	e.Description = p.part(c.Body, maxDescription, all)
	if tail != "" {
		e.Description = strings.TrimPrefix(e.Description+"\n"+tail, "\n")
	}
	if e.Title != "" || e.Description != "" || e.Footer != nil || len(e.Fields) > 0 {
		p.Embeds = append(p.Embeds, e)
	}
	p.buttons(c, op)
}

// part renders one part of the embed within the embed's remaining room. Discord
// refuses blank parts, so it returns "" for them.
func (p *page) part(spans []core.Span, limit int, works markup) string {
	text := p.spans(spans, min(limit, p.room), works)
	if strings.TrimSpace(text) == "" {
		return ""
	}
	p.room -= utf8.RuneCountInString(text)
	return text
}

// Room that long rows leave for the rest, so that cut text is always
// noticeable: rowRoom for rows without a field of their own, bodyRoom for the
// body.
const (
	rowRoom  = 200
	bodyRoom = 200
)

// fields gives each row a field. Rows beyond Discord's limit of fields share
// the last one.
func (p *page) fields(rows []core.Row) []*discordgo.MessageEmbedField {
	var out []*discordgo.MessageEmbedField
	for i, row := range rows {
		if (len(out) == maxFields-1 && i < len(rows)-1) || p.room < rowRoom {
			return append(out, p.rest(rows[i:])...)
		}
		label := p.part([]core.Span{core.Plain(row.Label)}, maxFieldName, letter)
		value := p.part(row.Value, maxFieldValue, all)
		if value != "" {
			out = append(out, &discordgo.MessageEmbedField{Name: orDots(label), Value: value, Inline: short(row)})
		}
	}
	return out
}

// rest puts many rows into one field.
func (p *page) rest(rows []core.Row) []*discordgo.MessageEmbedField {
	var all []core.Span
	for _, row := range rows {
		if len(row.Value) > 0 {
			all = append(append(all, core.Plain(row.Label+" ")), append(row.Value, core.Plain("\n"))...)
		}
	}
	if value := p.part(all, maxFieldValue, letter); value != "" {
		return []*discordgo.MessageEmbedField{{Name: dots, Value: value}}
	}
	return nil
}

const dots = "…"

func orDots(s string) string {
	if s == "" {
		return dots
	}
	return s
}

// maxInline is the longest value that is shown next to others on a line.
const maxInline = 24

func short(row core.Row) bool { return utf8.RuneCountInString(core.Text(row.Value)) <= maxInline }

// dot separates items on one line.
const dot = " · "

// oneRow puts all rows on one line.
func oneRow(rows []core.Row) []core.Span {
	var out []core.Span
	for _, row := range rows {
		if len(row.Value) == 0 {
			continue
		}
		if len(out) > 0 {
			out = append(out, core.Plain(dot))
		}
		out = append(append(out, core.Plain(row.Label+"  ")), row.Value...)
	}
	return out
}

// footer renders the footer as small print, where markup has no effect. A
// footer with mentions or links goes to the end of the description instead.
func (p *page) footer(spans []core.Span) (small, tail string) {
	text := ""
	for _, s := range spans {
		if p.mentions(s) || p.links(s) {
			return "", p.part(spans, maxFooter, all)
		}
		text += p.plain(s)
	}
	if strings.TrimSpace(text) == "" {
		return "", ""
	}
	text = cut(text, min(maxFooter, p.room))
	p.room -= utf8.RuneCountInString(text)
	return text, ""
}

// buttons lays out the buttons below a card.
func (p *page) buttons(c core.Card, op string) {
	main, more := p.pressable(c, op)
	all := slices.Concat(rows(main), rows(more))
	p.Components = append(p.Components, all[:min(len(all), maxRows)]...)
}

// pressable renders a card's buttons, and the less important ones apart. It drops
// duplicates, because Discord rejects a custom_id that appears twice. The first button
// carries the op.
func (r Renderer) pressable(c core.Card, op string) (main, more []discordgo.Button) {
	seen := make(map[string]bool)
	for _, less := range []bool{false, true} {
		for _, b := range c.Buttons {
			carried := Button{Press: b.Press, Risk: c.Risk, Version: c.Version}
			if r.Shared {
				carried.Workspace = r.Workspace
			}
			id := carried.CustomID("")
			if b.More != less || seen[id] || len(carried.CustomID(op)) > maxCustomID {
				continue
			}
			seen[id] = true
			if len(seen) == 1 {
				id = carried.CustomID(op)
			}
			out := discordgo.Button{Label: orDots(cut(b.Label, maxLabel)), Style: discordgo.SecondaryButton, CustomID: id}
			if b.Primary {
				out.Style = discordgo.PrimaryButton
			}
			if less {
				more = append(more, out)
			} else {
				main = append(main, out)
			}
		}
	}
	return main, more
}

// rows puts buttons into rows of five.
func rows(buttons []discordgo.Button) []discordgo.MessageComponent {
	var out []discordgo.MessageComponent
	for some := range slices.Chunk(buttons, maxInRow) {
		row := discordgo.ActionsRow{}
		for _, b := range some {
			row.Components = append(row.Components, b)
		}
		out = append(out, row)
	}
	return out
}

// underlined reports whether a text ends with the op, as earlier versions wrote it below
// a text or after the footer of a card.
func underlined(text, op string) bool {
	return text == op || strings.HasSuffix(text, subtext+op) || strings.HasSuffix(text, dot+op) ||
		text == strings.TrimPrefix(subtext, "\n")+op
}
