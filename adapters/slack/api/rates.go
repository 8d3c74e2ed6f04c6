package api

import (
	"time"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// postPerChannel names the limit of chat.postMessage for a single channel,
// which applies in addition to the one for the whole workspace.
const postPerChannel = "chat.postMessage:channel"

// Slack's tiers in calls a minute, per method and workspace. See
// https://docs.slack.dev/apis/web-api/rate-limits.
const (
	tier2 = 20
	tier3 = 50
	tier4 = 100
	// Of the special tiers Slack says only "several hundred messages per minute
	// per workspace" and "hundreds of requests per minute".
	hundreds = 300
)

// published returns Slack's own limit for a method, from its page under
// https://docs.slack.dev/reference/methods/.
func published(method string) rest.Rate {
	switch method {
	case "conversations.create", "conversations.archive", "conversations.rename", "conversations.setTopic", "conversations.setPurpose",
		"pins.add", "pins.remove", "pins.list", "bookmarks.add", "bookmarks.edit", "usergroups.list", "usergroups.users.list":
		return rest.PerMinute(tier2)
	case "conversations.members", "users.info", "views.open", "views.update", "files.info", "files.getUploadURLExternal", "files.completeUploadExternal":
		return rest.PerMinute(tier4)
	case "chat.postMessage", "chat.getPermalink", "auth.test":
		return rest.PerMinute(hundreds)
	case postPerChannel:
		return rest.Rate{N: 1, Window: time.Second}
	}
	return rest.PerMinute(tier3)
}

// Cost returns the buckets that calls of the methods draw on, one call each.
func (c *Client) Cost(methods ...string) []core.Bucket {
	out := make([]core.Bucket, len(methods))
	for i, m := range methods {
		out[i] = c.rates.Of(m, published).Bucket(c.workspace, m, "")
	}
	return out
}

// PostCost returns the buckets that one chat.postMessage to the channel draws
// on.
func (c *Client) PostCost(channel string) []core.Bucket {
	per := c.rates.Of(postPerChannel, published)
	return append(c.Cost("chat.postMessage"), per.Bucket(c.workspace, "chat.postMessage", channel))
}
