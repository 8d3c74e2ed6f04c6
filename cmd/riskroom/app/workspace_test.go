package app

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/cmd/riskroom/inspect"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
)

// fakeAccess accepts or rejects the bot.
type fakeAccess struct {
	platform.Access
	rejects atomic.Bool
}

// Check implements platform.Access.
func (f *fakeAccess) Check(context.Context) (platform.Identity, error) {
	if f.rejects.Load() {
		return platform.Identity{}, &core.Error{Op: "check", Kind: core.Unauthorized, Detail: "token_revoked"}
	}
	return platform.Identity{}, nil
}

// TestRejectedTokenIsNoticedAtOnce checks that a workspace that rejects the bot isn't
// ready from the first refused call until it accepts the bot again, and that both are
// reported once.
func TestRejectedTokenIsNoticedAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		access, log, restored, outage := &fakeAccess{}, &strings.Builder{}, 0, time.Duration(0)
		w := &workspace{Workspace: &inspect.Workspace{Workspace: platform.Workspace{Access: access}}, doubt: make(chan struct{}, 1)}
		w.note(nil)
		go w.watch(t.Context(), slog.New(slog.NewTextHandler(log, nil)), func(d time.Duration) { restored, outage = restored+1, d })
		refused := func() { w.doubt <- struct{}{}; synctest.Wait() }
		if refused(); log.Len() > 0 || restored > 0 {
			t.Errorf("one refused call, but the token is good: %s", log)
		}
		access.rejects.Store(true)
		if refused(); w.accepted(t.Context()) == nil || strings.Count(log.String(), "level=WARN") != 1 {
			t.Errorf("it is ready, or the log is %q", log)
		}
		time.Sleep(10 * recheckEvery)
		access.rejects.Store(false)
		time.Sleep(recheckEvery + time.Second)
		synctest.Wait()
		if w.accepted(t.Context()) != nil || restored != 1 || outage < 10*recheckEvery || strings.Count(log.String(), "\n") != 2 {
			t.Errorf("restored %d times, the last after %s, %q", restored, outage, log)
		}
	})
}
