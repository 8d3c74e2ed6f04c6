package emulator

// chatPostMessage takes a user's ID as the channel too: it is the direct
// conversation with them.
func chatPostMessage(a *api, c *call) (object, error) {
	body, err := a.readContent(c)
	if err != nil {
		return nil, err
	}
	ch, err := a.target(c.str("channel"))
	if err != nil {
		return nil, err
	}
	m := a.write(ch, &message{Author: botUserID, Body: body})
	c.changed = true
	if body.text == "" {
		c.note = "missing_text_in_message"
	}
	return object{"channel": ch.ID, "ts": m.ID, "message": a.shown(m, true)}, nil
}

// target finds where a message goes: a channel that the bot is in, a public one
// with chat:write.public, a direct conversation, or a user.
func (a *api) target(id string) (*channel, error) {
	if user := a.People.ByID(id); user != nil {
		if user.Deleted || user.Bot || user.DirectMessagesOff {
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
	case ch.IsDirect() && a.People.ByID(ch.With).Deleted:
		return nil, refuse("user_disabled")
	case ch.IsDirect() && a.People.ByID(ch.With).DirectMessagesOff:
		return nil, refuse("channel_not_found")
	case !ch.Has(botUserID) && a.need("chat:write.public") != nil:
		return nil, refuse("not_in_channel")
	case ch.Extra.readOnly:
		return nil, refuse("restricted_action_read_only_channel")
	}
	return ch, nil
}

// chatUpdate removes the old blocks if it is called with a text and without
// blocks. It does not change metadata.
func chatUpdate(a *api, c *call) (object, error) {
	m := c.ch.Message(c.str("ts"))
	switch {
	case m == nil:
		return nil, refuse("message_not_found")
	case m.Author != botUserID || m.Notice:
		return nil, refuse("cant_update_message")
	case c.ch.Extra.archived:
		return nil, refuse("is_archived")
	case c.has("metadata"):
		return nil, unsupported("metadata")
	}
	next, err := a.readContent(c)
	if err != nil {
		return nil, err
	}
	next.metadata = m.Body.metadata
	c.changed = true
	a.Edit(m, next)
	return object{"channel": c.ch.ID, "ts": m.ID, "text": next.text, "message": a.shown(m, true)}, nil
}

func chatGetPermalink(a *api, c *call) (object, error) {
	m := c.ch.Message(c.str("message_ts"))
	if m == nil {
		return nil, refuse("message_not_found")
	}
	return object{"channel": c.ch.ID, "permalink": a.permalink(m)}, nil
}
