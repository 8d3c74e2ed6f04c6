package engine

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/text"
)

// GroupOperation is what a person does to a group. The set is closed: each operation is
// a type of this package, in a file of its own, and Engine.DoGroup performs it.
type GroupOperation interface {
	// group returns the group, zero for an operation that creates one.
	group() core.GroupRef
	// decide returns what the operation sets going, or a *core.Refusal if the person may
	// not do it or the group's state doesn't allow it.
	decide(ctx context.Context, d groupDeed) (groupTask, error)
}

// groupDeed is one attempt to perform a GroupOperation.
type groupDeed struct {
	e  *Engine
	op string
	by core.Actor
	// The group and what belongs to its key; zero for an operation that creates one.
	rec Record
	now Group
}

// groupTask is what a run of GroupFlow does on behalf of a person. It is the run's data.
type groupTask struct {
	Key   core.RiskKey `json:"key"` // of the group; the run belongs to it
	By    core.Actor   `json:"by"`
	Input input        `json:"do"` // with Spec to create a group, otherwise with Group and Change
}

// GroupOutcome is what a GroupOperation has set going.
type GroupOutcome struct {
	Group Group  // as it was; for one that is created, only Key, Type and Name
	Run   string // that does the rest
	Parts []string
}

// DoGroup performs an operation for by. It checks their rights and the group's state, and
// arms a run that does the rest. What that run can't do, the person is told. op
// identifies what the person did: an operation with the same op takes effect once.
func (e *Engine) DoGroup(ctx context.Context, op string, by core.Actor, o GroupOperation) (GroupOutcome, error) {
	ctx = core.ForPerson(ctx)
	d := groupDeed{e: e, op: op, by: by}
	var err error
	if ref := o.group(); !ref.IsZero() {
		if d.rec, d.now, err = e.knownGroup(ctx, ref); err != nil {
			return GroupOutcome{}, err
		}
		if done, err := e.load(ctx, d.now.Key, op); err != nil || done != nil {
			return done.outcome(d.now, op), err
		}
	}
	task, err := o.decide(ctx, d)
	if err != nil {
		return GroupOutcome{}, err
	}
	task.By = by
	data, err := json.Marshal(task)
	if err != nil {
		return GroupOutcome{}, invalid("group", err)
	}
	err = e.store.Arm(ctx, task.Key, []TimerChange{{Do: ArmTimer, Due: e.clock.Now(), Data: data, Run: groupRun(task.Key, op)}})
	if err != nil {
		return GroupOutcome{}, err
	}
	e.Wake()
	return task.outcome(d.now, op), nil
}

// groupRun returns the run that does what a person did under an op.
func groupRun(key core.RiskKey, op string) RunID {
	return RunID{Risk: key, Flow: GroupFlow, Occurrence: op}
}

// load returns what an op has already set going, nil if nothing.
func (e *Engine) load(ctx context.Context, key core.RiskKey, op string) (*groupTask, error) {
	r, err := e.store.Load(ctx, groupRun(key, op))
	if core.KindOf(err) == core.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	task := &groupTask{}
	if err := json.Unmarshal(r.Data, task); err != nil {
		return nil, invalid("group", err)
	}
	return task, nil
}

// outcome describes a task on a group, zero if the task creates it.
func (t *groupTask) outcome(g Group, op string) GroupOutcome {
	if t == nil {
		return GroupOutcome{}
	}
	if s := t.Input.Spec; s != nil {
		g = Group{Key: t.Key, Type: s.Type, Name: s.Name}
	}
	return GroupOutcome{Group: g, Run: groupRun(t.Key, op).String(), Parts: t.Input.parts()}
}

// knownGroup returns the record of a group that riskroom created, and what else belongs
// to its key. It refuses others, and those that have ended.
func (e *Engine) knownGroup(ctx context.Context, ref core.GroupRef) (Record, Group, error) {
	rec, g, err := e.groupAt(ctx, ref)
	switch {
	case core.KindOf(err) == core.NotFound:
		return rec, g, core.Refuse(core.NotFound, "group_unknown", "")
	case err == nil && g.Life == GoneGroup:
		return rec, g, core.Refuse(core.Conflict, "group_gone", "", "Group", g.Title(e.org))
	}
	return rec, g, err
}

