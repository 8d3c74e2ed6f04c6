package engine

import (
	"context"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"riskroom/core"
)

// How long answers of a directory are remembered.
const (
	knownFor   = 10 * time.Minute
	missedFor  = time.Minute // that nobody was found
	trustedFor = time.Minute // where a permission hangs on it
)

// people resolves people as meant to accounts.
type people struct {
	org        *core.Organisation
	workspaces *workspaces
	links      Accounts
	now        func() time.Time

	mu      sync.Mutex
	entries map[string]entry
}

// entry is a remembered answer of a directory.
type entry struct {
	at       time.Time
	profile  core.Profile
	accounts []core.Account
	group    core.UserGroup
	err      error
}

func newPeople(org *core.Organisation, ws *workspaces, links Accounts, clock core.Clock) *people {
	return &people{org: org, workspaces: ws, links: links, now: clock.Now, entries: map[string]entry{}}
}

// Unresolved is somebody who was meant and could not be found.
type Unresolved struct {
	Ref  core.Ref `json:"ref"`
	Code string   `json:"code"` // why: "no_account", or a platform's code
}

// resolve returns the accounts of everybody in refs, each person once, in
// order. They are reached at home, else where they are meant, and a named person
// in the first other workspace where they have an account. It fails only if a
// directory cannot be asked now.
func (p *people) resolve(ctx context.Context, refs []core.Ref, home string) ([]core.Account, []Unresolved, error) {
	var out []core.Account
	var missing []Unresolved
	for _, r := range refs {
		accounts, err := p.accounts(ctx, r, home, knownFor)
		switch {
		case err != nil && transient(err):
			return nil, nil, err
		case err != nil:
			missing = append(missing, Unresolved{Ref: r, Code: core.DetailOf(err)})
		}
		for _, a := range accounts {
			again, err := p.among(ctx, a, out)
			if err != nil {
				return nil, nil, err
			}
			if !again {
				out = append(out, a)
			}
		}
	}
	return out, missing, nil
}

// accounts returns the accounts that one Ref stands for. Nobody is NotFound.
func (p *people) accounts(ctx context.Context, r core.Ref, home string, fresh time.Duration) ([]core.Account, error) {
	if a, ok := r.Account(); ok {
		return p.reached(ctx, home, a)
	}
	if ws, group, ok := r.Group(); ok {
		if ws == "" {
			ws = home
		}
		all, err := p.expand(ctx, ws, group, fresh)
		if err != nil {
			return nil, err
		}
		return p.reached(ctx, home, all...)
	}
	person, ok := p.org.People[string(r)]
	if !ok {
		return nil, &core.Error{Op: "people", Kind: core.NotFound, Detail: "unknown_person"}
	}
	for _, ws := range p.workspacesFrom(home) {
		a, err := p.accountIn(ctx, person, ws, fresh)
		if err == nil {
			return p.reached(ctx, home, a)
		}
		if core.KindOf(err) != core.NotFound {
			return nil, err
		}
	}
	return nil, &core.Error{Op: "people", Kind: core.NotFound, Detail: "no_account"}
}

// accountIn returns a named person's account in one workspace.
func (p *people) accountIn(ctx context.Context, person core.Person, ws string, fresh time.Duration) (core.Account, error) {
	if id := person.Accounts[ws]; id != "" {
		return core.Account{Workspace: ws, ID: id}, nil
	}
	if person.Email == "" {
		return core.Account{}, &core.Error{Op: "people", Kind: core.NotFound, Detail: "no_account"}
	}
	prof, err := p.find(ctx, ws, core.Lookup{Email: person.Email}, fresh)
	return prof.Account, err
}

func (p *people) workspacesFrom(home string) []string {
	var rest []string
	for ws := range p.workspaces.platforms {
		if ws != home {
			rest = append(rest, ws)
		}
	}
	sort.Strings(rest)
	if _, ok := p.workspaces.platforms[home]; ok {
		return append([]string{home}, rest...)
	}
	return rest
}

// profile returns what the platform says of an account.
func (p *people) profile(ctx context.Context, a core.Account) (core.Profile, error) {
	return p.find(ctx, a.Workspace, core.Lookup{ID: a.ID}, knownFor)
}

func (p *people) find(ctx context.Context, ws string, who core.Lookup, fresh time.Duration) (core.Profile, error) {
	e := p.ask(ws, who.ID+"\x00"+who.Email, fresh, func(d core.Directory) (e entry, err error) {
		e.profile, err = d.Find(ctx, who)
		return e, err
	})
	return e.profile, e.err
}

func (p *people) expand(ctx context.Context, ws, group string, fresh time.Duration) ([]core.Account, error) {
	e := p.ask(ws, "@"+group, fresh, func(d core.Directory) (e entry, err error) {
		e.accounts, err = d.Expand(ctx, group)
		return e, err
	})
	return e.accounts, e.err
}

// group returns what a user group or role of a workspace is called.
func (p *people) group(ctx context.Context, ws, group string) (core.UserGroup, error) {
	e := p.ask(ws, "name\x00@"+group, knownFor, func(d core.Directory) (e entry, err error) {
		e.group, err = d.Group(ctx, group)
		return e, err
	})
	return e.group, e.err
}

