package engine

import (
	"context"
	"slices"
	"strconv"
	"unicode/utf8"

	"riskroom/core"
	"riskroom/core/text"
)

// Card implements Handling.
func (e *Engine) Card(ctx context.Context, v View, workspace, lang string) core.Card {
	return *e.card(ctx, v, workspace, lang)
}

func (e *Engine) card(ctx context.Context, v View, workspace, lang string) *core.Card {
	p, r, lead := e.text.In(lang), v.Risk, v.Lead
	c := &core.Card{
		Risk: r.Key, Version: r.Version, Marks: marks(v.Unreached), Title: e.cardTitle(p, r),
		Body: cardBody(p, r.Description), Buttons: e.buttons(p, r), Tone: tone(r.Status),
	}
	row := func(label string, value ...core.Span) {
		if len(value) > 0 {
			c.Rows = append(c.Rows, core.Row{Label: label, Value: value})
		}
	}
	row(p.Field("status"), core.Plain(e.cardStatus(p, r)))
	if len(e.org.Process) > 0 && r.Node != "" {
		row(p.Field("node"), core.Plain(p.Position(e.org, r)))
	}
	row(p.Field("severity"), core.Plain(p.Severity(r.Severity)))
	row(p.Field("module"), core.Plain(r.Module))
	row(p.Field("discovered_at"), core.Plain(p.When(e.org, r.DiscoveredAt)))
	if !r.DueAt.IsZero() {
		row(p.Field("due_at"), core.Plain(e.due(p, r)))
	}
	handlers := e.names(ctx, p, r.Handlers, workspace)
	if len(handlers) == 0 {
		handlers = plain(p.S("card.handlers.none"))
	}
	row(p.Field("handlers"), handlers...)
	if lead != "" {
		row(p.Field("lead"), e.names(ctx, p, []core.Ref{lead}, workspace)...)
	}
	row(p.Field("unreached"), e.unreachedNames(ctx, p, v.Unreached, workspace)...)
	for _, f := range e.org.Fields {
		row(core.LabelIn(f.Label, lang, f.Key), e.value(ctx, p, f, r.Fields[f.Key], workspace)...)
	}
	row(p.Field("source"), e.source(ctx, p, r.Source)...)
	row(p.Resolution(r.Status), plain(r.Resolution)...)
	if n := len(r.Notes); n > 0 {
		row(p.Field("notes"), core.Plain(p.Note(r.Notes[n-1], e.org.Zone)))
	}
	c.Footer = plain(p.S("card.footer", text.Args{"Name": r.Submitter.Name, "Date": p.Date(r.SubmittedAt, e.org.Zone)}))
	return c
}

// source returns a link to the message that a risk was filed from. Its author is named
// without a mention, because the risk may be none of their business.
func (e *Engine) source(ctx context.Context, p text.Printer, q *core.Quote) []core.Span {
	if q == nil {
		return nil
	}
	label := p.S("card.source")
	if !q.By.Account.IsZero() {
		label = p.S("card.source.by", text.Args{"Name": e.people.Name(ctx, p, core.RefOf(q.By.Account), "").Text})
	}
	return []core.Span{core.Hyperlink(label, q.Link)}
}

// badge returns the small pinned card of an item group.
func (e *Engine) badge(ctx context.Context, r core.Risk, g Group) *core.Badge {
	p := e.text.In(e.org.Language)
	c := &core.Card{
		Risk: r.Key, Version: r.Version, Marks: groupMarks(g), Title: e.cardTitle(p, r), Small: true, Tone: tone(r.Status),
		Footer:  plain(p.S("card.badge.footer", text.Args{"Module": r.Module, "Status": p.Status(r.Status)})),
		Buttons: []core.Button{{Press: core.PressDetails, Label: p.S("card.button.details"), Primary: true}},
	}
	for _, line := range e.groupLines(ctx, p, g) {
		c.Footer = append(c.Footer, core.Plain(p.S("topic.line.between")+line))
	}
	label := p.S("card.badge.label", text.Args{"Module": r.Module, "Key": string(r.Key)})
	return &core.Badge{Label: label, Module: r.Module, Message: core.Message{Card: c}}
}

// bareCard returns the card in a group that the risk no longer has. It has no buttons,
// and says which group the risk has now.
func (e *Engine) bareCard(r core.Risk, now namedGroup) core.Card {
	p := e.text.In(e.org.Language)
	return core.Card{
		Risk: r.Key, Version: r.Version, Title: e.cardTitle(p, r), Tone: core.ToneQuiet,
		Body: now.link(p.S("card.former", text.Args{"Key": string(r.Key), "Group": now.Name})),
	}
}

func (e *Engine) cardTitle(p text.Printer, r core.Risk) []core.Span {
	return plain(p.S("card.title", text.Args{"Key": string(r.Key), "Title": r.Title}))
}

// maxBody is how many characters of a description a card shows.
const maxBody = 600

