package slack

import (
	"context"
	"html"
	"strings"

	"github.com/slack-go/slack"

	"riskroom/adapters/effect"
	"riskroom/core"
)

// maxTopic is the longest topic or purpose, in characters:
// https://docs.slack.dev/reference/methods/conversations.setTopic.
const maxTopic = 250

// SetGroup implements core.Adapter. If a retry may still set a part, it returns
// an error after trying everything else.
func (a *Adapter) SetGroup(ctx context.Context, once core.Once, g core.GroupRef, c core.GroupChange) (core.Report, error) {
	if err := a.own("set group", g.Workspace); err != nil {
		return core.Report{}, err
	}
	p := &effect.Progress{Once: once, Gone: lostGroup}
	if c.Name != nil {
		a.rename(ctx, p, g.ID, c)
	}
	if c.Topic != nil {
		p.Do(ctx, core.PartTopic, core.Account{}, a.textCall(core.PartTopic, g.ID, *c.Topic, false))
	}
	for _, who := range c.Remove {
		if err := a.own("set group", who.Workspace); err != nil {
			p.Report.Add(core.PartRemoved, who, err)
			continue
		}
		p.Do(ctx, core.PartRemoved, who, a.kickCall(g.ID, who.ID))
	}
	a.invite(ctx, p, g.ID, c.Add)
	if c.Badge != nil {
		a.setBadge(ctx, p, g.ID, *c.Badge, false)
	}
	return p.Report, p.Err
}

func (a *Adapter) rename(ctx context.Context, p *effect.Progress, channel string, c core.GroupChange) {
	n, ok := fitName(*c.Name, c.Suffix, c.Badge)
	if !ok {
		p.Report.Add(core.PartName, core.Account{}, &core.Error{
			Op: "slack: set group", Kind: core.Invalid, Detail: "suffix",
		})
		return
	}
	p.Do(ctx, core.PartName, core.Account{}, core.Call{
		Key:  "name",
		Cost: a.client.Cost("conversations.info", "conversations.rename"),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			ch, err := a.conversationsInfo(ctx, channel)
			if ch.Name == n.plain() || err != nil && !effect.Unanswerable(err) {
				return "", err
			}
			err = a.conversationsRename(ctx, in, channel, n.plain())
			if core.DetailOf(err) == "name_taken" && n.beside(ch.Name) {
				return "", nil // the name was already taken when the channel was created
			}
			return "", err
		},
	})
}

// text is the topic or the purpose of a channel.
type text struct {
	method string
	of     func(slack.Channel) string
	set    func(ctx context.Context, in core.Intent, channel, want string) error
}

func (a *Adapter) text(part core.Part) text {
	if part == core.PartPurpose {
		return text{"conversations.setPurpose", func(ch slack.Channel) string { return ch.Purpose.Value }, a.conversationsSetPurpose}
	}
	return text{"conversations.setTopic", func(ch slack.Channel) string { return ch.Topic.Value }, a.conversationsSetTopic}
}

// textCall sets a topic or purpose. Each change makes Slack post a notice, so
// the call first reads the current value and does nothing if it is right; it
// sets it anyway if the bot may not read. A fresh channel cannot have the value
// yet, so the call skips the read.
func (a *Adapter) textCall(part core.Part, channel, want string, fresh bool) core.Call {
	t := a.text(part)
	want = cut(strings.Join(strings.Fields(want), " "), maxTopic)
	right := func(ctx context.Context) (bool, error) {
		ch, err := a.conversationsInfo(ctx, channel)
		return shows(t.of(ch), want), err
	}
	call := core.Call{
		Key:       string(part),
		Cost:      a.client.Cost(t.method),
		ProbeCost: a.client.Cost("conversations.info"),
		Unsure:    core.Resend,
		Probe: func(ctx context.Context, _ core.Intent) (string, core.Found, error) {
			return probed(right(ctx))
		},
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			if !fresh {
				if ok, err := right(ctx); ok || err != nil && !effect.Unanswerable(err) {
					return "", err
				}
			}
			return "", t.set(ctx, in, channel, want)
		},
	}
	if !fresh {
		call.Cost = a.client.Cost("conversations.info", t.method)
	}
	return call
}

// shows reports whether a topic that Slack returned, with & < > as entities, is
// the one that was set.
func shows(got, want string) bool { return got == want || html.UnescapeString(got) == want }

// probed returns the answer of a probe that checked whether something is there.
func probed(there bool, err error) (string, core.Found, error) {
	found, err := effect.Look(there, true, err)
	return "", found, err
}

func (a *Adapter) invite(ctx context.Context, p *effect.Progress, channel string, members []core.Account) {
	for _, who := range members {
		if err := a.own("invite", who.Workspace); err != nil {
			p.Report.Add(core.PartMember, who, err)
			continue
		}
		p.Do(ctx, core.PartMember, who, core.Call{
			Key:  "invite:" + who.ID,
			Cost: a.client.Cost("conversations.invite"),
			Make: func(ctx context.Context, in core.Intent) (string, error) {
				return "", a.conversationsInvite(ctx, in, channel, who.ID)
			},
		})
	}
}

func (a *Adapter) kickCall(channel, user string) core.Call {
	return core.Call{
		Key:  "kick:" + user,
		Cost: a.client.Cost("conversations.kick"),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			return "", a.conversationsKick(ctx, in, channel, user)
		},
	}
}
