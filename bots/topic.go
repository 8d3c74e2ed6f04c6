package bots

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// nameName is the name of the argument for a group's name, and of the field for it.
const nameName = "name"

// topicTurns has the button that confirms the end of a topic. Its state is the group.
const topicTurns = "topic_end"

func topicCommand() command {
	return command{
		name: "topic", aliases: synonyms{text.English: {"topics", "discuss"}, text.Chinese: {"话题", "讨论"}},
		subs: []command{
			{
				name: "open", aliases: synonyms{text.English: {"new", "start"}, text.Chinese: {"发起", "新建"}},
				args: (*Bot).topicArgs, changes: true, handle: (*Bot).openTopic, unconfirmed: "topic.unconfirmed",
			},
			{
				name: "show", aliases: synonyms{text.Chinese: {"查看"}},
				args: func(b *Bot) []Arg { return []Arg{b.topicArg()} }, handle: (*Bot).showTopic,
			},
			{
				name: "end", aliases: synonyms{text.English: {"close", "stop"}, text.Chinese: {"结束"}},
				args: func(b *Bot) []Arg { return []Arg{b.topicArg()} }, changes: true, handle: (*Bot).endTopic,
			},
			{
				name: "reopen", aliases: synonyms{text.Chinese: {"重新打开", "重开"}},
				args: func(b *Bot) []Arg { return []Arg{b.topicArg()} }, changes: true, handle: (*Bot).reopenTopic,
			},
		},
		presses: []press{
			{press: core.PressEndTopic, changes: true, handle: (*Bot).pressEnd},
			{press: core.PressReopenTopic, changes: true, handle: (*Bot).pressReopen},
		},
		turns:     map[string]handler{topicTurns: (*Bot).confirmedEnd},
		forms:     map[string]handler{formDiscuss: (*Bot).discussForm},
		shortcuts: []shortcut{{name: shortcutDiscuss, message: true, handle: (*Bot).discussMessage}},
	}
}

// topicArgs takes the key of a risk with its prefix only, people, and a name that is the
// rest: `topic open R-17 @lin, @ada Who rounds?`.
func (b *Bot) topicArgs() []Arg {
	return []Arg{
		b.prefixed(b.riskArg()),
		{Name: toName, Option: "people", Help: helpText("options.topic_people"), suggest: b.suggestPeople, take: takeMentions},
		{Name: nameName, Option: "name", Kind: ProseArg, Max: core.MaxTitle, Help: helpText("options.topic_name"), take: theRest},
	}
}

// takeMentions takes mentions off the start of a line. Names without "@" may be the first
// words of something else.
func takeMentions(line string) (value []string, rest string, ok bool) {
	var all []string
	rest = line
	for strings.HasPrefix(rest, "@") {
		word := firstWord(rest)
		rest = strings.TrimLeftFunc(rest[len(word):], func(r rune) bool { return isBlank(r) || isSeparator(r) })
		all = append(all, strings.TrimRightFunc(word, isSeparator))
	}
	return []string{strings.Join(all, ", ")}, rest, len(all) > 0
}

// topicArg takes the key of a topic group, or that of a risk that has one.
func (b *Bot) topicArg() Arg {
	return Arg{Name: riskName, Option: "key", Help: helpText("options.topic_key"), take: b.takeGroupKey}
}

func (b *Bot) takeGroupKey(line string) (value []string, rest string, ok bool) {
	first, rest := cutPhrase(line, 1)
	key, err := b.parseGroupKey(first)
	return []string{string(key)}, rest, err == nil
}

// parseGroupKey reads the key of a topic group or of a risk.
func (b *Bot) parseGroupKey(typed string) (core.RiskKey, error) {
	if key, ok := b.org.ParseTopicKey(text.Fold(typed)); ok {
		return key, nil
	}
	return b.parseKey(typed)
}

// openTopic opens a topic group: `topic open Who rounds?`. Without a name and a risk, it
// opens a form.
func (b *Bot) openTopic(ctx context.Context, c Command) (Reply, error) {
	o := engine.OpenTopic{Name: c.Typed.Args.Get(nameName)}
	if typed := c.Typed.Args.Get(riskName); typed != "" {
		key, err := b.parseKey(typed)
		if err != nil {
			return b.noKey(c, typed), nil
		}
		o.Risk = key
	} else if key, err := b.riskHere(ctx, c); err != nil {
		return Reply{}, err
	} else {
		o.Risk = key
	}
	var faults []fault
	if typed := c.Typed.Args.Get(toName); typed != "" {
		if o.Members, faults = b.assignees(c, typed); len(faults) > 0 {
			return b.faulty(c, faults), nil
		}
	}
	if o.Name == "" && o.Risk == "" {
		return b.openDiscussForm(ctx, c, discussion{members: o.Members})
	}
	return b.doOpenTopic(ctx, c, o, openWait)
}

