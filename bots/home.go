package bots

import (
	"context"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// Home is a page with what concerns one person, for platforms where an app has one.
type Home struct {
	New      string // the label of a button that stands for the shortcut NewRisk
	Sections []HomeSection
}

// HomeSection is a part of a Home.
type HomeSection struct {
	Title string
	Lines []HomeLine
	Note  string // below the lines, may be empty
}

// HomeLine is a line, with a button that shows the risk unless it is about none.
type HomeLine struct {
	Text string
	Risk core.RiskKey
	Open string // the label of the button, "" for none
}

// NewRisk is the shortcut for a new risk.
func NewRisk() *Shortcut { return &Shortcut{Name: shortcutNew} }

// shownHome is how many risks a section of a Home shows.
const shownHome = 10

// Home returns the page of the sender of c: the open risks that they handle and that they
// filed, those of them that are overdue and, for administrators, what waits for them.
func (b *Bot) Home(ctx context.Context, c Command) (Home, error) {
	p := b.printer(c)
	h := Home{New: ShortcutSpec{Name: shortcutNew}.Label(p)}
	me := []core.Ref{core.RefOf(c.Actor.Account)}
	for _, s := range []struct {
		title string
		q     engine.ListQuery
	}{
		{"home.overdue", engine.ListQuery{Mine: true, Overdue: true}},
		{"home.handled", engine.ListQuery{Handlers: me}},
		{"home.filed", engine.ListQuery{By: me}},
	} {
		s.q.Limit = shownHome
		found, err := b.handling.List(ctx, c.Actor, s.q)
		if err != nil {
			return Home{}, err
		}
		section := HomeSection{Title: p.S(s.title)}
		for _, r := range found.Risks {
			section.Lines = append(section.Lines, b.homeLine(p, b.listLine(p, r), r.Key))
		}
		switch n := found.Total - len(found.Risks); {
		case len(found.Risks) == 0 && s.q.Overdue:
			continue
		case len(found.Risks) == 0:
			section.Note = p.S("home.none")
		case n > 0:
			section.Note = p.S("home.more", text.Args{"Count": n, "Command": b.org.Command})
		}
		h.Sections = append(h.Sections, section)
	}
	return b.withAttention(ctx, c, h)
}

func (b *Bot) homeLine(p text.Printer, line string, risk core.RiskKey) HomeLine {
	if risk.Number() == 0 {
		return HomeLine{Text: line}
	}
	return HomeLine{Text: line, Risk: risk, Open: p.S("card.button.details")}
}

// withAttention adds to h what waits for an administrator.
func (b *Bot) withAttention(ctx context.Context, c Command, h Home) (Home, error) {
	if b.attention == nil {
		return h, nil
	}
	a, err := b.attention(ctx, c.Actor)
	if err != nil {
		return Home{}, err
	}
	p := b.printer(c)
	if len(a.Parked) > 0 {
		s := HomeSection{Title: p.S("home.parked"), Note: p.S("home.parked.note")}
		for _, id := range a.Parked {
			s.Lines = append(s.Lines, b.homeLine(p, p.S("home.parked.line", text.Args{"Key": string(id.Risk), "Flow": id.Flow}), id.Risk))
		}
		h.Sections = append(h.Sections, s)
	}
	if len(a.Lost) > 0 {
		s := HomeSection{Title: p.S("home.lost"), Note: p.S("home.lost.note", text.Args{"Command": b.org.Command})}
		for _, key := range a.Lost {
			s.Lines = append(s.Lines, b.homeLine(p, string(key), key))
		}
		h.Sections = append(h.Sections, s)
	}
	return h, nil
}
