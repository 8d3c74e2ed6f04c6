package emulator

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// Types of components that a modal may contain besides rows, see
// https://docs.discord.com/developers/components/reference#component-object-component-types.
const (
	stringSelect      = 3
	userSelect        = 5
	roleSelect        = 6
	mentionableSelect = 7
	textDisplay       = 10
	label             = 18
	fileUpload        = 19
	radioGroup        = 21
	checkboxGroup     = 22
)

// Discord's limits for these components, see
// https://docs.discord.com/developers/components/reference.
const (
	maxOptionText  = 100
	maxPlaceholder = 150
	maxDisplay     = 4000
)

// control is a kind of component that a person enters something in.
type control struct {
	options [2]int // the fewest and the most options; zero if it has none of its own
	most    int64  // choices; 0 for a text
	single  bool   // its value is one choice, not a list
	any     bool   // unless max_values is set, any number of options
	users   bool   // members of the guild can be chosen
	roles   bool
	files   bool // files are uploaded
}

// controls are the kinds that riskroom uses, by their type.
var controls = map[int64]control{
	textInput:         {},
	stringSelect:      {options: [2]int{1, 25}, most: 25},
	radioGroup:        {options: [2]int{2, 10}, most: 1, single: true},
	checkboxGroup:     {options: [2]int{1, 10}, most: 10, any: true},
	userSelect:        {most: 25, users: true},
	roleSelect:        {most: 25, roles: true},
	mentionableSelect: {most: 25, users: true, roles: true},
	fileUpload:        {most: 10, files: true},
}

// controlOf returns the kind of a component.
func controlOf(c object) (control, bool) {
	kind, _ := integer(c["type"])
	found, ok := controls[kind]
	return found, ok
}

// checkLabel: https://docs.discord.com/developers/components/reference#label
func checkLabel(f *form, path string, c object, seen map[string]bool) {
	f.text(path+".label", c["label"], 1, maxTitle)
	if c["description"] != nil {
		f.text(path+".description", c["description"], 1, maxDescription)
	}
	inner := f.object(path+".component", c["component"])
	if inner == nil {
		f.required(path + ".component")
		return
	}
	maps.DeleteFunc(inner, isNull)
	path += ".component"
	kind, ok := controlOf(inner)
	switch {
	case !ok:
		f.fail(path+".type", "UNION_TYPE_CHOICES", fmt.Sprintf("Value of field \"type\" must be one of %v.", slices.Sorted(maps.Keys(controls))))
	case kind.most == 0:
		checkInput(f, path, inner)
	default:
		checkChooser(f, path, inner, kind)
	}
	f.customID(path, inner, seen)
}

// checkChooser checks a component that people choose in.
func checkChooser(f *form, path string, c object, kind control) {
	f.flag(path+".required", c["required"])
	f.text(path+".placeholder", c["placeholder"], 0, maxPlaceholder)
	f.unsupported(path, c, "disabled")
	if kind.files {
		f.unsupported(path, c, "placeholder", "default_values")
	}
	most := kind.most
	if kind.options[1] > 0 {
		most = min(most, int64(checkOptions(f, path, c, kind)))
	}
	least, isSet := f.number(path+".min_values", c["min_values"], 0, most)
	if isSet && least == 0 && mandatory(c) {
		f.fail(path+".min_values", "BASE_TYPE_MIN_VALUE", "min_values must be at least 1 when required is true.")
	}
	f.number(path+".max_values", c["max_values"], max(1, least), max(1, most))
	defaults := f.list(path+".default_values", c["default_values"], int(kind.most))
	for i, d := range defaults {
		at := fmt.Sprintf("%s.default_values.%d", path, i)
		f.id(at+".id", d["id"])
		if t := stage.Str(d["type"]); (t != "user" || !kind.users) && (t != "role" || !kind.roles) {
			f.fail(at+".type", "BASE_TYPE_CHOICES", fmt.Sprintf("Value %q is not allowed here.", t))
		}
	}
	if n := len(initial(c)); int64(n) > capacity(c) {
		f.fail(path, "SELECT_COMPONENT_DEFAULTS", fmt.Sprintf("%d values are chosen, not at most %d.", n, capacity(c)))
	}
}

// checkOptions checks the options of a component and returns how many there are.
func checkOptions(f *form, path string, c object, kind control) int {
	options := f.list(path+".options", c["options"], kind.options[1])
	if len(options) < kind.options[0] {
		f.fail(path+".options", "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", kind.options[0], kind.options[1]))
	}
	seen := map[string]bool{}
	for i, o := range options {
		at := fmt.Sprintf("%s.options.%d", path, i)
		f.text(at+".label", o["label"], 1, maxOptionText)
		f.text(at+".description", o["description"], 0, maxOptionText)
		f.flag(at+".default", o["default"])
		f.unsupported(at, o, "emoji")
		value := f.text(at+".value", o["value"], 1, maxOptionText)
		if seen[value] {
			f.fail(at+".value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
		}
		seen[value] = true
	}
	return len(options)
}

