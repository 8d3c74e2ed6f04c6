package adaptertest

import (
	"time"

	"github.com/google/go-cmp/cmp"

	"riskroom/core"
)

// laterStays checks a change whose answer was lost, or that was refused, if somebody else
// has changed the same since. It must not overwrite theirs, because the platform's state
// doesn't show whether it happened.
func laterStays() []scenario {
	var out []scenario
	for _, a := range []action{rename(), setTopic(), setPurpose(newPurpose)} {
		later := setGroup("", func(r *rig, _ place) core.GroupChange {
			c := core.GroupChange{Name: new("Ledger is wrong again"), Suffix: "r-17", Topic: new("It was not rounding")}
			if !lacks(r.can.Set, core.PartPurpose) {
				c.Purpose, c.Type = new("Say why it was not"), core.Ordinary
			}
			return c
		})
		later.name = "change it later"
		for when, p := range map[string]Point{"after": AfterMake, "before": BeforeMake} {
			out = append(out, scenario{"what was changed since stays: " + a.name + ", cut " + when, a.lacking, func(r *rig, _ Harness) {
				at := a.on(r)
				r.clock.Advance(time.Minute)
				u := r.start(a, at)
				u.try(Script{Crash: func(at Point, _ string) bool { return at == p }}, nil)
				r.clock.Advance(time.Minute)
				r.perform(later, at)
				want := plain(r.world.State())
				res, converged := u.retry(result{}, true)
				if !converged || res.err != nil || len(res.report.Failed()) > 0 {
					r.t.Errorf("the error is %v, failed are %v", res.err, res.report.Failed())
				}
				if diff := cmp.Diff(want, plain(r.world.State())); diff != "" {
					r.t.Errorf("the platform ended in another state (-before it continued +now):\n%s", diff)
				}
			}})
		}
	}
	return out
}

// resumedAfterOthers checks that creating a group continues after any interruption, even
// if others have worked on the group: there is one group with one badge, and with their
// name and topic.
func resumedAfterOthers() []scenario {
	create := createGroup(core.Item, nil)
	lacking := func(c core.Capabilities) bool { return create.lacking(c) || lacks(c.Set, core.PartBadge) }
	return []scenario{{"a group that others changed before it was complete", lacking, func(r *rig, h Harness) {
		_, whole := r.perform(create, place{})
		for i, key := range whole.journal.Keys() {
			resumeAfterOthers(newRig(r.t, h), create, key, true)
			if i > 0 { // otherwise there is no group yet
				resumeAfterOthers(newRig(r.t, h), create, key, false)
			}
		}
	}}}
}

func resumeAfterOthers(r *rig, create action, key string, crash bool) {
	u := r.start(create, place{})
	if crash {
		u.try(Script{Crash: func(p Point, k string) bool { return p == AfterMake && k == key }}, nil)
	} else {
		r.refuseAt(u, key)
	}
	group := core.Group{Ref: r.world.State().Groups[0].Ref}
	if pins := r.view(group.Ref).Pinned; len(pins) > 0 {
		group.Report.Badge = pins[0]
	}
	r.clock.Advance(time.Minute)
	others := setGroup("", func(_ *rig, at place) core.GroupChange {
		c := core.GroupChange{Name: new(newName), Suffix: "r-17", Topic: new(newTopic)}
		if !group.Report.Badge.IsZero() {
			c.Badge = badge()
			c.Badge.Ref = group.Report.Badge
		}
		return c
	})
	others.name = "others change it"
	r.perform(others, place{group: group})
	before := r.view(group.Ref)
	res, converged := u.retry(result{}, true)
	if !converged || res.err != nil {
		r.t.Errorf("interrupted at %s: it ends with %v", key, res.err)
		return
	}
	after := r.view(group.Ref)
	if n := len(r.world.State().Groups); n != 1 || res.group.Ref != group.Ref {
		r.t.Errorf("interrupted at %s: there are %d groups", key, n)
	}
	if after.Name != before.Name || after.Topic != before.Topic {
		r.t.Errorf("interrupted at %s: the group is now called %q about %q; others called it %q about %q",
			key, after.Name, after.Topic, before.Name, before.Topic)
	}
	r.only(after.Messages)
	r.wantBadge(after, res.group.Report.Badge)
}
