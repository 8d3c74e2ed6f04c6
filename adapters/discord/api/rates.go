package api

import (
	"time"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// NamePerChannel names the limit of update_channel for the name and topic of a
// single channel. It applies in addition to the method's own limit.
const NamePerChannel = "update_channel:name"

// Global names the limit of all calls together, except those that answer
// interactions: https://docs.discord.com/developers/topics/rate-limits#global-rate-limit.
const Global = "global"

// published returns the limit of a method. Discord doesn't document limits, but
// every answer has them in its headers, which breaker.go obeys. These are the
// values seen in headers, plus the limit for names and topics, which no header
// contains: https://github.com/discord/discord-api-docs/issues/2190. Only Global
// applies to other methods.
func published(method string) rest.Rate {
	switch method {
	case "create_message", "update_message", "list_messages", "list_pins", "create_pin", "delete_pin":
		return rest.Rate{N: 5, Window: 5 * time.Second}
	case "update_channel", "delete_channel", "set_channel_permission_overwrite", "delete_channel_permission_overwrite":
		return rest.Rate{N: 10, Window: 15 * time.Second}
	case "list_guild_members", "list_guild_audit_log_entries", "create_guild_channel", "create_dm":
		return rest.Rate{N: 10, Window: 10 * time.Second}
	case "get_guild_member":
		return rest.Rate{N: 5, Window: time.Second}
	case NamePerChannel:
		return rest.Rate{N: 2, Window: 10 * time.Minute}
	case Global:
		return rest.Rate{N: 50, Window: time.Second}
	}
	return rest.Rate{}
}

// perChannel reports whether a method is limited per channel.
func perChannel(method string) bool {
	switch method {
	case "create_message", "update_message", "list_messages", "list_pins", "create_pin", "delete_pin", "get_channel", "update_channel", "delete_channel",
		"set_channel_permission_overwrite", "delete_channel_permission_overwrite", NamePerChannel:
		return true
	}
	return false
}

// Cost returns the buckets that calls of the methods draw on, one call each.
func (c *Client) Cost(channel string, methods ...string) []core.Bucket {
	var out, all []core.Bucket
	for _, m := range methods {
		scope := ""
		if perChannel(m) {
			scope = channel
		}
		out = append(out, c.rates.Of(m, published).Bucket(c.workspace, m, scope))
		if m != NamePerChannel { // which is no call
			b := c.rates.Of(Global, published).Bucket(c.workspace, Global, "")
			b.All = true
			all = append(all, b)
		}
	}
	return append(out, all...)
}
