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

// restInput is the input for all fields that have none of their own.
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

// modal renders a form as a modal. Text fields have inputs of their own, and all
// other fields share one, with a line each. It returns an error if something
// doesn't fit, because nothing that a person typed may be cut. A form that is
// opened again keeps its op.
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
			return modal{}, fmt.Errorf("field %s: the text is too long", in.CustomID)
		}
	}
	if len(m.Components) == 0 {
		return modal{}, fmt.Errorf("the form has no inputs")
	}
	return m, nil
}

// restState is the key of the shared input's text in a form that is opened again.
const restState = "\x00rest"

func restOf(f bots.Form, offered string) string {
	if was, ok := f.State[restState]; ok {
		return was
	}
	return offered
}

// formPrefix is the prefix of the custom_id of modals: "form:<id>:<op>:<state as JSON>".
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
		// The module only records whose handlers were offered. Forms on Discord
		// never refresh, so nothing reads it.
		delete(state, "module")
		raw, _ = json.Marshal(state) // strings: can't fail
		id = formPrefix + f.ID + ":" + op + ":" + string(raw)
	}
	if utf8.RuneCountInString(id) > maxCustomID {
		return "", fmt.Errorf("the form's state has %d bytes", len(raw))
	}
	return id, nil
}
