package engine

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"riskroom/core"
)

// groupEdit is what changes in the record of a group, in addition to what a GroupChange
// changes on the platform.
type groupEdit struct {
	By           core.Actor     `json:"by,omitzero"` // on whose behalf
	Owner        core.Account   `json:"owner,omitzero"`
	Admins       []core.Account `json:"admins,omitempty"` // added
	RemoveAdmins []core.Account `json:"remove_admins,omitempty"`
	At           time.Time      `json:"at,omitzero"`     // of a change of a topic group's state
	Topic        *string        `json:"topic,omitempty"` // of a topic group's channel, without the state
}

// Title returns the group's name for people, or its ID if the name is unknown. If there are
// several workspaces, it says which.
func (g Group) Title(o *core.Organisation) string {
	switch {
	case g.Name == "":
		return g.Ref.String()
	case len(o.Workspaces) < 2:
		return g.Name
	}
	return g.Name + " (" + g.Ref.Workspace + ")"
}

// groupAt returns the record of a group that riskroom created, and everything that
// belongs to its key; NotFound if it created no such group.
func (e *Engine) groupAt(ctx context.Context, ref core.GroupRef) (Record, Group, error) {
	g, err := e.store.GroupAt(ctx, ref)
	key := g.Key
	if core.KindOf(err) == core.NotFound {
		key, err = e.store.RiskOf(ctx, ref)
	}
	if err != nil {
		return Record{}, Group{}, err
	}
	rec, err := e.store.Get(ctx, key)
	if err != nil {
		return Record{}, Group{}, err
	}
	g, err = e.groupOf(ctx, rec, ref)
	return rec, g, err
}

// groupOf returns the record of a group of rec, or NotFound. Versions before the record
// existed stored the binding, and the outcome of the step that created the group.
func (e *Engine) groupOf(ctx context.Context, rec Record, ref core.GroupRef) (Group, error) {
	if i := slices.IndexFunc(rec.Groups, func(g Group) bool { return g.Ref == ref }); i >= 0 {
		return rec.Groups[i], nil
	}
	b := rec.Binding
	if b.Group != ref || ref.IsZero() {
		return Group{}, &core.Error{Op: "group of " + string(rec.Risk.Key), Kind: core.NotFound, Detail: "no_group"}
	}
	made, err := e.creation(ctx, b)
	return Group{Key: rec.Risk.Key, Ref: ref, Type: core.Item, Run: b.Run.String(),
		Name: made.Name, Suffix: made.Suffix, Owner: made.Owner, Card: b.Badge}, err
}

// groupOf returns the record of a group that the run acts on. A group that riskroom
// didn't create has no key.
func (t *turn) groupOf(ctx context.Context, ref core.GroupRef) (Group, error) {
	_, g, err := t.e.groupAt(ctx, ref)
	if core.KindOf(err) != core.NotFound {
		return g, err
	}
	if made := outcomeOf(t.run, ref); made.Group != nil { // by an earlier step of the run, under an older version
		return Group{Key: t.run.ID.Risk, Ref: ref, Type: core.Ordinary, Run: t.run.ID.String(),
			Name: made.Name, Suffix: made.Suffix, Owner: made.Owner}, nil
	}
	return Group{Ref: ref}, nil
}

// groupChange is a change of a group's record.
type groupChange struct {
	edit   func(*Group) // may be called several times, each time on what is stored
	lease  Lease        // of the run that changes it, if it belongs to the same key
	timers []TimerChange
	events []Event
}

// changeGroup changes the record of a group, and does nothing if that leaves it as it is.
// old is the record as read; it is read again if somebody else has changed it.
func (e *Engine) changeGroup(ctx context.Context, old Group, c groupChange) error {
	var err error
	for range changeTries {
		was, encErr := old.Encode()
		if encErr != nil {
			return encErr
		}
		next, decErr := DecodeGroup(was) // shares nothing with old
		if decErr != nil {
			return decErr
		}
		c.edit(&next)
		if now, encErr := next.Encode(); encErr != nil || bytes.Equal(was, now) {
			return encErr
		}
		next.Rev = old.Rev + 1
		timers := c.timers
		if next.over(false) && !old.over(false) {
			timers = slices.Concat(timers, e.groupTimers(next, true))
		}
		err = e.store.ChangeGroup(ctx, GroupUpdate{Group: next, Expect: old.Rev, Lease: c.lease, Timers: timers, Events: c.events})
		if core.KindOf(err) != core.Conflict {
			return err
		}
		if _, old, err = e.groupAt(ctx, old.Ref); err != nil {
			return err
		}
	}
	return core.Unanswered("change group "+old.Ref.String(), err)
}

// changeGroup changes a group's record under the run's lease.
func (t *turn) changeGroup(ctx context.Context, g Group, edit func(*Group), events ...Event) error {
	return t.changeGroupAnd(ctx, g, nil, edit, events...)
}

