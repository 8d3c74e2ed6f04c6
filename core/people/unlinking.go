package people

import (
	"context"
	"slices"

	"riskroom/core"
)

// Unlink implements Persons.
func (s *Service) Unlink(ctx context.Context, op string, by core.Actor, who core.Ref) (Known, error) {
	ctx = core.ForPerson(ctx)
	if a, err := s.store.JoinedBy(ctx, op); err != nil || !a.IsZero() {
		return s.known(ctx, a), err
	}
	a, err := s.unlinkable(ctx, by.Account, who)
	if err != nil {
		return Known{}, err
	}
	for range linkTries {
		was, err := s.store.Joined(ctx, a)
		if err != nil {
			return Known{}, err
		}
		if len(was) == 0 {
			return Known{}, core.Refuse(core.NotFound, "link_none", "", "Name", s.known(ctx, a).Name, "Workspace", a.Workspace)
		}
		from := slices.DeleteFunc(slices.Clone(was), func(x core.Account) bool { return x == a })
		rest := from
		if len(rest) < 2 {
			rest = nil
		}
		groups, err := s.regroup(ctx, rest, a)
		if err != nil {
			return Known{}, err
		}
		err = s.journal.Unlinked(ctx, Unlinked{
			Join: Join{Op: op, Groups: groups, Subject: a},
			By:   by, From: from,
		})
		if core.KindOf(err) == core.Conflict {
			continue
		}
		if err != nil {
			return Known{}, err
		}
		s.forgetAll(groups)
		return s.known(ctx, a), nil
	}
	return Known{}, core.Unanswered("unlink accounts", err)
}

// unlinkable returns the account whose links are to be removed, if by may do that.
func (s *Service) unlinkable(ctx context.Context, by core.Account, who core.Ref) (core.Account, error) {
	if who == "" {
		return by, nil
	}
	a, ok := who.Account()
	if !ok {
		all, err := s.dir.ResolveOne(ctx, who, by.Workspace, ForRights)
		if err != nil && core.Transient(err) {
			return a, core.Unanswered("who is meant", err)
		}
		if err != nil || len(all) != 1 {
			return a, core.Refuse(core.NotFound, "link_nobody", "", "Name", string(who))
		}
		a = all[0]
	}
	own, err := s.dir.Same(ctx, by, a)
	if !own && err == nil {
		own, err = s.rights.Administrator(ctx, by)
	}
	switch {
	case own:
		return a, nil
	case err != nil:
		return a, core.Unanswered("whether you may remove this link", err)
	}
	return a, core.Refuse(core.Denied, "link_not_yours", "")
}
