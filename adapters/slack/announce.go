package slack

import (
	"context"

	"riskroom/adapters/effect"
	"riskroom/core"
)

// setAnnouncement posts and pins an announcement in place of the one before.
func (a *Adapter) setAnnouncement(ctx context.Context, p *effect.Progress, channel string, n core.Announcement) {
	p.Announce(ctx, n, a.checkAnnouncement(channel, n), effect.Announcing{
		Post:  a.poster(channel),
		Pin:   func(id string) core.Call { return a.pinCall(channel, id) },
		Unpin: func(id string) core.Call { return a.unpinCall(channel, id) },
		Ref:   func(id string) core.MessageRef { return a.messageRef(channel, id) },
	})
}

func (a *Adapter) checkAnnouncement(channel string, n core.Announcement) error {
	switch {
	case !n.Old.IsZero() && (n.Old.Workspace != a.workspace || n.Old.Channel != channel):
		return &core.Error{Op: "slack: set announcement", Kind: core.Invalid, Detail: "other_channel"}
	case n.Message != nil:
		return a.sendable("set announcement", a.workspace, *n.Message)
	}
	return nil
}

// poster returns the function that makes calls which post in a channel.
func (a *Adapter) poster(channel string) func(key string, m core.Message) core.Call {
	return func(key string, m core.Message) core.Call { return a.postCall(key, channel, m) }
}

func (a *Adapter) unpinCall(channel, ts string) core.Call {
	return core.Call{
		Key:  "unpin:" + ts,
		Cost: a.client.Cost("pins.remove"),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			return "", a.pinsRemove(ctx, in, channel, ts)
		},
	}
}
