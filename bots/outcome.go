package bots

import (
	"context"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// outcome replies to a change, after the words of head: which fields changed, which timers
// moved, and who can read the risk only since then.
func (b *Bot) outcome(ctx context.Context, c Command, head core.Span, done engine.Outcome) Reply {
	p, workspace := b.printer(c), c.Actor.Account.Workspace
	r := Reply{Text: []core.Span{head}}
	line := func(spans ...core.Span) { r.Text = append(append(r.Text, core.Plain("\n• ")), spans...) }
	for _, change := range done.Changes {
		spans := append([]core.Span{core.Plain(b.fieldLabel(p, change.Field) + p.S("commands.colon.between"))}, b.value(ctx, c, change.Field, change.From)...)
		line(append(append(spans, core.Plain(p.S("commands.becomes.between"))), b.value(ctx, c, change.Field, change.To)...)...)
	}
	for _, m := range done.Moved {
		if m.From.Truncate(time.Minute).Equal(m.To.Truncate(time.Minute)) {
			continue // times are shown to the minute
		}
		line(core.Plain(p.S("commands.timer."+timerText(m), text.Args{
			"Flow": m.Flow, "From": p.Time(m.From, b.zone(c)), "To": p.Time(m.To, b.zone(c)),
		})))
	}
	if len(done.Gained) > 0 {
		names := b.people(ctx, p, workspace, done.Gained...)
		r.Text = append(append(r.Text, core.Plain("\n"+p.S("commands.gained", text.Args{"Key": string(done.Risk.Key)})+p.S("commands.colon.between"))), names...)
	}
	return r
}

// timerText returns the end of the name of the text about a timer.
func timerText(m engine.MovedTimer) string {
	switch {
	case m.Now:
		return "now"
	case m.Missed:
		return "missed"
	case m.To.IsZero():
		return "dropped"
	case m.From.IsZero():
		return "set"
	}
	return "moved"
}
