package discord

import (
	"context"
	"maps"
	"slices"

	"riskroom/adapters/discord/api"
	"riskroom/adapters/effect"
	"riskroom/core"
)

// SetGroup implements core.Adapter. If a retry may still set a part, it returns
// an error after trying everything else. Name, topic and purpose come last, because
// their rate limit is so low that nothing else should wait for them.
func (a *Adapter) SetGroup(ctx context.Context, once core.Once, g core.GroupRef, c core.GroupChange) (core.Report, error) {
	if err := a.own("set group", g.Workspace, g.ID); err != nil {
		return core.Report{}, err
	}
	p := &effect.Progress{Once: once, Gone: lostGroup}
	if c.Announcement != nil {
		a.setAnnouncement(ctx, p, g.ID, *c.Announcement)
	}
	for _, who := range c.Remove {
		if err := a.own("set group", who.Workspace, who.ID); err != nil {
			p.Report.Add(core.PartRemoved, who, err)
			continue
		}
		p.Do(ctx, core.PartRemoved, who, a.kickCall(g.ID, who.ID, slices.Contains(c.Posting.After(c).Muted.People, who)))
	}
	a.invite(ctx, p, g.ID, c.Add, nil, c.Posting)
	if c.Badge != nil {
		a.setBadge(ctx, p, g.ID, *c.Badge)
	}
	silent := a.setPosting(ctx, p, g.ID, c)
	a.describe(ctx, p, g.ID, c)
	a.dissolve(ctx, p, g.ID, c.Dissolve, silent)
	return p.Report, p.Err
}

// describe sets name, topic and purpose in one call, because they count toward the
// same limit of two changes in ten minutes.
func (a *Adapter) describe(ctx context.Context, p *effect.Progress, id string, c core.GroupChange) {
	var parts []core.Part
	var want wanted
	if c.Name != nil {
		if n, ok := effect.FitName(*c.Name, c.Suffix, c.Badge, maxName); ok {
			want.name = n.Plain()
			parts = append(parts, core.PartName)
		} else {
			p.Report.Add(core.PartName, core.Account{}, &core.Error{
				Op: "discord: set group", Kind: core.Invalid, Detail: "suffix",
			})
		}
	}
	if c.Topic != nil {
		topic := oneLine(*c.Topic, maxTopic)
		want.topic = &topic
		parts = append(parts, core.PartTopic)
	}
	if c.Purpose != nil {
		purpose := oneLine(*c.Purpose, maxPurpose)
		want.purpose, want.badged = &purpose, c.Type == core.Item
		parts = append(parts, core.PartPurpose)
	}
	if len(parts) == 0 || p.Ended {
		return
	}
	_, err := p.Once.Do(ctx, a.describeCall(id, want))
	for _, part := range parts {
		p.Note(part, core.Account{}, err)
	}
}

// wanted is the name and the texts that a channel should have.
type wanted struct {
	name    string  // "" keeps the name
	topic   *string // escaped; nil keeps the topic
	purpose *string // escaped; nil keeps the purpose
	badged  bool    // below the purpose is the line of a badge
}

// in returns the content of a channel's topic with what is wanted.
func (w wanted) in(t about) about {
	if w.topic != nil {
		t.topic = *w.topic
	}
	if w.purpose != nil {
		t.setPurpose(*w.purpose, w.badged)
	}
	return t
}

// describeCall reads the channel first and writes only the differences. That
// keeps the lines below the topic and saves the rate limit. A later attempt
// keeps what was changed after the first one began, by that attempt or by somebody
// else.
func (a *Adapter) describeCall(id string, want wanted) core.Call {
	return core.Call{
		Key:  "describe",
		Cost: a.client.Cost(id, "get_channel", "update_channel", api.NamePerChannel),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			ch, err := a.getChannel(ctx, id)
			if err != nil {
				return "", err
			}
			var changed []string
			if in.Attempt > 1 {
				if changed, err = a.changedSince(ctx, in, id); err != nil {
					return "", err
				}
			}
			fields := make(map[string]any)
			if want.name != "" && want.name != ch.Name {
				fields["name"] = want.name
			}
			if t := parseAbout(ch.Topic).unmarked(); want.in(t).text() != t.text() {
				fields["topic"] = want.in(t).text()
			}
			maps.DeleteFunc(fields, func(key string, _ any) bool { return slices.Contains(changed, key) })
			if len(fields) == 0 {
				return "", nil
			}
			return "", a.updateChannel(ctx, in, id, fields)
		},
	}
}

// changedSince returns which fields of a channel anyone has changed since the
// first attempt; none if the bot may not read the audit log.
func (a *Adapter) changedSince(ctx context.Context, in core.Intent, id string) (keys []string, err error) {
	first, err := parseID(firstID(in.First))
	if err != nil {
		return nil, err
	}
	_, err = a.searchAuditLog(ctx, channelUpdated, in, nil, func(e entry) bool {
		n, err := parseID(e.ID)
		if e.Target == id && (e.Reason == reasonOf(in) || err == nil && n >= first) {
			for _, c := range e.Changes {
				keys = append(keys, c.Key)
			}
		}
		return true
	})
	if core.KindOf(err).Final() {
		err = nil
	}
	return keys, err
}

// invite gives people access to a channel. Those in the map got it when the channel
// was created. For them it only checks that they are in the guild, because others
// cannot see the channel anyway. Whoever may not post in the group can't after that.
func (a *Adapter) invite(ctx context.Context, p *effect.Progress, channel string, members []core.Account, in map[string]bool, by core.Posting) {
	for _, who := range members {
		if err := a.own("invite", who.Workspace, who.ID); err != nil {
			p.Report.Add(core.PartMember, who, err)
			continue
		}
		p.Do(ctx, core.PartMember, who, a.inviteCall(channel, who.ID, in[who.ID], by))
	}
}

func (a *Adapter) inviteCall(channel, user string, in bool, by core.Posting) core.Call {
	call := core.Call{
		Key:  "invite:" + user,
		Cost: a.client.Cost("", "get_guild_member"),
		Make: func(ctx context.Context, i core.Intent) (string, error) {
			_, err := a.getGuildMember(ctx, user)
			if err != nil || in {
				return "", err
			}
			if self, err := a.whoAmI(ctx); err != nil || self == user {
				return "", err // the bot already has access, with more permissions than members
			}
			return "", a.setChannelPermissionOverwrite(ctx, i, channel, restriction{now: by}.member(user))
		},
	}
	if !in {
		call.Cost = a.client.Cost(channel, "get_guild_member", "set_channel_permission_overwrite")
	}
	return call
}

// kickCall returns the call that removes a person. A muted one keeps an overwrite: they may
// still see a public channel, or one that a role of theirs can see.
func (a *Adapter) kickCall(channel, user string, muted bool) core.Call {
	method := "delete_channel_permission_overwrite"
	if muted {
		method = "set_channel_permission_overwrite"
	}
	return core.Call{
		Key:  "kick:" + user,
		Cost: a.client.Cost(channel, method),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			self, err := a.whoAmI(ctx)
			if err == nil && self == user {
				err = &core.Error{Op: "discord: set group", Kind: core.Denied, Detail: "cannot_remove_self"}
			}
			if err != nil {
				return "", err
			}
			if muted {
				return "", a.setChannelPermissionOverwrite(ctx, in, channel, silence(overwrite{ID: user, Type: forMember}))
			}
			return "", a.deleteChannelPermissionOverwrite(ctx, in, channel, user)
		},
	}
}