// ask returns the answer of a workspace's directory that is remembered under key
// if it is fresh enough, else what it answers now.
func (p *people) ask(ws, key string, fresh time.Duration, now func(core.Directory) (entry, error)) entry {
	return p.remembered(ws+"\x00"+key, fresh, func() entry {
		pl, err := p.workspaces.get(ws)
		if err != nil {
			return entry{err: err}
		}
		e, err := now(pl)
		e.err = by(ws, err)
		return e
	})
}

// remembered returns the answer under key if it is fresh enough, else asks. A
// failure that may pass is not remembered.
func (p *people) remembered(key string, fresh time.Duration, ask func() entry) entry {
	now := p.now()
	p.mu.Lock()
	e, ok := p.entries[key]
	p.mu.Unlock()
	if e.err != nil {
		fresh = min(fresh, missedFor)
	}
	if ok && now.Sub(e.at) < fresh && !now.Before(e.at) {
		return e
	}
	e = ask()
	if e.err != nil && transient(e.err) {
		return e
	}
	e.at = now
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.entries) >= maxRemembered {
		p.forgetOld(now)
	}
	p.entries[key] = e
	return e
}

// maxRemembered bounds the memory of directories' answers.
const maxRemembered = 10_000

func (p *people) forgetOld(now time.Time) {
	for k, e := range p.entries {
		if now.Sub(e.at) >= knownFor {
			delete(p.entries, k)
		}
	}
	if len(p.entries) >= maxRemembered {
		clear(p.entries)
	}
}

// transient tells whether asking again later may help.
func transient(err error) bool {
	switch core.KindOf(err) {
	case core.RateLimited, core.Unavailable, core.Unauthorized, core.Unknown, core.Lost:
		return true
	}
	return false
}

// is tells whether whoever has account a is one of those whom refs mean.
func (p *people) is(ctx context.Context, a core.Account, refs []core.Ref) (bool, error) {
	if len(refs) == 0 {
		return false, nil
	}
	ok, failed := p.isAny(ctx, a, refs)
	if ok {
		return true, nil
	}
	all, err := p.selves(ctx, a)
	failed = firstError(failed, err)
	for _, b := range all {
		if b == a {
			continue
		}
		if ok, err = p.isAny(ctx, b, refs); ok {
			return true, nil
		}
		failed = firstError(failed, err)
	}
	return false, failed
}

// isAny tells whether account a itself is one of those whom refs mean.
func (p *people) isAny(ctx context.Context, a core.Account, refs []core.Ref) (bool, error) {
	var failed error
	for _, r := range refs {
		ok, err := p.isOne(ctx, a, r)
		if ok {
			return true, nil
		}
		if err != nil && transient(err) {
			failed = err
		}
	}
	return false, failed
}

func (p *people) isOne(ctx context.Context, a core.Account, r core.Ref) (bool, error) {
	if b, ok := r.Account(); ok {
		return a == b, nil
	}
	if ws, group, ok := r.Group(); ok {
		if ws != "" && ws != a.Workspace {
			return false, nil
		}
		accounts, err := p.expand(ctx, a.Workspace, group, trustedFor)
		return slices.Contains(accounts, a), err
	}
	person, ok := p.org.People[string(r)]
	if !ok {
		return false, nil
	}
	return p.isPerson(ctx, a, person)
}

// isPerson tells whether the config file gives account a to a person.
func (p *people) isPerson(ctx context.Context, a core.Account, person core.Person) (bool, error) {
	if id := person.Accounts[a.Workspace]; id != "" || person.Email == "" {
		return id == a.ID && id != "", nil
	}
	// Comparing addresses asks for one profile, where looking each person up
	// would ask for as many as the file names.
	prof, err := p.find(ctx, a.Workspace, core.Lookup{ID: a.ID}, trustedFor)
	if err != nil || !strings.EqualFold(prof.Email, person.Email) {
		return false, err
	}
	if !prof.Guest {
		return true, nil
	}
	// Somebody from outside may wear any address. The workspace's own answer
	// decides whose it is.
	b, err := p.accountIn(ctx, person, a.Workspace, trustedFor)
	return err == nil && a == b, err
}

// aliases returns the other ways in which a group can be meant: people mention it
// by its ID, and write its name. Without an answer now there are none.
func (p *people) aliases(ctx context.Context, r core.Ref) []core.Ref {
	ws, group, ok := r.Group()
	if !ok {
		return nil
	}
	g, err := p.group(ctx, ws, group)
	if err != nil {
		return nil
	}
	return []core.Ref{core.Ref(ws + ":@" + g.ID), core.Ref(ws + ":@" + g.Name)}
}

// namesOf returns every Ref under which whoever has account a may be stored: their
// accounts, the names that the config file gives these, and the groups in use in
// a workspace that they are in.
func (p *people) namesOf(ctx context.Context, a core.Account, groups func(workspace string) []core.Ref) ([]core.Ref, error) {
	all, err := p.selves(ctx, a)
	if err != nil {
		return nil, err
	}
	var refs []core.Ref
	for _, b := range all {
		refs = append(refs, core.RefOf(b))
		candidates := groups(b.Workspace)
		for name := range p.org.People {
			candidates = append(candidates, core.Ref(name))
		}
		for _, r := range candidates {
			ok, err := p.isOne(ctx, b, r)
			if err != nil && transient(err) {
				return nil, err
			}
			if ok {
				refs = append(append(refs, r), p.aliases(ctx, r)...)
			}
		}
	}
	slices.Sort(refs)
	return slices.Compact(refs), nil
}
