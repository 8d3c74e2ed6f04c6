package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"riskroom/core"
	"riskroom/core/people"
)

// syncInput is what one sync changes.
type syncInput struct {
	Cards map[string]core.Card `json:"cards,omitempty"` // by workspace
	Small *core.Card           `json:"small,omitempty"` // of badges
	Pins  map[string]groupCard `json:"pins,omitempty"`  // of topic groups, by group
	Edits []string             `json:"edits,omitempty"` // IDs of the shown messages to edit
	Group core.GroupRef        `json:"group,omitzero"`
	Badge *core.Badge          `json:"badge,omitempty"` // to repair in Group
	Rev   int64                `json:"rev,omitempty"`   // of the record that the badge of a topic group shows
	Again time.Time            `json:"again,omitzero"`  // when to sync again, zero if not needed

	Newcomers *newcomers    `json:"newcomers,omitempty"` // of Group
	Reopen    *core.Posting `json:"reopen,omitempty"`    // who may post in Group, which exists again
	Head      *string       `json:"head,omitempty"`      // what the topic of Group, a topic group, is to show

	Revive []string        `json:"revive,omitempty"` // IDs of shown messages that can be updated again
	Former core.GroupRef   `json:"former,omitzero"`  // the group of Edits, if they take the buttons out of it
	Unpin  core.MessageRef `json:"unpin,omitzero"`   // the badge in Former
}

const (
	maxEdits    = 50              // in one sync
	afterOthers = 2 * time.Second // how long sync waits for a run that is acting
)

// OthersAct is the reason of a sync that waits a moment, because another run of the risk is in
// the middle of a call.
const OthersAct = "others_act"

// syncAt returns the change that arms a risk's sync.
func (e *Engine) syncAt(risk core.RiskKey, at time.Time) TimerChange {
	return TimerChange{Do: ArmSync, Run: RunID{Risk: risk, Flow: SyncFlow}, Due: at}
}

// sync brings what platforms show of a risk up to date. It compares and writes
// the difference, whatever armed it.
func (t *turn) sync(ctx context.Context) error {
	t.stepKey = "sync"
	rec, err := t.read(ctx)
	if core.KindOf(err) == core.NotFound {
		return t.end(ctx, Finished, "no_risk", performed{})
	}
	if err != nil {
		return t.endTurn(ctx, err, performed{})
	}
	t.rec = rec
	in := &input{Sync: &syncInput{}}
	if t.run.Input != nil {
		if err := json.Unmarshal(t.run.Input, in); err != nil {
			return t.end(ctx, Parked, "stored_input", performed{})
		}
	} else {
		if until := t.othersAct(); !until.IsZero() {
			return t.reschedule(ctx, verdict{course: wait, code: OthersAct, until: until}, performed{})
		}
		in.Version = rec.Risk.Version
		later, err := t.checkOwners(ctx)
		if err == nil {
			in.Sync, err = t.difference(ctx)
		}
		if err != nil {
			return t.endTurn(ctx, err, performed{})
		}
		in.Sync.Again = earlier(in.Sync.Again, later)
		if t.input, err = in.encode(); err != nil {
			return t.end(ctx, Parked, core.DetailOf(err), performed{})
		}
	}
	p, err := t.update(ctx, in.Sync)
	if err != nil {
		return t.endTurn(ctx, err, p)
	}
	return t.endSync(ctx, in, p)
}

func (t *turn) endSync(ctx context.Context, in *input, p performed) error {
	s := p.addTo(Complete{To: Finished, Timers: t.takeNotices()})
	s.Seen = in.Version
	for _, sh := range p.shown {
		s.Events = append(s.Events, t.event(EventSynced, "", map[string]string{"what": sh.ID, "where": sh.Ref.String()}))
	}
	if !in.Sync.Again.IsZero() {
		s.Timers = append(s.Timers, t.e.syncAt(t.run.ID.Risk, in.Sync.Again))
	}
	return t.completeAs(ctx, s)
}

// earlier returns the earlier of two times, of which a zero one is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// othersAct returns when to try again if another run of the risk is in the middle
// of a call, zero if none is. Parked runs and notices don't count.
func (t *turn) othersAct() time.Time {
	var until time.Time
	for _, r := range t.rec.Runs {
		if r.ID == t.run.ID || r.ID.Flow == NoticeFlow || !r.State.Live() || !r.Open {
			continue
		}
		until = earlier(until, t.afterRun(r.At))
	}
	return until
}

