package slack

import (
	"context"
	"slices"

	"github.com/slack-go/slack"

	"riskroom/adapters/rest"
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
	s := core.GroupState{Name: ch.Name}
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

// Members implements core.Looker. Slack lists bots among the members, so it looks up
// each of them; a channel has few.
func (a *Adapter) Members(ctx context.Context, g core.GroupRef, limit int) ([]core.Account, error) {
	if err := a.own("members of a channel", g.Workspace); err != nil {
		return nil, err
	}
	tooMany := &core.Error{Op: "slack: conversations.members", Kind: core.Conflict, Detail: "too_many"}
	list, err := spend(ctx, a, "conversations.members", func(ctx context.Context) (rest.Page[string], error) {
		return a.conversationsMembers(ctx, g.ID, limit+maxBots)
	})
	switch {
	case err != nil:
		return nil, err
	case list.Next != "":
		return nil, tooMany
	}
	var out []core.Account
	for _, id := range list.Items {
		u, err := spend(ctx, a, "users.info", func(ctx context.Context) (slack.User, error) { return a.usersInfo(ctx, id) })
		switch {
		case err != nil:
			return nil, err
		case u.IsBot || u.Deleted || id == slackbot:
		case len(out) == limit:
			return nil, tooMany
		default:
			out = append(out, core.Account{Workspace: a.workspace, ID: id})
		}
	}
	return out, nil
}

// maxBots is how many bots a channel may have among the members that are looked up.
const maxBots = 10
