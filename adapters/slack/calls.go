package slack

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/slack-go/slack"

	"riskroom/adapters/effect"
	"riskroom/adapters/rest"
	"riskroom/core"
)

// Each function here is one method of the Web API that changes something. Its
// page is under https://docs.slack.dev/reference/methods/.

func (a *Adapter) conversationsOpen(ctx context.Context, in core.Intent, user string) (string, error) {
	return effect.Write(ctx, a.writer, in, "conversations.open", func(ctx context.Context) (string, error) {
		ch, _, _, err := a.web.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}})
		if err == nil && (ch == nil || ch.ID == "") {
			err = rest.ErrIncomplete
		}
		if err != nil {
			return "", err
		}
		return ch.ID, nil
	})
}

func (a *Adapter) conversationsCreate(ctx context.Context, in core.Intent, name string, public bool) (slack.Channel, error) {
	return effect.Write(ctx, a.writer, in, "conversations.create", func(ctx context.Context) (slack.Channel, error) {
		ch, err := a.web.CreateConversationContext(ctx, slack.CreateConversationParams{ChannelName: name, IsPrivate: !public})
		if err == nil && ch.ID == "" {
			err = rest.ErrIncomplete
		}
		if err != nil {
			return slack.Channel{}, err
		}
		return *ch, nil
	})
}

func (a *Adapter) conversationsRename(ctx context.Context, in core.Intent, channel, name string) error {
	return effect.Do(ctx, a.writer, in, "conversations.rename", func(ctx context.Context) error {
		_, err := a.web.RenameConversationContext(ctx, channel, name)
		return err
	})
}

func (a *Adapter) conversationsArchive(ctx context.Context, in core.Intent, channel string) error {
	return effect.Do(ctx, a.writer, in, "conversations.archive", func(ctx context.Context) error {
		return effect.Unless(a.web.ArchiveConversationContext(ctx, channel), "already_archived")
	})
}

// adminConversationsSetConversationPrefs sets who may post. It is the only call with the
// administrator's token, and its failures say nothing about the bot's.
func (a *Adapter) adminConversationsSetConversationPrefs(ctx context.Context, in core.Intent, channel string, who posters) error {
	return effect.Do(ctx, a.writer, in, "admin.conversations.setConversationPrefs", func(ctx context.Context) error {
		prefs, err := json.Marshal(who)
		if err != nil {
			return err
		}
		return a.client.Administer(ctx, "admin.conversations.setConversationPrefs", url.Values{
			"channel_id": {channel}, "prefs": {string(prefs)},
		})
	})
}

func (a *Adapter) conversationsSetTopic(ctx context.Context, in core.Intent, channel, topic string) error {
	return effect.Do(ctx, a.writer, in, "conversations.setTopic", func(ctx context.Context) error {
		_, err := a.web.SetTopicOfConversationContext(ctx, channel, topic)
		return err
	})
}

func (a *Adapter) conversationsSetPurpose(ctx context.Context, in core.Intent, channel, purpose string) error {
	return effect.Do(ctx, a.writer, in, "conversations.setPurpose", func(ctx context.Context) error {
		_, err := a.web.SetPurposeOfConversationContext(ctx, channel, purpose)
		return err
	})
}

// conversationsInvite invites one person. If several were invited at once, one
// who cannot be invited would keep out the others.
func (a *Adapter) conversationsInvite(ctx context.Context, in core.Intent, channel, user string) error {
	return effect.Do(ctx, a.writer, in, "conversations.invite", func(ctx context.Context) error {
		_, err := a.web.InviteUsersToConversationContext(ctx, channel, user)
		return effect.Unless(err, "already_in_channel", "cant_invite_self")
	})
}

// conversationsKick removes one person. Its not_in_channel refers to that
// person, not to the bot.
func (a *Adapter) conversationsKick(ctx context.Context, in core.Intent, channel, user string) error {
	return effect.Do(ctx, a.writer, in, "conversations.kick", func(ctx context.Context) error {
		return effect.Unless(a.web.KickUserFromConversationContext(ctx, channel, user), "not_in_channel")
	})
}

