package engine

import (
	"time"

	"riskroom/core"
)

// Edit changes fields of a risk. Its submitter may change the reported part and the
// handlers while it is pending. Its handlers, the module lead and administrators may
// change everything.
//
// A patch may contain fields that the person left as they saw them, as a form does:
// they stay as they are now. If somebody else has changed a field meanwhile and the
// person typed something else, the refusal is a Conflict for that field, with the
// texts Mine and Theirs. Changes to different fields are merged.
type Edit struct {
	Risk  core.RiskKey
	Seen  int64 // the version of the risk that the person saw, 0 if none
	Patch Patch
}

// Patch is what an Edit changes: what isn't nil. An own field with a zero Value is
// cleared.
type Patch struct {
	Title        *string
	Module       *string
	Severity     *core.Severity
	Description  *string
	DiscoveredAt *time.Time
	DueAt        *time.Time // zero: none
	// Handlers are those of the new module if nil and Module changes, unless
	// the risk had others than its old module.
	Handlers *[]core.Ref
	Fields   map[string]core.Value // own fields of both parts
}
