package bots

import (
	"context"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

func groupCommand() command {
	return command{
		name: "group", aliases: synonyms{text.English: {"channel"}, text.Chinese: {"频道", "群组", "群"}},
		usual: "show",
		subs: []command{showGroupCommand(), groupSettingsCommand(), openGroupCommand(), {
			name: "release", aliases: synonyms{text.English: {"free"}, text.Chinese: {"解绑", "解除", "释放"}},
			args: func(b *Bot) []Arg { return []Arg{b.riskArg()} }, changes: true, handle: (*Bot).releaseGroup,
		}},
	}
}

// releaseGroup releases the group of a risk that the bot can no longer see.
func (b *Bot) releaseGroup(ctx context.Context, c Command) (Reply, error) {
	key, wrong, err := b.onlyRisk(ctx, c)
	if key == "" {
		return wrong, err
	}
	done, err := b.handling.Do(ctx, c.Op, c.Actor, engine.ReleaseGroup{Risk: key})
	if err != nil {
		return Reply{}, err
	}
	return Say(b.printer(c).S("commands.released", text.Args{"Key": string(key), "Group": done.Result})), nil
}

// lostGroup returns a warning if the bot can no longer see the group of a risk, else
// nil.
func (b *Bot) lostGroup(p text.Printer, v engine.View) []core.Span {
	if v.Binding.State != engine.Lost {
		return nil
	}
	return []core.Span{core.Plain(p.S("commands.group_lost", text.Args{
		"Key": string(v.Risk.Key), "Command": b.org.Command,
	}))}
}
