package engine

import (
	"context"
	"maps"
	"slices"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
)

// adoptLoop brings open risks in line with the process, and armed timers with the flows
// in force, once per changed file. Risks that are at no node enter the first one. Timers are
// moved if a flow's delay changed, dropped if the flow is gone, and added if they are
// those of new flows and lie ahead. Nothing that becomes due by this fires
// in bulk. Risks that a process with another file changes are corrected within alignEvery.
func (e *Engine) adoptLoop(ctx context.Context) {
	notify := true
	for ctx.Err() == nil {
		e.untilDone(ctx, "not all timers could be aligned with the flows", func(ctx context.Context) error {
			err := e.adopt(ctx, notify)
			if e.refused(ctx, err) {
				return nil
			}
			notify = notify && err != nil
			return err
		})
		_ = sleep(ctx, alignEvery)
	}
}

// alignEvery is how often risks that a process with another file has changed are brought in
// line. If there are none, that takes one round trip.
const alignEvery = time.Minute

// reindexLoop indexes the risks that an older version has filed, once per database.
func (e *Engine) reindexLoop(ctx context.Context) {
	e.untilDone(ctx, "not all risks could be indexed", func(ctx context.Context) error {
		return e.store.Reindex(ctx, e.org.KeyPrefix)
	})
}

