package discord

import (
	"context"
	"time"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// The types of messages that people write.
const (
	typeMessage = 0
	typeReply   = 19
)

// LastPersonMessage implements core.Looker. Messages in threads don't count.
func (a *Adapter) LastPersonMessage(ctx context.Context, after core.MessageRef) (time.Time, error) {
	if err := a.own("last message", after.Workspace, after.Channel, after.ID); err != nil {
		return time.Time{}, err
	}
	from, err := parseID(after.ID)
	if err != nil {
		return time.Time{}, &core.Error{Op: "discord: list_messages", Kind: core.Invalid, Err: err}
	}
	last, found := int64(0), false
	page := func(ctx context.Context, cursor string) (rest.Page[posted], error) {
		if cursor == "" {
			cursor = formatID(from - 1)
		}
		return a.listMessages(ctx, after.Channel, cursor)
	}
	whole, err := pages(ctx, a, after.Channel, "list_messages", false, historyPages, page, func(m posted) bool {
		found = found || m.ID == after.ID
		if id, err := parseID(m.ID); err == nil && m.byPerson() && id > max(from, last) {
			last = id
		}
		return true
	})
	switch {
	case err != nil:
		return time.Time{}, err
	case last > 0:
		return time.UnixMilli(last>>22 + epoch), nil
	case !whole:
		return time.Time{}, &core.Error{Op: "discord: list_messages", Kind: core.Unsupported, Detail: "too_many"}
	case !found: // Discord lists nothing if the bot may not read the history
		return time.Time{}, &core.Error{Op: "discord: list_messages", Kind: core.NotFound, Detail: "message_not_found"}
	}
	return time.Time{}, nil
}

// byPerson reports whether a person wrote the message: neither an app nor Discord.
func (m posted) byPerson() bool {
	return !m.Author.Bot && m.Webhook == "" && (m.Type == typeMessage || m.Type == typeReply)
}
