package engine

import (
	"context"
	"slices"
	"strings"

	"riskroom/core"
)

// Unlink implements Persons.
func (e *Engine) Unlink(ctx context.Context, op string, by core.Actor, who core.Ref) (Known, error) {
	ctx = forPerson(ctx)
	if a, err := e.store.JoinedBy(ctx, op); err != nil || !a.IsZero() {
		return e.known(ctx, a), err
	}
	a, err := e.letGo(ctx, by.Account, who)
	if err != nil {
		return Known{}, err
	}
	for range linkTries {
		was, err := e.store.Joined(ctx, a)
		if err != nil {
			return Known{}, err
		}
		if len(was) == 0 {
			return Known{}, refuse(core.NotFound, "link_none", "", "Name", e.known(ctx, a).Name, "Workspace", a.Workspace)
		}
		rest := slices.DeleteFunc(slices.Clone(was), func(x core.Account) bool { return x == a })
		if len(rest) < 2 {
			rest = nil
		}
		groups, err := e.regroup(ctx, rest, a)
		if err != nil {
			return Known{}, err
		}
		err = e.store.Join(ctx, Join{Op: op, Under: e.noticesRisk(), Groups: groups, Subject: a, Events: []Event{{
			At: e.now(), Kind: EventUnlinked, Actor: by, Op: op,
			Data: map[string]string{"account": a.String(), "from": accountList(was, a)},
		}}})
		if core.KindOf(err) == core.Conflict {
			continue
		}
		if err != nil {
			return Known{}, err
		}
		e.forgetAll(groups)
		return e.known(ctx, a), nil
	}
	return Known{}, unanswered("unlink accounts", err)
}

// letGo returns the account whose links are to be let go of, if by may do that.
func (e *Engine) letGo(ctx context.Context, by core.Account, who core.Ref) (core.Account, error) {
	if who == "" {
		return by, nil
	}
	a, ok := who.Account()
	if !ok {
		all, err := e.people.accounts(ctx, who, by.Workspace, trustedFor)
		if err != nil && transient(err) {
			return a, unanswered("who is meant", err)
		}
		if err != nil || len(all) != 1 {
			return a, refuse(core.NotFound, "link_nobody", "", "Name", string(who))
		}
		a = all[0]
	}
	own, err := e.people.same(ctx, by, a)
	if !own && err == nil {
		own, err = e.rights.administrator(ctx, by)
	}
	switch {
	case own:
		return a, nil
	case err != nil:
		return a, unanswered("whether you may let go of this", err)
	}
	return a, refuse(core.Denied, "link_not_yours", "")
}

func accountList(all []core.Account, without core.Account) string {
	var out []string
	for _, a := range all {
		if a != without {
			out = append(out, a.String())
		}
	}
	return strings.Join(out, " ")
}