// riskHere returns the risk of the group in which c was sent, "" if it is in none.
func (b *Bot) riskHere(ctx context.Context, c Command) (core.RiskKey, error) {
	if c.Channel.IsZero() {
		return "", nil
	}
	key, err := b.handling.RiskOf(ctx, c.Channel)
	if notFound(err) {
		return "", nil
	}
	return key, err
}

// openWait is how long a reply waits for the new group's link, where it can come later.
const openWait = 10 * time.Second

// doOpenTopic opens a topic group, and waits for it so that the reply can link to it.
func (b *Bot) doOpenTopic(ctx context.Context, c Command, o engine.OpenTopic, wait time.Duration) (Reply, error) {
	done, err := b.handling.DoGroup(ctx, c.Op, c.Actor, o)
	if err != nil {
		return Reply{}, err
	}
	p := b.printer(c)
	short, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	g, err := b.handling.Opened(short, done.Run)
	switch {
	case err == nil:
		r := Say(p.S("topic.opened", text.Args{"Key": string(g.Key)}) + " ")
		r.Text = append(r.Text, b.groupLink(c, g))
		return r, nil
	case core.KindOf(err) == core.NotFound:
		return undone(p.S("topic.not_opened", text.Args{"Name": done.Group.Name})), nil
	}
	return Say(p.S("topic.opening", text.Args{"Key": string(done.Group.Key), "Name": done.Group.Name})), nil
}

// topicOf returns the topic group that a command names, or in which it was typed. Of
// several, it is the only one that hasn't the state to yet. If wrong has a text, the
// command names none, or there are several.
func (b *Bot) topicOf(ctx context.Context, c Command, to core.TopicState) (g engine.Group, wrong Reply, err error) {
	p := b.printer(c)
	var key core.RiskKey
	if typed := c.Typed.Args.Get(riskName); typed != "" {
		if key, err = b.parseGroupKey(typed); err != nil {
			return g, b.noKey(c, typed), nil
		}
		if c.Typed.left != "" {
			return g, b.tooMuch(c, key), nil
		}
	} else if c.Typed.left != "" {
		return g, b.noKey(c, c.Typed.left), nil
	}
	all, err := b.handling.Topics(ctx, c.Actor, key, c.Channel)
	switch {
	case err != nil:
		return g, Reply{}, err
	case len(all) == 1:
		return all[0], Reply{}, nil
	case len(all) == 0 && key == "":
		return g, undone(p.S("topic.which", text.Args{"Line": b.lineWithKey(c, string(core.MakeRiskKey(b.org.TopicPrefix(), 3)))})), nil
	case len(all) == 0:
		return g, Reply{}, core.Refuse(core.NotFound, "no_topic", "", "Key", string(key))
	}
	other := slices.DeleteFunc(slices.Clone(all), func(g engine.Group) bool { return g.State == to })
	if to != "" && len(other) == 1 {
		return other[0], Reply{}, nil
	}
	wrong = undone(p.S("topic.several", text.Args{"Key": string(key), "Line": b.org.Command + " " + c.Typed.command(p.Lang())}))
	for _, g := range all {
		wrong.List = append(wrong.List, b.topicLine(ctx, c, g))
	}
	return g, wrong, nil
}

func (b *Bot) showTopic(ctx context.Context, c Command) (Reply, error) {
	g, wrong, err := b.topicOf(ctx, c, "")
	if err != nil || len(wrong.Text) > 0 {
		return wrong, err
	}
	return Reply{Text: b.topicLine(ctx, c, g)}, nil
}

// topicDetails describes the topic that a message with a button is about.
func (b *Bot) topicDetails(ctx context.Context, c Command) (Reply, error) {
	all, err := b.handling.Topics(ctx, c.Actor, c.Pressed.Risk, c.Channel)
	if err == nil && len(all) == 0 {
		err = core.Refuse(core.NotFound, "no_topic", "", "Key", string(c.Pressed.Risk))
	}
	if err != nil {
		return Reply{}, err
	}
	return Reply{Text: b.topicLine(ctx, c, all[0])}, nil
}

