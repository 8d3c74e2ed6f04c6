package bots

import (
	"context"
	"maps"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

func listCommand() command {
	return command{
		name: "list", aliases: synonyms{text.English: {"ls"}, text.Chinese: {"列表"}},
		args: (*Bot).listArgs, handle: (*Bot).list,
	}
}

func (b *Bot) listArgs() []Arg {
	return []Arg{
		{
			Name: "what", Option: "what", Choices: []string{"open", "mine", "overdue"}, Help: helpText("options.what"), take: theRest,
			Label: func(p text.Printer, choice string) string { return p.S("options.what." + choice) },
		},
		b.moduleArg(),
	}
}

// listWords maps what people type to what to list.
var listWords = map[string]string{
	"open": "open", "all": "open", "未完成": "open", "全部": "open",
	"mine": "mine", "my": "mine", "我的": "mine",
	"overdue": "overdue", "late": "overdue", "逾期": "overdue", "已逾期": "overdue",
}

// list lists open risks.
func (b *Bot) list(ctx context.Context, c Command) (Reply, error) {
	q, faults := b.listQuery(c.Typed, b.printer(c).Lang())
	if len(faults) > 0 {
		r := b.faulty(c, faults)
		r.Text = append(r.Text, core.Plain("\n"+b.printer(c).S("commands.help.list", text.Args{"Command": b.org.Command})))
		return r, nil
	}
	found, err := b.handling.List(ctx, c.Actor, q)
	if err != nil {
		return Reply{}, err
	}
	p := b.printer(c)
	if len(found.Risks) == 0 {
		return Say(p.S("commands.list.none")), nil
	}
	r := Say(p.S("commands.list.head", text.Args{"Count": found.Total}))
	if n := len(found.Risks); n < found.Total || found.Total < 0 {
		found.Total = max(found.Total, n)
		r = Say(p.S("commands.list.head_part", text.Args{"Count": found.Total, "Shown": n}))
	}
	for _, risk := range found.Risks {
		r.List = append(r.List, []core.Span{core.Plain(b.listLine(p, risk))})
	}
	return r, nil
}

func (b *Bot) listQuery(c *Typed, lang string) (engine.ListQuery, []fault) {
	faults := c.faults
	var q engine.ListQuery
	for _, word := range strings.FieldsFunc(c.Args.Get("what"), func(r rune) bool { return isBlank(r) || isSeparator(r) }) {
		switch listWords[strings.ToLower(text.Fold(word))] {
		case "open":
		case "mine":
			q.Mine = true
		case "overdue":
			q.Overdue = true
		default:
			faults = append(faults, fault{code: "list_word", args: text.Args{"Word": word, "Near": b.nearListWord(word)}})
		}
	}
	if typed := c.Args.Get("module"); typed != "" {
		if q.Module = b.moduleNamed(typed); q.Module == "" {
			r := draftReader{bot: b, values: c.Args, lang: lang}
			r.module()
			faults = append(faults, r.faults...)
		}
	}
	return q, faults
}

// nearListWord returns what word probably means, or "".
func (b *Bot) nearListWord(word string) string {
	if name := b.moduleNamed(word); name != "" {
		return "module:" + quote(name)
	}
	return core.Nearest(word, slices.Sorted(maps.Keys(listWords)))
}

// listTitle is the number of characters of a title that a line of a list shows.
const listTitle = 80

func (b *Bot) listLine(p text.Printer, r core.Risk) string {
	line := p.S("commands.list.line", text.Args{
		"Key": string(r.Key), "Title": shorten(strings.Join(strings.Fields(r.Title), " "), listTitle),
		"Module": r.Module, "Severity": p.Severity(r.Severity), "Status": p.Status(r.Status),
	})
	if len(b.org.Process) > 0 && r.Node != "" {
		line += p.S("commands.list.node.between", text.Args{"Node": p.Node(b.org, r.Node)})
	}
	if r.DueAt.IsZero() {
		return line
	}
	due := text.Args{"Date": p.Date(r.DueAt, b.org.Zone)}
	if r.DueAt.Before(b.clock.Now()) {
		return line + p.S("commands.list.overdue.between", due)
	}
	return line + p.S("commands.list.due.between", due)
}
