package emulator

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"riskroom/adapters/stage"
)

// Discord's limits for modals, see
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-modal.
const (
	maxTitle  = 45
	maxInputs = 5
	maxInput  = 4000

	paragraphStyle = 2 // of a text input
)

// modal is an open modal.
type modal struct {
	body   object
	from   *interaction
	values Values
}

// Modal is an open modal as a test sees it.
type Modal struct {
	CustomID string
	Title    string
	Inputs   []map[string]any // its text inputs, top to bottom
	Values   Values           // what the inputs hold, by custom_id
}

// Values are what a person enters: in a command by the option's name, in a modal by
// custom_id. A choice is its name or value.
type Values map[string]string

// inputs returns the text inputs of a modal.
func inputs(body object) []object {
	var out []object
	for _, row := range stage.Objects(body["components"]) {
		out = append(out, stage.Objects(row["components"])...)
	}
	return out
}

// checkModal checks the modal in an answer: one to five rows of one text input.
// riskroom doesn't use Discord's newer components.
func checkModal(f *form, body object) {
	f.text("custom_id", body["custom_id"], 1, maxCustomID)
	f.text("title", body["title"], 1, maxTitle)
	rows := f.list("components", body["components"], maxInputs)
	if len(rows) == 0 {
		f.fail("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	}
	seen := map[string]bool{}
	for i, row := range rows {
		at := fmt.Sprintf("components.%d", i)
		f.kind(at, row, actionRow)
		list := f.list(at+".components", row["components"], 1)
		if len(list) == 0 {
			f.required(at + ".components")
		}
		for _, c := range list {
			checkInput(f, at+".components.0", c)
			f.customID(at+".components.0", c, seen)
		}
	}
}

// checkInput: https://docs.discord.com/developers/components/reference#text-input
func checkInput(f *form, path string, c object) {
	f.kind(path, c, textInput)
	f.text(path+".label", c["label"], 1, maxTitle)
	if _, ok := f.number(path+".style", c["style"], 1, 2); !ok {
		f.required(path + ".style")
	}
	f.number(path+".max_length", c["max_length"], 1, maxInput)
	f.text(path+".value", c["value"], 0, int(longest(c)))
	f.flag(path+".required", c["required"])
	f.unsupported(path, c, "min_length", "placeholder")
}

// openModal shows the modal in an answer to the person.
func (ix *interactions) openModal(i *interaction, data object) error {
	f := &form{}
	checkModal(f, data)
	if err := f.err(); err != nil {
		return nestedData(err)
	}
	m := &modal{body: data, from: i, values: Values{}}
	for _, c := range inputs(data) {
		m.values[stage.Str(c["custom_id"])] = stage.Str(c["value"])
	}
	ix.OpenDialog(i.user, stage.Str(data["title"]), m)
	return nil
}

func (ix *interactions) exportModal(user string) *Modal {
	m := ix.Dialogs.Of(user)
	if m == nil {
		return nil
	}
	return &Modal{
		CustomID: stage.Str(m.body["custom_id"]), Title: stage.Str(m.body["title"]),
		Inputs: stage.Clone(inputs(m.body)), Values: maps.Clone(m.values),
	}
}

// SubmitModal has a person fill in the modal that they have open and submit it;
// inputs that are not in values keep what they hold. If the person's own client finds
// something missing, it is returned as Errors with Sent false, and nothing is sent.
// When the app has answered, the modal closes.
func (w *Workspace) SubmitModal(ctx context.Context, userID string, values Values) (Reply, error) {
	i, problems, err := w.interactions.submission(userID, values)
	if err != nil || len(problems) > 0 {
		w.guild.Lock()
		defer w.guild.Unlock()
		return Reply{Errors: problems, Modal: w.interactions.exportModal(userID)}, err
	}
	reply, err := w.interactions.ask(ctx, i)
	if err == nil {
		w.guild.Lock()
		defer w.guild.Unlock()
		w.guild.CloseDialog(userID)
		reply.Modal = nil
	}
	return reply, err
}

func (ix *interactions) submission(userID string, values Values) (*interaction, map[string]string, error) {
	ix.Lock()
	defer ix.Unlock()
	user, err := ix.person(userID)
	if err != nil {
		return nil, nil, err
	}
	m := ix.Dialogs.Of(userID)
	if m == nil {
		return nil, nil, fmt.Errorf("emulator: @%s has no modal open", user.Name)
	}
	if err := m.fill(values); err != nil {
		return nil, nil, err
	}
	if problems := m.incomplete(); len(problems) > 0 {
		return nil, problems, nil
	}
	rows := []object{}
	for n, c := range inputs(m.body) {
		id := stage.Str(c["custom_id"])
		rows = append(rows, object{"type": actionRow, "id": 2*n + 1, "components": []object{
			{"type": textInput, "id": 2*n + 2, "custom_id": id, "value": m.values[id]},
		}})
	}
	i := ix.newInteraction(kindModal, user, m.from.channel, object{"custom_id": m.body["custom_id"], "components": rows})
	if i.source = m.from.source; i.source != nil {
		i.payload["message"] = ix.messageObject(i.source)
	}
	return ix.made(i), nil, nil
}

// fill enters values in the inputs.
func (m *modal) fill(values Values) error {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if _, ok := m.values[key]; !ok {
			return fmt.Errorf("emulator: the modal has no input %q", key)
		}
		m.values[key] = values[key]
	}
	return nil
}

// longest returns how many characters an input takes.
func longest(c object) int64 {
	if most, ok := integer(c["max_length"]); ok {
		return most
	}
	return maxInput
}

// mandatory reports whether an input must be filled in, which is the default.
func mandatory(c object) bool {
	required, isSet := c["required"].(bool)
	return required || !isSet
}

// incomplete returns the problems for which the person's own client does not send
// the modal.
func (m *modal) incomplete() map[string]string {
	problems := map[string]string{}
	for _, c := range inputs(m.body) {
		id := stage.Str(c["custom_id"])
		switch n := int64(utf8.RuneCountInString(m.values[id])); {
		case n == 0 && mandatory(c):
			problems[id] = "This field is required"
		case n > longest(c):
			problems[id] = fmt.Sprintf("Must be %d or fewer in length.", longest(c))
		}
	}
	return problems
}

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
			ID: stage.Str(c["custom_id"]), Kind: stage.TextInput, Label: stage.Str(c["label"]), Required: mandatory(c),
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
