package bots

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// formDetails is the ID of the read-only form that shows a whole risk.
const formDetails = "details"

// details shows both parts of a risk, or its card if it is too late to open a form. Of a
// topic it shows the line.
func (b *Bot) details(ctx context.Context, c Command) (Reply, error) {
	if b.org.IsTopic(c.Pressed.Risk) {
		return b.topicDetails(ctx, c)
	}
	v, err := b.handling.Show(ctx, c.Actor, c.Pressed.Risk)
	if err != nil {
		return Reply{}, err
	}
	p := b.printer(c)
	card := b.handling.Card(ctx, v, c.Actor.Account.Workspace, p.Lang())
	d := detailer{b: b, c: c, p: p, v: v}
	f := Form{
		ID: formDetails, Title: p.S("commands.form.details.title", text.Args{"Key": string(v.Risk.Key)}),
		Cancel: p.S("commands.form.close"), Notice: b.lostGroup(p, v), Fields: slices.Concat(d.reported(ctx), d.handling(ctx), d.earlier(ctx), d.history(ctx)),
	}
	all := Turn{Pages: historyPages, State: string(v.Risk.Key), Label: p.S("history.title")}
	return Reply{Form: &f, Card: &card, Turns: []Turn{all}}, nil
}

type detailer struct {
	b *Bot
	c Command
	p text.Printer
	v engine.View
}

func static(label string, content ...core.Span) Field {
	return Field{Kind: StaticKind, Label: label, Content: content}
}

func (d detailer) field(key, value string) Field {
	if value == "" {
		value = d.p.S("common.none")
	}
	return static(d.p.Field(key), core.Plain(value))
}

func (d detailer) reported(ctx context.Context) []Field {
	r := d.v.Risk
	out := []Field{
		static(d.p.FormPart(core.Reported)),
		d.field("title", r.Title),
		d.field("module", r.Module),
		d.field("severity", d.p.Severity(r.Severity)),
		d.field("discovered_at", d.day(r.DiscoveredAt)),
		d.field("due_at", d.day(r.DueAt)),
		d.description(),
	}
	out = append(out, d.own(ctx, core.Reported)...)
	out = append(out, d.files()...)
	if r.Source != nil {
		out = append(out, static(d.p.Field("source"), d.source(ctx, *r.Source)))
	}
	return append(out,
		static(d.p.Field("submitter"), core.Plain(d.b.actor(ctx, d.c, r.Submitter))),
		d.field("submitted_at", d.p.Time(r.SubmittedAt, d.b.zone(d.c))))
}

// description returns the description, in which web addresses can be opened.
func (d detailer) description() Field {
	if d.v.Risk.Description == "" {
		return d.field("description", "")
	}
	return static(d.p.Field("description"), core.Linked(d.v.Risk.Description)...)
}

// source returns a link to the message that became a risk or a note.
func (d detailer) source(ctx context.Context, q core.Quote) core.Span {
	if q.By.Name == "" && q.By.Account.IsZero() {
		return core.Hyperlink(d.p.S("card.source"), q.Link)
	}
	return core.Hyperlink(d.p.S("card.source.by", text.Args{"Name": d.b.actor(ctx, d.c, q.By)}), q.Link)
}

// given returns the reported values that are set, except for the title.
func (d detailer) given(ctx context.Context) []Field {
	r := d.v.Risk
	values := map[string]string{
		"module": r.Module, "discovered_at": d.day(r.DiscoveredAt), "due_at": d.day(r.DueAt),
		"description": core.Shorten(strings.Join(strings.Fields(r.Description), " "), text.ListedTitle),
	}
	if r.Severity != "" {
		values["severity"] = d.p.Severity(r.Severity)
	}
	var out []Field
	for _, key := range []string{"module", "severity", "discovered_at", "due_at", "description"} {
		if values[key] != "" {
			out = append(out, d.field(key, values[key]))
		}
	}
	for _, f := range d.b.org.Fields {
		if v := r.Fields[f.Key]; f.Part == core.Reported && !v.IsZero() {
			out = append(out, static(core.LabelIn(f.Label, d.p.Lang(), f.Key), d.b.value(ctx, d.c, core.OwnName(f.Key), v)...))
		}
	}
	return append(out, d.files()...)
}

// files names the attachments, nothing if there are none.
func (d detailer) files() []Field {
	if len(d.v.Risk.Files) == 0 {
		return nil
	}
	return []Field{d.field(core.FilesField, fileNames(d.p, d.v.Risk.Files))}
}

