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
	Methods   map[string]Rate // by method; NamePerChannel and Global are their own
}

// NamePerChannel names the limit of update_channel for the name and topic of a
// single channel, which holds beside the one for all that can be changed.
const NamePerChannel = "update_channel:name"

// Global names the limit of all calls together but for those that answer
// interactions: https://docs.discord.com/developers/topics/rate-limits#global-rate-limit.
const Global = "global"

// published returns the limit of a method. Discord publishes none but tells each
// in the headers of every answer, which brake heeds; these are what the headers
// are known to say. That of names and topics no header tells:
// https://github.com/discord/discord-api-docs/issues/2190. What is not here has
// no limit that is known beforehand but Global.
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
	case Global:
		return Rate{N: 50, Window: time.Second}
	}
	return Rate{}
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
	return a.rates.Cost(a.workspace, channel, methods...)
}

// Cost is what calls of the methods draw on in a workspace, one call each.
// channel is where those are made that are limited for each channel.
func (r Rates) Cost(workspace, channel string, methods ...string) []core.Bucket {
	var out, all []core.Bucket
	for _, m := range methods {
		rate, scope := r.rate(m), ""
		if perChannel(m) {
			scope = channel
		}
		out = append(out, core.Bucket{Workspace: workspace, Name: m, Scope: scope, N: rate.N, Window: rate.Window})
		if m != NamePerChannel { // which is no call
			rate := r.rate(Global)
			all = append(all, core.Bucket{Workspace: workspace, Name: Global, N: rate.N, Window: rate.Window, All: true})
		}
	}
	return append(out, all...)
}
