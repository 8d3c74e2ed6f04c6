package engine

import (
	"context"
	"fmt"

	"riskroom/core/flow"
)

// actionHalf is the engine's half of an action: what a step acts on, and how. The
// other half, what can be written in a flow, is in package flow.
type actionHalf struct {
	kind string
	// resolve fills a step's input: it renders texts and looks up people. It has no
	// effect on a platform.
	resolve func(*turn, context.Context, flow.Action, flow.Env, *input) error
	// perform does what the input says. It records in performed what later steps
	// can refer to, who was reached and what failed for good. It fails if something
	// is left to do.
	perform performance
}

// performance is the function that performs an action.
type performance func(*turn, context.Context, *input, *performed) error

// actionHalves returns the halves of all actions.
func actionHalves() []actionHalf {
	return []actionHalf{
		half((*turn).resolveSendMessage, (*turn).performSendMessage),
		half((*turn).resolveCreateGroup, (*turn).performCreateGroup),
		half((*turn).resolveSendGroupMessage, (*turn).performSendGroupMessage),
		half((*turn).resolveSetGroup, (*turn).performSetGroup),
		half((*turn).resolveWait, (*turn).performWait),
	}
}

// half returns the half of the action A.
func half[A flow.Action](
	resolve func(*turn, context.Context, A, flow.Env, *input) error,
	perform performance,
) actionHalf {
	var none A
	return actionHalf{
		kind: none.Kind(),
		resolve: func(t *turn, ctx context.Context, a flow.Action, env flow.Env, in *input) error {
			action, ok := a.(A)
			if !ok {
				return invalid(none.Kind(), fmt.Errorf("the action is a %T", a))
			}
			return resolve(t, ctx, action, env, in)
		},
		perform: perform,
	}
}

// byKind returns the halves by kind of action. It fails if a kind has none.
func byKind(kinds []string, halves []actionHalf) (map[string]actionHalf, error) {
	out := map[string]actionHalf{}
	for _, h := range halves {
		out[h.kind] = h
	}
	for _, kind := range kinds {
		if _, ok := out[kind]; !ok {
			return nil, fmt.Errorf("engine: no function performs the action %s", kind)
		}
	}
	return out, nil
}
