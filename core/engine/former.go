package engine

import (
	"cmp"
	"context"
	"slices"
	"time"

	"riskroom/core"
	"riskroom/core/people"
)

// A risk has at most one live item group: the one that its binding names. Groups that it
// had before keep their records. One that exists again becomes the risk's group if the
// risk has none. Otherwise its cards lose their buttons and say which group the risk has
// now.

const (
	maxLooks    = 3             // former groups that one sync looks at
	formerWatch = 30 * core.Day // for how long after its end a group is looked at without an event
)

// Return is an event that a group exists again.
type Return struct {
	By core.Account `json:"by,omitzero"` // who did it, if the platform said
	At time.Time    `json:"at"`
}

// end records that a group ended, or that another has taken its place.
func (g *Group) end(life GroupLife, now time.Time) {
	if g.Life != life {
		g.Life, g.Since = life, now
	}
	g.Back, g.Ending, g.Reopen = nil, "", time.Time{}
}

// holds reports whether the risk has this group, as far as is known.
func (b Binding) holds(g core.GroupRef) bool {
	return b.Group == g && (b.State == Bound || b.State == Lost)
}

// dormant reports whether a message is in an item group that the risk doesn't have, or
// that the bot can't see. Such messages aren't kept up to date.
func (t *turn) dormant(s Shown) bool {
	b := t.rec.Binding
	if s.Group.IsZero() || b.Group == s.Group && b.State == Bound {
		return false
	}
	return b.holds(s.Group) || slices.ContainsFunc(t.rec.Groups, func(g Group) bool { return g.Ref == s.Group && g.Type == core.Item })
}

// revive has sync forget that messages in a group couldn't be updated, and reports
// whether there are any: they couldn't because the group was archived or out of sight.
// It comes before the group is bound again, so that a crash in between changes nothing.
func (t *turn) revive(in *syncInput, g core.GroupRef) bool {
	for _, s := range t.rec.Shown {
		if s.Gone && s.Group == g {
			in.Revive = append(in.Revive, s.ID)
		}
	}
	if len(in.Revive) > 0 {
		in.Again = t.e.clock.Now()
	}
	return len(in.Revive) > 0
}

// formerGroups returns the item groups with a record that the risk doesn't have: those
// first that an event reported, then those that ended last.
func (t *turn) formerGroups() []Group {
	var out []Group
	for _, g := range t.rec.Groups {
		if g.Type == core.Item && !t.rec.Binding.holds(g.Ref) {
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, b Group) int {
		switch {
		case a.Back != nil && b.Back == nil:
			return -1
		case a.Back == nil && b.Back != nil:
			return 1
		}
		return b.Since.Compare(a.Since)
	})
	return out
}

// lookAtFormers checks whether a group that the risk had exists again.
func (t *turn) lookAtFormers(ctx context.Context, in *syncInput) error {
	former := t.formerGroups()
	if t.rec.Binding.State == Reserved {
		if len(former) > 0 {
			in.Again = t.e.clock.Now().Add(afterOthers)
		}
		return nil
	}
	looks := 0
	for _, g := range former {
		if g.Life == LiveGroup { // it has just been released, or was never bound
			if err := t.changeGroup(ctx, g, func(g *Group) { g.end(GoneGroup, t.e.now()) }); err != nil {
				return err
			}
			g.end(GoneGroup, t.e.now())
		}
		old := g.Back == nil && t.e.now().Sub(g.Since) > formerWatch
		if old || g.Life == FormerGroup && t.rec.Binding.State != Free && !t.buttonsIn(g.Ref) {
			continue
		}
		if looks++; looks > maxLooks {
			break
		}
		exists, err := t.exists(ctx, g.Ref)
		switch {
		case err != nil:
			return err
		case exists && t.rec.Binding.State == Free:
			in.Again = t.e.clock.Now()
			if t.revive(in, g.Ref) {
				return nil
			}
			return t.bindAgain(ctx, g)
		case exists:
			t.bare(ctx, in, g)
			return nil
		case g.Back != nil:
			if err := t.changeGroup(ctx, g, func(g *Group) { g.Back = nil }); err != nil {
				return err
			}
		}
	}
	return nil
}

