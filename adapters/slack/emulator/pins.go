package emulator

import (
	"net/url"
	"slices"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// Slack's numbers for what hangs on a channel. Both pages name an error for
// too many and no number; 100 is what people report.
const (
	maxPins      = 100
	maxBookmarks = 100
)

// pinsAdd: https://docs.slack.dev/reference/methods/pins.add
func pinsAdd(a *api, c *call) (object, error) {
	m, err := a.pinnable(c)
	switch {
	case err != nil:
		return nil, err
	case m.Pinned():
		return nil, refuse("already_pinned")
	case len(m.Channel.Pins()) >= maxPins:
		return nil, refuse("too_many_pins")
	case m.Notice:
		return nil, refuse("not_pinnable")
	}
	c.changed = true
	a.Pin(m, a.opts.BotUserID)
	return nil, nil
}

// pinsRemove: https://docs.slack.dev/reference/methods/pins.remove
func pinsRemove(a *api, c *call) (object, error) {
	m, err := a.pinnable(c)
	switch {
	case err != nil:
		return nil, err
	case !m.Pinned():
		return nil, refuse("no_pin")
	}
	c.changed = true
	a.Unpin(m, a.opts.BotUserID)
	return nil, nil
}

func (a *api) pinnable(c *call) (*message, error) {
	if err := a.need("pins:write"); err != nil {
		return nil, err
	}
	ch, err := a.joined(c.str("channel"))
	if err != nil {
		return nil, err
	}
	if c.str("timestamp") == "" {
		return nil, refuse("no_item_specified")
	}
	m := ch.Message(c.str("timestamp"))
	if m == nil {
		return nil, refuse("message_not_found")
	}
	return m, nil
}

// pinsList: https://docs.slack.dev/reference/methods/pins.list
func pinsList(a *api, c *call) (object, error) {
	if err := a.need("pins:read"); err != nil {
		return nil, err
	}
	ch, err := a.visible(c.str("channel"))
	if err != nil {
		return nil, err
	}
	items := []object{}
	for _, p := range slices.Backward(ch.Pins()) {
		if m := ch.Message(p.Message); m != nil {
			items = append(items, object{
				"type": "message", "channel": ch.ID, "created": p.At.Unix(), "created_by": p.By, "message": a.shown(m, false),
			})
		}
	}
	return object{"items": items}, nil
}

func (b bookmark) object(channelID string) object {
	out := object{
		"id": b.ID, "channel_id": channelID, "title": b.Title, "link": b.Link, "emoji": b.Emoji, "type": "link",
		"date_created": b.created.Unix(), "date_updated": 0, "rank": "i", "last_updated_by_user_id": b.by,
		"last_updated_by_team_id": "", "icon_url": "", "app_id": "",
	}
	if !b.updated.IsZero() {
		out["date_updated"] = b.updated.Unix()
	}
	return out
}

// bookmarkable finds the channel of a call that changes bookmarks. The pages
// list neither not_in_channel nor is_archived: both are permission_denied.
func (a *api) bookmarkable(c *call) (*channel, error) {
	if err := a.need("bookmarks:write"); err != nil {
		return nil, err
	}
	ch, err := a.visible(c.str("channel_id"))
	if err == nil && (ch.IsDirect() || ch.Extra.archived || !ch.Has(a.opts.BotUserID)) {
		err = refuse("permission_denied")
	}
	return ch, err
}

func goodLink(link string) bool {
	u, err := url.Parse(link)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") && utf8.RuneCountInString(link) <= maxURL
}

// bookmarksAdd: https://docs.slack.dev/reference/methods/bookmarks.add
// The same link twice makes two bookmarks.
func bookmarksAdd(a *api, c *call) (object, error) {
	ch, err := a.bookmarkable(c)
	switch {
	case err != nil:
		return nil, err
	case c.str("type") != "link":
		return nil, refuse("invalid_bookmark_type")
	case c.str("title") == "":
		return nil, refuse("invalid_arguments")
	case !goodLink(c.str("link")):
		return nil, refuse("invalid_link")
	case len(ch.Extra.bookmarks) >= maxBookmarks:
		return nil, refuse("too_many_bookmarks")
	}
	b := bookmark{
		Bookmark: Bookmark{ID: a.newID("Bk"), Title: c.str("title"), Link: c.str("link"), Emoji: c.str("emoji")},
		created:  a.opts.Now(), by: a.opts.BotUserID,
	}
	ch.Extra.bookmarks = append(ch.Extra.bookmarks, b)
	c.changed = true
	a.Publish(stage.BadgeChanged, a.opts.BotUserID, ch, nil, b.Title)
	return object{"bookmark": b.object(ch.ID)}, nil
}

// bookmarksEdit: https://docs.slack.dev/reference/methods/bookmarks.edit
func bookmarksEdit(a *api, c *call) (object, error) {
	ch, i, err := a.bookmarkOf(c)
	if err != nil {
		return nil, err
	}
	b := ch.Extra.bookmarks[i]
	if c.has("link") {
		if !goodLink(c.str("link")) {
			return nil, refuse("invalid_link")
		}
		b.Link = c.str("link")
	}
	if c.str("title") != "" {
		b.Title = c.str("title")
	}
	if c.has("emoji") {
		b.Emoji = c.str("emoji")
	}
	b.updated, b.by = a.opts.Now(), a.opts.BotUserID
	ch.Extra.bookmarks[i] = b
	c.changed = true
	a.Publish(stage.BadgeChanged, a.opts.BotUserID, ch, nil, b.Title)
	return object{"bookmark": b.object(ch.ID)}, nil
}

func (a *api) bookmarkOf(c *call) (*channel, int, error) {
	ch, err := a.bookmarkable(c)
	if err != nil {
		return nil, 0, err
	}
	i := slices.IndexFunc(ch.Extra.bookmarks, func(b bookmark) bool { return b.ID == c.str("bookmark_id") })
	if i < 0 {
		return nil, 0, refuse("not_found")
	}
	return ch, i, nil
}

// bookmarksRemove: https://docs.slack.dev/reference/methods/bookmarks.remove
func bookmarksRemove(a *api, c *call) (object, error) {
	ch, i, err := a.bookmarkOf(c)
	if err != nil {
		return nil, err
	}
	c.changed = true
	a.removeBookmark(ch, i, a.opts.BotUserID)
	return nil, nil
}

// removeBookmark removes the bookmark at place i.
func (t *team) removeBookmark(ch *channel, i int, by string) {
	title := ch.Extra.bookmarks[i].Title
	ch.Extra.bookmarks = slices.Delete(ch.Extra.bookmarks, i, i+1)
	t.Publish(stage.BadgeChanged, by, ch, nil, title)
}

// bookmarksList: https://docs.slack.dev/reference/methods/bookmarks.list
func bookmarksList(a *api, c *call) (object, error) {
	if err := a.need("bookmarks:read"); err != nil {
		return nil, err
	}
	ch, err := a.visible(c.str("channel_id"))
	if err != nil {
		return nil, err
	}
	list := []object{}
	for _, b := range ch.Extra.bookmarks {
		list = append(list, b.object(ch.ID))
	}
	return object{"bookmarks": list}, nil
}
