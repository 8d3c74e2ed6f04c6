package emulator

import (
	"encoding/json"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// chatPostMessage takes a user's ID as the channel too: it is the direct
// conversation with them.
func chatPostMessage(a *api, c *call) (object, error) {
	body, err := a.readContent(c)
	if err != nil {
		return nil, err
	}
	ch, err := a.target(c.str("channel"))
	if err != nil {
		return nil, err
	}
	if body.thread, err = threadIn(ch, c.str("thread_ts")); err != nil {
		return nil, err
	}
	m := a.write(ch, &message{Author: botUserID, Body: body})
	c.changed = true
	if body.text == "" {
		c.note = "missing_text_in_message"
	}
	return object{"channel": ch.ID, "ts": m.ID, "message": a.shown(m, true)}, nil
}

// threadIn returns the message with which a reply's thread begins, given any message of it.
// If there is none, the reply is posted in the channel. See
// https://github.com/slack-go/slack/issues/1571.
func threadIn(ch *channel, ts string) (*message, error) {
	m := ch.Message(ts)
	switch {
	case m == nil:
		return nil, nil
	case m.Notice:
		return nil, refuse("cannot_reply_to_message")
	case m.Body.thread != nil:
		return m.Body.thread, nil
	}
	return m, nil
}

// target finds where a message goes: a channel that the bot is in, a public one
// with chat:write.public, a direct conversation, or a user.
func (a *api) target(id string) (*channel, error) {
	if user := a.People.ByID(id); user != nil {
		if user.Deleted || user.Bot || user.DirectMessagesOff {
			return nil, refuse("channel_not_found")
		}
		ch, _ := a.openDirect(id)
		return ch, nil
	}
	ch, err := a.visible(id)
	switch {
	case err != nil:
		return nil, err
	case ch.Extra.archived:
		return nil, refuse("is_archived")
	case ch.IsDirect() && a.People.ByID(ch.With).Deleted:
		return nil, refuse("user_disabled")
	case ch.IsDirect() && a.People.ByID(ch.With).DirectMessagesOff:
		return nil, refuse("channel_not_found")
	case !ch.Has(botUserID) && a.need("chat:write.public") != nil:
		return nil, refuse("not_in_channel")
	case ch.Extra.post.excludes(a.bot()):
		return nil, refuse("restricted_action_read_only_channel")
	}
	return ch, nil
}

// chatUpdate removes the old blocks if it is called with a text and without
// blocks. It does not change metadata, and takes no unfurl_links or unfurl_media.
func chatUpdate(a *api, c *call) (object, error) {
	m := c.ch.Message(c.str("ts"))
	switch {
	case m == nil:
		return nil, refuse("message_not_found")
	case m.Author != botUserID || m.Notice:
		return nil, refuse("cant_update_message")
	case c.ch.Extra.archived:
		return nil, refuse("is_archived")
	}
	for _, arg := range []string{"metadata", "thread_ts", "unfurl_links", "unfurl_media"} {
		if c.has(arg) {
			return nil, unsupported(arg)
		}
	}
	next, err := a.readContent(c)
	if err != nil {
		return nil, err
	}
	next.metadata, next.thread = m.Body.metadata, m.Body.thread
	c.changed = true
	a.Edit(m, next)
	m.Body.blocks = m.Body.blocks.pack()
	return object{"channel": c.ch.ID, "ts": m.ID, "text": next.text, "message": a.shown(m, true)}, nil
}

func chatGetPermalink(a *api, c *call) (object, error) {
	m := c.ch.Message(c.str("message_ts"))
	if m == nil {
		return nil, refuse("message_not_found")
	}
	return object{"channel": c.ch.ID, "permalink": a.permalink(m)}, nil
}

// maxText is the length above which a text is refused; Slack's page on
// https://docs.slack.dev/reference/methods/chat.postMessage recommends 4,000
// and cuts above 40,000.
const maxText = 40000

// maxBlocksSize is how long all blocks of a message may be together, counted
// as JSON before escaping. Slack documents the error msg_blocks_too_long and no
// number; this one agrees with what was measured in
// https://github.com/slackapi/bolt-js/issues/2509 (about 13,200 characters,
// containers counted) and https://github.com/slackapi/bolt-js/issues/2867
// (11,341 characters of text alone were too long in rich_text).
const maxBlocksSize = 13200

// maxMetadata is the stand-in's limit in bytes; Slack's pages give no number.
const maxMetadata = 8000

// size is the length of a decoded JSON value as JSON text, in characters and
// without escapes.
func size(v any) int {
	n := 2
	switch v := v.(type) {
	case string:
		n += utf8.RuneCountInString(v)
	case object:
		for k, e := range v {
			n += len(k) + len(`"":,`) + size(e)
		}
	case []any:
		for _, e := range v {
			n += len(",") + size(e)
		}
	case []object:
		for _, e := range v {
			n += len(",") + size(e)
		}
	}
	return n
}

// readContent reads and checks a message.
func (t *team) readContent(c *call) (content, error) {
	m := content{text: c.str("text")}
	if utf8.RuneCountInString(m.text) > maxText {
		return content{}, refuse("msg_too_long")
	}
	if raw := c.str("blocks"); raw != "" {
		if err := json.Unmarshal([]byte(raw), &m.blocks.list); err != nil {
			return content{}, refuse("invalid_blocks_format")
		}
		if problems := checkBlocks(m.blocks.list, maxMessageBlocks, "", false); len(problems) > 0 {
			return content{}, invalid("invalid_blocks", problems...)
		}
		t.nameBlocks(m.blocks.list)
	}
	switch {
	case !c.answer && size(m.blocks.list) > maxBlocksSize:
		return content{}, refuse("msg_blocks_too_long")
	case m.text == "" && m.blocks.none():
		return content{}, refuse("no_text")
	}
	if arg := "attachments"; c.str(arg) != "" && c.str(arg) != "[]" {
		return content{}, unsupported(arg)
	}
	var err error
	m.metadata, err = parseMetadata(c.str("metadata"))
	return m, err
}

// invalid is a refusal that says what is wrong in the response's metadata.
func invalid(code string, problems ...string) error {
	return &refusal{code: code, extra: object{"response_metadata": object{"messages": problems}}}
}

// unsupported refuses an argument that riskroom doesn't use.
func unsupported(arg string) error {
	return invalid("invalid_arguments", "[ERROR] the stand-in does not support "+arg)
}

// nameBlocks gives a block_id to the blocks without one.
func (t *team) nameBlocks(blocks []object) {
	for _, b := range blocks {
		if stage.Str(b["block_id"]) == "" {
			b["block_id"] = t.newID(givenBlockID)
		}
	}
}

// givenBlockID begins the block_ids that the workspace itself gives out.
const givenBlockID = "blk-"

// parseMetadata reads the metadata argument, see
// https://docs.slack.dev/messaging/message-metadata.
func parseMetadata(raw string) (*Metadata, error) {
	if raw == "" {
		return nil, nil
	}
	if len(raw) > maxMetadata {
		return nil, refuse("metadata_too_large")
	}
	var m Metadata
	if err := json.Unmarshal([]byte(raw), &m); err != nil {
		return nil, refuse("invalid_metadata_format")
	}
	if m.EventType == "" || m.EventPayload == nil {
		return nil, refuse("invalid_metadata_schema")
	}
	return &m, nil
}
