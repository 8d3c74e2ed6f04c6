package emulator

import (
	"maps"
	"unicode/utf8"
)

// conversationsCreate: https://docs.slack.dev/reference/methods/conversations.create
func conversationsCreate(a *api, c *call) (object, error) {
	private := c.flag("is_private")
	scope, closed := "channels:manage", a.opts.NoPublicChannels
	if private {
		scope, closed = "groups:write", a.opts.NoPrivateChannels
	}
	if err := a.need(scope); err != nil {
		return nil, err
	}
	if err := checkName(c.str("name")); err != nil {
		return nil, err
	}
	if closed {
		return nil, refuse("restricted_action")
	}
	if a.Channels.ByName(c.str("name")) != nil {
		return nil, refuse("name_taken")
	}
	ch := a.newChannel(c.str("name"), private, a.opts.BotUserID)
	c.changed = true
	a.notice(ch, a.opts.BotUserID, "join", "<@"+a.opts.BotUserID+"> has joined the channel", "")
	a.events.announceJoin(ch, a.opts.BotUserID, "")
	return object{"channel": a.conversation(ch)}, nil
}

// writable finds the channel of a call that changes it, with the scope and
// membership that Slack asks for.
func (a *api) writable(c *call, verb string) (*channel, error) {
	if err := a.needAny("write"); err != nil {
		return nil, err
	}
	ch, err := a.visible(c.str("channel"))
	if err != nil {
		return nil, err
	}
	if ch.IsDirect() {
		return nil, refuse("method_not_supported_for_channel_type")
	}
	if err := a.needFor(ch, verb); err != nil {
		return nil, err
	}
	return a.joined(ch.ID)
}

// conversationsRename: https://docs.slack.dev/reference/methods/conversations.rename
func conversationsRename(a *api, c *call) (object, error) {
	ch, err := a.writable(c, "write")
	if err != nil {
		return nil, err
	}
	if err := checkName(c.str("name")); err != nil {
		return nil, err
	}
	if ch.Creator != a.opts.BotUserID {
		return nil, refuse("not_authorized")
	}
	if other := a.Channels.ByName(c.str("name")); other != nil && other != ch {
		return nil, refuse("name_taken")
	}
	c.changed = ch.Name != c.str("name")
	if c.changed {
		a.rename(ch, a.opts.BotUserID, c.str("name"))
	}
	return object{"channel": a.conversation(ch)}, nil
}

// conversationsSetTopic: https://docs.slack.dev/reference/methods/conversations.setTopic
func conversationsSetTopic(a *api, c *call) (object, error) {
	return a.conversationsSet(c, "topic")
}

// conversationsSetPurpose: https://docs.slack.dev/reference/methods/conversations.setPurpose
func conversationsSetPurpose(a *api, c *call) (object, error) {
	return a.conversationsSet(c, "purpose")
}

// conversationsSet sets a topic or purpose. Setting what is already there writes
// another notice: the pages do not say, and an app should not rely on silence.
func (a *api) conversationsSet(c *call, what string) (object, error) {
	ch, err := a.writable(c, "write.topic")
	if err != nil {
		return nil, err
	}
	value := c.str(what)
	if utf8.RuneCountInString(value) > maxTopic {
		return nil, refuse("too_long")
	}
	c.changed = true
	a.setAspect(ch, a.opts.BotUserID, what, value)
	return object{"channel": a.conversation(ch)}, nil
}

// conversationsArchive: https://docs.slack.dev/reference/methods/conversations.archive
// Archiving throws the bot out, so that it can neither read nor unarchive.
func conversationsArchive(a *api, c *call) (object, error) {
	if err := a.needAny("write"); err != nil {
		return nil, err
	}
	ch, err := a.visible(c.str("channel"))
	switch {
	case err != nil:
		return nil, err
	case ch.IsDirect():
		return nil, refuse("method_not_supported_for_channel_type")
	case ch.Extra.archived:
		return nil, refuse("already_archived")
	case ch.Extra.general:
		return nil, refuse("cant_archive_general")
	}
	if err := a.needFor(ch, "write"); err != nil {
		return nil, err
	}
	if !ch.Has(a.opts.BotUserID) {
		return nil, refuse("not_in_channel")
	}
	c.changed = true
	a.archive(ch, a.opts.BotUserID)
	return nil, nil
}

// conversationsUnarchive: https://docs.slack.dev/reference/methods/conversations.unarchive
func conversationsUnarchive(a *api, c *call) (object, error) {
	if err := a.needAny("write"); err != nil {
		return nil, err
	}
	ch, err := a.visible(c.str("channel"))
	switch {
	case err != nil:
		return nil, err
	case !ch.Extra.archived:
		return nil, refuse("not_archived")
	}
	if err := a.needFor(ch, "write"); err != nil {
		return nil, err
	}
	return nil, refuse("not_in_channel")
}

// conversationsOpen: https://docs.slack.dev/reference/methods/conversations.open
// Of the conversations that it can open, the stand-in has those with one
// person; several people together are refused.
func conversationsOpen(a *api, c *call) (object, error) {
	if err := a.need("im:write", "mpim:write"); err != nil {
		return nil, err
	}
	users := c.list("users")
	if id := c.str("channel"); len(users) == 0 && id != "" {
		ch, err := a.visible(id)
		if err != nil || !ch.IsDirect() {
			return nil, refuse("channel_not_found")
		}
		users = []string{ch.With}
	}
	switch {
	case len(users) == 0:
		return nil, refuse("users_list_not_supplied")
	case len(users) > 8:
		return nil, refuse("too_many_users")
	case len(users) > 1:
		return nil, refuse("invalid_user_combination")
	}
	if err := a.need("im:write"); err != nil {
		return nil, err
	}
	user := a.People.ByID(users[0])
	switch {
	case user == nil:
		return nil, refuse("user_not_found")
	case user.NotVisible:
		return nil, refuse("user_not_visible")
	case user.Deleted:
		return nil, refuse("user_disabled")
	case user.ID == a.opts.BotUserID:
		return nil, refuse("invalid_user_combination")
	case user.Bot:
		return nil, refuse("cannot_dm_bot")
	}
	ch, made := a.openDirect(user.ID)
	c.changed = made
	out := object{"channel": object{"id": ch.ID}}
	if c.flag("return_im") {
		out["channel"] = a.conversation(ch)
	}
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
		"is_private": c.Extra.private, "is_general": c.Extra.general, "is_member": c.Has(a.opts.BotUserID),
		"is_shared": false, "is_ext_shared": false, "topic": aspect(c.Topic, c.Extra.topicSet), "purpose": aspect(c.Extra.purpose, c.Extra.purposeSet),
		"num_members": len(c.Members()), "previous_names": append([]string{}, c.Extra.former...), "unlinked": 0,
	})
	if c.Extra.readOnly {
		out["is_read_only"] = true
		out["properties"] = object{"posting_restricted_to": object{"type": []string{"admin"}, "user": []string{}}}
	}
	return out
}
