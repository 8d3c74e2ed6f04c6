package discordbot

import (
	"regexp"
	"strings"

	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/text"
)

// Types of options, see
// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-type.
const (
	optionSubcommand = 1
	optionGroup      = 2 // of subcommands
	optionString     = 3
	optionBoolean    = 5
	optionNumber     = 10
)

const (
	maxOptions = 25 // of a subcommand
	maxCode    = 100
)

// definition is a command, a subcommand or an option as Discord is told, and as
// it tells: of what it adds nothing is read.
type definition struct {
	Type         int               `json:"type"`
	Name         string            `json:"name"`
	Description  string            `json:"description"`
	Descriptions map[string]string `json:"description_localizations,omitempty"`
	Required     bool              `json:"required,omitempty"`
	Autocomplete bool              `json:"autocomplete,omitempty"`
	MaxLength    int               `json:"max_length,omitempty"`
	Choices      []choice          `json:"choices,omitempty"`
	Options      []definition      `json:"options,omitempty"`
}

type choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// optionName is how Discord lets an option be called.
var optionName = regexp.MustCompile(`^[-_\p{Ll}\p{Lo}\p{N}]{1,32}$`)

// described begins a definition; say words it in a language.
func (b *Bot) described(kind int, name string, say func(p text.Printer) string) definition {
	d := definition{Type: kind, Name: name, Description: cut(say(b.text.In(b.org.Language)), 100), Descriptions: map[string]string{}}
	for discord, ours := range map[string]string{"en-US": text.English, "en-GB": text.English, "zh-CN": text.Chinese, "zh-TW": text.Chinese} {
		d.Descriptions[discord] = cut(say(b.text.In(ours)), 100)
	}
	return d
}

func said(id string) func(p text.Printer) string {
	return func(p text.Printer) string { return p.S(id) }
}

func field(key string) func(p text.Printer) string {
	return func(p text.Printer) string { return p.Field(key) }
}

// command is the definition of the command with everything below it.
func (b *Bot) command() definition {
	opt := func(name string, say func(text.Printer) string, change ...func(*definition)) definition {
		d := b.described(optionString, name, say)
		for _, c := range change {
			c(&d)
		}
		return d
	}
	suggests := func(d *definition) { d.Autocomplete = true }
	long := func(n int) func(*definition) { return func(d *definition) { d.MaxLength = n } }
	oneOf := func(values ...string) func(*definition) {
		return func(d *definition) {
			for _, v := range values {
				d.Choices = append(d.Choices, choice{v, v})
			}
		}
	}
	sub := func(name string, options ...definition) definition {
		d := b.described(optionSubcommand, name, said("options."+name))
		d.Options = options
		return d
	}
	group := func(name string, subs ...definition) definition {
		d := b.described(optionGroup, name, said("options."+name))
		d.Options = subs
		return d
	}
	c := b.described(1, strings.TrimPrefix(b.org.Command, "/"), said("options.command"))
	key := opt("key", said("options.key"), suggests)
	status := opt("status", said("options.to"), suggests)
	status.Required = true
	newRisk := sub("new",
		opt("title", field("title"), long(core.MaxTitle)), opt("module", field("module"), suggests),
		opt("severity", field("severity"), suggests), opt("handlers", field("handlers"), suggests),
		opt("discovered", field("discovered_at")), opt("due", field("due_at")),
		opt("description", field("description"), long(core.MaxDescription)),
		opt("anyway", said("options.anyway"), func(d *definition) { d.Type = optionBoolean }))
	for _, f := range b.ownOptions() {
		label := func(p text.Printer) string { return core.LabelIn(f.Label, p.Lang(), f.Key) }
		newRisk.Options = append(newRisk.Options, opt(strings.ToLower(f.Key), label, func(d *definition) {
			d.Autocomplete = f.Type == core.SelectField || f.Type == core.PeopleField
			if f.Type == core.NumberField {
				d.Type = optionNumber
			}
		}))
	}
	c.Options = []definition{
		newRisk,
		sub("show", key),
		sub("list", opt("what", said("options.what"), oneOf("open", "mine", "overdue")), opt("module", field("module"), suggests)),
		sub("status", status, key, opt("note", said("options.note"), long(core.MaxNote))),
		group("group", sub("release", key)),
		sub("link", opt("code", said("options.code"), long(maxCode)), opt("remove", said("options.remove"), suggests, long(maxCode))),
		sub("help", opt("topic", said("options.topic"), oneOf("new", "show", "list", "status", "group", "link", "help"))),
	}
	return c
}

