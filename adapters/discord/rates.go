package discord

import (
	"time"

	"riskroom/core"
)

// Rate is a limit of N calls in a Window; N 0 is no limit.
type Rate struct {
	N      int
	Window time.Duration
}

// Rates replaces published rate limits.
type Rates struct {
	Unlimited bool            // no limit on anything
	Methods   map[string]Rate // by method; NamePerChannel is one of its own
}

// NamePerChannel names the limit of update_channel for the name and topic of a
// single channel, which holds beside the one for all that can be changed.
const NamePerChannel = "update_channel:name"

// everywhere is how many calls a bot may make in a second, whatever they are. See
// https://docs.discord.com/developers/topics/rate-limits#global-rate-limit.
const everywhere = 50

// published returns the limit of a method. Discord publishes none but tells each
// in the headers of every answer, which brake heeds; these are what the headers
// are known to say. That of names and topics no header tells:
// https://github.com/discord/discord-api-docs/issues/2190.
func published(method string) Rate {
	switch method {
	case "create_message", "update_message", "list_messages", "list_pins", "create_pin":
		return Rate{N: 5, Window: 5 * time.Second}
	case "update_channel", "set_channel_permission_overwrite", "delete_channel_permission_overwrite":
		return Rate{N: 10, Window: 15 * time.Second}
	case "list_guild_members", "list_guild_audit_log_entries", "create_guild_channel", "create_dm":
		return Rate{N: 10, Window: 10 * time.Second}
	case "get_guild_member":
		return Rate{N: 5, Window: time.Second}
	case NamePerChannel:
		return Rate{N: 2, Window: 10 * time.Minute}
	}
	return Rate{N: everywhere, Window: time.Second}
}

// perChannel tells whether a method is limited for each channel by itself.
func perChannel(method string) bool {
	switch method {
	case "create_message", "update_message", "list_messages", "list_pins", "create_pin", "get_channel", "update_channel",
		"set_channel_permission_overwrite", "delete_channel_permission_overwrite", NamePerChannel:
		return true
	}
	return false
}

func (r Rates) rate(method string) Rate {
	if r.Unlimited {
		return Rate{}
	}
	if own, ok := r.Methods[method]; ok {
		return own
	}
	return published(method)
}

// cost is what calls of the methods draw on, one call each. channel is where
// those are made that are limited for each channel.
func (a *Adapter) cost(channel string, methods ...string) []core.Bucket {
	out := make([]core.Bucket, len(methods))
	for i, m := range methods {
		rate := a.rates.rate(m)
		out[i] = core.Bucket{Workspace: a.workspace, Name: m, N: rate.N, Window: rate.Window}
		if perChannel(m) {
			out[i].Scope = channel
		}
	}
	return out
}
