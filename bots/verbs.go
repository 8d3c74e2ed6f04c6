package bots

import (
	"context"
	"slices"

	"riskroom/core"
	"riskroom/core/text"
)

func startCommand() command {
	return verb("start", core.InProgress, synonyms{text.English: {"begin"}, text.Chinese: {"开始处理", "开始"}})
}

func resolveCommand() command {
	return verb("resolve", core.Resolved, synonyms{text.English: {"resolved", "done"}, text.Chinese: {"处理完成", "解决", "完成"}})
}

func shelveCommand() command {
	return verb("shelve", core.Shelved, synonyms{text.English: {"shelved"}, text.Chinese: {"搁置"}})
}

func reopenCommand() command {
	return verb("reopen", core.Pending, synonyms{text.Chinese: {"重新打开", "重开"}})
}

// verb returns a command that changes the status to one value: `resolve R-17 fixed by lin`.
func verb(name string, to core.Status, aliases synonyms) command {
	return command{
		name: name, aliases: aliases, short: true,
		args: func(b *Bot) []Arg { return []Arg{b.riskArg(), noteArg()} }, changes: true,
		handle: func(b *Bot, ctx context.Context, c Command) (Reply, error) {
			key, wrong, err := b.riskOf(ctx, c)
			if key == "" {
				return wrong, err
			}
			return b.changeTo(ctx, c, key, to, c.Typed.Args.Get(noteName))
		},
	}
}

// findByKey sets the command of a line that starts with a key: `R-17 resolve fixed by lin`,
// `R-17 resolved fixed by lin`. A key alone shows the risk.
func (b *Bot) findByKey(t *Typed) {
	first, rest := cutPhrase(t.Text, 1)
	key, err := b.parseGroupKey(first)
	if t.entry != nil || len(t.Path) > 0 || err != nil {
		return
	}
	name, after := "show", rest
	if b.org.IsTopic(key) {
		t.entry, t.word, t.after = find(b.commands, name), "", string(key)+" "+after
		return
	}
	if word, tail := cutWord(rest); takesRisk(find(b.commands, word)) {
		name, after = word, tail
	} else if _, _, ok := b.statusAt(rest); ok {
		name = "status"
	}
	t.entry, t.word, t.after = find(b.commands, name), "", string(key)+" "+after
}

// takesRisk reports whether e is a command on a risk. `R-17 new` is none, whatever it means.
func takesRisk(e *entry) bool {
	return e != nil && slices.ContainsFunc(e.args, func(a Arg) bool { return a.Name == riskName })
}
