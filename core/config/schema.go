package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"riskroom/core"
	"riskroom/core/flow"
	coretext "riskroom/core/text"
)

// Patterns of values. reference matches a reference to the environment; a value with one
// is checked again after it is filled in.
const (
	reference         = `\$\{`
	commandPattern    = `^/[^\s/A-Z]{1,31}$`
	prefixPattern     = `^[A-Z][A-Z0-9]{0,7}$`
	closeAfterPattern = `^[1-9][0-9]{0,2}d$`
	durationPattern   = `^([0-9]+(ms|s|m|h))+$`
	instancePattern   = `^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`
	ratePattern       = `^(unlimited|[1-9][0-9]{0,5}/([0-9]+(ms|s|m|h))+)$`
	variablePattern   = `^\$\{[A-Za-z_][A-Za-z0-9_]*\}$`
	emailPattern      = `^[^\s@]+@[^\s@]+\.[^\s@]+$`

	workspaceName = `^[a-z0-9][a-z0-9_-]{0,30}$`
	personName    = `^[^/@:=\s]([^/@:]{0,78}[^/@:\s])?$`
	moduleName    = `^\S(.{0,73}\S)?$`
	fieldName     = `^[a-z][a-z0-9_]{0,39}$`
	flowName      = `^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,63}$`
)

// The longest label and the most choices in a menu that every platform can show.
const (
	maxLabel   = 75
	maxChoices = 100
)

// object is a JSON object. errorMessage, which editors also support, is what people read
// if a value doesn't fit.
type object = map[string]any

// Schema returns the JSON Schema of config files for these platforms, indented. It is
// draft 7, which editors support best. The reference of all keys is generated from it.
func Schema(platforms []core.PlatformSettings) []byte {
	b, err := json.MarshalIndent(schema(platforms), "", "  ")
	if err != nil {
		panic(fmt.Sprintf("config: schema: %v", err)) // it is made of maps, strings and numbers only
	}
	return append(b, '\n')
}

func schema(platforms []core.PlatformSettings) object {
	root := record("A config file of riskroom. Values may contain ${NAME} or ${NAME:-default} from the environment. Write $${ for a literal ${.",
		[]string{"version", "workspaces", "modules", "flows"},
		object{
			"version":       object{"const": 1, "description": "The version of the file format."},
			"timezone":      text("The IANA time zone for days and dates, such as Asia/Shanghai. Default: UTC."),
			"language":      choice("The language of cards and messages that several people see. Private replies use the reader's language. Default: en.", "en", "zh-CN"),
			"day_starts_at": matching("The time of day for dates without a time. Default: \"09:00\".", flow.ClockPattern, flow.ClockHint()),
			"command":       matching("The slash command, as set up on the platforms. Default: /risk.", commandPattern, coretext.Plain("a slash and up to 31 characters without spaces or capitals, such as /risk")),
			"risk_prefix":   matching("The prefix of risk keys. Default: R, which gives R-17.", prefixPattern, coretext.Plain("1 to 8 capital letters or digits, such as R")),
			"attachments":   yesNo("Let people add files to the form of a new risk. riskroom posts them with the risk's cards. The bots need more permissions for it. Default: false."),
			"instance":      matching("A name for this installation, if several share a Redis or a workspace. Don't change it later. Default: riskroom.", instancePattern, coretext.Plain("1 to 64 letters, digits, \"-\", \"_\" or \".\"")),
			"call_timeout":  matching("The timeout of a call to a platform. Default: 10s.", durationPattern, coretext.Plain("a duration such as 10s or 500ms")),
			"settle":        matching("How long a call can still take effect after its timeout. riskroom then checks whether it did. Default: 5s.", durationPattern, coretext.Plain("a duration such as 5s or 500ms")),
			"durability":    choice("standard (the default): a write counts once Redis confirms it. strict: riskroom also waits for a replica, after every change and before each call.", string(Standard), string(Strict)),
			"data_dir":      text("The folder for riskroom's own files, such as a private Redis, relative to the working directory. Default: ./data."),
			"redis":         redisSchema(),
			"admin_channel": record("Where riskroom reports failures that no user triggered. Without it, administrators get direct messages.", []string{"workspace", "channel"}, object{
				"workspace": text("The name of a workspace in this file."),
				"channel":   text("The channel's ID on the platform, not its name."),
			}),
			"close_group": record("When item groups of closed risks are closed: archived or, in a workspace with on_close: delete, deleted. Without it, they stay open.", []string{"after"}, object{
				"after": matching("How many days after the risk was closed. A day before, riskroom posts a notice in the group. It keeps the group if the risk is reopened or somebody posts there.", closeAfterPattern, coretext.Plain("days from 1d to 999d, such as 7d")),
			}),
			"workspaces":  workspacesSchema(platforms),
			"people":      peopleSchema(),
			"permissions": permissionsSchema(),
			"modules":     modulesSchema(),
			"fields":      fieldsSchema(),
			"process":     processSchema(),
			"calendars":   calendarsSchema(),
			quietKeyName:  quietSchema("Hours in which the messages of flows wait, those of send_message and send_group_message, until they are over. A flow or a step can ignore them."),
			"calendar":    text("The calendar by which flows count working days, unless they have one of their own: one of calendars."),
			"flows":       flowsSchema(),
		})
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = "riskroom"
	return root
}

