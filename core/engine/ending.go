package engine

import (
	"context"

	"riskroom/core"
)

// Where riskroom ends a group, the bot may not see it afterwards. A worker that is killed
// before it has recorded the end would leave that to a sync, which can't know who ended the
// group. So a run is in the group's record before it ends the group, whatever it belongs to.

// markEnding records that the run is about to end its group.
func (t *turn) markEnding(ctx context.Context, in *input) error {
	ends := in.Change.Dissolve != "" || in.Change.State == core.Ended && t.e.leavesEnded(in.Group.Workspace)
	if !ends {
		return nil
	}
	g, err := t.groupOf(ctx, in.Group)
	if err != nil || g.Key == "" {
		return err
	}
	c := groupChange{edit: func(g *Group) {
		if !g.over(in.Change.Dissolve != "") {
			g.Ending = t.run.ID.String()
		}
	}}
	t.mu.Lock()
	defer t.mu.Unlock()
	if g.Key == t.run.ID.Risk {
		c.lease = t.lease
	}
	return t.e.changeGroup(ctx, g, c)
}

// over reports whether a group has ended: whether it is gone or, if that isn't what is
// asked, its topic has ended.
func (g Group) over(dissolved bool) bool {
	return g.Life == GoneGroup || !dissolved && g.State == core.Ended
}

// ender returns the run that is ending a group and hasn't recorded that: its worker may
// have been killed in between. It is zero if there is none.
func (t *turn) ender(ctx context.Context, g Group) (Run, error) {
	if g.Ending == "" || g.Ending == t.run.ID.String() {
		return Run{}, nil
	}
	id, err := ParseRunID(g.Ending)
	if err != nil {
		return Run{}, invalid("group "+g.Ref.String(), err)
	}
	r, err := t.e.store.Load(ctx, id)
	if core.KindOf(err) == core.NotFound { // purged
		return Run{}, nil
	}
	return r, err
}
