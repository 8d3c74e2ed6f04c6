package emulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// fill turns what a person typed into an interaction's options, in the order in
// which they are registered. With whole set, required options must be present.
func fill(options []object, values Values, whole bool) ([]object, error) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if _, ok := option(options, name); !ok {
			return nil, fmt.Errorf("emulator: no option %q", name)
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
		v, err := valueOf(o, typed)
		if err != nil {
			return nil, fmt.Errorf("emulator: the option %q: %w", name, err)
		}
		out = append(out, object{"name": name, "type": o["type"], "value": v})
	}
	return out, nil
}

// valueOf returns what a client sends for the text that is typed into an option.
func valueOf(o object, typed string) (any, error) {
	choices := stage.Objects(o["choices"])
	for _, c := range choices {
		if c["name"] == typed || c["value"] == typed {
			return c["value"], nil
		}
	}
	if len(choices) > 0 {
		return nil, fmt.Errorf("%q is not among the choices", typed)
	}
	switch kind, _ := integer(o["type"]); kind {
	case optionNumber:
		if _, err := strconv.ParseFloat(typed, 64); err != nil {
			return nil, err
		}
		return json.Number(typed), nil
	case optionBoolean:
		return strconv.ParseBool(typed)
	}
	most, limited := integer(o["max_length"])
	if !limited {
		most = maxTyped
	}
	if int64(utf8.RuneCountInString(typed)) > most {
		return nil, fmt.Errorf("must be %d or fewer in length", most)
	}
	return typed, nil
}
