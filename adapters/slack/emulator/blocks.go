package emulator

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// Slack's limits for blocks and elements, in characters unless said otherwise.
// See https://docs.slack.dev/reference/block-kit/blocks and
// https://docs.slack.dev/reference/block-kit/block-elements.
const (
	maxMessageBlocks  = 50
	maxViewBlocks     = 100
	maxID             = 255 // block_id and action_id
	maxHeader         = 150
	maxContext        = 10 // elements
	maxContextText    = 3000
	maxActions        = 25 // elements
	maxSection        = 3000
	maxButtonText     = 75
	maxConfirmTitle   = 100
	maxConfirmText    = 300
	maxConfirmButton  = 30
	maxValue          = 2000
	maxURL            = 3000
	maxOptions        = 100 // options in a menu, and groups
	maxOptionText     = 75
	maxOptionValue    = 150
	maxMenu           = 5 // options of an overflow menu
	maxLabel          = 2000
	maxPlainTextInput = 3000
	maxRichElements   = 1000 // elements
)

// checker collects the problems in a list of blocks. It knows the blocks and
// elements that riskroom sends; all others are unsupported.
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
		k.id(at+"/block_id", b["block_id"], k.blockIDs)
		k.block(at, b)
	}
	return k.problems
}

func (k *checker) fail(at, what string) {
	k.problems = append(k.problems, fmt.Sprintf("[ERROR] %s [json-pointer:%s]", what, at))
}

