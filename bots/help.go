package bots

import (
	"context"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/text"
)

func helpCommand() command {
	return command{
		name: "help", aliases: synonyms{text.English: {"?"}, text.Chinese: {"帮助"}},
		args: (*Bot).helpArgs, handle: (*Bot).help,
	}
}

func (b *Bot) helpArgs() []Arg {
	return []Arg{{
		Name: "topic", Option: "topic", Choices: Names(text.English, b.org), Help: helpText("options.topic"),
		take: func(line string) (value []string, rest string, ok bool) {
			first, rest := cutWord(line)
			return []string{first}, rest, true
		},
	}}
}

// help explains all commands, or one.
func (b *Bot) help(_ context.Context, c Command) (Reply, error) {
	topic := c.Typed.Args.Get("topic")
	if topic == "" {
		return Say(b.overview(c)), nil
	}
	if e := find(b.commands, topic); e != nil {
		return Say(b.helpOn(c, e.name)), nil
	}
	return undone(strings.Join(b.noCommand(c, topic), "\n")), nil
}

// chooseSub answers a command without one of its subcommands.
func (b *Bot) chooseSub(_ context.Context, c Command) (Reply, error) {
	help := b.helpOn(c, c.Typed.entry.name)
	if c.Typed.word == "" {
		return Say(help), nil
	}
	p := b.printer(c)
	word := c.Typed.command(p.Lang()) + " " + c.Typed.word
	return undone(p.S("commands.unknown", text.Args{"Word": word, "Command": b.org.Command}) + "\n" + help), nil
}

// overview returns one line for each command, in sections.
func (b *Bot) overview(c Command) string {
	p, section := b.printer(c), ""
	lines := []string{p.S("commands.help.intro", text.Args{"Key": b.exampleKey()})}
	for _, e := range b.useful() {
		if e.section != section {
			section = e.section
			lines = append(lines, "", p.S("commands.help.section."+section))
		}
		if !e.short {
			lines = append(lines, "• "+p.S("commands.help."+e.name, text.Args{"Command": b.org.Command}))
		}
	}
	return strings.Join(append(lines, "", p.S("commands.help.more", text.Args{"Command": b.org.Command})), "\n")
}

// helpOn returns the full help for a command.
func (b *Bot) helpOn(c Command, name string) string {
	p := b.printer(c)
	var statuses []string
	for _, s := range core.Statuses() {
		statuses = append(statuses, p.Status(s))
	}
	var nodes []string
	for _, key := range b.org.NodeKeys() {
		nodes = append(nodes, p.Node(b.org, key))
	}
	module := ""
	if len(b.org.Modules) > 0 {
		module = b.org.Modules[0].Name
	}
	if strings.ContainsAny(module, " \t") && len(c.Typed.Path) == 0 {
		module = `"` + module + `"`
	}
	return p.S("commands.help."+name, text.Args{"Command": b.org.Command}) + "\n" +
		p.S("commands.help."+name+".more", text.Args{
			"Command": b.org.Command, "Fields": p.List(keyNames(b.keys, p.Lang())), "EditFields": p.List(keyNames(b.editKeys, p.Lang())),
			"Statuses": p.List(statuses), "Module": module, "Zone": b.org.Zone.String(), "Nodes": p.List(nodes),
		})
}

// unknown answers a word that is no command, or a button or form of another version of
// riskroom.
func (b *Bot) unknown(_ context.Context, c Command) (Reply, error) {
	p := b.printer(c)
	switch {
	case c.Filled != nil:
		return Reply{Errors: []FieldError{{Text: p.S("commands.outdated")}}}, nil
	case c.Typed == nil:
		return undone(p.S("commands.outdated")), nil
	case c.Typed.word == "":
		return Say(b.overview(c)), nil
	}
	lines := append(b.noCommand(c, c.Typed.word), b.typedAgain(c)...)
	return undone(strings.Join(lines, "\n")), nil
}

// noCommand returns that there is no such command, and which one may be meant, or which
// ones there are.
func (b *Bot) noCommand(c Command, word string) []string {
	p := b.printer(c)
	s := p.S("commands.unknown", text.Args{"Word": word, "Command": b.org.Command})
	var words []string
	for _, e := range b.commands {
		words = append(words, e.words()...)
	}
	slices.Sort(words)
	if near := core.Nearest(word, words); near != "" {
		return []string{s + " " + p.S("commands.near", text.Args{"Word": b.org.Command + " " + near})}
	}
	return []string{s, b.overview(c)}
}
