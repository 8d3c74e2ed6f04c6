package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
	"riskroom/core/people"
)

// input is what a step acts on: rendered texts and resolved accounts. It is
// stored when the step is first deferred or begun, so that the step does the
// same after a crash.
type input struct {
	Version  int64                      `json:"version"`            // of the risk that it was made from
	To       []core.Account             `json:"direct,omitempty"`   // of direct messages
	Messages map[string]core.Message    `json:"messages,omitempty"` // direct ones, by workspace
	Replies  map[string]core.MessageRef `json:"replies,omitempty"`  // to what they reply, by account; zero if that wasn't sent
	Fallback []fallback                 `json:"fallback,omitempty"` // of direct messages
	Head     []core.Span                `json:"head,omitempty"`     // of direct messages, for Fallback
	Card     bool                       `json:"card,omitempty"`     // likewise: with the risk's card
	Involved []core.Ref                 `json:"involved,omitempty"` // in the risk whose item group is created
	Spec     *core.GroupSpec            `json:"group,omitempty"`    // of the group to create
	Group    core.GroupRef              `json:"into,omitzero"`      // of Message and Change
	Message  *core.Message              `json:"post,omitempty"`
	Apart    string                     `json:"apart,omitempty"` // why Message isn't a reply
	Change   *core.GroupChange          `json:"change,omitempty"`
	Edit     *groupEdit                 `json:"edit,omitempty"`   // of Group's record, with Change
	Opened   *opened                    `json:"opened,omitempty"` // of a topic group in Spec
	Until    time.Time                  `json:"until,omitzero"`   // of a wait
	Sync     *syncInput                 `json:"sync,omitempty"`
	Missing  []people.Unresolved        `json:"missing,omitempty"`  // people without an account to act on
	Unwanted []core.Ref                 `json:"unwanted,omitempty"` // those in Missing who weren't to become members
}

// encode returns the stored form. It fails with Invalid if that is too large.
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

// stepSkipped is the error of a step that has nothing to do.
type stepSkipped struct{ reason string }

func (p stepSkipped) Error() string { return "skipped: " + p.reason }

// resolve returns a new input for a step.
func (t *turn) resolve(ctx context.Context, s flow.Step) (*input, error) {
	in := &input{Version: t.rec.Risk.Version}
	if d, ok := t.flow.Trigger.(flow.ScheduleTrigger); t.listed != nil || ok && d.Digest {
		return in, t.resolveDigest(ctx, s, in)
	}
	err := t.e.actions[s.Action.Kind()].resolve(t, ctx, s.Action, t.env(ctx), in)
	return in, err
}

// env returns the environment of this run's conditions and templates.
func (t *turn) env(ctx context.Context) flow.Env {
	return t.e.envOf(ctx, t.rec.Risk, t.cause)
}

// group returns the group that a step acts on.
func (t *turn) group(ctx context.Context, target flow.Target) (core.GroupRef, error) {
	switch {
	case target.Item:
		return t.itemGroup(ctx)
	case target.Step != "":
		for i, s := range t.flow.Steps {
			if s.ID != target.Step {
				continue
			}
			if out := t.outcome(i); out.Group != nil {
				t.into = *out.Group
				return t.into, nil
			}
		}
		return core.GroupRef{}, stepSkipped{"no_group"}
	}
	t.into = target.Ref
	return target.Ref, nil
}

// nobody is the code of a list of people that comes out empty.
const nobody = "nobody"

// resolvePeople resolves a list of people, which may be nil. A list that means
// nobody is reported like a person who can't be found.
func (t *turn) resolvePeople(ctx context.Context, list *flow.People, env flow.Env) ([]core.Account, []people.Unresolved, error) {
	if list == nil {
		return nil, nil, nil
	}
	refs, err := t.e.named(list, env)
	if err != nil {
		return nil, nil, invalid("people", err)
	}
	return t.resolveRefs(ctx, list, refs)
}

// resolveRefs resolves the people whom a list names. If there are none, the list itself is
// reported like a person who can't be found.
func (t *turn) resolveRefs(ctx context.Context, list *flow.People, refs []core.Ref) ([]core.Account, []people.Unresolved, error) {
	refs = people.Qualify(refs, t.rec.Risk.Home)
	accounts, missing, err := t.e.people.Resolve(ctx, refs, t.workspace)
	if err == nil && len(accounts)+len(missing) == 0 {
		missing = []people.Unresolved{{Ref: core.Ref(list.String()), Code: nobody}}
	}
	return accounts, missing, err
}

// renderHead renders the text above a card.
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

// message returns a message for a workspace, with the risk's card if card is set.
func (t *turn) message(ctx context.Context, head []core.Span, card bool, workspace string) core.Message {
	m := core.Message{Text: head}
	if card {
		m.Card = t.e.card(ctx, t.e.shownOf(t.rec), workspace, t.e.org.Language)
	}
	return m
}

func invalid(op string, err error) error {
	return &core.Error{Op: op, Kind: core.Invalid, Err: err}
}