// chatPostMessage returns a PostedValue. If the message that m replies to is gone,
// Slack posts m in the channel without an error
// (https://github.com/slack-go/slack/issues/1571).
func (a *Adapter) chatPostMessage(ctx context.Context, in core.Intent, channel string, m core.Message) (string, error) {
	return effect.Write(ctx, a.writer, in, "chat.postMessage", func(ctx context.Context) (string, error) {
		options := append(a.content(m, in.Op), marker(in.Op), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
		if !m.ReplyTo.IsZero() {
			options = append(options, slack.MsgOptionTS(m.ReplyTo.Root()))
		}
		_, ts, sent, err := a.web.PostMessageWithResponseContext(ctx, channel, options...)
		if err == nil && ts == "" {
			err = rest.ErrIncomplete
		}
		return effect.PostedValue(ts, sent.ThreadTimestamp), err
	})
}

// chatUpdate sends no metadata, which leaves it unchanged: the message keeps
// the op that it was posted with.
func (a *Adapter) chatUpdate(ctx context.Context, in core.Intent, channel, ts string, m core.Message) error {
	return effect.Do(ctx, a.writer, in, "chat.update", func(ctx context.Context) error {
		_, got, _, err := a.web.UpdateMessageContext(ctx, channel, ts, a.content(m, in.Op)...)
		if err == nil && got == "" {
			err = rest.ErrIncomplete
		}
		return err
	})
}

// upload uploads a file that nobody sees yet, and returns its ID.
func (a *Adapter) upload(ctx context.Context, in core.Intent, name string, content []byte) (string, error) {
	return effect.Write(ctx, a.writer, in, "files.getUploadURLExternal", func(ctx context.Context) (string, error) {
		r, err := a.web.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: name, FileSize: len(content)})
		if err == nil && (r.FileID == "" || r.UploadURL == "") {
			err = rest.ErrIncomplete
		}
		if err != nil {
			return "", err
		}
		return r.FileID, a.client.Upload(ctx, r.UploadURL, content)
	})
}

// filesCompleteUpload posts an uploaded file in a channel.
func (a *Adapter) filesCompleteUpload(ctx context.Context, in core.Intent, channel, id string, u core.Upload) error {
	return effect.Do(ctx, a.writer, in, "files.completeUploadExternal", func(ctx context.Context) error {
		r, err := a.web.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
			Files: []slack.FileSummary{{ID: id, Title: u.File.Name}}, Channel: channel, InitialComment: a.render.Fallback(u.Message),
		})
		if err == nil && len(r.Files) == 0 {
			err = rest.ErrIncomplete
		}
		if in.Attempt > 1 {
			err = effect.Unless(err, "file_not_found") // an earlier attempt has completed it
		}
		return direct(channel, err)
	})
}

func (a *Adapter) pinsAdd(ctx context.Context, in core.Intent, channel, ts string) error {
	return effect.Do(ctx, a.writer, in, "pins.add", func(ctx context.Context) error {
		err := a.web.AddPinContext(ctx, channel, slack.NewRefToMessage(channel, ts))
		return effect.Unless(err, "already_pinned")
	})
}

func (a *Adapter) pinsRemove(ctx context.Context, in core.Intent, channel, ts string) error {
	return effect.Do(ctx, a.writer, in, "pins.remove", func(ctx context.Context) error {
		err := a.web.RemovePinContext(ctx, channel, slack.NewRefToMessage(channel, ts))
		return effect.Unless(err, "no_pin", "not_pinned", "message_not_found")
	})
}

func (a *Adapter) bookmarksAdd(ctx context.Context, in core.Intent, channel, title, link string) error {
	return effect.Do(ctx, a.writer, in, "bookmarks.add", func(ctx context.Context) error {
		b, err := a.web.AddBookmarkContext(ctx, channel, slack.AddBookmarkParameters{Title: title, Type: "link", Link: link})
		if err == nil && b.ID == "" {
			err = rest.ErrIncomplete
		}
		return err
	})
}

func (a *Adapter) bookmarksEdit(ctx context.Context, in core.Intent, channel, id, title, link string) error {
	return effect.Do(ctx, a.writer, in, "bookmarks.edit", func(ctx context.Context) error {
		_, err := a.web.EditBookmarkContext(ctx, channel, id, slack.EditBookmarkParameters{Title: &title, Link: link})
		return err
	})
}
