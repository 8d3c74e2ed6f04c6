package engine

import (
	"context"
	"slices"

	"riskroom/core"
	"riskroom/core/people"
)

// groupCard is the pinned card of a group, and the revision of the record that it shows.
type groupCard struct {
	Card core.Card `json:"card"`
	Rev  int64     `json:"rev"`
}

// topicAt returns the topic group at a place, as the run has read it.
func (t *turn) topicAt(ref core.GroupRef) (Group, bool) {
	i := slices.IndexFunc(t.rec.Groups, func(g Group) bool { return g.Ref == ref && g.Type == core.Topic })
	if i < 0 {
		return Group{}, false
	}
	return t.rec.Groups[i], true
}

// left reports whether the bot has left a topic group because it ended.
func (e *Engine) left(g Group) bool { return g.State == core.Ended && e.leavesEnded(g.Ref.Workspace) }

// longOver reports whether a topic ended so long ago that its group is only looked at when
// an event reports something about it.
func (e *Engine) longOver(g Group) bool {
	return g.State == core.Ended && g.Ended != nil && e.clock.Now().Sub(g.Ended.At) > formerWatch
}

// outdatedTopic adds to in the pinned card of a topic group if a message shows an older one,
// and reports whether it does. A run that is ending the group edits the card itself, and
// must not find that a sync has edited it back.
func (t *turn) outdatedTopic(ctx context.Context, in *syncInput, s Shown, g Group) (bool, error) {
	if s.Rev >= g.Rev || g.Life != LiveGroup || t.e.left(g) {
		return false, nil
	}
	ender, err := t.ender(ctx, g)
	if err != nil || ender.State == Parked {
		return false, err
	}
	if ender.State.Live() {
		in.Again = t.afterRun(ender.At)
		return false, nil
	}
	if in.Pins == nil {
		in.Pins = map[string]groupCard{}
	}
	in.Pins[g.Ref.String()] = groupCard{Card: *t.e.topicCard(ctx, g, t.rec.Risk), Rev: g.Rev}
	return true, nil
}

// endsNow reports whether a run is ending a topic group: it may have begun since the sync
// chose what to edit.
func (t *turn) endsNow(ctx context.Context, ref core.GroupRef) (bool, error) {
	g, err := t.groupOf(ctx, ref)
	if err != nil {
		return false, err
	}
	ender, err := t.ender(ctx, g)
	return ender.State.Live() || ender.State == Parked, err
}