// buttonsIn reports whether a message in a group has buttons: in a former group, one that
// a run recorded late.
func (t *turn) buttonsIn(g core.GroupRef) bool {
	return slices.ContainsFunc(t.rec.Shown, func(s Shown) bool { return s.Group == g && !s.Bare && !s.Gone })
}

// exists reports whether the bot can see a group that hasn't ended.
func (t *turn) exists(ctx context.Context, g core.GroupRef) (bool, error) {
	pl, err := t.platform(g.Workspace)
	if err != nil {
		return false, err
	}
	state, err := pl.LookGroup(ctx, g)
	switch {
	case err == nil:
		return state.Ended == "", nil
	case final(err):
		return false, nil
	}
	return false, people.FailedIn(g.Workspace, err)
}

// bindAgain makes a group that exists again the risk's group, unless the risk has got
// another one. What sync has to do there, it finds out by itself.
func (t *turn) bindAgain(ctx context.Context, g Group) error {
	a := BindingAgain{Risk: t.run.ID.Risk, Group: g.Ref, Badge: g.Card,
		Timers: []TimerChange{t.e.syncAt(t.run.ID.Risk, t.e.clock.Now())},
		Events: []Event{t.event(EventFound, "", map[string]string{"group": g.Ref.String()})}}
	var err error
	if a.Run, err = ParseRunID(g.Run); err != nil {
		return invalid("bind again", err)
	}
	for _, s := range t.rec.Shown {
		if s.Badge && s.Group == g.Ref {
			a.Badge = s.Ref
		}
	}
	b, err := t.e.store.BindAgain(ctx, a)
	if err != nil || b.Group != g.Ref {
		return err
	}
	t.rec.Binding = b
	_, err = t.live(ctx, g.Ref, g.Name)
	return err
}

// lookBefore checks, before a group is created for a risk that has none, whether one that
// it had exists again: no event may have said so. It looks at as many as a sync.
func (t *turn) lookBefore(ctx context.Context) error {
	if t.rec.Binding.State != Free {
		return nil
	}
	former := t.formerGroups()
	for _, g := range former[:min(maxLooks, len(former))] {
		exists, err := t.exists(ctx, g.Ref)
		if err != nil {
			return err
		}
		if exists {
			return t.bindAgain(ctx, g)
		}
	}
	return nil
}

// live records that the risk's group exists, under its name now ("" if that is unknown),
// and returns its record.
func (t *turn) live(ctx context.Context, ref core.GroupRef, name string) (Group, error) {
	g, err := t.e.groupOf(ctx, t.rec, ref)
	if name = cmp.Or(name, g.Name); err != nil || g.Life == LiveGroup && g.Back == nil && g.Name == name {
		return g, err
	}
	return g, t.changeGroup(ctx, g, func(g *Group) {
		g.Name = name
		if g.Life != LiveGroup {
			g.Life, g.Since = LiveGroup, t.e.now()
		}
		g.Back = nil
	})
}

// bare has sync take the buttons out of the messages in a former group.
func (t *turn) bare(ctx context.Context, in *syncInput, g Group) {
	in.Former = g.Ref
	card := t.e.bareCard(t.rec.Risk, t.presentGroup(ctx))
	in.Cards, in.Small = map[string]core.Card{g.Ref.Workspace: card}, &card
	for _, s := range t.rec.Shown {
		if s.Group == g.Ref && !s.Bare && len(in.Edits) < maxEdits {
			in.Edits = append(in.Edits, s.ID)
		}
		if s.Badge && s.Group == g.Ref {
			in.Unpin = s.Ref
		}
	}
	in.Again = t.e.clock.Now() // there may be more, here and in other groups
}

// hasGone reports whether a former group was archived or hidden since the sync looked at
// it. Then its messages couldn't be edited, but aren't gone.
func (t *turn) hasGone(ctx context.Context, former core.GroupRef) (bool, error) {
	if former.IsZero() {
		return false, nil
	}
	exists, err := t.exists(ctx, former)
	return !exists, err
}

