package emulator

import (
	"fmt"
	"slices"

	"riskroom/adapters/stage"
)

// elementOptions returns the options of a menu, those of its groups included.
func elementOptions(e object) []object {
	options := stage.Objects(e["options"])
	for _, g := range stage.Objects(e["option_groups"]) {
		options = append(slices.Clone(options), stage.Objects(g["options"])...)
	}
	return options
}

// options checks the options of a menu, see
// https://docs.slack.dev/reference/block-kit/composition-objects/option-object.
func (k *checker) options(at string, e object, most int) {
	groups, options := stage.Objects(e["option_groups"]), stage.Objects(e["options"])
	if len(groups) > 0 && len(options) > 0 {
		k.fail(at, "only one of options and option_groups allowed")
	}
	if len(groups) == 0 {
		k.optionList(at+"/options", options, most)
	}
	k.count(at+"/option_groups", len(groups), 0, maxOptions)
	for i, g := range groups {
		here := fmt.Sprintf("%s/option_groups/%d", at, i)
		k.text(here+"/label", g["label"], maxOptionText, true)
		k.optionList(here+"/options", stage.Objects(g["options"]), most)
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
		k.text(here+"/text", o["text"], maxOptionText, false)
		value := k.required(here+"/value", o["value"], maxOptionValue)
		if o["description"] != nil {
			k.text(here+"/description", o["description"], maxOptionText, false)
		}
		if seen[value] {
			k.fail(here+"/value", fmt.Sprintf("the value %q stands twice", value))
		}
		seen[value] = true
	}
}

// richText checks the structure of a rich_text block, see
// https://docs.slack.dev/reference/block-kit/blocks/rich-text-block.
func (k *checker) richText(at string, b object) {
	sections := stage.Objects(b["elements"])
	k.count(at+"/elements", len(sections), 1, 1000)
	for i, s := range sections {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		switch s["type"] {
		case "rich_text_section", "rich_text_preformatted", "rich_text_quote":
			k.richInline(here, s)
		case "rich_text_list":
			if s["style"] != "bullet" && s["style"] != "ordered" {
				k.fail(here+"/style", "must be bullet or ordered")
			}
			items := stage.Objects(s["elements"])
			k.count(here+"/elements", len(items), 1, 1000)
			for j, item := range items {
				k.richInline(fmt.Sprintf("%s/elements/%d", here, j), item)
			}
		default:
			k.fail(here, fmt.Sprintf("unsupported type: %v", s["type"]))
		}
	}
}

func (k *checker) richInline(at string, section object) {
	if _, ok := section["elements"].([]any); !ok {
		k.fail(at+"/elements", "missing required field")
	}
	for i, e := range stage.Objects(section["elements"]) {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		switch e["type"] {
		case "text":
			k.required(here+"/text", e["text"], maxText)
		case "link":
			k.required(here+"/url", e["url"], maxURL)
		case "user":
			k.required(here+"/user_id", e["user_id"], maxID)
		case "usergroup":
			k.required(here+"/usergroup_id", e["usergroup_id"], maxID)
		case "channel":
			k.required(here+"/channel_id", e["channel_id"], maxID)
		case "emoji":
			k.required(here+"/name", e["name"], maxID)
		case "broadcast":
			k.required(here+"/range", e["range"], maxID)
		case "date", "color":
		default:
			k.fail(here, fmt.Sprintf("unsupported type: %v", e["type"]))
		}
		k.style(here, e["style"])
	}
}

func (k *checker) style(at string, v any) {
	if v == nil {
		return
	}
	style, ok := v.(object)
	if !ok {
		k.fail(at+"/style", "must be an object")
		return
	}
	for name := range style {
		switch name {
		case "bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink":
		default:
			k.fail(at+"/style", "unsupported style: "+name)
		}
	}
}

// findElement finds an interactive element by its action_id.
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

// interactive returns the elements of a block that people can use.
func interactive(b object) []object {
	switch b["type"] {
	case "actions":
		return stage.Objects(b["elements"])
	case "section":
		if e, ok := b["accessory"].(object); ok && e["type"] != "image" {
			return []object{e}
		}
	case "input":
		if e, ok := b["element"].(object); ok {
			return []object{e}
		}
	}
	return nil
}
