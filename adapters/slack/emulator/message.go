package emulator

import (
	"encoding/json"
	"time"

	"riskroom/adapters/stage"
)

// content holds what only Slack knows of a message.
type content struct {
	text     string
	blocks   blocks
	metadata *Metadata
	subtype  string // of a notice
	value    string // of a notice: the new topic, purpose or name
	files    []*file
	thread   *message // the first message of the thread in which this one replies
}

// blocks are those of a message. Once it is stored, they are JSON, which takes a tenth of the
// memory.
type blocks struct {
	list []object
	json json.RawMessage // instead of list
}

// none reports whether there are no blocks.
func (b blocks) none() bool { return len(b.list) == 0 && b.json == nil }

// open returns the blocks. The caller must not change them.
func (b blocks) open() []object {
	if b.json == nil {
		return b.list
	}
	var list []object
	if err := json.Unmarshal(b.json, &list); err != nil {
		panic("emulator: " + err.Error()) // of what pack has encoded
	}
	return list
}

// pack returns the blocks as JSON.
func (b blocks) pack() blocks {
	if len(b.list) == 0 {
		return b
	}
	return blocks{json: stage.JSON(b.list)}
}

// Metadata is the data that an app attaches to a message, see
// https://docs.slack.dev/messaging/message-metadata.
type Metadata struct {
	EventType    string         `json:"event_type"`
	EventPayload map[string]any `json:"event_payload"`
}

// Message is a message as a test sees it.
type Message struct {
	Channel   string           // the channel's ID
	TS        string           //
	User      string           // the author's ID, which may be the bot's
	Subtype   string           // of a notice by Slack itself: "channel_join"
	Text      string           // the text argument, which notifications show if there are blocks
	Plain     string           // the whole message as plain text with mentions as "@name"
	Blocks    []map[string]any // as stored, with block_ids
	Metadata  *Metadata        //
	Thread    string           // of a reply: the TS of the message with which its thread begins
	Files     []string         // IDs
	Notifies  []string         // whom it notifies: user and group IDs, "channel", "here", "everyone"
	Edited    bool             //
	Pinned    bool             //
	Ephemeral bool             // seen by one person, not stored
	At        time.Time        // the instant of TS
}

// Op returns the metadata's "op", by which the app finds its own messages.
func (m Message) Op() string { return opOf(m.Metadata) }

func opOf(m *Metadata) string {
	if m == nil {
		return ""
	}
	return stage.Str(m.EventPayload["op"])
}

func (r *renderer) export(m *message) Message {
	b := m.Body
	out := Message{
		Channel: m.Channel.ID, TS: m.ID, User: m.Author, Subtype: b.subtype, Text: b.text, Plain: r.plain(b),
		Blocks: stage.Clone(b.blocks.open()), Metadata: stage.Clone(b.metadata), Edited: !m.Edited.IsZero(),
		Notifies: notified(b), Pinned: m.Pinned(), Ephemeral: m.Only != "", At: m.At,
	}
	for _, f := range b.files {
		out.Files = append(out.Files, f.id)
	}
	if b.thread != nil {
		out.Thread = b.thread.ID
	}
	return out
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
	m.Body.blocks = m.Body.blocks.pack()
	return m
}

// notice stores a message that Slack itself writes into a channel. value is the
// new topic, purpose or name, if any. See
// https://docs.slack.dev/reference/events/message#subtypes.
func (t *team) notice(c *channel, user, what, text, value string) {
	prefix := "channel_"
	if c.Extra.private {
		prefix = "group_"
	}
	t.write(c, &message{Author: user, Notice: true, Body: content{subtype: prefix + what, text: text, value: value}})
}

// deeds are what notices report, by subtype without channel_ or group_.
var deeds = map[string]stage.Deed{
	"join": stage.Joined, "leave": stage.Left, "topic": stage.SetTopic, "purpose": stage.SetPurpose,
	"name": stage.Renamed, "archive": stage.Archived, "unarchive": stage.Unarchived,
}

// shown is a message as conversations.history returns it.
func (t *team) shown(m *message, metadata bool) object {
	out := object{"type": "message", "ts": m.ID, "user": m.Author, "text": m.Body.text, "team": t.opts.TeamID}
	if m.Notice {
		out["subtype"] = m.Body.subtype
	}
	if m.Author == botUserID && !m.Notice {
		out["bot_id"], out["app_id"] = botID, appID
		out["bot_profile"] = object{"id": botID, "app_id": appID, "name": botName, "team_id": t.opts.TeamID}
	}
	if b := m.Body.blocks.pack(); !b.none() {
		out["blocks"] = b.json
	}
	var files []object
	for _, f := range m.Body.files {
		files = append(files, t.fileObject(f))
	}
	if len(files) > 0 {
		out["files"] = files
	}
	if !m.Edited.IsZero() {
		out["edited"] = object{"user": m.Author, "ts": m.ID}
	}
	if metadata && m.Body.metadata != nil {
		out["metadata"] = m.Body.metadata
	}
	t.showThread(m, out)
	if m.Pinned() {
		out["pinned_to"] = []string{m.Channel.ID}
	}
	return out
}
