package engine

import (
	"context"

	"riskroom/core"
	"riskroom/core/flow"
)

// Adopt brings risks and timers in line with the engine's file, once.
func (e *Engine) Adopt(ctx context.Context) error { return e.adopt(ctx, true) }

// LimitDigests sets the most messages that a digest may have.
func (e *Engine) LimitDigests(most int) { e.lists = most }

// EvaluateWith replaces how the engine evaluates the conditions of runs: those that compile don't fail.
func (e *Engine) EvaluateWith(holds func(*flow.Condition, flow.Env) (bool, error)) { e.judge = holds }

// NameWith replaces how the engine evaluates lists of people: those that compile don't fail.
func (e *Engine) NameWith(named func(*flow.People, flow.Env) ([]core.Ref, error)) { e.named = named }
