package engine

import (
	"context"
	"slices"

	"riskroom/core"
)

// Topics implements Handling.
func (e *Engine) Topics(ctx context.Context, by core.Actor, key core.RiskKey, at core.GroupRef) ([]Group, error) {
	ctx = core.ForPerson(ctx)
	var all []Group
	var err error
	switch {
	case key != "":
		all, err = e.store.GroupsOf(ctx, key)
	case !at.IsZero():
		var g Group
		if g, err = e.store.GroupAt(ctx, at); core.KindOf(err) == core.NotFound {
			return nil, nil
		}
		all = []Group{g}
	}
	if err != nil {
		return nil, err
	}
	mine := e.accountsOf(ctx, by)
	admin, err := e.rights.Administrator(ctx, by.Account)
	if err != nil {
		e.log.WarnContext(ctx, "rights could not be checked", "group", key, "err", err)
	}
	return slices.DeleteFunc(all, func(g Group) bool {
		return g.Type != core.Topic || !admin && g.Ref != at && !g.seenBy(mine)
	}), nil
}

// accountsOf returns a person's accounts, only the one at hand if the directory is down.
func (e *Engine) accountsOf(ctx context.Context, by core.Actor) []core.Account {
	mine, err := e.people.AccountsOf(ctx, by.Account)
	if err != nil {
		return []core.Account{by.Account}
	}
	return mine
}

// seenBy reports whether a group is public or a person with these accounts is in it, as
// far as riskroom knows.
func (g Group) seenBy(mine []core.Account) bool {
	return g.Public || slices.ContainsFunc(mine, func(a core.Account) bool {
		m, invited := g.Members[a.String()]
		return a == g.Owner || slices.Contains(g.Admins, a) || invited && m.Code == "" && !m.Left
	})
}

// Members implements Handling.
func (e *Engine) Members(ctx context.Context, g core.GroupRef, limit int) ([]core.Account, error) {
	pl, err := e.workspaces.Get(g.Workspace)
	if err != nil {
		return nil, err
	}
	return pl.Members(core.ForPerson(ctx), g, limit)
}
