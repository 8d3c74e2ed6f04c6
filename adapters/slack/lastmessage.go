package slack

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// LastPersonMessage implements core.Looker. A reply in a thread counts if the thread was
// begun with or after the message.
func (a *Adapter) LastPersonMessage(ctx context.Context, after core.MessageRef) (time.Time, error) {
	if err := a.own("last message", after.Workspace); err != nil {
		return time.Time{}, err
	}
	self, err := a.whoAmI(ctx)
	if err != nil {
		return time.Time{}, err
	}
	from := timeOf(after.ID)
	var last time.Time
	said := func(at time.Time) {
		if at.After(from) && at.After(last) {
			last = at
		}
	}
	found := false
	var shared []string // threads in which riskroom has replied too, perhaps last
	page := func(ctx context.Context, cursor string) (rest.Page[posted], error) {
		return a.conversationsHistory(ctx, after.Channel, from, cursor)
	}
	whole, err := pages(ctx, a, "conversations.history", false, historyPages, page, func(m posted) bool {
		found = found || m.TS == after.ID
		if m.byPerson() {
			said(timeOf(m.TS))
		}
		if slices.Contains(m.Repliers, self.UserID) {
			shared = append(shared, m.TS)
		} else {
			said(timeOf(m.LatestReply))
		}
		return true
	})
	for _, thread := range shared {
		if err != nil {
			break
		}
		var all bool
		all, err = a.eachReply(ctx, after.Channel, thread, from, func(m posted) bool {
			if m.byPerson() {
				said(timeOf(m.TS))
			}
			return true
		})
		whole = whole && all
	}
	switch {
	case err != nil:
		return time.Time{}, err
	case last.IsZero() && !whole:
		return time.Time{}, &core.Error{Op: "slack: conversations.history", Kind: core.Unsupported, Detail: "too_many"}
	case last.IsZero() && !found:
		return time.Time{}, &core.Error{Op: "slack: conversations.history", Kind: core.NotFound, Detail: "message_not_found"}
	}
	return last, nil
}

// byPerson reports whether a person wrote the message: neither an app nor Slack.
func (m posted) byPerson() bool {
	said := []string{"", "thread_broadcast", "file_share", "me_message"}
	return m.User != "" && m.User != slackbot && m.BotID == "" && slices.Contains(said, m.Subtype)
}

// timeOf returns the time of a message's timestamp, zero if it has none.
func timeOf(ts string) time.Time {
	sec, micro, _ := strings.Cut(ts, ".")
	s, err := strconv.ParseInt(sec, 10, 64)
	if err != nil {
		return time.Time{}
	}
	us, _ := strconv.ParseInt(micro, 10, 64)
	return time.Unix(s, us*int64(time.Microsecond))
}
