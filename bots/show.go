package bots

import (
	"context"

	"riskroom/core"
	"riskroom/core/text"
)

func showCommand() command {
	return command{
		name: "show", aliases: synonyms{text.Chinese: {"查看", "详情"}},
		args: (*Bot).showArgs, handle: (*Bot).show,
		presses: []press{{press: core.PressDetails, handle: (*Bot).details}},
	}
}

// showArgs takes the key of a risk, or of a topic group.
func (b *Bot) showArgs() []Arg {
	key := b.riskArg()
	key.take = b.takeGroupKey
	return []Arg{key}
}

// show shows a risk's card or a topic group, in private.
func (b *Bot) show(ctx context.Context, c Command) (Reply, error) {
	if _, topic := b.org.ParseTopicKey(text.Fold(c.Typed.Args.Get(riskName))); topic {
		return b.showTopic(ctx, c)
	}
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
