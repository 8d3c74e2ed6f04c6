package discord

import (
	"context"
	"slices"

	"riskroom/core"
)

// LookGroup implements core.Looker. Discord has neither archived channels nor
// bookmarks, so what there is to see of a group is its pins.
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
	if err != nil {
		return core.GroupState{}, err
	}
	slices.Reverse(s.Pinned) // the oldest pin first
	return s, nil
}
