package people

import (
	"errors"
	"sync"
	"time"

	"riskroom/core"
)

// Workspaces are the configured workspaces. One that refuses the bot is paused: it
// is not asked again for a while, so that a thousand runs do not each ask.
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

// Get returns the platform of a workspace. While the workspace is paused it returns
// Unavailable with Detail Paused; RetryAfter says for how long.
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

// Pause has Get refuse a workspace until then.
func (w *Workspaces) Pause(name string, until time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.paused[name] = until
}

// refusedBy names the workspace that refused the bot: a step may act in several.
type refusedBy struct {
	workspace string
	err       error
}

func (r refusedBy) Error() string { return r.err.Error() }
func (r refusedBy) Unwrap() error { return r.err }

// RefusedBy adds the workspace to the error that it answered with, if it refused the
// bot and no workspace is named yet.
func RefusedBy(workspace string, err error) error {
	if core.KindOf(err) != core.Unauthorized || RefuserOf(err) != "" {
		return err
	}
	return refusedBy{workspace, err}
}

// RefuserOf returns the workspace that refused the bot with err, "" if none did.
func RefuserOf(err error) string {
	r, _ := errors.AsType[refusedBy](err)
	return r.workspace
}