// untilDone calls f until it succeeds or ctx ends, and logs why it failed.
func (e *Engine) untilDone(ctx context.Context, failed string, f func(context.Context) error) {
	pause := time.Second
	for ctx.Err() == nil {
		err := f(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		e.log.WarnContext(ctx, failed, "again", pause, "err", err)
		_ = sleep(ctx, pause)
		pause = min(2*pause, time.Minute)
	}
}

// adopted is what an adoption found and did.
type adopted struct {
	timers map[string]map[TimerOp]int // by flow
	gone   map[string][]core.RiskKey  // risks whose node the process no longer has, by node
}

// adopt brings the risks in line that may not be. notify reports open risks whose node is
// gone to administrators: the first time, because afterwards not all of them are visited.
func (e *Engine) adopt(ctx context.Context, notify bool) error {
	if err := e.alignSchedules(ctx); err != nil {
		return err
	}
	done := adopted{timers: map[string]map[TimerOp]int{}, gone: map[string][]core.RiskKey{}}
	err := e.store.Align(ctx, e.file, func(key core.RiskKey) error { return e.adoptOne(ctx, key, done) })
	for _, name := range slices.Sorted(maps.Keys(done.timers)) {
		n := done.timers[name]
		e.log.InfoContext(ctx, "timers aligned with the flow", "flow", name,
			"moved", n[MoveTimer], "dropped", n[DropTimer], "added", n[ArmTimer])
	}
	if err != nil || !notify {
		return err
	}
	return e.notifyGone(ctx, done.gone)
}

// adoption is the next step that brings a risk in line: it enters the first node, or its
// timers change, or nothing is left to do.
type adoption struct {
	enter  *Change
	timers []TimerChange
	late   map[RunID]time.Time // of dropped timers: when the flow would be due with its new text
}

// adoption returns the next step for a risk. It changes nothing.
func (e *Engine) adoption(ctx context.Context, rec Record) adoption {
	if e.atNoNode(rec.Risk) {
		enter := e.entering(ctx, rec)
		return adoption{enter: &enter}
	}
	p := e.realign(ctx, rec)
	late := map[RunID]time.Time{}
	for _, s := range p.shifts {
		late[s.from] = s.due
	}
	return adoption{timers: p.timers, late: late}
}

// adoptOne brings one risk in line with the process, and its timers with the flows. It tries
// again if the risk changes meanwhile.
func (e *Engine) adoptOne(ctx context.Context, key core.RiskKey, done adopted) error {
	for {
		rec, err := e.store.Get(ctx, key)
		if core.KindOf(err) == core.NotFound || err == nil && !rec.OfRisk() {
			return nil
		}
		if err != nil {
			return err
		}
		todo := e.adoption(ctx, rec)
		if todo.enter != nil {
			// It fails with Conflict if the risk has changed meanwhile, so that this happens once.
			if _, err := e.store.Apply(ctx, *todo.enter); err != nil && core.KindOf(err) != core.Conflict {
				return err
			}
			continue
		}
		changes := todo.timers
		if len(changes) == 0 {
			done.note(e.org, rec.Risk, nil)
			return nil
		}
		err = e.store.Realign(ctx, key, rec.Risk.Version, e.file, changes)
		if core.KindOf(err) == core.Conflict && core.DetailOf(err) != OtherFile {
			continue
		}
		if err != nil {
			return err
		}
		done.note(e.org, rec.Risk, changes)
		return nil
	}
}

// note records what was done about a risk.
func (a adopted) note(org *core.Organisation, r core.Risk, changes []TimerChange) {
	if _, i := org.Node(r.Node); len(org.Process) > 0 && i < 0 && r.Status.Open() {
		a.gone[r.Node] = append(a.gone[r.Node], r.Key)
	}
	for _, c := range changes {
		if a.timers[c.Run.Flow] == nil {
			a.timers[c.Run.Flow] = map[TimerOp]int{}
		}
		a.timers[c.Run.Flow][c.Do]++
	}
}

// realign returns the changes to a risk's armed timers. Runs that have begun keep
// the flow that they pinned. So do runs of `on:` triggers, because the risk's
// state doesn't show whether they should exist.
func (e *Engine) realign(ctx context.Context, rec Record) planned {
	env, p := e.env(ctx, rec.Risk, e.org.Language), planned{}
	present := map[string]bool{}
	for _, f := range e.flows {
		present[f.Name] = true
		armed := occurrences(rec.Runs, f, isArmed)
		if expected, ok := f.Trigger.Expected(env, armed); ok {
			p.realign(f, expected, armed, rec, env.Now)
		}
	}
	for _, r := range rec.Runs {
		if isArmed(r) && r.FlowHash != "" && !present[r.ID.Flow] {
			p.timer(TimerChange{Do: DropTimer, Run: r.ID}, rec.Risk, env.Now)
		}
	}
	return p
}

// isArmed reports whether a run is armed and hasn't begun.
func isArmed(r RunSummary) bool { return r.State == Armed && !r.Begun }

// realign aligns the armed occurrences of a flow. One that is no longer expected is moved to
// one that is.
func (p *planned) realign(f *flow.Flow, expected []flow.Occurrence, armed []string, rec Record, now time.Time) {
	stale := slices.DeleteFunc(slices.Clone(armed), func(id string) bool {
		return slices.ContainsFunc(expected, func(o flow.Occurrence) bool { return o.ID == id })
	})
	for _, o := range expected {
		i := indexOfRun(rec.Runs, runOf(rec.Risk, f, o.ID))
		switch {
		case i >= 0:
			p.keep(f, o, rec.Runs[i], rec.Risk, now)
		case !o.Due.After(now) || !rec.Risk.Status.Open():
		case len(stale) > 0:
			p.set(f, stale[0], o, rec.Risk, now)
			stale = stale[1:]
		default:
			p.set(f, "", o, rec.Risk, now)
		}
	}
	for _, id := range stale {
		p.timer(TimerChange{Do: DropTimer, Run: runOf(rec.Risk, f, id)}, rec.Risk, now)
	}
}

// keep aligns the run of an occurrence that is still expected.
func (p *planned) keep(f *flow.Flow, o flow.Occurrence, r RunSummary, risk core.Risk, now time.Time) {
	switch {
	case !isArmed(r) || r.FlowHash == f.Hash():
	case !o.Due.After(now) && r.Due.After(now):
		// With the new file this run and those of many other risks would be due.
		p.shifts = append(p.shifts, shift{flow: f.Name, from: r.ID, to: r.ID, due: o.Due, missed: true})
		p.timer(TimerChange{Do: DropTimer, Run: r.ID}, risk, now)
	default:
		p.set(f, o.ID, o, risk, now)
	}
}
