package discord

import (
	"context"

	"riskroom/adapters/effect"
	"riskroom/core"
)

// setBadge posts the badge unless it exists, and pins it. The line for the item
// is in the channel's topic from the start; topics can be changed too rarely to
// repair that line.
func (a *Adapter) setBadge(ctx context.Context, p *effect.Progress, channel string, b core.Badge) {
	if !b.Ref.IsZero() && (b.Ref.Workspace != a.workspace || b.Ref.Channel != channel || !isID(b.Ref.ID)) {
		p.Report.Add(core.PartBadge, core.Account{}, &core.Error{
			Op: "discord: set badge", Kind: core.Invalid, Detail: "other_channel",
		})
		return
	}
	id := b.Ref.ID
	if id == "" || !a.pinned(ctx, p, channel, id) {
		var ok bool
		if id, ok = p.Do(ctx, core.PartBadge, core.Account{}, a.postCall("badge", channel, b.Message)); !ok {
			return
		}
		p.Do(ctx, core.PartPin, core.Account{}, a.pinCall(channel, id))
	}
	p.Report.Badge = a.messageRef(channel, id)
}

// pinned pins a badge that should exist. It returns false if the badge was
// deleted.
func (a *Adapter) pinned(ctx context.Context, p *effect.Progress, channel, id string) bool {
	if p.Ended {
		return true
	}
	_, err := p.Once.Do(ctx, a.pinCall(channel, id))
	if !core.IsStop(err) && core.DetailOf(err) == "10008" {
		return false
	}
	p.Note(core.PartPin, core.Account{}, err)
	return true
}

func (a *Adapter) pinCall(channel, id string) core.Call {
	return core.Call{
		Key:  "pin:" + id,
		Cost: a.client.Cost(channel, "create_pin"),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			return "", a.createPin(ctx, in, channel, id)
		},
	}
}
