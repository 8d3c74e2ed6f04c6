package emulator

import (
	"fmt"
	"slices"

	"riskroom/adapters/stage"
)

// hand finds the person and the channel of something done by hand, and checks
// what the person may do there.
func (w *Workspace) hand(userID, channelID string, wanted Permissions) (*channel, error) {
	u, err := w.person(userID)
	if err != nil {
		return nil, err
	}
	ch := w.channels[channelID]
	if ch == nil || !w.permissionsIn(u, ch).Has(ViewChannel|wanted) {
		return nil, fmt.Errorf("emulator: @%s may not do that in the channel %q", u.Name, channelID)
	}
	return ch, nil
}

// CreateByHand has a person with MANAGE_CHANNELS create a text channel or a
// category and returns its ID. Private and Members of c add overwrites, for the
// person too; the bot is let in only where it is named.
func (w *Workspace) CreateByHand(userID string, c Channel) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.person(userID)
	if err != nil {
		return "", err
	}
	if !w.basePermissions(u).Has(ManageChannels) {
		return "", fmt.Errorf("emulator: @%s may not create channels", u.Name)
	}
	if len(w.inGuild()) >= maxChannels || c.Parent != "" && len(w.children(c.Parent)) >= maxInCategory {
		return "", fmt.Errorf("emulator: there is no room for the channel %q", c.Name)
	}
	c.Creator = userID
	if c.ID == "" {
		c.ID = w.newID()
	}
	if c.Private && !slices.Contains(c.Members, userID) {
		c.Members = append(slices.Clone(c.Members), userID)
	}
	if err := w.seed(c); err != nil {
		return "", err
	}
	w.opened(w.channels[c.ID], userID, "")
	return c.ID, nil
}

// DeleteChannel has a person with MANAGE_CHANNELS delete a channel for good.
func (w *Workspace) DeleteChannel(userID, channelID string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, err := w.hand(userID, channelID, ManageChannels)
	if err != nil {
		return err
	}
	if ch.isDirect() || w.opts.Community && ch.Name == general {
		return fmt.Errorf("emulator: the channel %s cannot be deleted", channelID)
	}
	w.removeChannel(ch, userID, "")
	return nil
}

// Rename has a person with MANAGE_CHANNELS rename a channel.
func (w *Workspace) Rename(userID, channelID, name string) error {
	return w.alter(userID, channelID, func(ch *channel) {
		if ch.Name = name; !ch.Category {
			ch.Name = textName(name)
		}
	})
}

// SetTopicByHand has a person with MANAGE_CHANNELS set a channel's topic.
func (w *Workspace) SetTopicByHand(userID, channelID, topic string) error {
	return w.alter(userID, channelID, func(ch *channel) { ch.Topic = topic })
}

// MoveByHand has a person with MANAGE_CHANNELS move a channel to a category, ""
// for none. Its overwrites stay.
func (w *Workspace) MoveByHand(userID, channelID, categoryID string) error {
	return w.alter(userID, channelID, func(ch *channel) { ch.Parent = categoryID })
}

func (w *Workspace) alter(userID, channelID string, change func(*channel)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, err := w.hand(userID, channelID, ManageChannels)
	if err != nil {
		return err
	}
	change(ch)
	w.note(auditChannelUpdate, userID, ch.ID, "")
	w.announce("CHANNEL_UPDATE", ch)
	w.publish(stage.RoomChanged, userID, ch, nil, "")
	return nil
}

// SetOverwrite has a person with MANAGE_ROLES set or replace an overwrite.
func (w *Workspace) SetOverwrite(userID, channelID string, o Overwrite) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, err := w.hand(userID, channelID, ManageRoles)
	if err == nil && !w.exists(o) {
		err = fmt.Errorf("emulator: there is nobody %s in the guild", o.ID)
	}
	if err != nil {
		return err
	}
	w.putOverwrite(ch, o, userID, "")
	return nil
}

// RemoveOverwrite has a person with MANAGE_ROLES take an overwrite away.
func (w *Workspace) RemoveOverwrite(userID, channelID, id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, err := w.hand(userID, channelID, ManageRoles)
	if err == nil && !w.dropOverwrite(ch, id, userID, "") {
		err = fmt.Errorf("emulator: the channel %s has no overwrite of %s", channelID, id)
	}
	return err
}

// Kick has the owner remove somebody from the guild; their overwrites stay.
func (w *Workspace) Kick(userID string) error { return w.depart(userID, w.opts.OwnerID) }

// Leave has a person leave the guild; their overwrites stay.
func (w *Workspace) Leave(userID string) error { return w.depart(userID, userID) }

