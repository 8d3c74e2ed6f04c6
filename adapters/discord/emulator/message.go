package emulator

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// Types of messages other than a plain one, 0. See
// https://docs.discord.com/developers/resources/message#message-object-message-types.
const (
	pinNotice      = 6
	commandMessage = 20
)

// Flags of messages, see
// https://docs.discord.com/developers/resources/message#message-object-message-flags.
const (
	suppressEmbeds        = 1 << 2
	ephemeralFlag         = 1 << 6
	loadingFlag           = 1 << 7
	suppressNotifications = 1 << 12
)

// message is a message as the workspace keeps it.
type message struct {
	channel     *channel
	id          string
	at, edited  time.Time
	author      string
	kind        int
	content     string
	embeds      []object
	components  []object
	flags       int64
	nonce       any
	mentions    mentions
	only        string       // of an ephemeral message: who sees it
	interaction *interaction // that it answers
	removed     bool
}

// Message is a message as a test sees it.
type Message struct {
	Channel    string           // the channel's ID
	ID         string           //
	Author     string           // who wrote it, a user's ID
	Content    string           // as it was sent
	Plain      string           // all that is seen, as plain text with mentions as "@name"
	Embeds     []map[string]any // as stored
	Components []map[string]any // as stored
	Nonce      string           // as it was sent
	Notifies   []string         // whom it notifies: user and role IDs, "everyone"
	Edited     bool             //
	Pinned     bool             //
	Ephemeral  bool             // seen by one person
	Deferred   bool             // only the sign that the app is thinking
	Notice     bool             // written by Discord itself
	At         time.Time        // on the workspace's clock
}

// Component returns the button or menu with the given custom_id.
func (m Message) Component(customID string) (component map[string]any, ok bool) {
	return findComponent(m.Components, customID)
}

func (w *Workspace) export(m *message) Message {
	out := Message{
		Channel: m.channel.ID, ID: m.id, Author: m.author, Content: m.content, Plain: w.plain(m),
		Embeds: stage.Clone(m.embeds), Components: stage.Clone(m.components), Notifies: m.mentions.notified(),
		Edited: !m.edited.IsZero(), Pinned: m.channel.pinned(m.id), Ephemeral: m.only != "",
		Deferred: m.flags&loadingFlag != 0, Notice: m.kind == pinNotice, At: m.at,
	}
	switch nonce := m.nonce.(type) {
	case string:
		out.Nonce = nonce
	case json.Number:
		out.Nonce = nonce.String()
	}
	return out
}

// newMessage stores a message in ch, gives it an ID and tells everybody.
func (w *Workspace) newMessage(ch *channel, m *message) *message {
	m.channel = ch
	m.id, m.at = w.newID(), w.opts.Now()
	if m.only == "" {
		ch.messages = append(ch.messages, m)
		w.announceMessage("MESSAGE_CREATE", m)
	} else {
		w.ephemerals[m.only] = append(w.ephemerals[m.only], m)
	}
	w.publish(stage.PostAdded, m.author, ch, m, "")
	return m
}

// edit gives a message new content and tells everybody.
func (w *Workspace) edit(m *message, c content) {
	c.apply(m)
	m.flags &^= loadingFlag
	m.edited = w.opts.Now()
	if m.only == "" {
		w.announceMessage("MESSAGE_UPDATE", m)
	}
	w.publish(stage.PostEdited, m.author, m.channel, m, "")
}

// removeMessage takes a message away.
func (w *Workspace) removeMessage(m *message, by string) {
	m.removed = true
	same := func(o *message) bool { return o == m }
	if m.only != "" {
		w.ephemerals[m.only] = slices.DeleteFunc(w.ephemerals[m.only], same)
		w.publish(stage.PostDeleted, by, m.channel, m, "")
		return
	}
	m.channel.messages = slices.DeleteFunc(m.channel.messages, same)
	m.channel.pins = slices.DeleteFunc(m.channel.pins, func(p pin) bool { return p.id == m.id })
	w.dispatch(event{
		kind: "MESSAGE_DELETE", intent: w.messageIntent(m.channel), hidden: !w.views(w.bot(), m.channel),
		body: w.placed(m.channel, object{"id": m.id, "channel_id": m.channel.ID}),
	})
	w.publish(stage.PostDeleted, by, m.channel, m, "")
}

// placed adds the guild to what happens in one of its channels.
func (w *Workspace) placed(ch *channel, body object) object {
	if !ch.isDirect() {
		body["guild_id"] = w.opts.GuildID
	}
	return body
}

func (w *Workspace) messageIntent(ch *channel) int {
	if ch.isDirect() {
		return intentDirectMessages
	}
	return intentMessages
}

