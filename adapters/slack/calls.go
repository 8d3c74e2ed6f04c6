package slack

import (
	"context"

	"github.com/slack-go/slack"

	"riskroom/core"
)

// Each function here is one method of the Web API that changes something; its
// page is below https://docs.slack.dev/reference/methods/.

func (a *Adapter) conversationsOpen(ctx context.Context, in core.Intent, user string) (string, error) {
	return write(ctx, a, in, "conversations.open", func(ctx context.Context) (string, error) {
		ch, _, _, err := a.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}})
		if err == nil && (ch == nil || ch.ID == "") {
			err = errHollow
		}
		if err != nil {
			return "", err
		}
		return ch.ID, nil
	})
}

func (a *Adapter) conversationsCreate(ctx context.Context, in core.Intent, name string, public bool) (slack.Channel, error) {
	return write(ctx, a, in, "conversations.create", func(ctx context.Context) (slack.Channel, error) {
		ch, err := a.api.CreateConversationContext(ctx, slack.CreateConversationParams{ChannelName: name, IsPrivate: !public})
		if err == nil && ch.ID == "" {
			err = errHollow
		}
		if err != nil {
			return slack.Channel{}, err
		}
		return *ch, nil
	})
}

func (a *Adapter) conversationsRename(ctx context.Context, in core.Intent, channel, name string) error {
	return done(write(ctx, a, in, "conversations.rename", func(ctx context.Context) (*slack.Channel, error) {
		return a.api.RenameConversationContext(ctx, channel, name)
	}))
}

func (a *Adapter) conversationsSetTopic(ctx context.Context, in core.Intent, channel, topic string) error {
	return done(write(ctx, a, in, "conversations.setTopic", func(ctx context.Context) (*slack.Channel, error) {
		return a.api.SetTopicOfConversationContext(ctx, channel, topic)
	}))
}

func (a *Adapter) conversationsSetPurpose(ctx context.Context, in core.Intent, channel, purpose string) error {
	return done(write(ctx, a, in, "conversations.setPurpose", func(ctx context.Context) (*slack.Channel, error) {
		return a.api.SetPurposeOfConversationContext(ctx, channel, purpose)
	}))
}

// conversationsInvite invites one person: with several, one who cannot be
// invited would keep out all the others.
func (a *Adapter) conversationsInvite(ctx context.Context, in core.Intent, channel, user string) error {
	return done(write(ctx, a, in, "conversations.invite", func(ctx context.Context) (*slack.Channel, error) {
		ch, err := a.api.InviteUsersToConversationContext(ctx, channel, user)
		return ch, unless(err, "already_in_channel", "cant_invite_self")
	}))
}

// conversationsKick removes one person. Its not_in_channel speaks of them, not
// of the bot.
func (a *Adapter) conversationsKick(ctx context.Context, in core.Intent, channel, user string) error {
	return done(write(ctx, a, in, "conversations.kick", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, unless(a.api.KickUserFromConversationContext(ctx, channel, user), "not_in_channel")
	}))
}

func (a *Adapter) chatPostMessage(ctx context.Context, in core.Intent, channel string, m core.Message) (string, error) {
	return write(ctx, a, in, "chat.postMessage", func(ctx context.Context) (string, error) {
		_, ts, err := a.api.PostMessageContext(ctx, channel, append(a.content(m, in.Op), marker(in.Op))...)
		if err == nil && ts == "" {
			err = errHollow
		}
		return ts, err
	})
}

// chatUpdate leaves the metadata out, and so as it is: the message goes on
// carrying the op that it was posted with.
func (a *Adapter) chatUpdate(ctx context.Context, in core.Intent, channel, ts string, m core.Message) error {
	return done(write(ctx, a, in, "chat.update", func(ctx context.Context) (string, error) {
		_, got, _, err := a.api.UpdateMessageContext(ctx, channel, ts, a.content(m, in.Op)...)
		if err == nil && got == "" {
			err = errHollow
		}
		return got, err
	}))
}

func (a *Adapter) pinsAdd(ctx context.Context, in core.Intent, channel, ts string) error {
	return done(write(ctx, a, in, "pins.add", func(ctx context.Context) (struct{}, error) {
		err := a.api.AddPinContext(ctx, channel, slack.NewRefToMessage(channel, ts))
		return struct{}{}, unless(err, "already_pinned")
	}))
}

func (a *Adapter) bookmarksAdd(ctx context.Context, in core.Intent, channel, title, link string) error {
	return done(write(ctx, a, in, "bookmarks.add", func(ctx context.Context) (string, error) {
		b, err := a.api.AddBookmarkContext(ctx, channel, slack.AddBookmarkParameters{Title: title, Type: "link", Link: link})
		if err == nil && b.ID == "" {
			err = errHollow
		}
		return b.ID, err
	}))
}

func (a *Adapter) bookmarksEdit(ctx context.Context, in core.Intent, channel, id, title, link string) error {
	return done(write(ctx, a, in, "bookmarks.edit", func(ctx context.Context) (slack.Bookmark, error) {
		return a.api.EditBookmarkContext(ctx, channel, id, slack.EditBookmarkParameters{Title: &title, Link: link})
	}))
}

// done drops the answer of a call that returns nothing worth keeping.
func done[T any](_ T, err error) error { return err }
