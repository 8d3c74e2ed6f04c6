package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// SlashCommand has a person use a registered command in a channel, or with
// channelID "" in #general: commands of a guild cannot be used in direct
// conversations. The subcommand is "", "list", or "group release" for one in a
// group. It fails if the person's own client would not send the command. See
// https://docs.discord.com/developers/interactions/application-commands.
func (w *Workspace) SlashCommand(ctx context.Context, userID, channelID, command, subcommand string, options Values) (Reply, error) {
	i, err := w.interactions.commandInteraction(userID, channelID, command, subcommand, options)
	if err != nil {
		return Reply{}, err
	}
	return w.interactions.ask(ctx, i)
}

// Autocomplete has a person type into an option with autocomplete; options are what
// they entered before.
func (w *Workspace) Autocomplete(ctx context.Context, userID, channelID, command, subcommand, option, typed string, options Values) (Reply, error) {
	i, err := w.interactions.suggestion(userID, channelID, command, subcommand, option, typed, options)
	if err != nil {
		return Reply{}, err
	}
	return w.interactions.ask(ctx, i)
}

// usage is a command that a person is about to use.
type usage struct {
	user    *member
	channel *channel
	command object
	path    []string // subcommand group, subcommand
	options []object // as registered, of the subcommand
}

func (ix *interactions) usage(userID, channelID, command, subcommand string) (usage, error) {
	user, ch, err := ix.within(userID, channelID)
	if err != nil {
		return usage{}, err
	}
	cmd := ix.command(strings.TrimPrefix(command, "/"), slashCommand)
	if ch.IsDirect() || cmd == nil {
		return usage{}, fmt.Errorf("emulator: no command %q in the channel %s", command, ch.ID)
	}
	if !ix.permissionsIn(user, ch).Has(UseApplicationCommands) {
		return usage{}, fmt.Errorf("emulator: @%s may not use %q in #%s", user.Name, command, ch.Name)
	}
	u := usage{user: user, channel: ch, command: cmd, path: strings.Fields(subcommand), options: stage.Objects(cmd["options"])}
	for _, name := range u.path {
		o, ok := option(u.options, name)
		if !ok || !nested(o) {
			return usage{}, fmt.Errorf("emulator: the command %q has no subcommand %q", command, subcommand)
		}
		u.options = stage.Objects(o["options"])
	}
	if len(u.options) > 0 && nested(u.options[0]) {
		return usage{}, fmt.Errorf("emulator: the command %q needs a subcommand", command+" "+subcommand)
	}
	return u, nil
}

// nested reports whether an option is a subcommand or a group of them.
func nested(o object) bool {
	kind, _ := integer(o["type"])
	return kind == optionSubcommand || kind == optionGroup
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
func (u usage) data(filled []object) object {
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
	filled, err := fill(u.options, options, true)
	if err != nil {
		return nil, err
	}
	ix.Publish(stage.CommandSent, u.user.ID, u.channel, nil, u.line(filled))
	return ix.made(ix.newInteraction(kindCommand, u.user, u.channel, u.data(filled))), nil
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
		return nil, fmt.Errorf("emulator: the command %q has no option %q with autocomplete", command, name)
	}
	filled, err := fill(u.options, options, false)
	if err != nil {
		return nil, err
	}
	filled = append(filled, object{"name": name, "type": o["type"], "value": typed, "focused": true})
	return ix.made(ix.newInteraction(kindAutocomplete, u.user, u.channel, u.data(filled))), nil
}

// fill turns what a person typed into an interaction's options, in the order in
// which they are registered. With whole set, required options must be present.
func fill(options []object, values Values, whole bool) ([]object, error) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if _, ok := option(options, name); !ok {
			return nil, fmt.Errorf("emulator: no option %q", name)
		}
	}
	out := []object{} // Discord sends a subcommand's empty list
	for _, o := range options {
		name := stage.Str(o["name"])
		typed, ok := values[name]
		if required, _ := o["required"].(bool); !ok && required && whole {
			return nil, fmt.Errorf("emulator: the option %q is required", name)
		}
		if !ok {
			continue
		}
		v, err := valueOf(o, typed)
		if err != nil {
			return nil, fmt.Errorf("emulator: the option %q: %w", name, err)
		}
		out = append(out, object{"name": name, "type": o["type"], "value": v})
	}
	return out, nil
}

// valueOf returns what a client sends for the text that is typed into an option.
func valueOf(o object, typed string) (any, error) {
	choices := stage.Objects(o["choices"])
	for _, c := range choices {
		if c["name"] == typed || c["value"] == typed {
			return c["value"], nil
		}
	}
	if len(choices) > 0 {
		return nil, fmt.Errorf("%q is not among the choices", typed)
	}
	switch kind, _ := integer(o["type"]); kind {
	case optionNumber:
		if _, err := strconv.ParseFloat(typed, 64); err != nil {
			return nil, err
		}
		return json.Number(typed), nil
	case optionBoolean:
		return strconv.ParseBool(typed)
	}
	most, limited := integer(o["max_length"])
	if !limited {
		most = maxTyped
	}
	if int64(utf8.RuneCountInString(typed)) > most {
		return nil, fmt.Errorf("must be %d or fewer in length", most)
	}
	return typed, nil
}
