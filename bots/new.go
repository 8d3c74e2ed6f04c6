package bots

import (
	"context"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// glance is how long a form waits for data before it opens without. Platforms accept a
// form for a few seconds only, and what people enter is checked when they submit it.
const glance = time.Second

func newCommand() command {
	return command{
		name: "new", aliases: synonyms{text.English: {"file"}, text.Chinese: {"填报", "新建"}},
		args: (*Bot).fieldArgs, changes: true, handle: (*Bot).new,
		forms: map[string]handler{formFile: (*Bot).fileForm},
		shortcuts: []shortcut{
			{name: shortcutFile, message: true, handle: (*Bot).fileMessage},
			{name: shortcutNew, handle: (*Bot).newRisk},
		},
	}
}

// new files a risk from a line, or opens a form.
func (b *Bot) new(ctx context.Context, c Command) (Reply, error) {
	values, faults := c.Typed.Args, c.Typed.faults
	if len(values) == 0 && len(faults) == 0 {
		return b.openFileForm(ctx, c, Values{}, map[string]string{})
	}
	d, more := b.draft(values, b.mentions(c), b.printer(c).Lang())
	if faults = append(faults, more...); len(faults) > 0 {
		r := b.faulty(c, faults)
		p := b.printer(c)
		r.Text = append(r.Text, core.Plain("\n"+p.S("commands.known_fields", text.Args{
			"Fields": p.List(keyNames(b.keys, p.Lang())), "Command": b.org.Command,
		})))
		return r, nil
	}
	anyway := values.Get(anywayKey) != ""
	if b.lacks(d) {
		state := map[string]string{}
		if anyway {
			state[anywayKey] = "yes"
		}
		return b.openFileForm(ctx, c, b.valuesOf(d), state)
	}
	return b.file(ctx, c, d, anyway)
}

// lacks reports whether d lacks a required value, which a form then asks for. A text
// that is too long for the form is left to the engine, which refuses it.
func (b *Bot) lacks(d engine.Draft) bool {
	if utf8.RuneCountInString(d.Title) > core.MaxTitle || utf8.RuneCountInString(d.Description) > core.MaxDescription {
		return false
	}
	return d.Title == "" || d.Module == "" || slices.ContainsFunc(b.org.Fields, func(f core.Field) bool {
		return f.Part == core.Reported && f.Required && d.Fields[f.Key].IsZero()
	})
}

// openFileForm opens the form of a new risk with the values given so far.
func (b *Bot) openFileForm(ctx context.Context, c Command, given Values, state map[string]string) (Reply, error) {
	short, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	if err := b.filing.MayFile(short, c.Actor); err != nil && refused(err) {
		return Reply{}, err
	}
	state["module"] = given.Get("module")
	f := b.fileFormOf(ctx, c, given, state)
	r := Say(b.again(c))
	r.Form = &f
	return r, nil
}

// fileForm handles the form of a new risk.
func (b *Bot) fileForm(ctx context.Context, c Command) (Reply, error) {
	if c.Filled.Refresh {
		f := b.fileFormOf(ctx, c, c.Filled.Values, c.Filled.State)
		return Reply{Form: &f}, nil
	}
	values := c.Filled.Values
	if values.Get("discovered_at") == b.today() {
		values = maps.Clone(values)
		delete(values, "discovered_at") // as the form opened: now, not the hour at which days start
	}
	d, faults := b.draft(values, b.mentions(c), b.printer(c).Lang())
	if len(faults) > 0 {
		return b.faulty(c, faults), nil
	}
	d.Source = quoteFrom(c.Filled.State[SourceState])
	return b.file(ctx, c, d, c.Filled.State[anywayKey] != "")
}

// file files d. If the same person has just filed the same title, it asks first, unless
// anyway is set.
func (b *Bot) file(ctx context.Context, c Command, d engine.Draft, anyway bool) (Reply, error) {
	d.Again = anyway
	filed, err := b.filing.File(ctx, c.Op, c.Actor, d)
	switch {
	case err != nil:
		return Reply{}, err
	case filed.Before != nil:
		return b.fileAnyway(ctx, c, d, *filed.Before), nil
	}
	return b.filed(ctx, c, filed), nil
}

// fileAnyway asks whether to file a title again that was just filed.
func (b *Bot) fileAnyway(ctx context.Context, c Command, d engine.Draft, before core.Risk) Reply {
	p := b.printer(c)
	notice := p.S("commands.anyway.notice", text.Args{
		"Key": string(before.Key), "Title": before.Title,
		"Duration": p.Duration(b.clock.Now().Sub(before.SubmittedAt).Truncate(time.Minute)),
	})
	state := map[string]string{anywayKey: "yes", "module": d.Module}
	if d.Source != nil {
		state[SourceState] = sourceOf(*d.Source)
	}
	f := b.fileFormOf(ctx, c, b.valuesOf(d), state)
	f.notice(notice)
	f.Submit = p.S("commands.anyway.submit")
	r := Say(notice)
	if c.Typed != nil {
		r.Text = append(r.Text, core.Plain("\n"+p.S("commands.anyway.line", text.Args{"Line": b.typedLine(c)})))
	}
	r.Form = &f
	return r
}

// filed reports that a risk was filed, with every value as riskroom understood it.
func (b *Bot) filed(ctx context.Context, c Command, f engine.Filed) Reply {
	p := b.printer(c)
	r := Say(p.S("commands.filed", text.Args{"Key": string(f.Risk.Key), "Title": f.Risk.Title}))
	d := detailer{b: b, c: c, p: p, v: engine.View{Risk: f.Risk}}
	between := "\n"
	for _, value := range d.given(ctx) {
		r.Text = append(append(r.Text, core.Plain(between+value.Label+p.S("commands.colon.between"))), value.Content...)
		between = p.S("commands.filed.between")
	}
	r.Text = append(append(r.Text, core.Plain("\n"+p.Field("handlers")+p.S("commands.colon.between"))),
		b.people(ctx, p, c.Actor.Account.Workspace, f.Risk.Handlers...)...)
	if len(f.Now) > 0 {
		r.Text = append(r.Text, core.Plain("\n"+p.S("commands.filed.now", text.Args{"Flows": p.List(f.Now)})))
	}
	if len(f.Missed) > 0 {
		r.Text = append(r.Text, core.Plain("\n"+p.S("commands.filed.missed", text.Args{"Flows": p.List(f.Missed)})))
	}
	return r
}