// cardBody returns a description as cards show it. Details shows all of a long one.
func cardBody(p text.Printer, description string) []core.Span {
	if utf8.RuneCountInString(description) <= maxBody {
		return core.Linked(description)
	}
	return append(core.Linked(core.Shorten(description, maxBody)), core.Plain("\n"+p.S("card.body.more")))
}

// cardStatus returns the status, and since when and by whom if it isn't as filed.
func (e *Engine) cardStatus(p text.Printer, r core.Risk) string {
	args := text.Args{"Status": p.Status(r.Status), "Since": p.Time(r.StatusSince, e.org.Zone), "Name": r.StatusBy.Name}
	switch {
	case r.StatusSince.Equal(r.SubmittedAt):
		return p.Status(r.Status)
	case r.StatusBy.Name == "":
		return p.S("card.status.since", args)
	}
	return p.S("card.status.by", args)
}

func (e *Engine) due(p text.Printer, r core.Risk) string {
	late := e.clock.Now().Sub(r.DueAt)
	if late <= 0 || !r.Status.Open() {
		return p.When(e.org, r.DueAt)
	}
	return p.S("card.overdue", text.Args{"Date": p.When(e.org, r.DueAt), "Duration": p.Duration(late)})
}

// maxNamed is how many people a row of a card names.
const maxNamed = 10

// names returns people as mentions if they have an account in the workspace,
// otherwise as names. User groups are not mentioned, so that nobody is notified.
func (e *Engine) names(ctx context.Context, p text.Printer, refs []core.Ref, workspace string) []core.Span {
	var out []core.Span
	for i, r := range refs {
		if i > 0 {
			out = append(out, core.Plain(p.S("common.list.between")))
		}
		if i == maxNamed {
			return append(out, core.Plain(p.S("card.people.more", text.Args{"Count": len(refs) - i})))
		}
		out = append(out, e.people.Name(ctx, p, r, workspace))
	}
	return out
}

// Value implements Handling.
func (e *Engine) Value(ctx context.Context, field string, v core.Value, workspace, lang string) []core.Span {
	return e.fieldValue(ctx, e.text.In(lang), field, v, workspace)
}

// fieldValue formats the content of a field, nil if there is none.
func (e *Engine) fieldValue(ctx context.Context, p text.Printer, field string, v core.Value, workspace string) []core.Span {
	if key, ok := core.OwnField(field); ok {
		f, _ := e.org.Field(key)
		return e.value(ctx, p, f, v, workspace)
	}
	switch {
	case v.IsZero():
		return nil
	case field == "severity":
		return plain(p.Severity(core.Severity(v.Text)))
	case field == "status":
		return plain(p.Status(core.Status(v.Text)))
	case field == "node":
		return plain(p.Node(e.org, v.Text))
	}
	return e.value(ctx, p, core.Field{Type: e.org.FieldType(field)}, v, workspace)
}

// value formats the value of an own field, nil if there is none.
func (e *Engine) value(ctx context.Context, p text.Printer, f core.Field, v core.Value, workspace string) []core.Span {
	if v.IsZero() {
		return nil
	}
	switch f.Type {
	case core.NumberField:
		if v.Number == nil {
			return nil
		}
		return plain(strconv.FormatFloat(*v.Number, 'f', -1, 64))
	case core.DateField:
		return plain(p.When(e.org, v.Date))
	case core.PeopleField:
		return e.names(ctx, p, v.People, workspace)
	case core.SelectField:
		for _, o := range f.Options {
			if o.Key == v.Text {
				return plain(core.LabelIn(o.Label, p.Lang(), o.Key))
			}
		}
	case core.TextField:
	}
	return plain(v.Text)
}

func plain(s string) []core.Span {
	if s == "" {
		return nil
	}
	return []core.Span{core.Plain(s)}
}

func tone(s core.Status) core.Tone {
	switch s {
	case core.Pending:
		return core.ToneWaiting
	case core.InProgress:
		return core.ToneActive
	case core.Resolved:
		return core.ToneDone
	case core.Shelved:
	}
	return core.ToneQuiet
}

// buttons returns the buttons of a risk.
func (e *Engine) buttons(p text.Printer, r core.Risk) []core.Button {
	var presses []core.Press
	switch r.Status {
	case core.Pending:
		presses = []core.Press{core.PressStart, core.PressResolve, core.PressShelve}
	case core.InProgress:
		presses = []core.Press{core.PressResolve, core.PressShelve}
	default:
		presses = []core.Press{core.PressReopen}
	}
	presses = append(e.nodePresses(r, presses), core.PressDetails, core.PressEdit)
	if r.Status.Open() {
		presses = append(presses, core.PressTake)
	}
	var out []core.Button
	for i, pr := range append(presses, core.PressNote) {
		out = append(out, core.Button{
			Press: pr, Label: e.buttonLabel(p, pr, r), Primary: i == 0 && r.Status.Open(),
			More: slices.Contains([]core.Press{core.PressEdit, core.PressTake, core.PressNote, core.PressBack}, pr),
		})
	}
	return out
}