// builtIn are the options of the command that are no own fields, and what they
// are called in bots.Values.
var builtIn = map[string]string{
	"title": "title", "module": "module", "severity": "severity", "handlers": "handlers", "discovered": "discovered_at",
	"due": "due_at", "description": "description", "anyway": "anyway", "key": bots.FieldRisk, "status": bots.FieldStatus,
	"remove": bots.FieldUnlink,
}

// ownOptions are the own fields that can be options; others are in the form.
func (b *Bot) ownOptions() []core.Field {
	var out []core.Field
	seen := map[string]bool{}
	for _, f := range b.org.Fields {
		name := strings.ToLower(f.Key)
		if f.Part != core.Reported || seen[name] || builtIn[name] != "" || !optionName.MatchString(name) || len(out)+8 >= maxOptions {
			continue
		}
		seen[name] = true
		out = append(out, f)
	}
	return out
}

// fieldOf is what an option of a subcommand is called in bots.Values.
func (b *Bot) fieldOf(sub, name string) string {
	if f, ok := builtIn[name]; ok {
		return f
	}
	for _, f := range b.ownOptions() {
		if sub == "new" && strings.ToLower(f.Key) == name {
			return "fields." + f.Key
		}
	}
	return name
}

// typed reads a command. Fields of a risk stay by themselves; what stands at a
// place of its own on the line is put there.
func (b *Bot) typed(options []option) bots.Typed {
	if len(options) == 0 {
		return bots.Typed{}
	}
	path, sub := used(options)
	given := bots.Values{}
	for _, o := range sub.Options {
		v := strings.TrimSpace(o.text())
		if v == "" || o.Name == "anyway" && v != "true" {
			continue
		}
		key := b.fieldOf(sub.Name, o.Name)
		if key != "title" && key != "description" {
			v = b.refs(v)
		}
		given[key] = []string{v}
	}
	line := path
	switch sub.Name {
	case "show", "release":
		line = append(line, given.Get(bots.FieldRisk))
	case "status":
		line = append(line, given.Get(bots.FieldRisk), given.Get(bots.FieldStatus), given.Get("note"))
	case "link":
		if line = append(line, given.Get("code")); given[bots.FieldUnlink] != nil {
			line = append(line[:1], "remove", given.Get(bots.FieldUnlink))
		}
	case "list", "help":
		line = append(line, given.Get("what"), given.Get("topic"))
	}
	for _, used := range []string{bots.FieldRisk, bots.FieldStatus, "note", "what", "topic", "code", bots.FieldUnlink} {
		delete(given, used)
	}
	return bots.Typed{Text: strings.Join(line, " "), Options: given}
}

// used returns the subcommand that is used, with the names that lead to it.
func used(options []option) (path []string, sub option) {
	for len(options) > 0 {
		sub = options[0]
		if path = append(path, sub.Name); sub.Type != optionGroup {
			break
		}
		options = sub.Options
	}
	return path, sub
}

// mentioned is what Discord makes of a mention that is typed into a text:
// https://docs.discord.com/developers/reference#message-formatting.
var mentioned = regexp.MustCompile(`<@([!&]?)([0-9]{5,20})>`)

// refs puts refs in the place of mentions, where people are named.
func (b *Bot) refs(s string) string {
	return mentioned.ReplaceAllStringFunc(s, func(m string) string {
		parts := mentioned.FindStringSubmatch(m)
		if parts[1] == "&" {
			return "@" + parts[2]
		}
		return string(core.RefOf(core.Account{Workspace: b.workspace, ID: parts[2]}))
	})
}
