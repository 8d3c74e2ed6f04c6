package engine

import (
	"context"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/flow"
)

// adopt brings armed timers in line with the flows that are now in force: moved
// where a flow's delay changed, dropped where the flow is gone, added where a
// new flow is still ahead. Nothing that became due by it fires in bulk.
func (e *Engine) adopt(ctx context.Context) error {
	var hashes []string
	for _, f := range e.flows {
		if err := e.store.PutFlow(ctx, f.Hash(), f.Canonical()); err != nil {
			return err
		}
		hashes = append(hashes, f.Hash())
	}
	slices.Sort(hashes)
	rev := core.MakeOp(strings.Join(hashes, " "))
	before, err := e.store.PlanInForce(ctx)
	if err != nil || before == rev {
		return err
	}
	if before != "" {
		if err := e.adoptAll(ctx); err != nil {
			return err
		}
	}
	// Recorded last: a start that dies half-way goes over all of it again,
	// which changes nothing where it has been.
	return e.store.SetPlan(ctx, rev)
}

func (e *Engine) adoptAll(ctx context.Context) error {
	var moved, dropped, added int
	err := e.store.Each(ctx, func(key core.RiskKey) error {
		rec, err := e.store.Get(ctx, key)
		if core.KindOf(err) == core.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		changes := e.realign(rec)
		for _, c := range changes {
			switch c.Do {
			case MoveTimer:
				moved++
			case DropTimer:
				dropped++
			case ArmTimer:
				added++
			}
		}
		if len(changes) == 0 {
			return nil
		}
		return e.store.Arm(ctx, key, changes)
	})
	if moved+dropped+added > 0 {
		e.log.InfoContext(ctx, "timers follow the flows in force", "moved", moved, "dropped", dropped, "added", added)
	}
	return err
}

// realign returns what has to change of a risk's armed timers. A run that has
// begun keeps the flow that it pinned.
func (e *Engine) realign(rec Record) []TimerChange {
	now := e.clock.Now()
	p := planned{}
	kept := map[RunID]bool{}
	for _, f := range e.flows {
		anchor, ok := f.Trigger.Anchor(rec.Risk)
		if !ok {
			continue
		}
		id := RunID{Risk: rec.Risk.Key, Flow: f.Name, Occurrence: occurrenceAt(anchor)}
		kept[id] = true
		due := f.Trigger.Due(anchor)
		i := slices.IndexFunc(rec.Runs, func(r RunSummary) bool { return r.ID == id })
		switch {
		case i < 0 && due.After(now):
			p.timer(TimerChange{Do: ArmTimer, Run: id, Due: due, FlowHash: f.Hash()}, rec.Risk, now)
		case i < 0 || rec.Runs[i].State != Armed || rec.Runs[i].Begun || rec.Runs[i].FlowHash == f.Hash():
		case !due.After(now) && rec.Runs[i].Due.After(now):
			// The new file would have it fire at once, for every risk at once.
			p.missed = append(p.missed, f.Name)
			p.timer(TimerChange{Do: DropTimer, Run: id}, rec.Risk, now)
		default:
			p.timer(TimerChange{Do: MoveTimer, From: id, Run: id, Due: due, FlowHash: f.Hash()}, rec.Risk, now)
		}
	}
	for _, r := range rec.Runs {
		if r.State == Armed && !r.Begun && r.FlowHash != "" && !kept[r.ID] && !e.waitsForEvent(r.ID.Flow) {
			p.timer(TimerChange{Do: DropTimer, Run: r.ID}, rec.Risk, now)
		}
	}
	return p.timers
}

// waitsForEvent tells whether the flow of that name is in force and runs on an
// event: its runs are due at once and are left alone.
func (e *Engine) waitsForEvent(name string) bool {
	return slices.ContainsFunc(e.flows, func(f *flow.Flow) bool { return f.Name == name && f.Trigger.On != "" })
}
