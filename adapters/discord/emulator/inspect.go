package emulator

import (
	"crypto/ed25519"
	"encoding/hex"
	"slices"

	"riskroom/adapters/stage"
)

// Pin is a pinned message.
type Pin struct {
	ID string
	By string // who pinned it, a user's ID
}

// BotUserID returns the bot's user ID.
func (w *Workspace) BotUserID() string { return w.guild.opts.BotUserID }

// OwnerID returns the ID of the guild's owner, who may do everything.
func (w *Workspace) OwnerID() string { return w.guild.opts.OwnerID }

// BotToken returns the token that the API takes, without "Bot ".
func (w *Workspace) BotToken() string { return w.guild.opts.BotToken }

// ApplicationID returns the application's ID.
func (w *Workspace) ApplicationID() string { return w.guild.opts.ApplicationID }

// GuildID returns the guild's ID, which is the role @everyone's too.
func (w *Workspace) GuildID() string { return w.guild.opts.GuildID }

// PublicKey returns the key that verifies interactions over HTTP, in hexadecimal
// digits as in the developer portal.
func (w *Workspace) PublicKey() string { return w.guild.verifyKey() }

func (g *guild) verifyKey() string {
	return hex.EncodeToString(g.opts.PrivateKey.Public().(ed25519.PublicKey))
}

// UserByName returns the person or bot with the user name.
func (w *Workspace) UserByName(name string) (User, bool) {
	w.guild.Lock()
	defer w.guild.Unlock()
	if u := w.guild.People.ByName(name); u != nil {
		return u.export(), true
	}
	return User{}, false
}

// Channels returns the guild's channels and categories in the order of their
// creation.
func (w *Workspace) Channels() []Channel {
	w.guild.Lock()
	defer w.guild.Unlock()
	var out []Channel
	for _, ch := range w.guild.inGuild() {
		out = append(out, w.guild.exportChannel(ch))
	}
	return out
}

func (g *guild) exportChannel(ch *channel) Channel {
	return Channel{
		ID: ch.ID, Name: ch.Name, Category: ch.Extra.category, Parent: ch.Extra.parent, Topic: ch.Topic, Creator: ch.Creator,
		Private: g.private(ch), Members: g.memberIDs(ch), Overwrites: slices.Clone(ch.Extra.overwrites),
	}
}

// ChannelByName returns the first channel or category with the name.
func (w *Workspace) ChannelByName(name string) (Channel, bool) {
	return w.found(func() *channel { return w.guild.Channels.ByName(name) })
}

// ChannelByID returns the channel, category or direct conversation with the ID.
func (w *Workspace) ChannelByID(id string) (Channel, bool) {
	return w.found(func() *channel { return w.guild.Channels.ByID(id) })
}

func (w *Workspace) found(find func() *channel) (Channel, bool) {
	w.guild.Lock()
	defer w.guild.Unlock()
	if ch := find(); ch != nil {
		return w.guild.exportChannel(ch), true
	}
	return Channel{}, false
}

// Members returns the IDs of those who have access to a channel by roles and
// overwrites, nil if it is unknown. The owner and administrators see every channel,
// but are not members for that.
func (w *Workspace) Members(channelID string) []string {
	ch, _ := w.ChannelByID(channelID)
	return ch.Members
}

// PermissionsIn returns a person's permissions in a channel.
func (w *Workspace) PermissionsIn(userID, channelID string) (p Permissions) {
	w.guild.Lock()
	defer w.guild.Unlock()
	if u, ch := w.guild.People.ByID(userID), w.guild.Channels.ByID(channelID); u != nil && ch != nil {
		p = w.guild.permissionsIn(u, ch)
	}
	return p
}

// Messages returns a channel's messages by people and the bot, oldest first.
func (w *Workspace) Messages(channelID string) []Message {
	return w.messages(func() []*message { return w.guild.inChannel(channelID).Written() })
}

// Notices returns a channel's messages by Discord itself, oldest first.
func (w *Workspace) Notices(channelID string) []Message {
	return w.messages(func() []*message { return w.guild.inChannel(channelID).Notices() })
}

// DMs returns the messages of the bot's direct conversation with a person,
// oldest first.
func (w *Workspace) DMs(userID string) []Message { return w.Messages(w.DM(userID)) }

// Ephemerals returns the messages that only this person sees, oldest first.
func (w *Workspace) Ephemerals(userID string) []Message {
	return w.messages(func() []*message { return w.guild.Ephemerals(userID) })
}

func (w *Workspace) messages(list func() []*message) []Message {
	w.guild.Lock()
	defer w.guild.Unlock()
	var out []Message
	for _, m := range list() {
		out = append(out, w.guild.show.export(m))
	}
	return out
}

// inChannel returns the channel, or an empty one if there is none.
func (g *guild) inChannel(id string) *channel {
	if ch := g.Channels.ByID(id); ch != nil {
		return ch
	}
	return &channel{}
}

// DM returns the ID of the bot's direct conversation with a person, "" if
// there is none yet.
func (w *Workspace) DM(userID string) string {
	w.guild.Lock()
	defer w.guild.Unlock()
	if ch := w.guild.Channels.Direct(userID); ch != nil {
		return ch.ID
	}
	return ""
}

// Answer returns the message that answers an interaction. Until a deferred one is
// edited, it shows only that the app is thinking.
func (w *Workspace) Answer(interactionID string) (Message, bool) {
	w.guild.Lock()
	defer w.guild.Unlock()
	i := w.interactions.byID[interactionID]
	if i == nil || i.original == nil || i.original.Removed {
		return Message{}, false
	}
	return w.guild.show.export(i.original), true
}

// Pins returns a channel's pins, oldest first.
func (w *Workspace) Pins(channelID string) []Pin {
	w.guild.Lock()
	defer w.guild.Unlock()
	var out []Pin
	for _, p := range w.guild.inChannel(channelID).Pins() {
		out = append(out, Pin{ID: p.Message, By: p.By})
	}
	return out
}

// Commands returns the registered commands as Discord keeps them.
func (w *Workspace) Commands() []map[string]any {
	w.guild.Lock()
	defer w.guild.Unlock()
	return stage.Clone(w.guild.commands)
}

// AuditLog returns the audit log, oldest first.
func (w *Workspace) AuditLog() []AuditEntry {
	w.guild.Lock()
	defer w.guild.Unlock()
	return slices.Clone(w.guild.audit)
}
