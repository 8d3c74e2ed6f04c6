package slack

import (
	"context"
	"maps"
	"net/url"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"riskroom/adapters/rest"
	"riskroom/adapters/slack/api"
	"riskroom/core"
)

// Each function here is one method of the Web API that only reads. Its page is
// under https://docs.slack.dev/reference/methods/.

func (a *Adapter) authTest(ctx context.Context) (*slack.AuthTestResponse, error) {
	return rest.Read(ctx, api.Platform, "auth.test", func(ctx context.Context) (*slack.AuthTestResponse, error) {
		r, err := a.web.AuthTestContext(ctx)
		if err == nil && (r.UserID == "" || r.TeamID == "") {
			err = rest.ErrIncomplete
		}
		return r, err
	})
}

func (a *Adapter) conversationsInfo(ctx context.Context, channel string) (slack.Channel, error) {
	return rest.Read(ctx, api.Platform, "conversations.info", func(ctx context.Context) (slack.Channel, error) {
		ch, err := a.web.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel})
		if err == nil && ch.ID == "" {
			err = rest.ErrIncomplete
		}
		if err != nil {
			return slack.Channel{}, err
		}
		return *ch, nil
	})
}

// usersConversations lists the channels of every kind that the bot is in,
// including archived ones.
func (a *Adapter) usersConversations(ctx context.Context, cursor string) (rest.Page[slack.Channel], error) {
	return rest.Read(ctx, api.Platform, "users.conversations", func(ctx context.Context) (rest.Page[slack.Channel], error) {
		list, next, err := a.web.GetConversationsForUserContext(ctx, &slack.GetConversationsForUserParameters{
			Types: []string{"public_channel", "private_channel"}, Cursor: cursor, Limit: channelsPage,
		})
		return rest.Page[slack.Channel]{Items: list, Next: next}, err
	})
}

// conversationsMembers lists the first people and bots in a channel.
func (a *Adapter) conversationsMembers(ctx context.Context, channel string, limit int) (rest.Page[string], error) {
	return rest.Read(ctx, api.Platform, "conversations.members", func(ctx context.Context) (rest.Page[string], error) {
		list, next, err := a.web.GetUsersInConversationContext(ctx, &slack.GetUsersInConversationParameters{ChannelID: channel, Limit: limit})
		return rest.Page[string]{Items: list, Next: next}, err
	})
}

// posted is the part of a message in the history that a probe needs.
type posted struct {
	TS      string `json:"ts"`
	Subtype string `json:"subtype"` // of Slack's own notices
	User    string `json:"user"`
	BotID   string `json:"bot_id"`

	Thread      string   `json:"thread_ts"`    // the timestamp of its thread's first message
	LatestReply string   `json:"latest_reply"` // in the thread that it begins
	Repliers    []string `json:"reply_users"`  // some of those in that thread

	Metadata struct {
		Payload map[string]any `json:"event_payload"`
	} `json:"metadata"`
	Blocks []struct {
		ID string `json:"block_id"`
	} `json:"blocks"`
}

func (a *Adapter) conversationsHistory(ctx context.Context, channel string, since time.Time, cursor string) (rest.Page[posted], error) {
	return a.messages(ctx, "conversations.history", url.Values{"channel": {channel}}, since, cursor)
}

// conversationsReplies lists the messages of a thread, and the one with which it begins.
func (a *Adapter) conversationsReplies(ctx context.Context, channel, thread string, since time.Time, cursor string) (rest.Page[posted], error) {
	return a.messages(ctx, "conversations.replies", url.Values{"channel": {channel}, "ts": {thread}}, since, cursor)
}

// messages decodes only what is needed, so that a block of an unknown kind cannot make a
// probe fail.
func (a *Adapter) messages(ctx context.Context, method string, args url.Values, since time.Time, cursor string) (rest.Page[posted], error) {
	maps.Copy(args, url.Values{
		"include_all_metadata": {"true"}, "inclusive": {"true"},
		"limit": {strconv.Itoa(historyPage)}, "cursor": {cursor},
		"oldest": {strconv.FormatInt(since.Unix(), 10) + ".000000"},
	})
	return rest.Read(ctx, api.Platform, method, func(ctx context.Context) (rest.Page[posted], error) {
		var out struct {
			Messages []posted `json:"messages"`
			Meta     struct {
				Next string `json:"next_cursor"`
			} `json:"response_metadata"`
		}
		err := a.client.Form(ctx, method, args, &out)
		return rest.Page[posted]{Items: out.Messages, Next: out.Meta.Next}, err
	})
}

