package discord

import (
	"context"

	"riskroom/adapters/effect"
	"riskroom/core"
)

// setAnnouncement posts and pins an announcement in place of the one before.
func (a *Adapter) setAnnouncement(ctx context.Context, p *effect.Progress, channel string, n core.Announcement) {
	if !p.Ended {
		p.Note(core.PartAnnouncement, core.Account{}, a.announce(ctx, p, channel, n))
	}
}

// announce unpins the old announcement only once the new one is pinned, so that an
// interruption never leaves the channel without one.
func (a *Adapter) announce(ctx context.Context, p *effect.Progress, channel string, n core.Announcement) error {
	if !n.Old.IsZero() && (n.Old.Workspace != a.workspace || n.Old.Channel != channel || !isID(n.Old.ID)) {
		return &core.Error{Op: "discord: set announcement", Kind: core.Invalid, Detail: "other_channel"}
	}
	if n.Message != nil {
		if err := a.sendable("set announcement", a.workspace, *n.Message); err != nil {
			return err
		}
		id, err := p.Once.Do(ctx, a.postCall("announce", channel, *n.Message))
		if err != nil {
			return err
		}
		p.Report.Announcement = a.messageRef(channel, id)
		if _, err := p.Once.Do(ctx, a.pinCall(channel, id)); err != nil {
			return err
		}
	}
	if n.Old.IsZero() {
		return nil
	}
	_, err := p.Once.Do(ctx, a.unpinCall(channel, n.Old.ID))
	return err
}

func (a *Adapter) unpinCall(channel, id string) core.Call {
	return core.Call{
		Key:  "unpin:" + id,
		Cost: a.client.Cost(channel, "delete_pin"),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			return "", a.deletePin(ctx, in, channel, id)
		},
	}
}
