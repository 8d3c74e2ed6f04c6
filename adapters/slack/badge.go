package slack

import (
	"context"
	"strings"

	"github.com/slack-go/slack"

	"riskroom/core"
)

// setBadge posts the badge unless it stands already, pins it, and has a
// bookmark in the channel's head lead to it.
func (a *Adapter) setBadge(ctx context.Context, p *progress, channel string, b core.Badge) {
	if !b.Ref.IsZero() && (b.Ref.Workspace != a.workspace || b.Ref.Channel != channel) {
		p.report.Add(core.PartBadge, core.Account{}, &core.Error{
			Op: "slack: set badge", Kind: core.Invalid, Detail: "other_channel",
		})
		return
	}
	ts := b.Ref.ID
	if ts == "" {
		var ok bool
		if ts, ok = p.do(ctx, core.PartBadge, core.Account{}, a.postCall("badge", channel, b.Message)); !ok {
			return
		}
	}
	p.report.Badge = a.messageRef(channel, ts)
	p.do(ctx, core.PartPin, core.Account{}, core.Call{
		Key:  "pin",
		Cost: a.cost("pins.add"),
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			return "", a.pinsAdd(ctx, in, channel, ts)
		},
	})
	p.do(ctx, core.PartBookmark, core.Account{}, a.bookmarkCall(channel, ts, b.Label))
}

// maxBookmark bounds a bookmark's title; Slack's page names no number.
const maxBookmark = 100

// bookmarkCall has a bookmark lead to a message. Slack makes as many bookmarks
// of one link as it is asked for, so the list is read first; one that leads to
// an earlier badge of the same label is turned to this one.
func (a *Adapter) bookmarkCall(channel, ts, label string) core.Call {
	label = cut(label, maxBookmark)
	return core.Call{
		Key:       "bookmark",
		Cost:      a.cost("chat.getPermalink", "bookmarks.list", "bookmarks.add"),
		ProbeCost: a.cost("chat.getPermalink", "bookmarks.list"),
		Unsure:    core.Resend,
		Probe: func(ctx context.Context, _ core.Intent) (string, core.Found, error) {
			_, near, err := a.findBookmark(ctx, channel, ts, label)
			if near.right {
				return near.ID, core.Yes, nil
			}
			return probed(false, err)
		},
		Make: func(ctx context.Context, in core.Intent) (string, error) {
			link, near, err := a.findBookmark(ctx, channel, ts, label)
			switch {
			case err != nil:
				return "", err
			case near.right:
				return near.ID, nil
			case near.ID == "":
				return a.bookmarksAdd(ctx, in, channel, label, link)
			}
			return near.ID, a.bookmarksEdit(ctx, in, channel, near.ID, label, link)
		},
	}
}

// nearest is the bookmark that comes nearest to what is wanted.
type nearest struct {
	slack.Bookmark
	right bool // nothing is wrong with it
}

// findBookmark returns the link that a bookmark to the message has, and the
// bookmark that has it, or else the one of that label to an earlier message.
func (a *Adapter) findBookmark(ctx context.Context, channel, ts, label string) (link string, near nearest, err error) {
	if link, err = a.chatGetPermalink(ctx, channel, ts); err != nil {
		return "", nearest{}, err
	}
	list, err := a.bookmarksList(ctx, channel)
	if err != nil {
		return "", nearest{}, err
	}
	var same, earlier slack.Bookmark
	for _, b := range list {
		switch {
		case b.Link == link && shows(b.Title, label):
			return link, nearest{Bookmark: b, right: true}, nil
		case b.Link == link:
			same = b
		case leadsToMessage(b.Link, channel) && shows(b.Title, label):
			earlier = b
		}
	}
	if same.ID != "" {
		earlier = same
	}
	return link, nearest{Bookmark: earlier}, nil
}

// leadsToMessage tells whether a link is the permalink of a message in the
// channel: https://acme.slack.com/archives/C024BE91L/p135854651700023.
func leadsToMessage(link, channel string) bool {
	return strings.Contains(link, "/archives/"+channel+"/p")
}