func (d detailer) handling(ctx context.Context) []Field {
	r := d.v.Risk
	workspace := d.c.Actor.Account.Workspace
	out := []Field{
		static(d.p.FormPart(core.Handling)),
		static(d.p.Field("handlers"), d.b.people(ctx, d.p, workspace, r.Handlers...)...),
		static(d.p.Field("lead"), d.b.people(ctx, d.p, workspace, d.v.Lead)...),
		d.field("status", d.p.Status(r.Status)),
		d.field("status_since", d.p.Time(r.StatusSince, d.b.zone(d.c))),
	}
	out = append(out, d.node()...)
	out = append(out, d.own(ctx, core.Handling)...)
	out = append(out, static(d.p.Field("notes"), d.notes(ctx)...))
	resolution := d.field("resolution", r.Resolution)
	resolution.Label = d.p.Resolution(r.Status)
	return append(out, resolution)
}

// node returns where the risk is in the process and since when.
func (d detailer) node() []Field {
	if r := d.v.Risk; len(d.b.org.Process) > 0 && r.Node != "" {
		return []Field{d.field("node", d.p.Position(d.b.org, r)), d.field("node_since", d.p.Time(r.NodeSince, d.b.zone(d.c)))}
	}
	return nil
}

// notesRoom is the number of characters of notes that the details show, the newest
// first. A platform may show fewer.
const notesRoom = 20_000

func (d detailer) notes(ctx context.Context) []core.Span {
	all := d.v.Risk.Notes
	if len(all) == 0 {
		return []core.Span{core.Plain(d.p.S("common.none"))}
	}
	var out []core.Span
	room := notesRoom
	for i, n := range slices.Backward(all) {
		n.By.Name = d.b.actor(ctx, d.c, n.By)
		line := d.p.Note(n, d.b.zone(d.c))
		if room -= utf8.RuneCountInString(line); room < 0 {
			more := d.p.S("card.notes.more", text.Args{"Count": i + 1})
			return append(out, core.Plain("\n"+more+" · "+d.seeAll()))
		}
		if len(out) > 0 {
			out = append(out, core.Plain("\n"))
		}
		out = append(out, core.Plain(line))
	}
	return out
}

// earlier returns how the risk was resolved or why it was shelved before it was reopened.
func (d detailer) earlier(ctx context.Context) []Field {
	r := d.v.Risk
	var out []core.Span
	for i, c := range slices.Backward(r.History) {
		if c.To.Open() || c.Text == "" || i == len(r.History)-1 && !r.Status.Open() {
			continue
		}
		if len(out) > 0 {
			out = append(out, core.Plain("\n"))
		}
		out = append(out, core.Plain(d.p.S("history.line", text.Args{
			"Time": d.p.Time(c.At, d.b.zone(d.c)), "Who": d.b.actor(ctx, d.c, c.By),
			"What": d.p.S("history.earlier.line", text.Args{"Status": d.p.Status(c.To), "Text": c.Text}),
		})))
	}
	if out == nil {
		return nil
	}
	return []Field{static(d.p.S("history.earlier"), out...)}
}

// newestEvents is the number of events of the history that the details show.
const newestEvents = 5

// history returns the newest events, and how to see the rest. Details are shown without
// it if it can't be read in time.
func (d detailer) history(ctx context.Context) []Field {
	short, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	h, err := d.b.handling.History(short, d.c.Actor, d.v.Risk.Key, d.c.Channel, "")
	if err != nil {
		d.b.log.Warn("bots: a history could not be read", "risk", d.v.Risk.Key, "error", err)
		return nil
	}
	out := []core.Span{core.Plain(d.seeAll())}
	t := eventWords{b: d.b, c: d.c, p: d.p, most: text.ListedTitle}
	for _, line := range t.lines(ctx, h.Events[:min(len(h.Events), newestEvents)]) {
		out = append(append(out, core.Plain("\n")), line...)
	}
	return []Field{static(d.p.S("history.newest"), out...)}
}

// seeAll returns the command that shows the whole history.
func (d detailer) seeAll() string {
	return d.p.S("history.all", text.Args{"Command": d.b.org.Command, "Key": string(d.v.Risk.Key)})
}

func (d detailer) day(t time.Time) string { return d.p.When(d.b.org, t) }

func (d detailer) own(ctx context.Context, part core.FieldPart) []Field {
	var out []Field
	for _, f := range d.b.org.Fields {
		if f.Part == part {
			out = append(out, static(core.LabelIn(f.Label, d.p.Lang(), f.Key), d.b.value(ctx, d.c, core.OwnName(f.Key), d.v.Risk.Fields[f.Key])...))
		}
	}
	return out
}
