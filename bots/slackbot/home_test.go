package slackbot

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
	"riskroom/core"
)

// homes is a Homes in memory.
type homes struct {
	mu  sync.Mutex
	all []core.Account
	err error
}

func (h *homes) OpenedHome(_ context.Context, a core.Account) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, a)
	return h.err
}

func (h *homes) Homes(context.Context, string) ([]core.Account, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all, h.err
}

// leading is a core.Leadership that this process has, or another one.
type leading bool

func (l leading) Claim(context.Context, time.Duration) (core.Term, error) {
	return core.Term{Mine: bool(l)}, nil
}

func (leading) Renew(context.Context, core.Term, time.Duration, string) error { return nil }
func (leading) Resign(context.Context, core.Term, string) error               { return nil }

func withHome(t *testing.T, h *homes) *bundle {
	t.Helper()
	b := newBundle(t, func(o *emulator.Options) { o.HomeTab = true })
	b.newSlackbot(t, func(c *Config) { c.SigningSecrets, c.Homes = []string{b.SigningSecret()}, h })
	b.app.Handle("/interactions", b.slackbot.Interactions())
	b.app.Handle("/events", b.slackbot.Events())
	return b
}

func (b *bundle) published() int { return b.Log().Count("views.publish") }

func TestHomeOpened(t *testing.T) {
	t.Parallel()
	h := &homes{}
	b := withHome(t, h)
	if err := b.OpenHome(lin); err != nil {
		t.Fatal(err)
	}
	var seen emulator.View
	b.eventually(t, "the home is published", func() (ok bool) { seen, ok = b.Home(lin); return ok })
	wantContains(t, seen.Plain, "New risk", "Risks that you handle", "R-17 Ledger *is* <@U1> off", "Risks that you filed", "Overdue", "Details")
	if h.all[0] != (core.Account{Workspace: "acme", ID: lin}) {
		t.Errorf("recorded %v", h.all)
	}
	r, err := b.PressHome(t.Context(), lin, newRiskID)
	if err != nil || r.View == nil || r.View.CallbackID != "file" {
		t.Fatalf("%+v, %v\n%s", r, err, b.log())
	}
	r, err = b.PressHome(t.Context(), lin, "riskroom.details/R-17@0")
	if err != nil || r.View == nil {
		t.Fatalf("%+v, %v\n%s", r, err, b.log())
	}
	wantContains(t, r.View.Plain, "Ledger *is* <@U1> off")
	// A refusal has no channel to be shown in.
	b.engine.set(func() {
		b.engine.before = func(context.Context, string) error {
			return &core.Refusal{Kind: core.NotFound, Code: "not_found", Args: map[string]any{"Key": "R-17"}}
		}
	})
	if r, err = b.PressHome(t.Context(), lin, "riskroom.details/R-17@0"); err != nil || r.View == nil {
		t.Fatalf("%+v, %v\n%s", r, err, b.log())
	}
	wantContains(t, r.View.Plain, "There is no risk R-17")
}

// TestHomeNotRecorded checks that Slack delivers an event again that could not be recorded,
// and that the messages tab is no home.
func TestHomeNotRecorded(t *testing.T) {
	t.Parallel()
	b := withHome(t, &homes{err: errors.New("down")})
	in := event{Type: "event_callback", TeamID: b.TeamID()}
	in.Event.Type, in.Event.User, in.Event.Tab = homeOpened, lin, "home"
	if got := b.slackbot.forward(t.Context(), in); got != outcomeFailed {
		t.Errorf("the outcome is %s", got)
	}
	in.Event.Tab = "messages"
	if got := b.slackbot.forward(t.Context(), in); got != outcomeUnknown {
		t.Errorf("the outcome is %s", got)
	}
}

// TestKeepHomes checks that a home is published when it has changed, and only then, by the
// replica that leads.
func TestKeepHomes(t *testing.T) {
	t.Parallel()
	b := withHome(t, &homes{all: []core.Account{{Workspace: "acme", ID: wei}}})
	follower := withHome(t, &homes{all: []core.Account{{Workspace: "acme", ID: wei}}})
	ctx, stop := context.WithCancel(t.Context())
	var kept sync.WaitGroup
	for bot, leads := range map[*bundle]bool{b: true, follower: false} {
		bot.slackbot.homesEvery = 5 * time.Millisecond
		kept.Go(func() { bot.slackbot.KeepHomes(ctx, leading(leads)) })
	}
	b.eventually(t, "the home is published", func() bool { return b.published() == 1 })
	seen, _ := b.Home(wei)
	wantContains(t, seen.Plain, "我处理的风险") // in the reader's language
	lists := func() (n int) { b.engine.set(func() { n = b.engine.lists }); return n }
	before := lists()
	b.eventually(t, "it is looked at again", func() bool { return lists() > before+9 })
	if n := b.published(); n != 1 {
		t.Errorf("published %d times without a change", n)
	}
	b.Faults().Order(stage.Fault{Method: "views.publish", Kind: stage.Refuse, Code: "fatal_error"})
	b.engine.set(func() { b.engine.risk.Title = "Another" })
	b.eventually(t, "the change is published", func() bool { seen, _ = b.Home(wei); return strings.Contains(seen.Plain, "Another") })
	stop()
	kept.Wait()
	if n := follower.published(); n != 0 {
		t.Errorf("the follower published %d times", n)
	}
}

// eventually waits until ok returns true.
func (b *bundle) eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("timed out waiting until %s\n%s", what, b.log())
		}
	}
}
