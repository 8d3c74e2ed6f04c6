package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"riskroom/core"
	"riskroom/core/text"
)

// ActionDef is an action as written, a pointer to one of the Def types of this
// package. The set is closed: each action has a file of its own, with its
// definition, its keys and how it is compiled, and a row in actionDefs.
type ActionDef interface {
	// Kind returns the action's name as flows write it: "send_message".
	Kind() string
	// Form describes the action's keys; they point into the definition.
	Form() Form
	// compile compiles the definition at path. The rules of Form are checked
	// elsewhere. It may set the step's workspace.
	compile(c *stepCompiler, path string, s *Step) Action
}

// Action is a compiled action. The engine has the other half of each action, which
// performs it.
type Action interface {
	// Kind returns the kind of the ActionDef.
	Kind() string
	// Uses returns what a bot must be able to do in the action's workspace.
	Uses() core.Uses
	// action keeps the set closed.
	action()
}

// actionDefs returns an empty definition of every action, in the order of the reference.
func actionDefs() []ActionDef {
	return []ActionDef{new(SendMessageDef), new(CreateGroupDef), new(SendGroupMessageDef), new(SetGroupDef), new(WaitDef)}
}

// NewAction returns an empty definition of an action, or nil if the kind is unknown.
func NewAction(kind string) ActionDef {
	for _, a := range actionDefs() {
		if a.Kind() == kind {
			return a
		}
	}
	return nil
}

// ActionKinds returns the kind of every action.
func ActionKinds() []string {
	var out []string
	for _, a := range actionDefs() {
		out = append(out, a.Kind())
	}
	return out
}

// GroupActions returns the kinds of the actions that create a group.
func GroupActions() []string {
	var out []string
	for _, a := range actionDefs() {
		if slices.ContainsFunc(a.Form().Keys, func(k Key) bool { return k.Kind == IDKey }) {
			out = append(out, a.Kind())
		}
	}
	return out
}

// Keys describes the keys of every step, beside its action. They point into d.
func (d *StepDef) Keys() []Key {
	return []Key{
		textKey("if", "A condition for this step only.", &d.If),
		textKey("workspace", "The workspace in which the step acts. Default: the one in which the risk was filed.", &d.Workspace),
		{Name: "on_error", Kind: TextKey, Choices: []string{string(Stop), string(Continue)}, Text: (*string)(&d.OnError), Help: onErrorHelp},
		quietKey("ignore sends the messages of this step in quiet hours, too.", &d.QuietHours),
	}
}

// stepForm describes a step: one action, and the keys of every step.
func stepForm() Form {
	f := Form{
		Help:  "One step: exactly one action, and optionally if, workspace, on_error and quiet_hours.",
		Keys:  new(StepDef).Keys(),
		AnyOf: ActionKinds(), Without: text.Phrasef("a step needs an action: %s", text.Or(ActionKinds()...)),
	}
	for i, a := range actionDefs() {
		of := a.Form()
		if of.Bare {
			value := of.Keys[0]
			value.Help, value.Required = of.Help, false
			f.Keys = append(f.Keys, value)
		} else {
			f.Keys = append(f.Keys, Key{Name: a.Kind(), Kind: FormKey, Help: of.Help, Form: &of})
		}
		if others := f.AnyOf[i+1:]; len(others) > 0 {
			f.Excludes = append(f.Excludes, Exclusion{Key: a.Kind(), Others: others, Message: text.Plain("a step must have exactly one action")})
		}
	}
	return f
}

// stepHead has the keys with which the JSON of a step begins.
type stepHead struct {
	If         string  `json:"if,omitempty"`
	Workspace  string  `json:"workspace,omitempty"`
	OnError    OnError `json:"on_error,omitempty"`
	QuietHours string  `json:"quiet_hours,omitempty"`
}

// MarshalJSON writes the action under its name, after the other keys. Flows are stored in
// this form, and identified by its hash.
func (d StepDef) MarshalJSON() ([]byte, error) {
	head, err := json.Marshal(stepHead{d.If, d.Workspace, d.OnError, d.QuietHours})
	if err != nil || d.Action == nil {
		return head, err
	}
	body, err := json.Marshal(map[string]ActionDef{d.Action.Kind(): d.Action})
	if err != nil {
		return nil, err
	}
	if len(head) == len("{}") {
		return body, nil
	}
	return slices.Concat(head[:len(head)-1], []byte(","), body[1:]), nil
}

// UnmarshalJSON reads what MarshalJSON wrote. It fails on an unknown key, which a newer
// version may have written.
func (d *StepDef) UnmarshalJSON(b []byte) error {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	*d = StepDef{}
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		action := NewAction(name)
		switch {
		case action == nil:
			continue
		case d.Action != nil:
			return fmt.Errorf("a step must have exactly one action, not both %s and %s", d.Action.Kind(), name)
		}
		if err := decodeStrictly(parts[name], action); err != nil {
			return err
		}
		d.Action = action
		delete(parts, name)
	}
	rest, err := json.Marshal(parts)
	if err != nil {
		return err
	}
	var head stepHead
	err = decodeStrictly(rest, &head)
	d.If, d.Workspace, d.OnError, d.QuietHours = head.If, head.Workspace, head.OnError, head.QuietHours
	return err
}

// decodeStrictly decodes a JSON object. It fails on unknown keys.
func decodeStrictly(b []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}
