package slack

import (
	"context"

	"github.com/slack-go/slack"

	"riskroom/adapters/effect"
	"riskroom/core"
)

// The values of topic_end: what ending a topic group does.
const (
	endArchive  = "archive"  // archives the channel
	endRestrict = "restrict" // restricts who can post in it
	endAnnounce = "announce" // only announces that it has ended
)

// setPosting sets who may post: everything of a change that ends, reopens or mutes a
// group. An archived channel can't be changed any more, so before that everything else
// must be done.
func (a *Adapter) setPosting(ctx context.Context, p *effect.Progress, channel string, c core.GroupChange) {
	parts := a.mute(p, c)
	closed := p.Close(ctx, c, a.poster(channel))
	if c.State != "" && a.end == endRestrict && closed {
		parts = append(parts, core.PartState)
	}
	a.restrict(ctx, p, channel, c, parts)
	switch {
	case c.State == "" || a.end == endRestrict || !closed || p.Ended:
	case a.end == endAnnounce:
		p.Report.Add(core.PartState, core.Account{}, nil)
	case c.State == core.Discussing:
		a.reopen(ctx, p, channel)
	case p.Err == nil && c.Dissolve != core.DissolveArchive: // else dissolve does it
		p.Do(ctx, core.PartState, core.Account{}, a.archiveCall(channel, false))
	}
}

// archiveCall archives a channel. Slack removes the bot from it, and a private channel
// then looks as if it didn't exist. Only after an attempt whose result is unknown, or if
// the channel was archived before, is that taken for its effect.
func (a *Adapter) archiveCall(channel string, before bool) core.Call {
	open := before // an earlier attempt may have had its effect
	return core.Call{
		Key:       "archive",
		Cost:      a.client.Cost("conversations.archive"),
		ProbeCost: a.client.Cost("conversations.info"),
		Unsure:    core.Resend,
		Probe: func(ctx context.Context, _ core.Intent) (string, core.Found, error) {
			open = true
			ch, err := a.conversationsInfo(ctx, channel)
			if lostGroup(err) {
				return "", core.Yes, nil
			}
			return probed(ch.IsArchived, err)
		},
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			err := a.conversationsArchive(ctx, in, channel)
			if open && lostGroup(err) {
				err = nil
			}
			return "", err
		},
	}
}

// reopen reports whether a person has unarchived a channel. No bot can.
func (a *Adapter) reopen(ctx context.Context, p *effect.Progress, channel string) {
	ch, err := spend(ctx, a, "conversations.info", func(ctx context.Context) (slack.Channel, error) {
		return a.conversationsInfo(ctx, channel)
	})
	if ch.IsArchived || lostGroup(err) {
		p.Report.Add(core.PartState, core.Account{}, &core.Error{Op: "slack: set group", Kind: core.Unsupported, Detail: core.ByHand})
		return
	}
	p.Note(core.PartState, core.Account{}, err)
}
