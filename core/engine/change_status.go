package engine

import (
	"context"
	"strings"
	"unicode/utf8"

	"riskroom/core"
)

// ChangeStatus changes a risk's status. Its submitter, its handlers, the module
// lead and administrators may do so.
type ChangeStatus struct {
	Risk core.RiskKey
	To   core.Status
	// Note is the resolution for Resolved, the reason for Shelved (required), otherwise
	// a note. If the risk already has the status, it is a note.
	Note string
	// Seen is the version of the card whose button was pressed, 0 if there was no
	// card. If the status has changed since, the refusal carries the risk.
	Seen int64
}

func (c ChangeStatus) subject() (core.RiskKey, int64) { return c.Risk, c.Seen }

func (c ChangeStatus) attempt() string { return string(c.To) }

func (c ChangeStatus) decide(ctx context.Context, d deed) (effect, error) {
	old := d.rec.Risk
	if err := d.mayChange(ctx); err != nil {
		return effect{}, err
	}
	c.Note = strings.TrimSpace(c.Note)
	if r := c.check(d); r != nil {
		return effect{}, r
	}
	if c.To == core.Resolved && old.Status != core.Resolved {
		if err := d.e.refuseResolving(ctx, d); err != nil {
			return effect{}, err
		}
	}
	if c.To == old.Status {
		return effect{note: d.note(c.Note, nil), kind: EventNote, data: map[string]string{"note": c.Note}}, nil
	}
	risk := old
	risk.Status, risk.StatusSince = c.To, d.e.now()
	eff := effect{risk: &risk, kind: EventStatus, data: map[string]string{
		"from": string(old.Status), "to": string(c.To), "note": c.Note,
	}}
	switch {
	case !c.To.Open():
		risk.Resolution = c.Note
	case !old.Status.Open():
		risk.Resolution = ""
		d.e.reenter(&risk, risk.StatusSince)
	}
	if c.Note != "" && c.To.Open() {
		eff.note = d.note(c.Note, nil)
	}
	return eff, nil
}

// again reports whether the risk got the status with the same note. People type a command
// again if riskroom was stopped before it could answer.
func (c ChangeStatus) again(r core.Risk) bool {
	if !c.To.Open() {
		return c.Note == r.Resolution
	}
	n := len(r.Notes) - 1
	return n >= 0 && r.Notes[n].Text == c.Note && !r.Notes[n].At.Before(r.StatusSince)
}

// check returns a Refusal if the change isn't possible, otherwise nil.
func (c ChangeStatus) check(d deed) *core.Refusal {
	old, p := d.rec.Risk, d.e.text.In(d.e.org.Language)
	conflict := func(code string) *core.Refusal {
		r := core.Refuse(core.Conflict, code, "status", "Key", string(old.Key), "Status", p.Status(old.Status))
		r.Risk = &old
		return r
	}
	switch {
	case !c.To.Valid():
		var known []string
		for _, s := range core.Statuses() {
			known = append(known, p.Status(s))
		}
		return core.Refuse(core.Invalid, "status_unknown", "status", "Status", string(c.To), "Known", p.List(known))
	case c.To == old.Status && (c.Note == "" || d.changed("status") || c.again(old)):
		return conflict("status_same")
	case d.changed("status"):
		return conflict("status_moved")
	case c.To == core.Shelved && c.Note == "":
		return core.Refuse(core.Invalid, "reason_needed", "note", "Key", string(old.Key))
	case utf8.RuneCountInString(c.Note) > core.MaxNote:
		return core.Refuse(core.Invalid, "too_long", "note",
			"Field", p.Field("notes"), "Max", core.MaxNote, "Has", utf8.RuneCountInString(c.Note))
	}
	return nil
}