// record is a mapping with known keys.
func record(doc string, required []string, props object) object {
	o := object{"type": "object", "description": doc, "properties": props, "additionalProperties": false}
	if len(required) > 0 {
		o["required"] = required
	}
	return o
}

// dict is a mapping with keys that people choose and that match names.
func dict(doc, names string, say coretext.Phrase, of object) object {
	return object{
		"type": "object", "description": doc, "errorMessage": say,
		"patternProperties": object{names: of}, "additionalProperties": false,
	}
}

func text(doc string) object {
	return object{"type": "string", "minLength": 1, "description": doc}
}

// say sets what people read if a value doesn't fit o.
func say(o object, what coretext.Phrase) object {
	o["errorMessage"] = what
	return o
}

func yesNo(doc string) object { return object{"type": "boolean", "description": doc} }

// wholeNumber is a whole number from 1 to most.
func wholeNumber(doc string, most int) object {
	return object{"type": "integer", "minimum": 1, "maximum": most, "description": doc}
}

func choice(doc string, values ...string) object {
	return object{"type": "string", "enum": values, "description": doc}
}

// matching is a string that matches pattern or contains a reference.
func matching(doc, pattern string, say coretext.Phrase) object {
	return object{"type": "string", "pattern": pattern + "|" + reference, "description": doc, "errorMessage": coretext.Phrasef("expected %s", say)}
}

// people is a list of people, or one of them.
func people(doc string) object {
	return object{
		"type": []string{"string", "array"}, "minLength": 1, "minItems": 1, "maxItems": core.MaxMembers,
		"items": object{"type": "string", "minLength": 1}, "description": doc,
	}
}

// label is a text, or one per language.
func label(doc string) object {
	one := object{"type": "string", "minLength": 1, "maxLength": maxLabel}
	return object{
		"type": []string{"string", "object"}, "minLength": 1, "maxLength": maxLabel, "minProperties": 1,
		"properties": object{"en": one, "zh-CN": one}, "additionalProperties": false, "description": doc,
	}
}

// anyOf needs at least one of the keys.
func anyOf(say coretext.Phrase, keys ...string) object {
	var need []object
	for _, k := range keys {
		need = append(need, object{"required": []string{k}})
	}
	return object{"anyOf": need, "errorMessage": say}
}

// without forbids keys together with the one that it belongs to in "dependencies".
func without(say coretext.Phrase, keys ...string) object {
	props := object{}
	for _, k := range keys {
		props[k] = object{"not": object{}, "errorMessage": say}
	}
	return object{"properties": props}
}

func redisSchema() object {
	return record("The Redis that holds risks, timers and links. Without it, riskroom runs its own redis-server under data_dir.", nil, object{
		"url":           text("redis://host:6379/0, rediss:// with TLS or unix:///path. Put a password into the environment or password_file."),
		"username":      text("The user name, unless it is in the url."),
		"password":      secret("The password, from the environment: ${NAME}."),
		"password_file": text("A file that holds the password."),
		"mode":          choice("standalone (the default), sentinel or cluster. Add further addresses to the url as ?addr=host:port, and the master's name for sentinel as ?master_name=.", string(Standalone), string(Sentinel), string(Cluster)),
		"prefix":        matching("The prefix of every key in Redis. Default: riskroom.", instancePattern, coretext.Plain("1 to 64 letters, digits, \"-\", \"_\" or \".\"")),
	})
}

