package discord

import (
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
// with the buttons below it. A small card has its rows on one line and no body.
func (p *page) card(c core.Card, op string) {
	e := &discordgo.MessageEmbed{Color: colour(c.Tone), Title: p.part(c.Title, maxTitle, letter)}
	small, tail := p.footer(c.Footer)
	if small != "" {
		e.Footer = &discordgo.MessageEmbedFooter{Text: small}
	}
	if c.Small {
		e.Description = p.part(oneRow(c.Rows), maxDescription, all)
	} else {
		p.room -= bodyRoom
		e.Fields = p.fields(c.Rows)
		p.room += bodyRoom
		e.Description = p.part(c.Body, maxDescription, all)
	}
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

// buttons lays out the buttons in rows of five, the less important ones in rows of
// their own. It drops duplicates, because Discord rejects a custom_id that appears
// twice. The first button carries the op.
func (p *page) buttons(c core.Card, op string) {
	seen := make(map[string]bool)
	for _, more := range []bool{false, true} {
		var row discordgo.ActionsRow
		for _, b := range c.Buttons {
			carried := Button{Press: b.Press, Risk: c.Risk, Version: c.Version}
			if p.Shared {
				carried.Workspace = p.Workspace
			}
			id := carried.CustomID("")
			if b.More != more || seen[id] || len(p.Components) == maxRows || len(carried.CustomID(op)) > maxCustomID {
				continue
			}
			if len(seen) == 0 {
				id = carried.CustomID(op)
			}
			seen[carried.CustomID("")] = true
			style := discordgo.SecondaryButton
			if b.Primary {
				style = discordgo.PrimaryButton
			}
			row.Components = append(row.Components, discordgo.Button{Label: orDots(cut(b.Label, maxLabel)), Style: style, CustomID: id})
			if len(row.Components) == maxInRow {
				p.Components, row = append(p.Components, row), discordgo.ActionsRow{}
			}
		}
		if len(row.Components) > 0 {
			p.Components = append(p.Components, row)
		}
	}
}

// mark adds the op to a card that has no button to carry it, after the footer.
func (p *page) mark(op string) {
	switch {
	case op == "" || len(p.Components) > 0 || len(p.Embeds) == 0:
	case p.Embeds[0].Footer == nil:
		p.Embeds[0].Footer = &discordgo.MessageEmbedFooter{Text: op}
	default:
		p.Embeds[0].Footer.Text += dot + op
	}
}

// underlined reports whether a text ends with the op, as mark writes it and as
// earlier versions wrote it below a text.
func underlined(text, op string) bool {
	return text == op || strings.HasSuffix(text, subtext+op) || strings.HasSuffix(text, dot+op) ||
		text == strings.TrimPrefix(subtext, "\n")+op
}
