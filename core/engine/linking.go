package engine

import (
	"context"
	"slices"
	"strings"

	"riskroom/core"
	"riskroom/core/text"
)

// linkTries is how often a link is stored that others change too.
const linkTries = 5

// Link implements Persons.
func (e *Engine) Link(ctx context.Context, op string, by core.Actor, code string) (Known, error) {
	ctx = forPerson(ctx)
	// A repeat of what this person did was done.
	if with, err := e.store.JoinedBy(ctx, op); err != nil || !with.IsZero() {
		return e.known(ctx, with), err
	}
	o, err := e.offer(ctx, op, by, code)
	if err != nil {
		return Known{}, err
	}
	for range linkTries {
		var both []core.Account
		if both, err = e.judgeLink(ctx, by.Account, o.Account); err != nil {
			return Known{}, err
		}
		if err = e.join(ctx, op, by, o, both); err == nil {
			e.Wake()
			return e.known(ctx, o.Account), nil
		}
		switch core.KindOf(err) {
		case core.NotFound:
			return Known{}, refuse(core.NotFound, "link_code_used", "code")
		case core.Conflict:
			continue
		}
		return Known{}, err
	}
	return Known{}, unanswered("link accounts", err)
}

// judgeLink returns the accounts that become one person's, or refuses what would
// make two people one, or give one a second account in a workspace.
func (e *Engine) judgeLink(ctx context.Context, mine, theirs core.Account) ([]core.Account, error) {
	switch {
	case mine == theirs:
		return nil, refuse(core.Invalid, "link_own_code", "code")
	case mine.Workspace == theirs.Workspace:
		return nil, refuse(core.Conflict, "link_same_workspace", "code", "Workspace", mine.Workspace)
	}
	e.people.forget(mine, theirs)
	ok, err := e.people.standing(ctx, theirs)
	if err != nil {
		return nil, unanswered("who offered", err)
	}
	if !ok {
		return nil, refuse(core.Denied, "link_no_member", "code", "Workspace", theirs.Workspace)
	}
	a, err := e.people.selves(ctx, mine)
	b, err2 := e.people.selves(ctx, theirs)
	if err = firstError(err, err2); err != nil {
		return nil, unanswered("whose accounts they are", err)
	}
	if slices.Contains(a, theirs) {
		return nil, refuse(core.Conflict, "link_already", "code", "Workspace", theirs.Workspace)
	}
	if err := e.agreed(ctx, slices.Concat(a, b)); err != nil {
		return nil, err
	}
	for _, x := range a {
		if y, taken := in(b, x.Workspace); taken && x != y {
			return nil, refuse(core.Conflict, "link_taken", "code", "Workspace", x.Workspace, "Command", e.org.Command)
		}
	}
	a, err = e.people.linkedWith(ctx, mine)
	b, err2 = e.people.linkedWith(ctx, theirs)
	if err = firstError(err, err2); err != nil {
		return nil, unanswered("what is linked", err)
	}
	both := slices.Concat(a, b)
	slices.SortFunc(both, func(x, y core.Account) int { return strings.Compare(x.String(), y.String()) })
	return slices.Compact(both), nil
}

// agreed refuses accounts that the config file does not let be one person's.
func (e *Engine) agreed(ctx context.Context, accounts []core.Account) error {
	name, ok, err := e.people.oneName(ctx, accounts)
	switch {
	case err != nil:
		return unanswered("whom the accounts are by the configuration", err)
	case !ok && name == "":
		return refuse(core.Conflict, "link_two_people", "code")
	case !ok:
		return refuse(core.Conflict, "link_other_account", "code", "Name", name)
	}
	return nil
}

// join stores that accounts are one person's, with what is told of it.
func (e *Engine) join(ctx context.Context, op string, by core.Actor, o Offer, both []core.Account) error {
	groups, err := e.regroup(ctx, both, by.Account, o.Account)
	if err != nil {
		return err
	}
	j := Join{Op: op, Hash: o.Hash, Under: e.noticesRisk(), Groups: groups, Subject: o.Account}
	j.Events = []Event{{At: e.now(), Kind: EventLinked, Actor: by, Op: op,
		Data: map[string]string{"account": by.Account.String(), "with": o.Account.String()}}}
	mine, theirs := e.known(ctx, by.Account), e.known(ctx, o.Account)
	args := text.Args{
		"Name": theirs.Name, "Workspace": theirs.Account.Workspace, "Other": mine.Name, "OtherWorkspace": mine.Account.Workspace,
		"Command": e.org.Command,
	}
	told, err := e.noticeNow(noticeData{Code: "linked", Args: args, To: o.Account}, core.MakeOp("linked", op))
	if err != nil {
		return err
	}
	j.Timers = append(j.Timers, told)
	admin, err := e.rights.administrator(ctx, by.Account)
	if err == nil && !admin {
		admin, err = e.rights.administrator(ctx, o.Account)
	}
	if err != nil {
		return unanswered("whether an administrator is linked", err)
	}
	if admin {
		if told, err = e.noticeNow(noticeData{Code: "administrator_linked", Args: args}, core.MakeOp("administrator linked", op)); err != nil {
			return err
		}
		j.Timers = append(j.Timers, told)
	}
	if err := e.store.Join(ctx, j); err != nil {
		return err
	}
	e.forgetAll(groups)
	return nil
}

// regroup returns what changes so that some accounts, which hold a and b, are
// linked with one another: what was linked with a or b and is not among them any
// more is let go.
func (e *Engine) regroup(ctx context.Context, both []core.Account, changed ...core.Account) ([]Joined, error) {
	var groups []Joined
	add := func(a core.Account, was []core.Account) {
		if slices.ContainsFunc(groups, func(g Joined) bool { return g.Account == a }) {
			return
		}
		g := Joined{Account: a, Was: was}
		if slices.Contains(both, a) {
			g.To = both
		}
		groups = append(groups, g)
	}
	for _, a := range changed {
		was, err := e.store.Joined(ctx, a)
		if err != nil {
			return nil, err
		}
		add(a, was)
		for _, x := range was {
			add(x, was)
		}
	}
	return groups, nil
}

func (e *Engine) forgetAll(groups []Joined) {
	for _, g := range groups {
		e.people.forget(g.Account)
	}
}

// Accounts implements Persons.
func (e *Engine) Accounts(ctx context.Context, by core.Actor) ([]Known, error) {
	ctx = forPerson(ctx)
	all, err := e.people.selves(ctx, by.Account)
	if err != nil {
		return nil, unanswered("which accounts are yours", err)
	}
	out := []Known{e.known(ctx, by.Account)}
	for _, a := range all {
		if a == by.Account {
			continue
		}
		linked, err := e.people.linkedWith(ctx, a)
		if err != nil {
			return nil, unanswered("which accounts are linked", err)
		}
		k := e.known(ctx, a)
		k.Linked = len(linked) > 1
		out = append(out, k)
	}
	return out, nil
}

// known returns an account with its name, as far as that can be told.
func (e *Engine) known(ctx context.Context, a core.Account) Known {
	k := Known{Account: a}
	if prof, err := e.people.profile(ctx, a); err == nil {
		k.Name = prof.Name
	}
	return k
}
