package emulator

// createDM: https://docs.discord.com/developers/resources/user#create-dm
// It succeeds for people whom the bot cannot reach; sending then fails.
func createDM(a *api, c *call) (any, error) {
	f := &form{}
	to := f.id("recipient_id", c.fields["recipient_id"])
	if c.fields["recipient_id"] == nil {
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

// openDirect returns the bot's direct conversation with a person, and creates it if
// there is none.
func (g *guild) openDirect(userID string) (ch *channel, made bool) {
	if ch := g.Channels.Direct(userID); ch != nil {
		return ch, false
	}
	ch = &channel{ID: g.newID(), With: userID, Created: g.opts.Now()}
	_ = g.Channels.Add(ch) // its ID is new
	return ch, true
}
