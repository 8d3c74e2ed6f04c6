package emulator

import (
	"cmp"

	"riskroom/adapters/stage"
)

// submitLabels are the labels of the button in Discord's own client by its language;
// in others it is "Submit".
var submitLabels = map[string]string{"zh-CN": "提交", "zh-TW": "提交"}

// Window implements stage.Renderer.
func (r *renderer) Window(m *modal) stage.Window {
	id, user := m.from.id, m.from.user
	out := stage.Window{ID: id, Version: id, Person: user, Title: stage.Str(m.body["title"])}
	out.Submit = cmp.Or(submitLabels[r.guild.People.ByID(user).Locale], "Submit")
	for _, c := range inputs(m.body) {
		in := &stage.Input{
			ID: stage.Str(c["custom_id"]), Kind: stage.TextInput, Label: stage.Str(c["label"]), Placeholder: stage.Str(c["placeholder"]), Required: mandatory(c),
		}
		if style, _ := integer(c["style"]); style == paragraphStyle {
			in.Kind = stage.LongTextInput
		}
		if most, ok := integer(c["max_length"]); ok {
			in.Max = int(most)
		}
		if held := m.values[in.ID]; held != "" {
			in.Values = []string{held}
		}
		out.Parts = append(out.Parts, stage.Part{Kind: stage.InputPart, Input: in})
	}
	return out
}
