package adaptertest

import (
	"slices"
	"strings"

	"riskroom/core"
)

// The name and topic that groups are changed to.
const (
	newName  = "Ledger is right again"
	newTopic = "It was rounding"
)

func rename() action {
	return setGroup(core.PartName, func(*rig, place) core.GroupChange {
		return core.GroupChange{Name: new(newName), Suffix: "r-17"}
	})
}

func setTopic() action {
	return setGroup(core.PartTopic, func(*rig, place) core.GroupChange { return core.GroupChange{Topic: new(newTopic)} })
}

func add() action {
	return setGroup(core.PartMember, func(r *rig, _ place) core.GroupChange { return core.GroupChange{Add: r.cast.People[3:5]} })
}

func remove() action {
	return setGroup(core.PartRemoved, func(r *rig, _ place) core.GroupChange { return core.GroupChange{Remove: r.cast.People[1:3]} })
}

// badged sets a badge on an ordinary group.
func badged() action {
	return setGroup(core.PartBadge, func(*rig, place) core.GroupChange { return core.GroupChange{Badge: badge()} })
}

// badgedAgain posts a new badge in an item group.
func badgedAgain() action {
	a := badged()
	a.name, a.prepare, a.lacking = "set_group (badge posted again)", anItemGroup, lacksBadges
	return a
}

// badgeKept repairs a badge that is already complete.
func badgeKept() action {
	a := setGroup(core.PartBadge, func(_ *rig, at place) core.GroupChange {
		b := badge()
		b.Ref = at.group.Report.Badge
		return core.GroupChange{Badge: b}
	})
	a.name, a.prepare, a.lacking = "set_group (badge that is there)", anItemGroup, lacksBadges
	return a
}

func lacksBadges(c core.Capabilities) bool {
	return lacks(c.Groups, core.Item) || lacks(c.Set, core.PartBadge)
}

// change checks the effect of a SetGroup. part is the part of the only outcome, or ""
// if check compares the outcomes.
func change(name string, a action, part core.Part, check func(r *rig, before, after GroupView, res result)) scenario {
	return scenario{name, a.lacking, func(r *rig, _ Harness) {
		at := a.on(r)
		before := r.view(at.group.Ref)
		res, _ := r.perform(a, at)
		if len(res.report.Failed()) > 0 || len(res.report.Outcomes) == 0 {
			r.t.Errorf("it reports %v", res.report.Outcomes)
		}
		check(r, before, r.view(at.group.Ref), res)
		if part != "" {
			r.wantOutcome(res.report, core.Outcome{Part: part})
		}
	}}
}

// changes are the effects of SetGroup on each part of a group.
func changes() []scenario { return slices.Concat(memberChanges(), textChanges()) }

// memberChanges are the effects on a group's name, topic, members and badge.
func memberChanges() []scenario {
	return []scenario{
		change("the name", rename(), core.PartName, func(r *rig, before, after GroupView, _ result) {
			if after.Name == before.Name || !strings.HasSuffix(after.Name, "r-17") {
				r.t.Errorf("its name is %q, and was %q", after.Name, before.Name)
			}
			r.wantMembers(after, r.cast.People[:3]...)
		}),
		change("the topic", setTopic(), core.PartTopic, func(r *rig, before, after GroupView, _ result) {
			if !strings.Contains(after.Topic, newTopic) || after.Purpose != before.Purpose || after.Name != before.Name {
				r.t.Errorf("the group is now %+v", after)
			}
		}),
		change("people who join", add(), "", func(r *rig, _, after GroupView, res result) {
			r.wantMembers(after, r.cast.People[:5]...)
			for _, who := range r.cast.People[3:5] {
				r.wantOutcome(res.report, core.Outcome{Part: core.PartMember, Account: who})
			}
		}),
		change("people who leave", remove(), "", func(r *rig, _, after GroupView, res result) {
			r.wantMembers(after, r.cast.People[0])
			for _, who := range r.cast.People[1:3] {
				r.wantOutcome(res.report, core.Outcome{Part: core.PartRemoved, Account: who})
			}
		}),
		change("a badge", badged(), core.PartBadge, func(r *rig, _, after GroupView, res result) {
			r.wantShown(r.only(after.Messages), badge().Message)
			r.wantBadge(after, res.report.Badge)
		}),
		change("a badge that is there", badgeKept(), "", func(r *rig, before, after GroupView, res result) {
			r.only(after.Messages)
			r.wantBadge(after, res.report.Badge)
			if before.Messages[0].Ref != res.report.Badge {
				r.t.Errorf("the badge moved from %s to %s", before.Messages[0].Ref, res.report.Badge)
			}
		}),
		{"people who are in or out already", add().lacking, inOrOutAlready},
	}
}

func inOrOutAlready(r *rig, _ Harness) {
	at := aGroup(r)
	in := setGroup(core.PartMember, func(r *rig, _ place) core.GroupChange { return core.GroupChange{Add: r.cast.People[1:2]} })
	res, _ := r.perform(in, at)
	r.wantOutcome(res.report, core.Outcome{Part: core.PartMember, Account: r.cast.People[1]})
	out := setGroup(core.PartRemoved, func(r *rig, _ place) core.GroupChange { return core.GroupChange{Remove: r.cast.People[4:5]} })
	if !out.lacking(r.can) {
		res, _ = r.perform(out, at)
		r.wantOutcome(res.report, core.Outcome{Part: core.PartRemoved, Account: r.cast.People[4]})
	}
	r.wantMembers(r.view(at.group.Ref), r.cast.People[:3]...)
}