// presentGroup returns the group that the risk has now, and its name.
func (t *turn) presentGroup(ctx context.Context) namedGroup {
	ref := t.rec.Binding.Group
	g, err := t.e.groupOf(ctx, t.rec, ref)
	if err != nil {
		return namedGroup{Ref: ref, Name: ref.String()}
	}
	return namedGroup{Ref: ref, Name: g.Title(t.e.org)}
}

// becomeFormer records that a group has lost its buttons, and tells whoever brought it
// back which group the risk has now: its owner if the platform didn't say who that was.
func (t *turn) becomeFormer(ctx context.Context, ref core.GroupRef) error {
	g, err := t.e.groupOf(ctx, t.rec, ref)
	if err != nil || g.Life == FormerGroup {
		return err
	}
	to := g.Owner
	if g.Back != nil && !g.Back.By.IsZero() {
		to = g.Back.By
	}
	t.called = t.presentGroup(ctx)
	args := t.e.groupArgs(t.run.ID.Risk, g.Title(t.e.org))
	args["Now"] = t.called.Name
	t.notifyOne(to, "former", args)
	c := groupChange{edit: func(g *Group) { g.end(FormerGroup, t.e.now()) }, timers: t.takeNotices(),
		events: []Event{t.event(EventGroup, "", map[string]string{"group": ref.String(), "what": string(FormerGroup)})}}
	t.mu.Lock()
	defer t.mu.Unlock()
	c.lease = t.lease
	return t.e.changeGroup(ctx, g, c)
}

// leave unpins the badge of a former group whose messages have lost their buttons, and
// records that.
func (t *turn) leave(ctx context.Context, in *syncInput) error {
	if len(in.Edits) == maxEdits { // there may be more
		return nil
	}
	if err := t.takeDown(ctx, in); err != nil {
		return err
	}
	return t.becomeFormer(ctx, in.Former)
}

// takeDown unpins the badge of a former group.
func (t *turn) takeDown(ctx context.Context, in *syncInput) error {
	if in.Unpin.IsZero() {
		return nil
	}
	pl, err := t.platform(in.Former.Workspace)
	if err != nil {
		return err
	}
	c := core.GroupChange{Announcement: &core.Announcement{Old: in.Unpin}}
	report, err := pl.SetGroup(ctx, once{t: t, scope: "former/"}, in.Former, c)
	if err != nil && !final(err) {
		return people.FailedIn(in.Former.Workspace, err)
	}
	for _, f := range report.Failed() {
		t.note(EventPartial, "", map[string]string{"action": "badge", "what": string(f.Part) + " (" + f.Detail + ")"})
	}
	return nil
}

// reopen lets people post again in a group that riskroom had dissolved and that is the
// risk's group again.
func (t *turn) reopen(ctx context.Context, ref core.GroupRef, was core.Posting) error {
	pl, err := t.platform(ref.Workspace)
	if err != nil {
		return err
	}
	report, err := pl.SetGroup(ctx, once{t: t, scope: "reopen/"}, ref, core.GroupChange{State: core.Discussing, Posting: was})
	if err != nil && !final(err) {
		return people.FailedIn(ref.Workspace, err)
	}
	restored := done(report, core.PartState)
	if !restored {
		for _, f := range report.Failed() {
			t.note(EventPartial, "", map[string]string{"action": "reopen", "what": string(f.Part) + " (" + f.Detail + ")"})
		}
	}
	g, err := t.e.groupOf(ctx, t.rec, ref)
	if err != nil {
		return err
	}
	return t.changeGroup(ctx, g, func(g *Group) {
		if !restored {
			g.Reopen = t.e.now().Add(core.Day) // the bot may have got the permission by then
			return
		}
		g.Saved, g.Shut, g.Reopen = report.Saved, false, time.Time{}
	})
}

// toReopen reports whether people can't post in a group that exists again, and it is time
// to let them.
func (t *turn) toReopen(g Group) bool { return g.Shut && !t.e.now().Before(g.Reopen) }
