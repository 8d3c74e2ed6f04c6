package emulator

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// Values are what a person puts into a form: the key is an input's block_id or
// action_id, the value what is typed or the choices made. Of a menu a choice
// is an option's value or its text; of a menu of people or channels an ID; of
// a date "2006-01-02", of a time "15:04", of both the seconds of Unix time.
// No value, or only "", empties the input.
type Values map[string][]string

// holds says which field of an input's state carries its value.
func holds(kind string) (field string, many bool) {
	switch kind {
	case "plain_text_input", "number_input", "email_text_input", "url_text_input":
		return "value", false
	case "static_select", "external_select", "radio_buttons":
		return "selected_option", false
	case "multi_static_select", "multi_external_select", "checkboxes":
		return "selected_options", true
	case "users_select":
		return "selected_user", false
	case "multi_users_select":
		return "selected_users", true
	case "conversations_select":
		return "selected_conversation", false
	case "multi_conversations_select":
		return "selected_conversations", true
	case "channels_select":
		return "selected_channel", false
	case "multi_channels_select":
		return "selected_channels", true
	case "datepicker":
		return "selected_date", false
	case "timepicker":
		return "selected_time", false
	case "datetimepicker":
		return "selected_date_time", false
	}
	return "", false
}

// initialState is what the inputs hold when a view opens: what was there under
// the same block_id and action_id, else the initial values.
func initialState(blocks []object, before state) state {
	out := make(state)
	for _, b := range blocks {
		block := stage.Str(b["block_id"])
		for _, e := range interactive(b) {
			field, many := holds(stage.Str(e["type"]))
			if field == "" {
				continue
			}
			action := stage.Str(e["action_id"])
			if out[block] == nil {
				out[block] = make(map[string]object)
			}
			if old := before[block][action]; old != nil && old["type"] == e["type"] {
				out[block][action] = old
				continue
			}
			value := e[strings.Replace(field, "selected_", "initial_", 1)]
			if field == "value" {
				value = e["initial_value"]
			}
			if value == nil && many {
				value = []any{}
			}
			out[block][action] = object{"type": e["type"], field: value}
		}
	}
	return out
}

// enter returns the state of an element after a person has put values in.
func (d *dialogs) enter(e object, values []string) (object, error) {
	kind := stage.Str(e["type"])
	field, many := holds(kind)
	values = slices.DeleteFunc(slices.Clone(values), func(s string) bool { return s == "" })
	switch {
	case field == "":
		return nil, fmt.Errorf("emulator: nothing can be put into a %s", kind)
	case len(values) > 1 && !many:
		return nil, fmt.Errorf("emulator: a %s takes one value, not %d", kind, len(values))
	}
	chosen := []any{}
	for _, v := range values {
		one, err := d.choose(e, v)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, one)
	}
	switch {
	case many:
		return object{"type": kind, field: chosen}, nil
	case len(chosen) == 0:
		return object{"type": kind, field: nil}, nil
	default:
		return object{"type": kind, field: chosen[0]}, nil
	}
}

// choose turns one value into what Slack's client would send for it, and
// refuses what that client would not let through.
func (d *dialogs) choose(e object, v string) (any, error) {
	kind := strings.TrimPrefix(stage.Str(e["type"]), "multi_")
	switch kind {
	case "static_select", "external_select", "radio_buttons", "checkboxes":
		for _, o := range elementOptions(e) {
			if o["value"] == v || d.show.textOf(o["text"]) == v {
				return o, nil
			}
		}
		return nil, fmt.Errorf("emulator: %q is not among the options of %v", v, e["action_id"])
	case "users_select":
		if d.People.ByID(v) == nil {
			return nil, fmt.Errorf("emulator: there is no user %q", v)
		}
	case "conversations_select", "channels_select":
		if d.Channels.ByID(v) == nil {
			return nil, fmt.Errorf("emulator: there is no channel %q", v)
		}
	case "datepicker":
		if _, err := time.Parse(time.DateOnly, v); err != nil {
			return nil, fmt.Errorf("emulator: %w", err)
		}
	case "timepicker":
		if _, err := time.Parse("15:04", v); err != nil {
			return nil, fmt.Errorf("emulator: %w", err)
		}
	case "datetimepicker":
		seconds, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("emulator: %w", err)
		}
		return seconds, nil
	case "plain_text_input":
		if most, ok := e["max_length"].(float64); ok && utf8.RuneCountInString(v) > int(most) || utf8.RuneCountInString(v) > maxPlainTextInput {
			return nil, fmt.Errorf("emulator: the text for %v is too long to be typed", e["action_id"])
		}
	case "url_text_input":
		if _, err := url.ParseRequestURI(v); err != nil {
			return nil, fmt.Errorf("emulator: %w", err)
		}
	}
	return v, nil
}

// incomplete returns what Slack's client itself complains of before it sends
// a submission: required inputs left empty, texts too short, numbers that are
// none.
func incomplete(v *view) map[string]string {
	problems := make(map[string]string)
	for _, b := range v.blocks() {
		if b["type"] != "input" {
			continue
		}
		e, _ := b["element"].(object)
		block := stage.Str(b["block_id"])
		field, many := holds(stage.Str(e["type"]))
		value := v.state[block][stage.Str(e["action_id"])][field]
		list, _ := value.([]any)
		empty := value == nil || value == "" || many && len(list) == 0
		optional, _ := b["optional"].(bool)
		switch text := stage.Str(value); {
		case empty && !optional:
			problems[block] = "Please complete this required field."
		case empty:
		case e["type"] == "number_input" && !isNumber(text):
			problems[block] = "Please enter a number."
		case e["type"] == "plain_text_input":
			if least, ok := e["min_length"].(float64); ok && utf8.RuneCountInString(text) < int(least) {
				problems[block] = "Please enter more characters."
			}
		}
	}
	return problems
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}
