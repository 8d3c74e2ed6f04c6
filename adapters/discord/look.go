package discord

import (
	"context"
	"slices"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// LookGroup implements core.Looker. Discord has neither archived channels nor
// bookmarks, so it only looks at the pins. Discord answers 50001 for a channel
// that the bot may not view, and 10003 for a deleted one.
func (a *Adapter) LookGroup(ctx context.Context, g core.GroupRef) (core.GroupState, error) {
	if err := a.own("look at group", g.Workspace, g.ID); err != nil {
		return core.GroupState{}, err
	}
	s := core.GroupState{Badged: true}
	page := func(ctx context.Context, cursor string) (rest.Page[string], error) {
		return a.listPins(ctx, g.ID, cursor)
	}
	_, err := pages(ctx, a, g.ID, "list_pins", false, pinsPages, page, func(id string) bool {
		s.Pinned = append(s.Pinned, a.messageRef(g.ID, id))
		return true
	})
	switch {
	case lostGroup(err):
		return a.whyUnseen(ctx, g.ID, err)
	case err != nil:
		return core.GroupState{}, err
	}
	slices.Reverse(s.Pinned) // the oldest pin first
	return s, nil
}

// whyUnseen decides whether a channel that cannot be seen is deleted. During
// outages Discord answers that existing channels are unknown, so the guild's
// list of channels must lack it too. If the bot is no longer in the guild,
// listing its channels fails.
func (a *Adapter) whyUnseen(ctx context.Context, id string, lost error) (core.GroupState, error) {
	list, err := spend(ctx, a, "", "list_guild_channels", a.listGuildChannels)
	switch {
	case err != nil:
		return core.GroupState{}, err
	case core.DetailOf(lost) != "10003", slices.ContainsFunc(list, func(ch channel) bool { return ch.ID == id }):
		return core.GroupState{}, lost
	}
	return core.GroupState{Ended: core.Deleted}, nil
}

// Members implements core.Looker.
func (a *Adapter) Members(_ context.Context, g core.GroupRef, _ int) ([]core.Account, error) {
	return nil, &core.Error{Op: "discord: members of " + g.ID, Kind: core.Unsupported}
}
