package engine

import (
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
func (t *turn) perform(ctx context.Context, act performance, in *input, sofar outcome) (performed, error) {
	p := performed{out: sofar}
	for _, m := range in.Missing {
		p.out.fail(string(m.Ref), &core.Error{Detail: m.Code})
	}
	err := act(t, ctx, in, &p)
	return p, people.RefusedBy(t.workspace, err)
}

// platform returns the workspace that the next calls go to.
func (t *turn) platform(workspace string) (core.Platform, error) {
	t.workspace = workspace
	return t.e.workspaces.Get(workspace)
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

// isPassed reports whether err says that a step has nothing to act on.
func isPassed(err error) (passed, bool) { return errors.AsType[passed](err) }
