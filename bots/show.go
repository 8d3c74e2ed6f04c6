package bots

import (
	"context"

	"riskroom/core"
	"riskroom/core/text"
)

func showCommand() command {
	return command{
		name: "show", aliases: synonyms{text.Chinese: {"查看", "详情"}},
		args: func(b *Bot) []Arg { return []Arg{b.riskArg()} }, handle: (*Bot).show,
		presses: []press{{press: core.PressDetails, handle: (*Bot).details}},
	}
}

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
