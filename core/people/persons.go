package people

import (
	"context"
	"slices"

	"riskroom/core"
)

// A person's accounts are those that the config file gives them and those that they have
// linked with one of these. If the two contradict each other, the file wins and the link is
// ignored.

// AccountsOf returns the accounts of the person with account a, including a, at most one in
// each workspace.
func (d *Directory) AccountsOf(ctx context.Context, a core.Account) ([]core.Account, error) {
	if len(d.workspaces.platforms) < 2 {
		return []core.Account{a}, nil
	}
	out, err := d.linkedWith(ctx, a)
	if err != nil {
		return nil, err
	}
	name, _, err := d.oneName(ctx, out)
	if err != nil || name == "" {
		return out, err
	}
	for _, ws := range d.workspacesFrom(a.Workspace) {
		b, err := d.accountIn(ctx, d.org.People[name], ws, ForRights)
		if err != nil && core.Transient(err) {
			return nil, err
		}
		if err != nil {
			continue
		}
		linked, err := d.linkedWith(ctx, b)
		if err != nil {
			return nil, err
		}
		for _, x := range append([]core.Account{b}, linked...) {
			if _, taken := in(out, x.Workspace); !taken {
				out = append(out, x)
			}
		}
	}
	return out, nil
}

// linkedWith returns the accounts that a is linked with, including a. Accounts that are no
// longer members are left out, because their rights must not pass to anyone.
func (d *Directory) linkedWith(ctx context.Context, a core.Account) ([]core.Account, error) {
	alone := []core.Account{a}
	e := d.remembered(linkKey(a), ForRights, func() answer {
		all, err := d.links.Joined(ctx, a)
		return answer{accounts: all, err: err}
	})
	if e.err != nil {
		return nil, e.err
	}
	var out []core.Account
	for _, x := range e.accounts {
		ok, err := d.isMember(ctx, x)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, x)
		}
	}
	if !slices.Contains(out, a) {
		return alone, nil
	}
	if _, agreed, err := d.oneName(ctx, out); err != nil || !agreed {
		return alone, err
	}
	return out, nil
}

// linkKey returns the key under which an account's links are cached.
func linkKey(a core.Account) string { return "\x00linked\x00" + a.String() }

// forget removes the links of accounts from the cache.
func (d *Directory) forget(accounts ...core.Account) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range accounts {
		delete(d.answers, linkKey(a))
	}
}

// isMember reports whether an account belongs to a member: not to a guest or a bot, and not
// deactivated.
func (d *Directory) isMember(ctx context.Context, a core.Account) (bool, error) {
	prof, err := d.find(ctx, a.Workspace, core.Lookup{ID: a.ID}, ForRights)
	if err != nil {
		if core.Transient(err) {
			return false, err
		}
		return false, nil
	}
	return !prof.Guest && !prof.Gone && !prof.Bot, nil
}

// oneName returns the name that the config file gives accounts, "" if none. agreed is false
// if the file gives them several names, or gives that person another account in one of the
// workspaces.
func (d *Directory) oneName(ctx context.Context, accounts []core.Account) (name string, agreed bool, err error) {
	for _, a := range accounts {
		n, err := d.named(ctx, a)
		if err != nil {
			return "", false, err
		}
		if n != "" && name != "" && n != name {
			return "", false, nil
		}
		if n != "" {
			name = n
		}
	}
	if name == "" {
		return "", true, nil
	}
	for _, a := range accounts {
		b, err := d.accountIn(ctx, d.org.People[name], a.Workspace, ForRights)
		switch {
		case err == nil && a != b:
			return name, false, nil
		case err != nil && core.Transient(err):
			return "", false, err
		}
	}
	return name, true, nil
}

// named returns the name that the config file gives account a, "" if none.
func (d *Directory) named(ctx context.Context, a core.Account) (string, error) {
	var found string
	for name, person := range d.org.People {
		if person.Accounts[a.Workspace] == a.ID {
			return name, nil
		}
		ok, err := d.isPerson(ctx, a, person)
		if err != nil && core.Transient(err) {
			return "", err
		}
		if ok {
			found = name
		}
	}
	return found, nil
}

// Same reports whether two accounts belong to one person.
func (d *Directory) Same(ctx context.Context, a, b core.Account) (bool, error) {
	if a == b {
		return true, nil
	}
	all, err := d.AccountsOf(ctx, a)
	return slices.Contains(all, b), err
}

// reached returns, for each account, the same person's account at home, or the account itself
// if there is none.
func (d *Directory) reached(ctx context.Context, home string, accounts ...core.Account) ([]core.Account, error) {
	out := make([]core.Account, 0, len(accounts))
	for _, a := range accounts {
		if a.Workspace == home || d.workspaces.platforms[home] == nil {
			out = append(out, a)
			continue
		}
		all, err := d.AccountsOf(ctx, a)
		if err != nil {
			return nil, err
		}
		if b, ok := in(all, home); ok {
			a = b
		}
		out = append(out, a)
	}
	return out, nil
}

// among reports whether the person with account a has one of the others.
func (d *Directory) among(ctx context.Context, a core.Account, others []core.Account) (bool, error) {
	if slices.Contains(others, a) {
		return true, nil
	}
	if !slices.ContainsFunc(others, func(b core.Account) bool { return b.Workspace != a.Workspace }) {
		return false, nil
	}
	all, err := d.AccountsOf(ctx, a)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(all, func(b core.Account) bool { return slices.Contains(others, b) }), nil
}

// in returns the account that is in a workspace.
func in(accounts []core.Account, workspace string) (core.Account, bool) {
	i := slices.IndexFunc(accounts, func(a core.Account) bool { return a.Workspace == workspace })
	if i < 0 {
		return core.Account{}, false
	}
	return accounts[i], true
}