// changeGroupAnd does the same, and changes timers of the group's key.
func (t *turn) changeGroupAnd(ctx context.Context, g Group, timers []TimerChange, edit func(*Group), events ...Event) error {
	c := groupChange{edit: edit, events: events, timers: append(timers, t.e.syncAt(g.Key, t.e.clock.Now()))}
	if err := t.recordResult(ctx); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if g.Key == t.run.ID.Risk {
		c.lease = t.lease
	}
	return t.e.changeGroup(ctx, g, c)
}

// maxGroupOps is how many of the last changes of a group's record are recognised.
const maxGroupOps = 8

// record stores in a group's record what a step has done to the group. name is the
// group's, "" if it is not known now. done says that nothing of the step is left to do:
// only then is the step in the trail. What it decided about owner and admins is stored
// once, even if it is performed again after a crash.
func (t *turn) record(ctx context.Context, ref core.GroupRef, in *input, name string, r core.Report, done bool) error {
	g, err := t.groupOf(ctx, ref)
	if err != nil || g.Key == "" {
		return err
	}
	op, now := t.run.ID.Flow+"/"+t.run.ID.Occurrence+"/"+strconv.Itoa(t.run.Step), t.e.now()
	data := in.what()
	data["group"] = ref.String()
	if name != "" {
		data["name"] = name
	}
	ev := t.event(EventGroup, "", data)
	switch {
	case in.Edit != nil:
		ev.Actor = in.Edit.By
	case in.Opened != nil:
		ev.Actor = in.Opened.By
	}
	var events []Event
	if done {
		events = append(events, ev)
	}
	followed := in.Involved
	if followed == nil { // the input of an older version
		followed = t.e.involved(t.rec.Risk)
	}
	return t.changeGroup(ctx, g, func(g *Group) {
		if slices.Contains(g.Ops, op) {
			return
		}
		g.Name = cmp.Or(name, g.Name)
		g.report(r, in, now)
		if in.Spec != nil && g.Followed == nil {
			g.Followed = followed
		}
		if !done {
			return
		}
		g.Ops = append(g.Ops, op)
		g.Ops = g.Ops[max(0, len(g.Ops)-maxGroupOps):]
		if in.Edit != nil {
			g.apply(*in.Edit)
		}
	}, events...)
}

// apply changes owner and admins. The owner isn't also an admin.
func (g *Group) apply(e groupEdit) {
	for _, a := range e.Admins {
		if !slices.Contains(g.Admins, a) {
			g.Admins = append(g.Admins, a)
		}
	}
	if !e.Owner.IsZero() {
		g.Owner, g.Away, g.Orphan = e.Owner, time.Time{}, false
	}
	g.Admins = slices.DeleteFunc(g.Admins, func(a core.Account) bool { return a == g.Owner || slices.Contains(e.RemoveAdmins, a) })
}

// report records what the platform reports.
func (g *Group) report(r core.Report, in *input, now time.Time) {
	for _, o := range r.Outcomes {
		switch {
		case o.Part == core.PartMember && (o.Kind == "" || o.Kind.Final()):
			g.member(o.Account, Member{Code: o.Detail, At: now})
		case o.Kind != "":
		case o.Part == core.PartTopic && in.Edit != nil && in.Edit.Topic != nil:
			g.Topic = *in.Edit.Topic
		case o.Part == core.PartRemoved:
			g.member(o.Account, Member{Left: true, At: now})
		case o.Part == core.PartState && in.Change != nil:
			g.setState(in, now)
			g.Saved = r.Saved
		case o.Part == core.PartDissolve:
			g.end(GoneGroup, now)
			g.Saved, g.Shut = r.Saved, r.Saved != ""
		case o.Part == core.PartAnnouncement:
			g.Announcement = r.Announcement
		}
	}
	if in.Change != nil && in.Change.Mute != nil && done(r, core.PartMute) {
		g.Muted, g.Saved = *in.Change.Mute, r.Saved
	}
	if !r.Badge.IsZero() {
		g.Card = r.Badge
	}
	for _, m := range in.Missing {
		if in.Spec == nil { // perhaps they were not to be added
			break
		}
		if a, ok := m.Ref.Account(); ok && !slices.Contains(in.Unwanted, m.Ref) {
			g.member(a, Member{Code: m.Code, At: now})
		}
	}
}

// done reports whether a part was set, for at least one person if it is set for people.
func done(r core.Report, p core.Part) bool {
	return slices.ContainsFunc(r.Outcomes, func(o core.Outcome) bool { return o.Part == p && o.Kind == "" })
}

// setState records the state of a topic group.
func (g *Group) setState(in *input, now time.Time) {
	if g.State == in.Change.State {
		return
	}
	by := core.Actor{}
	if in.Edit != nil {
		by = in.Edit.By
		if !in.Edit.At.IsZero() {
			now = in.Edit.At // as the closing message says
		}
	}
	*g = g.stateAt(in.Change.State, by, now)
}

// member records what became of a person, with the time when that was first so.
func (g *Group) member(a core.Account, m Member) {
	if old, ok := g.Members[a.String()]; ok && old.Code == m.Code && old.Left == m.Left {
		return
	}
	if g.Members == nil {
		g.Members = map[string]Member{}
	}
	g.Members[a.String()] = m
}
