package emulator

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// Values are what a person enters in a form: the key is an input's block_id or
// action_id, the value is the text or the choices. A choice in a menu is an
// option's value or text, in a menu of people an ID. A date is written
// "2006-01-02", a date with a time as seconds of Unix time. No value, or only
// "", empties the input.
type Values map[string][]string

// input is a kind of input.
type input struct {
	field   string // of its state that holds its value
	initial string // of the element that holds its initial value
	kind    stage.InputKind
	many    bool // the value is a list
}

// inputs are the kinds that riskroom uses, by the element's type.
var inputs = map[string]input{
	"plain_text_input":    {field: "value", initial: "initial_value", kind: stage.TextInput},
	"number_input":        {field: "value", initial: "initial_value", kind: stage.NumberInput},
	"datepicker":          {field: "selected_date", initial: "initial_date", kind: stage.DateInput},
	"datetimepicker":      {field: "selected_date_time", initial: "initial_date_time", kind: stage.MomentInput},
	"static_select":       {field: "selected_option", initial: "initial_option", kind: stage.SelectInput},
	"multi_static_select": {field: "selected_options", initial: "initial_options", kind: stage.SelectInput, many: true},
	fileInput:             {field: "files", kind: stage.FileInput, many: true},
	"multi_users_select":  {field: "selected_users", initial: "initial_users", kind: stage.SelectInput, many: true},
}

// fileInput is the type of an input that takes files, see Workspace.Upload.
const fileInput = "file_input"

// maxInputFiles: https://docs.slack.dev/reference/block-kit/block-elements/file-input-element
const maxInputFiles = 10

// initialState is what the inputs hold when a view opens: what they held before
// under the same block_id and action_id, otherwise their initial values.
func initialState(blocks []object, before state) state {
	out := make(state)
	for _, b := range inputBlocks(blocks) {
		e, _ := b["element"].(object)
		block, action := stage.Str(b["block_id"]), stage.Str(e["action_id"])
		held := before[block][action]
		if held == nil || held["type"] != e["type"] {
			kind := inputs[stage.Str(e["type"])]
			value := e[kind.initial]
			if value == nil && kind.many {
				value = []any{}
			}
			held = object{"type": e["type"], kind.field: value}
		}
		out[block] = map[string]object{action: held}
	}
	return out
}

// inputBlocks returns the input blocks among blocks.
func inputBlocks(blocks []object) []object {
	return slices.DeleteFunc(slices.Clone(blocks), func(b object) bool { return b["type"] != "input" })
}

// enter returns the state of an input after a person has entered values.
func (t *team) enter(e object, values []string) (object, error) {
	kind := inputs[stage.Str(e["type"])]
	chosen := []any{}
	for _, v := range values {
		if v == "" {
			continue
		}
		one, err := t.choose(e, v)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, one)
	}
	if most, limited := e["max_files"].(float64); limited && len(chosen) > int(most) {
		return nil, fmt.Errorf("emulator: %v takes at most %v files", e["action_id"], most)
	}
	switch {
	case kind.many:
		return object{"type": e["type"], kind.field: chosen}, nil
	case len(chosen) > 1:
		return nil, fmt.Errorf("emulator: a %s takes one value, not %d", e["type"], len(chosen))
	case len(chosen) == 0:
		return object{"type": e["type"], kind.field: nil}, nil
	}
	return object{"type": e["type"], kind.field: chosen[0]}, nil
}

// choose returns what Slack's client sends for one value. It refuses what that
// client does not allow.
func (t *team) choose(e object, v string) (any, error) {
	var err error
	switch e["type"] {
	case "static_select", "multi_static_select":
		for _, o := range elementOptions(e) {
			if o["value"] == v || textOf(o["text"]) == v {
				return o, nil
			}
		}
		err = fmt.Errorf("emulator: %q is not among the options of %v", v, e["action_id"])
	case fileInput:
		f := t.files[v]
		if f == nil || f.deleted {
			return nil, fmt.Errorf("emulator: no file %q", v)
		}
		return t.fileObject(f), nil
	case "multi_users_select":
		if t.People.ByID(v) == nil {
			err = fmt.Errorf("emulator: no user %q", v)
		}
	case "datepicker":
		_, err = time.Parse(time.DateOnly, v)
	case "datetimepicker":
		return strconv.ParseInt(v, 10, 64)
	case "plain_text_input":
		most, limited := e["max_length"].(float64)
		if !limited {
			most = maxPlainTextInput
		}
		if utf8.RuneCountInString(v) > int(most) {
			err = fmt.Errorf("emulator: the text for %v is too long", e["action_id"])
		}
	}
	return v, err
}

