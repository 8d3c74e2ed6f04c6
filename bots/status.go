package bots

import (
	"context"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

func statusCommand() command {
	return command{
		name: "status", aliases: synonyms{text.Chinese: {"状态"}},
		args: (*Bot).statusArgs, changes: true, handle: (*Bot).status,
		presses: []press{
			{press: core.PressStart, changes: true, handle: (*Bot).start},
			{press: core.PressReopen, changes: true, handle: (*Bot).reopen},
			{press: core.PressResolve, handle: (*Bot).askResolution},
			{press: core.PressShelve, handle: (*Bot).askReason},
		},
		forms: map[string]handler{formResolve: (*Bot).statusForm, formShelve: (*Bot).statusForm},
	}
}

// Names of arguments of status.
const (
	statusName = "status"
	noteName   = "note"
)

func (b *Bot) statusArgs() []Arg {
	return []Arg{
		b.riskArg(),
		{
			Name: statusName, Option: "status", Required: true, Help: helpText("options.to"), suggest: b.suggestStatus,
			take: func(line string) (value []string, rest string, ok bool) {
				to, note, ok := b.statusAt(line)
				return []string{string(to)}, note, ok
			},
		},
		noteArg(),
	}
}

func noteArg() Arg {
	return Arg{Name: noteName, Option: "note", Kind: ProseArg, Max: core.MaxNote, Help: helpText("options.note"), take: theRest}
}

// status changes a risk's status: `status R-17 resolved fixed by lin`.
func (b *Bot) status(ctx context.Context, c Command) (Reply, error) {
	key, wrong, err := b.riskOf(ctx, c)
	if key == "" {
		return wrong, err
	}
	typed, note := c.Typed.Args.Get(statusName), c.Typed.Args.Get(noteName)
	to, ok := b.text.StatusFrom(typed)
	if !ok {
		return b.whichStatus(c, typed), nil
	}
	return b.changeTo(ctx, c, key, to, note)
}

// changeTo changes a risk's status, or asks for the reason that the status needs.
func (b *Bot) changeTo(ctx context.Context, c Command, key core.RiskKey, to core.Status, note string) (Reply, error) {
	if to == core.Shelved && note == "" {
		f := b.statusFormOf(c, key, "", to, 0)
		p := b.printer(c)
		r := Say(strings.Join(append([]string{p.S("commands.needs_reason", text.Args{"Command": b.org.Command, "Key": string(key)})},
			b.typedAgain(c)...), "\n"))
		r.Form = &f
		return r, nil
	}
	return b.change(ctx, c, engine.ChangeStatus{Risk: key, To: to, Note: note})
}

// statusAt reads a status of one or two words at the start of s. Punctuation may
// follow it: "已处理：修好了".
func (b *Bot) statusAt(s string) (to core.Status, note string, ok bool) {
	for words := 2; words > 0 && !ok; words-- {
		var phrase string
		phrase, note = cutPhrase(s, words)
		to, ok = b.text.StatusFrom(phrase)
	}
	return to, note, ok
}

// whichStatus replies to a status that is missing or does not exist. On a line, no
// argument has taken it.
func (b *Bot) whichStatus(c Command, typed string) Reply {
	if typed == "" {
		typed, _ = cutWord(c.Typed.left)
	}
	p := b.printer(c)
	var known, words []string
	for _, s := range core.Statuses() {
		known = append(known, p.Status(s))
		words = append(words, string(s), p.Status(s))
	}
	id := "commands.which_status"
	if typed != "" {
		id = "commands.no_status"
	}
	line := p.S(id, text.Args{"Word": typed, "Known": p.List(known)})
	if near := core.Nearest(typed, words); typed != "" && near != "" {
		line += " " + p.S("commands.near", text.Args{"Word": near})
	}
	return undone(strings.Join(append([]string{line}, b.typedAgain(c)...), "\n"))
}

// change changes a risk's status.
func (b *Bot) change(ctx context.Context, c Command, change engine.ChangeStatus) (Reply, error) {
	done, err := b.handling.Do(ctx, c.Op, c.Actor, change)
	if err != nil {
		return Reply{}, err
	}
	risk := done.Risk
	if change.Note != "" && !slices.ContainsFunc(done.Changes, func(f engine.FieldChange) bool { return f.Field == "status" }) {
		return b.noted(c, risk), nil
	}
	p := b.printer(c)
	r := Say(p.S("commands.changed", text.Args{
		"Key": string(risk.Key), "Title": risk.Title, "Status": p.Status(risk.Status),
	}))
	r.Close = true
	return r, nil
}
