package emulator

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// commandName matches the names that commands may have, see
// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-naming.
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// checkCommands checks a list of slash commands.
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
		f.number(at+".type", cmd["type"], 1, 1)
		f.unsupported(at, cmd, "default_member_permissions", "name_localizations")
		length := checkNamed(f, at, cmd) + checkCommandOptions(f, at, cmd["options"], 0)
		if length > maxCommandLength {
			f.fail(at, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")
		}
		name := stage.Str(cmd["name"])
		if seen[name] {
			f.fail(at+".name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
		}
		seen[name] = true
		out = append(out, cmd)
	}
	return out
}

// checkNamed checks a name and its descriptions in all languages, and returns how
// many characters count.
func checkNamed(f *form, path string, o object) int {
	name, description := f.text(path+".name", o["name"], 1, maxCommandName), f.text(path+".description", o["description"], 1, maxDescription)
	if name != "" && (!commandName.MatchString(name) || strings.ToLower(name) != name) {
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
