package emulator

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"riskroom/adapters/stage"
)

// readable finds the channel of a call that reads it.
func (a *api) readable(c *call, verb string) (*channel, error) {
	if err := a.needAny(verb); err != nil {
		return nil, err
	}
	ch, err := a.visible(c.str("channel"))
	if err != nil {
		return nil, err
	}
	return ch, a.needFor(ch, verb)
}

// paginate cuts a page out of the list. See
// https://docs.slack.dev/apis/web-api/pagination.
func paginate[T any](c *call, all []T, usual, most int) (page []T, next string, err error) {
	limit := usual
	if s := c.str("limit"); s != "" && s != "0" {
		limit, err = strconv.Atoi(s)
		if err != nil || limit < 0 {
			return nil, "", refuse("invalid_limit")
		}
	}
	limit = min(limit, most)
	start := 0
	if cursor := c.str("cursor"); cursor != "" {
		raw, _ := base64.StdEncoding.DecodeString(cursor)
		at, ok := strings.CutPrefix(string(raw), "next:")
		if start, err = strconv.Atoi(at); err != nil || !ok || start < 0 || start > len(all) {
			return nil, "", refuse("invalid_cursor")
		}
	}
	end := min(start+limit, len(all))
	if end < len(all) {
		next = base64.StdEncoding.EncodeToString([]byte("next:" + strconv.Itoa(end)))
	}
	return append([]T{}, all[start:end]...), next, nil
}

// conversationsInfo: https://docs.slack.dev/reference/methods/conversations.info
func conversationsInfo(a *api, c *call) (object, error) {
	ch, err := a.readable(c, "read")
	if err != nil {
		return nil, err
	}
	out := a.conversation(ch)
	if !c.flag("include_num_members") {
		delete(out, "num_members")
	}
	return object{"channel": out}, nil
}

// conversationsList: https://docs.slack.dev/reference/methods/conversations.list
func conversationsList(a *api, c *call) (object, error) {
	return a.listConversations(c, func(ch *channel) bool {
		return !ch.Extra.private || ch.Has(a.opts.BotUserID)
	})
}

// usersConversations: https://docs.slack.dev/reference/methods/users.conversations
// It lists what the user is a member of, and of private channels only those
// that the bot shares.
func usersConversations(a *api, c *call) (object, error) {
	user := c.str("user")
	if user == "" {
		user = a.opts.BotUserID
	}
	if a.People.ByID(user) == nil {
		return nil, refuse("user_not_found")
	}
	return a.listConversations(c, func(ch *channel) bool {
		return ch.Has(user) && (!ch.Extra.private || ch.Has(a.opts.BotUserID))
	})
}

func (a *api) listConversations(c *call, wanted func(*channel) bool) (object, error) {
	types := c.list("types")
	if len(types) == 0 {
		types = []string{"public_channel"}
	}
	scopes := map[string]string{"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read", "mpim": "mpim:read"}
	for _, t := range types {
		if scopes[t] == "" {
			return nil, refuse("invalid_types")
		}
		if err := a.need(scopes[t]); err != nil {
			return nil, err
		}
	}
	all := []object{}
	for _, ch := range a.Channels.All() {
		kind := map[string]string{"channels": "public_channel", "groups": "private_channel", "im": "im"}[kindPrefix(ch)]
		if slices.Contains(types, kind) && wanted(ch) && (!c.flag("exclude_archived") || !ch.Extra.archived) {
			all = append(all, a.conversation(ch))
		}
	}
	page, next, err := paginate(c, all, 100, 1000)
	if err != nil {
		return nil, err
	}
	return object{"channels": page, "response_metadata": object{"next_cursor": next}}, nil
}

// conversationsHistory: https://docs.slack.dev/reference/methods/conversations.history
// Newest first; replies are left out. Without include_all_metadata the payload
// of metadata is.
func conversationsHistory(a *api, c *call) (object, error) {
	ch, err := a.historyOf(c)
	if err != nil {
		return nil, err
	}
	var all []*message
	for _, m := range slices.Backward(ch.Messages()) {
		if (m.Body.thread == "" || m.Body.thread == m.ID) && c.inWindow(m) {
			all = append(all, m)
		}
	}
	return a.pageOf(c, all)
}

// conversationsReplies: https://docs.slack.dev/reference/methods/conversations.replies
// Oldest first, beginning with the message replied to.
func conversationsReplies(a *api, c *call) (object, error) {
	ch, err := a.historyOf(c)
	if err != nil {
		return nil, err
	}
	parent := c.str("ts")
	if ch.Message(parent) == nil {
		return nil, refuse("thread_not_found")
	}
	var all []*message
	for _, m := range ch.Messages() {
		if m.ID == parent || m.Body.thread == parent && c.inWindow(m) {
			all = append(all, m)
		}
	}
	return a.pageOf(c, all)
}

func (a *api) historyOf(c *call) (*channel, error) {
	ch, err := a.readable(c, "history")
	if err != nil {
		return nil, err
	}
	if !ch.Has(a.opts.BotUserID) {
		return nil, refuse("not_in_channel")
	}
	return ch, nil
}

// inWindow applies oldest, latest and inclusive. Timestamps compare as text:
// they have the same length until the year 2286, and shorter ones come from a
// caller who writes "0" or whole seconds.
func (c *call) inWindow(m *message) bool {
	inclusive := c.flag("inclusive")
	if oldest := fullTS(c.str("oldest")); oldest != "" && (m.ID < oldest || m.ID == oldest && !inclusive) {
		return false
	}
	latest := fullTS(c.str("latest"))
	return latest == "" || m.ID < latest || m.ID == latest && inclusive
}

// fullTS brings a timestamp argument to ten digits before and six after the
// point; "" stays.
func fullTS(s string) string {
	if s == "" {
		return ""
	}
	seconds, fraction, _ := strings.Cut(s, ".")
	seconds = strings.Repeat("0", max(0, 10-len(seconds))) + seconds
	return seconds + "." + (fraction + "000000")[:6]
}

func (a *api) pageOf(c *call, all []*message) (object, error) {
	page, next, err := paginate(c, all, 100, 999)
	if err != nil {
		return nil, err
	}
	_, hidden := c.met.Of(stage.HideMetadata)
	shown := make([]object, len(page))
	for i, m := range page {
		shown[i] = a.shown(m, !hidden && c.flag("include_all_metadata"))
		if m.Body.metadata != nil && !hidden && !c.flag("include_all_metadata") {
			shown[i]["metadata"] = object{"event_type": m.Body.metadata.EventType}
		}
	}
	out := object{"messages": shown, "has_more": next != ""}
	if next != "" {
		out["response_metadata"] = object{"next_cursor": next}
	}
	return out, nil
}
