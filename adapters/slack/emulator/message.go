package emulator

import (
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// content is what Slack alone knows of a message.
type content struct {
	text     string
	blocks   []object
	metadata *Metadata
	thread   string // of a reply: the message replied to
	subtype  string // of a notice
	value    string // of a notice: the new topic, purpose or name
}

// Metadata is what an app hangs on a message, see
// https://docs.slack.dev/messaging/message-metadata.
type Metadata struct {
	EventType    string         `json:"event_type"`
	EventPayload map[string]any `json:"event_payload"`
}

// Message is a message as a test sees it.
type Message struct {
	Channel   string           // the channel's ID
	TS        string           //
	ThreadTS  string           // of a reply: the message replied to
	User      string           // who wrote it, also where that is the bot
	Subtype   string           // of a notice by Slack itself: "channel_join"
	Text      string           // the text argument: what notifications show where there are blocks
	Plain     string           // all that is seen, as plain text with mentions as "@name"
	Blocks    []map[string]any // as stored, with block_ids
	Metadata  *Metadata        //
	Notifies  []string         // whom it notifies: user and group IDs, "channel", "here", "everyone"
	Edited    bool             //
	Pinned    bool             //
	Ephemeral bool             // seen by one person, not stored
	At        time.Time        // the instant of TS
}

// Op returns the metadata's "op", the marker by which the app finds its own
// message again.
func (m Message) Op() string {
	if m.Metadata == nil {
		return ""
	}
	op, _ := m.Metadata.EventPayload["op"].(string)
	return op
}

// Action returns the element with the given action_id and the block_id around
// it.
func (m Message) Action(actionID string) (element map[string]any, blockID string, ok bool) {
	return findElement(m.Blocks, actionID)
}

func (r *renderer) export(m *message) Message {
	b := m.Body
	return Message{
		Channel: m.Channel.ID, TS: m.ID, ThreadTS: b.thread, User: m.Author, Subtype: b.subtype, Text: b.text,
		Plain: r.plain(b), Blocks: stage.Clone(b.blocks), Metadata: stage.Clone(b.metadata), Edited: !m.Edited.IsZero(),
		Notifies: notified(b), Pinned: m.Pinned(), Ephemeral: m.Only != "", At: m.At,
	}
}

// exportAll returns messages as a test sees them.
func (r *renderer) exportAll(list []*message) []Message {
	var out []Message
	for _, m := range list {
		out = append(out, r.export(m))
	}
	return out
}

// write stores a message in c and gives it a timestamp.
func (t *team) write(c *channel, m *message) *message {
	m.ID, m.At = t.newTS()
	t.Post(c, m)
	return m
}

// notice stores one of the messages that Slack itself writes into a channel,
// about the value that the user gave it, if any. See
// https://docs.slack.dev/reference/events/message#subtypes.
func (t *team) notice(c *channel, user, what, text, value string) {
	prefix := "channel_"
	if c.Extra.private {
		prefix = "group_"
	}
	t.write(c, &message{Author: user, Notice: true, Body: content{subtype: prefix + what, text: text, value: value}})
}

// deeds are what the notices tell, by subtype without channel_ or group_.
var deeds = map[string]stage.Deed{
	"join": stage.Joined, "leave": stage.Left, "topic": stage.SetTopic, "purpose": stage.SetPurpose,
	"name": stage.Renamed, "archive": stage.Archived,
}

// shown is a message as conversations.history gives it. Metadata of one's own
// messages comes whole with include_all_metadata only.
func (t *team) shown(m *message, metadata bool) object {
	out := object{"type": "message", "ts": m.ID, "user": m.Author, "text": m.Body.text, "team": t.opts.TeamID}
	if m.Notice {
		out["subtype"] = m.Body.subtype
	}
	if m.Author == t.opts.BotUserID && !m.Notice {
		out["bot_id"], out["app_id"] = t.opts.BotID, t.opts.AppID
		out["bot_profile"] = object{"id": t.opts.BotID, "app_id": t.opts.AppID, "name": t.opts.BotName, "team_id": t.opts.TeamID}
	}
	if len(m.Body.blocks) > 0 {
		out["blocks"] = m.Body.blocks
	}
	if m.Body.thread != "" {
		out["thread_ts"] = m.Body.thread
	}
	if !m.Edited.IsZero() {
		out["edited"] = object{"user": m.Author, "ts": m.ID}
	}
	if metadata && m.Body.metadata != nil {
		out["metadata"] = m.Body.metadata
	}
	if m.Pinned() {
		out["pinned_to"] = []string{m.Channel.ID}
	}
	return out
}

// Person implements stage.Renderer.
func (r *renderer) Person(u *User) stage.Person {
	return stage.Person{
		ID: u.ID, Name: u.Name, RealName: u.RealName, Email: u.Email, Bot: u.Bot,
		Guest: u.Guest || u.SingleChannel, Deactivated: u.Deleted,
	}
}

// Room implements stage.Renderer.
func (r *renderer) Room(c *channel, out *stage.Room) bool {
	out.Purpose, out.Archived, out.Commands = c.Extra.purpose, c.Extra.archived, !c.Extra.archived
	if c.Extra.private && !c.IsDirect() {
		out.Kind = stage.PrivateRoom
	}
	for _, b := range c.Extra.bookmarks {
		badge := stage.Badge{Title: b.Title, Link: b.Link}
		if m := r.team.linked(b.Link); m != nil && m.Channel == c {
			badge.Post = m.ID
		}
		out.Badges = append(out.Badges, badge)
	}
	return true
}

// Post implements stage.Renderer.
func (r *renderer) Post(m *message, out *stage.Post) {
	_, what, _ := strings.Cut(m.Body.subtype, "_")
	out.Text, out.Deed, out.Value = r.plain(m.Body), deeds[what], m.Body.value
	for _, b := range m.Body.blocks {
		out.Parts = append(out.Parts, r.parts(b)...)
	}
	if len(m.Body.blocks) == 0 {
		out.Lines = r.mrkdwnLines(m.Body.text)
	}
}

// plain is a message as plain text, line by line.
func (r *renderer) plain(c content) string {
	if len(c.blocks) == 0 {
		return r.fromMrkdwn(c.text)
	}
	return r.plainBlocks(c.blocks)
}

func (r *renderer) plainBlocks(blocks []object) string {
	var parts []stage.Part
	for _, b := range blocks {
		parts = append(parts, r.parts(b)...)
	}
	return stage.PlainText(parts)
}
