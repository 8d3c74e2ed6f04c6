package emulator

import (
	"crypto/ed25519"
	"encoding/hex"
	"maps"
	"slices"

	"riskroom/adapters/stage"
)

// Pin is a pinned message.
type Pin struct {
	ID string
	By string // who pinned it, a user's ID
}

// AuditEntry is an entry of the audit log.
type AuditEntry struct {
	Action int    // see https://docs.discord.com/developers/resources/audit-log
	User   string // who did it, a user's ID
	Target string // the ID of what it was done to
	Reason string // as decoded
}

// BotUserID returns the bot's user ID.
func (w *Workspace) BotUserID() string { return w.opts.BotUserID }

// OwnerID returns the ID of the guild's owner, who may do everything.
func (w *Workspace) OwnerID() string { return w.opts.OwnerID }

// BotToken returns the token that the API takes, without "Bot ".
func (w *Workspace) BotToken() string { return w.opts.BotToken }

// ApplicationID returns the application's ID.
func (w *Workspace) ApplicationID() string { return w.opts.ApplicationID }

// GuildID returns the guild's ID, which is that of the role @everyone too.
func (w *Workspace) GuildID() string { return w.opts.GuildID }

// PublicKey returns the key, in hexadecimal digits, that interactions over HTTP
// are verified with, as the developer portal shows it.
func (w *Workspace) PublicKey() string { return w.verifyKey() }

func (w *Workspace) verifyKey() string {
	return hex.EncodeToString(w.key.Public().(ed25519.PublicKey))
}

// UserByName returns the person or bot with the user name.
func (w *Workspace) UserByName(name string) (User, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if u := w.handles[name]; u != nil {
		return u.export(), true
	}
	return User{}, false
}

func (u *member) export() User {
	out := u.User
	out.Roles = slices.Clone(u.Roles)
	return out
}

// Roles returns the guild's roles, @everyone first, then by position.
func (w *Workspace) Roles() []Role {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.roleList()
}

// Channels returns the guild's channels and categories in the order of their
// making, with who was let in, by ID.
func (w *Workspace) Channels() []Channel {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Channel
	for _, ch := range w.inGuild() {
		out = append(out, w.exportChannel(ch))
	}
	return out
}

func (w *Workspace) exportChannel(ch *channel) Channel {
	out := ch.Channel
	out.Overwrites, out.Members, out.Private = slices.Clone(ch.overwrites), w.memberIDs(ch), w.private(ch)
	return out
}

// ChannelByName returns the first channel or category with the name.
func (w *Workspace) ChannelByName(name string) (Channel, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ch := range w.inGuild() {
		if ch.Name == name {
			return w.exportChannel(ch), true
		}
	}
	return Channel{}, false
}

// ChannelByID returns the channel, category or direct conversation with the ID.
func (w *Workspace) ChannelByID(id string) (Channel, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ch := w.channels[id]; ch != nil {
		return w.exportChannel(ch), true
	}
	return Channel{}, false
}

// Members returns who was let into a channel by role or overwrite, by ID; none
// for an unknown one. Owner and administrators see every channel besides.
func (w *Workspace) Members(channelID string) []string {
	ch, _ := w.ChannelByID(channelID)
	return ch.Members
}

// PermissionsIn returns what somebody may do in a channel.
func (w *Workspace) PermissionsIn(userID, channelID string) Permissions {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, ch := w.users[userID], w.channels[channelID]
	if u == nil || ch == nil {
		return 0
	}
	return w.permissionsIn(u, ch)
}

// Messages returns the messages of a channel that people or the bot wrote,
// oldest first. Discord's own notices are in Notices.
func (w *Workspace) Messages(channelID string) []Message { return w.messages(channelID, false) }

// Notices returns what Discord itself wrote into a channel, oldest first.
func (w *Workspace) Notices(channelID string) []Message { return w.messages(channelID, true) }

func (w *Workspace) messages(channelID string, notices bool) []Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Message
	if ch := w.channels[channelID]; ch != nil {
		for _, m := range ch.messages {
			if (m.kind == pinNotice) == notices {
				out = append(out, w.export(m))
			}
		}
	}
	return out
}

// DM returns the ID of the bot's direct conversation with a person, "" where
// there is none yet.
func (w *Workspace) DM(userID string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.direct[userID]
}

// DMs returns the messages of the bot's direct conversation with a person,
// oldest first.
func (w *Workspace) DMs(userID string) []Message { return w.Messages(w.DM(userID)) }

// Ephemerals returns what only this person sees, oldest first.
func (w *Workspace) Ephemerals(userID string) []Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Message
	for _, m := range w.ephemerals[userID] {
		out = append(out, w.export(m))
	}
	return out
}

// Answer returns the message that answers an interaction as it is now; a
// deferred one until it is edited shows only that the app is thinking.
func (w *Workspace) Answer(interactionID string) (Message, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := w.interactions[interactionID]
	if i == nil || i.original == nil || i.original.removed {
		return Message{}, false
	}
	return w.export(i.original), true
}

// OpenModal returns the modal that a person has open.
func (w *Workspace) OpenModal(userID string) (Modal, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if m := w.exportModal(userID); m != nil {
		return *m, true
	}
	return Modal{}, false
}

// Pins returns a channel's pins, oldest first.
func (w *Workspace) Pins(channelID string) []Pin {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Pin
	if ch := w.channels[channelID]; ch != nil {
		for _, p := range ch.pins {
			out = append(out, Pin{ID: p.id, By: p.by})
		}
	}
	return out
}

// Commands returns the registered commands as Discord keeps them.
func (w *Workspace) Commands() []map[string]any {
	w.mu.Lock()
	defer w.mu.Unlock()
	return stage.Clone(w.commands)
}

// AuditLog returns the audit log, oldest first.
func (w *Workspace) AuditLog() []AuditEntry {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []AuditEntry
	for _, e := range w.audit {
		out = append(out, AuditEntry{Action: e.action, User: e.user, Target: e.target, Reason: e.reason})
	}
	return out
}

// View implements stage.Platform. Categories are no rooms.
func (w *Workspace) View() stage.View {
	w.mu.Lock()
	defer w.mu.Unlock()
	v := stage.View{Platform: "discord", Workspace: w.opts.GuildName, Seq: w.feed.Seq()}
	for _, id := range slices.Sorted(maps.Keys(w.users)) {
		u := w.users[id]
		v.People = append(v.People, stage.Person{ID: u.ID, Name: u.shown(), RealName: u.RealName, Bot: u.Bot, Deactivated: u.Outside})
	}
	for _, id := range w.order {
		ch := w.channels[id]
		if ch.Category {
			continue
		}
		v.Rooms = append(v.Rooms, w.room(ch))
		for _, m := range ch.messages {
			v.Posts = append(v.Posts, w.post(m))
		}
	}
	for _, list := range w.ephemerals {
		for _, m := range list {
			v.Posts = append(v.Posts, w.post(m))
		}
	}
	slices.SortFunc(v.Posts, func(a, b stage.Post) int { return compareIDs(a.ID, b.ID) })
	for _, id := range slices.Sorted(maps.Keys(w.modals)) {
		v.Windows = append(v.Windows, w.window(id, w.modals[id]))
	}
	return v
}
