package emulator

import (
	"net/url"
	"slices"
	"time"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// Limits of a channel. Both pages name an error for too many and no number; 100
// is what people report.
const (
	maxPins      = 100
	maxBookmarks = 100
)

func pinsAdd(a *api, c *call) (object, error) {
	if c.str("timestamp") == "" {
		return nil, refuse("no_item_specified")
	}
	m := c.ch.Message(c.str("timestamp"))
	switch {
	case m == nil:
		return nil, refuse("message_not_found")
	case m.Pinned():
		return nil, refuse("already_pinned")
	case len(c.ch.Pins()) >= maxPins:
		return nil, refuse("too_many_pins")
	case m.Notice:
		return nil, refuse("not_pinnable")
	}
	c.changed = true
	a.Pin(m, botUserID)
	return nil, nil
}

// pinsRemove: https://docs.slack.dev/reference/methods/pins.remove
func pinsRemove(a *api, c *call) (object, error) {
	if c.str("timestamp") == "" {
		return nil, refuse("no_item_specified")
	}
	m := c.ch.Message(c.str("timestamp"))
	switch {
	case m == nil:
		return nil, refuse("message_not_found")
	case !m.Pinned():
		return nil, refuse("no_pin")
	}
	c.changed = true
	a.Unpin(m, botUserID)
	a.events.announceUnpinned(m, botUserID)
	return nil, nil
}

func pinsList(a *api, c *call) (object, error) {
	items := []object{}
	for _, p := range slices.Backward(c.ch.Pins()) {
		if m := c.ch.Message(p.Message); m != nil {
			items = append(items, object{
				"type": "message", "channel": c.ch.ID, "created": p.At.Unix(), "created_by": p.By, "message": a.shown(m, false),
			})
		}
	}
	return object{"items": items}, nil
}

type bookmark struct {
	Bookmark
	created, updated time.Time
}

func (b bookmark) object(channelID string) object {
	out := object{
		"id": b.ID, "channel_id": channelID, "title": b.Title, "link": b.Link, "emoji": "", "type": "link",
		"date_created": b.created.Unix(), "date_updated": 0, "rank": "i", "last_updated_by_user_id": botUserID,
		"last_updated_by_team_id": "", "icon_url": "", "app_id": "",
	}
	if !b.updated.IsZero() {
		out["date_updated"] = b.updated.Unix()
	}
	return out
}

func goodLink(link string) bool {
	u, err := url.Parse(link)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") && utf8.RuneCountInString(link) <= maxURL
}

// bookmarksAdd adds a second bookmark if one with the same link exists.
func bookmarksAdd(a *api, c *call) (object, error) {
	switch {
	case c.str("type") != "link":
		return nil, refuse("invalid_bookmark_type")
	case c.str("title") == "":
		return nil, refuse("invalid_arguments")
	case !goodLink(c.str("link")):
		return nil, refuse("invalid_link")
	case len(c.ch.Extra.bookmarks) >= maxBookmarks:
		return nil, refuse("too_many_bookmarks")
	}
	b := bookmark{Bookmark: Bookmark{ID: a.newID("Bk"), Title: c.str("title"), Link: c.str("link")}, created: a.opts.Now()}
	c.ch.Extra.bookmarks = append(c.ch.Extra.bookmarks, b)
	c.changed = true
	a.Publish(stage.BadgeChanged, botUserID, c.ch, nil, b.Title)
	return object{"bookmark": b.object(c.ch.ID)}, nil
}

func bookmarksEdit(a *api, c *call) (object, error) {
	i := slices.IndexFunc(c.ch.Extra.bookmarks, func(b bookmark) bool { return b.ID == c.str("bookmark_id") })
	if i < 0 {
		return nil, refuse("not_found")
	}
	b := &c.ch.Extra.bookmarks[i]
	if c.has("link") {
		if !goodLink(c.str("link")) {
			return nil, refuse("invalid_link")
		}
		b.Link = c.str("link")
	}
	if c.str("title") != "" {
		b.Title = c.str("title")
	}
	b.updated = a.opts.Now()
	c.changed = true
	a.Publish(stage.BadgeChanged, botUserID, c.ch, nil, b.Title)
	return object{"bookmark": b.object(c.ch.ID)}, nil
}

func bookmarksList(_ *api, c *call) (object, error) {
	list := []object{}
	for _, b := range c.ch.Extra.bookmarks {
		list = append(list, b.object(c.ch.ID))
	}
	return object{"bookmarks": list}, nil
}
