package slack

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
	Methods   map[string]Rate // by method; PostPerChannel is one of its own
}

// PostPerChannel names the limit of chat.postMessage for a single channel,
// which holds beside the one for the whole workspace.
const PostPerChannel = "chat.postMessage:channel"

// Slack's tiers in calls a minute, per method and workspace. See
// https://docs.slack.dev/apis/web-api/rate-limits.
const (
	tier2 = 20
	tier3 = 50
	tier4 = 100
	// "Several hundred messages per minute per workspace" and "hundreds of
	// requests per minute" is all that the pages say of the special tiers.
	hundreds = 300
)

func perMinute(n int) Rate { return Rate{N: n, Window: time.Minute} }

// published returns Slack's own limit for a method, from the method's page
// below https://docs.slack.dev/reference/methods/.
func published(method string) Rate {
	switch method {
	case "conversations.create", "conversations.rename", "conversations.setTopic", "conversations.setPurpose",
		"pins.add", "pins.list", "bookmarks.add", "bookmarks.edit", "usergroups.list", "usergroups.users.list":
		return perMinute(tier2)
	case "users.info":
		return perMinute(tier4)
	case "chat.postMessage", "chat.getPermalink", "auth.test":
		return perMinute(hundreds)
	case PostPerChannel:
		return Rate{N: 1, Window: time.Second}
	}
	return perMinute(tier3)
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

// cost is what calls of the methods draw on, one call each.
func (a *Adapter) cost(methods ...string) []core.Bucket {
	out := make([]core.Bucket, len(methods))
	for i, m := range methods {
		rate := a.rates.rate(m)
		out[i] = core.Bucket{Workspace: a.workspace, Name: m, N: rate.N, Window: rate.Window}
	}
	return out
}

// postCost is what one chat.postMessage into the channel draws on.
func (a *Adapter) postCost(channel string) []core.Bucket {
	per := a.rates.rate(PostPerChannel)
	return append(a.cost("chat.postMessage"),
		core.Bucket{Workspace: a.workspace, Name: "chat.postMessage", Scope: channel, N: per.N, Window: per.Window})
}
