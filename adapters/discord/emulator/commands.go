package emulator

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"riskroom/adapters/stage"
)

// Discord's numbers for commands, see
// https://docs.discord.com/developers/interactions/application-commands.
const (
	maxCommands       = 100
	maxCommandsADay   = 200
	maxCommandName    = 32
	maxDescription    = 100
	maxCommandLength  = 8000 // names, descriptions and values of a command together
	maxCommandOptions = 25
)

// Types of options, see
// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-type.
const (
	optionSubcommand  = 1
	optionGroup       = 2
	optionString      = 3
	optionInteger     = 4
	optionBoolean     = 5
	optionUser        = 6
	optionChannel     = 7
	optionRole        = 8
	optionMentionable = 9
	optionNumber      = 10
)

// ownApplication checks that a call concerns the bot's application and guild, and
// that the guild lets it have commands.
func (w *Workspace) ownApplication(c *call) error {
	if c.path["application"] != w.opts.ApplicationID || w.opts.NoCommands {
		return refuse(missingAccess)
	}
	return w.ownGuild(c)
}

// getMyApplication: https://docs.discord.com/developers/resources/application#get-current-application
func getMyApplication(w *Workspace, _ *call) (any, error) {
	out := object{
		"id": w.opts.ApplicationID, "name": w.opts.BotName, "description": "", "verify_key": w.verifyKey(), "flags": w.applicationFlags(),
		"flags_new": fmt.Sprint(w.applicationFlags()), "bot": userObject(w.bot()), "bot_public": false, "bot_require_code_grant": false,
		"owner": userObject(w.users[w.opts.OwnerID]), "redirect_uris": []string{}, "interactions_endpoint_url": nil, "hook": true,
		"approximate_guild_count": 1, "approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
		"explicit_content_filter": 0, "eligible_oauth2_scopes": []string{}, "icon": nil, "type": nil, "team": nil,
		"role_connections_verification_url": nil, "summary": "",
	}
	if w.opts.InteractionsURL != "" {
		out["interactions_endpoint_url"] = w.opts.InteractionsURL
	}
	return out, nil
}

// applicationFlags tell which privileged intents are switched on, see
// https://docs.discord.com/developers/resources/application#application-object-application-flags.
func (w *Workspace) applicationFlags() int {
	flags := 0
	for intent, flag := range map[int]int{IntentPresences: 1 << 13, IntentGuildMembers: 1 << 15, IntentMessageContent: 1 << 19} {
		if w.opts.DisallowedIntents&intent == 0 {
			flags |= flag
		}
	}
	return flags
}

func listCommands(w *Workspace, c *call) (any, error) {
	if err := w.ownApplication(c); err != nil {
		return nil, err
	}
	return append([]object{}, w.commands...), nil
}

// bulkSetCommands: https://docs.discord.com/developers/interactions/application-commands#bulk-overwrite-guild-application-commands
// What has the name of a command that is there keeps its ID and counts as no
// creation.
func bulkSetCommands(w *Workspace, c *call) (any, error) {
	if err := w.ownApplication(c); err != nil {
		return nil, err
	}
	f := &form{}
	list := checkCommands(f, c.body)
	if err := f.err(); err != nil {
		return nil, err
	}
	if len(list) > maxCommands {
		return nil, refuse(tooManyCommands)
	}
	now := w.opts.Now()
	w.commandsMade = slices.DeleteFunc(w.commandsMade, func(t time.Time) bool { return now.Sub(t) >= 24*time.Hour })
	next, made := make([]object, 0, len(list)), w.commandsMade
	for _, cmd := range list {
		old := w.command(stage.Str(cmd["name"]))
		if old == nil {
			made = append(made, now)
		}
		next = append(next, w.registered(cmd, old))
	}
	if len(made) > maxCommandsADay {
		return nil, refuse(commandsADay)
	}
	w.commandsMade = made
	c.changed = !sameJSON(w.commands, next)
	w.commands = next
	return append([]object{}, next...), nil
}

// registered is a command as Discord keeps it.
func (w *Workspace) registered(cmd, old object) object {
	out := object{
		"type": 1, "default_member_permissions": nil, "dm_permission": true, "contexts": nil, "integration_types": []int{0},
		"nsfw": false, "name_localizations": nil, "description_localizations": nil,
	}
	maps.Copy(out, cmd)
	maps.Copy(out, object{"application_id": w.opts.ApplicationID, "guild_id": w.opts.GuildID})
	if old != nil {
		out["id"], out["version"] = old["id"], old["version"]
		if sameJSON(out, old) {
			return old
		}
	} else {
		out["id"] = w.newID()
	}
	out["version"] = w.newID()
	return out
}

func sameJSON(a, b any) bool { return string(stage.JSON(a)) == string(stage.JSON(b)) }

// command finds a registered command by name.
func (w *Workspace) command(name string) object {
	i := slices.IndexFunc(w.commands, func(c object) bool { return c["name"] == name })
	if i < 0 {
		return nil
	}
	return w.commands[i]
}
