package people

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"riskroom/core"
)

// Includes reports whether the person with account a is among refs.
func (d *Directory) Includes(ctx context.Context, refs []core.Ref, a core.Account) (bool, error) {
	return d.is(ctx, a, refs)
}

// is reports whether the person with account a is among refs.
func (d *Directory) is(ctx context.Context, a core.Account, refs []core.Ref) (bool, error) {
	if len(refs) == 0 {
		return false, nil
	}
	ok, failed := d.isAny(ctx, a, refs)
	if ok {
		return true, nil
	}
	all, err := d.AccountsOf(ctx, a)
	failed = cmp.Or(failed, err)
	for _, b := range all {
		if b == a {
			continue
		}
		if ok, err = d.isAny(ctx, b, refs); ok {
			return true, nil
		}
		failed = cmp.Or(failed, err)
	}
	return false, failed
}

// isAny reports whether account a itself is among refs.
func (d *Directory) isAny(ctx context.Context, a core.Account, refs []core.Ref) (bool, error) {
	var failed error
	for _, r := range refs {
		ok, err := d.isOne(ctx, a, r)
		if ok {
			return true, nil
		}
		if err != nil && core.Transient(err) {
			failed = err
		}
	}
	return false, failed
}

func (d *Directory) isOne(ctx context.Context, a core.Account, r core.Ref) (bool, error) {
	if b, ok := r.Account(); ok {
		return a == b, nil
	}
	if ws, group, ok := r.Group(); ok {
		if ws != "" && ws != a.Workspace {
			return false, nil
		}
		accounts, err := d.expand(ctx, a.Workspace, group, ForRights)
		return slices.Contains(accounts, a), err
	}
	person, ok := d.org.People[string(r)]
	if !ok {
		return false, nil
	}
	return d.isPerson(ctx, a, person)
}

// Kind is the kind of an account.
type Kind string

// The kinds of accounts.
const (
	MemberKind Kind = "member"
	GuestKind  Kind = "guest" // or from another organisation
	BotKind    Kind = "bot"
	GoneKind   Kind = "gone" // deactivated
	NoneKind   Kind = "none" // the workspace has no such account
)

// Active reports whether somebody uses the account.
func (k Kind) Active() bool { return k == MemberKind || k == GuestKind }

// KindOf returns the kind of an account. It fails only if the directory can't be asked now.
func (d *Directory) KindOf(ctx context.Context, a core.Account) (Kind, error) {
	prof, err := d.find(ctx, a.Workspace, core.Lookup{ID: a.ID}, ForRights)
	switch {
	case err != nil && core.Transient(err):
		return "", err
	case err != nil:
		return NoneKind, nil
	case prof.Gone:
		return GoneKind, nil
	case prof.Bot:
		return BotKind, nil
	case prof.Guest:
		return GuestKind, nil
	}
	return MemberKind, nil
}

// isPerson reports whether the config file gives account a to a person.
func (d *Directory) isPerson(ctx context.Context, a core.Account, person core.Person) (bool, error) {
	if id := person.Accounts[a.Workspace]; id != "" || person.Email == "" {
		return id == a.ID && id != "", nil
	}
	// Comparing addresses needs one profile. Looking up each person of the file would
	// need many.
	prof, err := d.find(ctx, a.Workspace, core.Lookup{ID: a.ID}, ForRights)
	if err != nil || !strings.EqualFold(prof.Email, person.Email) {
		return false, err
	}
	if !prof.Guest {
		return true, nil
	}
	// A guest may have any address. The workspace's own look-up decides whose it is.
	b, err := d.accountIn(ctx, person, a.Workspace, ForRights)
	return err == nil && a == b, err
}

// aliases returns the other Refs of a group, by ID and by name. If the platform can't be
// asked, there are none.
func (d *Directory) aliases(ctx context.Context, r core.Ref) []core.Ref {
	ws, group, ok := r.Group()
	if !ok {
		return nil
	}
	g, err := d.Group(ctx, ws, group)
	if err != nil {
		return nil
	}
	return []core.Ref{core.Ref(ws + ":@" + g.ID), core.Ref(ws + ":@" + g.Name)}
}

// RefsOf returns every Ref that may mean the person with account a on a risk: their accounts,
// their names in the config file, and the groups in use that they are in.
func (d *Directory) RefsOf(ctx context.Context, a core.Account, groups func(workspace string) []core.Ref) ([]core.Ref, error) {
	all, err := d.AccountsOf(ctx, a)
	if err != nil {
		return nil, err
	}
	var refs []core.Ref
	for _, b := range all {
		refs = append(refs, core.RefOf(b))
		candidates := groups(b.Workspace)
		for name := range d.org.People {
			candidates = append(candidates, core.Ref(name))
		}
		for _, r := range candidates {
			ok, err := d.isOne(ctx, b, r)
			if err != nil && core.Transient(err) {
				return nil, err
			}
			if ok {
				refs = append(append(refs, r), d.aliases(ctx, r)...)
			}
		}
	}
	slices.Sort(refs)
	return slices.Compact(refs), nil
}

// Meaning returns every Ref that may mean a person or group on a risk, as RefsOf does. A
// group without a workspace must be qualified.
func (d *Directory) Meaning(ctx context.Context, r core.Ref, groups func(workspace string) []core.Ref) ([]core.Ref, error) {
	refs := append([]core.Ref{r}, d.aliases(ctx, r)...)
	if _, _, group := r.Group(); !group {
		accounts, _, err := d.Resolve(ctx, []core.Ref{r}, "")
		if err != nil {
			return nil, err
		}
		for _, a := range accounts {
			more, err := d.RefsOf(ctx, a, groups)
			if err != nil {
				return nil, err
			}
			refs = append(refs, more...)
		}
	}
	slices.Sort(refs)
	return slices.Compact(refs), nil
}
