package emulator

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"riskroom/adapters/stage"
)

// Discord's limits for commands, see
// https://docs.discord.com/developers/interactions/application-commands.
const (
	maxCommands       = 100
	maxCommandsADay   = 200
	maxCommandName    = 32
	maxDescription    = 100
	maxCommandLength  = 8000 // names, descriptions and values of a command together
	maxCommandOptions = 25
	maxTyped          = 6000 // characters in an option without max_length
)

// Types of options that riskroom uses, see
// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-type.
const (
	optionSubcommand = 1
	optionGroup      = 2
	optionString     = 3
	optionBoolean    = 5
	optionNumber     = 10
)

// ownApplication checks that a call is about the bot's application, and that the
// application may have commands.
func (a *api) ownApplication(c *call) error {
	if c.path["application"] != a.opts.ApplicationID || a.opts.NoCommands {
		return refuse(missingAccess)
	}
	return nil
}

// getMyApplication: https://docs.discord.com/developers/resources/application#get-current-application
func getMyApplication(a *api, _ *call) (any, error) {
	out := object{
		"id": a.opts.ApplicationID, "name": botName, "description": "", "verify_key": a.interactions.verifyKey(), "flags": a.applicationFlags(),
		"flags_new": fmt.Sprint(a.applicationFlags()), "bot": userObject(a.bot()), "bot_public": false, "bot_require_code_grant": false,
		"owner": userObject(a.People.ByID(a.opts.OwnerID)), "redirect_uris": []string{}, "interactions_endpoint_url": nil, "hook": true,
		"approximate_guild_count": 1, "approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
		"explicit_content_filter": 0, "eligible_oauth2_scopes": []string{}, "icon": nil, "type": nil, "team": nil,
		"role_connections_verification_url": nil, "summary": "",
	}
	if a.opts.InteractionsURL != "" {
		out["interactions_endpoint_url"] = a.opts.InteractionsURL
	}
	return out, nil
}

// applicationFlags says which privileged intents are switched on, see
// https://docs.discord.com/developers/resources/application#application-object-application-flags.
func (a *api) applicationFlags() int {
	flags := 0
	for intent, flag := range map[int]int{IntentPresences: 1 << 13, IntentGuildMembers: 1 << 15, IntentMessageContent: 1 << 19} {
		if a.opts.DisallowedIntents&intent == 0 {
			flags |= flag
		}
	}
	return flags
}

func listCommands(a *api, c *call) (any, error) {
	if err := a.ownApplication(c); err != nil {
		return nil, err
	}
	return append([]object{}, a.commands...), nil
}

// bulkSetCommands: https://docs.discord.com/developers/interactions/application-commands#bulk-overwrite-guild-application-commands
// A command with the name of an existing one keeps its ID and doesn't count as
// created.
func bulkSetCommands(a *api, c *call) (any, error) {
	if err := a.ownApplication(c); err != nil {
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
	now := a.opts.Now()
	a.commandsMade = slices.DeleteFunc(a.commandsMade, func(t time.Time) bool { return now.Sub(t) >= 24*time.Hour })
	next, made := make([]object, 0, len(list)), a.commandsMade
	for _, cmd := range list {
		old := a.command(stage.Str(cmd["name"]))
		if old == nil {
			made = append(made, now)
		}
		next = append(next, a.registered(cmd, old))
	}
	if len(made) > maxCommandsADay {
		return nil, refuse(commandsADay)
	}
	a.commandsMade = made
	c.changed = !sameJSON(a.commands, next)
	a.commands = next
	return append([]object{}, next...), nil
}

// registered is a command as Discord keeps it.
func (a *api) registered(cmd, old object) object {
	out := object{
		"type": 1, "default_member_permissions": nil, "dm_permission": true, "contexts": nil, "integration_types": []int{0},
		"nsfw": false, "name_localizations": nil, "description_localizations": nil,
	}
	maps.Copy(out, cmd)
	maps.Copy(out, object{"application_id": a.opts.ApplicationID, "guild_id": a.opts.GuildID})
	if old != nil {
		out["id"], out["version"] = old["id"], old["version"]
		if sameJSON(out, old) {
			return old
		}
	} else {
		out["id"] = a.newID()
	}
	out["version"] = a.newID()
	return out
}

func sameJSON(a, b any) bool { return string(stage.JSON(a)) == string(stage.JSON(b)) }

// command finds a registered command by name.
func (g *guild) command(name string) object {
	i := slices.IndexFunc(g.commands, func(c object) bool { return c["name"] == name })
	if i < 0 {
		return nil
	}
	return g.commands[i]
}
