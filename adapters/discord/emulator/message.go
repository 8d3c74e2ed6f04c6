package emulator

import (
	"encoding/json"
	"fmt"
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
	replyMessage   = 19
	commandMessage = 20
)

// Flags of messages, see
// https://docs.discord.com/developers/resources/message#message-object-message-flags.
const (
	ephemeralFlag = 1 << 6
	loadingFlag   = 1 << 7
	layoutFlag    = 1 << 15 // IS_COMPONENTS_V2: components instead of content and embeds
)

// content holds what only Discord knows of a message.
type content struct {
	text        string
	embeds      []object
	components  []object
	files       []object
	flags       int64
	nonce       any
	mentions    mentions
	interaction *interaction // that it answers, may be nil
	reply       *message     // that it replies to, may be nil
}

// empty reports whether there is nothing to see.
func (c content) empty() bool {
	return strings.TrimSpace(c.text) == "" && len(c.embeds) == 0 && len(c.components) == 0 && len(c.files) == 0
}

// Message is a message as a test sees it.
type Message struct {
	Channel    string           // the channel's ID
	ID         string           //
	Author     string           // the author's ID
	Content    string           // as it was sent
	Plain      string           // the whole message as plain text with mentions as "@name"
	Embeds     []map[string]any // as stored
	Components []map[string]any // as stored
	Files      []map[string]any // attachments, without their content
	Nonce      string           // as it was sent
	ReplyTo    string           // the ID of the message to which it replies
	Notifies   []string         // whom it notifies: user and role IDs, "everyone"
	Edited     bool             //
	Pinned     bool             //
	Ephemeral  bool             // seen by one person
	Deferred   bool             // shows only that the app is thinking
	Notice     bool             // written by Discord itself
	At         time.Time        // on the workspace's clock
}

func (r *renderer) export(m *message) Message {
	out := Message{
		Channel: m.Channel.ID, ID: m.ID, Author: m.Author, Content: m.Body.text, Plain: stage.PlainText(nil, r.parts(m)),
		Embeds: stage.Clone(m.Body.embeds), Components: stage.Clone(m.Body.components), Files: m.Body.files, Notifies: m.Body.mentions.notified(),
		Edited: !m.Edited.IsZero(), Pinned: m.Pinned(), Ephemeral: m.Only != "",
		Deferred: m.Body.flags&loadingFlag != 0, Notice: m.Notice, At: m.At,
	}
	if m.Body.reply != nil {
		out.ReplyTo = m.Body.reply.ID
	}
	switch nonce := m.Body.nonce.(type) {
	case string:
		out.Nonce = nonce
	case json.Number:
		out.Nonce = nonce.String()
	}
	return out
}

// write stores a message in ch, gives it an ID and announces it.
func (g *guild) write(ch *channel, m *message) *message {
	m.ID, m.At = g.newID(), g.opts.Now()
	g.Post(ch, m)
	g.announceMessage("MESSAGE_CREATE", m)
	return m
}

// edit gives a message new content and announces it.
func (g *guild) edit(m *message, d draft) {
	next := d.onto(m.Body)
	next.flags &^= loadingFlag
	g.Edit(m, next)
	g.announceMessage("MESSAGE_UPDATE", m)
}

// removeMessage deletes a message.
func (g *guild) removeMessage(m *message, by string) {
	g.Remove(m, by)
	if m.Only == "" {
		g.gateway.dispatch(event{
			kind: "MESSAGE_DELETE", intent: messageIntent(m.Channel), hidden: !g.views(g.bot(), m.Channel),
			body: g.placed(m.Channel, object{"id": m.ID, "channel_id": m.Channel.ID}),
		})
	}
}

// placed adds the guild's ID to an event in one of its channels.
func (g *guild) placed(ch *channel, body object) object {
	if !ch.IsDirect() {
		body["guild_id"] = g.opts.GuildID
	}
	return body
}

func messageIntent(ch *channel) int {
	if ch.IsDirect() {
		return intentDirectMessages
	}
	return intentMessages
}

// announceMessage sends an event about a message. Without the intent
// MESSAGE_CONTENT its content is left out, unless the message is the bot's own,
// direct, or mentions the bot. See
// https://docs.discord.com/developers/events/gateway#message-content-intent.
func (g *guild) announceMessage(kind string, m *message) {
	if m.Only != "" {
		return
	}
	e := event{
		kind: kind, intent: messageIntent(m.Channel), hidden: !g.views(g.bot(), m.Channel),
		body: g.placed(m.Channel, g.messageObject(m)),
	}
	if kind == "MESSAGE_CREATE" {
		e.body = g.placed(m.Channel, g.sentObject(m))
	}
	if m.Author != g.opts.BotUserID && !m.Channel.IsDirect() && !slices.Contains(m.Body.mentions.users, g.opts.BotUserID) {
		e.bare = maps.Clone(e.body)
		maps.Copy(e.bare, object{"content": "", "attachments": []object{}, "embeds": []object{}, "components": []object{}})
	}
	g.gateway.dispatch(e)
}

