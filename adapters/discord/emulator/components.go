package emulator

import (
	"fmt"
	"strings"

	"riskroom/adapters/stage"
)

// Types of components, see
// https://docs.discord.com/developers/components/reference#component-object-component-types.
const (
	actionRow = 1
	button    = 2
	textInput = 4
)

// Discord's limits for components, see
// https://docs.discord.com/developers/components/reference.
const (
	maxRows     = 5
	maxButtons  = 5
	maxCustomID = 100
	maxLabel    = 80
	dangerStyle = 4  // the last style of a button that has a custom_id
	maxParts    = 40 // components of a message with layoutFlag
)

// readComponents checks the components of a message: up to five rows of up to five
// buttons, or what layouts can have if layout is true. Custom_ids are unique. riskroom
// uses no other components.
func readComponents(f *form, v any, layout bool) []object {
	most := maxRows
	if layout {
		most = maxParts
	}
	list := f.list("components", v, most)
	r := &layoutReader{form: f, seen: map[string]bool{}}
	for i, c := range list {
		at := fmt.Sprintf("components.%d", i)
		if layout {
			r.part(at, c, true)
		} else {
			readRow(f, at, c, r.seen)
		}
	}
	if r.shown > maxDisplay {
		f.fail("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", fmt.Sprintf("The text of all components exceeds %d characters", maxDisplay))
	}
	all := everyPart(list)
	if layout && len(all) > maxParts {
		f.fail("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", fmt.Sprintf("The total number of components exceeds %d", maxParts))
	}
	numberComponents(f, all)
	return list
}

// readRow checks a row of buttons.
func readRow(f *form, at string, row object, seen map[string]bool) {
	f.kind(at, row, actionRow)
	items := f.list(at+".components", row["components"], maxButtons)
	if len(items) == 0 {
		f.fail(at+".components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	}
	for j, c := range items {
		readButton(f, fmt.Sprintf("%s.components.%d", at, j), c, seen)
	}
}

func readButton(f *form, at string, c object, seen map[string]bool) {
	f.kind(at, c, button)
	if _, ok := f.number(at+".style", c["style"], 1, dangerStyle); !ok {
		f.required(at + ".style")
	}
	f.text(at+".label", c["label"], 1, maxLabel)
	f.flag(at+".disabled", c["disabled"])
	f.customID(at, c, seen)
	f.unsupported(at, c, "emoji", "url", "sku_id")
}

// numberComponents gives each component without an id the next one that is free. 0
// counts as none. See
// https://docs.discord.com/developers/components/reference#anatomy-of-a-component.
func numberComponents(f *form, all []object) {
	used := map[int64]bool{0: true}
	for _, c := range all {
		id, _ := f.number("components", c["id"], 0, 1<<31-1)
		if id != 0 && used[id] {
			f.fail("components", "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
		}
		used[id] = true
		c["id"] = id
	}
	next := int64(0)
	for _, c := range all {
		if c["id"] == int64(0) {
			for used[next] {
				next++
			}
			used[next], c["id"] = true, next
		}
	}
}

// everyPart returns components with everything in them, in the order shown.
func everyPart(list []object) []object {
	var all []object
	for _, c := range list {
		all = append(append(all, c), everyPart(stage.Objects(c["components"]))...)
		if accessory, ok := c["accessory"].(object); ok {
			all = append(all, accessory)
		}
	}
	return all
}

// displayed returns the text of the text displays.
func displayed(components []object) string {
	var lines []string
	for _, c := range everyPart(components) {
		if text := stage.Str(c["content"]); text != "" {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}

// keepsLayout checks an edit of a message: layoutFlag can't be removed, and a message
// that gets it must lose its content and embeds.
func (d draft) keepsLayout(f *form, was content) {
	next := d.onto(was)
	if next.flags&layoutFlag == 0 || next.text == "" && len(next.embeds) == 0 {
		return
	}
	f.fail("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The 'content' and 'embeds' fields cannot be used with MessageFlags.IS_COMPONENTS_V2.")
}

// findComponent finds a button by its custom_id.
func findComponent(list []object, customID string) (object, bool) {
	for _, c := range everyPart(list) {
		if c["custom_id"] == customID {
			return c, true
		}
	}
	return nil, false
}
