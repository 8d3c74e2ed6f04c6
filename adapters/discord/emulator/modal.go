package emulator

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"riskroom/adapters/stage"
)

// Discord's limits for modals, see
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-modal.
const (
	maxTitle  = 45
	maxInputs = 5
	maxInput  = 4000
	// maxInputHint is the limit of a text input's placeholder.
	maxInputHint = 100

	paragraphStyle = 2 // of a text input
)

// modal is an open modal.
type modal struct {
	body   object
	from   *interaction
	values map[string][]string
}

// Modal is an open modal as a test sees it.
type Modal struct {
	CustomID string
	Title    string
	Text     string           // what it shows besides inputs
	Inputs   []map[string]any // its inputs, top to bottom, each with its label
	Values   Values           // what the inputs hold, by custom_id
}

// Values are what a person enters: in a command by the option's name, in a modal by
// custom_id. A choice is its name or value. Several choices in a modal have a line each.
type Values map[string]string

// inputs returns the inputs of a modal, each with its label.
func inputs(body object) []object {
	var out []object
	for _, part := range stage.Objects(body["components"]) {
		out = append(out, stage.Objects(part["components"])...)
		if inner, ok := part["component"].(object); ok {
			inner = maps.Clone(inner)
			inner["label"], inner["hint"] = part["label"], part["description"]
			out = append(out, inner)
		}
	}
	return out
}

