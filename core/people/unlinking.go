package people

import (
	"context"
	"slices"

	"riskroom/core"
)

// Unlink implements Persons.
func (l *Links) Unlink(ctx context.Context, op string, by core.Actor, who core.Ref) (Known, error) {
	ctx = core.ForPerson(ctx)
	if a, err := l.store.JoinedBy(ctx, op); err != nil || !a.IsZero() {
		return l.known(ctx, a), err
	}
	a, err := l.unlinkable(ctx, by.Account, who)
	if err != nil {
		return Known{}, err
	}
	for range linkTries {
		was, err := l.store.Joined(ctx, a)
		if err != nil {
			return Known{}, err
		}
		if len(was) == 0 {
			return Known{}, core.Refuse(core.NotFound, "link_none", "", "Name", l.known(ctx, a).Name, "Workspace", a.Workspace)
		}
		from := slices.DeleteFunc(slices.Clone(was), func(x core.Account) bool { return x == a })
		rest := from
		if len(rest) < 2 {
			rest = nil
		}
		groups, err := l.regroup(ctx, rest, a)
		if err != nil {
			return Known{}, err
		}
		err = l.journal.Unlinked(ctx, Unlinked{
			Join: Join{Op: op, Groups: groups, Subject: a},
			By:   by, From: from,
		})
		if core.KindOf(err) == core.Conflict {
			continue
		}
		if err != nil {
			return Known{}, err
		}
		l.forgetAll(groups)
		return l.known(ctx, a), nil
	}
	return Known{}, core.Unanswered("unlink accounts", err)
}

// unlinkable returns the account whose links to remove, or a Refusal if by may not do that.
func (l *Links) unlinkable(ctx context.Context, by core.Account, who core.Ref) (core.Account, error) {
	if who == "" {
		return by, nil
	}
	a, ok := who.Account()
	if !ok {
		all, err := l.dir.ResolveOne(ctx, who, by.Workspace, ForRights)
		if err != nil && core.Transient(err) {
			return a, core.Unanswered("who is meant", err)
		}
		if err != nil || len(all) != 1 {
			return a, core.Refuse(core.NotFound, "link_nobody", "", "Name", string(who))
		}
		a = all[0]
	}
	own, err := l.dir.Same(ctx, by, a)
	if !own && err == nil {
		own, err = l.rights.Administrator(ctx, by)
	}
	switch {
	case own:
		return a, nil
	case err != nil:
		return a, core.Unanswered("whether you may remove this link", err)
	}
	return a, core.Refuse(core.Denied, "link_not_yours", "")
}
