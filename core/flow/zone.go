package flow

import (
	"slices"
	"time"

	"riskroom/core"
)

// recipientZone is the zone of a trigger whose time of day is by each recipient's clock.
const recipientZone = "recipient"

// firstZone returns the time zone in which a day begins first.
func firstZone() *time.Location { return time.FixedZone("first", 14*60*60) }

// recipients warns if a flow that is due by each recipient's clock has no recipients.
func (c *compiler) recipients(d Def) {
	if d.Trigger.Zone == recipientZone && !slices.ContainsFunc(d.Steps, func(s StepDef) bool { _, direct := s.Action.(*SendMessageDef); return direct }) {
		c.warn("/trigger/zone", RuleTrigger, "no step sends direct messages, so everything happens by the workspace's clock")
	}
}

// Local returns when an occurrence of the flow is due by clocks in zone. ok is false if that
// doesn't depend on where people are.
func (f *Flow) Local(occurrence string, zone *time.Location) (due time.Time, ok bool) {
	t, dated := f.Trigger.(DateTrigger)
	if !dated || !t.theirs || f.everywhere {
		return time.Time{}, false
	}
	if anchor, due, ok := ParseRepeat(occurrence); ok {
		return t.in(anchor, due, zone), true
	}
	anchor, ok := anchorOf(occurrence)
	return t.in(anchor, t.Due(anchor), zone), ok
}

// local sets when an occurrence that counts from anchor is due for the first recipient.
func (t DateTrigger) local(o Occurrence, anchor time.Time) Occurrence {
	if t.theirs {
		o.First = t.in(anchor, o.Due, firstZone())
	}
	return o
}

// in returns when t is due by clocks in zone, if it is due at a time on another clock. The day
// is the same. It is on the same side of anchor, the date that t counts from.
func (t DateTrigger) in(anchor, due time.Time, zone *time.Location) time.Time {
	y, m, d := due.In(t.zone).Date()
	first, second := core.WallClock(y, m, d, t.at, zone)
	switch {
	case due.Before(anchor) && first.Before(anchor), !due.Before(anchor) && !first.Before(anchor):
		return first
	case !due.Before(anchor) && !second.Before(anchor):
		return second
	}
	return anchor
}