// checkModal checks the modal in an answer: one to five labels, texts, or rows of one text
// input.
func checkModal(f *form, body object) {
	f.text("custom_id", body["custom_id"], 1, maxCustomID)
	f.text("title", body["title"], 1, maxTitle)
	parts := f.list("components", body["components"], maxInputs)
	if len(parts) == 0 {
		f.fail("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	}
	seen := map[string]bool{}
	for i, part := range parts {
		at := fmt.Sprintf("components.%d", i)
		switch kind, _ := integer(part["type"]); kind {
		case label:
			checkLabel(f, at, part, seen)
		case textDisplay:
			f.text(at+".content", part["content"], 1, maxDisplay)
		default:
			checkRow(f, at, part, seen)
		}
	}
}

// checkRow checks a row, which Discord has deprecated in modals.
func checkRow(f *form, at string, row object, seen map[string]bool) {
	f.kind(at, row, actionRow)
	list := f.list(at+".components", row["components"], 1)
	if len(list) == 0 {
		f.required(at + ".components")
	}
	for _, c := range list {
		f.text(at+".components.0.label", c["label"], 1, maxTitle)
		checkInput(f, at+".components.0", c)
		f.customID(at+".components.0", c, seen)
	}
}

// checkInput: https://docs.discord.com/developers/components/reference#text-input
func checkInput(f *form, path string, c object) {
	f.kind(path, c, textInput)
	if _, ok := f.number(path+".style", c["style"], 1, 2); !ok {
		f.required(path + ".style")
	}
	f.number(path+".max_length", c["max_length"], 1, maxInput)
	f.text(path+".value", c["value"], 0, int(longest(c)))
	f.flag(path+".required", c["required"])
	f.text(path+".placeholder", c["placeholder"], 0, maxInputHint)
	f.unsupported(path, c, "min_length")
}

// openModal shows the modal in an answer to the person.
func (ix *interactions) openModal(i *interaction, data object) error {
	f := &form{}
	checkModal(f, data)
	if err := f.err(); err != nil {
		return nestedData(err)
	}
	m := &modal{body: data, from: i, values: map[string][]string{}}
	for _, c := range inputs(data) {
		m.values[stage.Str(c["custom_id"])] = initial(c)
	}
	ix.OpenDialog(i.user, stage.Str(data["title"]), m)
	return nil
}

func (ix *interactions) exportModal(user string) *Modal {
	m := ix.Dialogs.Of(user)
	if m == nil {
		return nil
	}
	out := &Modal{
		CustomID: stage.Str(m.body["custom_id"]), Title: stage.Str(m.body["title"]),
		Inputs: stage.Clone(inputs(m.body)), Values: Values{},
	}
	for id, held := range m.values {
		out.Values[id] = strings.Join(held, "\n")
	}
	for _, part := range stage.Objects(m.body["components"]) {
		out.Text += stage.PlainText(nil, ix.show.textParts(stage.Str(part["content"])))
	}
	return out
}

// SubmitModal has a person fill in the modal that they have open and submit it;
// inputs that are not in values keep what they hold. If the person's own client finds
// something missing, it is returned as Errors with Sent false, and nothing is sent.
// When the app has answered, the modal closes.
func (w *Workspace) SubmitModal(ctx context.Context, userID string, values Values) (Reply, error) {
	return w.interactions.submit(ctx, userID, func(m *modal) map[string][]string { return m.split(values) })
}

// split returns what is entered in each input.
func (m *modal) split(values Values) map[string][]string {
	out := map[string][]string{}
	for id, v := range values {
		out[id] = []string{v}
		if kind, _ := controlOf(m.input(id)); kind.most > 0 {
			out[id] = strings.Split(v, "\n")
		}
	}
	return out
}

// submit has a person fill in the modal that they have open, and submit it.
func (ix *interactions) submit(ctx context.Context, userID string, entered func(*modal) map[string][]string) (Reply, error) {
	i, problems, err := ix.submission(userID, entered)
	if err != nil || len(problems) > 0 {
		ix.Lock()
		defer ix.Unlock()
		return Reply{Errors: problems, Modal: ix.exportModal(userID)}, err
	}
	reply, err := ix.ask(ctx, i)
	if err == nil {
		ix.Lock()
		defer ix.Unlock()
		ix.CloseDialog(userID)
		reply.Modal = nil
	}
	return reply, err
}

func (ix *interactions) submission(userID string, entered func(*modal) map[string][]string) (*interaction, map[string]string, error) {
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
	if err := ix.fill(m, entered(m)); err != nil {
		return nil, nil, err
	}
	if problems := m.incomplete(); len(problems) > 0 {
		return nil, problems, nil
	}
	i := ix.newInteraction(kindModal, user, m.from.channel, ix.submitted(m))
	if i.source = m.from.source; i.source != nil {
		i.payload["message"] = ix.messageObject(i.source)
	}
	return ix.made(i), nil, nil
}

// submitted returns the data of a modal's submission.
func (ix *interactions) submitted(m *modal) object {
	parts, resolved, id := []object{}, object{}, 0
	number := func(o object) object {
		id++
		o["id"] = id
		return o
	}
	for _, part := range stage.Objects(m.body["components"]) {
		out := number(object{"type": part["type"]})
		if inner, ok := part["component"].(object); ok {
			held := m.values[stage.Str(inner["custom_id"])]
			out["component"] = number(submittedAs(inner, held))
			ix.resolve(resolved, inner, held)
		}
		for _, inner := range stage.Objects(part["components"]) {
			out["components"] = []object{number(submittedAs(inner, m.values[stage.Str(inner["custom_id"])]))}
		}
		parts = append(parts, out)
	}
	data := object{"custom_id": m.body["custom_id"], "components": parts}
	if len(resolved) > 0 {
		data["resolved"] = resolved
	}
	return data
}

// input returns the input with that custom_id, nil if there is none.
func (m *modal) input(id string) object {
	all := inputs(m.body)
	if i := slices.IndexFunc(all, func(c object) bool { return c["custom_id"] == id }); i >= 0 {
		return all[i]
	}
	return nil
}

// fill enters values in the inputs.
func (g *guild) fill(m *modal, values map[string][]string) error {
	for _, id := range slices.Sorted(maps.Keys(values)) {
		c, entered := m.input(id), nonEmpty(values[id]...)
		if c == nil {
			return fmt.Errorf("emulator: the modal has no input %q", id)
		}
		if kind, _ := controlOf(c); kind.most > 0 {
			var err error
			if entered, err = g.choose(c, entered); err != nil {
				return err
			}
		}
		m.values[id] = entered
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
		if p := wrongIn(c, m.values[id]); p != "" {
			problems[id] = p
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
	for _, part := range stage.Objects(m.body["components"]) {
		out.Parts = append(out.Parts, r.textParts(stage.Str(part["content"]))...)
		for _, c := range inputs(object{"components": []object{part}}) {
			out.Parts = append(out.Parts, stage.Part{Kind: stage.InputPart, Input: r.input(m, c)})
		}
	}
	return out
}

// input renders an input with what it holds.
func (r *renderer) input(m *modal, c object) *stage.Input {
	in := &stage.Input{
		ID: stage.Str(c["custom_id"]), Kind: stage.TextInput, Label: stage.Str(c["label"]), Hint: stage.Str(c["hint"]),
		Placeholder: stage.Str(c["placeholder"]), Required: mandatory(c), Values: slices.Clone(m.values[stage.Str(c["custom_id"])]),
	}
	kind, _ := controlOf(c)
	if kind.files {
		in.Kind, in.Many, in.Max, in.MaxBytes = stage.FileInput, true, int(capacity(c)), maxFile
		for _, id := range in.Values {
			in.Files = append(in.Files, shownFile(r.guild.files[id].object))
		}
		return in
	}
	if kind.most > 0 {
		in.Kind, in.Many, in.Options = stage.SelectInput, capacity(c) > 1, r.guild.choices(c)
		return in
	}
	if style, _ := integer(c["style"]); style == paragraphStyle {
		in.Kind = stage.LongTextInput
	}
	if most, ok := integer(c["max_length"]); ok {
		in.Max = int(most)
	}
	return in
}