// fileInfo is the part of a file that the adapter reads.
type fileInfo struct {
	ID     string `json:"id"`
	Size   int64  `json:"size"`
	Mode   string `json:"mode"` // "tombstone" once it is deleted
	URL    string `json:"url_private"`
	Shares struct {
		Public  map[string]any `json:"public"` // by channel
		Private map[string]any `json:"private"`
	} `json:"shares"`
}

// sharedIn reports whether the file was posted in a channel.
func (f fileInfo) sharedIn(channel string) bool {
	return f.Shares.Public[channel] != nil || f.Shares.Private[channel] != nil
}

func (a *Adapter) filesInfo(ctx context.Context, id string) (fileInfo, error) {
	return rest.Read(ctx, api.Platform, "files.info", func(ctx context.Context) (fileInfo, error) {
		var out struct {
			File fileInfo `json:"file"`
		}
		err := a.client.Form(ctx, "files.info", url.Values{"file": {id}}, &out)
		switch {
		case err == nil && out.File.ID != id:
			err = rest.ErrIncomplete
		case err == nil && out.File.Mode == "tombstone":
			err = &core.Error{Op: "slack: files.info", Kind: core.NotFound, Detail: "file_deleted"}
		}
		return out.File, err
	})
}

func (a *Adapter) chatGetPermalink(ctx context.Context, channel, ts string) (string, error) {
	return rest.Read(ctx, api.Platform, "chat.getPermalink", func(ctx context.Context) (string, error) {
		link, err := a.web.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: channel, Ts: ts})
		if err == nil && link == "" {
			err = rest.ErrIncomplete
		}
		return link, err
	})
}

// pinsList returns the timestamps of the messages pinned in a channel. Like
// conversationsHistory, it decodes only what is needed.
func (a *Adapter) pinsList(ctx context.Context, channel string) ([]string, error) {
	return rest.Read(ctx, api.Platform, "pins.list", func(ctx context.Context) ([]string, error) {
		var out struct {
			Items []struct {
				Type    string `json:"type"`
				Message struct {
					TS string `json:"ts"`
				} `json:"message"`
			} `json:"items"`
		}
		err := a.client.Form(ctx, "pins.list", url.Values{"channel": {channel}}, &out)
		var stamps []string
		for _, item := range out.Items {
			if item.Type == "message" {
				stamps = append(stamps, item.Message.TS)
			}
		}
		return stamps, err
	})
}

func (a *Adapter) bookmarksList(ctx context.Context, channel string) ([]slack.Bookmark, error) {
	return rest.Read(ctx, api.Platform, "bookmarks.list", func(ctx context.Context) ([]slack.Bookmark, error) {
		return a.web.ListBookmarksContext(ctx, channel)
	})
}

func (a *Adapter) usersInfo(ctx context.Context, id string) (slack.User, error) {
	return rest.Read(ctx, api.Platform, "users.info", func(ctx context.Context) (slack.User, error) {
		return oneUser(a.web.GetUserInfoContext(ctx, id))
	})
}

func (a *Adapter) usersLookupByEmail(ctx context.Context, email string) (slack.User, error) {
	return rest.Read(ctx, api.Platform, "users.lookupByEmail", func(ctx context.Context) (slack.User, error) {
		return oneUser(a.web.GetUserByEmailContext(ctx, email))
	})
}

func oneUser(u *slack.User, err error) (slack.User, error) {
	if err == nil && u.ID == "" {
		err = rest.ErrIncomplete
	}
	if err != nil {
		return slack.User{}, err
	}
	return *u, nil
}

func (a *Adapter) usergroupsList(ctx context.Context) ([]slack.UserGroup, error) {
	return rest.Read(ctx, api.Platform, "usergroups.list", func(ctx context.Context) ([]slack.UserGroup, error) {
		return a.web.GetUserGroupsContext(ctx)
	})
}

func (a *Adapter) usergroupsUsersList(ctx context.Context, id string) ([]string, error) {
	return rest.Read(ctx, api.Platform, "usergroups.users.list", func(ctx context.Context) ([]string, error) {
		return a.web.GetUserGroupMembersContext(ctx, id)
	})
}
