package discord

import (
	"context"
	"slices"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// LookGroup implements core.Looker. Discord has no bookmarks, and its archive is
// riskroom's: a category. Discord answers 50001 for a channel that the bot may not
// view, and 10003 for a deleted one.
func (a *Adapter) LookGroup(ctx context.Context, g core.GroupRef) (core.GroupState, error) {
	if err := a.own("look at group", g.Workspace, g.ID); err != nil {
		return core.GroupState{}, err
	}
	ch, err := a.look(ctx, g.ID)
	switch {
	case lostGroup(err):
		return a.whyUnseen(ctx, g.ID, err)
	case err != nil:
		return core.GroupState{}, err
	}
	archived, err := a.archived(ctx, ch)
	switch {
	case err != nil:
		return core.GroupState{}, err
	case archived:
		return core.GroupState{Ended: core.Archived}, nil
	}
	s := core.GroupState{Name: ch.Name, Badged: true}
	page := func(ctx context.Context, cursor string) (rest.Page[string], error) {
		return a.listPins(ctx, g.ID, cursor)
	}
	_, err = pages(ctx, a, g.ID, "list_pins", false, pinsPages, page, func(id string) bool {
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

func (a *Adapter) look(ctx context.Context, id string) (channel, error) {
	return spend(ctx, a, id, "get_channel", func(ctx context.Context) (channel, error) { return a.getChannel(ctx, id) })
}

// archived reports whether a channel is in a category for archived groups, whoever
// moved it there.
func (a *Adapter) archived(ctx context.Context, ch channel) (bool, error) {
	if ch.Parent == "" {
		return false, nil
	}
	parent, err := a.look(ctx, ch.Parent)
	if lostGroup(err) {
		return false, nil // it isn't ours, or was deleted just now
	}
	return a.archive.ordinal(parent) > 0, err
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

// Members implements core.Looker. Who sees a channel follows from permissions. They name
// people only in a private channel that no role can view.
func (a *Adapter) Members(ctx context.Context, g core.GroupRef, limit int) ([]core.Account, error) {
	if err := a.own("members of a channel", g.Workspace, g.ID); err != nil {
		return nil, err
	}
	ch, err := spend(ctx, a, g.ID, "get_channel", func(ctx context.Context) (channel, error) { return a.getChannel(ctx, g.ID) })
	if err != nil {
		return nil, err
	}
	byRole := func(o overwrite) bool { return o.Type == forRole && o.Allow&viewChannel != 0 }
	i := of(ch.Overwrites, a.guild)
	if i < 0 || ch.Overwrites[i].Deny&viewChannel == 0 || slices.ContainsFunc(ch.Overwrites, byRole) {
		return nil, &core.Error{Op: "discord: get_channel", Kind: core.Unsupported, Detail: "members"}
	}
	var out []core.Account
	for _, o := range ch.Overwrites {
		if !o.in() {
			continue
		}
		m, err := spend(ctx, a, "", "get_guild_member", func(ctx context.Context) (member, error) { return a.getGuildMember(ctx, o.ID) })
		switch {
		case core.KindOf(err) == core.NotFound || m.User.Bot: // people who left keep their overwrite
		case err != nil:
			return nil, err
		case len(out) == limit:
			return nil, &core.Error{Op: "discord: get_channel", Kind: core.Conflict, Detail: "too_many"}
		default:
			out = append(out, core.Account{Workspace: a.workspace, ID: o.ID})
		}
	}
	return out, nil
}
