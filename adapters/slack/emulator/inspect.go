package emulator

// Pin is a pinned message.
type Pin struct {
	TS string
	By string // who pinned it, a user's ID
}

// Bookmark is a link at the top of a channel.
type Bookmark struct {
	ID    string
	Title string
	Link  string
}

// BotUserID returns the bot's user ID.
func (w *Workspace) BotUserID() string { return botUserID }

// BotToken returns the token that the API takes.
func (w *Workspace) BotToken() string { return w.team.opts.BotToken }

// AppToken returns the app-level token.
func (w *Workspace) AppToken() string { return w.team.opts.AppToken }

// AdminToken returns the administrator's token, "" if there is none.
func (w *Workspace) AdminToken() string { return w.team.opts.AdminToken }

// SigningSecret returns the secret that callbacks are signed with.
func (w *Workspace) SigningSecret() string { return w.team.opts.SigningSecret }

// TeamID returns the workspace's ID.
func (w *Workspace) TeamID() string { return w.team.opts.TeamID }

// Channels returns all channels in the order of their creation, including archived
// ones but not direct conversations.
func (w *Workspace) Channels() []Channel {
	w.team.Lock()
	defer w.team.Unlock()
	var out []Channel
	for _, ch := range w.team.Channels.All() {
		if !ch.IsDirect() {
			out = append(out, exportChannel(ch))
		}
	}
	return out
}

// ChannelByName returns the channel with the name, archived or not.
func (w *Workspace) ChannelByName(name string) (found Channel, ok bool) {
	w.team.Lock()
	defer w.team.Unlock()
	if ch := w.team.Channels.ByName(name); ch != nil {
		return exportChannel(ch), true
	}
	return Channel{}, false
}

// in calls look with the channel or direct conversation, if it exists.
func (w *Workspace) in(channelID string, look func(*channel)) {
	w.team.Lock()
	defer w.team.Unlock()
	if ch := w.team.Channels.ByID(channelID); ch != nil {
		look(ch)
	}
}

// Members returns the sorted IDs of a channel's members, nil if it is unknown.
func (w *Workspace) Members(channelID string) (ids []string) {
	w.in(channelID, func(ch *channel) { ids = ch.Members() })
	return ids
}

// Messages returns a channel's messages by people and the bot, oldest first.
func (w *Workspace) Messages(channelID string) (list []Message) {
	w.in(channelID, func(ch *channel) { list = w.team.show.exportAll(ch.Written()) })
	return list
}

// Notices returns a channel's messages by Slack itself, oldest first.
func (w *Workspace) Notices(channelID string) (list []Message) {
	w.in(channelID, func(ch *channel) { list = w.team.show.exportAll(ch.Notices()) })
	return list
}

// DM returns the ID of the bot's direct conversation with a person, "" if there
// is none yet.
func (w *Workspace) DM(userID string) string {
	w.team.Lock()
	defer w.team.Unlock()
	if ch := w.team.Channels.Direct(userID); ch != nil {
		return ch.ID
	}
	return ""
}

// DMs returns the messages of the bot's direct conversation with a person,
// oldest first.
func (w *Workspace) DMs(userID string) []Message { return w.Messages(w.DM(userID)) }

// Ephemerals returns the messages that only this person sees, oldest first.
func (w *Workspace) Ephemerals(userID string) []Message {
	w.team.Lock()
	defer w.team.Unlock()
	return w.team.show.exportAll(w.team.Ephemerals(userID))
}

// Home returns what the app has published on a person's App Home.
func (w *Workspace) Home(userID string) (View, bool) {
	w.team.Lock()
	defer w.team.Unlock()
	v, ok := w.team.homes[userID]
	if !ok {
		return View{}, false
	}
	return *w.team.show.exportView(v), true
}

// OpenView returns the modal that a person has open.
func (w *Workspace) OpenView(userID string) (View, bool) {
	if v := w.team.openOf(userID); v != nil {
		return *v, true
	}
	return View{}, false
}

// Pins returns a channel's pins, oldest first.
func (w *Workspace) Pins(channelID string) (pins []Pin) {
	w.in(channelID, func(ch *channel) {
		for _, p := range ch.Pins() {
			pins = append(pins, Pin{TS: p.Message, By: p.By})
		}
	})
	return pins
}

// Bookmarks returns a channel's bookmarks in the order shown.
func (w *Workspace) Bookmarks(channelID string) (list []Bookmark) {
	w.in(channelID, func(ch *channel) {
		for _, b := range ch.Extra.bookmarks {
			list = append(list, b.Bookmark)
		}
	})
	return list
}

// Permalink returns the address of a message, "" if there is no such message.
func (w *Workspace) Permalink(channelID, ts string) (link string) {
	w.in(channelID, func(ch *channel) {
		if m := ch.Message(ts); m != nil {
			link = w.team.permalink(m)
		}
	})
	return link
}