// lookAtTopics checks whether the topic groups of the key exist, and have their cards. It
// also follows up events that a group exists again that had ended.
func (t *turn) lookAtTopics(ctx context.Context, in *syncInput) error {
	for _, g := range t.rec.Groups {
		var err error
		switch {
		case g.Type == core.Item:
		case g.Life == GoneGroup && g.Back != nil:
			err = t.lookAtReturned(ctx, g)
		case g.Life == LiveGroup && t.toReopen(g) && g.State != core.Ended && in.Badge == nil && in.Reopen == nil && in.Head == nil:
			in.Group, in.Reopen = g.Ref, new(g.Posting())
		case g.Life == LiveGroup && g.Type == core.Topic:
			err = t.lookAtTopic(ctx, in, g)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lookAtReturned checks whether a group that had ended exists again, as an event said.
func (t *turn) lookAtReturned(ctx context.Context, g Group) error {
	exists, err := t.exists(ctx, g.Ref)
	switch {
	case err != nil:
		return err
	case !exists:
		return t.changeGroup(ctx, g, func(g *Group) { g.Back = nil })
	}
	return t.changeGroup(ctx, g, func(g *Group) { g.Life, g.Since, g.Back, g.Said = LiveGroup, t.e.now(), nil, "" },
		t.event(EventFound, "", map[string]string{"group": g.Ref.String()}))
}

func (t *turn) lookAtTopic(ctx context.Context, in *syncInput, g Group) error {
	pl, err := t.platform(g.Ref.Workspace)
	var now core.GroupState
	if err == nil {
		now, err = pl.LookGroup(ctx, g.Ref)
	}
	ended := now.Ended
	if core.KindOf(err) == core.NotFound {
		ended = g.Said // without a report it may exist without the bot
	}
	switch {
	case ended != "":
		return t.topicEnded(ctx, in, g.Ref, ended)
	case final(err):
		return nil
	case err != nil:
		return people.FailedIn(g.Ref.Workspace, err)
	case t.e.left(g):
		return t.topicReopened(ctx, g)
	case g.Said != "": // it exists again, so the report doesn't count any more
		return t.changeGroup(ctx, g, func(g *Group) { g.Said = "" })
	case now.Name != "" && now.Name != g.Name:
		return t.changeGroup(ctx, g, func(g *Group) { g.Name = now.Name }) // and the sync looks again
	}
	if !slices.Contains(now.Pinned, g.Card) { // it has no bookmark
		return t.repinTopic(ctx, in, g)
	}
	switch {
	case !g.Stale:
	case in.Badge != nil || in.Reopen != nil || in.Head != nil: // one at a time
		in.Again = t.e.clock.Now()
	default:
		in.Group, in.Head = g.Ref, new(t.e.topicText(g))
	}
	return nil
}

// showState has the topic of a channel show the state of its topic group.
func (t *turn) showState(ctx context.Context, ref core.GroupRef, head string) error {
	g, err := t.groupOf(ctx, ref)
	if err != nil || t.e.topicText(g) != head { // it has changed since the sync read it
		return err
	}
	pl, err := t.platform(ref.Workspace)
	if err != nil {
		return err
	}
	report, err := pl.SetGroup(ctx, once{t: t, scope: "head/"}, ref, core.GroupChange{Topic: &head})
	if err != nil && !final(err) {
		return people.FailedIn(ref.Workspace, err)
	}
	for _, f := range report.Failed() {
		t.note(EventPartial, "", map[string]string{"action": "topic", "what": string(f.Part) + " (" + f.Detail + ")"})
	}
	return t.changeGroup(ctx, g, func(g *Group) { g.Stale = g.Stale && t.e.topicText(*g) != head })
}

// repinTopic has sync restore the pinned card of a topic group, unless a run may still do
// so, or is ending the group.
func (t *turn) repinTopic(ctx context.Context, in *syncInput, g Group) error {
	ender, err := t.ender(ctx, g)
	switch creator := t.runOf(g.Run); {
	case err != nil:
		return err
	case ender.State.Live():
		in.Again = t.afterRun(ender.At)
	case in.Badge != nil || in.Reopen != nil || in.Head != nil: // one at a time
		in.Again = t.e.clock.Now()
	case creator.State.Live(): // it may still add the card
		in.Again = t.afterRun(creator.At)
	case creator.State == Parked && g.Card.IsZero(): // a retry of the run finds out
	default:
		in.Group, in.Badge, in.Rev = g.Ref, t.e.topicBadge(ctx, g, t.rec.Risk), g.Rev
	}
	return nil
}

// topicEnded records that a topic group has ended on its platform. Where ending a topic
// archives the group, whoever archives it by hand has ended the topic. If a run is ending
// the group, it is left to the run.
func (t *turn) topicEnded(ctx context.Context, in *syncInput, ref core.GroupRef, how core.Ending) error {
	g, err := t.groupOf(ctx, ref) // since the sync read it, the run may have begun
	if err != nil {
		return err
	}
	ender, err := t.ender(ctx, g)
	if err != nil {
		return err
	}
	if ender.State.Live() {
		in.Again = t.afterRun(ender.At)
		return nil
	}
	archived := how == core.Archived && t.e.leavesEnded(ref.Workspace)
	if g.over(!archived) {
		return nil
	}
	return t.changeGroup(ctx, g, func(g *Group) {
		switch {
		case g.over(!archived): // by now
			return
		case archived:
			*g = g.stateAt(core.Ended, core.Actor{}, t.e.now())
		default:
			g.end(GoneGroup, t.e.now())
		}
		g.Said = ""
	}, t.event(EventGroup, "", map[string]string{"group": ref.String(), "what": string(core.PartState), "state": string(how)}))
}

// topicReopened records that a person has reopened a topic group that the bot had left.
func (t *turn) topicReopened(ctx context.Context, g Group) error {
	return t.changeGroup(ctx, g, func(g *Group) {
		*g = g.stateAt(core.Discussing, core.Actor{}, t.e.now())
		g.Said, g.Stale = "", true
	}, t.event(EventGroup, "", map[string]string{"group": g.Ref.String(), "what": string(core.PartState), "state": string(core.Discussing)}))
}

// runOf returns a run of the key by its ID, zero if it is no longer stored.
func (t *turn) runOf(id string) RunSummary {
	i := slices.IndexFunc(t.rec.Runs, func(r RunSummary) bool { return r.ID.String() == id })
	if i < 0 {
		return RunSummary{}
	}
	return t.rec.Runs[i]
}

// showEnding has the pinned card of a topic group show that it ends, where the bot can't
// edit it afterwards.
func (t *turn) showEnding(ctx context.Context, in *input) error {
	if in.Change.State != core.Ended || !t.e.leavesEnded(in.Group.Workspace) {
		return nil
	}
	g, err := t.groupOf(ctx, in.Group)
	if err != nil || g.Card.IsZero() {
		return err
	}
	pl, err := t.platform(in.Group.Workspace)
	if err != nil {
		return err
	}
	card := t.e.topicCard(ctx, g.stateAt(core.Ended, in.Edit.By, in.Edit.At), t.rec.Risk)
	err = pl.EditMessage(ctx, once{t: t, scope: "card/"}, g.Card, core.Message{Card: card})
	if err != nil && !core.IsStop(err) && final(err) { // deleted by hand
		return nil
	}
	return err
}