func secret(doc string) object {
	return object{"type": "string", "pattern": variablePattern, "description": doc,
		"errorMessage": coretext.Plain("write a secret as ${NAME} and nothing else, so that it comes from the environment")}
}

func workspacesSchema(platforms []core.PlatformSettings) object {
	var names []string
	var cases []object
	for _, p := range platforms {
		names = append(names, p.Platform)
		cases = append(cases, object{
			"if":   object{"properties": object{"platform": object{"const": p.Platform}}, "required": []string{"platform"}},
			"then": platformSchema(p),
		})
	}
	slices.Sort(names)
	one := object{
		"type": "object", "required": []string{"platform"}, "description": "One workspace.",
		"properties": object{"platform": choice("The platform.", names...)},
	}
	if len(cases) > 0 {
		one["allOf"] = cases
	}
	d := dict("The workspaces on chat platforms that riskroom serves, under names of your choice.",
		workspaceName, coretext.Plain("a workspace's name has up to 31 lower-case letters, digits, \"-\" and \"_\""), one)
	d["minProperties"] = 1
	return d
}

// platformSchema describes the keys of a workspace on p.
func platformSchema(p core.PlatformSettings) object {
	props := object{}
	var required []string
	var all []object
	for _, s := range p.Settings {
		switch {
		case s.Secret:
			props[s.Key] = secret(s.Doc)
			props[s.Key+fileSuffix] = text("A file that holds the " + s.Key + ".")
			if s.Required {
				all = append(all, anyOf(coretext.Phrasef("a %s workspace needs %s or %s", p.Platform, s.Key, s.Key+fileSuffix), s.Key, s.Key+fileSuffix))
			}
			continue
		case s.Switch:
			props[s.Key] = yesNo(s.Doc)
		case s.Choices != nil:
			props[s.Key] = choice(s.Doc, s.Choices...)
		case s.Pattern != "":
			props[s.Key] = matching(s.Doc, s.Pattern, coretext.Phrasef("something like %s", coretext.Plain(s.Form)))
		default:
			props[s.Key] = text(s.Doc)
		}
		if s.Required {
			required = append(required, s.Key)
		}
	}
	props["platform"] = object{"const": p.Platform, "description": "The platform."}
	if props[apiURLKey] == nil {
		props[apiURLKey] = text("The URL of the platform's API, if it isn't the usual one, such as that of a proxy, a government cloud or an emulator.")
	}
	props["rates"] = ratesSchema()
	props["timezone"] = zoneSchema("this workspace", "the timezone at the top level")
	props[quietKeyName] = ownQuietSchema()
	o := record("", required, props)
	delete(o, "description")
	if len(p.AnyOf) > 0 {
		all = append(all, anyOf(coretext.Phrasef("a %s workspace needs a way to receive commands: %s", p.Platform, coretext.Or(p.AnyOf...)), waysIn(p)...))
	}
	if len(all) > 0 {
		o["allOf"] = all
	}
	return o
}

// waysIn returns the keys of AnyOf, and those for a file.
func waysIn(p core.PlatformSettings) []string {
	keys := slices.Clone(p.AnyOf)
	for _, s := range p.Settings {
		if s.Secret && slices.Contains(p.AnyOf, s.Key) {
			keys = append(keys, s.Key+fileSuffix)
		}
	}
	return keys
}

func ratesSchema() object {
	say := coretext.Plain("a rate is a number of calls per time, such as 50/1m, or unlimited")
	return object{
		"type": []string{"string", "object"}, "pattern": "^unlimited$", "errorMessage": coretext.Plain("rates are unlimited, or a map from a method to a rate such as 50/1m"),
		"additionalProperties": object{"type": "string", "pattern": ratePattern, "errorMessage": say},
		"description":          "Overrides the platform's published rate limits: unlimited, or a map from a method to its limit: unlimited, or a number of calls in a period (\"50/1m\").",
	}
}

// known returns the keys that a mapping's schema allows.
func known(o object) []string {
	props, _ := o["properties"].(object)
	return slices.Sorted(maps.Keys(props))
}
