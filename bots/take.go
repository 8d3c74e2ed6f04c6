package bots

import (
	"context"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// formTake is the ID of the form that asks whether to take a risk that somebody else has
// taken meanwhile. Its state holds riskState and seenState.
const formTake = "take"

func takeCommand() command {
	return command{
		name: "take", aliases: synonyms{text.Chinese: {"领取", "认领"}},
		args: func(b *Bot) []Arg { return []Arg{b.riskArg()} }, changes: true, handle: (*Bot).takeTyped,
		presses: []press{{press: core.PressTake, changes: true, handle: (*Bot).takePressed}},
		forms:   map[string]handler{formTake: (*Bot).takeForm},
	}
}

func (b *Bot) takeTyped(ctx context.Context, c Command) (Reply, error) {
	key, wrong, err := b.onlyRisk(ctx, c)
	if key == "" {
		return wrong, err
	}
	return b.take(ctx, c, key, 0)
}

func (b *Bot) takePressed(ctx context.Context, c Command) (Reply, error) {
	return b.take(ctx, c, c.Pressed.Risk, c.Pressed.Seen)
}

func (b *Bot) takeForm(ctx context.Context, c Command) (Reply, error) {
	key, version, ok := b.readSeen(c.Filled.State)
	if !ok || c.Filled.Refresh {
		return b.unknown(ctx, c)
	}
	return b.take(ctx, c, key, version)
}

// take makes the person the only handler. It asks first if the handlers have changed since
// the person saw them.
func (b *Bot) take(ctx context.Context, c Command, key core.RiskKey, version int64) (Reply, error) {
	r, err := b.doAssign(ctx, c, engine.Assign{Risk: key, Seen: version, Take: true})
	now, refusal := moved(err)
	if refusal == nil || !now.ChangedSince("handlers", version) {
		return r, err
	}
	p := b.printer(c)
	r = b.askAgain(c, Form{
		ID: formTake, State: seenAt(key, now.Version), Title: p.S("commands.form.take.title", text.Args{"Key": string(key)}),
		Submit: p.S("commands.form.take.submit"), Cancel: p.S("commands.form.cancel"),
	}, refusal)
	r.Text = append(r.Text, core.Plain("\n"+p.S("commands.take.line", text.Args{"Command": b.org.Command, "Key": string(key)})))
	return r, nil
}
