package emulator

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// maxText is the length above which a text is refused; Slack's page on
// https://docs.slack.dev/reference/methods/chat.postMessage recommends 4,000
// and cuts above 40,000.
const maxText = 40000

// chatPostMessage: https://docs.slack.dev/reference/methods/chat.postMessage
// A user's ID as channel stands for the direct conversation with them.
func chatPostMessage(w *Workspace, c *call) (object, error) {
	if err := w.need("chat:write"); err != nil {
		return nil, err
	}
	m, err := w.content(c)
	if err != nil {
		return nil, err
	}
	ch, err := w.target(c.str("channel"))
	if err != nil {
		return nil, err
	}
	if ts := c.str("thread_ts"); ts != "" {
		if ch.message(ts) == nil {
			return nil, refuse("thread_not_found")
		}
		m.thread = ts
	}
	m.user = w.opts.BotUserID
	w.newMessage(ch, m)
	c.changed = true
	if m.text == "" {
		c.note = "missing_text_in_message"
	}
	return object{"channel": ch.ID, "ts": m.ts, "message": w.shown(m, true)}, nil
}

// target finds where a post goes: a channel that the bot is in, a public one
// with chat:write.public, a direct conversation, or a user.
func (w *Workspace) target(id string) (*channel, error) {
	if name, ok := strings.CutPrefix(id, "#"); ok {
		if ch := w.channelByName(name); ch != nil {
			id = ch.ID
		}
	}
	if user := w.users[id]; user != nil {
		switch {
		case user.NotVisible || user.Deleted || user.Bot:
			return nil, refuse("channel_not_found")
		case w.opts.NoMessagesTab:
			return nil, refuse("messages_tab_disabled")
		case user.DirectMessagesOff:
			return nil, refuse("channel_not_found")
		}
		ch, _ := w.openDirect(id)
		return ch, nil
	}
	ch, err := w.visible(id)
	switch {
	case err != nil:
		return nil, err
	case ch.Archived:
		return nil, refuse("is_archived")
	case ch.isDirect():
		return ch, w.directOpen(ch)
	case !ch.members[w.opts.BotUserID] && w.need("chat:write.public") != nil:
		return nil, refuse("not_in_channel")
	}
	return ch, nil
}

// directOpen tells whether the bot may post into a direct conversation.
func (w *Workspace) directOpen(ch *channel) error {
	switch user := w.users[ch.with]; {
	case w.opts.NoMessagesTab:
		return refuse("messages_tab_disabled")
	case user.Deleted:
		return refuse("user_disabled")
	case user.DirectMessagesOff:
		return refuse("channel_not_found")
	}
	return nil
}

// content reads and checks what a message is made of.
func (w *Workspace) content(c *call) (*message, error) {
	m := &message{text: c.str("text")}
	if utf8.RuneCountInString(m.text) > maxText {
		return nil, refuse("msg_too_long")
	}
	if raw := c.str("blocks"); raw != "" {
		blocks, err := w.parseBlocks(raw)
		if err != nil {
			return nil, err
		}
		m.blocks = blocks
	}
	if c.has("attachments") && c.str("attachments") != "" && c.str("attachments") != "[]" {
		return nil, refuse("invalid_attachments")
	}
	if m.text == "" && len(m.blocks) == 0 {
		return nil, refuse("no_text")
	}
	meta, err := parseMetadata(c.str("metadata"))
	m.metadata = meta
	return m, err
}

// parseBlocks reads the blocks argument: a JSON list of known blocks.
func (w *Workspace) parseBlocks(raw string) ([]object, error) {
	var blocks []object
	if err := json.Unmarshal([]byte(raw), &blocks); err != nil {
		return nil, refuse("invalid_blocks_format")
	}
	if problems := checkBlocks(blocks, maxMessageBlocks, "", false); len(problems) > 0 {
		return nil, invalidBlocks("invalid_blocks", problems)
	}
	w.nameBlocks(blocks)
	return blocks, nil
}

// invalidBlocks is the refusal of blocks or a view; what is wrong stands in
// the response's metadata.
func invalidBlocks(code string, problems []string) error {
	return &refusal{code: code, extra: object{"response_metadata": object{"messages": problems}}}
}

// nameBlocks gives the blocks without a block_id one.
func (w *Workspace) nameBlocks(blocks []object) {
	for _, b := range blocks {
		if str(b["block_id"]) == "" {
			b["block_id"] = w.newID(givenBlockID)
		}
	}
}