// announceMessage tells the gateway's clients of a message. Without the intent
// MESSAGE_CONTENT they see what is in it only where it is the bot's own, direct,
// or mentions the bot. See
// https://docs.discord.com/developers/events/gateway#message-content-intent.
func (w *Workspace) announceMessage(kind string, m *message) {
	e := event{
		kind: kind, intent: w.messageIntent(m.channel), hidden: !w.views(w.bot(), m.channel),
		body: w.placed(m.channel, w.messageObject(m)),
	}
	if m.author != w.opts.BotUserID && !m.channel.isDirect() && !slices.Contains(m.mentions.users, w.opts.BotUserID) {
		e.bare = maps.Clone(e.body)
		maps.Copy(e.bare, object{"content": "", "embeds": []object{}, "components": []object{}})
	}
	w.dispatch(e)
}

// messageObject is a message as the API gives it. The nonce goes only with the
// answer to its sending: whether later reads tell it is not documented.
func (w *Workspace) messageObject(m *message) object {
	out := object{
		"id": m.id, "channel_id": m.channel.ID, "type": m.kind, "content": m.content, "author": userObject(w.users[m.author]),
		"timestamp": stamp(m.at), "edited_timestamp": nil, "flags": m.flags, "tts": false, "pinned": m.channel.pinned(m.id),
		"mention_everyone": m.mentions.everyone, "mention_roles": append([]string{}, m.mentions.roles...), "mentions": []object{},
		"attachments": []object{}, "embeds": m.embeds, "components": m.components,
	}
	users := []object{}
	for _, id := range m.mentions.users {
		if u := w.users[id]; u != nil {
			users = append(users, userObject(u))
		}
	}
	out["mentions"] = users
	for _, list := range []string{"embeds", "components"} {
		if len(out[list].([]object)) == 0 {
			out[list] = []object{}
		}
	}
	if !m.edited.IsZero() {
		out["edited_timestamp"] = stamp(m.edited)
	}
	if i := m.interaction; i != nil {
		out["application_id"], out["webhook_id"] = w.opts.ApplicationID, w.opts.ApplicationID
		out["interaction_metadata"] = object{
			"id": i.id, "type": i.kind, "user": userObject(w.users[i.user]), "authorizing_integration_owners": object{"0": w.opts.GuildID},
		}
	}
	return out
}

// seenMessage is a message as a read of call c gives it: without what a fault
// hides.
func (w *Workspace) seenMessage(c *call, m *message) object {
	out := w.messageObject(m)
	if _, hides := c.met.Of(stage.HideMetadata); hides {
		out["components"] = []object{}
	}
	return out
}

// post is a message for the stage.
func (w *Workspace) post(m *message) stage.Post {
	p := stage.Post{
		ID: m.id, Room: m.channel.ID, Author: m.author, Text: w.plain(m), Parts: w.parts(m), Only: m.only,
		Notice: m.kind == pinNotice, At: m.at, Edited: !m.edited.IsZero(),
	}
	if p.Notice {
		p.Deed = stage.Pinned
	}
	return p
}

// plain is the message as plain text, line by line.
func (w *Workspace) plain(m *message) string {
	return stage.PlainText(w.parts(m))
}

// topic is a channel's topic as people read it.
func (w *Workspace) topic(ch *channel) string {
	lines := strings.Split(ch.Topic, "\n")
	for i, l := range lines {
		if item, ok := strings.CutPrefix(l, "- "); ok {
			l = "• " + item
		}
		lines[i] = w.fromMarkdown(l)
	}
	return strings.Join(lines, "\n")
}

// room is a channel for the stage.
func (w *Workspace) room(ch *channel) stage.Room {
	r := stage.Room{
		ID: ch.ID, Name: ch.Name, Kind: stage.PublicRoom, Topic: w.topic(ch), Commands: !ch.isDirect(), // those of a guild
		Members: w.memberIDs(ch), Created: ch.created,
	}
	if ch.isDirect() {
		r.Kind, r.Name = stage.DirectRoom, w.users[ch.with].Name
	} else if w.private(ch) {
		r.Kind = stage.PrivateRoom
	}
	for _, p := range ch.pins {
		r.Pinned = append(r.Pinned, p.id)
	}
	return r
}

// publish puts on the feed what actor did in ch, to m where m is not nil. Text
// is who joined or left where that is what happened.
func (w *Workspace) publish(kind stage.EventKind, actor string, ch *channel, m *message, text string) {
	e := stage.Event{At: w.opts.Now(), Kind: kind, Actor: actor, Text: text}
	if ch != nil && ch.Category {
		return // nothing that people could look into
	}
	if ch != nil {
		e.Room = w.room(ch)
	}
	if m != nil {
		e.Post = w.post(m)
	}
	if kind == stage.MemberJoined || kind == stage.MemberLeft {
		e.Person, e.Text = text, ""
	}
	w.feed.Publish(e)
}
