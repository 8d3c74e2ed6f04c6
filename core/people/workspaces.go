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

// failedIn adds the workspace in which something failed, because a step may act in
// several.
type failedIn struct {
	workspace string
	err       error
}

func (f failedIn) Error() string { return f.err.Error() }
func (f failedIn) Unwrap() error { return f.err }

// FailedIn adds the workspace to an error of its platform, if none has been added yet.
func FailedIn(workspace string, err error) error {
	if err == nil || WorkspaceOf(err) != "" {
		return err
	}
	return failedIn{workspace, err}
}

// WorkspaceOf returns the workspace that FailedIn added to err, "" if none: then it was
// not a platform that failed.
func WorkspaceOf(err error) string {
	f, _ := errors.AsType[failedIn](err)
	return f.workspace
}