// kindOfMessage returns a message's type.
func kindOfMessage(m *message) int {
	switch i := m.Body.interaction; {
	case m.Notice:
		return pinNotice
	case m.Body.reply != nil:
		return replyMessage
	case i != nil && i.kind == kindCommand:
		return commandMessage
	}
	return 0
}

// messageObject is a message as the API returns it. The nonce is only in the answer
// to its sending and in the event: it is not documented whether later reads return it.
func (g *guild) messageObject(m *message) object {
	out := object{
		"id": m.ID, "channel_id": m.Channel.ID, "type": kindOfMessage(m), "content": m.Body.text, "author": userObject(g.People.ByID(m.Author)),
		"timestamp": stamp(m.At), "edited_timestamp": nil, "flags": m.Body.flags, "tts": false, "pinned": m.Pinned(),
		"mention_everyone": m.Body.mentions.everyone, "mention_roles": append([]string{}, m.Body.mentions.roles...), "mentions": []object{},
		"attachments": m.Body.files, "embeds": m.Body.embeds, "components": m.Body.components,
	}
	for _, id := range m.Body.mentions.users {
		out["mentions"] = append(out["mentions"].([]object), userObject(g.People.ByID(id)))
	}
	for _, list := range []string{"attachments", "embeds", "components"} {
		if len(out[list].([]object)) == 0 {
			out[list] = []object{}
		}
	}
	if !m.Edited.IsZero() {
		out["edited_timestamp"] = stamp(m.Edited)
	}
	if to := m.Body.reply; to != nil {
		out["message_reference"] = g.placed(m.Channel, object{"type": 0, "channel_id": m.Channel.ID, "message_id": to.ID})
		if !m.Notice {
			out["referenced_message"] = g.referenced(to)
		}
	}
	if i := m.Body.interaction; i != nil {
		out["application_id"], out["webhook_id"] = g.opts.ApplicationID, g.opts.ApplicationID
		out["interaction_metadata"] = object{
			"id": i.id, "type": i.kind, "user": userObject(g.People.ByID(i.user)), "authorizing_integration_owners": object{"0": g.opts.GuildID},
		}
	}
	return out
}

// referenced is the message that another replies to, without the one that it replies to
// itself; null if it is deleted.
func (g *guild) referenced(m *message) any {
	if m.Removed {
		return nil
	}
	out := g.messageObject(m)
	delete(out, "referenced_message")
	return out
}

// seenMessage is a message as a call that reads returns it: without what a fault
// hides.
func (a *api) seenMessage(c *call, m *message) object {
	out := a.messageObject(m)
	if _, hides := c.met.Of(stage.HideMetadata); hides {
		out["components"] = []object{}
	}
	return out
}

// Person implements stage.Renderer.
func (r *renderer) Person(u *member) stage.Person {
	return stage.Person{ID: u.ID, Name: u.shown(), RealName: u.RealName, Bot: u.Bot, Deactivated: u.Outside}
}

// Room implements stage.Renderer. A category is no room.
func (r *renderer) Room(ch *channel, out *stage.Room) bool {
	out.Topic, out.Members, out.Commands = stage.Plain(r.lines(ch.Topic)), r.guild.memberIDs(ch), !ch.IsDirect() // the commands are registered in the guild
	if ch.IsDirect() {
		out.Name = r.guild.People.ByID(ch.With).Name
	} else if r.guild.private(ch) {
		out.Kind = stage.PrivateRoom
	}
	if parent := r.guild.Channels.ByID(ch.Extra.parent); parent != nil && parent.Extra.category {
		out.Category = parent.Name
	}
	out.ReadOnly = slices.ContainsFunc(ch.Extra.overwrites, func(o Overwrite) bool { return o.ID == r.guild.opts.GuildID && o.Deny.Has(SendMessages) })
	return !ch.Extra.category
}

// RoomDetails implements stage.Renderer.
func (r *renderer) RoomDetails(ch *channel) []string {
	details := []string{"in " + ch.Extra.parent}
	for _, o := range ch.Extra.overwrites {
		details = append(details, fmt.Sprintf("%s +%d -%d", o.ID, o.Allow, o.Deny))
	}
	return details
}

// PostDetails implements stage.Renderer.
func (r *renderer) PostDetails(m *message) (op string, details []string) {
	e := r.export(m)
	return e.Nonce, []string{e.Content, string(stage.JSON(e.Embeds)), string(stage.JSON(e.Components))}
}

// Post implements stage.Renderer.
func (r *renderer) Post(m *message, out *stage.Post) {
	out.Parts = r.parts(m)
	if m.Notice {
		out.Deed = stage.Pinned
	}
	if m.Body.reply != nil {
		out.ReplyTo = m.Body.reply.ID
	}
}
