package people

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"riskroom/core"
)

// linkTries is how often storing a link is tried while others change it too.
const linkTries = 5

// Link implements Persons.
func (l *Links) Link(ctx context.Context, op string, by core.Actor, code string) (Known, error) {
	ctx = core.ForPerson(ctx)
	// A repeat of this op changes nothing.
	if with, err := l.store.JoinedBy(ctx, op); err != nil || !with.IsZero() {
		return l.known(ctx, with), err
	}
	o, err := l.offer(ctx, op, by, code)
	if err != nil {
		return Known{}, err
	}
	for range linkTries {
		var both []core.Account
		if both, err = l.checkLink(ctx, by.Account, o.Account); err != nil {
			return Known{}, err
		}
		if err = l.join(ctx, op, by, o, both); err == nil {
			return l.known(ctx, o.Account), nil
		}
		switch core.KindOf(err) {
		case core.NotFound:
			return Known{}, core.Refuse(core.NotFound, "link_code_used", "code")
		case core.Conflict:
			continue
		default:
			return Known{}, err
		}
	}
	return Known{}, core.Unanswered("link accounts", err)
}

// checkLink returns the accounts that are linked afterwards. It refuses to join two people,
// and to give a person a second account in a workspace.
func (l *Links) checkLink(ctx context.Context, mine, theirs core.Account) ([]core.Account, error) {
	switch {
	case mine == theirs:
		return nil, core.Refuse(core.Invalid, "link_own_code", "code")
	case mine.Workspace == theirs.Workspace:
		return nil, core.Refuse(core.Conflict, "link_same_workspace", "code", "Workspace", mine.Workspace)
	}
	l.dir.forget(mine, theirs)
	ok, err := l.dir.isMember(ctx, theirs)
	if err != nil {
		return nil, core.Unanswered("who offered", err)
	}
	if !ok {
		return nil, core.Refuse(core.Denied, "link_no_member", "code", "Workspace", theirs.Workspace)
	}
	a, err := l.dir.AccountsOf(ctx, mine)
	b, err2 := l.dir.AccountsOf(ctx, theirs)
	if err = cmp.Or(err, err2); err != nil {
		return nil, core.Unanswered("whose accounts they are", err)
	}
	if slices.Contains(a, theirs) {
		return nil, core.Refuse(core.Conflict, "link_already", "code", "Workspace", theirs.Workspace)
	}
	if err := l.agreed(ctx, slices.Concat(a, b)); err != nil {
		return nil, err
	}
	for _, x := range a {
		if y, taken := in(b, x.Workspace); taken && x != y {
			return nil, core.Refuse(core.Conflict, "link_taken", "code", "Workspace", x.Workspace, "Command", l.org.Command)
		}
	}
	a, err = l.dir.linkedWith(ctx, mine)
	b, err2 = l.dir.linkedWith(ctx, theirs)
	if err = cmp.Or(err, err2); err != nil {
		return nil, core.Unanswered("what is linked", err)
	}
	both := slices.Concat(a, b)
	slices.SortFunc(both, func(x, y core.Account) int { return strings.Compare(x.String(), y.String()) })
	return slices.Compact(both), nil
}

// agreed returns a Refusal if the config file gives the accounts to different people.
func (l *Links) agreed(ctx context.Context, accounts []core.Account) error {
	name, ok, err := l.dir.oneName(ctx, accounts)
	switch {
	case err != nil:
		return core.Unanswered("whom the accounts are by the configuration", err)
	case !ok && name == "":
		return core.Refuse(core.Conflict, "link_two_people", "code")
	case !ok:
		return core.Refuse(core.Conflict, "link_other_account", "code", "Name", name)
	}
	return nil
}

// join stores a link.
func (l *Links) join(ctx context.Context, op string, by core.Actor, o Offer, both []core.Account) error {
	groups, err := l.regroup(ctx, both, by.Account, o.Account)
	if err != nil {
		return err
	}
	admin, err := l.rights.Administrator(ctx, by.Account)
	if err == nil && !admin {
		admin, err = l.rights.Administrator(ctx, o.Account)
	}
	if err != nil {
		return core.Unanswered("whether an administrator is linked", err)
	}
	if err := l.journal.Linked(ctx, Linked{
		Join: Join{Op: op, Hash: o.Hash, Groups: groups, Subject: o.Account},
		By:   by, Mine: l.known(ctx, by.Account), Theirs: l.known(ctx, o.Account), Administrator: admin,
	}); err != nil {
		return err
	}
	l.forgetAll(groups)
	return nil
}

// regroup returns the changes that link all accounts in both with one another. Accounts that
// were linked with one in changed, and are not in both, lose these links.
func (l *Links) regroup(ctx context.Context, both []core.Account, changed ...core.Account) ([]Joined, error) {
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
		was, err := l.store.Joined(ctx, a)
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

func (l *Links) forgetAll(groups []Joined) {
	for _, g := range groups {
		l.dir.forget(g.Account)
	}
}

// Accounts implements Persons.
func (l *Links) Accounts(ctx context.Context, by core.Actor) ([]Known, error) {
	ctx = core.ForPerson(ctx)
	all, err := l.dir.AccountsOf(ctx, by.Account)
	if err != nil {
		return nil, core.Unanswered("which accounts are yours", err)
	}
	out := []Known{l.known(ctx, by.Account)}
	for _, a := range all {
		if a == by.Account {
			continue
		}
		linked, err := l.dir.linkedWith(ctx, a)
		if err != nil {
			return nil, core.Unanswered("which accounts are linked", err)
		}
		k := l.known(ctx, a)
		k.Linked = len(linked) > 1
		out = append(out, k)
	}
	return out, nil
}

// known returns an account with its name, if the platform has one.
func (l *Links) known(ctx context.Context, a core.Account) Known {
	k := Known{Account: a}
	if prof, err := l.dir.Profile(ctx, a); err == nil {
		k.Name = prof.Name
	}
	return k
}
