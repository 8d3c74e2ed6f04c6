package engine

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"riskroom/core"
	"riskroom/core/text"
)

// confirmedAfter is how long after the first time an owner must still be gone, so that a
// mistake of a directory doesn't give a group away.
const confirmedAfter = time.Hour

// A group's owner can be deactivated, or leave the workspace. If that is still so after
// an hour, the first of its admins who is there takes over, else the lead of the risk's
// module. Without either, administrators are told. A failed look-up is never a departure.

// needsOwner reports whether a group's owner has departed, or had when it was last
// checked. departed caches answers.
func (e *Engine) needsOwner(ctx context.Context, g Group, departed map[core.Account]bool) bool {
	gone, known := departed[g.Owner]
	if !known && !g.Owner.IsZero() {
		gone, _ = e.people.Departed(ctx, g.Owner) // it is looked up again when it matters
		departed[g.Owner] = gone
	}
	return gone || !g.Away.IsZero()
}

// checkOwners checks the owners of the key's groups, and returns when to check again,
// zero if there is no need.
func (t *turn) checkOwners(ctx context.Context) (time.Time, error) {
	var again time.Time
	groups := t.rec.Groups
	if old, err := t.e.groupOf(ctx, t.rec, t.rec.Binding.Group); err == nil && old.Rev == 0 { // of an older version
		groups = append(slices.Clone(groups), old)
	}
	for _, g := range groups {
		if g.Life != LiveGroup || g.Owner.IsZero() {
			continue
		}
		gone, err := t.e.people.Departed(ctx, g.Owner)
		switch {
		case err != nil:
			continue // the next sweep asks again
		case gone && g.Away.IsZero():
			now := t.e.now()
			err = t.changeGroup(ctx, g, func(r *Group) { r.Away = now })
			again = earlier(again, now.Add(confirmedAfter))
		case gone && t.e.clock.Now().Sub(g.Away) < confirmedAfter:
			again = earlier(again, g.Away.Add(confirmedAfter))
		case gone:
			err = t.succeed(ctx, g)
		case !g.Away.IsZero():
			err = t.changeGroup(ctx, g, func(r *Group) { r.Away, r.Orphan = time.Time{}, false })
		}
		if err != nil {
			return again, err
		}
	}
	return again, nil
}

// succeed gives a group to the successor of its owner, and tells the group.
func (t *turn) succeed(ctx context.Context, g Group) error {
	next, err := t.successor(ctx, g)
	if err != nil {
		return err
	}
	p := t.e.text.In(t.e.org.Language)
	const code = "engine.group.successor"
	old := t.e.people.Name(ctx, p, core.RefOf(g.Owner), "").Text // a mention of somebody who has left shows an ID
	if next.IsZero() {
		return t.orphaned(ctx, g, old)
	}
	task := groupTask{Key: g.Key, Input: input{Group: g.Ref, Change: &core.GroupChange{Add: []core.Account{next}, Posting: g.Posting()},
		Message: &core.Message{Text: []core.Span{core.Mention(next), core.Plain(" " + p.S(code, text.Args{"Old": old}))}}}}
	data, err := json.Marshal(task)
	if err != nil {
		return invalid("group", err)
	}
	op := core.MakeOp("successor", g.Ref.String(), g.Owner.String(), next.String(), stamp(g.Away))
	var tell []TimerChange
	if g.State != core.Ended { // nothing is posted in a topic group that has ended; its card shows the owner
		tell = append(tell, TimerChange{Do: ArmTimer, Due: t.e.clock.Now(), Data: data, Run: groupRun(g.Key, op)})
	}
	was := g.Owner
	return t.changeGroupAnd(ctx, g, tell, func(r *Group) {
		if r.Owner == was {
			r.apply(groupEdit{Owner: next})
		}
	}, t.event(EventGroup, "", map[string]string{"group": g.Ref.String(), "what": "owner", "owner": next.String(), "reason": "departed"}))
}

// orphaned tells administrators, once, that nobody can take over a group.
func (t *turn) orphaned(ctx context.Context, g Group, owner string) error {
	if g.Orphan {
		return nil
	}
	args := t.e.groupArgs(g.Key, g.Title(t.e.org))
	args["Old"] = owner
	t.called = namedGroup{g.Ref, g.Title(t.e.org)}
	t.notify("ownerless", args)
	return t.changeGroupAnd(ctx, g, t.takeNotices(), func(r *Group) { r.Orphan = r.Owner == g.Owner })
}

// successor returns who takes over a group, zero if nobody can.
func (t *turn) successor(ctx context.Context, g Group) (core.Account, error) {
	candidates := append([]core.Account(nil), g.Admins...)
	if lead := t.e.lead(t.rec.Risk); lead != "" {
		accounts, _, err := t.e.people.Resolve(ctx, []core.Ref{lead}, g.Ref.Workspace)
		if err != nil {
			return core.Account{}, err
		}
		candidates = append(candidates, accounts...)
	}
	for _, a := range candidates {
		if a.Workspace != g.Ref.Workspace || a == g.Owner {
			continue
		}
		if gone, err := t.e.people.Departed(ctx, a); err != nil || !gone {
			return a, err
		}
	}
	return core.Account{}, nil
}