func (w *Workspace) depart(userID, by string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.person(userID)
	if err != nil || userID == w.opts.OwnerID {
		return fmt.Errorf("emulator: %s cannot leave the guild: %w", userID, err)
	}
	var inside []*channel
	for _, ch := range w.inGuild() {
		if w.letIn(u, ch) {
			inside = append(inside, ch)
		}
	}
	u.Outside, u.Roles = true, nil
	w.dispatch(event{kind: "GUILD_MEMBER_REMOVE", intent: IntentGuildMembers, body: object{"guild_id": w.opts.GuildID, "user": userObject(u)}})
	if by != userID {
		w.note(auditMemberKick, by, userID, "")
	}
	for _, ch := range inside {
		w.publish(stage.MemberLeft, by, ch, nil, userID)
	}
	return nil
}

// Rejoin has somebody who is not in the guild join it.
func (w *Workspace) Rejoin(userID string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u := w.users[userID]
	if u == nil || !u.Outside {
		return fmt.Errorf("emulator: %s cannot join", userID)
	}
	u.Outside, u.joined = false, w.opts.Now()
	w.dispatch(event{kind: "GUILD_MEMBER_ADD", intent: IntentGuildMembers, body: w.memberObject(u, true)})
	for _, ch := range w.inGuild() {
		if w.letIn(u, ch) {
			w.publish(stage.MemberJoined, userID, ch, nil, userID)
		}
	}
	return nil
}

// SetRoles has the owner give somebody, who may be the bot, exactly these roles.
func (w *Workspace) SetRoles(userID string, roles ...string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u := w.users[userID]
	if u == nil || u.Outside || slices.ContainsFunc(roles, func(id string) bool { return w.roles[id] == nil }) {
		return fmt.Errorf("emulator: %s cannot have the roles %v", userID, roles)
	}
	u.Roles = slices.Clone(roles)
	w.dispatch(event{kind: "GUILD_MEMBER_UPDATE", intent: IntentGuildMembers, body: w.memberObject(u, true)})
	return nil
}

// Say has a person write a message and returns its ID. With channelID "" it is
// written to the bot.
func (w *Workspace) Say(userID, channelID, text string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if channelID == "" && w.users[userID] != nil {
		ch, _ := w.openDirect(userID)
		channelID = ch.ID
	}
	ch, err := w.hand(userID, channelID, SendMessages)
	if err != nil {
		return "", err
	}
	all := allowed{parse: map[string]bool{"users": true, "roles": true}}
	return w.newMessage(ch, &message{author: userID, content: text, mentions: w.mentioned(text, all)}).id, nil
}

// DeleteMessage has the author or a person with MANAGE_MESSAGES delete a
// message.
func (w *Workspace) DeleteMessage(userID, channelID, messageID string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, err := w.hand(userID, channelID, 0)
	if err != nil {
		return err
	}
	m := ch.message(messageID)
	if m == nil || m.author != userID && !w.permissionsIn(w.users[userID], ch).Has(ManageMessages) {
		return fmt.Errorf("emulator: %s cannot delete the message %s", userID, messageID)
	}
	w.removeMessage(m, userID)
	if m.author != userID {
		w.note(auditMessageDelete, userID, m.author, "")
	}
	return nil
}

// UnpinByHand has a person with PIN_MESSAGES take a pin off a message.
func (w *Workspace) UnpinByHand(userID, channelID, messageID string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, err := w.hand(userID, channelID, PinMessages)
	if err != nil {
		return err
	}
	if !ch.pinned(messageID) {
		return fmt.Errorf("emulator: the message %s is not pinned", messageID)
	}
	w.unpin(ch, ch.message(messageID), userID, "")
	return nil
}

// KickBot has the owner throw the bot out of the guild.
func (w *Workspace) KickBot() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dispatch(event{kind: "GUILD_DELETE", intent: intentGuilds, body: object{"id": w.opts.GuildID}})
	w.bot().Outside = true
	w.note(auditMemberKick, w.opts.OwnerID, w.opts.BotUserID, "")
}

// Outage tells the gateway's clients that the guild is unavailable, and when it
// is over shows it to them again. See
// https://docs.discord.com/developers/events/gateway-events#guild-delete.
func (w *Workspace) Outage(begins bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if begins {
		w.dispatch(event{kind: "GUILD_DELETE", intent: intentGuilds, body: object{"id": w.opts.GuildID, "unavailable": true}})
		return
	}
	w.dispatch(event{kind: "GUILD_CREATE", intent: intentGuilds, body: w.guildCreate()})
}
