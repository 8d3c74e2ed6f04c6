package emulator

import (
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// conversationsCreate: https://docs.slack.dev/reference/methods/conversations.create
func conversationsCreate(w *Workspace, c *call) (object, error) {
	private := c.flag("is_private")
	scope, closed := "channels:manage", w.opts.NoPublicChannels
	if private {
		scope, closed = "groups:write", w.opts.NoPrivateChannels
	}
	if err := w.need(scope); err != nil {
		return nil, err
	}
	if err := checkName(c.str("name")); err != nil {
		return nil, err
	}
	if closed {
		return nil, refuse("restricted_action")
	}
	if w.channelByName(c.str("name")) != nil {
		return nil, refuse("name_taken")
	}
	ch := w.addChannel(Channel{Name: c.str("name"), Private: private, Creator: w.opts.BotUserID})
	ch.members[w.opts.BotUserID] = true
	c.changed = true
	w.publish(stage.RoomCreated, w.opts.BotUserID, ch, nil, "")
	w.notice(ch, w.opts.BotUserID, "join", "<@"+w.opts.BotUserID+"> has joined the channel", "")
	w.announceJoin(ch, w.opts.BotUserID, "")
	return object{"channel": w.conversation(ch)}, nil
}

// writable finds the channel of a call that changes it, with the scope and
// membership that Slack asks for.
func (w *Workspace) writable(c *call, verb string) (*channel, error) {
	if err := w.needAny("write"); err != nil {
		return nil, err
	}
	ch, err := w.visible(c.str("channel"))
	if err != nil {
		return nil, err
	}
	if ch.isDirect() {
		return nil, refuse("method_not_supported_for_channel_type")
	}
	if err := w.needFor(ch, verb); err != nil {
		return nil, err
	}
	return w.joined(ch.ID)
}

// conversationsRename: https://docs.slack.dev/reference/methods/conversations.rename
func conversationsRename(w *Workspace, c *call) (object, error) {
	ch, err := w.writable(c, "write")
	if err != nil {
		return nil, err
	}
	if err := checkName(c.str("name")); err != nil {
		return nil, err
	}
	if ch.Creator != w.opts.BotUserID {
		return nil, refuse("not_authorized")
	}
	if other := w.channelByName(c.str("name")); other != nil && other != ch {
		return nil, refuse("name_taken")
	}
	c.changed = ch.Name != c.str("name")
	if c.changed {
		w.rename(ch, w.opts.BotUserID, c.str("name"))
	}
	return object{"channel": w.conversation(ch)}, nil
}

func (w *Workspace) rename(ch *channel, by, name string) {
	old := ch.Name
	ch.Name = name
	w.publish(stage.RoomChanged, by, ch, nil, "")
	w.notice(ch, by, "name", `has renamed the channel from "`+old+`" to "`+name+`"`, name)
	w.announceRename(ch)
}

// conversationsSetTopic: https://docs.slack.dev/reference/methods/conversations.setTopic
func conversationsSetTopic(w *Workspace, c *call) (object, error) {
	return w.setAspect(c, "topic", func(ch *channel) *string { return &ch.Topic })
}

// conversationsSetPurpose: https://docs.slack.dev/reference/methods/conversations.setPurpose
func conversationsSetPurpose(w *Workspace, c *call) (object, error) {
	return w.setAspect(c, "purpose", func(ch *channel) *string { return &ch.Purpose })
}

// setAspect sets a topic or purpose. Setting what is already there writes
// another notice: the pages do not say, and an app should not rely on silence.
func (w *Workspace) setAspect(c *call, what string, field func(*channel) *string) (object, error) {
	ch, err := w.writable(c, "write.topic")
	if err != nil {
		return nil, err
	}
	value := c.str(what)
	if utf8.RuneCountInString(value) > maxTopic {
		return nil, refuse("too_long")
	}
	*field(ch) = value
	c.changed = true
	w.publish(stage.RoomChanged, w.opts.BotUserID, ch, nil, "")
	w.notice(ch, w.opts.BotUserID, what, "set the channel "+what+": "+value, value)
	return object{"channel": w.conversation(ch)}, nil
}

// conversationsArchive: https://docs.slack.dev/reference/methods/conversations.archive
// Archiving throws the bot out, so that it can neither read nor unarchive.
func conversationsArchive(w *Workspace, c *call) (object, error) {
	if err := w.needAny("write"); err != nil {
		return nil, err
	}
	ch, err := w.visible(c.str("channel"))
	switch {
	case err != nil:
		return nil, err
	case ch.isDirect():
		return nil, refuse("method_not_supported_for_channel_type")
	case ch.Archived:
		return nil, refuse("already_archived")
	case ch.General:
		return nil, refuse("cant_archive_general")
	}
	if err := w.needFor(ch, "write"); err != nil {
		return nil, err
	}
	if !ch.members[w.opts.BotUserID] {
		return nil, refuse("not_in_channel")
	}
	c.changed = true
	w.archive(ch, w.opts.BotUserID)
	return nil, nil
}

func (w *Workspace) archive(ch *channel, by string) {
	w.notice(ch, by, "archive", "archived the channel", "")
	ch.Archived = true
	w.publish(stage.RoomArchived, by, ch, nil, "")
	w.announce(ch, "archive", object{"user": by})
	delete(ch.members, w.opts.BotUserID)
}

// conversationsUnarchive: https://docs.slack.dev/reference/methods/conversations.unarchive
func conversationsUnarchive(w *Workspace, c *call) (object, error) {
	if err := w.needAny("write"); err != nil {
		return nil, err
	}
	ch, err := w.visible(c.str("channel"))
	switch {
	case err != nil:
		return nil, err
	case !ch.Archived:
		return nil, refuse("not_archived")
	}
	if err := w.needFor(ch, "write"); err != nil {
		return nil, err
	}
	return nil, refuse("not_in_channel")
}

// conversationsOpen: https://docs.slack.dev/reference/methods/conversations.open
// Of the conversations that it can open, the stand-in has those with one
// person; several people together are refused.
func conversationsOpen(w *Workspace, c *call) (object, error) {
	if err := w.need("im:write", "mpim:write"); err != nil {
		return nil, err
	}
	users := c.list("users")
	if id := c.str("channel"); len(users) == 0 && id != "" {
		ch, err := w.visible(id)
		if err != nil || !ch.isDirect() {
			return nil, refuse("channel_not_found")
		}
		users = []string{ch.with}
	}
	switch {
	case len(users) == 0:
		return nil, refuse("users_list_not_supplied")
	case len(users) > 8:
		return nil, refuse("too_many_users")
	case len(users) > 1:
		return nil, refuse("invalid_user_combination")
	}
	if err := w.need("im:write"); err != nil {
		return nil, err
	}
	user := w.users[users[0]]
	switch {
	case user == nil:
		return nil, refuse("user_not_found")
	case user.NotVisible:
		return nil, refuse("user_not_visible")
	case user.Deleted:
		return nil, refuse("user_disabled")
	case user.ID == w.opts.BotUserID:
		return nil, refuse("invalid_user_combination")
	case user.Bot:
		return nil, refuse("cannot_dm_bot")
	}
	ch, made := w.openDirect(user.ID)
	c.changed = made
	out := object{"channel": object{"id": ch.ID}}
	if c.flag("return_im") {
		out["channel"] = w.conversation(ch)
	}
	if !made {
		out["no_op"], out["already_open"] = true, true
	}
	return out, nil
}
