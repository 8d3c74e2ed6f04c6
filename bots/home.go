package bots

import (
	"context"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// Home is a page with what concerns one person, for platforms where an app has one.
type Home struct {
	At       time.Time // when it was made
	New      string    // the label of a button that stands for the shortcut NewRisk
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

const (
	// homeFor is how long a Home may be shown without another look. Nothing reports what
	// changes by itself: due dates pass, people join groups, runs are parked.
	homeFor = 15 * time.Minute
	// homeSkew is how far the clocks of replicas may be apart.
	homeSkew = time.Minute
)

// Outdated returns the people whose Home must be made again: those whose risks have
// changed since theirs was made, and those whose is old or unknown.
func (b *Bot) Outdated(ctx context.Context, of []core.Account, made func(core.Account) time.Time) ([]core.Account, error) {
	oldest := b.clock.Now().Add(-homeFor)
	var out, recent []core.Account
	for _, a := range of {
		if b.touched == nil || made(a).Before(oldest) {
			out = append(out, a)
		} else {
			recent = append(recent, a)
		}
	}
	if len(recent) == 0 {
		return out, nil
	}
	last, err := b.touched(ctx, oldest.Add(-homeSkew), recent)
	if err != nil {
		return nil, err
	}
	for _, a := range recent {
		if t, ok := last[a]; ok && !t.Before(made(a).Add(-homeSkew)) {
			out = append(out, a)
		}
	}
	return out, nil
}

// Home returns the page of the sender of c: the open risks that they handle and that they
// filed, those of them that are overdue and, for administrators, what waits for them.
func (b *Bot) Home(ctx context.Context, c Command) (Home, error) {
	p := b.printer(c)
	h := Home{At: b.clock.Now(), New: ShortcutSpec{Name: shortcutNew}.Label(p)}
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
