package slack

import (
	"unicode/utf8"

	"github.com/slack-go/slack"

	"riskroom/core"
)

// card lays out a card: title, rows, body, footer, buttons. A small card has
// its rows on one line and no body. Slack has colours only in attachments,
// which it advises against, so the tone is not shown.
func (p *page) card(c core.Card) {
	p.paragraph(p.spans(c.Title, core.MaxTitle+maxRowLabel, true))
	if c.Small {
		p.line(c.Rows)
	} else {
		p.rows(c.Rows)
		p.paragraph(p.spans(c.Body, core.MaxDescription, false))
	}
	p.footer(c.Footer)
	p.buttons(c)
}

// rows puts each row on its own line, with a bold label.
func (p *page) rows(rows []core.Row) {
	var lines []slack.RichTextElement
	for _, row := range rows[:min(len(rows), maxRows)] {
		if line := p.row(row); len(line) > 0 {
			lines = append(lines, slack.NewRichTextSection(line...))
		}
	}
	if len(lines) > 0 {
		p.blocks = append(p.blocks, slack.NewRichTextBlock(p.id(), lines...))
	}
}

// line puts all rows on one line.
func (p *page) line(rows []core.Row) {
	var all []slack.RichTextSectionElement
	for _, row := range rows[:min(len(rows), maxRows)] {
		line := p.row(row)
		if len(all) > 0 && len(line) > 0 {
			all = append(all, slack.NewRichTextSectionTextElement(" · ", nil))
		}
		all = append(all, line...)
	}
	p.paragraph(all)
}

func (p *page) row(row core.Row) []slack.RichTextSectionElement {
	value := p.spans(row.Value, maxRowValue, false)
	label := p.spans([]core.Span{core.Plain(row.Label)}, maxRowLabel, true)
	if len(value) == 0 {
		return nil
	}
	if len(label) > 0 {
		label = append(label, slack.NewRichTextSectionTextElement("  ", nil))
	}
	return append(label, value...)
}

// footer renders the footer as small print, which on Slack can be plain text
// only. A footer with mentions or links becomes a paragraph instead.
func (p *page) footer(spans []core.Span) {
	for _, s := range spans {
		if p.mentions(s) || p.links(s) {
			p.paragraph(p.spans(spans, maxRowValue, false))
			return
		}
	}
	text := ""
	for _, s := range spans {
		text += p.plain(s)
	}
	text = cut(text, min(maxRowValue, p.room))
	if text == "" {
		return
	}
	p.room -= utf8.RuneCountInString(text)
	p.blocks = append(p.blocks, slack.NewContextBlock(p.id(), plainText(text)))
}

// buttons puts less important buttons into a menu after the others, as far as there is
// room in it.
func (p *page) buttons(c core.Card) {
	var elements []slack.BlockElement
	var menu []*slack.OptionBlockObject
	for _, b := range c.Buttons {
		carried, label := Button{Press: b.Press, Risk: c.Risk, Version: c.Version}, plainText(cut(b.Label, maxLabel))
		switch {
		case b.More && b.Confirm == nil && len(menu) < maxMenu && len(carried.option()) <= maxOption:
			menu = append(menu, slack.NewOptionBlockObject(carried.option(), label, nil))
			continue
		case len(elements) == maxButtons-1: // the menu needs room too
			continue
		}
		e := slack.NewButtonBlockElement(carried.ActionID(), carried.Value(), label)
		if b.Primary {
			e = e.WithStyle(slack.StylePrimary)
		}
		if q := b.Confirm; q != nil {
			e = e.WithConfirm(slack.NewConfirmationBlockObject(plainText(cut(q.Title, maxAsked)), plainText(cut(q.Text, maxQuestion)),
				plainText(cut(q.Yes, maxAnswer)), plainText(cut(q.No, maxAnswer))))
		}
		elements = append(elements, e)
	}
	if len(menu) > 0 {
		elements = append(elements, slack.NewOverflowBlockElement(moreID, menu...))
	}
	if len(elements) > 0 {
		p.blocks = append(p.blocks, slack.NewActionBlock(p.id(), elements...))
	}
}

// plainText is text without any markup, not even :emoji:.
func plainText(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}
