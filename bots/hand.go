package bots

import (
	"context"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// formHand is the ID of the form that hands a risk over. Its state holds riskState and
// seenState.
const formHand = "hand"

func handCommand() command {
	return command{
		name: "hand", aliases: synonyms{text.English: {"handover"}, text.Chinese: {"移交", "转交"}},
		args: (*Bot).handArgs, changes: true, handle: (*Bot).hand,
		forms: map[string]handler{formHand: (*Bot).handForm},
	}
}

func (b *Bot) handArgs() []Arg {
	return []Arg{
		b.riskArg(),
		{Name: toName, Option: "to", Help: helpText("options.handlers"), suggest: b.suggestPeople, take: b.takePeople},
		{Name: noteName, Option: "reason", Kind: ProseArg, Max: core.MaxNote, Help: helpText("options.reason"), take: theRest},
	}
}

// toWords may precede the people to whom a risk is handed.
var toWords = synonyms{text.English: {"to"}, text.Chinese: {"给"}}

// takePeople takes a list of people off the start of a line: mentions, and names that follow a
// comma.
func (b *Bot) takePeople(line string) (value []string, rest string, ok bool) {
	first, after := cutWord(line)
	if toWords.has(first) {
		line = after
	}
	head, reason := line, ""
	if i := strings.IndexFunc(line, isColon); i >= 0 && !strings.HasPrefix(line[i:], ":@") { // not "acme:@oncall"
		head, reason = line[:i], line[i:]
	}
	l := lineReader{rest: head}
	list, closed := l.list(Arg{fits: b.isPerson})
	if !closed || list == "" {
		return nil, line, false
	}
	return []string{list}, strings.TrimLeftFunc(l.rest+reason, func(r rune) bool { return isBlank(r) || isColon(r) || endsValue(r) }), true
}

// hand hands a risk over: `hand R-17 @lin on holiday`. It opens a form if something lacks.
func (b *Bot) hand(ctx context.Context, c Command) (Reply, error) {
	key, wrong, err := b.riskOf(ctx, c)
	if key == "" {
		return wrong, err
	}
	to, faults := b.assignees(c, c.Typed.Args.Get(toName))
	if len(faults) > 0 {
		return b.faulty(c, faults), nil
	}
	reason := c.Typed.Args.Get(noteName)
	if len(to) > 0 && reason != "" {
		return b.doAssign(ctx, c, engine.Assign{Risk: key, To: to, Hand: true, Reason: reason})
	}
	v, err := b.handling.Show(ctx, c.Actor, key)
	if err != nil {
		return Reply{}, err
	}
	if !v.MayReport {
		return Reply{}, b.denied(ctx, c, engine.Assign{Risk: key, Hand: true}, "may_not_assign", key)
	}
	f := b.handFormOf(ctx, c, v.Risk, to, reason)
	r := Say(b.printer(c).S("commands.hand.line", text.Args{"Command": b.org.Command, "Key": string(key)}))
	r.Form = &f
	return r, nil
}

func (b *Bot) handFormOf(ctx context.Context, c Command, r core.Risk, to []core.Ref, reason string) Form {
	p := b.printer(c)
	f := b.assignFormOf(ctx, c, r, to)
	f.ID, f.Title, f.Submit = formHand, p.S("commands.form.hand.title", text.Args{"Key": string(r.Key)}), p.S("commands.form.hand.submit")
	f.Fields[0].Label = p.S("commands.form.hand.to")
	f.Fields = append(f.Fields, Field{
		Key: noteName, Kind: LongTextKind, Label: p.S("commands.form.hand.reason"), Max: core.MaxNote, Required: true, Initial: oneOf(reason),
	})
	return f
}

// handForm handles the form that hands a risk over.
func (b *Bot) handForm(ctx context.Context, c Command) (Reply, error) {
	reason := c.Filled.Values.Get(noteName)
	return b.assignFilled(ctx, c, engine.Assign{Hand: true, Reason: reason}, func(now core.Risk, to []core.Ref) Form {
		return b.handFormOf(ctx, c, now, to, reason)
	})
}
