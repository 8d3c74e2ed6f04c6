package discordbot

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

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

// kindOf returns the type of the option for an argument.
func kindOf(k bots.ArgKind) int {
	switch k {
	case bots.SwitchArg:
		return optionBoolean
	case bots.NumberArg:
		return optionNumber
	case bots.WordArg, bots.ProseArg:
	}
	return optionString
}

const (
	maxOptions     = 25
	maxDescription = 100
	maxCommand     = 8000 // characters of a command with everything in it
)

// definition is a command, a subcommand or an option. What Discord adds to it is
// not read.
type definition struct {
	Type         int               `json:"type"`
	Name         string            `json:"name"`
	Names        map[string]string `json:"name_localizations,omitempty"`
	Description  string            `json:"description,omitempty"` // a command in a menu has none
	Descriptions map[string]string `json:"description_localizations,omitempty"`
	Required     bool              `json:"required,omitempty"`
	Autocomplete bool              `json:"autocomplete,omitempty"`
	MaxLength    int               `json:"max_length,omitempty"`
	Choices      []choice          `json:"choices,omitempty"`
	Options      []definition      `json:"options,omitempty"`

	own string // the own field that the option is for
}

type choice struct {
	Name  string            `json:"name"`
	Names map[string]string `json:"name_localizations,omitempty"`
	Value string            `json:"value"`
}

// optionName reports whether an option may have a name. As a regular expression with a limit
// it would take two megabytes.
func optionName(name string) bool {
	wrong := func(r rune) bool { return r != '-' && r != '_' && !unicode.In(r, unicode.Ll, unicode.Lo, unicode.N) }
	return name != "" && utf8.RuneCountInString(name) <= 32 && !strings.ContainsFunc(name, wrong)
}

// definer makes the definitions of an organisation's commands.
type definer struct {
	org      *core.Organisation
	text     *text.Catalogue
	commands []bots.Spec
}

func (b *Bot) definer() definer { return definer{b.org(), b.text, b.bot.Commands()} }

// LeftOut returns the own fields that people can't give as options of a subcommand, by its
// name, because the command would be larger than limit. The forms have them.
func LeftOut(org *core.Organisation, t *text.Catalogue) (fields map[string][]string, limit int) {
	_, fields = definer{org, t, bots.Commands(org, t)}.command(maxCommand)
	return fields, maxCommand
}

// definitions returns the definitions of all commands.
func (b *Bot) definitions() []definition {
	command, _ := b.definer().command(maxCommand)
	return append([]definition{command}, b.definer().messageCommands()...)
}

// described returns a definition with its descriptions in every language.
func (d definer) described(kind int, name string, help func(p text.Printer) string) definition {
	description, others := d.localised(help)
	return definition{Type: kind, Name: name, Description: description, Descriptions: others}
}

// localised returns a text in the file's language, and in every language of Discord's
// that riskroom speaks.
func (d definer) localised(in func(p text.Printer) string) (string, map[string]string) {
	others := map[string]string{}
	for discord, ours := range map[string]string{"en-US": text.English, "en-GB": text.English, "zh-CN": text.Chinese, "zh-TW": text.Chinese} {
		others[discord] = core.Shorten(in(d.text.In(ours)), maxDescription)
	}
	return core.Shorten(in(d.text.In(d.org.Language)), maxDescription), others
}

// command returns the definition of the command with all its subcommands. If it would have
// more characters than limit, it leaves own fields to the forms, the last ones first, and returns their keys
// by subcommand.
func (d definer) command(limit int) (whole definition, left map[string][]string) {
	whole = d.described(1, strings.TrimPrefix(d.org.Command, "/"), func(p text.Printer) string { return p.S("options.command") })
	for _, spec := range d.commands {
		whole.Options = append(whole.Options, d.subcommand(spec))
	}
	left = map[string][]string{}
	for _, name := range []string{"edit", "new"} { // without theirs there is always room
		at := slices.IndexFunc(whole.Options, func(o definition) bool { return o.Name == name })
		if at < 0 {
			continue
		}
		sub := &whole.Options[at]
		for i, o := range slices.Backward(slices.Clone(sub.Options)) {
			if o.own != "" && whole.size() > limit {
				sub.Options = slices.Delete(sub.Options, i, i+1)
				left[name] = slices.Insert(left[name], 0, o.own)
			}
		}
	}
	return whole, left
}

// size returns how many characters of a definition count: in each place, its texts in the
// longest language.
func (d definition) size() int {
	n := utf8.RuneCountInString(d.Name + d.Description)
	for _, s := range d.Descriptions {
		n = max(n, utf8.RuneCountInString(d.Name+s))
	}
	for _, c := range d.Choices {
		longest := utf8.RuneCountInString(c.Name)
		for _, s := range c.Names {
			longest = max(longest, utf8.RuneCountInString(s))
		}
		n += longest + utf8.RuneCountInString(c.Value)
	}
	for _, o := range d.Options {
		n += o.size()
	}
	return n
}

func (d definer) subcommand(spec bots.Spec) definition {
	name := spec.Path[len(spec.Path)-1]
	if len(spec.Subs) > 0 {
		group := d.described(optionGroup, name, spec.Help)
		for _, sub := range spec.Subs {
			group.Options = append(group.Options, d.subcommand(sub))
		}
		return group
	}
	sub := d.described(optionSubcommand, name, spec.Help)
	for _, a := range offered(spec) {
		sub.Options = append(sub.Options, d.option(a))
	}
	return sub
}

// option returns the definition of an argument.
func (d definer) option(a bots.Arg) definition {
	o := d.described(kindOf(a.Kind), a.Option, a.Help)
	o.Required, o.MaxLength, o.Autocomplete = a.Required, a.Max, a.Suggests()
	if a.Own {
		o.own, _ = core.OwnField(a.Name)
	}
	for _, v := range a.Choices {
		c := choice{Name: v, Value: v}
		if a.Label != nil {
			c.Name, c.Names = d.localised(func(p text.Printer) string { return a.Label(p, v) })
		}
		o.Choices = append(o.Choices, c)
	}
	return o
}

// offered returns the arguments that are options, required ones first, as Discord
// demands. A field of the organisation's own is left to the form if its key can't
// name an option or there are too many options.
func offered(spec bots.Spec) []bots.Arg {
	taken := map[string]bool{}
	for _, a := range spec.Args {
		if !a.Own && a.Option != "" {
			taken[a.Option] = true
		}
	}
	var required, optional []bots.Arg
	for _, a := range spec.Args {
		if a.Own && !taken[a.Option] && len(taken) < maxOptions && optionName(a.Option) {
			taken[a.Option] = true
		} else if a.Own || a.Option == "" {
			continue
		}
		if a.Required {
			required = append(required, a)
		} else {
			optional = append(optional, a)
		}
	}
	return append(required, optional...)
}
