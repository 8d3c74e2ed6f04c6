package bots

import (
	"context"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// formNote is the ID of the form that adds a note. Its state holds riskState.
const formNote = "note"

func noteCommand() command {
	return command{
		name: "note", aliases: synonyms{text.English: {"comment"}, text.Chinese: {"备注"}},
		args: (*Bot).noteArgs, changes: true, handle: (*Bot).note,
		presses:   []press{{press: core.PressNote, handle: (*Bot).askNoteText}},
		forms:     map[string]handler{formNote: (*Bot).noteForm, formQuote: (*Bot).quoteForm},
		shortcuts: []shortcut{{name: shortcutNote, message: true, changes: true, handle: (*Bot).noteMessage}},
	}
}

// noteArgs takes a key with its prefix only: a note may begin with a number.
func (b *Bot) noteArgs() []Arg {
	return []Arg{
		b.prefixed(b.riskArg()),
		{Name: noteName, Option: "note", Kind: ProseArg, Max: core.MaxNote, Help: helpText("options.note.text"), take: theRest},
	}
}

// note adds a note: `note R-17 the bank called back`.
func (b *Bot) note(ctx context.Context, c Command) (Reply, error) {
	key, wrong, err := b.riskOf(ctx, c)
	if key == "" {
		return wrong, err
	}
	if note := c.Typed.Args.Get(noteName); note != "" {
		return b.addNote(ctx, c, key, note)
	}
	return b.openNoteForm(ctx, c, key)
}

func (b *Bot) addNote(ctx context.Context, c Command, key core.RiskKey, note string) (Reply, error) {
	done, err := b.handling.Do(ctx, c.Op, c.Actor, engine.AddNote{Risk: key, Text: note})
	if err != nil {
		return Reply{}, err
	}
	r := b.noted(c, done.Risk)
	r.Close = true
	return r, nil
}

// noted reports that a note was added.
func (b *Bot) noted(c Command, r core.Risk) Reply {
	return Say(b.printer(c).S("commands.noted", text.Args{"Key": string(r.Key), "Title": r.Title}))
}

func (b *Bot) askNoteText(ctx context.Context, c Command) (Reply, error) {
	return b.openNoteForm(ctx, c, c.Pressed.Risk)
}

// openNoteForm opens the form that adds a note, without the risk's title if the risk can't
// be read in time. The form is checked when it is submitted.
func (b *Bot) openNoteForm(ctx context.Context, c Command, key core.RiskKey) (Reply, error) {
	short, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	v, err := b.handling.Show(short, c.Actor, key)
	switch {
	case err != nil && refused(err):
		return Reply{}, err
	case err == nil && !v.MayChange:
		return Reply{}, b.denied(ctx, c, engine.AddNote{Risk: key}, "may_not_change", key)
	case err != nil:
		v.Risk.Key = key
	}
	f := b.noteFormOf(c, v.Risk, "")
	r := Say(b.printer(c).S("commands.note.line", text.Args{"Command": b.org.Command, "Key": string(key)}))
	r.Form = &f
	return r, nil
}

func (b *Bot) noteFormOf(c Command, r core.Risk, typed string) Form {
	p := b.printer(c)
	return Form{
		ID: formNote, State: map[string]string{riskState: string(r.Key)}, Title: p.S("commands.form.note.title", text.Args{"Key": string(r.Key)}),
		Submit: p.S("commands.form.note.submit"), Cancel: p.S("commands.form.cancel"), Notice: titleOf(r),
		Fields: []Field{{
			Key: noteName, Kind: LongTextKind, Label: p.S("commands.form.note.note"), Max: core.MaxNote, Required: true, Initial: oneOf(typed),
		}},
	}
}

// noteForm handles the form that adds a note.
func (b *Bot) noteForm(ctx context.Context, c Command) (Reply, error) {
	key, err := core.ParseRiskKey(b.org.KeyPrefix, c.Filled.State[riskState])
	if err != nil || c.Filled.Refresh {
		return b.unknown(ctx, c)
	}
	return b.addNote(ctx, c, key, c.Filled.Values.Get(noteName))
}
