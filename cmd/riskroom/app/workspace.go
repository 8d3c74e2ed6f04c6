package app

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"riskroom/cmd/riskroom/inspect"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
)

// workspace is a workspace of an App.
type workspace struct {
	*inspect.Workspace
	bot   platform.Bot
	doubt chan struct{} // receives when the platform has refused the credentials

	mu      sync.Mutex
	checked time.Time // when the credentials were last checked
	refusal error
	room    int // for more groups; Endless if unknown
}

func newWorkspace(c platform.Connection) (*workspace, error) {
	w := &workspace{room: platform.Endless, doubt: make(chan struct{}, 1)}
	called := c.Called
	c.Called = func(method, outcome string) {
		called(method, outcome)
		if outcome == string(core.Unauthorized) {
			select {
			case w.doubt <- struct{}{}:
			default:
			}
		}
	}
	var err error
	w.Workspace, err = inspect.Connect(c)
	return w, err
}

// recheckEvery is how often watch checks credentials that are refused.
const recheckEvery = 30 * time.Second

// watch checks the credentials when the platform has refused them, until ctx ends, so
// that the workspace is not ready from then on. When the platform accepts them again, it
// calls restored with how long that took.
func (w *workspace) watch(ctx context.Context, log *slog.Logger, restored func(outage time.Duration)) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.doubt:
		}
		refusal := w.check(ctx)
		if refusal == nil {
			continue
		}
		log.WarnContext(ctx, "a workspace rejects the bot's token: its runs wait until it accepts one", "workspace", w.Settings.Name, "err", refusal)
		since := time.Now()
		for refusal != nil {
			select {
			case <-ctx.Done():
				return
			case <-time.After(recheckEvery):
			}
			refusal = w.check(ctx)
		}
		select {
		case <-w.doubt: // from these checks
		default:
		}
		log.InfoContext(ctx, "a workspace accepts the bot's token again", "workspace", w.Settings.Name)
		restored(time.Since(since))
	}
}

// ask checks the credentials, and keeps the result.
func (w *workspace) ask(ctx context.Context) error {
	err := w.Ask(ctx)
	switch {
	case err == nil:
		w.setRoom(w.Identity)
		w.note(nil)
	case core.KindOf(err) == core.Unauthorized:
		w.note(refused(err))
	default:
		w.note(nil) // temporary
	}
	return err
}

// Pauses between the checks of await.
const (
	firstAwait   = time.Second
	longestAwait = 30 * time.Second
)

// await returns when a platform that didn't answer at start does, or when ctx ends.
// Before that, connecting would only fail again and again.
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

// checkEvery is how often accepted checks the credentials again.
const checkEvery = time.Minute

// accepted returns nil unless the platform refuses the credentials. If it doesn't
// answer, the last result applies.
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
	return w.check(ctx)
}

// check asks the platform about the credentials, and returns why it refuses them. If
// it doesn't answer, the last result applies.
func (w *workspace) check(ctx context.Context) error {
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
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.refusal
}

func (w *workspace) note(refusal error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.checked, w.refusal = time.Now(), refusal
}

// setRoom stores how many more groups can be created.
func (w *workspace) setRoom(found platform.Identity) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.room = found.Room
}

// capacity returns how many more groups can be created, if there is a limit.
func (w *workspace) capacity() (room int, limited bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.room, w.room != platform.Endless
}
