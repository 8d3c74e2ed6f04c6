package emulator

// createDM: https://docs.discord.com/developers/resources/user#create-dm
// Whom the bot cannot reach is told with the first message.
func createDM(a *api, c *call) (any, error) {
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
	u := a.People.ByID(to)
	switch {
	case u == nil || u.ID == a.opts.BotUserID:
		return nil, refuse(invalidRecipient)
	case u.Bot:
		return nil, refuse(cannotMessage)
	}
	ch, made := a.openDirect(u.ID)
	c.changed = made
	return a.channelObject(ch), nil
}

// openDirect returns the bot's direct conversation with a person.
func (g *guild) openDirect(userID string) (ch *channel, made bool) {
	if ch := g.Channels.Direct(userID); ch != nil {
		return ch, false
	}
	ch = &channel{ID: g.newID(), With: userID, Created: g.opts.Now()}
	_ = g.Channels.Add(ch) // a new ID is free
	return ch, true
}
