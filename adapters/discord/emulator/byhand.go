package emulator

import (
	"fmt"
	"slices"

	"riskroom/adapters/stage"
)

// byHand has a person do something in a channel where they may.
func (w *Workspace) byHand(userID, channelID string, wanted Permissions, do func(*guild, *channel) error) error {
	g := w.guild
	g.Lock()
	defer g.Unlock()
	return g.byHand(userID, channelID, wanted, do)
}

func (g *guild) byHand(userID, channelID string, wanted Permissions, do func(*guild, *channel) error) error {
	u, err := g.person(userID)
	if err != nil {
		return err
	}
	ch := g.Channels.ByID(channelID)
	if ch == nil || !g.permissionsIn(u, ch).Has(ViewChannel|wanted) {
		return fmt.Errorf("emulator: @%s may not do that in the channel %q", u.Name, channelID)
	}
	return do(g, ch)
}

// CreateByHand has a person with MANAGE_CHANNELS create a text channel or a
// category and returns its ID. Private and Members of c add overwrites, for the
// person too; the bot is let in only where it is named.
func (w *Workspace) CreateByHand(userID string, c Channel) (string, error) {
	g := w.guild
	g.Lock()
	defer g.Unlock()
	u, err := g.person(userID)
	if err != nil {
		return "", err
	}
	if !g.basePermissions(u).Has(ManageChannels) {
		return "", fmt.Errorf("emulator: @%s may not create channels", u.Name)
	}
	if len(g.inGuild()) >= maxChannels || len(g.children(c.Parent)) >= maxInCategory {
		return "", fmt.Errorf("emulator: there is no room for the channel %q", c.Name)
	}
	c.Creator = userID
	if c.Private && !slices.Contains(c.Members, userID) {
		c.Members = append(slices.Clone(c.Members), userID)
	}
	ch, err := g.seed(c)
	if err != nil {
		return "", err
	}
	g.opened(ch, userID, "")
	return ch.ID, nil
}

// DeleteChannel has a person with MANAGE_CHANNELS delete a channel for good.
func (w *Workspace) DeleteChannel(userID, channelID string) error {
	return w.byHand(userID, channelID, ManageChannels, func(g *guild, ch *channel) error {
		if ch.IsDirect() || g.opts.Community && ch.Name == general {
			return fmt.Errorf("emulator: the channel %s cannot be deleted", channelID)
		}
		g.removeChannel(ch, userID, "")
		return nil
	})
}

// Rename has a person with MANAGE_CHANNELS rename a channel.
func (w *Workspace) Rename(userID, channelID, name string) error {
	return w.alter(userID, channelID, func(ch *channel) {
		if ch.Name = name; !ch.Extra.category {
			ch.Name = textName(name)
		}
	})
}

// SetTopicByHand has a person with MANAGE_CHANNELS set a channel's topic.
func (w *Workspace) SetTopicByHand(userID, channelID, topic string) error {
	return w.alter(userID, channelID, func(ch *channel) { ch.Topic = topic })
}

func (w *Workspace) alter(userID, channelID string, change func(*channel)) error {
	return w.byHand(userID, channelID, ManageChannels, func(g *guild, ch *channel) error {
		was := *ch
		change(ch)
		g.changed(ch, was, userID, "")
		return nil
	})
}

// SetOverwrite has a person with MANAGE_ROLES set or replace an overwrite.
func (w *Workspace) SetOverwrite(userID, channelID string, o Overwrite) error {
	return w.byHand(userID, channelID, ManageRoles, func(g *guild, ch *channel) error {
		if !g.exists(o) {
			return fmt.Errorf("emulator: there is nobody %s in the guild", o.ID)
		}
		g.putOverwrite(ch, o, userID, "")
		return nil
	})
}

// RemoveOverwrite has a person with MANAGE_ROLES take an overwrite away.
func (w *Workspace) RemoveOverwrite(userID, channelID, id string) error {
	return w.byHand(userID, channelID, ManageRoles, func(g *guild, ch *channel) error {
		if !g.dropOverwrite(ch, id, userID, "") {
			return fmt.Errorf("emulator: the channel %s has no overwrite of %s", channelID, id)
		}
		return nil
	})
}

// Kick has the owner remove somebody from the guild; their overwrites stay.
func (w *Workspace) Kick(userID string) error { return w.depart(userID, w.guild.opts.OwnerID) }

// Leave has a person leave the guild; their overwrites stay.
func (w *Workspace) Leave(userID string) error { return w.depart(userID, userID) }

