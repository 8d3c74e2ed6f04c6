// Package flow compiles action flows. A Def is what an admin wrote, as data. A Flow is what
// the engine runs: conditions, templates, people lists and due times. The package doesn't
// depend on YAML, storage or platforms.
package flow

import (
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/calendar"
)

// Def is a flow as written, with everything that its behaviour depends on. Its JSON is the
// canonical text that a run pins by hash. It contains no secret.
type Def struct {
	Name         string              `json:"name"`
	Trigger      TriggerDef          `json:"trigger"`
	If           string              `json:"if,omitempty"`
	IfAlreadyDue string              `json:"if_already_due,omitempty"` // run (default) or skip
	Steps        []StepDef           `json:"steps"`
	Zone         string              `json:"zone"`              // IANA name
	DayStartsAt  string              `json:"day_starts_at"`     // "09:00"
	Fields       map[string]FieldDef `json:"fields,omitempty"`  // own fields by key
	Process      []string            `json:"process,omitempty"` // the keys of its nodes, in order

	// Calendar has the working days, if the flow counts any. So a changed calendar is a
	// changed flow, for these flows only.
	Calendar *calendar.Days `json:"calendar,omitempty"`

	// Quiet has the quiet hours of the workspaces in which its messages wait. Those under ""
	// are those of every other workspace.
	Quiet map[string]QuietDef `json:"quiet_hours,omitempty"`
	// Zones has the time zones of workspaces that differ from Zone, if the flow depends on
	// them.
	Zones map[string]string `json:"zones,omitempty"`

	// QuietHours is ignore if its messages don't wait. Then Quiet is empty.
	QuietHours string `json:"-"`

	// CalendarName is the name of the calendar. Its days are in the text, not its name.
	CalendarName string `json:"-"`

	// Handling has the keys of own fields that nobody can fill in when filing. It is for
	// warnings and not part of the text.
	Handling []string `json:"-"`

	// AnyEvent reports that the event is not known, because the trigger has an error. Then
	// names that only some events have are known too. It is not part of the text.
	AnyEvent bool `json:"-"`
}

// UsesCalendar reports whether the flow depends on a calendar, if there is one.
func (d Def) UsesCalendar() bool { return d.Trigger.Schedule != "" || d.CountsWorkingDays() }

// CountsWorkingDays reports whether the flow needs a calendar.
func (d Def) CountsWorkingDays() bool {
	return strings.Contains(d.Trigger.After+d.Trigger.Before+d.Trigger.Every, workingDays) || slices.ContainsFunc(d.Steps, func(s StepDef) bool {
		w, ok := s.Action.(*WaitDef)
		return ok && strings.Contains(w.For, workingDays)
	})
}

// FieldDef is the part of an own field that flows need.
type FieldDef struct {
	Type    core.FieldType `json:"type"`
	Options []string       `json:"options,omitempty"` // keys
}

// FieldDefs returns what flows need of own fields, by key.
func FieldDefs(fields []core.Field) map[string]FieldDef {
	defs := map[string]FieldDef{}
	for _, f := range fields {
		d := FieldDef{Type: f.Type}
		for _, o := range f.Options {
			d.Options = append(d.Options, o.Key)
		}
		defs[f.Key] = d
	}
	return defs
}

// TriggerDef says when a flow runs: DateField with After or Before, At and Every; On with what
// narrows the event down; or Schedule.
type TriggerDef struct {
	DateField string `json:"date_field,omitempty"` // discovered_at, submitted_at, status_since, due_at, node_since or an own date field
	After     string `json:"after,omitempty"`      // "1d", "2wd", "36h", "1d12h", "2s"
	Before    string `json:"before,omitempty"`     // as After
	At        string `json:"at,omitempty"`         // "09:00"
	Zone      string `json:"zone,omitempty"`       // recipient: At is by each recipient's clock
	On        string `json:"on,omitempty"`         // an event: filed, status

	Every   string `json:"every,omitempty"`    // as After
	AtMost  int    `json:"at_most,omitempty"`  // with Every
	Until   string `json:"until,omitempty"`    // with Every: a condition
	CatchUp string `json:"catch_up,omitempty"` // skip, fire or digest

	From   []string `json:"from,omitempty"`   // statuses
	To     []string `json:"to,omitempty"`     // statuses
	Fields []string `json:"fields,omitempty"` // fields that are edited; own ones by key
	By     []string `json:"by,omitempty"`     // a list of people
	Type   []string `json:"type,omitempty"`   // of the group

	Schedule string `json:"schedule,omitempty"` // a cron expression
	Digest   bool   `json:"digest,omitempty"`   // of a schedule: one run for all risks
}

// StepDef is one step. Its JSON form has the action under the action's name.
type StepDef struct {
	If         string
	Workspace  string // "" is the risk's home
	OnError    OnError
	QuietHours string // ignore if its messages don't wait
	Action     ActionDef
}

// ID returns the ID of the group that the step creates, "" if it creates none.
func (d StepDef) ID() string { return d.id(IDKey) }

// id returns the value of the action's key of a kind, "" if it has none.
func (d StepDef) id(kind KeyKind) string {
	if d.Action == nil {
		return ""
	}
	for _, k := range d.Action.Form().Keys {
		if k.Kind == kind {
			return *k.Text
		}
	}
	return ""
}
