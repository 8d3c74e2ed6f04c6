package emulator

import (
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

func conversationsCreate(a *api, c *call) (object, error) {
	private := c.flag("is_private")
	scope := "channels:manage"
	if private {
		scope = "groups:write"
	}
	if err := a.need(scope); err != nil {
		return nil, err
	}
	name, err := givenName(c)
	if err != nil {
		return nil, err
	}
	if a.Channels.ByName(name) != nil {
		return nil, refuse("name_taken")
	}
	ch := a.newChannel(name, private, botUserID)
	c.changed = true
	a.notice(ch, botUserID, "join", "<@"+botUserID+"> has joined the channel", "")
	a.events.announceJoin(ch, botUserID, "")
	return object{"channel": a.conversation(ch)}, nil
}

func conversationsRename(a *api, c *call) (object, error) {
	name, err := givenName(c)
	if err != nil {
		return nil, err
	}
	if c.ch.Creator != botUserID {
		return nil, refuse("not_authorized")
	}
	if other := a.Channels.ByName(name); other != nil && other != c.ch {
		return nil, refuse("name_taken")
	}
	c.changed = c.ch.Name != name
	if c.changed {
		a.rename(c.ch, botUserID, name)
	}
	return object{"channel": a.conversation(c.ch)}, nil
}

// conversationsArchive archives a channel, which removes the bot from it. See
// https://docs.slack.dev/reference/methods/conversations.archive.
func conversationsArchive(a *api, c *call) (object, error) {
	if c.ch.Extra.general {
		return nil, refuse("cant_archive_general")
	}
	c.changed = true
	a.archive(c.ch, botUserID)
	return object{}, nil
}

// setAspect sets a topic or purpose. Setting the present value again adds another
// notice: the pages do not say, and an app should not rely on silence.
func setAspect(what string) func(*api, *call) (object, error) {
	return func(a *api, c *call) (object, error) {
		value := c.str(what)
		if utf8.RuneCountInString(value) > maxTopic {
			return nil, refuse("too_long")
		}
		c.changed = true
		a.setAspect(c.ch, botUserID, what, value)
		return object{"channel": a.conversation(c.ch)}, nil
	}
}

// conversationsInvite invites all users or none.
func conversationsInvite(a *api, c *call) (object, error) {
	users := c.list("users")
	if len(users) == 0 {
		return nil, refuse("no_user")
	}
	for _, id := range users {
		if code := a.cannotInvite(c.ch, id); code != "" {
			return nil, &refusal{code: code, extra: object{"errors": []object{{"user": id, "ok": false, "error": code}}}}
		}
	}
	c.changed = true
	for _, id := range users {
		a.join(c.ch, id, botUserID)
	}
	return object{"channel": a.conversation(c.ch)}, nil
}

// cannotInvite returns the code with which inviting the user fails, or "".
func (a *api) cannotInvite(ch *channel, id string) string {
	user := a.People.ByID(id)
	switch {
	case user == nil:
		return "user_not_found"
	case id == botUserID:
		return "cant_invite_self"
	case ch.Has(id):
		return "already_in_channel"
	case user.Deleted || user.CannotBeInvited:
		return "cant_invite"
	}
	return ""
}

func conversationsKick(a *api, c *call) (object, error) {
	user := c.str("user")
	switch {
	case a.People.ByID(user) == nil:
		return nil, refuse("user_not_found")
	case user == botUserID:
		return nil, refuse("cant_kick_self")
	case c.ch.Extra.general:
		return nil, refuse("cant_kick_from_general")
	case !c.ch.Has(user):
		return nil, refuse("not_in_channel")
	}
	c.changed = true
	a.leave(c.ch, user, botUserID)
	return object{"errors": object{}}, nil
}

// conversationsOpen opens a conversation with one person; with several together
// it is refused.
func conversationsOpen(a *api, c *call) (object, error) {
	users := c.list("users")
	switch len(users) {
	case 0:
		return nil, refuse("users_list_not_supplied")
	case 1:
	default:
		return nil, refuse("invalid_user_combination")
	}
	user := a.People.ByID(users[0])
	switch {
	case user == nil:
		return nil, refuse("user_not_found")
	case user.Deleted:
		return nil, refuse("user_disabled")
	case user.Bot:
		return nil, refuse("cannot_dm_bot")
	}
	ch, made := a.openDirect(user.ID)
	c.changed = made
	out := object{"channel": object{"id": ch.ID}}
	if !made {
		out["no_op"], out["already_open"] = true, true
	}
	return out, nil
}

// conversation is a channel as conversations.info shows it,
// https://docs.slack.dev/reference/objects/conversation-object.
func (a *api) conversation(c *channel) object {
	out := object{
		"id": c.ID, "created": c.Created.Unix(), "creator": c.Creator, "is_archived": c.Extra.archived,
		"is_im": c.IsDirect(), "is_mpim": false, "is_org_shared": false, "context_team_id": a.opts.TeamID,
		"updated": c.Created.UnixMilli(),
	}
	if c.IsDirect() {
		out["user"], out["is_open"], out["is_user_deleted"] = c.With, true, a.People.ByID(c.With).Deleted
		return out
	}
	aspect := func(value string, by setting) object {
		last := int64(0)
		if !by.at.IsZero() {
			last = by.at.Unix()
		}
		return object{"value": value, "creator": by.by, "last_set": last}
	}
	maps.Copy(out, object{
		"name": c.Name, "name_normalized": c.Name, "is_channel": !c.Extra.private, "is_group": c.Extra.private,
		"is_private": c.Extra.private, "is_general": c.Extra.general, "is_member": c.Has(botUserID),
		"is_shared": false, "is_ext_shared": false, "topic": aspect(c.Topic, c.Extra.topicSet), "purpose": aspect(c.Extra.purpose, c.Extra.purposeSet),
		"previous_names": append([]string{}, c.Extra.former...), "unlinked": 0,
	})
	if !c.Extra.post.open() || !c.Extra.thread.open() {
		out["is_read_only"] = c.Extra.post.excludes(a.bot())
		out["properties"] = object{"posting_restricted_to": c.Extra.post.object(), "threads_restricted_to": c.Extra.thread.object()}
	}
	return out
}

func conversationsInfo(a *api, c *call) (object, error) {
	return object{"channel": a.conversation(c.ch)}, nil
}

// conversationsMembers lists the IDs of the people and bots in a channel.
func conversationsMembers(a *api, c *call) (object, error) {
	page, next, err := paginate(c, c.ch.Members())
	if err != nil {
		return nil, err
	}
	return object{"members": page, "response_metadata": object{"next_cursor": next}}, nil
}

// usersConversations lists the channels that the bot is in.
func usersConversations(a *api, c *call) (object, error) {
	types := c.list("types")
	scopes := map[string]string{"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read"}
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
		kind := map[string]string{"channels": "public_channel", "groups": "private_channel", "im": "im"}[family(ch)]
		if slices.Contains(types, kind) && ch.Has(botUserID) {
			all = append(all, a.conversation(ch))
		}
	}
	page, next, err := paginate(c, all)
	if err != nil {
		return nil, err
	}
	return object{"channels": page, "response_metadata": object{"next_cursor": next}}, nil
}

