package emulator

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// commandName is how Discord says that a command may be called, see
// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-naming.
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// checkCommands checks a list of commands that people type.
func checkCommands(f *form, v any) []object {
	raw, ok := v.([]any)
	if !ok && v != nil {
		f.fail("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
	}
	seen := map[string]bool{}
	var out []object
	for i, e := range raw {
		at := fmt.Sprint(i)
		cmd, ok := e.(object)
		if !ok {
			f.fail(at, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
			continue
		}
		if kind, has := f.number(at+".type", cmd["type"], 1, 4); has && kind != 1 {
			f.fail(at+".type", "BASE_TYPE_CHOICES", "The stand-in knows only commands that are typed (1).")
		}
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

// checkNamed checks name and description in all languages and returns how many
// characters count.
func checkNamed(f *form, path string, o object) int {
	name, description := f.text(path+".name", o["name"], 1, maxCommandName), f.text(path+".description", o["description"], 1, maxDescription)
	checkName := func(at, name string) {
		if name != "" && (!commandName.MatchString(name) || strings.ToLower(name) != name) {
			f.fail(at, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
		}
	}
	checkName(path+".name", name)
	longest := utf8.RuneCountInString(name + description)
	for field, most := range map[string]int{"name_localizations": maxCommandName, "description_localizations": maxDescription} {
		others, ok := o[field].(object)
		if o[field] != nil && !ok {
			f.fail(path+"."+field, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
		}
		for locale, v := range others {
			at := path + "." + field + "." + locale
			text := f.text(at, v, 1, most)
			if field == "name_localizations" {
				checkName(at, text)
			}
			longest = max(longest, utf8.RuneCountInString(text))
		}
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
		kind, _ := f.number(at+".type", o["type"], 1, 11)
		nested := kind == optionSubcommand || kind == optionGroup
		first, _ := integer(list[0]["type"])
		switch {
		case o["type"] == nil:
			f.required(at + ".type")
		case nested != (first == optionSubcommand || first == optionGroup),
			kind == optionGroup && depth > 0, kind == optionSubcommand && depth > 1:
			f.fail(at+".type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to all other types")
		}
		if nested {
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

// checkChoices checks what a value can be.
func checkChoices(f *form, path string, o object, kind int64) int {
	choices := f.list(path+".choices", o["choices"], maxCommandOptions)
	suggests := f.flag(path+".autocomplete", o["autocomplete"])
	typed := kind == optionString || kind == optionInteger || kind == optionNumber
	if suggests && (len(choices) > 0 || !typed) || len(choices) > 0 && !typed {
		f.fail(path, "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES_MUTUALLY_EXCLUSIVE", "Choices and autocomplete are for texts and numbers, one of them")
	}
	f.number(path+".min_length", o["min_length"], 0, 6000)
	f.number(path+".max_length", o["max_length"], 1, 6000)
	total := 0
	for i, c := range choices {
		at := fmt.Sprintf("%s.choices.%d", path, i)
		total += utf8.RuneCountInString(f.text(at+".name", c["name"], 1, 100))
		if _, isNumber := c["value"].(json.Number); !isNumber || kind == optionString {
			total += utf8.RuneCountInString(f.text(at+".value", c["value"], 1, 100))
		}
	}
	return total
}
