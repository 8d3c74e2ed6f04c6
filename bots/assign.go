package bots

import (
	"context"
	"maps"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// formAssign is the ID of the form that changes the handlers. Its state holds riskState and
// seenState.
const formAssign = "assign"

// toName is the name of the argument for new handlers.
const toName = "to"

// Words that stand for people.
var (
	meWords     = synonyms{text.English: {"me", "myself"}, text.Chinese: {"我", "自己"}}
	moduleWords = synonyms{text.English: {"module"}, text.Chinese: {"模块"}}
)

func assignCommand() command {
	return command{
		name: "assign", aliases: synonyms{text.Chinese: {"指派", "分配"}},
		args: (*Bot).assignArgs, changes: true, handle: (*Bot).assign,
		forms: map[string]handler{formAssign: (*Bot).assignForm},
	}
}

func (b *Bot) assignArgs() []Arg {
	return []Arg{
		b.riskArg(),
		{Name: toName, Option: "to", Help: helpText("options.handlers"), suggest: b.suggestAssignees, take: theRest},
	}
}

// assign changes the handlers: `assign R-17 me`, `assign R-17 @lin, @oncall`, `assign +@lin`.
func (b *Bot) assign(ctx context.Context, c Command) (Reply, error) {
	key, wrong, err := b.riskOf(ctx, c)
	if key == "" {
		return wrong, err
	}
	typed := strings.TrimSpace(text.Fold(c.Typed.Args.Get(toName)))
	if typed == "" {
		return b.openAssignForm(ctx, c, key)
	}
	a := engine.Assign{Risk: key, Module: moduleWords.has(typed)}
	if !a.Module {
		var faults []fault
		if a.To, faults = b.assignees(c, c.Typed.Args.Get(toName)); len(faults) > 0 {
			return b.faulty(c, faults), nil
		}
		a.Add = strings.HasPrefix(typed, "+")
	}
	return b.doAssign(ctx, c, a)
}

// assignees reads a list of people, one of whom may be the person who types it.
func (b *Bot) assignees(c Command, typed string) ([]core.Ref, []fault) {
	typed = strings.NewReplacer("+", ",", "＋", ",").Replace(typed)
	r := draftReader{bot: b, values: Values{"handlers": {typed}}, mentions: b.mentions(c), lang: b.printer(c).Lang()}
	return r.people("handlers"), r.faults
}

// mentions returns what was mentioned, and the words for the person who types it.
func (b *Bot) mentions(c Command) Mentions {
	mentions := Mentions{}
	if c.Typed != nil {
		maps.Copy(mentions, c.Typed.Mentions)
	} else {
		maps.Copy(mentions, c.Filled.Mentions)
	}
	for _, words := range meWords {
		for _, w := range words {
			if b.personNamed(w) == "" {
				mentions[w] = core.RefOf(c.Actor.Account)
			}
		}
	}
	return mentions
}

func (b *Bot) doAssign(ctx context.Context, c Command, a engine.Assign) (Reply, error) {
	done, err := b.handling.Do(ctx, c.Op, c.Actor, a)
	if err != nil {
		return Reply{}, err
	}
	return b.assigned(ctx, c, done), nil
}

// assigned reports who handles a risk now.
func (b *Bot) assigned(ctx context.Context, c Command, done engine.Outcome) Reply {
	p := b.printer(c)
	head := p.S("commands.assigned", text.Args{
		"Key": string(done.Risk.Key), "Title": done.Risk.Title,
		"Handlers": core.Text(b.people(ctx, p, "", done.Risk.Handlers...)),
	})
	done.Changes = nil // only the handlers
	return b.outcome(ctx, c, core.Plain(head), done)
}

// openAssignForm opens the form that changes the handlers.
func (b *Bot) openAssignForm(ctx context.Context, c Command, key core.RiskKey) (Reply, error) {
	v, err := b.handling.Show(ctx, c.Actor, key)
	if err != nil {
		return Reply{}, err
	}
	if !v.MayReport {
		return Reply{}, b.denied(ctx, c, engine.Assign{Risk: key}, "may_not_assign", key)
	}
	f := b.assignFormOf(ctx, c, v.Risk, v.Risk.Handlers)
	r := Say(b.printer(c).S("commands.assign.line", text.Args{"Command": b.org.Command, "Key": string(key)}))
	r.Form = &f
	return r, nil
}

func (b *Bot) assignFormOf(ctx context.Context, c Command, r core.Risk, chosen []core.Ref) Form {
	p := b.printer(c)
	handlers := b.peopleField(ctx, c, "handlers", refStrings(chosen))
	handlers.Label, handlers.Required = p.Field("handlers"), true
	return Form{
		ID: formAssign, State: seenAt(r.Key, r.Version), Title: p.S("commands.form.assign.title", text.Args{"Key": string(r.Key)}),
		Submit: p.S("commands.form.assign.submit"), Cancel: p.S("commands.form.cancel"),
		Notice: titleOf(r), Fields: []Field{handlers},
	}
}

// assignForm handles the form that changes the handlers.
func (b *Bot) assignForm(ctx context.Context, c Command) (Reply, error) {
	return b.assignFilled(ctx, c, engine.Assign{}, func(now core.Risk, to []core.Ref) Form {
		return b.assignFormOf(ctx, c, now, to)
	})
}

// assignFilled does a with the risk and the people of a form. If the handlers have changed
// since the person saw them, the reply is the form that again returns.
func (b *Bot) assignFilled(ctx context.Context, c Command, a engine.Assign, again func(now core.Risk, to []core.Ref) Form) (Reply, error) {
	var ok bool
	if a.Risk, a.Seen, ok = b.readSeen(c.Filled.State); !ok || c.Filled.Refresh {
		return b.unknown(ctx, c)
	}
	var faults []fault
	if a.To, faults = b.assignees(c, strings.Join(c.Filled.Values["handlers"], ",")); len(faults) > 0 {
		return b.faulty(c, faults), nil
	}
	r, err := b.doAssign(ctx, c, a)
	if now, refusal := moved(err); refusal != nil {
		return b.askAgain(c, again(now, a.To), refusal), nil
	}
	return r, err
}
