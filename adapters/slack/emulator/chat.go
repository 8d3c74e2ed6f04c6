package emulator

import (
	"slices"
	"strings"

	"riskroom/adapters/stage"
)

// chatPostMessage: https://docs.slack.dev/reference/methods/chat.postMessage
// A user's ID as channel stands for the direct conversation with them.
func chatPostMessage(w *Workspace, c *call) (object, error) {
	if err := w.need("chat:write"); err != nil {
		return nil, err
	}
	m, err := w.content(c)
	if err != nil {
		return nil, err
	}
	ch, err := w.target(c.str("channel"))
	if err != nil {
		return nil, err
	}
	if ts := c.str("thread_ts"); ts != "" {
		if ch.message(ts) == nil {
			return nil, refuse("thread_not_found")
		}
		m.thread = ts
	}
	m.user = w.opts.BotUserID
	w.newMessage(ch, m)
	c.changed = true
	if m.text == "" {
		c.note = "missing_text_in_message"
	}
	return object{"channel": ch.ID, "ts": m.ts, "message": w.shown(m, true)}, nil
}

// target finds where a post goes: a channel that the bot is in, a public one
// with chat:write.public, a direct conversation, or a user.
func (w *Workspace) target(id string) (*channel, error) {
	if name, ok := strings.CutPrefix(id, "#"); ok {
		if ch := w.channelByName(name); ch != nil {
			id = ch.ID
		}
	}
	if user := w.users[id]; user != nil {
		switch {
		case user.NotVisible || user.Deleted || user.Bot:
			return nil, refuse("channel_not_found")
		case w.opts.NoMessagesTab:
			return nil, refuse("messages_tab_disabled")
		case user.DirectMessagesOff:
			return nil, refuse("channel_not_found")
		}
		ch, _ := w.openDirect(id)
		return ch, nil
	}
	ch, err := w.visible(id)
	switch {
	case err != nil:
		return nil, err
	case ch.Archived:
		return nil, refuse("is_archived")
	case ch.isDirect():
		return ch, w.directOpen(ch)
	case !ch.members[w.opts.BotUserID] && w.need("chat:write.public") != nil:
		return nil, refuse("not_in_channel")
	case ch.ReadOnly:
		return nil, refuse("restricted_action_read_only_channel")
	}
	return ch, nil
}

// directOpen tells whether the bot may post into a direct conversation.
func (w *Workspace) directOpen(ch *channel) error {
	switch user := w.users[ch.with]; {
	case w.opts.NoMessagesTab:
		return refuse("messages_tab_disabled")
	case user.Deleted:
		return refuse("user_disabled")
	case user.DirectMessagesOff:
		return refuse("channel_not_found")
	}
	return nil
}

// chatPostEphemeral: https://docs.slack.dev/reference/methods/chat.postEphemeral
func chatPostEphemeral(w *Workspace, c *call) (object, error) {
	if err := w.need("chat:write"); err != nil {
		return nil, err
	}
	m, err := w.content(c)
	if err != nil {
		return nil, err
	}
	ch, err := w.target(c.str("channel"))
	switch {
	case err != nil:
		return nil, err
	case !ch.members[c.str("user")]:
		return nil, refuse("user_not_in_channel")
	}
	m.user, m.only, m.metadata = w.opts.BotUserID, c.str("user"), nil
	w.newMessage(ch, m)
	c.changed = true
	return object{"message_ts": m.ts}, nil
}

// own finds a message that the bot wrote, for chat.update and chat.delete.
func (w *Workspace) own(c *call, code string) (*message, error) {
	if err := w.need("chat:write"); err != nil {
		return nil, err
	}
	ch, err := w.visible(c.str("channel"))
	if err != nil {
		return nil, err
	}
	m := ch.message(c.str("ts"))
	switch {
	case m == nil:
		return nil, refuse("message_not_found")
	case m.user != w.opts.BotUserID || m.subtype != "":
		return nil, refuse(code)
	case ch.Archived:
		return nil, refuse("is_archived")
	}
	return m, nil
}

// chatUpdate: https://docs.slack.dev/reference/methods/chat.update
// Without blocks the old ones stay if no text is given either, and go if one
// is. Metadata stays unless given anew; {} removes it.
func chatUpdate(w *Workspace, c *call) (object, error) {
	m, err := w.own(c, "cant_update_message")
	if err != nil {
		return nil, err
	}
	next, err := w.content(c)
	if err != nil {
		return nil, err
	}
	m.text, m.edited = next.text, true
	if c.str("blocks") != "" || next.text != "" {
		m.blocks = next.blocks
	}
	if c.str("metadata") != "" {
		m.metadata = next.metadata
	}
	c.changed = true
	w.publish(stage.PostEdited, m.user, m.channel, m, "")
	return object{"channel": m.channel.ID, "ts": m.ts, "text": m.text, "message": w.shown(m, true)}, nil
}

// chatDelete: https://docs.slack.dev/reference/methods/chat.delete
func chatDelete(w *Workspace, c *call) (object, error) {
	m, err := w.own(c, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	c.changed = true
	w.deleteMessage(m, w.opts.BotUserID)
	return object{"channel": m.channel.ID, "ts": m.ts}, nil
}

func (w *Workspace) deleteMessage(m *message, by string) {
	ch := m.channel
	m.removed = true
	ch.messages = slices.DeleteFunc(ch.messages, func(o *message) bool { return o == m })
	ch.pins = slices.DeleteFunc(ch.pins, func(p pin) bool { return p.ts == m.ts })
	w.publish(stage.PostDeleted, by, ch, m, "")
}

// chatGetPermalink: https://docs.slack.dev/reference/methods/chat.getPermalink
func chatGetPermalink(w *Workspace, c *call) (object, error) {
	ch, err := w.visible(c.str("channel"))
	if err != nil {
		return nil, err
	}
	m := ch.message(c.str("message_ts"))
	if m == nil {
		return nil, refuse("message_not_found")
	}
	return object{"channel": ch.ID, "permalink": w.permalink(m)}, nil
}

// permalink is where a message would be opened.
func (w *Workspace) permalink(m *message) string {
	return w.siteURL() + "/archives/" + m.channel.ID + "/p" + strings.ReplaceAll(m.ts, ".", "")
}
