package slack

import (
	"context"
	"slices"

	"github.com/slack-go/slack"

	"riskroom/core"
)

// slackbot is an account that every workspace has. users.info does not say that
// it is a bot.
const slackbot = "USLACKBOT"

// LookGroup implements core.Looker.
func (a *Adapter) LookGroup(ctx context.Context, g core.GroupRef) (core.GroupState, error) {
	if err := a.own("look at group", g.Workspace); err != nil {
		return core.GroupState{}, err
	}
	ch, err := spend(ctx, a, "conversations.info", func(ctx context.Context) (slack.Channel, error) {
		return a.conversationsInfo(ctx, g.ID)
	})
	if err != nil {
		return core.GroupState{}, err
	}
	if ch.IsArchived {
		return core.GroupState{Ended: core.Archived}, nil
	}
	var s core.GroupState
	pinned, err := spend(ctx, a, "pins.list", func(ctx context.Context) ([]string, error) {
		return a.pinsList(ctx, g.ID)
	})
	if err != nil {
		return core.GroupState{}, err
	}
	for _, ts := range pinned {
		s.Pinned = append(s.Pinned, a.messageRef(g.ID, ts))
	}
	bookmarks, err := spend(ctx, a, "bookmarks.list", func(ctx context.Context) ([]slack.Bookmark, error) {
		return a.bookmarksList(ctx, g.ID)
	})
	if err != nil {
		return core.GroupState{}, err
	}
	s.Badged = slices.ContainsFunc(bookmarks, func(b slack.Bookmark) bool { return leadsTo(b.Link, core.MessageRef{Channel: g.ID}) })
	return s, nil
}

// Members implements core.Looker.
func (a *Adapter) Members(_ context.Context, g core.GroupRef, _ int) ([]core.Account, error) {
	return nil, &core.Error{Op: "slack: members of " + g.ID, Kind: core.Unsupported}
}
