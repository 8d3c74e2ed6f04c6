package discordbot

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"riskroom/bots"
)

// Discord's limits for modals, in characters, from
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-modal and
// https://docs.discord.com/developers/components/reference#text-input.
const (
	maxInputs   = 5
	maxLabel    = 45 // of an input, and a modal's title
	maxInput    = 4000
	maxCustomID = 100
)

// restInput is the input for every field that has none of its own.
const restInput = "rest"

// modal and its inputs, one in each row.
type modal struct {
	CustomID   string `json:"custom_id"`
	Title      string `json:"title"`
	Components []row  `json:"components"`
}

type row struct {
	Type       int     `json:"type"`
	Components []input `json:"components"`
}

type input struct {
	Type     int    `json:"type"`
	CustomID string `json:"custom_id"`
	Label    string `json:"label"`
	Style    int    `json:"style"`
	Value    string `json:"value,omitempty"`
	Required bool   `json:"required"`
	Max      int    `json:"max_length,omitempty"`
}

const (
	typeRow   = 1
	typeInput = 4
	oneLine   = 1
	paragraph = 2
)

// modal lays a form out as a modal: texts have inputs, other fields are lines in
// one more. What cannot be shown whole is an error: nothing that somebody typed is
// cut. The op goes on through a form that is opened anew.
func (b *Bot) modal(lang, op string, f bots.Form) (modal, error) {
	id, err := formID(op, f)
	if err != nil {
		return modal{}, err
	}
	m := modal{CustomID: id, Title: cut(f.Title, maxLabel)}
	var rest []bots.Field
	for _, field := range f.Fields {
		text := field.Kind == bots.TextKind || field.Kind == bots.LongTextKind
		switch {
		case field.Kind == bots.StaticKind:
		case text && len(m.Components) < maxInputs-1:
			in := input{Type: typeInput, CustomID: field.Key, Label: cut(field.Label, maxLabel), Style: oneLine, Required: field.Required, Max: min(field.Max, maxInput)}
			if field.Kind == bots.LongTextKind {
				in.Style = paragraph
			}
			in.Value = strings.Join(field.Initial, ", ")
			m.Components = append(m.Components, row{typeRow, []input{in}})
		default:
			rest = append(rest, field)
		}
	}
	if len(rest) > 0 {
		m.Components = append(m.Components, row{typeRow, []input{{
			Type: typeInput, CustomID: restInput, Label: cut(b.text.In(lang).S("options.rest"), maxLabel), Style: paragraph,
			Value: restOf(f, b.bot.Rest(lang, rest)),
		}}})
	}
	for _, r := range m.Components {
		if in := r.Components[0]; utf8.RuneCountInString(in.Value) > maxInput || in.Max > 0 && utf8.RuneCountInString(in.Value) > in.Max {
			return modal{}, fmt.Errorf("field %s: a text of too many characters", in.CustomID)
		}
	}
	if len(m.Components) == 0 {
		return modal{}, fmt.Errorf("it has no inputs")
	}
	return m, nil
}

// restState keeps, in a form that is opened anew, what stood in the rest.
const restState = "\x00rest"

func restOf(f bots.Form, offered string) string {
	if was, ok := f.State[restState]; ok {
		return was
	}
	return offered
}

// formPrefix begins the custom_id of modals: "form:<id>:<op>:<state as JSON>".
const formPrefix = "form:"

func formID(op string, f bots.Form) (string, error) {
	state := map[string]string{}
	for k, v := range f.State {
		if k != restState {
			state[k] = v
		}
	}
	raw, err := json.Marshal(state)
	if err != nil {
		return "", err
	}
	id := formPrefix + f.ID + ":" + op + ":" + string(raw)
	if utf8.RuneCountInString(id) > maxCustomID {
		// The module only says for which one handlers were offered, and nothing
		// is offered anew here.
		delete(state, "module")
		raw, _ = json.Marshal(state) // of strings
		id = formPrefix + f.ID + ":" + op + ":" + string(raw)
	}
	if utf8.RuneCountInString(id) > maxCustomID {
		return "", fmt.Errorf("its state has %d bytes", len(raw))
	}
	return id, nil
}
