package engine

import (
	"context"

	"riskroom/core"
	"riskroom/core/people"
)

// Show implements Handling.
func (e *Engine) Show(ctx context.Context, by core.Actor, key core.RiskKey) (View, error) {
	ctx = core.ForPerson(ctx)
	rec, err := e.readable(ctx, by, key)
	if err != nil {
		return View{}, err
	}
	may, err := e.rights.MayChange(ctx, by.Account, rec.Risk)
	if err != nil {
		e.log.WarnContext(ctx, "rights could not be checked", "risk", key, "err", err)
	}
	return View{Risk: rec.Risk, Lead: e.lead(rec.Risk), Binding: rec.Binding, MayChange: may}, nil
}

// groupsInUse returns the user groups of a workspace that the config file names as
// handlers.
func (e *Engine) groupsInUse(home string) []core.Ref {
	var out []core.Ref
	for _, m := range e.org.Modules {
		for _, r := range people.Qualify(m.Handlers, home) {
			if ws, _, ok := r.Group(); ok && ws == home {
				out = append(out, r)
			}
		}
	}
	return out
}

// RiskOf implements Handling.
func (e *Engine) RiskOf(ctx context.Context, g core.GroupRef) (core.RiskKey, error) {
	return e.store.RiskOf(ctx, g)
}

// Home returns a risk's home.
func (e *Engine) Home(ctx context.Context, key core.RiskKey) (string, error) {
	rec, err := e.store.Get(ctx, key)
	return rec.Risk.Home, err
}
