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

// everything is what the owner and ADMINISTRATOR hold.
const everything Permissions = 1<<53 - 1

// NeededPermissions is what the install link of a bot such as ours asks for.
func NeededPermissions() Permissions {
	return ViewChannel | SendMessages | EmbedLinks | ReadMessageHistory | ManageChannels | ManageRoles |
		PinMessages | ViewAuditLog | SendMessagesInThreads | CreatePublicThreads | CreatePrivateThreads | ManageThreads
}

// DefaultEveryone is what @everyone may do in the stand-in unless told
// otherwise: less than in a new guild, where everybody may mention everybody.
func DefaultEveryone() Permissions {
	return ViewChannel | SendMessages | EmbedLinks | AttachFiles | AddReactions | ReadMessageHistory | UseApplicationCommands
}

// Has reports whether p holds every bit of wanted.
func (p Permissions) Has(wanted Permissions) bool { return p&wanted == wanted }

// MarshalJSON writes p the way Discord does, as a decimal string.
func (p Permissions) MarshalJSON() ([]byte, error) {
	return json.Marshal(strconv.FormatInt(int64(p), 10))
}

// basePermissions is what a member may do in the guild at large. See
// https://docs.discord.com/developers/topics/permissions#permission-overwrites.
func (g *guild) basePermissions(u *member) Permissions {
	if u == nil || u.Outside {
		return 0
	}
	if u.ID == g.opts.OwnerID {
		return everything
	}
	p := g.opts.Everyone
	for _, id := range u.Roles {
		if r := g.roles[id]; r != nil {
			p |= r.Permissions
		}
	}
	if p.Has(Administrator) {
		return everything
	}
	return p
}

// permissionsIn is what a member may do in a channel.
func (g *guild) permissionsIn(u *member, ch *channel) Permissions {
	if ch.IsDirect() {
		if u.ID == ch.With || u.ID == g.opts.BotUserID {
			return ViewChannel | SendMessages | EmbedLinks | AttachFiles | ReadMessageHistory | AddReactions | PinMessages | UseApplicationCommands
		}
		return 0
	}
	base := g.basePermissions(u)
	if base.Has(Administrator) {
		return base
	}
	return implied(g.overwrite(base, u, ch))
}

// overwrite applies a channel's overwrites to what somebody may do in the
// guild: first those of @everyone, then all roles together, then the person's.
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

// implied takes away what a missing permission takes along. See
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

// letIn reports whether a person sees a channel because of roles and overwrites:
// what owner and administrators see besides does not make them members of it.
func (g *guild) letIn(u *member, ch *channel) bool {
	if ch.IsDirect() {
		return u.ID == ch.With || u.ID == g.opts.BotUserID
	}
	p := g.opts.Everyone
	for _, id := range u.Roles {
		if r := g.roles[id]; r != nil {
			p |= r.Permissions
		}
	}
	return !u.Outside && g.overwrite(p, u, ch).Has(ViewChannel)
}

// need checks what the bot may do in a channel.
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

// mayModerate refuses what moderators do where the guild wants two-factor
// authentication of them and the bot's owner has none: permissions with a star on
// https://docs.discord.com/developers/topics/permissions#permissions-bitwise-permission-flags.
func (g *guild) mayModerate(wanted Permissions) error {
	const starred = Administrator | ManageChannels | ManageGuild | ManageMessages | ManageRoles | ManageThreads
	if wanted&starred != 0 && g.opts.NeedsTwoFactor && g.opts.OwnerWithoutIt {
		return refuse(needsTwoFactor)
	}
	return nil
}

// views reports whether somebody sees a channel. A category is seen with any
// channel in it, see
// https://docs.discord.com/developers/topics/permissions#channel-visibility.
func (g *guild) views(u *member, ch *channel) bool {
	if g.permissionsIn(u, ch).Has(ViewChannel) {
		return true
	}
	return ch.Extra.category && slices.ContainsFunc(g.children(ch.ID), func(c *channel) bool { return g.permissionsIn(u, c).Has(ViewChannel) })
}
