package people

import (
	"context"
	"time"

	"riskroom/core"
)

// How old a cached answer of a directory may be.
const (
	ForDisplay = 10 * time.Minute // if it decides what is shown or who gets a message
	ForRights  = time.Minute      // if a permission depends on it
	// nobodyFor is how long it is cached that nobody was found.
	nobodyFor = time.Minute
)

// maxRemembered is how many answers are cached.
const maxRemembered = 10_000

// answer is a cached answer of a directory.
type answer struct {
	at       time.Time
	profile  core.Profile
	accounts []core.Account
	group    core.UserGroup
	err      error
}

// Profile returns an account's profile.
func (d *Directory) Profile(ctx context.Context, a core.Account) (core.Profile, error) {
	return d.find(ctx, a.Workspace, core.Lookup{ID: a.ID}, ForDisplay)
}

// Departed reports whether an account is deactivated, or no longer in its workspace. If
// that can't be looked up, it returns an error.
func (d *Directory) Departed(ctx context.Context, a core.Account) (bool, error) {
	if _, err := d.workspaces.Get(a.Workspace); err != nil {
		return false, err
	}
	prof, err := d.find(ctx, a.Workspace, core.Lookup{ID: a.ID}, ForRights)
	if core.KindOf(err) == core.NotFound {
		return true, nil
	}
	return prof.Gone, err
}

func (d *Directory) find(ctx context.Context, ws string, who core.Lookup, fresh time.Duration) (core.Profile, error) {
	e := d.ask(ws, who.ID+"\x00"+who.Email, fresh, func(asked core.Directory) (e answer, err error) {
		e.profile, err = asked.Find(ctx, who)
		return e, err
	})
	return e.profile, e.err
}

func (d *Directory) expand(ctx context.Context, ws, group string, fresh time.Duration) ([]core.Account, error) {
	e := d.ask(ws, "@"+group, fresh, func(asked core.Directory) (e answer, err error) {
		e.accounts, err = asked.Expand(ctx, group)
		return e, err
	})
	return e.accounts, e.err
}

// Group returns the ID and name of a user group or role.
func (d *Directory) Group(ctx context.Context, ws, group string) (core.UserGroup, error) {
	e := d.ask(ws, "name\x00@"+group, ForDisplay, func(asked core.Directory) (e answer, err error) {
		e.group, err = asked.Group(ctx, group)
		return e, err
	})
	return e.group, e.err
}

// ask returns the answer of a workspace's directory that is cached under key if it is fresh
// enough, otherwise the result of now.
func (d *Directory) ask(ws, key string, fresh time.Duration, now func(core.Directory) (answer, error)) answer {
	return d.remembered(ws+"\x00"+key, fresh, func() answer {
		pl, err := d.workspaces.Get(ws)
		if err != nil {
			return answer{err: FailedIn(ws, err)}
		}
		e, err := now(pl)
		e.err = FailedIn(ws, err)
		return e
	})
}

// remembered returns the answer that is cached under key if it is fresh enough, otherwise
// the result of ask. Transient failures are not cached.
func (d *Directory) remembered(key string, fresh time.Duration, ask func() answer) answer {
	now := d.now()
	d.mu.Lock()
	e, ok := d.answers[key]
	d.mu.Unlock()
	if e.err != nil {
		fresh = min(fresh, nobodyFor)
	}
	if ok && now.Sub(e.at) < fresh && !now.Before(e.at) {
		return e
	}
	e = ask()
	if e.err != nil && core.Transient(e.err) {
		return e
	}
	e.at = now
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.answers) >= maxRemembered {
		d.forgetOld(now)
	}
	d.answers[key] = e
	return e
}

// forgetOld makes room in the cache for another answer.
func (d *Directory) forgetOld(now time.Time) {
	for k, e := range d.answers {
		if now.Sub(e.at) >= ForDisplay {
			delete(d.answers, k)
		}
	}
	if len(d.answers) >= maxRemembered {
		clear(d.answers)
	}
}
