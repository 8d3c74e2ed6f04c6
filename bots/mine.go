package bots

import (
	"context"

	"riskroom/core/text"
)

func mineCommand() command {
	return command{
		name: "mine", aliases: synonyms{text.English: {"my"}, text.Chinese: {"我的"}},
		args: (*Bot).mineArgs, handle: (*Bot).mine,
	}
}

// mineArgs returns what can be typed after `list`. None of it is an option: the command
// with options is `list what:mine`.
func (b *Bot) mineArgs() []Arg {
	args := b.listArgs()
	for i := range args {
		args[i].Option, args[i].Own = "", false
	}
	return args
}

// mine lists the risks that the person handles or filed.
func (b *Bot) mine(ctx context.Context, c Command) (Reply, error) {
	t := *c.Typed
	t.Args = Values{}
	for name, v := range c.Typed.Args {
		t.Args[name] = v
	}
	t.Args[whatName] = append([]string{wordMine}, t.Args[whatName]...)
	c.Typed = &t
	return b.list(ctx, c)
}
