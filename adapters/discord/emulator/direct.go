package emulator

// createDM: https://docs.discord.com/developers/resources/user#create-dm
// Whom the bot cannot reach is told with the first message.
func createDM(w *Workspace, c *call) (any, error) {
	body, err := c.fields()
	if err != nil {
		return nil, err
	}
	f := &form{}
	to := f.id("recipient_id", body["recipient_id"])
	if to == "" && body["recipient_id"] == nil {
		f.required("recipient_id")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	u := w.users[to]
	switch {
	case u == nil || u.ID == w.opts.BotUserID:
		return nil, refuse(invalidRecipient)
	case u.Bot:
		return nil, refuse(cannotMessage)
	}
	ch, made := w.openDirect(u.ID)
	c.changed = made
	return w.channelObject(ch), nil
}

// openDirect returns the bot's direct conversation with a person.
func (w *Workspace) openDirect(userID string) (ch *channel, made bool) {
	if id := w.direct[userID]; id != "" {
		return w.channels[id], false
	}
	ch = w.addChannel(Channel{})
	ch.with = userID
	w.direct[userID] = ch.ID
	return ch, true
}
