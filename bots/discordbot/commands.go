package discordbot

import (
	"context"
	"regexp"
	"slices"
	"strings"
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
}

type choice struct {
	Name  string            `json:"name"`
	Names map[string]string `json:"name_localizations,omitempty"`
	Value string            `json:"value"`
}

// optionName matches the names that options may have.
var optionName = regexp.MustCompile(`^[-_\p{Ll}\p{Lo}\p{N}]{1,32}$`)

// described returns a definition with its descriptions in every language.
func (b *Bot) described(kind int, name string, help func(p text.Printer) string) definition {
	description, others := b.localised(help)
	return definition{Type: kind, Name: name, Description: description, Descriptions: others}
}

// localised returns a text in the file's language, and in every language of Discord's
// that riskroom speaks.
func (b *Bot) localised(in func(p text.Printer) string) (string, map[string]string) {
	others := map[string]string{}
	for discord, ours := range map[string]string{"en-US": text.English, "en-GB": text.English, "zh-CN": text.Chinese, "zh-TW": text.Chinese} {
		others[discord] = core.Shorten(in(b.text.In(ours)), maxDescription)
	}
	return core.Shorten(in(b.text.In(b.org.Language)), maxDescription), others
}

// definitions returns the definitions of all commands.
func (b *Bot) definitions() []definition {
	return append([]definition{b.command()}, b.messageCommands()...)
}

// command returns the definition of the command with all its subcommands. If it would be
// too large, it offers fewer of the organisation's own fields.
func (b *Bot) command() definition {
	own := maxOptions
	d := b.commandWith(own)
	for own > 0 && d.size() > maxCommand {
		own--
		d = b.commandWith(own)
	}
	return d
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

// commandWith returns the definition with that many own fields at most in a subcommand.
func (b *Bot) commandWith(own int) definition {
	d := b.described(1, strings.TrimPrefix(b.org.Command, "/"), func(p text.Printer) string { return p.S("options.command") })
	for _, spec := range b.bot.Commands() {
		d.Options = append(d.Options, b.subcommand(spec, own))
	}
	return d
}

func (b *Bot) subcommand(spec bots.Spec, own int) definition {
	name := spec.Path[len(spec.Path)-1]
	if len(spec.Subs) > 0 {
		d := b.described(optionGroup, name, spec.Help)
		for _, sub := range spec.Subs {
			d.Options = append(d.Options, b.subcommand(sub, own))
		}
		return d
	}
	d := b.described(optionSubcommand, name, spec.Help)
	for _, a := range offered(spec, own) {
		d.Options = append(d.Options, b.option(a))
	}
	return d
}

// option returns the definition of an argument.
func (b *Bot) option(a bots.Arg) definition {
	d := b.described(kindOf(a.Kind), a.Option, a.Help)
	d.Required, d.MaxLength, d.Autocomplete = a.Required, a.Max, a.Suggests()
	for _, v := range a.Choices {
		c := choice{Name: v, Value: v}
		if a.Label != nil {
			c.Name, c.Names = b.localised(func(p text.Printer) string { return a.Label(p, v) })
		}
		d.Choices = append(d.Choices, c)
	}
	return d
}

// offered returns the arguments that are options, required ones first, as Discord
// demands. A field of the organisation's own is left to the form if its key can't
// name an option or there are too many options, or more than own of these fields.
func offered(spec bots.Spec, own int) []bots.Arg {
	taken := map[string]bool{}
	for _, a := range spec.Args {
		if !a.Own && a.Option != "" {
			taken[a.Option] = true
		}
	}
	var required, optional []bots.Arg
	for _, a := range spec.Args {
		if a.Own && own > 0 && !taken[a.Option] && len(taken) < maxOptions && optionName.MatchString(a.Option) {
			taken[a.Option] = true
			own--
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

// typed converts the options of a command.
func (b *Bot) typed(ctx context.Context, req request, lang string, options []option) bots.Typed {
	if len(options) == 0 {
		return bots.Typed{}
	}
	path, sub := used(options)
	t, read := bots.Typed{Path: path, Args: bots.Values{}}, b.reader(req, lang)
	spec := specOf(b.bot.Commands(), path)
	for _, o := range sub.Options {
		a, ok := spec.Arg(o.Name)
		v := strings.TrimSpace(o.text())
		if !ok || v == "" || a.Kind == bots.SwitchArg && v != "true" {
			continue
		}
		switch a.Kind {
		case bots.ProseArg:
			v = read.prose(ctx, v)
		case bots.NumberArg:
			v = bots.AsNumber(v)
		case bots.WordArg, bots.SwitchArg:
			v = b.refs(v)
		}
		t.Args[a.Name] = []string{v}
	}
	return t
}

// specOf returns the command at a path, the zero Spec if there is none.
func specOf(all []bots.Spec, path []string) bots.Spec {
	for _, spec := range all {
		if slices.Equal(spec.Path, path) {
			return spec
		}
		if sub := specOf(spec.Subs, path); sub.Path != nil {
			return sub
		}
	}
	return bots.Spec{}
}

// used returns the subcommand that was used, with its path.
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

// mentioned matches a mention in a text, see
// https://docs.discord.com/developers/reference#message-formatting.
var mentioned = regexp.MustCompile(`<@([!&]?)([0-9]{5,20})>`)

// refs replaces mentions with refs, with blanks around: between two mentions there may be
// none.
func (b *Bot) refs(s string) string {
	return strings.TrimSpace(mentioned.ReplaceAllStringFunc(s, func(m string) string {
		parts := mentioned.FindStringSubmatch(m)
		if parts[1] == "&" {
			return " @" + parts[2] + " "
		}
		return " " + string(core.RefOf(core.Account{Workspace: b.workspace, ID: parts[2]})) + " "
	}))
}
