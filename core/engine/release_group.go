package engine

import (
	"context"
	"encoding/json"

	"riskroom/core"
)

// ReleaseGroup releases a risk's item group that the bot can no longer see, so that
// another one can be created. Administrators and the group's owner may do so: only
// they can know whether the group is gone. The result is the group's name.
type ReleaseGroup struct {
	Risk core.RiskKey
	Seen int64 // the version of the risk that the person saw, 0 if none
}

func (r ReleaseGroup) subject() (core.RiskKey, int64) { return r.Risk, r.Seen }

func (ReleaseGroup) attempt() string { return "release" }

func (r ReleaseGroup) decide(ctx context.Context, d deed) (effect, error) {
	binding := d.rec.Binding
	var g Group
	var err error
	if !binding.Group.IsZero() {
		if g, err = d.e.groupOf(ctx, d.rec, binding.Group); err != nil {
			return effect{}, err
		}
	}
	may, err := d.e.rights.MayOperate(ctx, d.by.Account, g.Owner, g.Admins...)
	switch {
	case err != nil:
		return effect{}, core.Unanswered("rights to release a group", err)
	case !may:
		return effect{}, core.Refuse(core.Denied, "may_not_release", "", "Key", string(r.Risk))
	case binding.State == Free:
		return effect{}, core.Refuse(core.NotFound, "release_none", "", "Key", string(r.Risk))
	case binding.State == Reserved:
		return effect{}, core.Refuse(core.Conflict, "release_reserved", "", "Key", string(r.Risk), "Run", binding.Run.String())
	}
	group := g.Title(d.e.org)
	if err := d.e.refuseLive(ctx, d.rec, group); err != nil {
		return effect{}, err
	}
	notice, err := r.notice(d, group)
	return effect{kind: EventFreed, data: map[string]string{"group": binding.Group.String(), "reason": "released"},
		timers: []TimerChange{notice}, release: binding, text: group}, err
}

// notice returns the change that arms the notice to administrators.
func (r ReleaseGroup) notice(d deed, group string) (TimerChange, error) {
	args := d.e.groupArgs(r.Risk, group)
	args["Name"] = d.by.Name
	data, err := json.Marshal(noticeData{Code: "released", Args: args, Group: namedGroup{d.rec.Binding.Group, group}})
	return TimerChange{
		Do: ArmTimer, Due: d.e.now(), Data: data,
		Run: RunID{Risk: r.Risk, Flow: NoticeFlow, Occurrence: core.MakeOp(d.op, "released")},
	}, err
}

// refuseLive returns a Refusal if the group is visible or can't be looked up now,
// because the risk could get a second one.
func (e *Engine) refuseLive(ctx context.Context, rec Record, group string) error {
	binding, args := rec.Binding, e.groupArgs(rec.Risk.Key, group)
	pl, err := e.workspaces.Get(binding.Group.Workspace)
	var state core.GroupState
	if err == nil {
		state, err = pl.LookGroup(ctx, binding.Group)
	}
	switch {
	case core.KindOf(err) == core.NotFound, err == nil && state.Ended != "":
		return nil
	case err != nil:
		return &core.Refusal{Kind: core.Unavailable, Code: "release_unseen", Args: args}
	}
	if binding.State == Lost { // it is visible again: arm a sync that records it
		if err := e.Noticed(ctx, binding.Group); err != nil {
			return err
		}
	}
	return &core.Refusal{Kind: core.Conflict, Code: "release_live", Args: args}
}
