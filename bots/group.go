package bots

import (
	"context"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// releaseWords stand behind `group`.
var releaseWords = []string{"release", "free", "解除", "释放"}

// group looks after the groups of risks: `group release R-17` lets go of one that
// cannot be seen any more.
func (b *Bot) group(ctx context.Context, c Command) (Reply, error) {
	word, rest := cutWord(c.Typed.Text)
	switch {
	case word == "":
		return Say(b.helpOn(c, "group")), nil
	case !slices.Contains(releaseWords, strings.ToLower(word)):
		none := b.printer(c).S("commands.unknown", text.Args{"Word": c.Typed.Name + " " + word, "Command": b.org.Command})
		return Say(none + "\n" + b.helpOn(c, "group")), nil
	}
	typed := *c.Typed
	typed.Name, typed.Text = c.Typed.Name+" "+releaseWords[0], rest
	c.Typed = &typed
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

// lostGroup tells that the group of a risk cannot be seen any more, nil if that
// is not so.
func (b *Bot) lostGroup(p text.Printer, v engine.View) []core.Span {
	if v.Link.State != engine.Missing {
		return nil
	}
	return []core.Span{core.Plain(p.S("commands.group_lost", text.Args{
		"Key": string(v.Risk.Key), "Command": b.org.Command,
	}))}
}
