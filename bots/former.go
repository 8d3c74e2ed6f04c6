package bots

import (
	"context"

	"riskroom/core"
	"riskroom/core/text"
)

// former answers a button that was pressed in a group that the risk no longer has with the
// risk and the group that it has now. Nothing is changed. It reports false for any other
// button, and if it can't tell in time.
//
// riskroom takes the buttons out of such a group, unless it can't enter it.
func (b *Bot) former(ctx context.Context, c Command) (Reply, bool, error) {
	if c.Pressed == nil || c.Channel.IsZero() {
		return Reply{}, false, nil
	}
	short, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	now, err := b.handling.Replaced(short, c.Pressed.Risk, c.Channel)
	if err != nil {
		return Reply{}, false, nil
	}
	v, err := b.handling.Show(ctx, c.Actor, c.Pressed.Risk)
	if err != nil {
		return Reply{}, true, err
	}
	p := b.printer(c)
	card := b.handling.Card(ctx, v, c.Actor.Account.Workspace, p.Lang())
	said := linked(p.S("commands.former", text.Args{"Key": string(v.Risk.Key), "Group": now.Title(b.org)}), now.Title(b.org), now.Ref)
	return Reply{Text: append(said, core.Plain("\n"+b.statusLine(c, v.Risk))), Card: &card}, true, nil
}
