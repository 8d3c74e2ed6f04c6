package engine

import (
	"context"
	"slices"

	"riskroom/core"
)

// A person's accounts are those that the config file gives them, and those that
// they have linked with one of these. Where the two contradict each other the
// file holds, and the link counts for nothing.

// selves returns the accounts of whoever has account a, itself among them, at
// most one in each workspace.
func (p *people) selves(ctx context.Context, a core.Account) ([]core.Account, error) {
	if len(p.workspaces.platforms) < 2 {
		return []core.Account{a}, nil
	}
	out, err := p.linkedWith(ctx, a)
	if err != nil {
		return nil, err
	}
	name, _, err := p.oneName(ctx, out)
	if err != nil || name == "" {
		return out, err
	}
	for _, ws := range p.workspacesFrom(a.Workspace) {
		b, err := p.accountIn(ctx, p.org.People[name], ws, trustedFor)
		if err != nil && transient(err) {
			return nil, err
		}
		if err != nil {
			continue
		}
		linked, err := p.linkedWith(ctx, b)
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

// linkedWith returns what a is linked with, itself among them. Accounts that are
// no member's any more drop out: what hung on them is not theirs to pass on.
func (p *people) linkedWith(ctx context.Context, a core.Account) ([]core.Account, error) {
	alone := []core.Account{a}
	e := p.remembered(linkKey(a), trustedFor, func() entry {
		all, err := p.links.Joined(ctx, a)
		return entry{accounts: all, err: err}
	})
	if e.err != nil {
		return nil, e.err
	}
	var out []core.Account
	for _, x := range e.accounts {
		ok, err := p.standing(ctx, x)
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
	if _, agreed, err := p.oneName(ctx, out); err != nil || !agreed {
		return alone, err
	}
	return out, nil
}

// linkKey is where it is remembered what an account is linked with.
func linkKey(a core.Account) string { return "\x00linked\x00" + a.String() }

// forget has read anew what accounts are linked with.
func (p *people) forget(accounts ...core.Account) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range accounts {
		delete(p.entries, linkKey(a))
	}
}

// standing tells whether an account is that of a member: neither a guest's nor
// a bot's, and not deactivated.
func (p *people) standing(ctx context.Context, a core.Account) (bool, error) {
	prof, err := p.find(ctx, a.Workspace, core.Lookup{ID: a.ID}, trustedFor)
	if err != nil {
		if transient(err) {
			return false, err
		}
		return false, nil
	}
	return !prof.Guest && !prof.Gone && !prof.Bot, nil
}

// oneName returns the name that the config file gives accounts, "" if none. They
// agree unless the file gives them several, or gives somebody another account in
// the workspace of one.
func (p *people) oneName(ctx context.Context, accounts []core.Account) (name string, agreed bool, err error) {
	for _, a := range accounts {
		n, err := p.named(ctx, a)
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
		b, err := p.accountIn(ctx, p.org.People[name], a.Workspace, trustedFor)
		switch {
		case err == nil && a != b:
			return name, false, nil
		case err != nil && transient(err):
			return "", false, err
		}
	}
	return name, true, nil
}

// named returns the name that the config file gives account a, "" if none.
func (p *people) named(ctx context.Context, a core.Account) (string, error) {
	var found string
	for name, person := range p.org.People {
		if person.Accounts[a.Workspace] == a.ID {
			return name, nil
		}
		ok, err := p.isPerson(ctx, a, person)
		if err != nil && transient(err) {
			return "", err
		}
		if ok {
			found = name
		}
	}
	return found, nil
}

// same tells whether two accounts are one person's.
func (p *people) same(ctx context.Context, a, b core.Account) (bool, error) {
	if a == b {
		return true, nil
	}
	all, err := p.selves(ctx, a)
	return slices.Contains(all, b), err
}

// reached returns, for each account, the one at home of whoever has it; itself
// where there is none.
func (p *people) reached(ctx context.Context, home string, accounts ...core.Account) ([]core.Account, error) {
	out := make([]core.Account, 0, len(accounts))
	for _, a := range accounts {
		if a.Workspace == home || p.workspaces.platforms[home] == nil {
			out = append(out, a)
			continue
		}
		all, err := p.selves(ctx, a)
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

// among tells whether whoever has account a has one of some others. In one
// workspace everybody has one.
func (p *people) among(ctx context.Context, a core.Account, others []core.Account) (bool, error) {
	if slices.Contains(others, a) {
		return true, nil
	}
	if !slices.ContainsFunc(others, func(b core.Account) bool { return b.Workspace != a.Workspace }) {
		return false, nil
	}
	all, err := p.selves(ctx, a)
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

// Name implements Persons.
func (e *Engine) Name(ctx context.Context, ref core.Ref, workspace, lang string) core.Span {
	return e.name(forPerson(ctx), e.text.In(lang), ref, workspace)
}
