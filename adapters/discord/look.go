package discord

import (
	"context"
	"slices"

	"riskroom/core"
)

// LookGroup implements core.Looker. Discord has neither archived channels nor
// bookmarks, so what there is to see of a group is its pins. A channel that the
// bot may not view is 50001, one that was deleted 10003.
func (a *Adapter) LookGroup(ctx context.Context, g core.GroupRef) (core.GroupState, error) {
	if err := a.own("look at group", g.Workspace, g.ID); err != nil {
		return core.GroupState{}, err
	}
	s := core.GroupState{Badged: true}
	page := func(ctx context.Context, cursor string) (paged[string], error) { return a.listPins(ctx, g.ID, cursor) }
	_, err := pages(ctx, a, g.ID, "list_pins", false, pinsPages, page, func(id string) bool {
		s.Pinned = append(s.Pinned, a.messageRef(g.ID, id))
		return true
	})
	switch {
	case core.DetailOf(err) == "10003":
		return a.deleted(ctx, g.ID, err)
	case err != nil:
		return core.GroupState{}, err
	}
	slices.Reverse(s.Pinned) // the oldest pin first
	return s, nil
}

// deleted judges that Discord knows no such channel, which is said in outages of
// channels that are there, too: the guild's own list has to agree.
func (a *Adapter) deleted(ctx context.Context, id string, unknown error) (core.GroupState, error) {
	list, err := spend(ctx, a, "", "list_guild_channels", a.listGuildChannels)
	switch {
	case err != nil:
		return core.GroupState{}, err
	case slices.ContainsFunc(list, func(ch channel) bool { return ch.ID == id }):
		return core.GroupState{}, unknown
	}
	return core.GroupState{Ended: core.Deleted}, nil
}
