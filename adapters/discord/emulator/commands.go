package emulator

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

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

// Types of commands that riskroom uses, see
// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-types.
const (
	slashCommand   = 1
	messageCommand = 3 // in the menu of messages
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
		old := a.command(stage.Str(cmd["name"]), kindOfCommand(cmd))
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
		"nsfw": false, "name_localizations": nil, "description": "", "description_localizations": nil,
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

// kindOfCommand returns the type of a command, by default that of slash commands.
func kindOfCommand(cmd object) int64 {
	if kind, ok := integer(cmd["type"]); ok {
		return kind
	}
	return slashCommand
}

// command finds a registered command by name and type.
func (g *guild) command(name string, kind int64) object {
	i := slices.IndexFunc(g.commands, func(c object) bool { return c["name"] == name && kindOfCommand(c) == kind })
	if i < 0 {
		return nil
	}
	return g.commands[i]
}

// commandName reports whether commands may have a name that contains nothing but letters,
// digits and signs, see
// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-naming.
// As a regular expression with a limit it would take a megabyte.
func commandName(name, signs string) bool {
	wrong := func(r rune) bool {
		return !strings.ContainsRune(signs, r) && !unicode.In(r, unicode.L, unicode.N, unicode.Devanagari, unicode.Thai)
	}
	return name != "" && utf8.RuneCountInString(name) <= maxCommandName && !strings.ContainsFunc(name, wrong)
}

// checkCommands checks a list of commands.
func checkCommands(f *form, v any) []object {
	raw, ok := v.([]any)
	if !ok && v != nil {
		f.fail("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
	}
	seen := map[string]bool{}
	var out []object
	for i, e := range raw {
		at := fmt.Sprint(i)
		cmd := f.object(at, e)
		maps.DeleteFunc(cmd, isNull)
		f.unsupported(at, cmd, "default_member_permissions")
		name := stage.Str(cmd["name"])
		switch kindOfCommand(cmd) {
		case slashCommand:
			f.unsupported(at, cmd, "name_localizations")
			length := checkNamed(f, at, cmd) + checkCommandOptions(f, at, cmd["options"], 0)
			if length > maxCommandLength {
				f.fail(at, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")
			}
		case messageCommand:
			checkMessageCommand(f, at, cmd)
			name += "\x00message" // names are unique among the commands of a type
		default:
			f.fail(at+".type", "BASE_TYPE_CHOICES", "The stand-in supports the types 1 and 3.")
		}
		if seen[name] {
			f.fail(at+".name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
		}
		seen[name] = true
		out = append(out, cmd)
	}
	return out
}

// checkMessageCommand checks a command in the menu of messages, which has only names: in any
// case, with blanks.
func checkMessageCommand(f *form, path string, o object) {
	name := func(path string, v any) {
		if s := f.text(path, v, 1, maxCommandName); s != "" && !commandName(s, "-_' ") {
			f.fail(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
		}
	}
	name(path+".name", o["name"])
	for locale, v := range f.object(path+".name_localizations", o["name_localizations"]) {
		name(path+".name_localizations."+locale, v)
	}
	if stage.Str(o["description"]) != "" {
		f.fail(path+".description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_NOT_ALLOWED", "Context menu commands cannot have description")
	}
	f.unsupported(path, o, "options", "description_localizations")
}

// checkNamed checks a name and its descriptions in all languages, and returns how
// many characters count.
func checkNamed(f *form, path string, o object) int {
	name, description := f.text(path+".name", o["name"], 1, maxCommandName), f.text(path+".description", o["description"], 1, maxDescription)
	if name != "" && (!commandName(name, "-_'") || strings.ToLower(name) != name) {
		f.fail(path+".name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
	}
	longest := utf8.RuneCountInString(name + description)
	const field = "description_localizations"
	for locale, v := range f.object(path+"."+field, o[field]) {
		longest = max(longest, utf8.RuneCountInString(f.text(path+"."+field+"."+locale, v, 1, maxDescription)))
	}
	return longest
}

// checkCommandOptions checks options: groups hold subcommands, subcommands hold
// values, and required values come first.
func checkCommandOptions(f *form, path string, v any, depth int) int {
	total, optional := 0, false
	seen := map[string]bool{}
	list := f.list(path+".options", v, maxCommandOptions)
	for i, o := range list {
		at := fmt.Sprintf("%s.options.%d", path, i)
		total += checkNamed(f, at, o)
		if name := stage.Str(o["name"]); seen[name] {
			f.fail(at+".name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option names must be unique")
		}
		seen[stage.Str(o["name"])] = true
		kind, _ := integer(o["type"])
		if !slices.Contains([]int64{optionSubcommand, optionGroup, optionString, optionBoolean, optionNumber}, kind) {
			f.fail(at+".type", "BASE_TYPE_CHOICES", "The stand-in supports the types 1, 2, 3, 5 and 10.")
		}
		if nested(o) != nested(list[0]) || kind == optionGroup && depth > 0 || kind == optionSubcommand && depth > 1 {
			f.fail(at+".type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to all other types")
		}
		if nested(o) {
			total += checkCommandOptions(f, at, o["options"], depth+1+int(optionGroup-kind))
			continue
		}
		required := f.flag(at+".required", o["required"])
		if required && optional {
			f.fail(at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		}
		optional = optional || !required
		total += checkChoices(f, at, o, kind)
	}
	return total
}

// checkChoices checks the choices of an option. riskroom has them for texts only.
func checkChoices(f *form, path string, o object, kind int64) int {
	choices := f.list(path+".choices", o["choices"], maxCommandOptions)
	suggests := f.flag(path+".autocomplete", o["autocomplete"])
	if suggests && len(choices) > 0 || (suggests || len(choices) > 0) && kind != optionString {
		f.fail(path, "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES_MUTUALLY_EXCLUSIVE", "Only texts may have either choices or autocomplete")
	}
	f.number(path+".max_length", o["max_length"], 1, maxTyped)
	f.unsupported(path, o, "min_length", "min_value", "max_value")
	total := 0
	for i, c := range choices {
		at := fmt.Sprintf("%s.choices.%d", path, i)
		total += utf8.RuneCountInString(f.text(at+".name", c["name"], 1, 100) + f.text(at+".value", c["value"], 1, 100))
	}
	return total
}
