package bots

import (
	"context"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/text"
)

// table lists every command, in the order in which people are shown them. How a
// line is read, help, Discord's definition and every hint follow from it.
func table() []command {
	return []command{
		newCommand(), showCommand(), listCommand(), statusCommand(), groupCommand(), linkCommand(), helpCommand(),
	}
}

// handler answers a command, a button or a form. It may take as long as ctx lets
// it. A person's mistake is an *core.Refusal or is worded in the Reply; any
// other error means that it is not known whether anything happened.
type handler func(b *Bot, ctx context.Context, c Command) (Reply, error)

// command is a row of the table. Its texts are "commands.help.<name>",
// "commands.help.<name>.more" and "options.command.<name>". One of subs has only the
// last, with both names and a dot between them.
type command struct {
	name    string
	aliases synonyms
	args    func(b *Bot) []Arg // nil: none
	changes bool               // it may store something
	handle  handler

	// subs are the commands below it, in place of args and handle: `group` has
	// `group release`.
	subs []command

	// several marks a command that is of no use in a single workspace.
	several bool
	// unconfirmed is the text for an outcome that is not known, "" for the one
	// that sends people to the list of risks.
	unconfirmed string

	presses []press
	forms   map[string]handler // by Form.ID; a form may store something
}

// press is a button on cards.
type press struct {
	press   core.Press
	changes bool
	handle  handler
}

// words returns every word for the command, in lower case.
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

// Names lists the words for the commands that readers of lang are shown, without
// those below others.
func Names(lang string) []string {
	var names []string
	for _, c := range table() {
		names = append(names, c.wordIn(lang))
	}
	return names
}

// Word returns the word that readers of lang are shown for the command of that name.
func Word(lang, name string) string {
	all := table()
	return all[slices.IndexFunc(all, func(c command) bool { return c.name == name })].wordIn(lang)
}

// Hint is a command as it may be offered before it is typed.
type Hint struct {
	Name string
	Word string // what readers of the language type
	Args bool   // more can be typed after it
}

// Hints lists the commands that are of use with so many workspaces to readers of
// lang.
func Hints(lang string, workspaces int) []Hint {
	var hints []Hint
	for _, c := range table() {
		if !c.several || workspaces > 1 {
			hints = append(hints, Hint{Name: c.name, Word: c.wordIn(lang), Args: c.args != nil || len(c.subs) > 0})
		}
	}
	return hints
}

// Spec describes a command to a platform whose commands have named options.
type Spec struct {
	Path []string // the names that lead to it: "group", "release"
	Args []Arg
	Subs []Spec // the commands below it; then it is none itself
}

// Help says in a line what the command does.
func (s Spec) Help(p text.Printer) string { return p.S("options.command." + strings.Join(s.Path, ".")) }

// Arg returns the argument of that option.
func (s Spec) Arg(option string) (Arg, bool) { return argOf(s.Args, option) }

func argOf(args []Arg, option string) (Arg, bool) {
	i := slices.IndexFunc(args, func(a Arg) bool { return option != "" && a.Option == option })
	if i < 0 {
		return Arg{}, false
	}
	return args[i], true
}

// Commands describes every command.
func (b *Bot) Commands() []Spec { return specs(b.commands) }

func specs(all []*entry) []Spec {
	var out []Spec
	for _, e := range all {
		out = append(out, Spec{Path: e.path, Args: e.args, Subs: specs(e.subs)})
	}
	return out
}
