package engine

import (
	"context"
	"slices"

	"riskroom/core"
	"riskroom/core/people"
)

// SetGroup changes a group. Its owner, its admins and administrators may. What isn't set
// stays as it is; a text that is empty is cleared.
type SetGroup struct {
	Group        core.GroupRef
	Name         *string
	Topic        *string
	Purpose      *string
	Announcement *string
	Owner        core.Ref
	Admins       []core.Ref // added
	RemoveAdmins []core.Ref
	Add          []core.Ref
	Remove       []core.Ref
	Mute         *Mute
	State        core.TopicState
	Dissolve     bool
}

// Mute says who may not post in a group: all its members, or some people.
type Mute struct {
	All    bool
	People []core.Ref
}

func (o SetGroup) group() core.GroupRef { return o.Group }

func (o SetGroup) decide(ctx context.Context, d groupDeed) (groupTask, error) {
	task := groupTask{Key: d.now.Key, Input: input{Version: d.rec.Risk.Version, Group: o.Group}}
	if err := d.mayOperate(ctx); err != nil {
		return task, err
	}
	w := groupWish{by: d.by, name: o.Name, topic: o.Topic, purpose: o.Purpose, announcement: o.Announcement, state: o.State, dissolve: o.Dissolve}
	var failed error
	accounts := func(field string, refs ...core.Ref) []core.Account {
		list, missing, err := d.e.people.Resolve(ctx, people.Qualify(refs, o.Group.Workspace), o.Group.Workspace)
		for i, a := range list {
			if a.Workspace != o.Group.Workspace {
				missing = append(missing, people.Unresolved{Ref: core.RefOf(list[i]), Code: otherWorkspace})
			}
		}
		switch {
		case failed != nil:
		case err != nil:
			failed = core.Unanswered("people of a group", err)
		case len(missing) > 0:
			failed = core.Refuse(core.NotFound, "group_person", field, "Name", d.e.whoIs(ctx, missing[0].Ref), "Workspace", o.Group.Workspace)
		case len(list) > core.MaxMembers: // a user group may have thousands
			failed = core.Refuse(core.Invalid, "group_many", field, "Max", core.MaxMembers)
		}
		return list
	}
	if o.Owner != "" {
		if list := accounts("owner", o.Owner); len(list) > 0 {
			w.owner = list[0]
		}
	}
	w.admins, w.removeAdmins = accounts("admins", o.Admins...), accounts("remove_admins", o.RemoveAdmins...)
	w.add, w.remove = accounts("add", o.Add...), accounts("remove", o.Remove...)
	if o.Mute != nil {
		w.mute = &core.Mute{All: o.Mute.All, People: accounts("mute", o.Mute.People...)}
	}
	if failed != nil {
		return task, failed
	}
	pl, err := d.e.workspaces.Get(o.Group.Workspace)
	if err != nil {
		return task, core.Unanswered("group", err)
	}
	skipped, refusal := w.fill(d.e.org, &task.Input, d.now, pl.Capabilities())
	if refusal != nil {
		return task, refusal
	}
	if len(skipped) > 0 {
		return task, core.Refuse(core.Unsupported, "group_unsupported", string(skipped[0].part), "Part", string(skipped[0].part), "Why", skipped[0].why)
	}
	if len(task.Input.parts()) == 0 {
		return task, core.Refuse(core.Invalid, "group_nothing", "", "Group", d.now.Title(d.e.org))
	}
	d.e.setTopicState(&task.Input, d.now, d.e.now())
	return task, nil
}

// groupWish is what somebody wants changed in a group, with people as accounts.
type groupWish struct {
	by                                 core.Actor
	name, topic, purpose, announcement *string
	owner                              core.Account
	admins, removeAdmins, add, remove  []core.Account
	mute                               *core.Mute
	state                              core.TopicState
	dissolve                           bool
}

// changes reports whether something else is wanted than a state and the end of the group.
func (w groupWish) changes() bool {
	texts := w.name != nil || w.topic != nil || w.purpose != nil || w.announcement != nil
	return texts || !w.owner.IsZero() || w.mute != nil || len(w.admins)+len(w.removeAdmins)+len(w.add)+len(w.remove) > 0
}

// unsupported is a part that the group's workspace can't set, and why.
type unsupported struct {
	part core.Part
	why  string
}

