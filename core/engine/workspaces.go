package engine

import (
	"errors"
	"sync"
	"time"

	"riskroom/core"
)

// workspaces are the configured ones. One that refuses the bot is paused: it
// is not asked again for a while, so that a thousand runs do not each ask.
type workspaces struct {
	platforms map[string]core.Platform
	now       func() time.Time

	mu     sync.Mutex
	paused map[string]time.Time // until when
}

func newWorkspaces(platforms map[string]core.Platform, clock core.Clock) *workspaces {
	return &workspaces{platforms: platforms, now: clock.Now, paused: map[string]time.Time{}}
}

// get returns what a workspace offers. A paused one is Unavailable, for how
// long says RetryAfter.
func (w *workspaces) get(name string) (core.Platform, error) {
	pl, ok := w.platforms[name]
	if !ok {
		return nil, &core.Error{Op: "workspace " + name, Kind: core.NotFound, Detail: "no_workspace"}
	}
	w.mu.Lock()
	left := w.paused[name].Sub(w.now())
	w.mu.Unlock()
	if left > 0 {
		return nil, &core.Error{Op: "workspace " + name, Kind: core.Unavailable, RetryAfter: left, Detail: paused}
	}
	return pl, nil
}

// paused is the Detail of the answer for a paused workspace.
const paused = "paused"

func (w *workspaces) pause(name string, until time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.paused[name] = until
}

// refusedBy says which workspace refused the bot: a step may act in several.
type refusedBy struct {
	workspace string
	err       error
}

func (r refusedBy) Error() string { return r.err.Error() }
func (r refusedBy) Unwrap() error { return r.err }

// by names the workspace that answered with err, if it refused the bot and is
// not named yet.
func by(workspace string, err error) error {
	if core.KindOf(err) != core.Unauthorized || refuser(err) != "" {
		return err
	}
	return refusedBy{workspace, err}
}

// refuser returns the workspace that refused the bot with err.
func refuser(err error) string {
	r, _ := errors.AsType[refusedBy](err)
	return r.workspace
}
