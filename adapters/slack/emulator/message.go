package emulator

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"riskroom/adapters/stage"
)

// message is a message as the workspace keeps it.
type message struct {
	channel  *channel
	ts       string
	at       time.Time
	user     string
	subtype  string
	text     string
	blocks   []object
	metadata *Metadata
	thread   string
	edited   bool
	only     string // of an ephemeral message: who sees it
	removed  bool
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

func (w *Workspace) export(m *message) Message {
	return Message{
		Channel: m.channel.ID, TS: m.ts, ThreadTS: m.thread, User: m.user, Subtype: m.subtype, Text: m.text,
		Plain: w.plain(m), Blocks: clone(m.blocks), Metadata: clone(m.metadata), Edited: m.edited, Notifies: notified(m),
		Pinned:    slices.ContainsFunc(m.channel.pins, func(p pin) bool { return p.ts == m.ts }),
		Ephemeral: m.only != "", At: m.at,
	}
}

// clone copies a JSON value so that nobody outside can change the workspace's.
func clone[T any](v T) T {
	var out T
	if err := json.Unmarshal(mustJSON(v), &out); err != nil {
		panic("emulator: " + err.Error())
	}
	return out
}

// newMessage stores a message of the user in c and gives it a timestamp.
func (w *Workspace) newMessage(c *channel, m *message) *message {
	m.channel = c
	m.ts, m.at = w.newTS()
	if m.only == "" {
		c.messages = append(c.messages, m)
	} else {
		w.ephemerals[m.only] = append(w.ephemerals[m.only], m)
	}
	w.publish(stage.PostAdded, m.user, c, m, "")
	return m
}

// notice stores one of the messages that Slack itself writes into a channel,
// about the value that the user gave it, if any. See
// https://docs.slack.dev/reference/events/message#subtypes.
func (w *Workspace) notice(c *channel, user, what, text, value string) {
	prefix := "channel_"
	if c.Private {
		prefix = "group_"
	}
	w.newMessage(c, &message{user: user, subtype: prefix + what, text: text, value: value})
}

// deeds are what the notices tell, by subtype without channel_ or group_.
var deeds = map[string]stage.Deed{
	"join": stage.Joined, "leave": stage.Left, "topic": stage.SetTopic, "purpose": stage.SetPurpose,
	"name": stage.Renamed, "archive": stage.Archived,
}

// deed is what a notice tells, "" for any other message.
func (m *message) deed() stage.Deed {
	_, what, _ := strings.Cut(m.subtype, "_")
	return deeds[what]
}

// shown is a message as conversations.history gives it. Metadata of one's own
// messages comes whole with include_all_metadata only.
func (w *Workspace) shown(m *message, metadata bool) object {
	out := object{"type": "message", "ts": m.ts, "user": m.user, "text": m.text, "team": w.opts.TeamID}
	if m.subtype != "" {
		out["subtype"] = m.subtype
	}
	if m.user == w.opts.BotUserID && m.subtype == "" {
		out["bot_id"], out["app_id"] = w.opts.BotID, w.opts.AppID
		out["bot_profile"] = object{"id": w.opts.BotID, "app_id": w.opts.AppID, "name": w.opts.BotName, "team_id": w.opts.TeamID}
	}
	if len(m.blocks) > 0 {
		out["blocks"] = m.blocks
	}
	if m.thread != "" {
		out["thread_ts"] = m.thread
	}
	if m.edited {
		out["edited"] = object{"user": m.user, "ts": m.ts}
	}
	if metadata && m.metadata != nil {
		out["metadata"] = m.metadata
	}
	if slices.ContainsFunc(m.channel.pins, func(p pin) bool { return p.ts == m.ts }) {
		out["pinned_to"] = []string{m.channel.ID}
	}
	return out
}

// post is a message for the stage.
func (w *Workspace) post(m *message) stage.Post {
	p := stage.Post{
		ID: m.ts, Room: m.channel.ID, Author: m.user, Text: w.plain(m), Only: m.only,
		Notice: m.subtype != "", Deed: m.deed(), Value: m.value, At: m.at, Edited: m.edited,
	}
	for _, b := range m.blocks {
		p.Parts = append(p.Parts, w.parts(b)...)
	}
	if len(m.blocks) == 0 {
		p.Lines = w.mrkdwnLines(m.text)
	}
	return p
}

// plain is the message as plain text, line by line.
func (w *Workspace) plain(m *message) string {
	if len(m.blocks) == 0 {
		return w.fromMrkdwn(m.text)
	}
	return w.plainBlocks(m.blocks)
}

func (w *Workspace) plainBlocks(blocks []object) string {
	var lines []string
	for _, b := range blocks {
		for _, part := range w.parts(b) {
			if line := partLine(part); line != "" {
				lines = append(lines, line)
			}
		}
	}
	return strings.Join(lines, "\n")
}

func partLine(part stage.Part) string {
	words := slices.Clone(part.Fields)
	if part.Text != "" {
		words = append([]string{part.Text}, words...)
	}
	for _, a := range part.Actions {
		words = append(words, "["+a.Label+"]")
	}
	sep := "\n"
	if part.Kind == stage.ActionsPart || part.Kind == stage.NotePart {
		sep = "  "
	}
	return strings.Join(words, sep)
}
