package emulator

import (
	"encoding/json"
	"slices"
	"strconv"
)

// Permissions is a set of permission bits. See
// https://docs.discord.com/developers/topics/permissions.
type Permissions int64

// The permissions that the stand-in evaluates.
const (
	Administrator          Permissions = 1 << 3
	ManageChannels         Permissions = 1 << 4
	ManageGuild            Permissions = 1 << 5
	AddReactions           Permissions = 1 << 6
	ViewAuditLog           Permissions = 1 << 7
	ViewChannel            Permissions = 1 << 10
	SendMessages           Permissions = 1 << 11
	ManageMessages         Permissions = 1 << 13
	EmbedLinks             Permissions = 1 << 14
	AttachFiles            Permissions = 1 << 15
	ReadMessageHistory     Permissions = 1 << 16
	MentionEveryone        Permissions = 1 << 17
	ManageRoles            Permissions = 1 << 28
	UseApplicationCommands Permissions = 1 << 31
	ManageThreads          Permissions = 1 << 34
	CreatePublicThreads    Permissions = 1 << 35
	CreatePrivateThreads   Permissions = 1 << 36
	SendMessagesInThreads  Permissions = 1 << 38
	PinMessages            Permissions = 1 << 51
)

// everything is what the owner and administrators have.
const everything Permissions = 1<<53 - 1

// NeededPermissions returns what the bot's install link asks for.
func NeededPermissions() Permissions {
	return ViewChannel | SendMessages | EmbedLinks | ReadMessageHistory | ManageChannels | ManageRoles |
		PinMessages | ViewAuditLog | SendMessagesInThreads | CreatePublicThreads | CreatePrivateThreads | ManageThreads
}

// DefaultEveryone returns the permissions of @everyone by default: fewer than in a
// new guild, where everybody may mention everybody.
func DefaultEveryone() Permissions {
	return ViewChannel | SendMessages | EmbedLinks | AttachFiles | AddReactions | ReadMessageHistory | UseApplicationCommands |
		CreatePublicThreads | CreatePrivateThreads | SendMessagesInThreads
}

// Has reports whether p contains every bit of wanted.
func (p Permissions) Has(wanted Permissions) bool { return p&wanted == wanted }

// MarshalJSON encodes p as Discord does, as a decimal string.
func (p Permissions) MarshalJSON() ([]byte, error) {
	return json.Marshal(strconv.FormatInt(int64(p), 10))
}

// basePermissions returns a member's permissions in the guild as a whole. See
// https://docs.discord.com/developers/topics/permissions#permission-overwrites.
func (g *guild) basePermissions(u *member) Permissions {
	if u == nil || u.Outside {
		return 0
	}
	p := g.ofRoles(u)
	if u.ID == g.opts.OwnerID || p.Has(Administrator) {
		return everything
	}
	return p
}

// ofRoles returns the permissions that a member's roles grant.
func (g *guild) ofRoles(u *member) Permissions {
	p := g.opts.Everyone
	for _, id := range u.Roles {
		if r := g.roles[id]; r != nil {
			p |= r.Permissions
		}
	}
	return p
}

// permissionsIn returns a member's permissions in a channel.
func (g *guild) permissionsIn(u *member, ch *channel) Permissions {
	if ch.IsDirect() {
		if u.ID == ch.With || u.ID == g.opts.BotUserID {
			return ViewChannel | SendMessages | EmbedLinks | AttachFiles | ReadMessageHistory | AddReactions | PinMessages | UseApplicationCommands
		}
		return 0
	}
	if ch.Extra.thread {
		return g.permissionsInThread(u, ch)
	}
	base := g.basePermissions(u)
	if base.Has(Administrator) {
		return base
	}
	return implied(g.overwrite(base, u, ch))
}

// permissionsInThread returns a member's permissions in a thread, which has no
// overwrites of its own. SEND_MESSAGES of its channel does not count there. See
// https://docs.discord.com/developers/topics/threads#permissions.
func (g *guild) permissionsInThread(u *member, thread *channel) Permissions {
	parent := g.Channels.ByID(thread.Extra.parent)
	if parent == nil {
		return 0
	}
	p := g.permissionsIn(u, parent) &^ SendMessages
	if p.Has(SendMessagesInThreads) {
		p |= SendMessages
	}
	return p
}

// overwrite applies a channel's overwrites to a member's permissions: first the one
// for @everyone, then those for all roles together, then the person's.
func (g *guild) overwrite(p Permissions, u *member, ch *channel) Permissions {
	if u.Outside {
		return 0
	}
	apply := func(allow, deny Permissions) { p = p&^deny | allow }
	var allow, deny Permissions
	for _, o := range ch.Extra.overwrites {
		switch {
		case o.ID == g.opts.GuildID:
			apply(o.Allow, o.Deny)
		case !o.Member && slices.Contains(u.Roles, o.ID):
			allow, deny = allow|o.Allow, deny|o.Deny
		}
	}
	apply(allow, deny)
	for _, o := range ch.Extra.overwrites {
		if o.Member && o.ID == u.ID {
			apply(o.Allow, o.Deny)
		}
	}
	return p
}

// implied removes the permissions that depend on a missing one. See
// https://docs.discord.com/developers/topics/permissions#implicit-permissions.
func implied(p Permissions) Permissions {
	if !p.Has(ViewChannel) {
		return 0
	}
	if !p.Has(SendMessages) {
		p &^= MentionEveryone | EmbedLinks | AttachFiles
	}
	return p
}

// hasAccess reports whether a person sees a channel by roles and overwrites. The
// owner and administrators see every channel, but are not members for that.
func (g *guild) hasAccess(u *member, ch *channel) bool {
	if ch.IsDirect() {
		return u.ID == ch.With || u.ID == g.opts.BotUserID
	}
	if parent := g.Channels.ByID(ch.Extra.parent); ch.Extra.thread && parent != nil {
		ch = parent
	}
	return !u.Outside && g.overwrite(g.ofRoles(u), u, ch).Has(ViewChannel)
}

// need checks the bot's permissions in a channel.
func (g *guild) need(ch *channel, wanted Permissions) error {
	held := g.permissionsIn(g.bot(), ch)
	switch {
	case !g.views(g.bot(), ch):
		return refuse(missingAccess)
	case !held.Has(wanted):
		return refuse(missingPermissions)
	}
	return g.mayModerate(wanted)
}

// mayModerate refuses moderation if the guild requires two-factor authentication
// for it and the bot's owner has none. It applies to the permissions with a star on
// https://docs.discord.com/developers/topics/permissions#permissions-bitwise-permission-flags.
func (g *guild) mayModerate(wanted Permissions) error {
	const starred = Administrator | ManageChannels | ManageGuild | ManageMessages | ManageRoles | ManageThreads
	if wanted&starred != 0 && g.opts.NeedsTwoFactor && g.opts.OwnerWithoutIt {
		return refuse(needsTwoFactor)
	}
	return nil
}

// views reports whether a member sees a channel. A category is visible with any
// channel in it, see
// https://docs.discord.com/developers/topics/permissions#channel-visibility.
func (g *guild) views(u *member, ch *channel) bool {
	if g.permissionsIn(u, ch).Has(ViewChannel) {
		return true
	}
	return ch.Extra.category && slices.ContainsFunc(g.children(ch.ID), func(c *channel) bool { return g.permissionsIn(u, c).Has(ViewChannel) })
}
