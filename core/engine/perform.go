package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/people"
)

// outcome is what a step left: what later steps need, and what is told of it.
type outcome struct {
	Group  *core.GroupRef `json:"group,omitempty"`
	Owner  core.Account   `json:"owner,omitzero"`
	Name   string         `json:"name,omitempty"`   // of the group
	Suffix string         `json:"suffix,omitempty"` // that the group was made with
	Done   []string       `json:"done,omitempty"`   // whom or what it reached
	Failed []failure      `json:"failed,omitempty"`
	Code   string         `json:"code,omitempty"` // why the whole step failed or was passed over
}

// failure is a part of a step that failed for good.
type failure struct {
	What string `json:"what"` // a person, or a part of a group
	Code string `json:"code"`
}

func decodeOutcome(b []byte) outcome {
	var o outcome
	// What does not decode was written by a version that knew more; what it
	// left is then not there for later steps, which say so.
	_ = json.Unmarshal(b, &o)
	return o
}

func (o *outcome) encode() []byte {
	b, _ := json.Marshal(o) // strings only: cannot fail
	return b
}

func (o *outcome) failed(what string) bool {
	return slices.ContainsFunc(o.Failed, func(f failure) bool { return f.What == what })
}

func (o *outcome) did(what string) {
	if !slices.Contains(o.Done, what) {
		o.Done = append(o.Done, what)
	}
}

func (o *outcome) fail(what string, err error) {
	if !o.failed(what) {
		o.Failed = append(o.Failed, failure{What: what, Code: core.DetailOf(err)})
	}
}

// take notes what an action reported of a group's parts and people. What may
// pass is left to the next report.
func (o *outcome) take(r core.Report) {
	for _, x := range r.Outcomes {
		if x.Kind != "" && !finalKind(x.Kind) {
			continue
		}
		what := string(x.Part)
		if !x.Account.IsZero() {
			what += " " + x.Account.String()
		}
		if x.Kind == "" {
			o.did(what)
			continue
		}
		if !o.failed(what) {
			o.Failed = append(o.Failed, failure{What: what, Code: x.Detail})
		}
	}
}

// performed is how far a step got.
type performed struct {
	out   outcome
	shown []Shown
	badge core.MessageRef
}

// perform does what a step's input says. The error is of what is left to do:
// parts that failed for good are in the outcome.
func (t *turn) perform(ctx context.Context, in *input, sofar outcome) (performed, error) {
	p := performed{out: sofar}
	for _, m := range in.Missing {
		p.out.fail(string(m.Ref), &core.Error{Detail: m.Code})
	}
	var err error
	switch {
	case in.Messages != nil:
		err = t.sendAll(ctx, in, &p)
	case in.Group != nil:
		err = t.createGroup(ctx, *in.Group, &p)
	case in.Post != nil:
		err = t.post(ctx, in, &p)
	case in.Change != nil:
		err = t.change(ctx, in, &p)
	}
	return p, people.RefusedBy(t.workspace, err)
}

// platform returns the workspace that the next calls go to.
func (t *turn) platform(workspace string) (core.Platform, error) {
	t.workspace = workspace
	return t.e.workspaces.Get(workspace)
}

// sendAll sends to each person, whatever became of the others.
func (t *turn) sendAll(ctx context.Context, in *input, p *performed) error {
	var left error
	for _, to := range in.Direct {
		if p.out.failed(to.String()) {
			continue
		}
		m := in.Messages[to.Workspace]
		ref, err := t.sendTo(ctx, to, m)
		switch {
		case err == nil:
			p.out.did(to.String())
			t.show(p, Shown{ID: t.shownID(to.String()), Ref: ref, To: to, Title: m.Text}, m)
		case core.IsStop(err):
			return err
		case final(err):
			p.out.fail(to.String(), err)
		default:
			left = cmp.Or(left, err)
		}
	}
	return left
}

func (t *turn) sendTo(ctx context.Context, to core.Account, m core.Message) (core.MessageRef, error) {
	pl, err := t.platform(to.Workspace)
	if err != nil {
		return core.MessageRef{}, err
	}
	ref, err := pl.SendMessage(ctx, once{t: t, scope: "to:" + to.String() + "/"}, to, m)
	return ref, people.RefusedBy(to.Workspace, err)
}

func (t *turn) createGroup(ctx context.Context, spec core.GroupSpec, p *performed) error {
	pl, err := t.platform(spec.Workspace)
	if err != nil {
		return err
	}
	if b := spec.Badge; b != nil && b.Module == "" {
		b.Module = t.rec.Risk.Module // an older version's input does not say it
	}
	g, err := pl.CreateGroup(ctx, once{t: t, item: spec.Type == core.Item}, spec)
	p.out.take(g.Report)
	if g.Ref.IsZero() {
		return err
	}
	p.out.Group, p.out.Owner, p.out.Name, p.out.Suffix = &g.Ref, spec.Owner, g.Name, spec.Suffix
	if !g.Report.Badge.IsZero() && spec.Badge != nil {
		p.badge = g.Report.Badge
		t.show(p, Shown{ID: t.shownID("badge"), Ref: g.Report.Badge, Group: g.Ref, Badge: true}, spec.Badge.Message)
	}
	if err != nil && final(err) {
		// The group is there: what it lacks is told, and the steps go on.
		p.out.fail("group", err)
		return nil
	}
	return err
}

func (t *turn) post(ctx context.Context, in *input, p *performed) error {
	pl, err := t.platform(in.Into.Workspace)
	if err != nil {
		return err
	}
	ref, err := pl.SendGroupMessage(ctx, once{t: t}, in.Into, *in.Post)
	if err != nil {
		return err
	}
	p.out.did(in.Into.String())
	t.show(p, Shown{ID: t.shownID("post"), Ref: ref, Group: in.Into, Title: in.Post.Text}, *in.Post)
	return nil
}

func (t *turn) change(ctx context.Context, in *input, p *performed) error {
	pl, err := t.platform(in.Into.Workspace)
	if err != nil {
		return err
	}
	report, err := pl.SetGroup(ctx, once{t: t}, in.Into, *in.Change)
	p.out.take(report)
	return err
}

// show notes a message with a card, so that sync keeps it true.
func (t *turn) show(p *performed, s Shown, m core.Message) {
	if m.Card == nil {
		return
	}
	s.Version = m.Card.Version
	p.shown = append(p.shown, s)
}

// shownID names a shown message by what made it.
func (t *turn) shownID(what string) string {
	return strings.Join([]string{t.run.ID.Flow, t.run.ID.Occurrence, t.stepKey, what}, "/")
}

// isPassed tells whether err says that a step has nothing to act on.
func isPassed(err error) (passed, bool) { return errors.AsType[passed](err) }
