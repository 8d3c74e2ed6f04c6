package emulator

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// Slack's numbers for blocks and elements, in characters where they are
// lengths. See https://docs.slack.dev/reference/block-kit/blocks and
// https://docs.slack.dev/reference/block-kit/block-elements.
const (
	maxMessageBlocks  = 50
	maxViewBlocks     = 100
	maxID             = 255 // block_id and action_id
	maxSection        = 3000
	maxField          = 2000
	maxFields         = 10
	maxHeader         = 150
	maxContext        = 10 // elements
	maxActions        = 25 // elements
	maxButtonText     = 75
	maxValue          = 2000
	maxURL            = 3000
	maxOptions        = 100
	maxChoices        = 10 // checkboxes and radio buttons
	maxOptionText     = 75
	maxOptionValue    = 150
	maxLabel          = 2000
	maxPlaceholder    = 150
	maxImageAlt       = 2000
	maxPlainTextInput = 3000
	maxMarkdown       = 12000
)

// checker collects the problems in a list of blocks.
type checker struct {
	problems  []string
	blockIDs  map[string]bool
	actionIDs map[string]bool // within the present block
	modal     bool
}

// checkBlocks returns the problems in the blocks, worded like the messages in
// Slack's response_metadata.
func checkBlocks(blocks []object, most int, base string, modal bool) []string {
	k := &checker{blockIDs: make(map[string]bool), modal: modal}
	if len(blocks) > most {
		k.fail(base+"/blocks", fmt.Sprintf("no more than %d items allowed", most))
	}
	for i, b := range blocks {
		k.actionIDs = make(map[string]bool)
		at := fmt.Sprintf("%s/blocks/%d", base, i)
		if id := k.optional(at+"/block_id", b["block_id"], maxID); id != "" {
			if k.blockIDs[id] {
				k.fail(at+"/block_id", fmt.Sprintf("`block_id` %q already exists", id))
			}
			k.blockIDs[id] = true
		}
		k.block(at, b)
	}
	return k.problems
}

func (k *checker) fail(at, what string) {
	k.problems = append(k.problems, fmt.Sprintf("[ERROR] %s [json-pointer:%s]", what, at))
}

func (k *checker) length(at, s string, most int) {
	if utf8.RuneCountInString(s) > most {
		k.fail(at, fmt.Sprintf("must be less than %d characters", most+1))
	}
}

// optional checks a string that may be missing.
func (k *checker) optional(at string, v any, most int) string {
	s, ok := v.(string)
	if v != nil && !ok {
		k.fail(at, "must be a string")
	}
	k.length(at, s, most)
	return s
}

// required checks a string that must not be empty.
func (k *checker) required(at string, v any, most int) string {
	s := k.optional(at, v, most)
	if s == "" {
		k.fail(at, "missing required field or empty")
	}
	return s
}

// text checks a text object: https://docs.slack.dev/reference/block-kit/composition-objects/text-object.
func (k *checker) text(at string, v any, most int, plainOnly bool) {
	t, ok := v.(object)
	if !ok {
		k.fail(at, "missing required field")
		return
	}
	switch {
	case t["type"] == "plain_text" || t["type"] == "mrkdwn" && !plainOnly:
	case plainOnly:
		k.fail(at+"/type", "must be plain_text")
	default:
		k.fail(at+"/type", "must be plain_text or mrkdwn")
	}
	k.required(at+"/text", t["text"], most)
}

func (k *checker) block(at string, b object) {
	switch b["type"] {
	case "section":
		k.section(at, b)
	case "header":
		k.text(at+"/text", b["text"], maxHeader, true)
	case "divider":
	case "context":
		elements := stage.Objects(b["elements"])
		k.count(at+"/elements", len(elements), 1, maxContext)
		for i, e := range elements {
			k.contextElement(fmt.Sprintf("%s/elements/%d", at, i), e)
		}
	case "actions":
		elements := stage.Objects(b["elements"])
		k.count(at+"/elements", len(elements), 1, maxActions)
		for i, e := range elements {
			k.element(fmt.Sprintf("%s/elements/%d", at, i), e, "actions")
		}
	case "input":
		k.input(at, b)
	case "rich_text":
		k.richText(at, b)
	case "image":
		k.optional(at+"/image_url", b["image_url"], maxURL)
		k.required(at+"/alt_text", b["alt_text"], maxImageAlt)
	case "markdown":
		if k.modal {
			k.fail(at, "unsupported type: markdown")
		}
		k.required(at+"/text", b["text"], maxMarkdown)
	default:
		k.fail(at, fmt.Sprintf("unsupported type: %v", b["type"]))
	}
}

