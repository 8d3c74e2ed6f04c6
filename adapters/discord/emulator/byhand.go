package emulator

import (
	"fmt"

	"riskroom/adapters/stage"
)

// byHand has a person do something in a channel, if they have the permissions.
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
	switch {
	case ch == nil || !g.permissionsIn(u, ch).Has(ViewChannel):
		return fmt.Errorf("emulator: @%s does not see the channel %q", u.Name, channelID)
	case !g.permissionsIn(u, ch).Has(wanted):
		return fmt.Errorf("emulator: @%s may not do that in the channel %q: %w", u.Name, channelID, refuse(missingPermissions))
	}
	return do(g, ch)
}

// DeleteChannel has a person with MANAGE_CHANNELS delete a channel for good.
func (w *Workspace) DeleteChannel(userID, channelID string) error {
	return w.byHand(userID, channelID, ManageChannels, func(g *guild, ch *channel) error {
		if ch.IsDirect() {
			return fmt.Errorf("emulator: the channel %s cannot be deleted", channelID)
		}
		g.removeChannel(ch, userID, "")
		return nil
	})
}

// MoveByHand has a person with MANAGE_CHANNELS move a channel to the category with a
// name, which they create if there is none; "" takes it out of its category.
func (w *Workspace) MoveByHand(userID, channelID, category string) error {
	return w.byHand(userID, channelID, ManageChannels, func(g *guild, ch *channel) error {
		parent, err := g.categoryNamed(category, userID)
		if err != nil {
			return err
		}
		was := *ch
		ch.Extra.parent = parent
		g.changed(ch, was, userID, "")
		return nil
	})
}

// categoryNamed returns the ID of a category, which it creates if there is none.
func (g *guild) categoryNamed(name, by string) (string, error) {
	if name == "" {
		return "", nil
	}
	for _, ch := range g.inGuild() {
		if ch.Extra.category && ch.Name == name {
			return ch.ID, nil
		}
	}
	ch, err := g.addChannel(Channel{Name: name, Category: true, Creator: by})
	if err != nil {
		return "", err
	}
	g.announce("CHANNEL_CREATE", ch)
	return ch.ID, nil
}

// SetTopicByHand has a person with MANAGE_CHANNELS set a channel's topic.
func (w *Workspace) SetTopicByHand(userID, channelID, topic string) error {
	return w.byHand(userID, channelID, ManageChannels, func(g *guild, ch *channel) error {
		was := *ch
		ch.Topic = topic
		g.changed(ch, was, userID, "")
		return nil
	})
}

// SetOverwrite has a person with MANAGE_ROLES set or replace an overwrite.
func (w *Workspace) SetOverwrite(userID, channelID string, o Overwrite) error {
	return w.byHand(userID, channelID, ManageRoles, func(g *guild, ch *channel) error {
		if !g.exists(o) {
			return fmt.Errorf("emulator: nobody with the ID %s is in the guild", o.ID)
		}
		g.putOverwrite(ch, o, userID, "")
		return nil
	})
}

// RemoveOverwrite has a person with MANAGE_ROLES remove an overwrite.
func (w *Workspace) RemoveOverwrite(userID, channelID, id string) error {
	return w.byHand(userID, channelID, ManageRoles, func(g *guild, ch *channel) error {
		if !g.dropOverwrite(ch, id, userID, "") {
			return fmt.Errorf("emulator: the channel %s has no overwrite for %s", channelID, id)
		}
		return nil
	})
}

// Leave has a person leave the guild; their overwrites stay.
func (w *Workspace) Leave(userID string) error {
	g := w.guild
	g.Lock()
	defer g.Unlock()
	u, err := g.person(userID)
	if err != nil || userID == g.opts.OwnerID {
		return fmt.Errorf("emulator: %s cannot leave the guild: %w", userID, err)
	}
	var inside []*channel
	for _, ch := range g.inGuild() {
		if g.hasAccess(u, ch) {
			inside = append(inside, ch)
		}
	}
	u.Outside, u.Roles = true, nil
	g.gateway.dispatch(event{kind: "GUILD_MEMBER_REMOVE", intent: IntentGuildMembers, body: object{"guild_id": g.opts.GuildID, "user": userObject(u)}})
	for _, ch := range inside {
		g.Publish(stage.MemberLeft, userID, ch, nil, userID)
	}
	return nil
}

// Say has a person write a message, to the bot if channelID is "", and returns its
// ID.
func (w *Workspace) Say(userID, channelID, text string) (id string, err error) {
	g := w.guild
	g.Lock()
	defer g.Unlock()
	if channelID == "" && g.People.ByID(userID) != nil {
		ch, _ := g.openDirect(userID)
		channelID = ch.ID
	}
	err = g.byHand(userID, channelID, SendMessages, func(g *guild, ch *channel) error {
		id = g.write(ch, &message{Author: userID, Body: content{text: text, mentions: g.mentioned(text, allowed{all: true})}}).ID
		return nil
	})
	return id, err
}

// MayWrite reports whether a person can post in a channel or thread.
func (w *Workspace) MayWrite(userID, channelID string) bool {
	return w.byHand(userID, channelID, SendMessages, func(*guild, *channel) error { return nil }) == nil
}

// StartThread has a person start a public thread in a channel, and returns its ID.
func (w *Workspace) StartThread(userID, channelID, name string) (id string, err error) {
	err = w.byHand(userID, channelID, CreatePublicThreads, func(g *guild, ch *channel) error {
		thread := &channel{
			ID: g.newID(), Name: name, Creator: userID, Created: g.opts.Now(), Extra: channelExtra{thread: true, parent: ch.ID},
		}
		id = thread.ID
		return g.Channels.Add(thread)
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
			g.noteMessage(auditMessageDelete, userID, "", m)
		}
		return nil
	})
}

// UnpinByHand has a person with PIN_MESSAGES unpin a message.
func (w *Workspace) UnpinByHand(userID, channelID, messageID string) error {
	return w.byHand(userID, channelID, PinMessages, func(g *guild, ch *channel) error {
		m := ch.Message(messageID)
		if m == nil || !m.Pinned() {
			return fmt.Errorf("emulator: the message %s is not pinned", messageID)
		}
		g.Unpin(m, userID)
		g.pinsChanged(ch)
		g.noteMessage(auditMessageUnpin, userID, "", m)
		return nil
	})
}

// KickBot has the owner remove the bot from the guild, and its commands with it.
func (w *Workspace) KickBot() {
	g := w.guild
	g.Lock()
	defer g.Unlock()
	g.gateway.dispatch(event{kind: "GUILD_DELETE", intent: intentGuilds, body: object{"id": g.opts.GuildID}})
	g.bot().Outside, g.commands = true, nil
	g.note(auditMemberKick, g.opts.OwnerID, g.opts.BotUserID, "")
}

// InviteBot has the owner install the bot again.
func (w *Workspace) InviteBot() {
	g := w.guild
	g.Lock()
	defer g.Unlock()
	g.bot().Outside = false
	g.gateway.dispatch(event{kind: "GUILD_CREATE", intent: intentGuilds, body: g.gateway.guildCreate()})
}

// Outage announces that the guild is unavailable, or that it is available again. See
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
