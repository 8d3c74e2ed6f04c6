package engine

import (
	"context"

	"riskroom/core"
)

// Replaced implements Handling.
func (e *Engine) Replaced(ctx context.Context, key core.RiskKey, at core.GroupRef) (Group, error) {
	none := &core.Error{Op: "replaced group", Kind: core.NotFound}
	old, err := e.store.GroupAt(ctx, at)
	if err != nil {
		return Group{}, err
	}
	if old.Key != key || old.Type != core.Item {
		return Group{}, none
	}
	rec, err := e.store.Get(ctx, key)
	if err != nil {
		return Group{}, err
	}
	if b := rec.Binding; b.State != Bound || b.Group == at {
		return Group{}, none
	}
	return e.groupOf(ctx, rec, rec.Binding.Group)
}
