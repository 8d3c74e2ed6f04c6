package discord

import (
	"context"
	"slices"

	"riskroom/adapters/effect"
	"riskroom/core"
)

// dissolve deletes a channel, or moves it to the archive if nobody can post in it.
// Nothing in it can be changed after that, so it waits until everything else is done.
func (a *Adapter) dissolve(ctx context.Context, p *effect.Progress, id string, how core.Dissolve, silent bool) {
	switch {
	case how == "" || p.Err != nil:
	case how == core.DissolveDelete:
		p.Do(ctx, core.PartDissolve, core.Account{}, a.deleteCall(id))
	case silent:
		p.Do(ctx, core.PartDissolve, core.Account{}, a.archiveCall(id))
	}
}

func (a *Adapter) deleteCall(id string) core.Call {
	return core.Call{
		Key:  "delete",
		Cost: a.client.Cost(id, "delete_channel"),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			return "", a.deleteChannel(ctx, in, id)
		},
	}
}

// archiveCall moves a channel to a category for archived groups. A later attempt
// leaves it where somebody has moved it since the first.
func (a *Adapter) archiveCall(id string) core.Call {
	return core.Call{
		Key:  "archive",
		Cost: a.client.Cost(id, "get_channel", "list_guild_channels", "update_channel"),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			ch, err := a.getChannel(ctx, id)
			if err != nil {
				return "", err
			}
			list, err := a.listGuildChannels(ctx)
			if err != nil || a.archive.holds(list, ch) {
				return "", err
			}
			if in.Attempt > 1 {
				if changed, err := a.changedSince(ctx, in, id); err != nil || slices.Contains(changed, "parent_id") {
					return "", err
				}
			}
			return "", a.moveToArchive(ctx, in, id, list)
		},
	}
}

// moveToArchive tries another category if Discord refuses one because it has filled up
// meanwhile.
func (a *Adapter) moveToArchive(ctx context.Context, in core.Intent, id string, list []channel) error {
	parent, err := a.categoryFor(ctx, in, a.archive, list, nil, 0)
	if err != nil {
		return err
	}
	move := func(ctx context.Context) (struct{}, error) {
		return struct{}{}, a.updateChannel(ctx, in, id, map[string]any{"parent_id": parent})
	}
	_, err = move(ctx)
	var refused []string
	for range 3 {
		if !noRoom(err) {
			return err
		}
		refused = append(refused, parent)
		if parent, err = a.categoryFor(ctx, in, a.archive, nil, refused, 0); err != nil {
			return err
		}
		_, err = spend(ctx, a, id, "update_channel", move)
	}
	return roomLater(err)
}

// holds reports whether a channel is in a category on the shelf.
func (s shelf) holds(list []channel, ch channel) bool {
	return slices.ContainsFunc(list, func(parent channel) bool { return parent.ID == ch.Parent && s.ordinal(parent) > 0 })
}
