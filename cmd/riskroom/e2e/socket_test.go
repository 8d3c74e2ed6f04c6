package e2e_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
	"riskroom/core/engine"
)

// TestSocketModeCut plays the stories over Socket Mode while connections are cut,
// refreshed and frozen, and lose acknowledgements. In the end, people see the same as
// over HTTP without faults.
func TestSocketModeCut(t *testing.T) {
	t.Parallel()
	for _, s := range stories() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			r := startRedis(t)
			want := s.play(newBench(t, r, set{flows: s.flows}), nil)
			home, slack := overSocketMode(t)
			b := newBench(t, r, set{flows: s.flows, platforms: []*platform{home}})
			// The answer to the filing is lost with its connection.
			slack.Socket().LoseAcks(1)
			troubles := []func(*emulator.Workspace){
				func(w *emulator.Workspace) { w.Socket().Cut() },
				func(w *emulator.Workspace) { w.Socket().Disconnect(emulator.Refresh, 0) },
				func(w *emulator.Workspace) { w.Socket().CutAll() },
				func(w *emulator.Workspace) { w.Socket().Freeze() },
				func(w *emulator.Workspace) { w.Socket().LoseAcks(2) },
			}
			var calls, troubled atomic.Int32
			slack.Log().Hook(func(c stage.Call) {
				if c.Method == "apps.connections.open" || calls.Add(1)%2 != 0 {
					return
				}
				if n := int(troubled.Add(1)); n <= len(troubles) {
					go troubles[n-1](slack) // the hook blocks the call
				}
			})
			got := s.play(b, nil)
			for _, f := range []*final{&want, &got} {
				// Slack's events arm it, and some arrive last.
				f.Runs = slices.DeleteFunc(f.Runs, func(run string) bool { return strings.HasPrefix(run, engine.SyncFlow) })
			}
			if d := cmp.Diff(want, got); d != "" || int(troubled.Load()) < len(troubles) {
				t.Errorf("after %d faults (-over HTTP +over Socket Mode)\n%s\nserve said:\n%s", troubled.Load(), d, b.now.log)
			}
			if slack.Socket().Opened() < 4 {
				t.Errorf("only %d connections were opened", slack.Socket().Opened())
			}
		})
	}
}

// overSocketMode starts the Slack workspace acme with Socket Mode.
func overSocketMode(t *testing.T) (*platform, *emulator.Workspace) {
	t.Helper()
	p, w := onSlack(t, "unlimited")
	w.Socket().SetMode(true)
	p.entry = strings.Replace(p.entry, `signing_secret: "${SLACK_SECRET}"`, `app_token: "${SLACK_APP}"`, 1)
	p.env = append(p.env, "SLACK_APP="+w.AppToken())
	p.connect = func(string) {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := w.Socket().WaitConnected(ctx, 1); err != nil {
			t.Fatal(err)
		}
	}
	return p, w
}
