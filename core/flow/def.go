// Package flow holds action flows: what an admin wrote, as data (Def), and
// compiled to what the engine runs (Flow): conditions, templates, people lists
// and due times. It knows nothing of YAML, storage or platforms.
package flow

import "riskroom/core"

// Def is a flow as written, with everything that its behaviour depends on. Its
// JSON form is the canonical text that a run pins by hash; there is no secret
// in it.
type Def struct {
	Name         string              `json:"name"`
	Trigger      TriggerDef          `json:"trigger"`
	If           string              `json:"if,omitempty"`
	IfAlreadyDue string              `json:"if_already_due,omitempty"` // run (default) or skip
	Steps        []StepDef           `json:"steps"`
	Zone         string              `json:"zone"`             // IANA name
	DayStartsAt  string              `json:"day_starts_at"`    // "09:00"
	Fields       map[string]FieldDef `json:"fields,omitempty"` // own fields by key
}

// FieldDef is what a flow must know of an own field.
type FieldDef struct {
	Type    core.FieldType `json:"type"`
	Options []string       `json:"options,omitempty"` // keys
}

// TriggerDef says when a flow runs: DateField with After and At, or On.
type TriggerDef struct {
	DateField string `json:"date_field,omitempty"` // discovered_at, submitted_at, status_since, due_at or an own date field
	After     string `json:"after,omitempty"`      // "1d", "36h", "1d12h", "2s"
	At        string `json:"at,omitempty"`         // "09:00"
	On        string `json:"on,omitempty"`         // filed or assigned
}

// StepDef is one step: exactly one of the four actions is set.
type StepDef struct {
	If               string               `json:"if,omitempty"`
	Workspace        string               `json:"workspace,omitempty"` // "" is the risk's home
	SendMessage      *SendMessageDef      `json:"send_message,omitempty"`
	CreateGroup      *CreateGroupDef      `json:"create_group,omitempty"`
	SendGroupMessage *SendGroupMessageDef `json:"send_group_message,omitempty"`
	SetGroup         *SetGroupDef         `json:"set_group,omitempty"`
}

// SendMessageDef sends a direct message to each person of To.
type SendMessageDef struct {
	To    []string `json:"to"`
	Title string   `json:"title,omitempty"` // a template
	Text  string   `json:"text,omitempty"`  // a template, below the title
	Card  string   `json:"card,omitempty"`  // "risk" or ""
}

// CreateGroupDef creates a group.
type CreateGroupDef struct {
	ID      string         `json:"id,omitempty"` // what later steps call it
	Type    core.GroupType `json:"type"`
	Name    string         `json:"name"` // a template
	Owner   []string       `json:"owner,omitempty"`
	Members []string       `json:"members"`
	Topic   string         `json:"topic,omitempty"`   // a template
	Purpose string         `json:"purpose,omitempty"` // a template
	Public  bool           `json:"public,omitempty"`
}

// SendGroupMessageDef posts into a group.
type SendGroupMessageDef struct {
	Group   string   `json:"group"`             // a step's id, "item", or "<workspace>/<channel>"
	Mention []string `json:"mention,omitempty"` // people mentioned before the title
	Title   string   `json:"title,omitempty"`
	Text    string   `json:"text,omitempty"`
	Card    string   `json:"card,omitempty"`
}

// SetGroupDef changes a group on behalf of Operator.
type SetGroupDef struct {
	Group    string   `json:"group"`
	Operator string   `json:"operator"` // a person; holds group_settings and owns or administers the group
	Name     string   `json:"name,omitempty"`
	Topic    string   `json:"topic,omitempty"`
	Add      []string `json:"add,omitempty"`
	Remove   []string `json:"remove,omitempty"`
}