// topicLine describes a topic group: its link, its state, who owns it and what it is about.
func (b *Bot) topicLine(ctx context.Context, c Command, g engine.Group) []core.Span {
	p := b.printer(c)
	out := []core.Span{core.Plain(string(g.Key) + " "), b.groupLink(c, g), core.Plain(p.S("topic.line.between") + b.topicState(ctx, c, g))}
	if !g.Owner.IsZero() {
		out = append(append(out, core.Plain(p.S("topic.line.between")+p.S("topic.line.owner")+p.S("commands.colon.between"))),
			b.people(ctx, p, c.Actor.Account.Workspace, core.RefOf(g.Owner))...)
	}
	if q := g.Origin; q != nil {
		out = append(out, core.Plain(p.S("topic.line.between")), detailer{b: b, c: c, p: p}.source(ctx, *q))
	}
	return out
}

// topicState says whether a topic group is discussed, or who ended it and when.
func (b *Bot) topicState(ctx context.Context, c Command, g engine.Group) string {
	p := b.printer(c)
	e := g.Ended
	switch {
	case g.State != core.Ended || e == nil:
		return p.S("topic.state.discussing")
	case e.By.Name == "":
		return p.S("topic.state.ended", text.Args{"Time": p.Time(e.At, b.zone(c))})
	}
	return p.S("topic.state.ended.by", text.Args{"Name": b.actor(ctx, c, e.By), "Time": p.Time(e.At, b.zone(c))})
}

// groupLink returns a group's name, which is a link for people in its workspace.
func (b *Bot) groupLink(c Command, g engine.Group) core.Span {
	if g.Ref.Workspace != c.Actor.Account.Workspace {
		return core.Plain(g.Title(b.org))
	}
	return core.GroupLink("#"+g.Name, g.Ref)
}

func (b *Bot) endTopic(ctx context.Context, c Command) (Reply, error) {
	g, wrong, err := b.topicOf(ctx, c, core.Ended)
	if err != nil || len(wrong.Text) > 0 {
		return wrong, err
	}
	return b.setTopic(ctx, c, engine.EndTopic{Group: g.Ref}, "topic.ending")
}

func (b *Bot) reopenTopic(ctx context.Context, c Command) (Reply, error) {
	g, wrong, err := b.topicOf(ctx, c, core.Discussing)
	if err != nil || len(wrong.Text) > 0 {
		return wrong, err
	}
	return b.setTopic(ctx, c, engine.ReopenTopic{Group: g.Ref}, "topic.reopening")
}

// setTopic ends or reopens a topic group.
func (b *Bot) setTopic(ctx context.Context, c Command, o engine.GroupOperation, says string) (Reply, error) {
	done, err := b.handling.DoGroup(ctx, c.Op, c.Actor, o)
	if err != nil {
		return Reply{}, err
	}
	return Say(b.printer(c).S(says, text.Args{"Name": cmp.Or(done.Group.Topic, done.Group.Name)})), nil
}

// pressEnd ends the topic group in which the button was pressed, after a question.
func (b *Bot) pressEnd(ctx context.Context, c Command) (Reply, error) {
	if c.Pressed.Confirmed {
		return b.setTopic(ctx, c, engine.EndTopic{Group: c.Channel}, "topic.ending")
	}
	p := b.printer(c)
	r := Say(p.S("topic.confirm.title") + "\n" + p.S("topic.confirm.text"))
	r.Turns = []Turn{{Pages: topicTurns, State: c.Channel.String(), Label: p.S("topic.confirm.yes")}}
	return r, nil
}

// confirmedEnd ends the topic group that the question was about.
func (b *Bot) confirmedEnd(ctx context.Context, c Command) (Reply, error) {
	g, err := core.ParseGroupRef(c.Turned.State)
	if err != nil || g != c.Channel {
		return b.unknown(ctx, c)
	}
	r, err := b.setTopic(ctx, c, engine.EndTopic{Group: g}, "topic.ending")
	r.Replace = true
	return r, err
}

func (b *Bot) pressReopen(ctx context.Context, c Command) (Reply, error) {
	return b.setTopic(ctx, c, engine.ReopenTopic{Group: c.Channel}, "topic.reopening")
}

// prefixed makes an argument take a key with its prefix only: a text that follows may
// begin with a number.
func (b *Bot) prefixed(key Arg) Arg {
	take := key.take
	key.take = func(line string) (value []string, rest string, ok bool) {
		if first, _ := cutPhrase(line, 1); !strings.Contains(first, "-") {
			return nil, line, false
		}
		return take(line)
	}
	return key
}