func (k *checker) count(at string, n, least, most int) {
	if n < least {
		k.fail(at, fmt.Sprintf("no fewer than %d items allowed", least))
	}
	if n > most {
		k.fail(at, fmt.Sprintf("no more than %d items allowed", most))
	}
}

func (k *checker) section(at string, b object) {
	fields := stage.Objects(b["fields"])
	if b["text"] != nil || len(fields) == 0 {
		k.text(at+"/text", b["text"], maxSection, false)
	}
	k.count(at+"/fields", len(fields), 0, maxFields)
	for i, f := range fields {
		k.text(fmt.Sprintf("%s/fields/%d", at, i), f, maxField, false)
	}
	if accessory, ok := b["accessory"].(object); ok {
		k.element(at+"/accessory", accessory, "section")
	}
}

func (k *checker) contextElement(at string, e object) {
	if e["type"] == "image" {
		k.required(at+"/alt_text", e["alt_text"], maxImageAlt)
		return
	}
	k.text(at, e, maxSection, false)
}

func (k *checker) input(at string, b object) {
	k.text(at+"/label", b["label"], maxLabel, true)
	if b["hint"] != nil {
		k.text(at+"/hint", b["hint"], maxLabel, true)
	}
	element, ok := b["element"].(object)
	if !ok {
		k.fail(at+"/element", "missing required field")
		return
	}
	k.element(at+"/element", element, "input")
}

// places lists the blocks that an element may appear in.
func places(kind string) []string {
	switch kind {
	case "button", "overflow":
		return []string{"section", "actions"}
	case "image":
		return []string{"section"}
	case "plain_text_input", "rich_text_input", "email_text_input", "url_text_input", "number_input", "file_input":
		return []string{"input"}
	case "static_select", "external_select", "users_select", "conversations_select", "channels_select",
		"datepicker", "timepicker", "checkboxes", "radio_buttons":
		return []string{"section", "actions", "input"}
	case "datetimepicker":
		return []string{"actions", "input"}
	case "multi_static_select", "multi_external_select", "multi_users_select", "multi_conversations_select", "multi_channels_select":
		return []string{"section", "input"}
	}
	return nil
}

func (k *checker) element(at string, e object, place string) {
	kind := stage.Str(e["type"])
	if !slices.Contains(places(kind), place) {
		k.fail(at, "unsupported type: "+kind)
		return
	}
	if kind == "image" {
		k.required(at+"/alt_text", e["alt_text"], maxImageAlt)
		return
	}
	id := k.optional(at+"/action_id", e["action_id"], maxID)
	if id != "" && k.actionIDs[id] {
		k.fail(at+"/action_id", fmt.Sprintf("`action_id` %q already exists", id))
	}
	k.actionIDs[id] = true
	if e["placeholder"] != nil {
		k.text(at+"/placeholder", e["placeholder"], maxPlaceholder, true)
	}
	switch kind {
	case "button":
		k.text(at+"/text", e["text"], maxButtonText, true)
		k.optional(at+"/value", e["value"], maxValue)
		k.optional(at+"/url", e["url"], maxURL)
		if style := stage.Str(e["style"]); e["style"] != nil && style != "primary" && style != "danger" {
			k.fail(at+"/style", "must be primary or danger")
		}
	case "plain_text_input":
		k.optional(at+"/initial_value", e["initial_value"], maxPlainTextInput)
		if most, ok := e["max_length"].(float64); ok && (most < 1 || most > maxPlainTextInput) {
			k.fail(at+"/max_length", fmt.Sprintf("must be between 1 and %d", maxPlainTextInput))
		}
	case "checkboxes", "radio_buttons":
		k.options(at, e, maxChoices)
	case "overflow":
		k.options(at, e, 5)
	case "static_select", "multi_static_select":
		k.options(at, e, maxOptions)
	}
}
