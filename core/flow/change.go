package flow

import (
	"slices"
	"strings"
	"time"

	"riskroom/core"
)

// Change is a change to a risk.
type Change struct {
	Before *core.Risk // nil when the risk is filed
	After  core.Risk
	By     core.Actor // who made it
	Note   string     // what they wrote with it

	Now   time.Time
	Armed []string            // the flow's occurrences that have a timer and haven't begun
	Env   func(core.Risk) Env // of conditions at Now; nil if it has only the risk

	Group *GroupEvent // nil if the risk itself changes; otherwise Before and After are the same
}

// GroupEvent is what happens to a group of a risk.
type GroupEvent struct {
	Occurrence string // differs from those of all others of the risk
	Type       core.GroupType
	Name       string
	Ended      bool // otherwise it was created
}

// env returns the environment of conditions on r.
func (c Change) env(r core.Risk) Env {
	if c.Env == nil {
		return Env{Risk: r, Now: c.Now}
	}
	return c.Env(r)
}

// Cause is what the run of an event knows about the change that caused it. It is stored with
// the run, because later changes don't change it.
type Cause struct {
	By          core.Actor  `json:"by,omitzero"`
	Note        string      `json:"note,omitempty"`
	From        core.Status `json:"from,omitempty"`
	To          core.Status `json:"to,omitempty"`
	NewHandlers []core.Ref  `json:"new_handlers,omitempty"`

	Group     string         `json:"group,omitempty"` // its name
	GroupType core.GroupType `json:"group_type,omitempty"`
}

func causeOf(c Change) *Cause {
	cause := &Cause{By: c.By, Note: c.Note, NewHandlers: c.newHandlers()}
	if c.Before != nil && c.Before.Status != c.After.Status {
		cause.From, cause.To = c.Before.Status, c.After.Status
	}
	if c.Group != nil {
		cause.Group, cause.GroupType = c.Group.Name, c.Group.Type
	}
	return cause
}

// newHandlers returns the handlers that the risk didn't have before.
func (c Change) newHandlers() []core.Ref {
	var out []core.Ref
	for _, h := range c.After.Handlers {
		if c.Before == nil || !slices.Contains(c.Before.Handlers, h) {
			out = append(out, h)
		}
	}
	return out
}

// edited returns the fields that the change edits, as triggers name them.
func (c Change) edited() []string {
	var out []string
	for field, version := range c.After.Changed {
		name := strings.TrimPrefix(field, ownPrefix)
		if c.Before != nil && version == c.After.Version && (name != field || slices.Contains(builtinFields(), field)) {
			out = append(out, name)
		}
	}
	return out
}

// hasNewNote reports whether the change adds a note to the risk.
func (c Change) hasNewNote() bool {
	last := func(r core.Risk) core.Note {
		if len(r.Notes) == 0 {
			return core.Note{}
		}
		return r.Notes[len(r.Notes)-1]
	}
	before, after := last(*c.Before), last(c.After)
	return !after.At.Equal(before.At) || after.Text != before.Text
}

// builtinFields returns the fields of every risk whose change is an edit.
func builtinFields() []string {
	return []string{"title", "module", "severity", "description", "discovered_at", "due_at"}
}

// editable returns the fields whose change is an edit, as triggers name them.
func (s *scope) editable() []string {
	out := builtinFields()
	for _, v := range s.own {
		out = append(out, ownKey(v.name))
	}
	return out
}

// NewHandlersKeyword means the handlers that an assignment adds. It is a keyword only in flows
// with on: assigned, so that a person can have this name otherwise.
const NewHandlersKeyword = "new_handlers"

// groupTypeName is the value that has the type of the group of an event.
const groupTypeName = "group_type"

// groupValues returns the names of what flows on events of groups know of the group.
func groupValues() []string { return []string{"group", groupTypeName} }

// causeVariables returns the variables of the causes of events.
func causeVariables() []variable {
	status := func(name string, of func(Cause) core.Status) variable {
		return variable{
			name: name, kind: wordKind, words: wordsOf(core.Statuses()),
			raw:   func(e Env) any { return string(of(e.Cause)) },
			label: func(e Env, s string) string { return e.Text.Status(core.Status(s)) },
		}
	}
	return []variable{
		{
			name: "by", kind: personKind,
			raw:   func(e Env) any { return string(refOf(e.Cause.By)) },
			label: func(e Env, _ string) string { return e.actorName(e.Cause.By) },
		},
		{name: "note", kind: textKind, raw: func(e Env) any { return e.Cause.Note }},
		status("from", func(c Cause) core.Status { return c.From }),
		status("to", func(c Cause) core.Status { return c.To }),
		{name: "group", kind: textKind, raw: func(e Env) any { return e.Cause.Group }},
		{name: groupTypeName, kind: wordKind, words: groupTypes(), raw: func(e Env) any { return string(e.Cause.GroupType) }},
		{name: NewHandlersKeyword, kind: peopleKind, raw: func(e Env) any { return wordsOf(e.Cause.NewHandlers) }},
	}
}
