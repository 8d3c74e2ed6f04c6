package bots

import (
	"context"
	"errors"
	"strings"

	"riskroom/core"
	"riskroom/core/text"
)

// show shows a risk's card, in private.
func (b *Bot) show(ctx context.Context, c Command) (Reply, error) {
	key, wrong, err := b.onlyRisk(ctx, c)
	if key == "" {
		return wrong, err
	}
	v, err := b.handling.Show(ctx, c.Actor, key)
	if err != nil {
		return Reply{}, err
	}
	p := b.printer(c)
	card := b.handling.Card(ctx, v, c.Actor.Account.Workspace, p.Lang())
	return Reply{Text: b.lostGroup(p, v), Card: &card}, nil
}

// onlyRisk reads the key of a command behind which nothing else stands. Without a
// key the reply says what is wrong.
func (b *Bot) onlyRisk(ctx context.Context, c Command) (key core.RiskKey, wrong Reply, err error) {
	key, rest, err := b.riskAt(ctx, c, c.Typed.Text)
	if err != nil {
		return "", Reply{}, err
	}
	switch {
	case key == "" || rest == c.Typed.Text && rest != "":
		return "", b.whichRisk(c, c.Typed.Text, ""), nil
	case rest != "":
		line := strings.Join([]string{b.org.Command, c.Typed.Name, string(key)}, " ")
		return "", Say(b.printer(c).S("commands.only_key", text.Args{"Line": line, "Text": rest})), nil
	}
	return key, Reply{}, nil
}

// riskAt reads the key at the start of what was typed. In a risk's own group it
// may be left out; key is "" if there is none to be found.
func (b *Bot) riskAt(ctx context.Context, c Command, typed string) (key core.RiskKey, rest string, err error) {
	first, rest := cutWord(typed)
	if key, err := core.ParseRiskKey(b.org.KeyPrefix, first); err == nil {
		return key, rest, nil
	}
	if c.Channel.IsZero() {
		return "", typed, nil
	}
	key, err = b.handling.RiskOf(ctx, c.Channel)
	if notFound(err) {
		return "", typed, nil
	}
	return key, typed, err
}

// whichRisk answers a command of which it cannot be told which risk it means:
// typed is what stands where the key is looked for, and rest what may follow it.
func (b *Bot) whichRisk(c Command, typed, rest string) Reply {
	p := b.printer(c)
	example := string(core.MakeRiskKey(b.org.KeyPrefix, 17))
	if typed == "" {
		line := strings.TrimSpace(strings.Join([]string{b.org.Command, c.Typed.Name, example, rest}, " "))
		return Say(p.S("commands.which_risk", text.Args{"Line": line}))
	}
	first, _ := cutWord(typed)
	return Say(p.S("commands.no_key", text.Args{"Word": first, "Example": example, "Line": b.typedLine(c)}))
}

func notFound(err error) bool {
	if r, ok := errors.AsType[*core.Refusal](err); ok {
		return r.Kind == core.NotFound
	}
	return core.KindOf(err) == core.NotFound
}
