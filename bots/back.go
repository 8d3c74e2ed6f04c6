package bots

import (
	"context"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// formBack is the form that asks for a node and a reason. Its state is that of formResolve.
const formBack = "back"

// nodeName is the name of the argument for a node.
const nodeName = "node"

func backCommand() command {
	return command{
		name: "back", aliases: synonyms{text.Chinese: {"退回"}}, process: true,
		args: (*Bot).backArgs, changes: true, handle: (*Bot).back,
		presses: []press{{press: core.PressBack, handle: (*Bot).askBack}},
		forms:   map[string]handler{formBack: (*Bot).backForm},
	}
}

func (b *Bot) backArgs() []Arg {
	return []Arg{
		b.riskArg(),
		{
			Name: nodeName, Option: "node", Help: helpText("options.node"), suggest: b.suggestNode,
			take: func(line string) (value []string, rest string, ok bool) {
				node, reason := b.nodeAt(line)
				return []string{node}, reason, node != ""
			},
		},
		{Name: noteName, Option: "reason", Kind: ProseArg, Max: core.MaxNote, Help: helpText("options.back_reason"), take: theRest},
	}
}

// back sends a risk back to an earlier node: `back R-17 triage the amount is wrong`.
func (b *Bot) back(ctx context.Context, c Command) (Reply, error) {
	key, wrong, err := b.riskOf(ctx, c)
	if key == "" {
		return wrong, err
	}
	typed, reason := c.Typed.Args.Get(nodeName), c.Typed.Args.Get(noteName)
	if reason == "" {
		return b.withoutReason(ctx, c, key)
	}
	node := b.nodeNamed(typed)
	if typed != "" && node == "" {
		node = typed // the engine refuses it and lists the nodes
	}
	return b.move(ctx, c, engine.SendBack{Risk: key, To: node, Reason: reason})
}

// withoutReason opens the form for a reason, with the node that was typed.
func (b *Bot) withoutReason(ctx context.Context, c Command, key core.RiskKey) (Reply, error) {
	r, err := b.openBackForm(ctx, c, key, 0, b.nodeNamed(c.Typed.Args.Get(nodeName)))
	if err == nil && r.Form != nil {
		r.Text = Say(strings.Join(append([]string{core.Text(r.Text)}, b.typedAgain(c)...), "\n")).Text
	}
	return r, err
}

func (b *Bot) askBack(ctx context.Context, c Command) (Reply, error) {
	return b.openBackForm(ctx, c, c.Pressed.Risk, c.Pressed.Seen, "")
}

// openBackForm opens the form that asks for a node and a reason, for all nodes if the risk
// can't be read in time. The form is checked when it is submitted.
func (b *Bot) openBackForm(ctx context.Context, c Command, key core.RiskKey, seen int64, node string) (Reply, error) {
	short, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	risk, allowed := core.Risk{Key: key, Version: seen}, b.org.NodeKeys()
	v, err := b.handling.Show(short, c.Actor, key)
	switch {
	case err != nil && refused(err):
		return Reply{}, err
	case err == nil:
		risk, allowed = v.Risk, b.org.BackFrom(v.Risk)
		if v.CantMove != nil && !risk.ChangedSince("node", seen) {
			return Reply{}, b.handling.Reject(ctx, c.Op, c.Actor, engine.SendBack{Risk: risk.Key}, v.CantMove)
		}
		if len(allowed) == 0 || risk.ChangedSince("node", seen) {
			return b.move(ctx, c, engine.SendBack{Risk: key, Seen: seen}) // is refused: it has no reason
		}
	}
	f := b.backFormOf(c, risk, allowed, node, "")
	r := Say(b.printer(c).S("commands.needs_back", text.Args{"Command": b.org.Command, "Key": string(key)}))
	r.Form = &f
	return r, nil
}

// backFormOf returns the form that asks for one of the allowed nodes and a reason.
func (b *Bot) backFormOf(c Command, r core.Risk, allowed []string, node, reason string) Form {
	p := b.printer(c)
	f := Form{
		ID: formBack, State: seenAt(r.Key, r.Version), Notice: titleOf(r),
		Title: p.S("commands.form.back.title", text.Args{"Key": string(r.Key)}), Submit: p.S("commands.form.back.submit"),
		Cancel: p.S("commands.form.cancel"),
		Fields: []Field{
			{Key: nodeName, Kind: SelectKind, Label: p.S("commands.form.back.node"), Required: true},
			{Key: noteName, Kind: LongTextKind, Label: p.S("commands.form.back.note"), Max: core.MaxNote, Required: true, Initial: oneOf(reason)},
		},
	}
	for _, n := range b.org.Process {
		if slices.Contains(allowed, n.Key) {
			f.Fields[0].Options = append(f.Fields[0].Options, Choice{Key: n.Key, Label: core.LabelIn(n.Label, p.Lang(), n.Key)})
		}
	}
	switch {
	case node != "":
		f.Fields[0].Initial = []string{node}
	case len(allowed) > 0:
		f.Fields[0].Initial = []string{allowed[len(allowed)-1]}
	}
	return f
}

// backForm handles the form that asks for a node and a reason. If somebody else has moved the
// risk meanwhile, the form is shown again with the reason, or that of a note if the risk
// can't be sent back any more.
func (b *Bot) backForm(ctx context.Context, c Command) (Reply, error) {
	form := c.Filled
	key, seen, ok := b.readSeen(form.State)
	if !ok || form.Refresh {
		return b.unknown(ctx, c)
	}
	reason := form.Values.Get(noteName)
	r, err := b.move(ctx, c, engine.SendBack{Risk: key, Seen: seen, To: form.Values.Get(nodeName), Reason: reason})
	if now, refusal := moved(err); refusal != nil {
		f := b.noteFormOf(c, now, reason)
		if allowed := b.org.BackFrom(now); now.Status.Open() && len(allowed) > 0 {
			f = b.backFormOf(c, now, allowed, "", reason)
		}
		return b.askAgain(c, f, refusal), nil
	}
	return r, err
}

// nodeAt reads a node at the start of s, by key or label, and returns its key, or "" if
// there is none. The longest name counts: a node may be called like the beginning of
// another one.
func (b *Bot) nodeAt(s string) (node, rest string) {
	for words := mostNodeWords; words > 0; words-- {
		phrase, after := cutPhrase(s, words)
		if node := b.nodeNamed(phrase); node != "" {
			return node, after
		}
	}
	return "", s
}

// mostNodeWords is the maximum number of words of a node's name without quotes.
const mostNodeWords = 6

// nodeNamed returns the key of the node that s names by key or by a label in any language,
// or "". An exact key takes precedence.
func (b *Bot) nodeNamed(s string) string {
	var options []core.Option
	for _, n := range b.org.Process {
		options = append(options, core.Option{Key: n.Key, Label: n.Label})
	}
	return optionNamed(core.Field{Options: options}, s)
}

// suggestNode offers the nodes, in order.
func (b *Bot) suggestNode(_ context.Context, c Command, typed string) []Choice {
	var all []Choice
	for _, n := range b.org.Process {
		all = append(all, Choice{Key: n.Key, Label: core.LabelIn(n.Label, b.printer(c).Lang(), n.Key)})
	}
	return matching(all, typed)
}
