package bots

import (
	"context"
	"errors"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

func openGroupCommand() command {
	return command{
		name: "open", aliases: synonyms{text.English: {"create"}, text.Chinese: {"创建", "新建", "打开"}},
		args: func(b *Bot) []Arg { return []Arg{b.riskArg()} }, changes: true, handle: (*Bot).openGroup,
	}
}

// openGroup opens a group for a risk, and waits for it so that the reply can link to it. If
// the risk has one, the reply links to that.
func (b *Bot) openGroup(ctx context.Context, c Command) (Reply, error) {
	key, wrong, err := b.onlyRisk(ctx, c)
	if key == "" {
		return wrong, err
	}
	p := b.printer(c)
	done, err := b.handling.Do(ctx, c.Op, c.Actor, engine.OpenGroup{Risk: key})
	if r, ok := errors.AsType[*core.Refusal](err); ok && (r.Code == "open_exists" || r.Code == "open_lost") {
		name, _ := r.Args["Group"].(string)
		ref, _ := r.Args["Ref"].(core.GroupRef)
		return Reply{Text: linked(b.refusalText(p, r), name, ref)}, nil
	}
	if err != nil {
		return Reply{}, err
	}
	short, cancel := context.WithTimeout(ctx, openWait)
	defer cancel()
	g, err := b.handling.Opened(short, done.Result)
	switch {
	case err == nil:
		r := Say(p.S("commands.opened", text.Args{"Key": string(key)}) + " ")
		r.Text = append(r.Text, b.groupLink(c, g))
		return r, nil
	case core.KindOf(err) == core.NotFound:
		return undone(p.S("commands.not_created", text.Args{"Key": string(key)})), nil
	}
	return Say(p.S("commands.opening", text.Args{"Key": string(key)})), nil
}

// linked returns a text in which the name of a group leads to it.
func linked(s, name string, g core.GroupRef) []core.Span {
	before, after, found := strings.Cut(s, name)
	if !found || g.IsZero() {
		return []core.Span{core.Plain(s)}
	}
	return []core.Span{core.Plain(before), core.GroupLink(name, g), core.Plain(after)}
}
