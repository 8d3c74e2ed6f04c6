package slack

import (
	"context"
	"html"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"riskroom/adapters/effect"
	"riskroom/adapters/rest"
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
		p.Do(ctx, core.PartTopic, core.Account{}, a.textCall(core.PartTopic, g.ID, *c.Topic, existing))
	}
	if c.Purpose != nil {
		p.Do(ctx, core.PartPurpose, core.Account{}, a.textCall(core.PartPurpose, g.ID, *c.Purpose, existing))
	}
	if c.Announcement != nil {
		a.setAnnouncement(ctx, p, g.ID, *c.Announcement)
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
		a.setBadge(ctx, p, g.ID, *c.Badge, existing)
	}
	a.setPosting(ctx, p, g.ID, c)
	a.dissolve(ctx, p, g.ID, c)
	return p.Report, p.Err
}

func (a *Adapter) rename(ctx context.Context, p *effect.Progress, channel string, c core.GroupChange) {
	n, ok := effect.FitName(*c.Name, c.Suffix, c.Badge, maxName)
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
			if ch.Name == n.Plain() || core.Transient(err) {
				return "", err
			}
			if in.Attempt > 1 {
				if renamed, err := a.renamedSince(ctx, channel, in.First); renamed || err != nil {
					return "", err
				}
			}
			err = a.conversationsRename(ctx, in, channel, n.Plain())
			if ascii := n.ASCII(); refusedName(err) && ascii.Plain() != n.Plain() {
				n = ascii
				_, err = spend(ctx, a, "conversations.rename", func(ctx context.Context) (string, error) {
					return "", a.conversationsRename(ctx, in, channel, n.Plain())
				})
			}
			if core.DetailOf(err) == "name_taken" && n.IsOther(ch.Name, otherLen) {
				return "", nil // the name was already taken when the channel was created
			}
			return "", err
		},
	})
}

// renamedSince reports whether anyone has renamed the channel since then. It
// returns false if the bot may not read the channel's history.
func (a *Adapter) renamedSince(ctx context.Context, channel string, then time.Time) (bool, error) {
	renamed := false
	_, err := pages(ctx, a, "conversations.history", false, historyPages, func(ctx context.Context, cursor string) (rest.Page[posted], error) {
		return a.conversationsHistory(ctx, channel, then, cursor)
	}, func(m posted) bool {
		renamed = strings.HasSuffix(m.Subtype, "_name") // channel_name or group_name
		return !renamed
	})
	if core.KindOf(err).Final() {
		err = nil
	}
	return renamed, err
}

// aspect is a topic or purpose as Slack returns it.
type aspect struct {
	value string
	by    string // who set it
	set   slack.JSONTime
}

// text is the topic or the purpose of a channel.
type text struct {
	method string
	of     func(slack.Channel) aspect
	set    func(ctx context.Context, in core.Intent, channel, want string) error
}

func (a *Adapter) text(part core.Part) text {
	if part == core.PartPurpose {
		return text{"conversations.setPurpose", func(ch slack.Channel) aspect {
			return aspect{ch.Purpose.Value, ch.Purpose.Creator, ch.Purpose.LastSet}
		}, a.conversationsSetPurpose}
	}
	return text{"conversations.setTopic", func(ch slack.Channel) aspect {
		return aspect{ch.Topic.Value, ch.Topic.Creator, ch.Topic.LastSet}
	}, a.conversationsSetTopic}
}

// textCall sets a topic or purpose. Each change makes Slack post a notice, so
// the call first reads the current value and does nothing if it is right; it
// sets it anyway if the bot may not read. A fresh channel cannot have a value
// yet, so the call skips the read.
//
// Another value doesn't mean that an earlier attempt failed: somebody may have
// set it since. What was set later stays. If no attempt is known, and the store may only
// have lost one, what the bot set is left from an earlier step of the run.
func (a *Adapter) textCall(part core.Part, channel, want string, of age) core.Call {
	t := a.text(part)
	want = cut(strings.Join(strings.Fields(want), " "), maxTopic)
	unneeded := func(ctx context.Context, in core.Intent, tried bool) (bool, error) {
		ch, err := a.conversationsInfo(ctx, channel)
		if err != nil {
			return false, err
		}
		now := t.of(ch)
		later := of != existing && (now.value != "" || now.set > 0) || tried && now.set.Time().After(in.First)
		if later && of == existing && in.Attempt == 0 {
			self, err := a.whoAmI(ctx)
			if err != nil {
				return false, err
			}
			later = now.by != self.UserID
		}
		return shows(now.value, want) || later, nil
	}
	call := core.Call{
		Key:       string(part),
		Cost:      a.client.Cost(t.method),
		ProbeCost: a.client.Cost("conversations.info"),
		Unsure:    core.Resend,
		Probe: func(ctx context.Context, in core.Intent) (string, core.Found, error) {
			return probed(unneeded(ctx, in, true))
		},
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			if of != fresh {
				if ok, err := unneeded(ctx, in, in.Attempt > 1); ok || core.Transient(err) {
					return "", err
				}
			}
			return "", t.set(ctx, in, channel, want)
		},
	}
	if of != fresh {
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