// givenBlockID begins the block_ids that the workspace itself gives out.
const givenBlockID = "blk-"

// parseMetadata reads the metadata argument, see
// https://docs.slack.dev/messaging/message-metadata.
func parseMetadata(raw string) (*Metadata, error) {
	const largest = 8000 // https://docs.slack.dev/reference/methods/chat.postMessage#errors names no number
	if raw == "" {
		return nil, nil
	}
	if len(raw) > largest {
		return nil, refuse("metadata_too_large")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(raw), &fields); err != nil {
		return nil, refuse("invalid_metadata_format")
	}
	if len(fields) == 0 {
		return nil, nil
	}
	var m Metadata
	if err := json.Unmarshal([]byte(raw), &m); err != nil || m.EventType == "" || m.EventPayload == nil {
		return nil, refuse("invalid_metadata_schema")
	}
	return &m, nil
}

// chatPostEphemeral: https://docs.slack.dev/reference/methods/chat.postEphemeral
func chatPostEphemeral(w *Workspace, c *call) (object, error) {
	if err := w.need("chat:write"); err != nil {
		return nil, err
	}
	m, err := w.content(c)
	if err != nil {
		return nil, err
	}
	ch, err := w.target(c.str("channel"))
	switch {
	case err != nil:
		return nil, err
	case !ch.members[c.str("user")]:
		return nil, refuse("user_not_in_channel")
	}
	m.user, m.only, m.metadata = w.opts.BotUserID, c.str("user"), nil
	w.newMessage(ch, m)
	c.changed = true
	return object{"message_ts": m.ts}, nil
}

// own finds a message that the bot wrote, for chat.update and chat.delete.
func (w *Workspace) own(c *call, code string) (*message, error) {
	if err := w.need("chat:write"); err != nil {
		return nil, err
	}
	ch, err := w.visible(c.str("channel"))
	if err != nil {
		return nil, err
	}
	m := ch.message(c.str("ts"))
	switch {
	case m == nil:
		return nil, refuse("message_not_found")
	case m.user != w.opts.BotUserID || m.subtype != "":
		return nil, refuse(code)
	case ch.Archived:
		return nil, refuse("is_archived")
	}
	return m, nil
}

// chatUpdate: https://docs.slack.dev/reference/methods/chat.update
// Without blocks the old ones stay if no text is given either, and go if one
// is. Metadata stays unless given anew; {} removes it.
func chatUpdate(w *Workspace, c *call) (object, error) {
	m, err := w.own(c, "cant_update_message")
	if err != nil {
		return nil, err
	}
	next, err := w.content(c)
	if err != nil {
		return nil, err
	}
	m.text, m.edited = next.text, true
	if c.str("blocks") != "" || next.text != "" {
		m.blocks = next.blocks
	}
	if c.str("metadata") != "" {
		m.metadata = next.metadata
	}
	c.changed = true
	w.publish(stage.PostEdited, m.user, m.channel, m, "")
	return object{"channel": m.channel.ID, "ts": m.ts, "text": m.text, "message": w.shown(m, true)}, nil
}

// chatDelete: https://docs.slack.dev/reference/methods/chat.delete
func chatDelete(w *Workspace, c *call) (object, error) {
	m, err := w.own(c, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	c.changed = true
	w.deleteMessage(m, w.opts.BotUserID)
	return object{"channel": m.channel.ID, "ts": m.ts}, nil
}

func (w *Workspace) deleteMessage(m *message, by string) {
	ch := m.channel
	m.removed = true
	ch.messages = slices.DeleteFunc(ch.messages, func(o *message) bool { return o == m })
	ch.pins = slices.DeleteFunc(ch.pins, func(p pin) bool { return p.ts == m.ts })
	w.publish(stage.PostDeleted, by, ch, m, "")
}

// chatGetPermalink: https://docs.slack.dev/reference/methods/chat.getPermalink
func chatGetPermalink(w *Workspace, c *call) (object, error) {
	ch, err := w.visible(c.str("channel"))
	if err != nil {
		return nil, err
	}
	m := ch.message(c.str("message_ts"))
	if m == nil {
		return nil, refuse("message_not_found")
	}
	return object{"channel": ch.ID, "permalink": w.permalink(m)}, nil
}

// permalink is where a message would be opened.
func (w *Workspace) permalink(m *message) string {
	return w.siteURL() + "/archives/" + m.channel.ID + "/p" + strings.ReplaceAll(m.ts, ".", "")
}
