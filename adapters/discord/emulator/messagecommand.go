package emulator

import (
	"context"
	"fmt"

	"riskroom/adapters/stage"
)

// MessageCommand has a person use a command in the menu of a message, which they name as
// it is registered. See
// https://docs.discord.com/developers/interactions/application-commands#message-commands.
func (w *Workspace) MessageCommand(ctx context.Context, userID, channelID, messageID, name string) (Reply, error) {
	i, err := w.interactions.messageInteraction(userID, channelID, messageID, name)
	if err != nil {
		return Reply{}, err
	}
	return w.interactions.ask(ctx, i)
}

func (ix *interactions) messageInteraction(userID, channelID, messageID, name string) (*interaction, error) {
	ix.Lock()
	defer ix.Unlock()
	user, ch, err := ix.within(userID, channelID)
	if err != nil {
		return nil, err
	}
	cmd, m := ix.command(name, messageCommand), ch.Message(messageID)
	switch {
	case ch.IsDirect() || cmd == nil || m == nil || m.Notice:
		return nil, fmt.Errorf("emulator: no command %q for a message %s in the channel %s", name, messageID, ch.ID)
	case !ix.permissionsIn(user, ch).Has(UseApplicationCommands):
		return nil, fmt.Errorf("emulator: @%s may not use %q in #%s", user.Name, name, ch.Name)
	}
	data := object{
		"id": cmd["id"], "name": cmd["name"], "type": messageCommand, "guild_id": cmd["guild_id"], "target_id": m.ID,
		"resolved": object{"messages": object{m.ID: ix.messageObject(m)}},
	}
	ix.Publish(stage.ActionSent, user.ID, ch, m, stage.Str(cmd["name"]))
	return ix.made(ix.newInteraction(kindCommand, user, ch, data)), nil
}

// menu returns the commands in the menu of messages as the stage shows them.
func (g *guild) menu() []stage.MenuEntry {
	g.Lock()
	defer g.Unlock()
	var out []stage.MenuEntry
	for _, cmd := range g.commands {
		if kindOfCommand(cmd) == messageCommand {
			name := stage.Str(cmd["name"])
			out = append(out, stage.MenuEntry{ID: name, Label: name, OfPosts: true})
		}
	}
	return out
}
