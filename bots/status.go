package bots

import (
	"context"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// status moves a risk on: `status R-17 resolved fixed by lin`.
func (b *Bot) status(ctx context.Context, c Command) (Reply, error) {
	key, rest, err := b.riskAt(ctx, c, c.Typed.Text)
	if err != nil {
		return Reply{}, err
	}
	to, note, ok := b.statusAt(rest)
	switch {
	case key == "" && ok: // only the key is missing
		return b.whichRisk(c, "", rest), nil
	case key == "":
		return b.whichRisk(c, c.Typed.Text, ""), nil
	}
	if !ok {
		return b.whichStatus(c, rest), nil
	}
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

// statusAt reads a status of one or two words at the start of s. A colon may
// stand behind one word: "已处理：修好了".
func (b *Bot) statusAt(s string) (to core.Status, note string, ok bool) {
	first, rest := cutWord(s)
	if word, behind, found := cutColon(first); found {
		if to, ok = b.text.StatusFrom(word); ok {
			return to, strings.TrimSpace(behind + s[len(first):]), true
		}
	}
	second, behind := cutWord(rest)
	if to, ok = b.text.StatusFrom(first + " " + second); ok && second != "" {
		return to, behind, true
	}
	to, ok = b.text.StatusFrom(first)
	return to, rest, ok
}

// whichStatus answers a status that there is not.
func (b *Bot) whichStatus(c Command, typed string) Reply {
	p := b.printer(c)
	var known, words []string
	for _, s := range core.Statuses() {
		known = append(known, p.Status(s))
		words = append(words, string(s), p.Status(s))
	}
	first, _ := cutWord(typed)
	id := "commands.which_status"
	if first != "" {
		id = "commands.no_status"
	}
	line := p.S(id, text.Args{"Word": first, "Known": p.List(known)})
	if near := core.Nearest(first, words); first != "" && near != "" {
		line += " " + p.S("commands.near", text.Args{"Word": near})
	}
	return Say(strings.Join(append([]string{line}, b.typedAgain(c)...), "\n"))
}

// change changes a risk's status and says so.
func (b *Bot) change(ctx context.Context, c Command, change engine.ChangeStatus) (Reply, error) {
	done, err := b.handling.Do(ctx, c.Op, c.Actor, change)
	if err != nil {
		return Reply{}, err
	}
	risk := done.Risk
	p := b.printer(c)
	r := Say(p.S("commands.changed", text.Args{
		"Key": string(risk.Key), "Title": risk.Title, "Status": p.Status(risk.Status),
	}))
	r.Close = true
	return r, nil
}