// capacity returns how many choices a component takes.
func capacity(c object) int64 {
	kind, _ := controlOf(c)
	most, isSet := integer(c["max_values"])
	switch {
	case isSet && !kind.single:
		return most
	case kind.any:
		return int64(len(stage.Objects(c["options"])))
	}
	return 1
}

// initial returns what a component holds when the modal opens.
func initial(c object) []string {
	if kind, _ := controlOf(c); kind.most == 0 {
		return nonEmpty(stage.Str(c["value"]))
	}
	var out []string
	for _, o := range stage.Objects(c["options"]) {
		if chosen, _ := o["default"].(bool); chosen {
			out = append(out, stage.Str(o["value"]))
		}
	}
	for _, d := range stage.Objects(c["default_values"]) {
		out = append(out, fmt.Sprint(d["id"]))
	}
	return out
}

// nonEmpty returns the values that are not empty, nil if there are none.
func nonEmpty(values ...string) []string {
	var out []string
	for _, s := range values {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// choose returns the values that a component holds after a person has chosen some by
// value, label, name or ID.
func (g *guild) choose(c object, chosen []string) ([]string, error) {
	var out []string
	for _, s := range nonEmpty(chosen...) {
		all := g.choices(c)
		i := slices.IndexFunc(all, func(o stage.Option) bool { return o.Value == s || o.Label == s || o.Label == "@"+s })
		if i < 0 {
			return nil, fmt.Errorf("emulator: %q can't be chosen in %v", s, c["custom_id"])
		}
		out = append(out, all[i].Value)
	}
	return out, nil
}

// choices returns what can be chosen in a component.
func (g *guild) choices(c object) []stage.Option {
	var out []stage.Option
	for _, o := range stage.Objects(c["options"]) {
		out = append(out, stage.Option{Value: stage.Str(o["value"]), Label: stage.Str(o["label"])})
	}
	kind, _ := controlOf(c)
	if kind.users {
		for _, u := range g.People.All() {
			if !u.Outside {
				out = append(out, stage.Option{Value: u.ID, Label: "@" + u.shown()})
			}
		}
	}
	if kind.files {
		for id, f := range g.files {
			out = append(out, stage.Option{Value: id, Label: stage.Str(f.object["filename"])})
		}
	}
	if kind.roles {
		for _, r := range g.roleList() {
			out = append(out, stage.Option{Value: r.ID, Label: "@" + strings.TrimPrefix(r.Name, "@")})
		}
	}
	return out
}

// wrongIn returns why a person's own client doesn't send what a component holds, "" if
// it does.
func wrongIn(c object, held []string) string {
	kind, _ := controlOf(c)
	n, most := int64(len(held)), capacity(c)
	least, isSet := integer(c["min_values"])
	if !isSet {
		least = 1
	}
	if kind.most == 0 {
		n, least, most = int64(utf8.RuneCountInString(strings.Join(held, ""))), 1, longest(c)
	}
	switch {
	case n == 0 && mandatory(c):
		return "This field is required"
	case n > most:
		return fmt.Sprintf("Must be %d or fewer in length.", most)
	case n > 0 && n < least:
		return fmt.Sprintf("Must be %d or more in length.", least)
	}
	return ""
}

// submittedAs returns a component with what it holds, as Discord sends it.
func submittedAs(c object, held []string) object {
	kind, _ := controlOf(c)
	out := object{"type": c["type"], "custom_id": c["custom_id"]}
	switch {
	case kind.most == 0:
		out["value"] = strings.Join(held, "")
	case kind.single && len(held) == 0:
		out["value"] = nil
	case kind.single:
		out["value"] = held[0]
	default:
		out["values"] = append([]string{}, held...)
	}
	return out
}

// resolve adds what Discord sends about people and roles that were chosen.
func (g *guild) resolve(resolved object, c object, held []string) {
	add := func(kind, id string, o object) {
		if resolved[kind] == nil {
			resolved[kind] = object{}
		}
		resolved[kind].(object)[id] = o
	}
	kind, _ := controlOf(c)
	for _, id := range held {
		if u := g.People.ByID(id); u != nil && kind.users {
			add("users", id, userObject(u))
			add("members", id, g.memberObject(u, false))
		}
		if f := g.files[id]; f != nil && kind.files {
			add("attachments", id, f.object)
		}
		if r := g.roles[id]; r != nil && kind.roles {
			add("roles", id, roleObject(*r))
		}
	}
}
