package engine

import (
	"context"
	"maps"
	"slices"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
)

// publish stores the flows that are in force, so that every replica can read
// what a run pins. It comes before anything can be filed.
func (e *Engine) publish(ctx context.Context) error {
	for _, f := range e.flows {
		if err := e.store.PutFlow(ctx, f.Hash(), f.Canonical()); err != nil {
			return err
		}
	}
	return nil
}

// adoptLoop brings armed timers in line with the flows that are in force: moved
// where a flow's delay changed, dropped where the flow is gone, added where a
// new flow is still ahead. Nothing that became due by it fires in bulk. It goes
// over every risk at each start, beside the work, and changes nothing where all
// is right: what another replica filed meanwhile by an older file is mended by
// the next start.
func (e *Engine) adoptLoop(ctx context.Context) {
	pause := time.Second
	for ctx.Err() == nil {
		err := e.adopt(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		e.log.WarnContext(ctx, "timers could not all be brought in line with the flows", "again", pause, "err", err)
		_ = sleep(ctx, pause)
		pause = min(2*pause, time.Minute)
	}
}

func (e *Engine) adopt(ctx context.Context) error {
	done := map[string]map[TimerOp]int{}
	err := e.store.Each(ctx, func(key core.RiskKey) error { return e.adoptOne(ctx, key, done) })
	for _, name := range slices.Sorted(maps.Keys(done)) {
		e.log.InfoContext(ctx, "timers follow the flows in force", "flow", name,
			"moved", done[name][MoveTimer], "dropped", done[name][DropTimer], "added", done[name][ArmTimer])
	}
	return err
}

// adoptOne brings the timers of one risk in line, again if it moves meanwhile,
// and counts what it did by flow.
func (e *Engine) adoptOne(ctx context.Context, key core.RiskKey, done map[string]map[TimerOp]int) error {
	for {
		rec, err := e.store.Get(ctx, key)
		if core.KindOf(err) == core.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		changes := e.realign(rec)
		if len(changes) == 0 {
			return nil
		}
		err = e.store.Arm(ctx, key, rec.Risk.Version, changes)
		if core.KindOf(err) == core.Conflict {
			continue
		}
		if err != nil {
			return err
		}
		for _, c := range changes {
			if done[c.Run.Flow] == nil {
				done[c.Run.Flow] = map[TimerOp]int{}
			}
			done[c.Run.Flow][c.Do]++
		}
		return nil
	}
}

// realign returns what has to change of a risk's armed timers. A run that has
// begun keeps the flow that it pinned, and so does one that a change brought about:
// what the risk is now does not say whether there should be one.
func (e *Engine) realign(rec Record) []TimerChange {
	now := e.clock.Now()
	p := planned{}
	kept := map[RunID]bool{}
	byChange := map[string]bool{}
	for _, f := range e.flows {
		expected, ok := f.Trigger.Expected(rec.Risk)
		byChange[f.Name] = !ok
		for _, o := range expected {
			kept[runOf(rec.Risk, f, o.ID)] = true
			p.realign(f, o, rec, now)
		}
	}
	for _, r := range rec.Runs {
		if r.State == Armed && !r.Begun && r.FlowHash != "" && !kept[r.ID] && !byChange[r.ID.Flow] {
			p.timer(TimerChange{Do: DropTimer, Run: r.ID}, rec.Risk, now)
		}
	}
	return p.timers
}

// realign brings the run of one occurrence in line.
func (p *planned) realign(f *flow.Flow, o flow.Occurrence, rec Record, now time.Time) {
	id := runOf(rec.Risk, f, o.ID)
	i := slices.IndexFunc(rec.Runs, func(r RunSummary) bool { return r.ID == id })
	switch {
	case i < 0 && o.Due.After(now) && rec.Risk.Status.Open():
		p.set(f, "", o, rec.Risk, now)
	case i < 0 || rec.Runs[i].State != Armed || rec.Runs[i].Begun || rec.Runs[i].FlowHash == f.Hash():
	case !o.Due.After(now) && rec.Runs[i].Due.After(now):
		// The new file would have it fire at once, for every risk at once.
		p.timer(TimerChange{Do: DropTimer, Run: id}, rec.Risk, now)
	default:
		p.set(f, o.ID, o, rec.Risk, now)
	}
}
