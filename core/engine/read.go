package engine

import (
	"context"
	"slices"

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
	v := e.view(ctx, by.Account, rec)
	v.refusals(ctx, deed{e: e, by: by, rec: rec})
	return v, nil
}

// view returns a risk for an account. What can't be decided now counts as forbidden,
// because Do decides again.
func (e *Engine) view(ctx context.Context, a core.Account, rec Record) View {
	r := rec.Risk
	may := func(ok bool, err error) bool {
		if err != nil {
			e.log.WarnContext(ctx, "rights could not be checked", "risk", r.Key, "err", err)
		}
		return ok
	}
	v := e.shownOf(rec)
	v.MayChange = may(e.rights.MayChange(ctx, a, r))
	v.MayReport = may(e.rights.MayEdit(ctx, a, r, core.Reported))
	v.MayHandle = may(e.rights.MayEdit(ctx, a, r, core.Handling))
	v.MayTake = may(e.rights.MayTake(ctx, a, r))
	return v
}

// shownOf returns a risk as everyone sees it.
func (e *Engine) shownOf(rec Record) View {
	return View{Risk: rec.Risk, Lead: e.lead(rec.Risk), Binding: rec.Binding, Unreached: e.stillUnreached(rec)}
}

// groupsInUse returns a function that returns the user groups of a workspace that are
// handlers of a risk or, in the config file, of a module.
func (e *Engine) groupsInUse(ctx context.Context) (func(workspace string) []core.Ref, error) {
	all, err := e.store.HandlerGroups(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range e.org.Modules {
		all = append(all, m.Handlers...)
	}
	return func(workspace string) []core.Ref {
		var out []core.Ref
		for _, r := range people.Qualify(all, workspace) {
			if ws, _, ok := r.Group(); ok && ws == workspace && !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
		return out
	}, nil
}

// RiskOf implements Handling.
func (e *Engine) RiskOf(ctx context.Context, g core.GroupRef) (core.RiskKey, error) {
	key, err := e.store.RiskOf(ctx, g)
	if core.KindOf(err) != core.NotFound {
		return key, err
	}
	other, missing := e.store.GroupAt(ctx, g)
	switch {
	case core.KindOf(missing) == core.NotFound, missing == nil && (other.Type == core.Item || e.org.IsTopic(other.Key)):
		return "", err
	}
	return other.Key, missing
}

// Home returns a risk's home.
func (e *Engine) Home(ctx context.Context, key core.RiskKey) (string, error) {
	rec, err := e.store.Get(ctx, key)
	return rec.Risk.Home, err
}
