package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/people"
)

// input is what a step acts on: rendered texts and resolved accounts. It is
// fixed when the step is first deferred or first begun, so that a step which is
// entered again after a crash does what it set out to do.
type input struct {
	Version  int64                   `json:"version"` // of the risk that it was made from
	Direct   []core.Account          `json:"direct,omitempty"`
	Messages map[string]core.Message `json:"messages,omitempty"` // of Direct, by workspace
	Group    *core.GroupSpec         `json:"group,omitempty"`
	Into     core.GroupRef           `json:"into,omitzero"` // of Post and Change
	Post     *core.Message           `json:"post,omitempty"`
	Change   *core.GroupChange       `json:"change,omitempty"`
	Sync     *syncInput              `json:"sync,omitempty"`
	Missing  []people.Unresolved     `json:"missing,omitempty"` // who was meant and cannot be reached
}

// encode returns what the store keeps; a step too large to keep is Invalid.
func (in *input) encode() ([]byte, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("pin a step's input: %w", err)
	}
	if len(b) > core.MaxInput {
		return nil, &core.Error{Op: "pin a step's input", Kind: core.Invalid, Detail: "too_large"}
	}
	return b, nil
}

// passed says that a step has nothing to act on, and why.
type passed struct{ reason string }

func (p passed) Error() string { return "passed over: " + p.reason }

// build makes the input of a step.
func (t *turn) build(ctx context.Context, s flow.Step) (*input, error) {
	env := t.env(ctx)
	in := &input{Version: t.rec.Risk.Version}
	var err error
	switch {
	case s.SendMessage != nil:
		err = t.buildDirect(ctx, s.SendMessage, env, in)
	case s.CreateGroup != nil:
		err = t.buildGroup(ctx, s.CreateGroup, env, in)
	case s.SendGroupMessage != nil:
		err = t.buildPost(ctx, s.SendGroupMessage, env, in)
	case s.SetGroup != nil:
		err = t.buildChange(ctx, s.SetGroup, env, in)
	}
	return in, err
}

// env is what conditions and templates of this run see.
func (t *turn) env(ctx context.Context) flow.Env {
	return t.e.env(ctx, t.rec.Risk, t.e.org.Language)
}

func (t *turn) buildDirect(ctx context.Context, a *flow.SendMessage, env flow.Env, in *input) error {
	accounts, missing, err := t.whom(ctx, a.To, env)
	if err != nil {
		return err
	}
	in.Direct, in.Missing, in.Messages = accounts, missing, map[string]core.Message{}
	head, err := renderHead(a.Title, a.Text, env)
	if err != nil {
		return err
	}
	for _, to := range accounts {
		if _, ok := in.Messages[to.Workspace]; !ok {
			in.Messages[to.Workspace] = t.message(ctx, head, a.Card, to.Workspace)
		}
	}
	if len(accounts) == 0 && len(missing) == 0 {
		return passed{"nobody"}
	}
	return nil
}

func (t *turn) buildGroup(ctx context.Context, a *flow.CreateGroup, env flow.Env, in *input) error {
	members, missing, err := t.whom(ctx, a.Members, env)
	if err != nil {
		return err
	}
	owners, notOwners, err := t.whom(ctx, a.Owner, env)
	if err != nil {
		return err
	}
	spec := &core.GroupSpec{Workspace: t.workspace, Type: a.Type, Public: a.Public, Suffix: t.op("suffix")[:6]}
	here := func(all []core.Account) (out []core.Account) {
		for _, m := range all {
			if m.Workspace == t.workspace {
				out = append(out, m)
			} else {
				missing = append(missing, people.Unresolved{Ref: core.RefOf(m), Code: "other_workspace"})
			}
		}
		return out
	}
	owners, members = here(owners), here(members)
	if len(owners) > 0 {
		spec.Owner = owners[0]
		members = append([]core.Account{spec.Owner}, slices.DeleteFunc(members, func(m core.Account) bool { return m == spec.Owner })...)
	} else {
		missing = append(missing, notOwners...)
	}
	if len(members) > core.MaxMembers {
		return &core.Error{Op: "create_group", Kind: core.Invalid, Detail: "too_many_members"}
	}
	spec.Members, in.Missing, in.Group = members, missing, spec
	return t.nameGroup(ctx, a, env, spec)
}

// nameGroup renders a group's texts, and binds an item group to its risk.
func (t *turn) nameGroup(ctx context.Context, a *flow.CreateGroup, env flow.Env, spec *core.GroupSpec) error {
	var err error
	for _, r := range []struct {
		to   *string
		from *flow.Template
	}{{&spec.Name, a.Name}, {&spec.Topic, a.Topic}, {&spec.Purpose, a.Purpose}} {
		if r.from == nil {
			continue
		}
		if *r.to, err = r.from.Render(env); err != nil {
			return invalid("create_group", err)
		}
	}
	if a.Type != core.Item {
		return nil
	}
	link, err := t.reserveLink(ctx)
	if err != nil {
		return err
	}
	if link.State == Missing {
		return &core.Error{Op: "create_group", Kind: core.Conflict, Detail: groupLost}
	}
	if link.State != Reserved || link.Run != t.run.ID {
		return &core.Error{Op: "create_group", Kind: core.Conflict, Detail: "item_group_exists"}
	}
	spec.Suffix = t.rec.Risk.Key.Slug()
	if link.Epoch > 0 {
		spec.Suffix += "-" + strconv.Itoa(link.Epoch+1)
	}
	spec.Badge = t.e.badge(t.rec.Risk, t.e.org.Language)
	return nil
}

