package engine

import (
	"cmp"
	"context"
	"errors"

	"riskroom/core"
	"riskroom/core/flow"
)

// Operation is what a person does to one risk. The set is closed: each operation
// is a type of this package, in a file of its own, and Engine.Do performs it.
type Operation interface {
	// subject returns the risk, and the version of it that the person saw; 0 if
	// they saw none.
	subject() (key core.RiskKey, seen int64)
	// attempt returns the code under which a rejected attempt is recorded: a status, or a
	// word.
	attempt() string
	// decide returns what the operation changes, or a *core.Refusal if the person
	// may not do it or the risk's state doesn't allow it. It stores nothing, and is
	// called again if the risk changes meanwhile.
	decide(ctx context.Context, d deed) (effect, error)
}

// deed is one attempt to perform an operation.
type deed struct {
	e   *Engine
	op  string
	by  core.Actor
	rec Record
	// seen is the version of the risk that the person saw, 0 if none.
	seen int64
}

// changed reports whether a field has changed since the person saw it.
func (d deed) changed(field string) bool { return d.rec.Risk.ChangedSince(field, d.seen) }

// note returns a note of the person who acts.
func (d deed) note(text string, quote *core.Quote) *core.Note {
	return &core.Note{At: d.e.now(), By: d.by, Text: text, Quote: quote}
}

// mayChange returns a Refusal if the person may not change the risk's status.
func (d deed) mayChange(ctx context.Context) error {
	may, err := d.e.rights.MayChange(ctx, d.by.Account, d.rec.Risk)
	return d.allow("may_not_change", may, err)
}

// allow returns a Refusal with that code unless the person may, or an error if that
// isn't known now.
func (d deed) allow(code string, may bool, err error) error {
	switch {
	case err != nil:
		return core.Unanswered("rights", err)
	case !may:
		return core.Refuse(core.Denied, code, "", "Key", string(d.rec.Risk.Key))
	}
	return nil
}

// effect is what an operation changes.
type effect struct {
	// risk is the changed risk, nil if it stays as it is. Do sets its version and
	// history and changes its timers accordingly.
	risk    *core.Risk
	note    *core.Note        // added to the risk and posted in its item group
	gained  []core.Ref        // Outcome.Gained
	kind    string            // of the event that records the operation
	data    map[string]string // of that event
	timers  []TimerChange     // in addition to those that follow from risk
	release Binding           // Change.Release
	text    string            // Outcome.Result
}

// Outcome is the outcome of an operation.
type Outcome struct {
	Risk    core.Risk
	Repeat  bool          // the same op had performed the operation before
	Result  string        // described with the operation's type
	Changes []FieldChange // of the risk's fields
	Moved   []MovedTimer
	Gained  []core.Ref // people who can read the risk only since this change
}

// changeTries is how often Do tries an operation if the risk keeps changing.
const changeTries = 5

// Do implements Handling.
func (e *Engine) Do(ctx context.Context, op string, by core.Actor, o Operation) (Outcome, error) {
	done, err := e.do(core.ForPerson(ctx), op, by, o)
	e.recordRejected(ctx, op, by, o, err)
	return done, err
}

func (e *Engine) do(ctx context.Context, op string, by core.Actor, o Operation) (Outcome, error) {
	key, seen := o.subject()
	var err error
	for range changeTries {
		var rec Record
		if rec, err = e.readable(ctx, by, key); err != nil {
			return Outcome{}, err
		}
		var done Applied
		done, err = e.try(ctx, o, deed{e: e, op: op, by: by, rec: rec, seen: seen})
		switch {
		case err == nil && done.Repeat && !readResult(done.Result).of(o):
			return Outcome{}, core.Refuse(core.Conflict, "already_changed", "", "Key", string(key))
		case err == nil:
			e.Wake()
			return readResult(done.Result).outcome(done), nil
		case core.KindOf(err) != core.Conflict:
			return Outcome{}, err
		}
	}
	return Outcome{}, core.Unanswered("change "+string(key), err)
}

func (e *Engine) try(ctx context.Context, o Operation, d deed) (Applied, error) {
	eff, err := o.decide(ctx, d)
	if err == nil {
		return e.apply(ctx, d, o, eff)
	}
	if _, refused := errors.AsType[*core.Refusal](err); refused {
		// The refusal may be due to what this op has already changed.
		if done, err := e.repeated(ctx, d.op, d.rec.Risk); err != nil || done.Repeat {
			return done, err
		}
	}
	return Applied{}, err
}

