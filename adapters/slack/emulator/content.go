package emulator

import (
	"encoding/json"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

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

// readContent reads and checks what a message is made of.
func (t *team) readContent(c *call) (content, error) {
	m := content{text: c.str("text")}
	if utf8.RuneCountInString(m.text) > maxText {
		return content{}, refuse("msg_too_long")
	}
	if raw := c.str("blocks"); raw != "" {
		blocks, err := t.parseBlocks(raw)
		if err != nil {
			return content{}, err
		}
		if !c.answer && size(blocks) > maxBlocksSize {
			return content{}, refuse("msg_blocks_too_long")
		}
		m.blocks = blocks
	}
	if c.has("attachments") && c.str("attachments") != "" && c.str("attachments") != "[]" {
		return content{}, refuse("invalid_attachments")
	}
	if m.text == "" && len(m.blocks) == 0 {
		return content{}, refuse("no_text")
	}
	meta, err := parseMetadata(c.str("metadata"))
	m.metadata = meta
	return m, err
}

// parseBlocks reads the blocks argument: a JSON list of known blocks.
func (t *team) parseBlocks(raw string) ([]object, error) {
	var blocks []object
	if err := json.Unmarshal([]byte(raw), &blocks); err != nil {
		return nil, refuse("invalid_blocks_format")
	}
	if problems := checkBlocks(blocks, maxMessageBlocks, "", false); len(problems) > 0 {
		return nil, invalidBlocks("invalid_blocks", problems)
	}
	t.nameBlocks(blocks)
	return blocks, nil
}

// invalidBlocks is the refusal of blocks or a view; what is wrong stands in
// the response's metadata.
func invalidBlocks(code string, problems []string) error {
	return &refusal{code: code, extra: object{"response_metadata": object{"messages": problems}}}
}

// nameBlocks gives the blocks without a block_id one.
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
