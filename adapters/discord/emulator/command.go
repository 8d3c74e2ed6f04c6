package emulator

import (
	"context"
	"fmt"
	"strings"

	"riskroom/adapters/stage"
)

// SlashCommand has a person use a registered command in a channel, or with
// channelID "" in #general: commands of a guild cannot be used in direct
// conversations. The subcommand is "" for none, "list", or "group release" for
// one in a group. What the person's own client would not send is an error. See
// https://docs.discord.com/developers/interactions/application-commands.
func (w *Workspace) SlashCommand(ctx context.Context, userID, channelID, command, subcommand string, options Values) (Reply, error) {
	i, err := w.interactions.commandInteraction(userID, channelID, command, subcommand, options)
	if err != nil {
		return Reply{}, err
	}
	return w.interactions.ask(ctx, i)
}

// Autocomplete has a person type into an option of a command that asks the app
// for its choices; options are what they filled in before.
func (w *Workspace) Autocomplete(ctx context.Context, userID, channelID, command, subcommand, option, typed string, options Values) (Reply, error) {
	i, err := w.interactions.suggestion(userID, channelID, command, subcommand, option, typed, options)
	if err != nil {
		return Reply{}, err
	}
	return w.interactions.ask(ctx, i)
}

// usage is a command that somebody is about to use.
type usage struct {
	user    *member
	channel *channel
	command object
	path    []string // subcommand group, subcommand
	options []object // as registered, of the subcommand
}

func (ix *interactions) usage(userID, channelID, command, subcommand string) (usage, error) {
	user, err := ix.person(userID)
	if err != nil {
		return usage{}, err
	}
	ch, err := ix.within(user, channelID)
	if err != nil {
		return usage{}, err
	}
	cmd := ix.command(strings.TrimPrefix(command, "/"))
	if ch.IsDirect() || cmd == nil {
		return usage{}, fmt.Errorf("emulator: there is no command %q in the channel %s", command, ch.ID)
	}
	held := ix.permissionsIn(user, ch)
	least, restricted := integer(cmd["default_member_permissions"])
	if !held.Has(UseApplicationCommands) || restricted && (!held.Has(Permissions(least)) || least == 0 && !held.Has(Administrator)) {
		return usage{}, fmt.Errorf("emulator: @%s may not use %q in #%s", user.Name, command, ch.Name)
	}
	u := usage{user: user, channel: ch, command: cmd, path: strings.Fields(subcommand), options: stage.Objects(cmd["options"])}
	for _, name := range u.path {
		o, ok := option(u.options, name)
		if kind, _ := integer(o["type"]); !ok || kind != optionSubcommand && kind != optionGroup {
			return usage{}, fmt.Errorf("emulator: the command %q has no subcommand %q", command, subcommand)
		}
		u.options = stage.Objects(o["options"])
	}
	if len(u.options) > 0 {
		if kind, _ := integer(u.options[0]["type"]); kind == optionSubcommand || kind == optionGroup {
			return usage{}, fmt.Errorf("emulator: the command %q needs a subcommand", command+" "+subcommand)
		}
	}
	return u, nil
}

// option finds an option by name.
func option(list []object, name string) (object, bool) {
	for _, o := range list {
		if o["name"] == name {
			return o, true
		}
	}
	return nil, false
}

// data is the interaction's data with the values filled in.
func (u usage) data(filled []object, found *resolved) object {
	for i := len(u.path) - 1; i >= 0; i-- {
		kind := optionSubcommand
		if i < len(u.path)-1 {
			kind = optionGroup
		}
		filled = []object{{"name": u.path[i], "type": kind, "options": filled}}
	}
	out := object{"id": u.command["id"], "name": u.command["name"], "type": 1, "guild_id": u.command["guild_id"]}
	if len(filled) > 0 {
		out["options"] = filled
	}
	if found != nil && len(found.object) > 0 {
		out["resolved"] = found.object
	}
	return out
}

// line is the command as people see it.
func (u usage) line(filled []object) string {
	words := append([]string{"/" + stage.Str(u.command["name"])}, u.path...)
	for _, o := range filled {
		words = append(words, fmt.Sprintf("%s:%v", o["name"], o["value"]))
	}
	return strings.Join(words, " ")
}

func (ix *interactions) commandInteraction(userID, channelID, command, subcommand string, options Values) (*interaction, error) {
	ix.Lock()
	defer ix.Unlock()
	u, err := ix.usage(userID, channelID, command, subcommand)
	if err != nil {
		return nil, err
	}
	found := &resolved{guild: ix.guild}
	filled, err := found.fill(u.options, options, true)
	if err != nil {
		return nil, err
	}
	ix.Publish(stage.CommandSent, u.user.ID, u.channel, nil, u.line(filled))
	return ix.made(ix.newInteraction(kindCommand, u.user, u.channel, u.data(filled, found))), nil
}

func (ix *interactions) suggestion(userID, channelID, command, subcommand, name, typed string, options Values) (*interaction, error) {
	ix.Lock()
	defer ix.Unlock()
	u, err := ix.usage(userID, channelID, command, subcommand)
	if err != nil {
		return nil, err
	}
	o, ok := option(u.options, name)
	if asks, _ := o["autocomplete"].(bool); !ok || !asks {
		return nil, fmt.Errorf("emulator: the command %q has no option %q that asks for its choices", command, name)
	}
	filled, err := (&resolved{guild: ix.guild}).fill(u.options, options, false)
	if err != nil {
		return nil, err
	}
	filled = append(filled, object{"name": name, "type": o["type"], "value": typed, "focused": true})
	return ix.made(ix.newInteraction(kindAutocomplete, u.user, u.channel, u.data(filled, nil))), nil
}
