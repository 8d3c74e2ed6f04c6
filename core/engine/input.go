package engine

import (
	"context"
	"encoding/json"
	"fmt"

	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/people"
)

// input is what a step acts on: rendered texts and resolved accounts. It is
// fixed when the step is first deferred or first begun, so that a step which is
// entered again after a crash does what it set out to do.
type input struct {
	Version  int64                   `json:"version"`            // of the risk that it was made from
	To       []core.Account          `json:"direct,omitempty"`   // of direct messages
	Messages map[string]core.Message `json:"messages,omitempty"` // direct ones, by workspace
	Spec     *core.GroupSpec         `json:"group,omitempty"`    // of the group to create
	Group    core.GroupRef           `json:"into,omitzero"`      // to which Message goes or Change applies
	Message  *core.Message           `json:"post,omitempty"`
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

// resolve makes the input of a step.
func (t *turn) resolve(ctx context.Context, s flow.Step) (*input, error) {
	in := &input{Version: t.rec.Risk.Version}
	err := t.e.actions[s.Action.Kind()].resolve(t, ctx, s.Action, t.env(ctx), in)
	return in, err
}

// env is what conditions and templates of this run see.
func (t *turn) env(ctx context.Context) flow.Env {
	return t.e.env(ctx, t.rec.Risk, t.e.org.Language)
}

// group returns the group that a step acts on.
func (t *turn) group(target flow.Target) (core.GroupRef, error) {
	switch {
	case target.Item:
		if t.rec.Binding.State != Bound {
			return core.GroupRef{}, passed{"no_item_group"}
		}
		return t.rec.Binding.Group, nil
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
