package bots

import (
	"context"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/text"
)

// table lists the commands in the order in which they are shown. Parsing, help,
// Discord's definition and the hints follow from it.
func table() []command {
	var all []command
	for _, part := range []struct {
		section  string
		commands []command
	}{
		{"find", []command{newCommand(), showCommand(), listCommand(), mineCommand(), historyCommand(), whyCommand()}},
		{"work", []command{
			statusCommand(), passCommand(), backCommand(), startCommand(), resolveCommand(), shelveCommand(), reopenCommand(),
			takeCommand(), editCommand(), assignCommand(), handCommand(), noteCommand(),
		}},
		{"other", []command{groupCommand(), topicCommand(), linkCommand(), helpCommand()}},
	} {
		for _, c := range part.commands {
			c.section = part.section
			all = append(all, c)
		}
	}
	return all
}

// tableFor returns the commands that an organisation has.
func tableFor(org *core.Organisation) []command {
	return slices.DeleteFunc(table(), func(c command) bool { return c.process && len(org.Process) == 0 })
}

// handler answers a command, a button, a form or a shortcut. It may take until ctx ends. A person's
// mistake is a *core.Refusal or is described in the Reply. After any other error it is
// unknown whether anything happened.
type handler func(b *Bot, ctx context.Context, c Command) (Reply, error)

// command is a row of the table. Its texts are "commands.help.<name>",
// "commands.help.<name>.more" and "options.command.<name>". A command in subs has only
// the last, with both names and a dot between them.
type command struct {
	name    string
	aliases synonyms
	args    func(b *Bot) []Arg // nil if it has none
	changes bool               // it may store something
	handle  handler

	// subs are the commands below it, such as `group release` below `group`. They replace
	// args and handle.
	subs []command
	// usual names the command in subs that is meant if none is named: `group R-17`.
	usual string

	// section is the part of the help that lists it, under "commands.help.section.<section>".
	section string
	// several means that the command is useful only with several workspaces.
	several bool
	// short means that it abbreviates another command. Lists of commands leave it out.
	short bool
	// process means that the command exists only if there is a process.
	process bool
	// unconfirmed is the key of the text for an unknown outcome; "" is that of the
	// text that refers to the list of risks.
	unconfirmed string

	presses   []press
	pages     map[string]handler // by Turn.Pages
	turns     map[string]handler // by Turn.Pages too, but they may store something
	shortcuts []shortcut
	forms     map[string]handler // by Form.ID; a form may store something
}

// press is a button on a card.
type press struct {
	press   core.Press
	changes bool
	handle  handler
}

// words returns the words for the command, in lower case.
func (c command) words() []string {
	all := []string{c.name}
	for _, aliases := range c.aliases {
		all = append(all, aliases...)
	}
	return all
}

// wordIn returns the word for the command that readers of lang are shown.
func (c command) wordIn(lang string) string {
	if all := c.aliases[lang]; lang != text.English && len(all) > 0 {
		return all[0]
	}
	return c.name
}

// synonyms are words for one thing, by language. Any of them can be typed in any
// language. Readers of a language are shown its first.
type synonyms map[string][]string

// has reports whether word is one of s, in any case.
func (s synonyms) has(word string) bool {
	word = strings.ToLower(text.Fold(word))
	for _, all := range s {
		if slices.Contains(all, word) {
			return true
		}
	}
	return false
}

// Names returns the words for an organisation's commands in a language, without subcommands.
func Names(lang string, org *core.Organisation) []string {
	var names []string
	for _, c := range tableFor(org) {
		if !c.short {
			names = append(names, c.wordIn(lang))
		}
	}
	return names
}

// Word returns the words that readers of lang are shown for the command of that name, such
// as "topic end".
func Word(lang, name string) string {
	var words []string
	all := table()
	for one := range strings.FieldsSeq(name) {
		c := all[slices.IndexFunc(all, func(c command) bool { return c.name == one })]
		words, all = append(words, c.wordIn(lang)), c.subs
	}
	return strings.Join(words, " ")
}

// Means reports whether a word stands for the command of that name, in any language.
func Means(word, name string) bool {
	e := slices.IndexFunc(table(), func(c command) bool { return c.name == name })
	return e >= 0 && slices.Contains(table()[e].words(), strings.ToLower(text.Fold(word)))
}

// Hint is a command that is suggested before anything is typed.
type Hint struct {
	Name string
	Word string // what readers of the language type
	Args bool   // more can be typed after it
}

// Hints returns an organisation's commands that are useful with that many workspaces, in a
// language.
func Hints(lang string, org *core.Organisation, workspaces int) []Hint {
	var hints []Hint
	for _, c := range tableFor(org) {
		if !c.short && (!c.several || workspaces > 1) {
			hints = append(hints, Hint{Name: c.name, Word: c.wordIn(lang), Args: c.args != nil || len(c.subs) > 0})
		}
	}
	return hints
}

// Spec describes a command for platforms whose commands have named options.
type Spec struct {
	Path []string // the names that lead to it: "group", "release"
	Args []Arg
	Subs []Spec // its subcommands; a Spec that has some is not a command itself
}

// Help returns one line about the command.
func (s Spec) Help(p text.Printer) string { return p.S("options.command." + strings.Join(s.Path, ".")) }

// Arg returns the argument for an option.
func (s Spec) Arg(option string) (Arg, bool) { return argOf(s.Args, option) }

func argOf(args []Arg, option string) (Arg, bool) {
	i := slices.IndexFunc(args, func(a Arg) bool { return option != "" && a.Option == option })
	if i < 0 {
		return Arg{}, false
	}
	return args[i], true
}

// Commands returns the specs of an organisation's commands, as those of its Bot.
func Commands(org *core.Organisation, t *text.Catalogue) []Spec {
	b := &Bot{org: org, text: t}
	b.editKeys = b.editableArgs()
	b.routes = b.routesOf(tableFor(org))
	return b.Commands()
}

// Commands returns the specs of all commands that are useful with the workspaces of the
// config file.
func (b *Bot) Commands() []Spec {
	return specs(b.useful())
}

func (b *Bot) useful() []*entry {
	return slices.DeleteFunc(slices.Clone(b.commands), func(e *entry) bool { return e.several && len(b.org.Workspaces) < 2 })
}

func specs(all []*entry) []Spec {
	var out []Spec
	for _, e := range all {
		out = append(out, Spec{Path: e.path, Args: e.args, Subs: specs(e.subs)})
	}
	return out
}
