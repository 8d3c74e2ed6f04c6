package slack

import (
	"context"
	"html"
	"slices"

	"github.com/slack-go/slack"

	"riskroom/core"
)

const (
	membersPage  = 200
	membersPages = 50
)

// slackbot is the account that every workspace has; users.info does not say
// that it is a bot.
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
	s := core.GroupState{
		Ref: g, Name: ch.Name, Topic: html.UnescapeString(ch.Topic.Value), Archived: ch.IsArchived,
		Created: ch.Created.Time(),
	}
	if s.Members, err = a.people(ctx, g.ID); err != nil {
		return core.GroupState{}, err
	}
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

// people returns the members of a channel who are not bots.
func (a *Adapter) people(ctx context.Context, channel string) ([]core.Account, error) {
	var ids []string
	page := func(ctx context.Context, cursor string) (paged[string], error) {
		return a.conversationsMembers(ctx, channel, cursor)
	}
	whole, err := pages(ctx, a, "conversations.members", false, membersPages, page, func(id string) bool {
		ids = append(ids, id)
		return true
	})
	if err != nil {
		return nil, err
	}
	if !whole {
		return nil, &core.Error{Op: "slack: conversations.members", Kind: core.Unsupported, Detail: "too_many_members"}
	}
	var out []core.Account
	for _, id := range ids {
		bot, err := a.isBot(ctx, id)
		if err != nil {
			return nil, err
		}
		if !bot {
			out = append(out, core.Account{Workspace: a.workspace, ID: id})
		}
	}
	return out, nil
}

// isBot asks once about each account and remembers the answer.
func (a *Adapter) isBot(ctx context.Context, id string) (bool, error) {
	if id == slackbot {
		return true, nil
	}
	a.mu.Lock()
	bot, known := a.bots[id]
	a.mu.Unlock()
	if known {
		return bot, nil
	}
	u, err := spend(ctx, a, "users.info", func(ctx context.Context) (slack.User, error) {
		return a.usersInfo(ctx, id)
	})
	if core.KindOf(err) == core.NotFound || core.KindOf(err) == core.Unreachable {
		return false, nil // a member whom the bot may not know more of is a person
	}
	if err != nil {
		return false, err
	}
	a.remember(u)
	return u.IsBot, nil
}

func (a *Adapter) remember(u slack.User) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.bots[u.ID] = u.IsBot
}