// optional checks a string that may be missing.
func (k *checker) optional(at string, v any, most int) string {
	s, ok := v.(string)
	if v != nil && !ok {
		k.fail(at, "must be a string")
	}
	if utf8.RuneCountInString(s) > most {
		k.fail(at, fmt.Sprintf("must be less than %d characters", most+1))
	}
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

// id checks an ID that must be unique.
func (k *checker) id(at string, v any, seen map[string]bool) {
	id := k.optional(at, v, maxID)
	if id != "" && seen[id] {
		k.fail(at, fmt.Sprintf("the ID %q already exists", id))
	}
	seen[id] = true
}

// text checks a text object of plain text:
// https://docs.slack.dev/reference/block-kit/composition-objects/text-object.
func (k *checker) text(at string, v any, most int) {
	t, ok := v.(object)
	if !ok {
		k.fail(at, "missing required field")
		return
	}
	if t["type"] != "plain_text" {
		k.fail(at+"/type", "must be plain_text")
	}
	k.required(at+"/text", t["text"], most)
}

// count checks the length of a list.
func (k *checker) count(at string, n, least, most int) {
	if n < least || n > most {
		k.fail(at, fmt.Sprintf("%d to %d items allowed", least, most))
	}
}

// each checks the elements of a block.
func (k *checker) each(at string, b object, most int, check func(at string, e object)) {
	elements := stage.Objects(b["elements"])
	k.count(at+"/elements", len(elements), 1, most)
	for i, e := range elements {
		check(fmt.Sprintf("%s/elements/%d", at, i), e)
	}
}

func (k *checker) block(at string, b object) {
	switch b["type"] {
	case "header":
		k.text(at+"/text", b["text"], maxHeader)
	case "context":
		k.each(at, b, maxContext, func(at string, e object) { k.text(at, e, maxContextText) })
	case "actions":
		k.each(at, b, maxActions, k.pressable)
	case "section":
		k.text(at+"/text", b["text"], maxSection)
		if accessory, ok := b["accessory"].(object); ok {
			k.pressable(at+"/accessory", accessory)
		}
	case "input":
		if !k.modal {
			k.fail(at, "unsupported type: input")
		}
		k.text(at+"/label", b["label"], maxLabel)
		if b["hint"] != nil {
			k.text(at+"/hint", b["hint"], maxLabel)
		}
		element, _ := b["element"].(object)
		k.input(at+"/element", element)
	case "rich_text":
		k.each(at, b, maxRichElements, k.rich)
	default:
		k.fail(at, fmt.Sprintf("unsupported type: %v", b["type"]))
	}
}

// pressable checks a button or an overflow menu, see
// https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element.
func (k *checker) pressable(at string, e object) {
	switch e["type"] {
	case "button":
		k.text(at+"/text", e["text"], maxButtonText)
		k.optional(at+"/value", e["value"], maxValue)
		if style := e["style"]; style != nil && style != "primary" && style != "danger" {
			k.fail(at+"/style", "must be primary or danger")
		}
		if q, ok := e["confirm"].(object); ok {
			k.confirm(at+"/confirm", q)
		}
	case overflow:
		k.optionList(at+"/options", stage.Objects(e["options"]), maxMenu)
	default:
		k.fail(at, fmt.Sprintf("unsupported type: %v", e["type"]))
		return
	}
	k.id(at+"/action_id", e["action_id"], k.actionIDs)
}

// confirm checks what a button asks, see
// https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object.
func (k *checker) confirm(at string, q object) {
	k.text(at+"/title", q["title"], maxConfirmTitle)
	k.text(at+"/text", q["text"], maxConfirmText)
	k.text(at+"/confirm", q["confirm"], maxConfirmButton)
	k.text(at+"/deny", q["deny"], maxConfirmButton)
}

// overflow is the type of a menu next to buttons.
const overflow = "overflow"

func (k *checker) input(at string, e object) {
	k.id(at+"/action_id", e["action_id"], k.actionIDs)
	kind := stage.Str(e["type"])
	if _, known := inputs[kind]; !known {
		k.fail(at, "unsupported type: "+kind)
	}
	switch kind {
	case "plain_text_input":
		k.optional(at+"/initial_value", e["initial_value"], maxPlainTextInput)
		if most, ok := e["max_length"].(float64); ok && (most < 1 || most > maxPlainTextInput) {
			k.fail(at+"/max_length", fmt.Sprintf("must be between 1 and %d", maxPlainTextInput))
		}
	case fileInput:
		if most, ok := e["max_files"].(float64); ok && (most < 1 || most > maxInputFiles) {
			k.fail(at+"/max_files", fmt.Sprintf("must be between 1 and %d", maxInputFiles))
		}
		if e["filetypes"] != nil {
			k.fail(at+"/filetypes", "the stand-in does not support this")
		}
	case "static_select", "multi_static_select":
		k.options(at, e)
	}
}

// options checks the options of a menu, see
// https://docs.slack.dev/reference/block-kit/composition-objects/option-object.
func (k *checker) options(at string, e object) {
	groups, options := stage.Objects(e["option_groups"]), stage.Objects(e["options"])
	if len(groups) > 0 && len(options) > 0 {
		k.fail(at, "only one of options and option_groups allowed")
	}
	if len(groups) == 0 {
		k.optionList(at+"/options", options, maxOptions)
	}
	k.count(at+"/option_groups", len(groups), 0, maxOptions)
	for i, g := range groups {
		here := fmt.Sprintf("%s/option_groups/%d", at, i)
		k.text(here+"/label", g["label"], maxOptionText)
		k.optionList(here+"/options", stage.Objects(g["options"]), maxOptions)
	}
	initial := stage.Objects(e["initial_options"])
	if o, ok := e["initial_option"].(object); ok {
		initial = append(initial, o)
	}
	for _, o := range initial {
		if !slices.ContainsFunc(elementOptions(e), func(other object) bool { return other["value"] == o["value"] }) {
			k.fail(at+"/initial_option", "the initial option is not among the options")
		}
	}
}

func (k *checker) optionList(at string, options []object, most int) {
	k.count(at, len(options), 1, most)
	seen := make(map[string]bool)
	for i, o := range options {
		here := fmt.Sprintf("%s/%d", at, i)
		k.text(here+"/text", o["text"], maxOptionText)
		value := k.required(here+"/value", o["value"], maxOptionValue)
		if seen[value] {
			k.fail(here+"/value", fmt.Sprintf("the value %q already exists", value))
		}
		seen[value] = true
	}
}

// rich checks a section or a list of sections in a rich_text block, see
// https://docs.slack.dev/reference/block-kit/blocks/rich-text-block.
func (k *checker) rich(at string, e object) {
	switch e["type"] {
	case "rich_text_section":
		if _, ok := e["elements"].([]any); !ok {
			k.fail(at+"/elements", "missing required field")
		}
		for i, inline := range stage.Objects(e["elements"]) {
			k.inline(fmt.Sprintf("%s/elements/%d", at, i), inline)
		}
	case "rich_text_list":
		if e["style"] != "bullet" {
			k.fail(at+"/style", "must be bullet")
		}
		k.each(at, e, maxRichElements, k.rich)
	default:
		k.fail(at, fmt.Sprintf("unsupported type: %v", e["type"]))
	}
}

func (k *checker) inline(at string, e object) {
	switch e["type"] {
	case "text":
		k.required(at+"/text", e["text"], maxText)
	case "link":
		k.required(at+"/url", e["url"], maxURL)
	case "user":
		k.required(at+"/user_id", e["user_id"], maxID)
	default:
		k.fail(at, fmt.Sprintf("unsupported type: %v", e["type"]))
	}
	style, ok := e["style"].(object)
	if e["style"] != nil && !ok {
		k.fail(at+"/style", "must be an object")
	}
	for name := range style {
		if !slices.Contains([]string{"bold", "italic", "strike", "code"}, name) {
			k.fail(at+"/style", "unsupported style: "+name)
		}
	}
}

// elementOptions returns the options of a menu, including those in groups.
func elementOptions(e object) []object {
	options := slices.Clone(stage.Objects(e["options"]))
	for _, g := range stage.Objects(e["option_groups"]) {
		options = append(options, stage.Objects(g["options"])...)
	}
	return options
}

// findElement finds a button or input by its action_id.
func findElement(blocks []object, actionID string) (element object, blockID string, ok bool) {
	for _, b := range blocks {
		for _, e := range interactive(b) {
			if e["action_id"] == actionID {
				return e, stage.Str(b["block_id"]), true
			}
		}
	}
	return nil, "", false
}

// findOption finds an option of an overflow menu by its optionID.
func findOption(blocks []object, id string) (menu, option object, blockID string, ok bool) {
	for _, b := range blocks {
		for _, e := range interactive(b) {
			for _, o := range stage.Objects(e["options"]) {
				if e["type"] == overflow && optionID(e, o) == id {
					return e, o, stage.Str(b["block_id"]), true
				}
			}
		}
	}
	return nil, nil, "", false
}

// optionID identifies an option of an overflow menu within its message.
func optionID(menu, option object) string {
	return stage.Str(menu["action_id"]) + "/" + stage.Str(option["value"])
}

// interactive returns the buttons and menus of a block, or its input.
func interactive(b object) []object {
	switch b["type"] {
	case "actions":
		return stage.Objects(b["elements"])
	case "section":
		if e, ok := b["accessory"].(object); ok {
			return []object{e}
		}
	case "input":
		if e, ok := b["element"].(object); ok {
			return []object{e}
		}
	}
	return nil
}
