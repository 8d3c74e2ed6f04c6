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
func pinsAdd(w *Workspace, c *call) (object, error) {
	ch, m, err := w.pinnable(c)
	switch {
	case err != nil:
		return nil, err
	case ch.pinned(m.ts):
		return nil, refuse("already_pinned")
	case len(ch.pins) >= maxPins:
		return nil, refuse("too_many_pins")
	case m.subtype != "":
		return nil, refuse("not_pinnable")
	}
	ch.pins = append(ch.pins, pin{ts: m.ts, by: w.opts.BotUserID, at: w.opts.Now()})
	c.changed = true
	w.publish(stage.PostPinned, w.opts.BotUserID, ch, m, "")
	return nil, nil
}

// pinsRemove: https://docs.slack.dev/reference/methods/pins.remove
func pinsRemove(w *Workspace, c *call) (object, error) {
	ch, m, err := w.pinnable(c)
	switch {
	case err != nil:
		return nil, err
	case !ch.pinned(m.ts):
		return nil, refuse("no_pin")
	}
	c.changed = true
	w.unpin(ch, m, w.opts.BotUserID)
	return nil, nil
}

func (w *Workspace) unpin(ch *channel, m *message, by string) {
	ch.pins = slices.DeleteFunc(ch.pins, func(p pin) bool { return p.ts == m.ts })
	w.publish(stage.PostUnpinned, by, ch, m, "")
}

func (c *channel) pinned(ts string) bool {
	return slices.ContainsFunc(c.pins, func(p pin) bool { return p.ts == ts })
}

func (w *Workspace) pinnable(c *call) (*channel, *message, error) {
	if err := w.need("pins:write"); err != nil {
		return nil, nil, err
	}
	ch, err := w.joined(c.str("channel"))
	if err != nil {
		return nil, nil, err
	}
	if c.str("timestamp") == "" {
		return nil, nil, refuse("no_item_specified")
	}
	m := ch.message(c.str("timestamp"))
	if m == nil {
		return nil, nil, refuse("message_not_found")
	}
	return ch, m, nil
}

// pinsList: https://docs.slack.dev/reference/methods/pins.list
func pinsList(w *Workspace, c *call) (object, error) {
	if err := w.need("pins:read"); err != nil {
		return nil, err
	}
	ch, err := w.visible(c.str("channel"))
	if err != nil {
		return nil, err
	}
	items := []object{}
	for _, p := range slices.Backward(ch.pins) {
		if m := ch.message(p.ts); m != nil {
			items = append(items, object{
				"type": "message", "channel": ch.ID, "created": p.at.Unix(), "created_by": p.by, "message": w.shown(m, false),
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
func (w *Workspace) bookmarkable(c *call) (*channel, error) {
	if err := w.need("bookmarks:write"); err != nil {
		return nil, err
	}
	ch, err := w.visible(c.str("channel_id"))
	if err == nil && (ch.isDirect() || ch.Archived || !ch.members[w.opts.BotUserID]) {
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
func bookmarksAdd(w *Workspace, c *call) (object, error) {
	ch, err := w.bookmarkable(c)
	switch {
	case err != nil:
		return nil, err
	case c.str("type") != "link":
		return nil, refuse("invalid_bookmark_type")
	case c.str("title") == "":
		return nil, refuse("invalid_arguments")
	case !goodLink(c.str("link")):
		return nil, refuse("invalid_link")
	case len(ch.bookmarks) >= maxBookmarks:
		return nil, refuse("too_many_bookmarks")
	}
	b := bookmark{
		ID: w.newID("Bk"), Title: c.str("title"), Link: c.str("link"), Emoji: c.str("emoji"),
		created: w.opts.Now(), by: w.opts.BotUserID,
	}
	ch.bookmarks = append(ch.bookmarks, b)
	c.changed = true
	w.publish(stage.BadgeChanged, w.opts.BotUserID, ch, nil, b.Title)
	return object{"bookmark": b.object(ch.ID)}, nil
}

// bookmarksEdit: https://docs.slack.dev/reference/methods/bookmarks.edit
func bookmarksEdit(w *Workspace, c *call) (object, error) {
	ch, i, err := w.bookmarkOf(c)
	if err != nil {
		return nil, err
	}
	b := ch.bookmarks[i]
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
	b.updated, b.by = w.opts.Now(), w.opts.BotUserID
	ch.bookmarks[i] = b
	c.changed = true
	w.publish(stage.BadgeChanged, w.opts.BotUserID, ch, nil, b.Title)
	return object{"bookmark": b.object(ch.ID)}, nil
}

func (w *Workspace) bookmarkOf(c *call) (*channel, int, error) {
	ch, err := w.bookmarkable(c)
	if err != nil {
		return nil, 0, err
	}
	i := slices.IndexFunc(ch.bookmarks, func(b bookmark) bool { return b.ID == c.str("bookmark_id") })
	if i < 0 {
		return nil, 0, refuse("not_found")
	}
	return ch, i, nil
}

// bookmarksRemove: https://docs.slack.dev/reference/methods/bookmarks.remove
func bookmarksRemove(w *Workspace, c *call) (object, error) {
	ch, i, err := w.bookmarkOf(c)
	if err != nil {
		return nil, err
	}
	title := ch.bookmarks[i].Title
	ch.bookmarks = slices.Delete(ch.bookmarks, i, i+1)
	c.changed = true
	w.publish(stage.BadgeChanged, w.opts.BotUserID, ch, nil, title)
	return nil, nil
}

// bookmarksList: https://docs.slack.dev/reference/methods/bookmarks.list
func bookmarksList(w *Workspace, c *call) (object, error) {
	if err := w.need("bookmarks:read"); err != nil {
		return nil, err
	}
	ch, err := w.visible(c.str("channel_id"))
	if err != nil {
		return nil, err
	}
	list := []object{}
	for _, b := range ch.bookmarks {
		list = append(list, b.object(ch.ID))
	}
	return object{"bookmarks": list}, nil
}
