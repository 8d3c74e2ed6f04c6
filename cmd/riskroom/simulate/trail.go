package simulate

import (
	"context"
	"fmt"
	"maps"
	"time"

	"riskroom/core"
	"riskroom/core/engine"
)

// watched is the store of the engine. The recorder sees what is stored.
type watched struct {
	engine.Store
	rec *recorder
}

// Begin implements engine.Runs.
func (s watched) Begin(ctx context.Context, b engine.Begin) (engine.Begun, error) {
	s.rec.step(b.Step)
	got, err := s.Store.Begin(ctx, b)
	s.rec.stored(b.Lease.Run.Risk, b.Events, err)
	return got, err
}

// Close implements engine.Runs.
func (s watched) Close(ctx context.Context, c engine.Close) (engine.Wish, error) {
	wish, err := s.Store.Close(ctx, c)
	s.rec.stored(c.Run.Risk, c.Events, err)
	return wish, err
}

// Complete implements engine.Runs.
func (s watched) Complete(ctx context.Context, c engine.Complete) (engine.Completed, error) {
	s.rec.step(c.Step)
	got, err := s.Store.Complete(ctx, c)
	s.rec.stored(c.Lease.Run.Risk, c.Events, err)
	return got, err
}

// Apply implements engine.Risks.
func (s watched) Apply(ctx context.Context, c engine.Change) (engine.Applied, error) {
	got, err := s.Store.Apply(ctx, c)
	if !got.Repeat {
		s.rec.titled(c.New, err)
		s.rec.stored(c.New.Key, c.Events, err)
	}
	return got, err
}

// SetBinding implements engine.Bindings.
func (s watched) SetBinding(ctx context.Context, risk core.RiskKey, group core.GroupRef, to engine.BindingState, timers []engine.TimerChange, events []engine.Event) error {
	err := s.Store.SetBinding(ctx, risk, group, to, timers, events)
	s.rec.stored(risk, events, err)
	return err
}

// TakeSlot implements engine.Slots.
func (s watched) TakeSlot(ctx context.Context, buckets []core.Bucket, person bool, within time.Duration) (time.Duration, error) {
	wait, err := s.Store.TakeSlot(ctx, buckets, person, within)
	if err == nil && wait > 0 && !person {
		s.rec.waitsFor(buckets, wait)
	}
	return wait, err
}

// titled notes a risk's title.
func (r *recorder) titled(risk core.Risk, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil && risk.Version > 0 {
		r.titles[risk.Key] = risk.Title
	}
}

// stored adds the events of a trail that people want to know.
func (r *recorder) stored(risk core.RiskKey, events []engine.Event, err error) {
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.harvestLocked() // what people type comes before what follows
	for _, e := range events {
		if e.Kind == engine.EventStep && r.w.o.Done != nil {
			r.w.o.Done(r.now.run, e.Step)
		}
		what, reason := whatOf(e)
		if what == "" {
			continue
		}
		ev := r.event(what, r.w.clock.Now())
		e.Data = r.named(e.Data)
		ev.Risk, ev.Reason, ev.By, ev.Step, ev.Trail = risk, reason, e.Actor.Name, e.Step, e
		ev.Text = e.Data["note"]
		if what == Filed {
			ev.Text = r.titles[risk]
		}
		if ev.Flow == "" {
			ev.Flow = e.Data["flow"]
		}
		if until, err := time.Parse(time.RFC3339, e.Data["until"]); err == nil && what == Held {
			ev.Until = until
		}
		if ev.Trail.At.IsZero() {
			ev.Trail.At = ev.At
		}
		r.add(ev)
	}
}

// named returns data with the names of people instead of their accounts.
func (r *recorder) named(data map[string]string) map[string]string {
	out := maps.Clone(data)
	for k, v := range out {
		out[k] = r.names.Replace(v)
	}
	return out
}

// whatOf returns the kind of an event of the trail, "" if it doesn't count, and its reason.
func whatOf(e engine.Event) (what What, reason string) {
	code := e.Data["code"]
	switch e.Kind {
	case engine.EventFiled:
		return Filed, ""
	case engine.EventStatus:
		return Status, ""
	case engine.EventEdited:
		return Edit, ""
	case engine.EventAssigned:
		return Assign, ""
	case engine.EventNote:
		return Note, ""
	case engine.EventNode:
		return Move, ""
	case engine.EventFreed:
		return Freed, e.Data["reason"]
	case engine.EventMissed:
		return Skipped, "missed"
	case engine.EventSkipped, engine.EventPassed:
		return Skipped, e.Data["reason"]
	case engine.EventOmitted:
		return Skipped, code
	case engine.EventFailed:
		return Failed, code
	case engine.EventPartial:
		return Failed, e.Data["what"]
	case engine.EventDeferred, engine.EventRetry:
		switch code {
		case engine.Held, engine.NotYet, engine.OthersAct:
			// EventHeld says more, where the time hasn't come there is nothing to say, and a sync
			// that waits two seconds for another run changes nothing for people.
			return "", ""
		}
		return Held, code
	case engine.EventHeld:
		return Held, code
	case engine.EventParked:
		return Parked, code
	case engine.EventEnded:
		if e.Data["state"] == string(engine.Cancelled) {
			return Cancelled, e.Data["reason"]
		}
	}
	return "", ""
}

// waited is a run that the rate limits hold up.
type waited struct {
	due   time.Time
	until time.Time // the end of the last wait
	by    time.Duration
	limit core.Bucket
}

// waitsFor notes that what acts must wait for a place in one of some buckets.
func (r *recorder) waitsFor(buckets []core.Bucket, wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now.flow == nil {
		return
	}
	w := r.waits[r.now.run]
	if w == nil {
		w = &waited{due: r.now.due}
		r.waits[r.now.run] = w
	}
	now := r.w.clock.Now()
	if until := now.Add(wait); until.After(w.until) {
		if w.until.Before(now) {
			w.until = now // it has waited for something else, or acted
		}
		w.by += until.Sub(w.until)
		w.until = until
	}
	for _, b := range buckets {
		if b.N > 0 && (w.limit.N == 0 || b.Window/time.Duration(b.N) > w.limit.Window/time.Duration(w.limit.N)) {
			w.limit = b
		}
	}
}

// tolerated is how late a run may be without a warning.
const tolerated = time.Minute

// late returns the flows that could not keep their schedule, in the order of the file.
func (r *recorder) late() []Late {
	var out []Late
	for _, f := range r.w.cfg.Flows {
		l := Late{Flow: f.Name}
		for id, w := range r.waits {
			if id.Flow != f.Name || w.by <= tolerated {
				continue
			}
			l.Runs++
			if w.by > l.By || w.by == l.By && w.due.Before(l.Due) {
				l.By, l.Due, l.Until = w.by, w.due, w.until
				l.Limit = fmt.Sprintf("%s: %d in %s", w.limit.Name, w.limit.N, w.limit.Window)
			}
		}
		if l.Runs > 0 {
			out = append(out, l)
		}
	}
	return out
}