// apply stores what an operation changes, with the timers that follow.
func (e *Engine) apply(ctx context.Context, d deed, o Operation, eff effect) (Applied, error) {
	old, now := d.rec.Risk, e.now()
	risk := old
	if eff.risk != nil {
		risk = *eff.risk
	}
	risk.Version = old.Version + 1
	if eff.note != nil {
		risk.Notes = bounded(old.Notes, core.MaxNotes, *eff.note)
		post, err := e.postNoteAt(d.rec, risk, *eff.note)
		if err != nil {
			return Applied{}, err
		}
		eff.timers = append(eff.timers, post...)
	}
	changes := e.changes(old, risk)
	risk = recordChanges(old, risk, changes, d.by)
	c := Change{
		Op: d.op, Expect: old.Version, Old: &old, New: risk, File: e.file, Release: eff.release,
		Events: []Event{{At: now, V: risk.Version, Kind: eff.kind, Actor: d.by, Op: d.op, Data: eff.data}},
	}
	res := result{Did: digest(o), Text: eff.text, Changes: shortened(changes), Gained: eff.gained}
	if eff.risk != nil || eff.note != nil {
		p := plan(e.flows, flow.Change{
			Before: &old, After: risk, By: d.by, Note: cmp.Or(eff.data["note"], eff.data["reason"]), Now: now, Env: e.envs(ctx),
		}, d.rec.Runs)
		c.Timers = append(p.timers, e.cancelled(ctx, d.rec, risk)...)
		c.Events = append(c.Events, p.events...)
		if risk.Status.Open() {
			c.Timers = append(c.Timers, keepGroup(d.rec, RunID{})...)
		}
		res.Moved = moved(p.shifts, d.rec.Runs, now)
	}
	c.Timers = append(append(c.Timers, e.syncAt(risk.Key, now)), eff.timers...)
	var err error
	if c.Result, err = res.encode(); err != nil {
		return Applied{}, err
	}
	return e.store.Apply(ctx, c)
}

// repeated returns what op has already changed, with Repeat unset if nothing.
func (e *Engine) repeated(ctx context.Context, op string, r core.Risk) (Applied, error) {
	same := r
	same.Version++
	got, err := e.store.Apply(ctx, Change{Op: op, Expect: -1, Old: &r, New: same})
	if core.KindOf(err) == core.Conflict {
		return Applied{}, nil
	}
	return got, err
}

// cancelled returns timer changes that cancel the runs whose condition no longer
// holds. The store ignores them for runs that have not begun, whose condition is
// evaluated when they fire. Runs that hold messages are woken to see it.
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
		if holds, err := e.holds(ctx, f, r.ID, risk); err == nil && !holds {
			out = append(out, TimerChange{Do: CancelBegun, Run: r.ID, Event: &Event{
				At: e.clock.Now(), V: risk.Version, Kind: EventTimer, Run: r.ID.String(),
				Data: map[string]string{"run": r.ID.String()}}})
			if r.State == Waiting {
				out = append(out, TimerChange{Do: WakeTimer, Run: r.ID, Data: []byte(Held)})
			}
			if r.State == Waiting && r.Begun { // otherwise the condition is evaluated when the wait ends
				out = append(out, TimerChange{Do: WakeTimer, Run: r.ID, Data: []byte(StepWaits)})
			}
		}
	}
	return out
}

// holds reports whether the condition of a run holds on a risk.
func (e *Engine) holds(ctx context.Context, f *flow.Flow, id RunID, risk core.Risk) (bool, error) {
	var cause flow.Cause
	if f.If.UsesCause() {
		run, err := e.store.Load(ctx, id)
		if err == nil {
			cause, err = e.cause(ctx, run, risk)
		}
		if err != nil {
			return false, err
		}
	}
	return f.If.Holds(e.envOf(ctx, risk, cause))
}

// readable returns a risk that by may read. It refuses a risk that they may not
// read like one that doesn't exist.
func (e *Engine) readable(ctx context.Context, by core.Actor, key core.RiskKey) (Record, error) {
	rec, err := e.store.Get(ctx, key)
	if core.KindOf(err) == core.NotFound || err == nil && !rec.OfRisk() {
		return Record{}, core.Refuse(core.NotFound, "not_found", "", "Key", string(key))
	}
	if err != nil {
		return rec, err
	}
	ok, err := e.rights.MayRead(ctx, by.Account, rec.Risk)
	if err != nil {
		return rec, core.Unanswered("rights to read", err)
	}
	if !ok {
		return Record{}, core.Refuse(core.NotFound, "not_found", "", "Key", string(key))
	}
	return rec, nil
}