func (t *turn) buildPost(ctx context.Context, a *flow.SendGroupMessage, env flow.Env, in *input) error {
	var err error
	if in.Into, err = t.group(a.Group); err != nil {
		return err
	}
	head, err := renderHead(a.Title, a.Text, env)
	if err != nil {
		return err
	}
	people, missing, err := t.whom(ctx, a.Mention, env)
	if err != nil {
		return err
	}
	in.Missing = missing
	var mentions []core.Span
	for _, p := range people {
		if p.Workspace == in.Into.Workspace {
			mentions = append(mentions, core.Mention(p), core.Plain(" "))
		}
	}
	m := t.message(ctx, append(mentions, head...), a.Card, in.Into.Workspace)
	in.Post = &m
	return nil
}

func (t *turn) buildChange(ctx context.Context, a *flow.SetGroup, env flow.Env, in *input) error {
	var err error
	if in.Into, err = t.group(a.Group); err != nil {
		return err
	}
	made, err := t.madeAs(ctx, in.Into)
	if err != nil {
		return err
	}
	if err := t.mayOperate(ctx, a.Operator, in.Into.Workspace, made.Owner); err != nil {
		return err
	}
	c := &core.GroupChange{}
	for _, r := range []struct {
		to   **string
		from *flow.Template
	}{{&c.Name, a.Name}, {&c.Topic, a.Topic}} {
		if r.from == nil {
			continue
		}
		s, err := r.from.Render(env)
		if err != nil {
			return invalid("set_group", err)
		}
		*r.to = &s
	}
	if c.Name != nil {
		c.Suffix = made.Suffix
	}
	add, missing, err := t.whom(ctx, a.Add, env)
	if err != nil {
		return err
	}
	remove, notRemoved, err := t.whom(ctx, a.Remove, env)
	c.Add, c.Remove = add, remove
	in.Missing, in.Change = append(missing, notRemoved...), c
	return err
}

// mayOperate checks that the operator of a set_group may change the group.
func (t *turn) mayOperate(ctx context.Context, operator core.Ref, workspace string, owner core.Account) error {
	accounts, err := t.e.people.ResolveOne(ctx, operator, workspace, people.ForRights)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if may, err := t.e.rights.MayOperate(ctx, a, owner); may || err != nil {
			return err
		}
	}
	return &core.Error{Op: "set_group", Kind: core.Denied, Detail: "not_operator"}
}

// madeAs returns the outcome of the step that made a group, of this run or of
// the one that made the item group; empty if neither is known to have made it.
func (t *turn) madeAs(ctx context.Context, g core.GroupRef) (outcome, error) {
	if t.rec.Link.Group == g && t.rec.Link.Run != t.run.ID {
		return t.e.boundAs(ctx, t.rec.Link)
	}
	return outcomeOf(t.run, g), nil
}

// group returns the group that a step acts on.
func (t *turn) group(target flow.Target) (core.GroupRef, error) {
	switch {
	case target.Item:
		if t.rec.Link.State != Bound {
			return core.GroupRef{}, passed{"no_item_group"}
		}
		return t.rec.Link.Group, nil
	case target.Step != "":
		for i, s := range t.flow.Steps {
			if s.ID != target.Step {
				continue
			}
			if out := t.outcome(i); out.Group != nil {
				return *out.Group, nil
			}
		}
		return core.GroupRef{}, passed{"no_group"}
	}
	return target.Ref, nil
}

// whom resolves a list of people; nil is nobody.
func (t *turn) whom(ctx context.Context, list *flow.People, env flow.Env) ([]core.Account, []people.Unresolved, error) {
	if list == nil {
		return nil, nil, nil
	}
	refs, err := list.Refs(env)
	if err != nil {
		return nil, nil, invalid("people", err)
	}
	refs = people.Qualify(refs, t.rec.Risk.Home)
	return t.e.people.Resolve(ctx, refs, t.workspace)
}

// renderHead renders what stands above a card.
func renderHead(title, body *flow.Template, env flow.Env) ([]core.Span, error) {
	var out []core.Span
	for _, tpl := range []*flow.Template{title, body} {
		if tpl == nil {
			continue
		}
		s, err := tpl.Render(env)
		if err != nil {
			return nil, invalid("message", err)
		}
		if len(out) > 0 {
			out = append(out, core.Plain("\n"))
		}
		out = append(out, core.Plain(s))
	}
	return out, nil
}

// message returns a message with the risk's card, if wanted, worded for a
// workspace.
func (t *turn) message(ctx context.Context, head []core.Span, card bool, workspace string) core.Message {
	m := core.Message{Text: head}
	if card {
		m.Card = t.e.card(ctx, t.rec.Risk, t.e.lead(t.rec.Risk), workspace, t.e.org.Language)
	}
	return m
}

func invalid(op string, err error) error {
	return &core.Error{Op: op, Kind: core.Invalid, Err: err}
}
