package adaptertest

import (
	"context"
	"strings"

	"riskroom/core"
)

// archived dissolves a group by archiving it.
func archived() action { return dissolved(core.DissolveArchive, lacksArchive) }

// deleted dissolves a group with everything in it.
func deleted() action {
	return dissolved(core.DissolveDelete, func(c core.Capabilities) bool { return lacksArchive(c) || c.Delete.Support == core.Lacking })
}

func lacksArchive(c core.Capabilities) bool { return lacksGroups(c) || lacks(c.Set, core.PartDissolve) }

func dissolved(how core.Dissolve, lacking func(core.Capabilities) bool) action {
	a := setGroup(core.PartDissolve, func(*rig, place) core.GroupChange { return core.GroupChange{Dissolve: how} })
	a.name, a.lacking = "set_group (dissolve: "+string(how)+")", lacking
	return a
}

// everything changes all of a group's texts and archives it.
func everything() action {
	a := dissolved(core.DissolveArchive, func(c core.Capabilities) bool {
		return lacksArchive(c) || lacks(c.Set, core.PartPurpose) || lacks(c.Set, core.PartAnnouncement)
	})
	a.name = "set_group (everything, then archive)"
	a.do = func(ctx context.Context, r *rig, once core.Once, at place) result {
		report, err := r.world.Platform().SetGroup(ctx, once, at.group.Ref, core.GroupChange{
			Name: new(newName), Suffix: "r-17", Topic: new(newTopic), Purpose: new(newPurpose), Type: core.Ordinary,
			Announcement: &core.Announcement{Message: announcement(r, "The ledger is closed")},
			Add:          r.cast.People[3:4], Remove: r.cast.People[2:3], Closing: closingMessage(), Dissolve: core.DissolveArchive,
		})
		return result{report: report, err: err}
	}
	return a
}

// dissolutions check how groups end, and that they end after everything else.
func dissolutions() []scenario {
	return []scenario{
		{"an archived group can be read", archived().lacking, func(r *rig, _ Harness) {
			at := aMessage(r)
			res, _ := r.perform(archived(), at)
			r.wantOutcome(res.report, core.Outcome{Part: core.PartDissolve})
			v := r.view(at.group.Ref)
			r.wantMembers(v, r.cast.People[:3]...)
			if !v.Archived || len(v.Messages) != 1 {
				r.t.Errorf("archived %t, with %d messages", v.Archived, len(v.Messages))
			}
			r.wantSilent(at, r.cast.People[:3]...)
			r.wantEnd(at.group.Ref, core.Archived)
		}},
		{"archiving twice is done once", archived().lacking, func(r *rig, _ Harness) {
			at := aGroup(r)
			r.perform(archived(), at)
			n := len(r.world.Calls())
			res, _ := r.start(archived(), at).try(Script{}, nil)
			if r.effectsSince(n) > 0 {
				r.t.Errorf("it ended with %v and made these calls:\n%s", res.err, trace(r.world.Calls()[n:]))
			}
		}},
		{"a deleted group is gone", deleted().lacking, func(r *rig, _ Harness) {
			at := aGroup(r)
			res, _ := r.perform(deleted(), at)
			r.wantOutcome(res.report, core.Outcome{Part: core.PartDissolve})
			if _, ok := r.world.State().Group(at.group.Ref); ok {
				r.t.Error("the group exists")
			}
			res, _ = r.perform(deleted(), at)
			r.wantOutcome(res.report, core.Outcome{Part: core.PartDissolve})
			r.wantEnd(at.group.Ref, core.Deleted)
		}},
		{"a group that can't be deleted stays", func(c core.Capabilities) bool { return lacksArchive(c) || c.Delete.Support != core.Lacking }, func(r *rig, _ Harness) {
			at := aGroup(r)
			n := len(r.world.Calls())
			res, _ := r.start(deleted(), at).try(Script{}, nil)
			r.wantKind("deleting", res, core.Unsupported)
			if r.effectsSince(n) > 0 {
				r.t.Errorf("it made these calls:\n%s", trace(r.world.Calls()[n:]))
			}
		}},
		{"everything else comes before the end", everything().lacking, func(r *rig, _ Harness) {
			at := aGroup(r)
			res, _ := r.perform(everything(), at)
			if failed := res.report.Failed(); len(failed) > 0 {
				r.t.Errorf("failed are %v", failed)
			}
			wantAll(r, r.view(at.group.Ref), res)
		}},
		{"the end waits for what can be tried again", everything().lacking, func(r *rig, h Harness) { endWaits(r, h) }},
	}
}

// wantAll checks that a group has everything that everything sets.
func wantAll(r *rig, v GroupView, res result) {
	r.t.Helper()
	if !strings.Contains(v.Name, "right") || v.Topic != newTopic || v.Purpose != newPurpose || !v.Archived {
		r.t.Errorf("the group is now %+v", v)
	}
	r.wantMembers(v, r.cast.People[0], r.cast.People[1], r.cast.People[3])
	r.wantPinned(v, res.report.Announcement)
	if n := len(v.Messages); n != 2 {
		r.t.Fatalf("there are %d messages, want the announcement and the closing one", n)
	}
	r.wantShown(v.Messages[1], *closingMessage())
}

// endWaits makes each write but the last fail once: the group must not be dissolved
// before it has been repeated.
func endWaits(r *rig, h Harness) {
	for i, c := range undisturbed(r.t, h, everything()).calls {
		x := newRig(r.t, h)
		at := aGroup(x)
		nth := 1
		for _, before := range undisturbed(r.t, h, everything()).calls[:i] {
			if before.Method == c.Method {
				nth++
			}
		}
		if !c.Write || !x.world.Inject(Fault{Kind: RateLimit, Method: c.Method, Nth: nth, Times: 1}) {
			continue
		}
		u := x.start(everything(), at)
		res, _ := u.try(Script{}, nil)
		if x.view(at.group.Ref).Archived {
			r.t.Errorf("it was archived although %s has to be repeated", c.Method)
		}
		if res, _ = u.retry(res, false); res.err != nil {
			r.t.Errorf("after %s was repeated: %v", c.Method, res.err)
		}
		wantAll(x, x.view(at.group.Ref), res)
	}
}

// wantEnd checks that a look at a group reports its end, or that it can't be seen where
// the platform doesn't say.
func (r *rig) wantEnd(g core.GroupRef, how core.Ending) {
	r.t.Helper()
	got, err := r.world.Platform().LookGroup(r.t.Context(), g)
	if err == nil && got.Ended != how || err != nil && (core.KindOf(err) != core.NotFound || r.can.Endings[how].Support == core.Native) {
		r.t.Errorf("LookGroup returns %+v, %v, want %s", got, err, how)
	}
}
