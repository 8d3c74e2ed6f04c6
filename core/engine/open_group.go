package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"riskroom/core"
	"riskroom/core/flow"
)

// OpenGroup creates an item group for an open risk by hand, with the people who are
// involved in the risk. Whoever may change the risk's status may do so, and becomes the
// group's owner. The result is the run that creates it, for Opened.
type OpenGroup struct {
	Risk core.RiskKey
}

func (o OpenGroup) subject() (core.RiskKey, int64) { return o.Risk, 0 }

func (OpenGroup) attempt() string { return "open" }

func (o OpenGroup) decide(ctx context.Context, d deed) (effect, error) {
	if err := d.mayChange(ctx); err != nil {
		return effect{}, err
	}
	risk, binding := d.rec.Risk, d.rec.Binding
	switch {
	case binding.State == Reserved:
		return effect{}, core.Refuse(core.Conflict, "open_reserved", "", "Key", string(o.Risk))
	case binding.State != Free:
		g, err := d.e.groupOf(ctx, d.rec, binding.Group)
		if err != nil {
			return effect{}, err
		}
		code := map[BindingState]string{Bound: "open_exists", Lost: "open_lost"}[binding.State]
		args := d.e.groupArgs(o.Risk, g.Title(d.e.org))
		args["Ref"] = binding.Group
		return effect{}, &core.Refusal{Kind: core.Conflict, Code: code, Args: args}
	case !risk.Status.Open():
		return effect{}, core.Refuse(core.Conflict, "open_closed", "", "Key", string(o.Risk), "Command", d.e.org.Command)
	}
	run := RunID{Risk: o.Risk, Flow: OpenFlow, Occurrence: "v" + strconv.FormatInt(risk.Version+1, 10)}
	data, err := json.Marshal(d.by)
	return effect{kind: EventGroup, data: map[string]string{"what": "open"}, text: run.String(),
		timers: []TimerChange{{Do: ArmTimer, Due: d.e.now(), Data: data, Run: run}}}, err
}

// compileOpening compiles the action that creates a group by hand.
func compileOpening(org *core.Organisation) (*flow.CreateGroup, error) {
	members := []string{"handlers", "lead", "submitter"}
	if len(org.Process) > 0 {
		members = append(members, "operators")
	}
	f, problems := flow.Compile(flow.Def{
		Name: "open", Zone: "UTC", DayStartsAt: "09:00", Trigger: flow.TriggerDef{On: "filed"}, Process: org.NodeKeys(),
		Steps: []flow.StepDef{{Action: &flow.CreateGroupDef{Type: core.Item, Name: "{{ .title }}", Members: members, OnExists: "reuse"}}},
	})
	if f == nil {
		return nil, fmt.Errorf("engine: the group that is opened by hand: %v", problems)
	}
	return f.Steps[0].Action.(*flow.CreateGroup), nil
}

// lead makes a person the owner of the group to create, or a member of the one to reuse.
func (in *input) lead(owner core.Account) {
	first := func(list []core.Account) []core.Account {
		list = slices.DeleteFunc(list, func(a core.Account) bool { return a == owner })
		return append([]core.Account{owner}, list[:min(len(list), core.MaxMembers-1)]...)
	}
	if in.Spec != nil {
		in.Spec.Owner, in.Spec.Members = owner, first(in.Spec.Members)
	} else {
		in.Change.Add = first(in.Change.Add)
	}
}

// openGroup runs OpenFlow. If another run has created a group in the meantime, the
// people are added to that one.
func (t *turn) openGroup(ctx context.Context) error {
	t.stepKey = "open"
	var by core.Actor
	if err := json.Unmarshal(t.run.Data, &by); err != nil {
		return t.end(ctx, Parked, "stored_input", performed{})
	}
	rec, err := t.read(ctx)
	if err != nil {
		return t.endTurn(ctx, err, performed{})
	}
	t.rec, t.workspace = rec, rec.Risk.Home
	if !t.run.Begun && !rec.Risk.Status.Open() {
		return t.openingFailed(ctx, by, &core.Error{Op: "open group", Kind: core.Conflict, Detail: "risk_closed"}, performed{})
	}
	in := &input{}
	if t.run.Input != nil {
		if err := json.Unmarshal(t.run.Input, in); err != nil {
			return t.end(ctx, Parked, "stored_input", performed{})
		}
	} else if err := t.resolveOpening(ctx, by, in); err != nil {
		return t.openingFailed(ctx, by, err, performed{})
	}
	p, err := t.perform(ctx, (*turn).performOpening, in, t.outcome(0))
	if err != nil {
		return t.openingFailed(ctx, by, err, p)
	}
	if len(p.out.Failed) > 0 {
		t.note(EventPartial, "", map[string]string{"action": t.stepKey, "what": p.out.failures()})
		t.into = *p.out.Group
		t.tellFailed(ctx, by, "group_partial", "", p)
	}
	err = t.end(ctx, Finished, "", p)
	if err == nil {
		t.wakeAwaiting(ctx)
	}
	return err
}

// performOpening creates the group and posts the risk's card there: no step of a flow
// follows that would. A group that is reused has what its flow has posted.
func (t *turn) performOpening(ctx context.Context, in *input, p *performed) error {
	if err := t.performCreateGroup(ctx, in, p); err != nil || in.Message == nil {
		return err
	}
	g := *p.out.Group
	pl, err := t.platform(g.Workspace)
	if err != nil {
		return err
	}
	ref, err := pl.SendGroupMessage(ctx, once{t: t, scope: "card/"}, g, *in.Message)
	switch {
	case err == nil:
		t.show(p, Shown{ID: t.shownID("card"), Ref: ref, Group: g}, *in.Message)
	case !core.IsStop(err) && final(err):
		p.out.fail(wholeGroup, err) // the group exists, and its badge shows the risk
		return nil
	}
	return err
}

// openingFailed handles the error of a group that is opened by hand, and tells whoever
// opened it if that failed for good.
func (t *turn) openingFailed(ctx context.Context, by core.Actor, err error, p performed) error {
	v := t.classify(err)
	if v.course == failStep {
		args := t.e.groupArgs(t.run.ID.Risk, "")
		args["Why"] = t.problems(ctx, v.code, p.out.Failed)
		t.notifyOne(by.Account, "open_failed", args)
	}
	err = t.endTurn(ctx, err, p)
	if err == nil && v.course == failStep {
		t.wakeAwaiting(ctx)
	}
	return err
}

// resolveOpening resolves whom to invite to a group that is opened by hand. Its owner is
// the person who opened it, if they have an account there.
func (t *turn) resolveOpening(ctx context.Context, by core.Actor, in *input) error {
	in.Version = t.rec.Risk.Version
	if err := t.resolveCreateGroup(ctx, t.e.opening, t.env(ctx), in); err != nil {
		return err
	}
	owners, _, err := t.e.people.Resolve(ctx, []core.Ref{core.RefOf(by.Account)}, t.workspace)
	if err != nil {
		return err
	}
	if len(owners) > 0 && owners[0].Workspace == t.workspace {
		in.lead(owners[0])
		if in.Spec != nil {
			in.Spec.Badge = t.itemBadge(ctx, in.Spec)
		}
	}
	if in.Spec != nil {
		m := t.message(ctx, nil, true, t.workspace)
		in.Message = &m
	}
	t.input, err = in.encode()
	return err
}
