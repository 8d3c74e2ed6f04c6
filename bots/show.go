package bots

import (
	"context"

	"riskroom/core"
	"riskroom/core/text"
)

func showCommand() command {
	return command{
		name: "show", aliases: synonyms{text.Chinese: {"查看", "详情"}},
		args: (*Bot).subjectArgs, handle: (*Bot).show,
		presses: []press{{press: core.PressDetails, handle: (*Bot).details}},
	}
}

// show shows a risk's card or a topic group, in private.
func (b *Bot) show(ctx context.Context, c Command) (Reply, error) {
	key, wrong, err := b.onlySubject(ctx, c)
	switch {
	case key == "":
		return wrong, err
	case b.org.IsTopic(key):
		return b.showTopic(ctx, c)
	}
	v, err := b.handling.Show(ctx, c.Actor, key)
	if err != nil {
		return Reply{}, err
	}
	p := b.printer(c)
	card := b.handling.Card(ctx, v, c.Actor.Account.Workspace, p.Lang())
	return Reply{Text: b.lostGroup(p, v), Card: &card}, nil
}
