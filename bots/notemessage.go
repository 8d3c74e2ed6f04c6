package bots

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// formQuote is the ID of the form that makes a note of a message outside the risks' groups.
// Its state holds SourceState, and the sum of the text in sumState.
const (
	formQuote = "quote"
	sumState  = "sum"
)

// noteMessage makes a note of a message: on the risk whose group it is in, else it asks
// which risk.
func (b *Bot) noteMessage(ctx context.Context, c Command) (Reply, error) {
	m := c.Shortcut.Message
	if m == nil {
		return b.unknown(ctx, c)
	}
	said, _ := m.cut(core.MaxNote)
	if said == "" {
		return Say(b.printer(c).S("shortcuts.no_text")), nil
	}
	key, err := b.handling.RiskOf(ctx, c.Channel)
	switch {
	case notFound(err):
		return b.askWhichRisk(c, said, m.Quote), nil
	case err != nil:
		return Reply{}, err
	}
	return b.addQuote(ctx, c, engine.AddNote{Risk: key, Text: said, Quote: &m.Quote})
}

// askWhichRisk opens the form for a message that is in no risk's group.
func (b *Bot) askWhichRisk(c Command, said string, q core.Quote) Reply {
	p := b.printer(c)
	r := Say(p.S("shortcuts.note.again"))
	r.Form = &Form{
		ID: formQuote, State: map[string]string{SourceState: sourceOf(q), sumState: sumOf(said)},
		Title: ShortcutSpec{Name: shortcutNote}.Label(p), Submit: p.S("commands.form.note.submit"), Cancel: p.S("commands.form.cancel"),
		Fields: []Field{
			{Key: riskName, Kind: TextKind, Label: p.S("shortcuts.note.risk"), Required: true, Max: maxTypedKey, Hint: p.S("shortcuts.note.key", text.Args{"Example": b.exampleKey()})},
			{Key: noteName, Kind: LongTextKind, Label: p.S("commands.form.note.note"), Required: true, Max: core.MaxNote, Initial: oneOf(said)},
		},
	}
	return r
}

// maxTypedKey is how many characters of a key the form takes.
const maxTypedKey = 64

// quoteForm handles the form. If the person has edited the text, the message's author isn't
// named as its author any more; the link stays.
func (b *Bot) quoteForm(ctx context.Context, c Command) (Reply, error) {
	f := c.Filled
	quote := quoteFrom(f.State[SourceState])
	if quote == nil || f.Refresh {
		return b.unknown(ctx, c)
	}
	p, typed := b.printer(c), f.Values.Get(riskName)
	key, err := b.parseKey(typed)
	if err != nil {
		return Reply{Errors: []FieldError{{Field: riskName, Text: p.S("shortcuts.note.no_key", text.Args{"Word": typed, "Example": b.exampleKey()})}}}, nil
	}
	said := f.Values.Get(noteName)
	if sumOf(said) != f.State[sumState] {
		quote.By = core.Actor{}
	} else if !quote.By.Account.IsZero() {
		quote.By.Name = b.refName(ctx, c, core.RefOf(quote.By.Account))
	}
	return b.addQuote(ctx, c, engine.AddNote{Risk: key, Text: said, Quote: quote})
}

func (b *Bot) addQuote(ctx context.Context, c Command, n engine.AddNote) (Reply, error) {
	done, err := b.handling.Do(ctx, c.Op, c.Actor, n)
	if err != nil {
		return Reply{}, err
	}
	return b.noted(c, done.Risk), nil
}

// sumOf returns a short sum of a text, the same however its words are spaced.
func sumOf(said string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(strings.Join(strings.Fields(said), " "))) // never fails
	return fmt.Sprintf("%08x", h.Sum32())
}
