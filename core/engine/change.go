package engine

import (
	"context"
	"strings"
	"unicode/utf8"

	"riskroom/core"
)

// changeTries is how often a change is made anew because the risk moved under
// it.
const changeTries = 5

// ChangeStatus implements Handling.
func (e *Engine) ChangeStatus(ctx context.Context, op string, by core.Actor, c StatusChange) (risk core.Risk, err error) {
	err = e.changing(ctx, by, c.Risk, func(ctx context.Context, rec Record) error {
		risk, err = e.changeOnce(ctx, op, by, c, rec)
		return err
	})
	if err != nil {
		return core.Risk{}, err
	}
	return risk, nil
}

// changing makes a change of a risk that by may see, anew when the risk moves
// under it.
func (e *Engine) changing(ctx context.Context, by core.Actor, key core.RiskKey, once func(context.Context, Record) error) error {
	ctx = forPerson(ctx)
	var err error
	for range changeTries {
		var rec Record
		if rec, err = e.readable(ctx, by, key); err != nil {
			return err
		}
		if err = once(ctx, rec); err == nil {
			e.Wake()
			return nil
		}
		if core.KindOf(err) != core.Conflict {
			return err
		}
	}
	return unanswered("change "+string(key), err)
}

func (e *Engine) changeOnce(ctx context.Context, op string, by core.Actor, c StatusChange, rec Record) (core.Risk, error) {
	old := rec.Risk
	may, err := e.rights.mayChange(ctx, by.Account, old)
	switch {
	case err != nil:
		return old, unanswered("rights to change", err)
	case !may:
		return old, refuse(core.Denied, "may_not_change", "", "Key", string(old.Key))
	}
	c.Note = strings.TrimSpace(c.Note)
	if r := e.checkChange(c, old); r != nil {
		// A repeat of what this person did is no conflict: it was done.
		if done, err := e.repeated(ctx, op, old); err != nil || done.Repeat {
			return old, err
		}
		return old, r
	}
	now := e.now()
	risk := old
	risk.Version++
	risk.Status, risk.StatusSince = c.To, now
	switch {
	case !c.To.Open():
		risk.Resolution = c.Note
	case !old.Status.Open():
		risk.Resolution = ""
	}
	if c.Note != "" && c.To.Open() {
		notes := append(append([]core.Note(nil), old.Notes...), core.Note{At: now, By: by, Text: c.Note})
		risk.Notes = notes[max(0, len(notes)-core.MaxNotes):]
	}
	p := plan(e.flows, &old, risk, now)
	p.timers = append(p.timers, e.cancelled(ctx, rec, risk)...)
	p.timers = append(p.timers, e.syncAt(risk.Key, now))
	ev := Event{At: now, V: risk.Version, Kind: EventStatus, Actor: by, Op: op,
		Data: map[string]string{"from": string(old.Status), "to": string(c.To), "note": c.Note}}
	got, err := e.store.Apply(ctx, Change{
		Op: op, Expect: old.Version, Old: &old, New: risk, Timers: p.timers, Events: append([]Event{ev}, p.events...),
	})
	return got.Risk, err
}

// checkChange returns what is wrong with a change, nil if nothing is.
func (e *Engine) checkChange(c StatusChange, old core.Risk) *Refusal {
	p := e.text.In(e.org.Language)
	stands := func(code string) *Refusal {
		r := refuse(core.Conflict, code, "status", "Key", string(old.Key), "Status", p.Status(old.Status))
		r.Risk = &old
		return r
	}
	switch {
	case !c.To.Valid():
		var known []string
		for _, s := range core.Statuses() {
			known = append(known, p.Status(s))
		}
		return refuse(core.Invalid, "status_unknown", "status", "Status", string(c.To), "Known", p.List(known))
	case c.To == old.Status:
		return stands("status_same")
	case c.Seen != 0 && c.Seen != old.Version:
		return stands("status_moved")
	case c.To == core.Shelved && c.Note == "":
		return refuse(core.Invalid, "reason_needed", "note", "Key", string(old.Key))
	case utf8.RuneCountInString(c.Note) > core.MaxNote:
		return refuse(core.Invalid, "too_long", "note",
			"Field", p.Field("notes"), "Max", core.MaxNote, "Has", utf8.RuneCountInString(c.Note))
	}
	return nil
}

// repeated asks whether op has already been applied to the risk.
func (e *Engine) repeated(ctx context.Context, op string, r core.Risk) (Applied, error) {
	same := r
	same.Version++
	got, err := e.store.Apply(ctx, Change{Op: op, Expect: -1, Old: &r, New: same})
	if core.KindOf(err) == core.Conflict {
		return Applied{}, nil
	}
	return got, err
}

// cancelled wishes runs cancelled whose condition no longer holds. The store
// leaves alone those that have not begun: they are judged when they fire.
func (e *Engine) cancelled(ctx context.Context, rec Record, risk core.Risk) []TimerChange {
	var out []TimerChange
	for _, r := range rec.Runs {
		if !r.State.Live() && r.State != Parked || r.FlowHash == "" {
			continue
		}
		f, err := e.pinned.get(ctx, r.FlowHash)
		if err != nil {
			continue
		}
		if holds, err := f.If.Holds(e.env(ctx, risk, e.org.Language)); err == nil && !holds {
			out = append(out, TimerChange{Do: CancelBegun, Run: r.ID, Event: &Event{
				At: e.clock.Now(), V: risk.Version, Kind: EventTimer, Run: r.ID.String(),
				Data: map[string]string{"run": r.ID.String()}}})
		}
	}
	return out
}

// readable returns a risk that by may see. One that they may not see is
// answered like one that does not exist.
func (e *Engine) readable(ctx context.Context, by core.Actor, key core.RiskKey) (Record, error) {
	rec, err := e.store.Get(ctx, key)
	if core.KindOf(err) == core.NotFound {
		return rec, refuse(core.NotFound, "not_found", "", "Key", string(key))
	}
	if err != nil {
		return rec, err
	}
	ok, err := e.rights.mayRead(ctx, by.Account, rec.Risk)
	if err != nil {
		return rec, unanswered("rights to read", err)
	}
	if !ok {
		return Record{}, refuse(core.NotFound, "not_found", "", "Key", string(key))
	}
	return rec, nil
}
