package bots

import (
	"context"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

func showGroupCommand() command {
	return command{
		name: "show", aliases: synonyms{text.Chinese: {"查看"}},
		args: func(b *Bot) []Arg { return []Arg{b.groupArg()} }, handle: (*Bot).showGroup,
	}
}

// groupArg takes the key of a risk or of a topic group.
func (b *Bot) groupArg() Arg {
	a := b.riskArg()
	a.Help, a.take = helpText("options.group_key"), b.takeGroupKey
	return a
}

// groupsOf returns the groups of the key that a command names, or the one in which it was
// typed. If wrong has a text, there is none.
func (b *Bot) groupsOf(ctx context.Context, c Command) (all []engine.GroupView, wrong Reply, err error) {
	p := b.printer(c)
	var key core.RiskKey
	if typed := c.Typed.Args.Get(riskName); typed != "" {
		if key, err = b.parseGroupKey(typed); err != nil {
			return nil, b.noKey(c, typed), nil
		}
		if c.Typed.left != "" {
			return nil, b.tooMuch(c, key), nil
		}
	} else if c.Typed.left != "" {
		return nil, b.noKey(c, c.Typed.left), nil
	}
	all, err = b.handling.Groups(ctx, c.Actor, key, c.Channel, p.Lang())
	switch {
	case err != nil || len(all) > 0:
		return all, Reply{}, err
	case key == "":
		return nil, undone(p.S("commands.group.which", text.Args{"Line": b.lineWithKey(c, b.exampleKey()), "Command": b.org.Command})), nil
	}
	return nil, undone(p.S("commands.group.none", text.Args{"Key": string(key)})), nil
}

// showGroup shows the groups of a risk, or the one in which it was typed.
func (b *Bot) showGroup(ctx context.Context, c Command) (Reply, error) {
	all, wrong, err := b.groupsOf(ctx, c)
	if err != nil || len(all) == 0 {
		return wrong, err
	}
	var r Reply
	for _, v := range all {
		r.List = append(r.List, b.groupLines(ctx, c, v))
	}
	if len(all) == 1 {
		r.Text, r.List = r.List[0], nil
		return r, nil
	}
	r.Text = []core.Span{core.Plain(b.printer(c).S("commands.group.several", text.Args{"Key": string(all[0].Group.Key)}))}
	return r, nil
}

// groupLines describes a group: what it is and its state, who is responsible for it and
// who is missing, and how flows name it.
func (b *Bot) groupLines(ctx context.Context, c Command, v engine.GroupView) []core.Span {
	p, g := b.printer(c), v.Group
	what := p.S("commands.group.type." + string(g.Type))
	switch {
	case g.Life == engine.FormerGroup:
		what = p.S("commands.group.former")
	case g.Type == core.Topic:
		what = b.topicState(ctx, c, g)
	}
	out := []core.Span{core.Plain(string(g.Key) + " "), b.groupLink(c, g), core.Plain(p.S("topic.line.between") + what)}
	for _, line := range append(v.Lines, p.S("commands.group.id", text.Args{"ID": g.Ref.String()})) {
		out = append(out, core.Plain("\n"+line))
	}
	return out
}
