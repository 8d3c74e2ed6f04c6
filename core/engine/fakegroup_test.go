package engine_test

import (
	"context"
	"slices"

	"riskroom/core"
)

// setParts sets the parts of a group that are calls of one kind: name, purpose,
// announcement, removed people, mute, state, and the end of the group.
func (f *fakePlatform) setParts(ctx context.Context, once core.Once, id string, c core.GroupChange, r *core.Report) error {
	set := func(part core.Part, a core.Account, wanted bool, effect func(*fakeGroup)) error {
		if !wanted {
			return nil
		}
		key := string(part)
		if !a.IsZero() {
			key += ":" + a.ID
		}
		call := core.Call{
			Key: key,
			Make: func(ctx context.Context, in core.Intent) (string, error) {
				return f.doIn(ctx, id, key, id, func() string {
					g := f.groups[id]
					g.Ops = append(g.Ops, in.Op)
					effect(g)
					return ""
				})
			},
		}
		if f.strict { // an idempotent call would be refused after its effect
			call.Probe = func(_ context.Context, in core.Intent) (string, core.Found, error) { return f.did(id, in.Op) }
		}
		_, err := once.Do(ctx, call)
		if err != nil && (core.IsStop(err) || core.KindOf(err) == core.Unavailable) {
			return err
		}
		r.Add(part, a, err)
		return nil
	}
	if err := set(core.PartName, core.Account{}, c.Name != nil, func(g *fakeGroup) { g.Name = *c.Name + "-" + c.Suffix }); err != nil {
		return err
	}
	if err := set(core.PartPurpose, core.Account{}, c.Purpose != nil, func(g *fakeGroup) { g.Set.Purpose = c.Purpose }); err != nil {
		return err
	}
	if a := c.Announcement; a != nil {
		f.changeGroup(id, func(g *fakeGroup) {
			g.Pinned = slices.DeleteFunc(slices.Clone(g.Pinned), func(r core.MessageRef) bool { return r == a.Old })
		})
		if a.Message != nil {
			ref, err := f.post(ctx, scoped{once, "announcement-"}, id, *a.Message)
			if err != nil {
				return err
			}
			r.Announcement = ref
		}
		r.Add(core.PartAnnouncement, core.Account{}, nil)
	}
	for _, m := range c.Remove {
		if err := set(core.PartRemoved, m, true, func(g *fakeGroup) {
			g.Members = slices.DeleteFunc(g.Members, func(a core.Account) bool { return a == m })
			g.Set.Posting = c.Posting
		}); err != nil {
			return err
		}
	}
	if err := set(core.PartMute, core.Account{}, c.Mute != nil, func(g *fakeGroup) { g.Set.Mute = c.Mute }); err != nil {
		return err
	}
	if c.Closing != nil {
		if _, err := f.post(ctx, scoped{once, "closing-"}, id, *c.Closing); err != nil {
			return err
		}
	}
	if err := set(core.PartState, core.Account{}, c.State != "", func(g *fakeGroup) {
		g.Set.State, g.Set.Posting = c.State, c.Posting
		if f.can.End.Leaves && c.State == core.Ended {
			g.Ended, g.Hidden = core.Archived, f.hides
		}
	}); err != nil {
		return err
	}
	if c.Dissolve == core.DissolveArchive {
		r.Saved = "who may post"
	}
	return set(core.PartDissolve, core.Account{}, c.Dissolve != "", func(g *fakeGroup) {
		g.Set.Dissolve, g.Set.Posting = c.Dissolve, c.Posting
		g.Ended, g.Hidden = core.Archived, f.hides
	})
}

// did reports whether a call has changed a part of a group.
func (f *fakePlatform) did(id, op string) (value string, found core.Found, err error) {
	found = core.No
	f.changeGroup(id, func(g *fakeGroup) {
		if slices.Contains(g.Ops, op) {
			found = core.Yes
		}
	})
	return "", found, nil
}