// incomplete returns the problems for which Slack's own client does not send a
// submission: required inputs that are empty, numbers that are none.
func incomplete(v *view) map[string]string {
	problems := make(map[string]string)
	for _, b := range inputBlocks(v.blocks()) {
		e, _ := b["element"].(object)
		block := stage.Str(b["block_id"])
		held := heldValues(v.state[block][stage.Str(e["action_id"])])
		optional, _ := b["optional"].(bool)
		switch {
		case len(held) == 0 && !optional:
			problems[block] = "Please complete this required field."
		case len(held) > 0 && e["type"] == "number_input":
			if _, err := strconv.ParseFloat(held[0], 64); err != nil {
				problems[block] = "Please enter a number."
			}
		}
	}
	return problems
}

// heldValues returns what an input holds, in the form of Values.
func heldValues(held object) []string {
	var out []string
	add := func(v any) {
		switch v := v.(type) {
		case float64:
			out = append(out, strconv.FormatInt(int64(v), 10))
		case int64:
			out = append(out, strconv.FormatInt(v, 10))
		case object:
			out = append(out, cmp.Or(stage.Str(v["value"]), stage.Str(v["id"])))
		case string:
			if v != "" {
				out = append(out, v)
			}
		}
	}
	switch v := held[inputs[stage.Str(held["type"])].field].(type) {
	case []any:
		for _, e := range v {
			add(e)
		}
	default:
		add(v)
	}
	return out
}

// Window implements stage.Renderer.
func (r *renderer) Window(v *view) stage.Window {
	out := stage.Window{
		ID: v.id, Version: v.hash, Person: v.user, Title: textOf(v.body["title"]),
		Submit: textOf(v.body["submit"]), Close: textOf(v.body["close"]),
	}
	for _, b := range v.blocks() {
		if b["type"] == "input" {
			out.Parts = append(out.Parts, stage.Part{Kind: stage.InputPart, Input: r.input(v, b)})
		} else {
			out.Parts = append(out.Parts, r.parts([]object{b})...)
		}
	}
	return out
}

// input renders an input block with what it holds.
func (r *renderer) input(v *view, b object) *stage.Input {
	block := stage.Str(b["block_id"])
	e, _ := b["element"].(object)
	kind := inputs[stage.Str(e["type"])]
	optional, _ := b["optional"].(bool)
	live, _ := b["dispatch_action"].(bool)
	in := &stage.Input{
		ID: block, Kind: kind.kind, Many: kind.many, Required: !optional, Live: live,
		Label: textOf(b["label"]), Hint: textOf(b["hint"]), Problem: v.inputErrors[block],
		Values: heldValues(v.state[block][stage.Str(e["action_id"])]),
	}
	if multiline, _ := e["multiline"].(bool); multiline {
		in.Kind = stage.LongTextInput
	}
	if most, ok := e["max_length"].(float64); ok {
		in.Max = int(most)
	}
	if kind.kind == stage.FileInput {
		in.Max, in.MaxBytes = maxInputFiles, maxUpload
		if most, ok := e["max_files"].(float64); ok {
			in.Max = int(most)
		}
		for _, id := range in.Values {
			in.Files = append(in.Files, r.team.files[id].shown())
		}
	}
	for _, o := range elementOptions(e) {
		in.Options = append(in.Options, stage.Option{Value: stage.Str(o["value"]), Label: textOf(o["text"])})
	}
	if e["type"] == "multi_users_select" {
		for _, u := range r.team.People.All() {
			if !u.Bot && !u.Deleted {
				in.Options = append(in.Options, stage.Option{Value: u.ID, Label: u.Name})
			}
		}
	}
	return in
}
