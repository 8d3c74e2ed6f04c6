package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/people"
)

// OpenTopic creates a topic group: of a risk, or with a key of its own. Whoever may file
// risks may, a few times an hour. They become its owner.
type OpenTopic struct {
	Risk    core.RiskKey // "" if it belongs to no risk
	Name    string       // "": that of the risk
	Members []core.Ref   // in addition to the person
	Origin  *core.Quote  // the message that it discusses, nil if there is none
}

// topicsAnHour is how many topic groups a person can open in an hour.
const topicsAnHour = 5

func (OpenTopic) group() core.GroupRef { return core.GroupRef{} }

func (o OpenTopic) decide(ctx context.Context, d groupDeed) (groupTask, error) {
	if err := d.e.MayFile(ctx, d.by); err != nil {
		return groupTask{}, err
	}
	home := d.by.Account.Workspace
	pl, err := d.e.workspaces.Get(home)
	if err != nil {
		return groupTask{}, core.Unanswered("group", err)
	}
	if can := pl.Capabilities().Groups[core.Topic]; can.Support == core.Lacking {
		return groupTask{}, core.Refuse(core.Unsupported, "topic_unsupported", "", "Where", home, "Why", can.Why)
	}
	task, err := o.place(ctx, d)
	if err != nil {
		return task, err
	}
	if done, err := d.e.load(ctx, task.Key, d.op); err != nil || done != nil {
		return *cmp.Or(done, &groupTask{}), err
	}
	spec := task.Input.Spec
	spec.Workspace, spec.Type, spec.Owner, spec.Topic = home, core.Topic, d.by.Account, spec.Name
	if spec.Members, task.Input.Missing, err = o.members(ctx, d); err != nil {
		return task, err
	}
	task.Input.Opened = &opened{By: d.by, Origin: o.Origin}
	d.e.completeTopic(ctx, groupRun(task.Key, d.op), &task.Input, core.Risk{Key: task.Key, Version: task.Input.Version})
	return task, d.mayOpen(ctx)
}

// place returns the task with the group's key and name.
func (o OpenTopic) place(ctx context.Context, d groupDeed) (groupTask, error) {
	task := groupTask{Key: o.Risk, Input: input{Spec: &core.GroupSpec{Name: strings.Join(strings.Fields(o.Name), " ")}}}
	spec := task.Input.Spec
	if o.Risk != "" {
		rec, err := d.e.readable(ctx, d.by, o.Risk)
		if err != nil {
			return task, err
		}
		task.Input.Version = rec.Risk.Version
		spec.Name = cmp.Or(spec.Name, rec.Risk.Title)
		spec.Suffix = core.MakeOp(d.e.instance, d.op, "suffix")[:6] // a risk can have several
	}
	switch {
	case spec.Name == "":
		return task, core.Refuse(core.Invalid, "topic_name", "name")
	case o.Risk != "":
		return task, nil
	}
	got, err := d.e.store.NextNumber(ctx, Numbering{Topic: true, Op: d.op})
	if err != nil {
		return task, err
	}
	task.Key = core.MakeRiskKey(d.e.org.TopicPrefix(), got.Number)
	spec.Suffix = task.Key.Slug()
	return task, nil
}

// members returns whom to invite, the person first, and who can't be.
func (o OpenTopic) members(ctx context.Context, d groupDeed) ([]core.Account, []people.Unresolved, error) {
	home := d.by.Account.Workspace
	found, missing, err := d.e.people.Resolve(ctx, people.Qualify(o.Members, home), home)
	if err != nil {
		return nil, nil, core.Unanswered("members of a group", err)
	}
	members := []core.Account{d.by.Account}
	for _, a := range found {
		switch {
		case slices.Contains(members, a):
		case a.Workspace != home:
			missing = append(missing, people.Unresolved{Ref: core.RefOf(a), Code: otherWorkspace})
		case len(members) == core.MaxMembers:
			missing = append(missing, people.Unresolved{Ref: core.RefOf(a), Code: tooManyMembers})
		default:
			members = append(members, a)
		}
	}
	return members, missing, nil
}

// mayOpen counts the topic group, or returns a Refusal if the person has opened too many.
// All accounts of a person count together.
func (d groupDeed) mayOpen(ctx context.Context) error {
	mine, err := d.e.people.AccountsOf(ctx, d.by.Account)
	if err != nil { // the directory is down
		mine = []core.Account{d.by.Account}
	}
	first := slices.MinFunc(mine, func(a, b core.Account) int { return cmp.Compare(a.String(), b.String()) })
	const atOnce = time.Millisecond
	wait, err := d.e.store.TakeSlotOnce(ctx, d.op, []core.Bucket{{
		Workspace: first.Workspace, Name: "topics", Scope: first.ID, N: topicsAnHour, Window: time.Hour,
	}}, atOnce)
	switch {
	case err != nil:
		return err
	case wait > atOnce:
		return core.Refuse(core.Conflict, "topic_often", "", "Max", topicsAnHour, "Duration", (wait + time.Minute - 1).Truncate(time.Minute))
	}
	return nil
}

// Opened implements Handling.
func (e *Engine) Opened(ctx context.Context, run string) (Group, error) {
	const look = 100 * time.Millisecond
	id, err := ParseRunID(run)
	if err != nil {
		return Group{}, invalid("open group", err)
	}
	for {
		r, err := e.store.Load(ctx, id)
		if err != nil {
			return Group{}, err
		}
		all, err := e.store.GroupsOf(ctx, id.Risk)
		if err != nil {
			return Group{}, err
		}
		made := decodeOutcome(r.Outcomes[0]).Group // also one that is reused
		i := slices.IndexFunc(all, func(g Group) bool { return g.Run == run || made != nil && g.Ref == *made })
		switch {
		// Until its members have been invited, the record has the name that was asked for.
		case i >= 0 && (all[i].Run != run || len(all[i].Ops) > 0 || !r.State.Live()):
			return all[i], nil
		case !r.State.Live():
			return Group{}, &core.Error{Op: "open group", Kind: core.NotFound, Detail: r.Reason}
		}
		if err := sleep(ctx, look); err != nil {
			return Group{}, &core.Error{Op: "open group", Kind: core.Unavailable, Detail: "not_yet", Err: err}
		}
	}
}
