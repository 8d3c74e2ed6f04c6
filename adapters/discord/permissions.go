package discord

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"riskroom/core"
)

// Permission is one permission in a guild. See
// https://docs.discord.com/developers/topics/permissions.
type Permission struct {
	Name string // "VIEW_CHANNEL"
	Bit  uint64
}

// Bits of permissions.
const (
	administrator  bits = 1 << 3
	manageChannels bits = 1 << 4
	viewAuditLog   bits = 1 << 7
	viewChannel    bits = 1 << 10
	sendMessages   bits = 1 << 11
	embedLinks     bits = 1 << 14
	attachFiles    bits = 1 << 15
	readHistory    bits = 1 << 16
	manageRoles    bits = 1 << 28
	publicThreads  bits = 1 << 35
	privateThreads bits = 1 << 36
	sendInThreads  bits = 1 << 38
	pinMessages    bits = 1 << 51

	everything bits = 1<<64 - 1 // what an owner or administrator has
)

// RequiredPermissions returns the permissions that the bot needs in the guild
// for its uses. Its install link asks for these. Commands and direct messages
// need none.
func RequiredPermissions(uses core.Uses) []Permission {
	var out []Permission
	if uses.Channels || uses.Groups {
		out = append(out, Permission{"VIEW_CHANNEL", uint64(viewChannel)}, Permission{"SEND_MESSAGES", uint64(sendMessages)},
			Permission{"EMBED_LINKS", uint64(embedLinks)}, Permission{"READ_MESSAGE_HISTORY", uint64(readHistory)})
	}
	if uses.Groups {
		out = append(out, Permission{"PIN_MESSAGES", uint64(pinMessages)}, Permission{"MANAGE_CHANNELS", uint64(manageChannels)},
			Permission{"MANAGE_ROLES", uint64(manageRoles)}, Permission{"VIEW_AUDIT_LOG", uint64(viewAuditLog)},
			// A bot can only deny what it may do itself.
			Permission{"SEND_MESSAGES_IN_THREADS", uint64(sendInThreads)}, Permission{"CREATE_PUBLIC_THREADS", uint64(publicThreads)},
			Permission{"CREATE_PRIVATE_THREADS", uint64(privateThreads)})
	}
	if uses.Files && (uses.Channels || uses.Groups) {
		out = append(out, Permission{"ATTACH_FILES", uint64(attachFiles)})
	}
	return out
}

// required returns RequiredPermissions as bits.
func required(uses core.Uses) bits {
	var b bits
	for _, p := range RequiredPermissions(uses) {
		b |= bits(p.Bit)
	}
	return b
}

// bits is a set of permissions. Discord writes it as a string and accepts a
// number.
type bits uint64

// UnmarshalJSON reads a string or a number.
func (b *bits) UnmarshalJSON(raw []byte) error {
	n, err := strconv.ParseUint(strings.Trim(string(raw), `"`), 10, 64)
	if err != nil {
		return fmt.Errorf("permissions: %w", err)
	}
	*b = bits(n)
	return nil
}

// Types of overwrites.
const (
	forRole   = 0
	forMember = 1
)

// overwrite allows and denies permissions in one channel. See
// https://docs.discord.com/developers/resources/channel#overwrite-object.
type overwrite struct {
	ID    string `json:"id"`
	Type  int    `json:"type"`
	Allow bits   `json:"allow"`
	Deny  bits   `json:"deny"`
}

// may returns a member's permissions in the guild: those of all their roles and
// of @everyone. The owner has all permissions, and so does a member with
// ADMINISTRATOR. See
// https://docs.discord.com/developers/topics/permissions#permission-overwrites.
func may(g guild, m member) bits {
	var b bits
	for _, r := range g.Roles {
		if r.ID == g.ID || slices.Contains(m.Roles, r.ID) {
			b |= r.Permissions
		}
	}
	if g.Owner == m.User.ID || b&administrator != 0 {
		return everything
	}
	return b
}

// mayIn returns a member's permissions in a channel. The overwrites of
// @everyone apply first, then those of all roles together, then the member's
// own. The order of the roles does not matter.
func mayIn(g guild, m member, ch channel) bits {
	b := may(g, m)
	if b == everything {
		return b
	}
	apply := func(on func(overwrite) bool) {
		var allow, deny bits
		for _, o := range ch.Overwrites {
			if on(o) {
				allow, deny = allow|o.Allow, deny|o.Deny
			}
		}
		b = b&^deny | allow
	}
	apply(func(o overwrite) bool { return o.ID == g.ID })
	apply(func(o overwrite) bool { return o.Type == forRole && o.ID != g.ID && slices.Contains(m.Roles, o.ID) })
	apply(func(o overwrite) bool { return o.Type == forMember && o.ID == m.User.ID })
	switch { // https://docs.discord.com/developers/topics/permissions#implicit-permissions
	case b&viewChannel == 0:
		return 0
	case b&sendMessages == 0:
		return b &^ embedLinks
	}
	return b
}

// lacking returns the names of the permissions that are wanted but not held.
func lacking(held, wanted bits) []string {
	var out []string
	for _, p := range RequiredPermissions(core.Uses{Groups: true, Files: true}) { // every permission we use
		if bits(p.Bit)&wanted&^held != 0 {
			out = append(out, p.Name)
		}
	}
	return out
}

// hidden hides a channel from everyone. The role @everyone has the guild's ID.
func hidden(guild string) overwrite { return overwrite{ID: guild, Type: forRole, Deny: viewChannel} }

// allow returns the overwrite that adds one person to a channel.
func allow(user string) overwrite {
	return overwrite{ID: user, Type: forMember, Allow: viewChannel | sendMessages | readHistory}
}

// forBot gives the bot access to a channel. It grants only what the bot needs
// in every channel, because Discord refuses to grant what the bot itself lacks.
func forBot(bot string) overwrite {
	return overwrite{ID: bot, Type: forMember, Allow: viewChannel | sendMessages | embedLinks | readHistory}
}

// in reports whether the overwrite gives one person access to the channel.
func (o overwrite) in() bool { return o.Type == forMember && o.Allow&viewChannel != 0 }
