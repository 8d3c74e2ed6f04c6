package emulator

import (
	"fmt"

	"riskroom/adapters/stage"
)

// Types of components, see
// https://docs.discord.com/developers/components/reference#component-object-component-types.
const (
	actionRow         = 1
	button            = 2
	stringSelect      = 3
	textInput         = 4
	userSelect        = 5
	roleSelect        = 6
	mentionableSelect = 7
	channelSelect     = 8
)

// Discord's numbers for components, see
// https://docs.discord.com/developers/components/reference.
const (
	maxRows     = 5
	maxButtons  = 5
	maxCustomID = 100
	maxLabel    = 80
	maxOptions  = 25
	linkButton  = 5
)

// readComponents checks the components of a message: five rows of five buttons
// or one menu each, and every custom_id once. It numbers them as Discord does.
func readComponents(f *form, v any) []object {
	rows := f.list("components", v, maxRows)
	seen, next := map[string]bool{}, 0
	number := func(c object) {
		next++
		c["id"] = next
	}
	for i, row := range rows {
		at := fmt.Sprintf("components.%d", i)
		if kind, _ := integer(row["type"]); kind != actionRow {
			f.fail(at+".type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1,).")
			continue
		}
		number(row)
		items := f.list(at+".components", row["components"], maxButtons)
		if len(items) == 0 {
			f.fail(at+".components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
		}
		for j, c := range items {
			path := fmt.Sprintf("%s.components.%d", at, j)
			number(c)
			checkComponent(f, path, c)
			if kind, _ := integer(c["type"]); kind != button && len(items) > 1 {
				f.fail(at, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
			}
			unique(f, path, stage.Str(c["custom_id"]), seen)
		}
	}
	return rows
}

// unique checks that a custom_id is there once.
func unique(f *form, path, customID string, seen map[string]bool) {
	if customID != "" && seen[customID] {
		f.fail(path+".custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
	}
	seen[customID] = true
}

func checkComponent(f *form, path string, c object) {
	f.flag(path+".disabled", c["disabled"])
	switch kind, _ := integer(c["type"]); kind {
	case button:
		checkButton(f, path, c)
	case stringSelect:
		checkSelect(f, path, c)
		checkOptions(f, path, c)
	case userSelect, roleSelect, mentionableSelect, channelSelect:
		checkSelect(f, path, c)
	default:
		f.fail(path+".type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (2, 3, 5, 6, 7, 8).")
	}
}

func checkButton(f *form, path string, c object) {
	style, ok := f.number(path+".style", c["style"], 1, 5)
	if !ok {
		f.required(path + ".style")
	}
	f.text(path+".label", c["label"], 0, maxLabel)
	if c["label"] == nil && c["emoji"] == nil {
		f.fail(path, "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or an emoji")
	}
	switch {
	case style == linkButton && (c["custom_id"] != nil || c["url"] == nil):
		f.fail(path, "BUTTON_COMPONENT_CUSTOM_ID_URL", "A link button must have a url and no custom id")
	case style == linkButton:
		f.link(path+".url", c["url"], 512, "http", "https", "discord")
	case c["url"] != nil:
		f.fail(path, "BUTTON_COMPONENT_CUSTOM_ID_URL", "A custom id and url cannot both be specified")
	default:
		f.text(path+".custom_id", c["custom_id"], 1, maxCustomID)
	}
}

func checkSelect(f *form, path string, c object) {
	f.text(path+".custom_id", c["custom_id"], 1, maxCustomID)
	f.text(path+".placeholder", c["placeholder"], 0, 150)
	least, has := f.number(path+".min_values", c["min_values"], 0, maxOptions)
	most, ok := f.number(path+".max_values", c["max_values"], 1, maxOptions)
	if has && ok && least > most {
		f.fail(path+".max_values", "SELECT_COMPONENT_INVALID_MAX_VALUES", "Max values must be greater than or equal to min values")
	}
	for _, bound := range []string{"min_values", "max_values"} {
		if c[bound] == nil {
			c[bound] = 1 // what Discord fills in
		}
	}
}

func checkOptions(f *form, path string, c object) {
	options := f.list(path+".options", c["options"], maxOptions)
	if len(options) == 0 {
		f.required(path + ".options")
	}
	seen := map[string]bool{}
	for i, o := range options {
		at := fmt.Sprintf("%s.options.%d", path, i)
		f.text(at+".label", o["label"], 1, 100)
		value := f.text(at+".value", o["value"], 1, 100)
		f.text(at+".description", o["description"], 0, 100)
		if seen[value] {
			f.fail(at+".value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
		}
		seen[value] = true
	}
}

// findComponent looks for a custom_id in rows.
func findComponent(rows []object, customID string) (object, bool) {
	for _, row := range rows {
		for _, c := range stage.Objects(row["components"]) {
			if c["custom_id"] == customID {
				return c, true
			}
		}
	}
	return nil, false
}
