package adaptertest

import (
	"slices"
	"strings"

	"riskroom/core"
)

// newPurpose is the purpose that groups are changed to.
const newPurpose = "Say why it was rounding"

func setPurpose(to string) action {
	return setGroup(core.PartPurpose, func(*rig, place) core.GroupChange {
		return core.GroupChange{Purpose: new(to), Type: core.Ordinary}
	})
}

// clearPurpose removes a group's purpose.
func clearPurpose() action { return called("set_group (purpose cleared)", setPurpose("")) }

// itemPurpose changes the purpose of an item group.
func itemPurpose() action {
	a := setGroup(core.PartPurpose, func(*rig, place) core.GroupChange {
		return core.GroupChange{Purpose: new(newPurpose), Type: core.Item}
	})
	a.name, a.prepare, a.lacking = "set_group (purpose of an item group)", anItemGroup, func(c core.Capabilities) bool {
		return lacks(c.Groups, core.Item) || lacks(c.Set, core.PartPurpose)
	}
	return a
}

// announcement returns a message to announce, with a mention.
func announcement(r *rig, what string) *core.Message {
	return &core.Message{Text: []core.Span{core.Plain(what + ": ask "), core.Mention(r.cast.People[1])}}
}

// announced posts the first announcement in a group.
func announced() action {
	return setGroup(core.PartAnnouncement, func(r *rig, _ place) core.GroupChange {
		return core.GroupChange{Announcement: &core.Announcement{Message: announcement(r, "The ledger is closed")}}
	})
}

// announcedAgain replaces an announcement.
func announcedAgain() action {
	a := setGroup(core.PartAnnouncement, func(r *rig, at place) core.GroupChange {
		return core.GroupChange{Announcement: &core.Announcement{Message: announcement(r, "The ledger is open again"), Old: at.message}}
	})
	a.name, a.prepare = "set_group (announcement replaced)", anAnnouncement
	return a
}

// announcementCleared unpins an announcement.
func announcementCleared() action {
	a := setGroup(core.PartAnnouncement, func(_ *rig, at place) core.GroupChange {
		return core.GroupChange{Announcement: &core.Announcement{Old: at.message}}
	})
	a.name, a.prepare = "set_group (announcement cleared)", anAnnouncement
	return a
}

// anAnnouncement creates an ordinary group with an announcement.
func anAnnouncement(r *rig) place {
	at := aGroup(r)
	res, _ := r.perform(called("prepare an announcement", announced()), at)
	at.message = res.report.Announcement
	return at
}

// textChanges are the effects of SetGroup on a group's purpose and announcement.
func textChanges() []scenario {
	return []scenario{
		change("the purpose", setPurpose(newPurpose), core.PartPurpose, func(r *rig, before, after GroupView, _ result) {
			if after.Purpose != newPurpose || after.Topic != before.Topic || after.Name != before.Name {
				r.t.Errorf("the group is now %+v", after)
			}
		}),
		change("no purpose", clearPurpose(), core.PartPurpose, func(r *rig, before, after GroupView, _ result) {
			if after.Purpose != "" || after.Topic != before.Topic {
				r.t.Errorf("the group is now %+v", after)
			}
		}),
		change("the purpose of an item group", itemPurpose(), core.PartPurpose, purposeOfItem),
		change("an announcement", announced(), core.PartAnnouncement, func(r *rig, _, after GroupView, res result) {
			r.wantShown(r.only(after.Messages), *announcement(r, "The ledger is closed"))
			r.wantPinned(after, res.report.Announcement)
		}),
		change("another announcement", announcedAgain(), core.PartAnnouncement, func(r *rig, before, after GroupView, res result) {
			if len(after.Messages) != 2 || res.report.Announcement == before.Pinned[0] {
				r.t.Errorf("there are %d messages, and the announcement is %s", len(after.Messages), res.report.Announcement)
			}
			r.wantPinned(after, res.report.Announcement)
		}),
		change("no announcement", announcementCleared(), core.PartAnnouncement, func(r *rig, _, after GroupView, res result) {
			if len(after.Messages) != 1 || !res.report.Announcement.IsZero() {
				r.t.Errorf("there are %d messages, and the announcement is %s", len(after.Messages), res.report.Announcement)
			}
			r.wantPinned(after)
		}),
		{"an announcement of another group", announced().lacking, announcementElsewhere},
		{"an announcement that is gone", announcedAgain().lacking, func(r *rig, _ Harness) {
			at := aGroup(r)
			at.message = r.cast.Missing(at.group.Ref)
			res, _ := r.perform(announcedAgain(), at)
			r.wantOutcome(res.report, core.Outcome{Part: core.PartAnnouncement})
		}},
	}
}

// purposeOfItem checks that a purpose leaves what else is below the topic, if the
// platform keeps it there.
func purposeOfItem(r *rig, before, after GroupView, _ result) {
	if after.Purpose != strings.Replace(before.Purpose, groupPurpose, newPurpose, 1) || after.Topic != before.Topic {
		r.t.Errorf("the purpose is %q and was %q, the topic is %q", after.Purpose, before.Purpose, after.Topic)
	}
}

func announcementElsewhere(r *rig, _ Harness) {
	at := aGroup(r)
	at.message = core.MessageRef{Workspace: r.cast.Workspace, Channel: r.cast.Hidden.ID, ID: r.cast.Missing(at.group.Ref).ID}
	res, _ := r.start(announcedAgain(), at).try(Script{}, nil)
	r.wantKind("an old announcement elsewhere", res, core.Invalid)
	if v := r.view(at.group.Ref); len(v.Messages)+len(v.Pinned) > 0 {
		r.t.Errorf("it posted %v and pinned %v", v.Messages, v.Pinned)
	}
}

// wantPinned checks what is pinned in a group.
func (r *rig) wantPinned(v GroupView, want ...core.MessageRef) {
	r.t.Helper()
	for _, ref := range want {
		r.wantRef(ref, v.Messages)
	}
	if !slices.Equal(v.Pinned, want) {
		r.t.Errorf("pinned are %v, want %v", v.Pinned, want)
	}
}
