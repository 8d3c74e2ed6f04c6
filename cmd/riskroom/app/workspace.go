package app

import (
	"context"
	"fmt"
	"sync"
	"time"

	"riskroom/cmd/riskroom/inspect"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
)

// workspace is a workspace that is served.
type workspace struct {
	*inspect.Workspace
	bot platform.Bot

	mu      sync.Mutex
	checked time.Time // when the platform was last asked whether it accepts the bot
	refusal error
	room    int // as the platform said; Endless too while it has not
}

func newWorkspace(c platform.Connection) (*workspace, error) {
	connected, err := inspect.Connect(c)
	if err != nil {
		return nil, err
	}
	return &workspace{Workspace: connected, room: platform.Endless}, nil
}

// ask asks the platform whom the credentials belong to, and keeps what it says.
func (w *workspace) ask(ctx context.Context) error {
	err := w.Ask(ctx)
	switch {
	case err == nil:
		w.setRoom(w.Identity)
		w.note(nil)
	case core.KindOf(err) == core.Unauthorized:
		w.note(refused(err))
	default:
		w.note(nil) // it may come back
	}
	return err
}

// How often await asks.
const (
	firstAwait   = time.Second
	longestAwait = 30 * time.Second
)

// await returns once a platform answers that did not at the start, or ctx ends.
// Until then whoever needs it could only fail, and say so again and again.
func (w *workspace) await(ctx context.Context) {
	failure := w.Failure
	for wait := firstAwait; core.KindOf(failure) == core.Unavailable; wait = min(2*wait, longestAwait) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		_, failure = w.Access.Check(ctx)
	}
}

func refused(err error) error {
	return fmt.Errorf("the bot's credentials are refused (%s)", core.DetailOf(err))
}

// checkEvery is how often accepted asks the platform anew.
const checkEvery = time.Minute

// accepted reports whether the platform accepts the bot. That it does not answer says
// nothing about that.
func (w *workspace) accepted(ctx context.Context) error {
	w.mu.Lock()
	due, refusal := time.Since(w.checked) >= checkEvery, w.refusal
	if due {
		w.checked = time.Now()
	}
	w.mu.Unlock()
	if !due {
		return refusal
	}
	found, err := w.Access.Check(ctx)
	switch {
	case err == nil:
		w.note(nil)
		w.setRoom(found)
		return nil
	case core.KindOf(err) == core.Unauthorized:
		w.note(refused(err))
		return refused(err)
	}
	return refusal
}

func (w *workspace) note(refusal error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.checked, w.refusal = time.Now(), refusal
}

// setRoom keeps how many more groups the platform has room for.
func (w *workspace) setRoom(found platform.Identity) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.room = found.Room
}

// capacity tells how many more groups the workspace takes, if that has an end.
func (w *workspace) capacity() (room int, limited bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.room, w.room != platform.Endless
}