func (w *Workspace) depart(userID, by string) error {
	g := w.guild
	g.Lock()
	defer g.Unlock()
	u, err := g.person(userID)
	if err != nil || userID == g.opts.OwnerID {
		return fmt.Errorf("emulator: %s cannot leave the guild: %w", userID, err)
	}
	var inside []*channel
	for _, ch := range g.inGuild() {
		if g.letIn(u, ch) {
			inside = append(inside, ch)
		}
	}
	u.Outside, u.Roles = true, nil
	g.gateway.dispatch(event{kind: "GUILD_MEMBER_REMOVE", intent: IntentGuildMembers, body: object{"guild_id": g.opts.GuildID, "user": userObject(u)}})
	if by != userID {
		g.note(auditMemberKick, by, userID, "")
	}
	for _, ch := range inside {
		g.Publish(stage.MemberLeft, by, ch, nil, userID)
	}
	return nil
}

// Rejoin has somebody who is not in the guild join it.
func (w *Workspace) Rejoin(userID string) error {
	g := w.guild
	g.Lock()
	defer g.Unlock()
	u := g.People.ByID(userID)
	if u == nil || !u.Outside {
		return fmt.Errorf("emulator: %s cannot join", userID)
	}
	u.Outside, u.joined = false, g.opts.Now()
	g.gateway.dispatch(event{kind: "GUILD_MEMBER_ADD", intent: IntentGuildMembers, body: g.memberObject(u, true)})
	for _, ch := range g.inGuild() {
		if g.letIn(u, ch) {
			g.Publish(stage.MemberJoined, userID, ch, nil, userID)
		}
	}
	return nil
}

// SetRoles has the owner give somebody, who may be the bot, exactly these roles.
func (w *Workspace) SetRoles(userID string, roles ...string) error {
	g := w.guild
	g.Lock()
	defer g.Unlock()
	u := g.People.ByID(userID)
	if u == nil || u.Outside || slices.ContainsFunc(roles, func(id string) bool { return g.roles[id] == nil }) {
		return fmt.Errorf("emulator: %s cannot have the roles %v", userID, roles)
	}
	u.Roles = slices.Clone(roles)
	g.gateway.dispatch(event{kind: "GUILD_MEMBER_UPDATE", intent: IntentGuildMembers, body: g.memberObject(u, true)})
	return nil
}

// Say has a person write a message and returns its ID. With channelID "" it is
// written to the bot.
func (w *Workspace) Say(userID, channelID, text string) (id string, err error) {
	g := w.guild
	g.Lock()
	defer g.Unlock()
	if channelID == "" && g.People.ByID(userID) != nil {
		ch, _ := g.openDirect(userID)
		channelID = ch.ID
	}
	err = g.byHand(userID, channelID, SendMessages, func(g *guild, ch *channel) error {
		all := allowed{parse: map[string]bool{"users": true, "roles": true}}
		id = g.write(ch, &message{Author: userID, Body: content{text: text, mentions: g.mentioned(text, all)}}).ID
		return nil
	})
	return id, err
}

// DeleteMessage has the author or a person with MANAGE_MESSAGES delete a
// message.
func (w *Workspace) DeleteMessage(userID, channelID, messageID string) error {
	return w.byHand(userID, channelID, 0, func(g *guild, ch *channel) error {
		m := ch.Message(messageID)
		if m == nil || m.Author != userID && !g.permissionsIn(g.People.ByID(userID), ch).Has(ManageMessages) {
			return fmt.Errorf("emulator: %s cannot delete the message %s", userID, messageID)
		}
		g.removeMessage(m, userID)
		if m.Author != userID {
			g.note(auditMessageDelete, userID, m.Author, "")
		}
		return nil
	})
}

// UnpinByHand has a person with PIN_MESSAGES take a pin off a message.
func (w *Workspace) UnpinByHand(userID, channelID, messageID string) error {
	return w.byHand(userID, channelID, PinMessages, func(g *guild, ch *channel) error {
		m := ch.Message(messageID)
		if m == nil || !m.Pinned() {
			return fmt.Errorf("emulator: the message %s is not pinned", messageID)
		}
		g.unpin(ch, m, userID, "")
		return nil
	})
}

// KickBot has the owner throw the bot out of the guild.
func (w *Workspace) KickBot() {
	g := w.guild
	g.Lock()
	defer g.Unlock()
	g.gateway.dispatch(event{kind: "GUILD_DELETE", intent: intentGuilds, body: object{"id": g.opts.GuildID}})
	g.bot().Outside = true
	g.note(auditMemberKick, g.opts.OwnerID, g.opts.BotUserID, "")
}

// Outage tells the gateway's clients that the guild is unavailable, and when it
// is over shows it to them again. See
// https://docs.discord.com/developers/events/gateway-events#guild-delete.
func (w *Workspace) Outage(begins bool) {
	g := w.guild
	g.Lock()
	defer g.Unlock()
	if begins {
		g.gateway.dispatch(event{kind: "GUILD_DELETE", intent: intentGuilds, body: object{"id": g.opts.GuildID, "unavailable": true}})
		return
	}
	g.gateway.dispatch(event{kind: "GUILD_CREATE", intent: intentGuilds, body: g.gateway.guildCreate()})
}
