package bots

import (
	"context"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

func passCommand() command {
	return command{
		name: "pass", aliases: synonyms{text.Chinese: {"流转", "通过"}}, process: true,
		args: (*Bot).passArgs, changes: true, handle: (*Bot).pass,
		presses: []press{{press: core.PressPass, changes: true, handle: (*Bot).pressPass}},
	}
}

func (b *Bot) passArgs() []Arg {
	return []Arg{
		b.riskArg(),
		{Name: noteName, Option: "note", Kind: ProseArg, Max: core.MaxNote, Help: helpText("options.pass_note"), take: theRest},
	}
}

// pass passes a risk on to the next node: `pass R-17 checked with legal`.
func (b *Bot) pass(ctx context.Context, c Command) (Reply, error) {
	key, wrong, err := b.riskOf(ctx, c)
	if key == "" {
		return wrong, err
	}
	return b.move(ctx, c, engine.PassOn{Risk: key, Note: c.Typed.Args.Get(noteName)})
}

func (b *Bot) pressPass(ctx context.Context, c Command) (Reply, error) {
	return b.move(ctx, c, engine.PassOn{Risk: c.Pressed.Risk, Seen: c.Pressed.Seen})
}

// move moves a risk to another node and replies where it is, and which timers moved.
func (b *Bot) move(ctx context.Context, c Command, o engine.Operation) (Reply, error) {
	done, err := b.handling.Do(ctx, c.Op, c.Actor, o)
	if err != nil {
		return Reply{}, err
	}
	p := b.printer(c)
	done.Changes = nil // the node, and perhaps the status
	r := b.outcome(ctx, c, core.Plain(p.S("commands.moved", text.Args{
		"Key": string(done.Risk.Key), "Title": done.Risk.Title, "Position": p.Position(b.org, done.Risk),
	})), done)
	r.Close = true
	return r, nil
}
