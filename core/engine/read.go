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
	may, err := e.rights.MayChange(ctx, by.Account, rec.Risk)
	if err != nil {
		e.log.WarnContext(ctx, "rights could not be checked", "risk", key, "err", err)
	}
	return View{Risk: rec.Risk, Lead: e.lead(rec.Risk), Binding: rec.Binding, MayChange: may}, nil
}

// List implements Handling.
func (e *Engine) List(ctx context.Context, by core.Actor, q ListQuery) (Listing, error) {
	ctx = core.ForPerson(ctx)
	all, err := e.rights.MayReadAll(ctx, by.Account)
	if err != nil {
		return Listing{}, core.Unanswered("rights to read", err)
	}
	query := Query{Limit: core.MaxListed}
	if q.Module != "" {
		query.Module = []string{q.Module}
	}
	if q.Overdue {
		query.Overdue = e.clock.Now()
	}
	if q.Mine || !all {
		if query.Who, err = e.people.RefsOf(ctx, by.Account, e.groupsInUse); err != nil {
			return Listing{}, core.Unanswered("who you are", err)
		}
	}
	if !all && !e.org.Permissions.Read.Involved {
		return Listing{}, nil
	}
	risks, total, err := e.store.Find(ctx, query)
	if err != nil || all || q.Mine {
		return Listing{Risks: risks, Total: total}, err
	}
	return e.withLed(ctx, query, Listing{Risks: risks, Total: total})
}

// withLed adds the risks of the modules that the asker leads to a listing of those
// where they are handler or submitter.
func (e *Engine) withLed(ctx context.Context, q Query, l Listing) (Listing, error) {
	var led []string
	for _, m := range e.org.Modules {
		if slices.Contains(q.Who, m.Lead) && (len(q.Module) == 0 || slices.Contains(q.Module, m.Name)) {
			led = append(led, m.Name)
		}
	}
	if len(led) == 0 {
		return l, nil
	}
	byModule := q
	byModule.Who, byModule.Module = nil, led
	risks, total, err := e.store.Find(ctx, byModule)
	if err != nil {
		return Listing{}, err
	}
	both := byModule
	both.Who, both.Limit = q.Who, 0
	_, common, err := e.store.Find(ctx, both)
	if err != nil {
		return Listing{}, err
	}
	for _, r := range risks {
		if !slices.ContainsFunc(l.Risks, func(x core.Risk) bool { return x.Key == r.Key }) {
			l.Risks = append(l.Risks, r)
		}
	}
	slices.SortFunc(l.Risks, func(a, b core.Risk) int { return b.SubmittedAt.Compare(a.SubmittedAt) })
	l.Risks = l.Risks[:min(len(l.Risks), core.MaxListed)]
	l.Total += total - common
	return l, nil
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
