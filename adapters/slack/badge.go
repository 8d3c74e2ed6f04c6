package slack

import (
	"context"
	"strings"

	"github.com/slack-go/slack"

	"riskroom/adapters/effect"
	"riskroom/core"
)

// setBadge posts the badge unless it exists, pins it, and adds a bookmark to it
// in the channel's header if it has a label.
func (a *Adapter) setBadge(ctx context.Context, p *effect.Progress, channel string, b core.Badge, of age) {
	if !b.Ref.IsZero() && (b.Ref.Workspace != a.workspace || b.Ref.Channel != channel) {
		p.Report.Add(core.PartBadge, core.Account{}, &core.Error{
			Op: "slack: set badge", Kind: core.Invalid, Detail: "other_channel",
		})
		return
	}
	ts := b.Ref.ID
	if ts == "" || !a.pinned(ctx, p, channel, ts) {
		var ok bool
		if ts, ok = p.Do(ctx, core.PartBadge, core.Account{}, a.postCall("badge", channel, b.Message)); !ok {
			return
		}
		p.Do(ctx, core.PartPin, core.Account{}, a.pinCall(channel, ts))
	}
	p.Report.Badge = a.messageRef(channel, ts)
	if b.Label == "" {
		return
	}
	p.Do(ctx, core.PartBookmark, core.Account{}, a.bookmarkCall(a.messageRef(channel, ts), b.Label, of == fresh))
}

// pinned pins a badge that should exist. It returns false if the badge was
// deleted.
func (a *Adapter) pinned(ctx context.Context, p *effect.Progress, channel, ts string) bool {
	if p.Ended {
		return true
	}
	_, err := p.Once.Do(ctx, a.pinCall(channel, ts))
	if !core.IsStop(err) && core.DetailOf(err) == "message_not_found" {
		return false
	}
	p.Note(core.PartPin, core.Account{}, err)
	return true
}

func (a *Adapter) pinCall(channel, ts string) core.Call {
	return core.Call{
		Key:  "pin:" + ts,
		Cost: a.client.Cost("pins.add"),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			return "", a.pinsAdd(ctx, in, channel, ts)
		},
	}
}

// maxBookmark is the longest title of a bookmark, in characters. Slack's page
// gives no number.
const maxBookmark = 100

// bookmarkCall bookmarks a message. Slack would make a second bookmark of the
// same link, so the list is read first, unless it must be empty. A bookmark with
// the same label that leads to an earlier badge is edited to lead to this one.
func (a *Adapter) bookmarkCall(badge core.MessageRef, label string, none bool) core.Call {
	label = cut(label, maxBookmark)
	call := core.Call{
		Key:       "bookmark",
		Cost:      a.client.Cost("chat.getPermalink", "bookmarks.add"),
		ProbeCost: a.client.Cost("bookmarks.list"),
		Unsure:    core.Park,
		Probe: func(ctx context.Context, _ core.Intent) (string, core.Found, error) {
			_, right, err := a.findBookmark(ctx, badge, label)
			return probed(right, err)
		},
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			var near slack.Bookmark
			if !none {
				var right bool
				var err error
				near, right, err = a.findBookmark(ctx, badge, label)
				if right || err != nil {
					return "", err
				}
			}
			link, err := a.chatGetPermalink(ctx, badge.Channel, badge.ID)
			if err != nil {
				return "", err
			}
			if near.ID != "" {
				return "", a.bookmarksEdit(ctx, in, badge.Channel, near.ID, label, link)
			}
			return "", a.bookmarksAdd(ctx, in, badge.Channel, label, link)
		},
	}
	if !none {
		call.Cost = a.client.Cost("bookmarks.list", "chat.getPermalink", "bookmarks.add")
	}
	return call
}

// findBookmark looks for the bookmark with the label that leads to the badge.
// If there is none, near is the bookmark to edit: one that leads to the badge
// with another label, or has the label and leads to an earlier badge.
func (a *Adapter) findBookmark(ctx context.Context, badge core.MessageRef, label string) (near slack.Bookmark, right bool, err error) {
	list, err := a.bookmarksList(ctx, badge.Channel)
	if err != nil {
		return slack.Bookmark{}, false, err
	}
	for _, b := range list {
		here, named := leadsTo(b.Link, badge), shows(b.Title, label)
		switch {
		case here && named:
			return b, true, nil
		case here, named && leadsTo(b.Link, core.MessageRef{Channel: badge.Channel}) && near.ID == "":
			near = b
		}
	}
	return near, false, nil
}

// leadsTo reports whether a link is the permalink of a message, or, if m has no
// ID, of any message in its channel:
// https://acme.slack.com/archives/C024BE91L/p1358546517000235.
func leadsTo(link string, m core.MessageRef) bool {
	return strings.Contains(link, "/archives/"+m.Channel+"/p"+strings.ReplaceAll(m.ID, ".", ""))
}