// difference returns what has to change. Outdated cards come first, because
// finding them needs no call and people read them.
func (t *turn) difference(ctx context.Context) (*syncInput, error) {
	in := &syncInput{Cards: map[string]core.Card{}}
	r := t.rec.Risk
	view := t.e.shownOf(t.rec)
	for _, s := range t.rec.Shown {
		g, topic := t.topicAt(s.Group)
		topic = topic && s.Badge
		switch {
		case topic:
			outdated, err := t.outdatedTopic(ctx, in, s, g)
			if err != nil {
				return in, err
			}
			if !outdated {
				continue
			}
		case s.Gone || t.dormant(s) || s.Version >= r.Version && !s.Bare && s.Marks == t.marksOf(s, view):
			continue
		case s.Badge:
			in.Small = t.e.badge(ctx, r, t.itemAt(s.Group)).Message.Card
		default:
			if _, ok := in.Cards[s.Ref.Workspace]; !ok {
				in.Cards[s.Ref.Workspace] = *t.e.card(ctx, view, s.Ref.Workspace, t.e.org.Language)
			}
		}
		in.Edits = append(in.Edits, s.ID)
		in.Again = t.e.clock.Now()
		if len(in.Edits) == maxEdits {
			break
		}
	}
	if len(in.Edits) > 0 {
		return in, nil
	}
	if err := t.lookAtGroup(ctx, in); err != nil {
		return in, err
	}
	if err := t.follow(ctx, in); err != nil || in.Badge != nil || in.Newcomers != nil || in.Reopen != nil || len(in.Revive) > 0 {
		return in, err
	}
	if err := t.lookAtFormers(ctx, in); err != nil {
		return in, err
	}
	return in, t.lookAtTopics(ctx, in)
}

// itemAt returns the record of the risk's item group, as the run has read it.
func (t *turn) itemAt(ref core.GroupRef) Group {
	i := slices.IndexFunc(t.rec.Groups, func(g Group) bool { return g.Ref == ref })
	if i < 0 {
		return Group{Ref: ref} // of an older version, until something of it changes
	}
	return t.rec.Groups[i]
}

// marksOf returns what a shown message should show in addition to the risk.
func (t *turn) marksOf(s Shown, v View) string {
	if s.Badge {
		return groupMarks(t.itemAt(s.Group))
	}
	return marks(v.Unreached)
}

// lookAtGroup checks whether the item group exists and has its badge.
func (t *turn) lookAtGroup(ctx context.Context, in *syncInput) error {
	binding := t.rec.Binding
	if binding.State != Bound && binding.State != Lost {
		return nil
	}
	pl, err := t.platform(binding.Group.Workspace)
	var state core.GroupState
	if err == nil {
		state, err = pl.LookGroup(ctx, binding.Group)
	}
	switch {
	case core.KindOf(err) == core.NotFound || state.Ended != "":
		return t.outOfSight(ctx, in, cmp.Or(state.Ended, binding.Ended), core.DetailOf(err))
	case final(err):
		t.note(EventFailed, "", map[string]string{"action": "look_group", "code": core.DetailOf(err)})
		return nil
	case err != nil:
		return people.FailedIn(binding.Group.Workspace, err)
	case t.revive(in, binding.Group):
		return nil
	case binding.State == Lost || binding.Ended != "":
		if err := t.markFound(ctx); err != nil {
			return err
		}
		in.Again = t.e.clock.Now() // its messages may be out of date
	}
	g, err := t.live(ctx, binding.Group, state.Name)
	if err != nil {
		return err
	}
	t.planClosing(g)
	if t.toReopen(g) {
		in.Group, in.Reopen = binding.Group, new(g.Posting())
	}
	if !binding.Badge.IsZero() && state.Badged && slices.Contains(state.Pinned, binding.Badge) {
		return nil
	}
	switch creator := t.creator(); {
	case creator.State.Live():
		// The run may still add the badge, even if no call is open now: it may be
		// waiting, or its worker was killed.
		in.Again = t.afterRun(creator.At)
	case creator.State == Parked && binding.Badge.IsZero():
		// The badge may exist. A retry of the run finds out.
	default:
		in.Group = binding.Group
		in.Badge = t.e.badge(ctx, t.rec.Risk, t.itemAt(binding.Group))
		in.Badge.Ref = binding.Badge
	}
	return nil
}

// afterRun returns when to sync again if another run, whose timer is at a time, has to act
// first.
func (t *turn) afterRun(at time.Time) time.Time {
	soon := t.e.clock.Now().Add(afterOthers)
	if at.After(soon) {
		return at
	}
	return soon
}

// creator returns the run that created the item group, zero if it is no longer
// stored.
func (t *turn) creator() RunSummary {
	i := slices.IndexFunc(t.rec.Runs, func(r RunSummary) bool { return r.ID == t.rec.Binding.Run })
	if i < 0 {
		return RunSummary{}
	}
	return t.rec.Runs[i]
}

