// Package people manages identity and permissions: which accounts belong to one person, their
// names, and what they may do.
//
// Directory looks people up in the config file, in the platforms' directories and among the
// linked accounts. Rights decides what they may do. Links links accounts. Store is the storage
// that this needs.
package people

import (
	"context"
	"sort"
	"sync"
	"time"

	"riskroom/core"
)

// Directory resolves people to accounts. It asks the directories of all workspaces and
// caches their answers.
type Directory struct {
	org        *core.Organisation
	workspaces *Workspaces
	links      Store
	now        func() time.Time

	mu      sync.Mutex
	answers map[string]answer
}

// NewDirectory returns a Directory with an empty cache.
func NewDirectory(org *core.Organisation, ws *Workspaces, links Store, clock core.Clock) *Directory {
	return &Directory{org: org, workspaces: ws, links: links, now: clock.Now, answers: map[string]answer{}}
}

// EmptyGroup is the Detail of a user group or role without members.
const EmptyGroup = "empty_group"

// Unresolved is a person or group that could not be found.
type Unresolved struct {
	Ref  core.Ref `json:"ref"`
	Code string   `json:"code"` // why: "no_account", or a platform's code
	// Kind is that of the error.
	Kind core.Kind `json:"kind,omitempty"`
}

// Resolve returns one account for each person in refs, in order: the one at home if there is
// one, otherwise the one that the Ref names, or for a person's name the one in the first other
// workspace where they have an account. It fails only if a directory can't be asked now.
func (d *Directory) Resolve(ctx context.Context, refs []core.Ref, home string) ([]core.Account, []Unresolved, error) {
	var out []core.Account
	var missing []Unresolved
	for _, r := range refs {
		accounts, err := d.ResolveOne(ctx, r, home, ForDisplay)
		switch {
		case err != nil && core.Transient(err):
			return nil, nil, err
		case err != nil:
			missing = append(missing, Unresolved{Ref: r, Code: core.DetailOf(err), Kind: core.KindOf(err)})
		}
		for _, a := range accounts {
			again, err := d.among(ctx, a, out)
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

// ResolveOne returns the accounts that one Ref means, from answers that are at most fresh
// old. If there are none it returns NotFound.
func (d *Directory) ResolveOne(ctx context.Context, r core.Ref, home string, fresh time.Duration) ([]core.Account, error) {
	if a, ok := r.Account(); ok {
		return d.reached(ctx, home, a)
	}
	if ws, group, ok := r.Group(); ok {
		if ws == "" {
			ws = home
		}
		all, err := d.expand(ctx, ws, group, fresh)
		if err == nil && len(all) == 0 {
			err = &core.Error{Op: "people", Kind: core.NotFound, Detail: EmptyGroup}
		}
		if err != nil {
			return nil, err
		}
		return d.reached(ctx, home, all...)
	}
	person, ok := d.org.People[string(r)]
	if !ok {
		return nil, &core.Error{Op: "people", Kind: core.NotFound, Detail: "unknown_person"}
	}
	for _, ws := range d.workspacesFrom(home) {
		a, err := d.accountIn(ctx, person, ws, fresh)
		if err == nil {
			return d.reached(ctx, home, a)
		}
		if core.KindOf(err) != core.NotFound {
			return nil, err
		}
	}
	return nil, &core.Error{Op: "people", Kind: core.NotFound, Detail: "no_account"}
}

// accountIn returns a named person's account in one workspace.
func (d *Directory) accountIn(ctx context.Context, person core.Person, ws string, fresh time.Duration) (core.Account, error) {
	if id := person.Accounts[ws]; id != "" {
		return core.Account{Workspace: ws, ID: id}, nil
	}
	if person.Email == "" {
		return core.Account{}, &core.Error{Op: "people", Kind: core.NotFound, Detail: "no_account"}
	}
	prof, err := d.find(ctx, ws, core.Lookup{Email: person.Email}, fresh)
	return prof.Account, err
}

// workspacesFrom returns all workspaces, home first.
func (d *Directory) workspacesFrom(home string) []string {
	var rest []string
	for ws := range d.workspaces.platforms {
		if ws != home {
			rest = append(rest, ws)
		}
	}
	sort.Strings(rest)
	if _, ok := d.workspaces.platforms[home]; ok {
		return append([]string{home}, rest...)
	}
	return rest
}
