package people

import (
	"cmp"
	"context"

	"riskroom/core"
	"riskroom/core/text"
)

// Name implements Persons.
func (l *Links) Name(ctx context.Context, ref core.Ref, workspace, lang string) core.Span {
	return l.dir.Name(core.ForPerson(ctx), l.text.In(lang), ref, workspace)
}

// Name returns a person as a mention if they have an account in the workspace, otherwise as
// the name that they have elsewhere. A user group is never mentioned, so that nobody in it is
// notified.
func (d *Directory) Name(ctx context.Context, p text.Printer, r core.Ref, workspace string) core.Span {
	if ws, group, ok := r.Group(); ok {
		if g, err := d.Group(ctx, cmp.Or(ws, workspace), group); err == nil {
			group = g.Name
		}
		return core.Plain("@" + group)
	}
	accounts, err := d.ResolveOne(ctx, r, workspace, ForDisplay)
	if a, ok := r.Account(); ok && err != nil {
		accounts = []core.Account{a} // the account is known even if its profile isn't
	}
	if len(accounts) > 0 {
		if accounts[0].Workspace == workspace {
			return core.Mention(accounts[0])
		}
		if prof, err := d.Profile(ctx, accounts[0]); err == nil && prof.Name != "" {
			return core.Plain(prof.Name)
		}
	}
	if name, ok := r.Name(); ok {
		return core.Plain(name)
	}
	if len(accounts) == 0 {
		return core.Plain(string(r))
	}
	return core.Plain(p.S("card.people.elsewhere", text.Args{"Workspace": accounts[0].Workspace}))
}