// conversationsHistory returns messages, newest first.
func conversationsHistory(a *api, c *call) (object, error) {
	if !c.ch.Has(botUserID) {
		return nil, refuse("not_in_channel")
	}
	var all []*message
	for _, m := range slices.Backward(c.ch.Messages()) {
		if m.Body.thread == nil && c.inWindow(m) {
			all = append(all, m)
		}
	}
	return a.listed(c, all)
}

// listed returns a page of messages.
func (a *api) listed(c *call, all []*message) (object, error) {
	page, next, err := paginate(c, all)
	if err != nil {
		return nil, err
	}
	_, hidden := c.met.Of(stage.HideMetadata)
	shown := make([]object, len(page))
	for i, m := range page {
		shown[i] = a.shown(m, !hidden && c.flag("include_all_metadata"))
	}
	return object{"messages": shown, "has_more": next != "", "response_metadata": object{"next_cursor": next}}, nil
}

// inWindow applies oldest, latest and inclusive.
func (c *call) inWindow(m *message) bool {
	at, inclusive := seconds(m.ID), c.flag("inclusive")
	if oldest := seconds(c.str("oldest")); at < oldest || at == oldest && !inclusive {
		return false
	}
	latest := seconds(c.str("latest"))
	return latest == 0 || at < latest || at == latest && inclusive
}

// seconds reads a timestamp; a float64 tells microseconds apart. No timestamp
// is 0.
func seconds(ts string) float64 {
	f, _ := strconv.ParseFloat(ts, 64)
	return f
}

// paginate cuts a page out of the list. See
// https://docs.slack.dev/apis/web-api/pagination.
func paginate[T any](c *call, all []T) (page []T, next string, err error) {
	const usual, most = 100, 999
	limit := usual
	if s := c.str("limit"); s != "" {
		if limit, err = strconv.Atoi(s); err != nil || limit < 1 {
			return nil, "", refuse("invalid_limit")
		}
	}
	start := 0
	if cursor := c.str("cursor"); cursor != "" {
		raw, _ := base64.StdEncoding.DecodeString(cursor)
		at, ok := strings.CutPrefix(string(raw), "next:")
		if start, err = strconv.Atoi(at); err != nil || !ok || start < 0 || start > len(all) {
			return nil, "", refuse("invalid_cursor")
		}
	}
	end := min(start+min(limit, most), len(all))
	if end < len(all) {
		next = base64.StdEncoding.EncodeToString([]byte("next:" + strconv.Itoa(end)))
	}
	return all[start:end], next, nil
}