// fill writes the change of a group into a step's input. Parts that the workspace lacks
// are left out and returned. It refuses what contradicts itself or the group's type.
func (w groupWish) fill(o *core.Organisation, in *input, g Group, can core.Capabilities) ([]unsupported, *core.Refusal) {
	ours := w.state != "" || w.dissolve || !w.owner.IsZero() || len(w.admins)+len(w.removeAdmins) > 0
	switch {
	case g.Key == "" && ours:
		return nil, core.Refuse(core.Invalid, "group_unknown", "")
	case g.Life == GoneGroup:
		return nil, core.Refuse(core.Conflict, "group_gone", "", "Group", g.Title(o))
	case w.state != "" && g.Type != core.Topic:
		return nil, core.Refuse(core.Invalid, "group_not_topic", "state", "Group", g.Title(o))
	case w.dissolve && w.state == core.Discussing:
		return nil, core.Refuse(core.Invalid, "group_contradiction", "state", "Group", g.Title(o))
	case w.state == core.Discussing && g.State == core.Ended && can.End.Leaves:
		return nil, core.Refuse(core.Unsupported, "topic_reopen_by_hand", "state", "Group", g.Title(o))
	case g.State == core.Ended && w.state != core.Discussing && w.changes():
		return nil, core.Refuse(core.Conflict, "topic_over", "", "Group", g.Title(o))
	case w.state == g.State:
		w.state = "" // the group needn't be told again
	}
	c := &core.GroupChange{Name: w.name, Topic: w.topic, Purpose: w.purpose, Remove: w.remove, Mute: w.mute, State: w.state}
	if c.Name != nil {
		c.Suffix = g.Suffix
	}
	if c.Purpose != nil {
		c.Type = g.Type
	}
	if a := w.announcement; a != nil {
		c.Announcement = &core.Announcement{Old: g.Announcement}
		if *a != "" {
			c.Announcement.Message = &core.Message{Text: plain(*a)}
		}
	}
	if w.dissolve {
		c.Dissolve = core.DissolveArchive
	}
	removesMuted := slices.ContainsFunc(c.Remove, func(a core.Account) bool { return slices.Contains(g.Muted.People, a) })
	if c.Mute != nil || c.State != "" || c.Dissolve != "" || removesMuted {
		c.Posting = g.Posting()
	}
	edit := &groupEdit{By: w.by, Admins: w.admins, RemoveAdmins: w.removeAdmins}
	if w.owner != g.Owner {
		edit.Owner = w.owner
	}
	for _, a := range slices.Concat([]core.Account{edit.Owner}, w.admins, w.add) { // owner and admins are members
		if !a.IsZero() && !slices.Contains(c.Add, a) {
			c.Add = append(c.Add, a)
			c.Posting = g.Posting()
		}
	}
	in.Change, in.Edit = c, edit
	return limitTo(c, can), nil
}

// limitTo leaves out what a workspace can't set, and returns it.
func limitTo(c *core.GroupChange, can core.Capabilities) []unsupported {
	var out []unsupported
	lacks := func(set bool, part core.Part) bool {
		a := can.Set[part]
		if !set || a.Support != core.Lacking {
			return false
		}
		out = append(out, unsupported{part, a.Why})
		return true
	}
	if lacks(c.Name != nil, core.PartName) {
		c.Name, c.Suffix = nil, ""
	}
	if lacks(c.Topic != nil, core.PartTopic) {
		c.Topic = nil
	}
	if lacks(c.Purpose != nil, core.PartPurpose) {
		c.Purpose = nil
	}
	if lacks(c.Announcement != nil, core.PartAnnouncement) {
		c.Announcement = nil
	}
	if lacks(len(c.Add) > 0, core.PartMember) {
		c.Add = nil
	}
	if lacks(len(c.Remove) > 0, core.PartRemoved) {
		c.Remove = nil
	}
	if lacks(c.Mute != nil, core.PartMute) {
		c.Mute = nil
	}
	if c.Mute != nil && len(c.Mute.People) > 0 && can.Mute.Support == core.Lacking {
		out = append(out, unsupported{core.PartMute, can.Mute.Why})
		c.Mute = nil
	}
	if lacks(c.State != "", core.PartState) {
		c.State = ""
	}
	if lacks(c.Dissolve != "", core.PartDissolve) {
		c.Dissolve = ""
	}
	return out
}
