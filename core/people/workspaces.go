package people

import (
	"errors"
	"sync"
	"time"

	"riskroom/core"
)

// Workspaces are the configured workspaces. One that refuses the bot is paused for a while, so
// that not every run tries it again.
type Workspaces struct {
	platforms map[string]core.Platform
	now       func() time.Time

	mu     sync.Mutex
	paused map[string]time.Time // until when
}

// NewWorkspaces returns the workspaces, none of them paused.
func NewWorkspaces(platforms map[string]core.Platform, clock core.Clock) *Workspaces {
	return &Workspaces{platforms: platforms, now: clock.Now, paused: map[string]time.Time{}}
}

// Get returns the platform of a workspace. While the workspace is paused it fails with
// Unavailable, Detail Paused, and RetryAfter.
func (w *Workspaces) Get(name string) (core.Platform, error) {
	pl, ok := w.platforms[name]
	if !ok {
		return nil, &core.Error{Op: "workspace " + name, Kind: core.NotFound, Detail: "no_workspace"}
	}
	w.mu.Lock()
	left := w.paused[name].Sub(w.now())
	w.mu.Unlock()
	if left > 0 {
		return nil, &core.Error{Op: "workspace " + name, Kind: core.Unavailable, RetryAfter: left, Detail: Paused}
	}
	return pl, nil
}

// Paused is the Detail of the error for a paused workspace.
const Paused = "paused"

// Pause makes Get fail for a workspace until then.
func (w *Workspaces) Pause(name string, until time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.paused[name] = until
}

// refusedBy adds the workspace that refused the bot, because a step may act in several.
type refusedBy struct {
	workspace string
	err       error
}

func (r refusedBy) Error() string { return r.err.Error() }
func (r refusedBy) Unwrap() error { return r.err }

// RefusedBy adds the workspace to an error, if it refused the bot and no workspace has been
// added yet.
func RefusedBy(workspace string, err error) error {
	if core.KindOf(err) != core.Unauthorized || RefuserOf(err) != "" {
		return err
	}
	return refusedBy{workspace, err}
}

// RefuserOf returns the workspace that RefusedBy added to err, "" if none.
func RefuserOf(err error) string {
	r, _ := errors.AsType[refusedBy](err)
	return r.workspace
}
