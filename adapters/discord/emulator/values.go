package emulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// resolved gathers the people, roles and channels that an interaction names.
// See https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-resolved-data-structure.
type resolved struct {
	guild  *guild
	object object
}

func (r *resolved) add(list, id string, o object) {
	if r.object == nil {
		r.object = object{}
	}
	entries, ok := r.object[list].(object)
	if !ok {
		entries = object{}
		r.object[list] = entries
	}
	entries[id] = o
}

// fill turns what a person typed into an interaction's options, in the order in
// which they are registered. With whole set, required ones must be there.
func (r *resolved) fill(options []object, values Values, whole bool) ([]object, error) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if _, ok := option(options, name); !ok {
			return nil, fmt.Errorf("emulator: there is no option %q", name)
		}
	}
	var out []object
	for _, o := range options {
		name := stage.Str(o["name"])
		typed, ok := values[name]
		if required, _ := o["required"].(bool); !ok && required && whole {
			return nil, fmt.Errorf("emulator: the option %q is required", name)
		}
		if !ok {
			continue
		}
		kind, _ := integer(o["type"])
		v, err := r.value(o, kind, typed)
		if err != nil {
			return nil, fmt.Errorf("emulator: the option %q: %w", name, err)
		}
		out = append(out, object{"name": name, "type": kind, "value": v})
	}
	return out, nil
}

// value is what a client makes of what is typed into an option.
func (r *resolved) value(o object, kind int64, typed string) (any, error) {
	for _, c := range stage.Objects(o["choices"]) {
		if c["name"] == typed || fmt.Sprint(c["value"]) == typed {
			return c["value"], nil
		}
	}
	if len(stage.Objects(o["choices"])) > 0 {
		return nil, fmt.Errorf("%q is not among the choices", typed)
	}
	switch kind {
	case optionString:
		return typed, fits(o, typed)
	case optionInteger, optionNumber:
		return number(o, kind, typed)
	case optionBoolean:
		return strconv.ParseBool(typed)
	}
	return r.entity(kind, typed)
}

// fits checks the length of a text; without limits it is 6,000.
func fits(o object, typed string) error {
	n := int64(utf8.RuneCountInString(typed))
	least, _ := integer(o["min_length"])
	most, ok := integer(o["max_length"])
	if !ok {
		most = 6000
	}
	if n < least || n > most {
		return fmt.Errorf("must be between %d and %d in length", least, most)
	}
	return nil
}

func number(o object, kind int64, typed string) (any, error) {
	n, err := strconv.ParseFloat(typed, 64)
	if err != nil || kind == optionInteger && n != float64(int64(n)) {
		return nil, fmt.Errorf("%q is no number of that kind", typed)
	}
	for bound, sign := range map[string]float64{"min_value": 1, "max_value": -1} {
		if limit, ok := o[bound].(json.Number); ok {
			if x, err := limit.Float64(); err == nil && (n-x)*sign < 0 {
				return nil, fmt.Errorf("%s is beyond the %s of %v", typed, bound, x)
			}
		}
	}
	return json.Number(typed), nil
}

// entity finds the person, role or channel that is meant.
func (r *resolved) entity(kind int64, typed string) (any, error) {
	name := strings.TrimLeft(typed, "@#&")
	if kind == optionUser || kind == optionMentionable {
		for _, u := range r.guild.People.All() {
			if !u.Outside && (u.ID == name || u.Name == name) {
				r.add("users", u.ID, userObject(u))
				m := r.guild.memberObject(u, false)
				delete(m, "user")
				m["permissions"] = r.guild.basePermissions(u)
				r.add("members", u.ID, m)
				return u.ID, nil
			}
		}
	}
	if kind == optionRole || kind == optionMentionable {
		for _, role := range r.guild.roleList() {
			if role.ID == name || role.Name == name {
				r.add("roles", role.ID, roleObject(role))
				return role.ID, nil
			}
		}
	}
	if kind == optionChannel {
		for _, ch := range r.guild.inGuild() {
			if ch.ID == name || ch.Name == name {
				r.add("channels", ch.ID, object{"id": ch.ID, "name": ch.Name, "type": kindOf(ch), "permissions": r.guild.permissionsIn(r.guild.bot(), ch)})
				return ch.ID, nil
			}
		}
	}
	return nil, fmt.Errorf("%q is not known here", typed)
}
