package emulator

import (
	"strings"
)

// chatPostMessage: https://docs.slack.dev/reference/methods/chat.postMessage
// A user's ID as channel stands for the direct conversation with them.
func chatPostMessage(a *api, c *call) (object, error) {
	if err := a.need("chat:write"); err != nil {
		return nil, err
	}
	body, err := a.readContent(c)
	if err != nil {
		return nil, err
	}
	ch, err := a.target(c.str("channel"))
	if err != nil {
		return nil, err
	}
	if ts := c.str("thread_ts"); ts != "" {
		if ch.Message(ts) == nil {
			return nil, refuse("thread_not_found")
		}
		body.thread = ts
	}
	m := a.write(ch, &message{Author: a.opts.BotUserID, Body: body})
	c.changed = true
	if body.text == "" {
		c.note = "missing_text_in_message"
	}
	return object{"channel": ch.ID, "ts": m.ID, "message": a.shown(m, true)}, nil
}

// target finds where a post goes: a channel that the bot is in, a public one
// with chat:write.public, a direct conversation, or a user.
func (a *api) target(id string) (*channel, error) {
	if name, ok := strings.CutPrefix(id, "#"); ok {
		if ch := a.Channels.ByName(name); ch != nil {
			id = ch.ID
		}
	}
	if user := a.People.ByID(id); user != nil {
		switch {
		case user.NotVisible || user.Deleted || user.Bot:
			return nil, refuse("channel_not_found")
		case a.opts.NoMessagesTab:
			return nil, refuse("messages_tab_disabled")
		case user.DirectMessagesOff:
			return nil, refuse("channel_not_found")
		}
		ch, _ := a.openDirect(id)
		return ch, nil
	}
	ch, err := a.visible(id)
	switch {
	case err != nil:
		return nil, err
	case ch.Extra.archived:
		return nil, refuse("is_archived")
	case ch.IsDirect():
		return ch, a.directOpen(ch)
	case !ch.Has(a.opts.BotUserID) && a.need("chat:write.public") != nil:
		return nil, refuse("not_in_channel")
	case ch.Extra.readOnly:
		return nil, refuse("restricted_action_read_only_channel")
	}
	return ch, nil
}

// directOpen refuses a post into a direct conversation that the bot may not
// write to.
func (a *api) directOpen(ch *channel) error {
	switch user := a.People.ByID(ch.With); {
	case a.opts.NoMessagesTab:
		return refuse("messages_tab_disabled")
	case user.Deleted:
		return refuse("user_disabled")
	case user.DirectMessagesOff:
		return refuse("channel_not_found")
	}
	return nil
}

// chatPostEphemeral: https://docs.slack.dev/reference/methods/chat.postEphemeral
func chatPostEphemeral(a *api, c *call) (object, error) {
	if err := a.need("chat:write"); err != nil {
		return nil, err
	}
	body, err := a.readContent(c)
	if err != nil {
		return nil, err
	}
	ch, err := a.target(c.str("channel"))
	switch {
	case err != nil:
		return nil, err
	case !ch.Has(c.str("user")):
		return nil, refuse("user_not_in_channel")
	}
	body.metadata = nil
	m := a.write(ch, &message{Author: a.opts.BotUserID, Only: c.str("user"), Body: body})
	c.changed = true
	return object{"message_ts": m.ID}, nil
}

// own finds a message that the bot wrote, for chat.update and chat.delete.
func (a *api) own(c *call, code string) (*message, error) {
	if err := a.need("chat:write"); err != nil {
		return nil, err
	}
	ch, err := a.visible(c.str("channel"))
	if err != nil {
		return nil, err
	}
	m := ch.Message(c.str("ts"))
	switch {
	case m == nil:
		return nil, refuse("message_not_found")
	case m.Author != a.opts.BotUserID || m.Notice:
		return nil, refuse(code)
	case ch.Extra.archived:
		return nil, refuse("is_archived")
	}
	return m, nil
}

// chatUpdate: https://docs.slack.dev/reference/methods/chat.update
// Without blocks the old ones stay if no text is given either, and go if one
// is. Metadata stays unless given anew; {} removes it.
func chatUpdate(a *api, c *call) (object, error) {
	m, err := a.own(c, "cant_update_message")
	if err != nil {
		return nil, err
	}
	next, err := a.readContent(c)
	if err != nil {
		return nil, err
	}
	body := m.Body
	body.text = next.text
	if c.str("blocks") != "" || next.text != "" {
		body.blocks = next.blocks
	}
	if c.str("metadata") != "" {
		body.metadata = next.metadata
	}
	c.changed = true
	a.Edit(m, body)
	return object{"channel": m.Channel.ID, "ts": m.ID, "text": m.Body.text, "message": a.shown(m, true)}, nil
}

// chatDelete: https://docs.slack.dev/reference/methods/chat.delete
func chatDelete(a *api, c *call) (object, error) {
	m, err := a.own(c, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	c.changed = true
	a.Remove(m, a.opts.BotUserID)
	return object{"channel": m.Channel.ID, "ts": m.ID}, nil
}

// chatGetPermalink: https://docs.slack.dev/reference/methods/chat.getPermalink
func chatGetPermalink(a *api, c *call) (object, error) {
	ch, err := a.visible(c.str("channel"))
	if err != nil {
		return nil, err
	}
	m := ch.Message(c.str("message_ts"))
	if m == nil {
		return nil, refuse("message_not_found")
	}
	return object{"channel": ch.ID, "permalink": a.permalink(m)}, nil
}