// mayOperate returns a Refusal unless the person is the group's owner, one of its admins
// or an administrator.
func (d groupDeed) mayOperate(ctx context.Context) error {
	may, err := d.e.rights.MayOperate(ctx, d.by.Account, d.now.Owner, d.now.Admins...)
	switch {
	case err != nil:
		return core.Unanswered("rights to change a group", err)
	case !may:
		return core.Refuse(core.Denied, "may_not_set_group", "", "Group", d.now.Title(d.e.org))
	}
	return nil
}

// actOnGroup runs GroupFlow.
func (t *turn) actOnGroup(ctx context.Context) error {
	t.stepKey = "group"
	var task groupTask
	if err := json.Unmarshal(t.run.Data, &task); err != nil {
		return t.end(ctx, Parked, "stored_input", performed{})
	}
	rec, err := t.read(ctx)
	if err != nil && core.KindOf(err) != core.NotFound {
		return t.endTurn(ctx, err, performed{})
	}
	t.rec = rec
	t.rec.Risk.Key = task.Key // also before the first group of a key without a risk exists
	in, act := &task.Input, (*turn).performSetGroup
	t.into, t.workspace = in.Group, in.Group.Workspace
	if in.Spec != nil {
		act, t.workspace = (*turn).performCreateGroup, in.Spec.Workspace
	}
	p, err := t.perform(ctx, andSay(act), in, t.outcome(0))
	if err != nil {
		if v := t.classify(err); v.course == failStep {
			t.tellFailed(ctx, task.By, "group_failed", v.code, p)
		}
		return t.endTurn(ctx, err, p)
	}
	if len(p.out.Failed) > 0 {
		t.note(EventPartial, "", map[string]string{"action": t.stepKey, "what": p.out.failures()})
		t.tellFailed(ctx, task.By, "group_partial", "", p)
	}
	return t.end(ctx, Finished, "", p)
}

// andSay returns act followed by the message of its input, if there is one.
func andSay(act performance) performance {
	return func(t *turn, ctx context.Context, in *input, p *performed) error {
		if err := act(t, ctx, in, p); err != nil || in.Message == nil {
			return err
		}
		return t.performSendGroupMessage(ctx, in, p)
	}
}

// tellFailed tells the person on whose behalf the run acts what it couldn't do.
func (t *turn) tellFailed(ctx context.Context, by core.Actor, notice, code string, p performed) {
	args := text.Args{"Group": t.channelName(ctx), "Why": t.problems(ctx, code, p.out.Failed)}
	t.notifyOne(by.Account, notice, args)
}

// parts names what an input changes: "created", parts of the group on its platform, and "owner",
// "admins" and "remove_admins".
func (in *input) parts() []string {
	var out []string
	add := func(p string, set bool) {
		if set {
			out = append(out, p)
		}
	}
	add("created", in.Spec != nil)
	if c := in.Change; c != nil {
		add(string(core.PartName), c.Name != nil)
		add(string(core.PartTopic), c.Topic != nil)
		add(string(core.PartPurpose), c.Purpose != nil)
		add(string(core.PartAnnouncement), c.Announcement != nil)
		add(string(core.PartMember), len(c.Add) > 0)
		add(string(core.PartRemoved), len(c.Remove) > 0)
		add(string(core.PartMute), c.Mute != nil)
		add(string(core.PartState), c.State != "")
		add(string(core.PartDissolve), c.Dissolve != "")
	}
	if e := in.Edit; e != nil {
		add("owner", !e.Owner.IsZero())
		add("admins", len(e.Admins) > 0)
		add("remove_admins", len(e.RemoveAdmins) > 0)
	}
	return out
}

// what returns what an event says about a change.
func (in *input) what() map[string]string {
	data := map[string]string{"what": strings.Join(in.parts(), ", ")}
	accounts := func(key string, list ...core.Account) {
		var s []string
		for _, a := range list {
			if !a.IsZero() {
				s = append(s, a.String())
			}
		}
		if len(s) > 0 {
			slices.Sort(s)
			data[key] = strings.Join(s, ", ")
		}
	}
	if e := in.Edit; e != nil {
		accounts("owner", e.Owner)
		accounts("admins", e.Admins...)
		accounts("remove_admins", e.RemoveAdmins...)
	}
	if c := in.Change; c != nil && c.State != "" {
		data["state"] = string(c.State)
	}
	return data
}