// update edits cards, posts deleted ones again, and repairs the badge.
func (t *turn) update(ctx context.Context, in *syncInput) (performed, error) {
	var p performed
	var left error
	for _, s := range t.rec.Shown {
		if slices.Contains(in.Revive, s.ID) {
			s.Gone, s.Version = false, 0 // to be edited
			p.shown = append(p.shown, s)
		}
		if !slices.Contains(in.Edits, s.ID) {
			continue
		}
		m := core.Message{Text: s.Title}
		if pin, ok := in.Pins[s.Group.String()]; ok && s.Badge {
			if ends, err := t.endsNow(ctx, s.Group); ends || err != nil {
				left = cmp.Or(left, err)
				continue
			}
			m, s.Rev = core.Message{Card: &pin.Card}, pin.Rev
		} else if s.Badge {
			m = core.Message{Card: in.Small}
		} else if c, ok := in.Cards[s.Ref.Workspace]; ok {
			if s.Brief {
				c.Body = nil
			}
			m.Card = &c
		}
		if m.Card == nil {
			continue
		}
		now, err := t.updateMessage(ctx, s, m, !in.Former.IsZero())
		switch {
		case err == nil:
			p.shown = append(p.shown, now)
		case core.IsStop(err):
			return p, err
		case final(err):
			if out, err := t.hasGone(ctx, in.Former); out || err != nil {
				return p, err // its return is an event, after which the rest is edited
			}
			now.Gone = true
			p.shown = append(p.shown, now)
		default:
			left = cmp.Or(left, err)
		}
	}
	if in.Badge != nil {
		if err := t.repairBadge(ctx, in, &p); err != nil {
			left = cmp.Or(left, err)
		}
	}
	if !in.Former.IsZero() && left == nil {
		left = t.leave(ctx, in)
	}
	if in.Reopen != nil {
		left = cmp.Or(left, t.reopen(ctx, in.Group, *in.Reopen))
	}
	if in.Head != nil {
		left = cmp.Or(left, t.showState(ctx, in.Group, *in.Head))
	}
	if in.Newcomers != nil {
		left = cmp.Or(left, t.invite(ctx, in.Group, in.Newcomers))
	}
	return p, left
}

// updateMessage edits a message. If it was deleted, it is posted again, unless it is to
// be bare.
func (t *turn) updateMessage(ctx context.Context, s Shown, m core.Message, bare bool) (Shown, error) {
	pl, err := t.platform(s.Ref.Workspace)
	if err != nil {
		return s, err
	}
	s.Version, s.Marks, s.Bare = m.Card.Version, m.Card.Marks, bare
	err = pl.EditMessage(ctx, once{t: t, scope: "edit:" + s.ID + "/"}, s.Ref, m)
	if core.KindOf(err) != core.NotFound || core.IsStop(err) || s.Badge || bare {
		return s, people.FailedIn(s.Ref.Workspace, err)
	}
	ref, err := t.deliver(ctx, once{t: t, scope: "again:" + s.ID + "/"}, s, m)
	if err == nil {
		s.Ref = ref
	}
	return s, err
}

// repairBadge restores what is missing of the badge.
func (t *turn) repairBadge(ctx context.Context, in *syncInput, p *performed) error {
	pl, err := t.platform(in.Group.Workspace)
	if err != nil {
		return err
	}
	report, err := pl.SetGroup(ctx, once{t: t, scope: "badge/"}, in.Group, core.GroupChange{Badge: in.Badge})
	if err != nil && !final(err) {
		return people.FailedIn(in.Group.Workspace, err)
	}
	for _, f := range report.Failed() {
		t.note(EventPartial, "", map[string]string{"action": "badge", "what": string(f.Part) + " (" + f.Detail + ")"})
	}
	if report.Badge.IsZero() || report.Badge == in.Badge.Ref {
		return nil
	}
	if topic, ok := t.topicAt(in.Group); ok {
		if err := t.changeGroup(ctx, topic, func(g *Group) { g.Card = report.Badge }); err != nil {
			return err
		}
	} else {
		p.badge = report.Badge
	}
	p.shown = slices.DeleteFunc(p.shown, func(s Shown) bool { return s.Badge })
	p.shown = append(p.shown, Shown{ID: t.badgeID(in.Group), Ref: report.Badge, Group: in.Group, Badge: true,
		Version: in.Badge.Message.Card.Version, Marks: in.Badge.Message.Card.Marks, Rev: in.Rev})
	t.postFiles(report.Badge)
	return nil
}

// badgeID returns the ID of the shown badge of a group, the same as of the one that it
// replaces.
func (t *turn) badgeID(g core.GroupRef) string {
	for _, s := range t.rec.Shown {
		if s.Badge && s.Group == g {
			return s.ID
		}
	}
	return "sync/badge/" + g.String()
}
