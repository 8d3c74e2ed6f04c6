package engine

import (
	"context"
	"encoding/json"

	"riskroom/core"
)

// Release implements Handling. Who may change a group by hand may: only they can
// know whether one that the bot cannot see is gone or goes on without it.
func (e *Engine) Release(ctx context.Context, op string, by core.Actor, key core.RiskKey) (group string, err error) {
	err = e.changing(ctx, by, key, func(ctx context.Context, rec Record) error {
		group, err = e.releaseOnce(ctx, op, by, rec)
		return err
	})
	if err != nil {
		return "", err
	}
	return group, nil
}

func (e *Engine) releaseOnce(ctx context.Context, op string, by core.Actor, rec Record) (string, error) {
	if done, err := e.repeated(ctx, op, rec.Risk); err != nil || done.Repeat {
		return done.Result, err
	}
	link, key := rec.Link, rec.Risk.Key
	var made outcome
	var err error
	if link.State != Free {
		if made, err = e.boundAs(ctx, link); err != nil {
			return "", err
		}
	}
	may, err := e.rights.mayOperate(ctx, by.Account, made.Owner)
	switch {
	case err != nil:
		return "", unanswered("rights to let go of a group", err)
	case !may:
		return "", refuse(core.Denied, "may_not_release", "", "Key", string(key))
	case link.State == Free:
		return "", refuse(core.NotFound, "release_none", "", "Key", string(key))
	case link.State == Reserved:
		return "", refuse(core.Conflict, "release_reserved", "", "Key", string(key), "Run", link.Run.String())
	}
	group := called(link.Group, made)
	if err := e.refuseLive(ctx, rec, group); err != nil {
		return "", err
	}
	return e.unbind(ctx, op, by, rec, group)
}

// refuseLive refuses to let go of a group that can be seen, or of which that
// cannot be told now: there would be two. Looking changes nothing, so it needs no
// run.
func (e *Engine) refuseLive(ctx context.Context, rec Record, group string) error {
	link, args := rec.Link, e.groupArgs(rec.Risk.Key, group)
	pl, err := e.workspaces.get(link.Group.Workspace)
	var state core.GroupState
	if err == nil {
		state, err = pl.LookGroup(ctx, link.Group)
	}
	switch {
	case core.KindOf(err) == core.NotFound, err == nil && state.Ended != "":
		return nil
	case err != nil:
		return &Refusal{Kind: core.Unavailable, Code: "release_unseen", Args: args}
	}
	if link.State == Missing { // it is there again: have that noted
		if err := e.Noticed(ctx, link.Group); err != nil {
			return err
		}
	}
	return &Refusal{Kind: core.Conflict, Code: "release_live", Args: args}
}

// unbind lets go of the group in the step that tells of it.
func (e *Engine) unbind(ctx context.Context, op string, by core.Actor, rec Record, group string) (string, error) {
	old := rec.Risk
	args := e.groupArgs(old.Key, group)
	args["Name"] = by.Name
	data, err := json.Marshal(noticeData{Code: "released", Args: args})
	if err != nil {
		return "", err
	}
	now := e.now()
	risk := old
	risk.Version++
	got, err := e.store.Apply(ctx, Change{
		Op: op, Expect: old.Version, Old: &old, New: risk, Result: group, Release: rec.Link,
		Timers: []TimerChange{e.syncAt(risk.Key, now), {
			Do: ArmTimer, Due: now, Data: data,
			Run: RunID{Risk: risk.Key, Flow: NoticeFlow, Occurrence: core.MakeOp(op, "released")},
		}},
		Events: []Event{{At: now, V: risk.Version, Kind: EventFreed, Actor: by, Op: op,
			Data: map[string]string{"group": rec.Link.Group.String(), "reason": "released"}}},
	})
	return got.Result, err
}
