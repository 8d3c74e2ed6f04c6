package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
)

// Why a run waits by somebody's clock.
const (
	// Held is the reason of a run that has messages which must not be sent yet.
	Held = "held"
	// NotYet is the reason of a run whose time of day hasn't come for any recipient. Its
	// condition hasn't been evaluated.
	NotYet = "not_yet"
)

// Why a message is held.
const (
	QuietHours = "quiet_hours" // until the quiet hours end
	LocalTime  = "local_time"  // until the trigger's time of day has come there
)

// Hold says until when a message is held.
type Hold struct {
	For   string    `json:"for"`             // an account or a group
	Group bool      `json:"group,omitempty"` // For is a group
	Until time.Time `json:"until"`
	Zone  string    `json:"zone"` // the time zone of the clock that decided it
	Why   string    `json:"why"`
}

// hold returns an error as long as the message to an account, or to a group, must wait. The
// moment until which it waits is decided once, and stored when the turn ends. When it has
// come, and the message can't be sent before the next quiet hours, it is held again.
//
// A call that was made, or may have been, is not held, so that its result becomes known.
// scope begins the keys of the message's calls.
func (t *turn) hold(ctx context.Context, p *performed, scope string, to core.Account, g core.GroupRef) error {
	if t.flow == nil || t.replay || t.cancelled() || t.tried(scope) {
		return nil
	}
	what, now := g.String(), t.e.clock.Now()
	if !to.IsZero() {
		what = to.String()
	}
	i := slices.IndexFunc(p.out.Held, func(h Hold) bool { return h.For == what })
	if i < 0 || !p.out.Held[i].Until.After(now) {
		h := t.holdFor(ctx, to, g, now)
		h.For, h.Group, h.Until = what, to.IsZero(), h.Until.UTC()
		if i >= 0 {
			p.out.Held = slices.Delete(p.out.Held, i, i+1)
		}
		if !h.Until.After(now) {
			return nil
		}
		t.fresh = append(t.fresh, h)
		i = len(p.out.Held)
		p.out.Held = append(p.out.Held, h)
	}
	return t.waitUntil(p.out.Held[i].Until, Held)
}

// tried reports whether a call of the step whose key begins with scope was made, or may have
// been.
func (t *turn) tried(scope string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key, c := range t.run.Calls {
		if strings.HasPrefix(key, scope) && (c.Open || c.Done) {
			return true
		}
	}
	return false
}

// holdFor returns until when a message has to wait that could be sent now.
func (t *turn) holdFor(ctx context.Context, to core.Account, g core.GroupRef, now time.Time) Hold {
	h := Hold{Until: now}
	workspace := g.Workspace
	if !to.IsZero() {
		workspace = to.Workspace
	}
	quiet := t.flow.Quiet(t.flow.Steps[t.run.Step], workspace)
	ours := t.flow.ZoneOf(workspace)
	theirs := ours
	if _, local := t.flow.Local(t.run.ID.Occurrence, ours); local || quiet != nil && quiet.Recipient {
		theirs = t.zoneOf(ctx, to, ours)
	}
	if due, local := t.flow.Local(t.run.ID.Occurrence, theirs); local && due.After(h.Until) {
		h = Hold{Until: due, Zone: theirs.String(), Why: LocalTime}
	}
	if quiet != nil && !quiet.Recipient {
		theirs = ours
	}
	if end := quiet.Until(h.Until, theirs); end.After(h.Until) {
		h = Hold{Until: end, Zone: theirs.String(), Why: QuietHours}
	}
	return h
}

// zoneOf returns the time zone of an account's person, or otherwise, also if it can't be
// looked up. The look-ups of one turn take no longer than a call may.
func (t *turn) zoneOf(ctx context.Context, a core.Account, otherwise *time.Location) *time.Location {
	if a.IsZero() {
		return otherwise
	}
	if t.lookUntil.IsZero() {
		t.lookUntil = time.Now().Add(t.e.timeout)
	}
	ctx, cancel := context.WithDeadline(ctx, t.lookUntil)
	defer cancel()
	if zone := t.e.people.Zone(ctx, a); zone != nil {
		return zone
	}
	return otherwise
}

// waitUntil returns the error that has the run wait. If there are several, it waits for the
// earliest.
func (t *turn) waitUntil(until time.Time, why string) error {
	if t.heldUntil.IsZero() || until.Before(t.heldUntil) {
		t.heldUntil = until
	}
	return &core.Error{Op: "hold", Kind: core.Unavailable, Detail: why}
}

// isHeld reports whether err only says that a message must wait.
func isHeld(err error) bool { return core.DetailOf(err) == Held }

// leftOver returns the error of a step with two parts that are left to do. Holding one back
// is no failure, so a failure comes first.
func leftOver(a, b error) error {
	if a == nil || isHeld(a) && b != nil {
		return b
	}
	return a
}

// noteHolds records which messages are held since this turn.
func (t *turn) noteHolds() {
	for len(t.fresh) > 0 {
		first := t.fresh[0]
		like := func(h Hold) bool {
			return h.Until.Equal(first.Until) && h.Zone == first.Zone && h.Why == first.Why && h.Group == first.Group
		}
		var who []string
		for _, h := range t.fresh {
			if like(h) {
				who = append(who, h.For)
			}
		}
		t.fresh = slices.DeleteFunc(t.fresh, like)
		data := map[string]string{"for": strings.Join(who, ", "), "until": stamp(first.Until), "zone": first.Zone, "code": first.Why}
		if first.Group {
			data["for"], data["group"] = "", data["for"]
		}
		t.note(EventHeld, "", data)
	}
}

// awaitLocalTime returns an error as long as a step that sends no direct messages isn't due
// by the clock of its workspace.
func (t *turn) awaitLocalTime(s flow.Step) error {
	if _, direct := s.Action.(*flow.SendMessage); direct {
		return nil
	}
	due, local := t.flow.Local(t.run.ID.Occurrence, t.flow.ZoneOf(t.workspace))
	if !local || !due.After(t.e.clock.Now()) {
		return nil
	}
	return t.waitUntil(due, Held)
}

// notYet returns an error as long as the current step isn't due by the clock of the first of
// its recipients. If it has none, the clock of its workspace counts.
func (t *turn) notYet(ctx context.Context) error {
	s := t.flow.Steps[t.run.Step]
	t.enter(s)
	due, local := t.flow.Local(t.run.ID.Occurrence, t.flow.ZoneOf(t.workspace))
	if !local {
		return nil
	}
	if a, direct := s.Action.(*flow.SendMessage); direct {
		to, _, err := t.resolvePeople(ctx, a.To, t.env(ctx))
		if err != nil {
			return err
		}
		for i, a := range to {
			theirs, _ := t.flow.Local(t.run.ID.Occurrence, t.zoneOf(ctx, a, t.flow.ZoneOf(a.Workspace)))
			if i == 0 || theirs.Before(due) {
				due = theirs
			}
		}
	}
	t.due = due
	if due.After(t.e.clock.Now()) {
		return t.waitUntil(due, NotYet)
	}
	return nil
}
