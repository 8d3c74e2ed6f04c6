package engine

import (
	"slices"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
)

// planned is what a change of a risk means for its timers.
type planned struct {
	timers []TimerChange
	events []Event
	now    []string // flows that are already due and act now
	missed []string // flows that are already due and are skipped
}

// plan works out how a risk's timers follow a change from old (nil: it is
// filed) to risk.
func plan(flows []*flow.Flow, old *core.Risk, risk core.Risk, now time.Time) planned {
	var p planned
	for _, f := range flows {
		if f.Trigger.On != "" {
			p.onEvent(f, old, risk, now)
			continue
		}
		p.onDate(f, old, risk, now)
	}
	return p
}

func (p *planned) onEvent(f *flow.Flow, old *core.Risk, risk core.Risk, now time.Time) {
	switch f.Trigger.On {
	case flow.OnFiled:
		if old != nil {
			return
		}
	case flow.OnAssigned:
		if len(risk.Handlers) == 0 || old != nil && slices.Equal(old.Handlers, risk.Handlers) {
			return
		}
	}
	id := RunID{Risk: risk.Key, Flow: f.Name, Occurrence: occurrenceOf(risk.Version)}
	p.timer(TimerChange{Do: ArmTimer, Run: id, Due: now, FlowHash: f.Hash()}, risk, now)
}

func (p *planned) onDate(f *flow.Flow, old *core.Risk, risk core.Risk, now time.Time) {
	anchor, ok := f.Trigger.Anchor(risk)
	var before time.Time
	var had bool
	if old != nil {
		before, had = f.Trigger.Anchor(*old)
	}
	from := RunID{Risk: risk.Key, Flow: f.Name, Occurrence: occurrenceAt(before)}
	switch {
	case had && ok && before.Equal(anchor), !had && !ok:
		return
	case !ok:
		p.timer(TimerChange{Do: DropTimer, Run: from}, risk, now)
		return
	}
	due := f.Trigger.Due(anchor)
	if !due.After(now) {
		if f.IfAlreadyDue == flow.Skip {
			p.missed = append(p.missed, f.Name)
			p.events = append(p.events, Event{At: now, V: risk.Version, Kind: EventMissed,
				Data: map[string]string{"flow": f.Name, "due": stamp(due)}})
			if had {
				p.timer(TimerChange{Do: DropTimer, Run: from}, risk, now)
			}
			return
		}
		p.now = append(p.now, f.Name)
	}
	c := TimerChange{Do: ArmTimer, Due: due, FlowHash: f.Hash(),
		Run: RunID{Risk: risk.Key, Flow: f.Name, Occurrence: occurrenceAt(anchor)}}
	if had {
		c.Do, c.From = MoveTimer, from
	}
	p.timer(c, risk, now)
}

// timer adds a change with the event that tells of it.
func (p *planned) timer(c TimerChange, risk core.Risk, now time.Time) {
	data := map[string]string{"run": c.Run.String()}
	if !c.Due.IsZero() {
		data["due"] = stamp(c.Due)
	}
	if c.Do == MoveTimer {
		data["from"] = c.From.String()
	}
	c.Event = &Event{At: now, V: risk.Version, Kind: EventTimer, Run: c.Run.String(), Data: data}
	p.timers = append(p.timers, c)
}

// stamp is how instants stand in audit events.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
