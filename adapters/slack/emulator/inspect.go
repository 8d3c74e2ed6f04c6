package emulator

import (
	"slices"

	"riskroom/adapters/stage"
)

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
	Emoji string
}

// BotUserID returns the bot's user ID.
func (w *Workspace) BotUserID() string { return w.opts.BotUserID }

// BotToken returns the token that the API takes.
func (w *Workspace) BotToken() string { return w.opts.BotToken }

// SigningSecret returns the secret that callbacks are signed with.
func (w *Workspace) SigningSecret() string { return w.opts.SigningSecret }

// TeamID returns the workspace's ID.
func (w *Workspace) TeamID() string { return w.opts.TeamID }

// UserByName returns the person or bot with the handle.
func (w *Workspace) UserByName(name string) (User, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if u := w.handles[name]; u != nil {
		return *u, true
	}
	return User{}, false
}

// Channels returns all channels in the order of their making, archived ones
// included and direct conversations left out, with their members sorted.
func (w *Workspace) Channels() []Channel {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Channel
	for _, id := range w.order {
		if ch := w.channels[id]; !ch.isDirect() {
			out = append(out, ch.export())
		}
	}
	return out
}

func (c *channel) export() Channel {
	out := c.Channel
	out.Members = c.memberIDs()
	return out
}

// ChannelByName returns the channel with the name, archived or not.
func (w *Workspace) ChannelByName(name string) (Channel, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ch := w.channelByName(name); ch != nil {
		return ch.export(), true
	}
	return Channel{}, false
}

// ChannelByID returns the channel or direct conversation with the ID.
func (w *Workspace) ChannelByID(id string) (Channel, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ch := w.channels[id]; ch != nil {
		return ch.export(), true
	}
	return Channel{}, false
}

// Members returns who is in a channel, IDs sorted; none for an unknown one.
func (w *Workspace) Members(channelID string) []string {
	ch, _ := w.ChannelByID(channelID)
	return ch.Members
}

// Messages returns the messages of a channel that people or the bot wrote,
// oldest first. Slack's own notices are in Notices.
func (w *Workspace) Messages(channelID string) []Message {
	return w.messages(channelID, func(m *message) bool { return m.subtype == "" })
}

// Notices returns what Slack itself wrote into a channel, oldest first.
func (w *Workspace) Notices(channelID string) []Message {
	return w.messages(channelID, func(m *message) bool { return m.subtype != "" })
}

func (w *Workspace) messages(channelID string, wanted func(*message) bool) []Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Message
	if ch := w.channels[channelID]; ch != nil {
		for _, m := range ch.messages {
			if wanted(m) {
				out = append(out, w.export(m))
			}
		}
	}
	return out
}

// DM returns the ID of the bot's direct conversation with a person, "" where
// there is none yet.
func (w *Workspace) DM(userID string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.direct[userID]
}

// DMs returns the messages of the bot's direct conversation with a person,
// oldest first.
func (w *Workspace) DMs(userID string) []Message { return w.Messages(w.DM(userID)) }

// Ephemerals returns what only this person sees, oldest first.
func (w *Workspace) Ephemerals(userID string) []Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Message
	for _, m := range w.ephemerals[userID] {
		out = append(out, w.export(m))
	}
	return out
}

// OpenViews returns the modals that a person has open, topmost last.
func (w *Workspace) OpenViews(userID string) []View {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []View
	for _, v := range w.stacks[userID] {
		out = append(out, w.exportView(v))
	}
	return out
}

// OpenView returns the topmost modal that a person has open.
func (w *Workspace) OpenView(userID string) (View, bool) {
	if v := w.openTop(userID); v != nil {
		return *v, true
	}
	return View{}, false
}

// Pins returns a channel's pins, oldest first.
func (w *Workspace) Pins(channelID string) []Pin {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Pin
	if ch := w.channels[channelID]; ch != nil {
		for _, p := range ch.pins {
			out = append(out, Pin{TS: p.ts, By: p.by})
		}
	}
	return out
}

// Bookmarks returns a channel's bookmarks in the order shown.
func (w *Workspace) Bookmarks(channelID string) []Bookmark {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Bookmark
	if ch := w.channels[channelID]; ch != nil {
		for _, b := range ch.bookmarks {
			out = append(out, Bookmark{ID: b.ID, Title: b.Title, Link: b.Link, Emoji: b.Emoji})
		}
	}
	return out
}

// Permalink returns the address of a message, "" where there is none such.
func (w *Workspace) Permalink(channelID, ts string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ch := w.channels[channelID]; ch != nil && ch.message(ts) != nil {
		return w.permalink(ch.message(ts))
	}
	return ""
}

// View implements stage.Platform.
func (w *Workspace) View() stage.View {
	w.mu.Lock()
	defer w.mu.Unlock()
	v := stage.View{Platform: "slack", Workspace: w.opts.TeamName, Seq: w.feed.Seq()}
	for _, id := range w.userIDs() {
		u := w.users[id]
		v.People = append(v.People, stage.Person{
			ID: u.ID, Name: u.Name, RealName: u.RealName, Email: u.Email, Bot: u.Bot,
			Guest: u.Guest || u.SingleChannel, Deactivated: u.Deleted,
		})
	}
	for _, id := range w.order {
		ch := w.channels[id]
		v.Rooms = append(v.Rooms, w.room(ch))
		for _, m := range ch.messages {
			v.Posts = append(v.Posts, w.post(m))
		}
	}
	for _, list := range w.ephemerals {
		for _, m := range list {
			v.Posts = append(v.Posts, w.post(m))
		}
	}
	slices.SortFunc(v.Posts, func(a, b stage.Post) int { return a.At.Compare(b.At) })
	for _, id := range w.userIDs() {
		for _, open := range w.stacks[id] {
			v.Windows = append(v.Windows, w.window(open))
		}
	}
	return v
}
