package emulator

import (
	"strconv"

	"riskroom/adapters/stage"
)

// Window implements stage.Renderer.
func (r *renderer) Window(v *view) stage.Window {
	out := stage.Window{
		ID: v.id, Version: v.hash, Person: v.user, Title: r.textOf(v.body["title"]),
		Submit: r.textOf(v.body["submit"]), Close: r.textOf(v.body["close"]),
	}
	for _, b := range v.blocks() {
		out.Parts = append(out.Parts, r.windowParts(v, b)...)
	}
	return out
}

// windowParts renders one block of a modal, its inputs with what they hold.
func (r *renderer) windowParts(v *view, b object) []stage.Part {
	block := stage.Str(b["block_id"])
	if b["type"] == "input" {
		e, _ := b["element"].(object)
		in := r.input(block, v.withOffers(e), v.state[block][stage.Str(e["action_id"])])
		in.Label, in.Hint, in.Problem = r.textOf(b["label"]), r.textOf(b["hint"]), v.inputErrors[block]
		optional, _ := b["optional"].(bool)
		in.Required = !optional
		in.Live, _ = b["dispatch_action"].(bool)
		return []stage.Part{{Kind: stage.InputPart, Input: in}}
	}
	parts := r.parts(b)
	elements := interactive(b)
	for i := range parts {
		for j := range parts[i].Actions {
			if a := &parts[i].Actions[j]; a.Input != nil && j < len(elements) {
				e := elements[j]
				a.Input = r.input(block, v.withOffers(e), v.state[block][stage.Str(e["action_id"])])
				a.Input.Live = true
			}
		}
	}
	return parts
}

// inputKinds says what Slack's elements take.
var inputKinds = map[string]stage.InputKind{
	"plain_text_input": stage.TextInput, "email_text_input": stage.TextInput, "url_text_input": stage.TextInput,
	"number_input": stage.NumberInput, "datepicker": stage.DateInput, "timepicker": stage.TimeInput,
	"datetimepicker": stage.MomentInput,
}

// input renders an element that holds something: held, or what it begins with
// where that is nil.
func (r *renderer) input(block string, e, held object) *stage.Input {
	kind := stage.Str(e["type"])
	field, many := holds(kind)
	in := &stage.Input{ID: inputID(block, e), Kind: inputKinds[kind], Many: many, Placeholder: r.textOf(e["placeholder"])}
	if in.Kind == "" {
		in.Kind = stage.SelectInput
	}
	if multiline, _ := e["multiline"].(bool); multiline {
		in.Kind = stage.LongTextInput
	}
	if most, ok := e["max_length"].(float64); ok {
		in.Max = int(most)
	}
	switch kind {
	case "users_select", "multi_users_select":
		for _, u := range r.team.People.All() {
			if !u.Bot && !u.Deleted {
				in.Options = append(in.Options, stage.Option{Value: u.ID, Label: u.Name})
			}
		}
	case "channels_select", "multi_channels_select", "conversations_select", "multi_conversations_select":
		for _, ch := range r.team.Channels.All() {
			if !ch.IsDirect() && !ch.Extra.archived {
				in.Options = append(in.Options, stage.Option{Value: ch.ID, Label: "#" + ch.Name})
			}
		}
	default:
		for _, o := range elementOptions(e) {
			in.Options = append(in.Options, stage.Option{Value: stage.Str(o["value"]), Label: r.textOf(o["text"])})
		}
	}
	in.Values = heldValues(held[field])
	return in
}

// inputID tells an input apart from all others of its modal or message: Slack
// keeps what stands in it as long as both names stay.
func inputID(block string, e object) string { return block + " " + stage.Str(e["action_id"]) }

// heldValues is what an input holds, as Values take it.
func heldValues(v any) []string {
	one := func(v any) string {
		switch v := v.(type) {
		case string:
			return v
		case float64:
			return strconv.FormatInt(int64(v), 10)
		case int64:
			return strconv.FormatInt(v, 10)
		case object:
			return stage.Str(v["value"])
		}
		return ""
	}
	var out []string
	switch v := v.(type) {
	case nil:
	case []any:
		for _, e := range v {
			out = append(out, one(e))
		}
	case []object:
		for _, e := range v {
			out = append(out, stage.Str(e["value"]))
		}
	default:
		if s := one(v); s != "" {
			out = append(out, s)
		}
	}
	return out
}
