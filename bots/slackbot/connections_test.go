package slackbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"riskroom/adapters/slack/api"
	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
)

// TestNothingIsLostOrDoubled has people file risks while connections end in every
// possible way.
func TestNothingIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	ends := map[string]func(b *bundle) bool{
		"warned":            func(b *bundle) bool { return b.Socket().Disconnect(emulator.Warning, 20*time.Millisecond) },
		"refreshed":         func(b *bundle) bool { return b.Socket().Disconnect(emulator.Refresh, 0) },
		"cut":               func(b *bundle) bool { return b.Socket().Cut() },
		"all cut":           func(b *bundle) bool { b.Socket().CutAll(); return true },
		"acknowledged last": func(b *bundle) bool { b.Socket().LoseAcks(1); return true },
		"all at once warned": func(b *bundle) bool {
			one := b.Socket().Disconnect(emulator.Warning, 0)
			other := b.Socket().Disconnect(emulator.Warning, 0)
			return one && other
		},
	}
	for name, end := range ends {
		for _, replicas := range []int{1, 2} {
			t.Run(fmt.Sprintf("%s, %d", name, replicas), func(t *testing.T) {
				t.Parallel()
				b := setupSocket(t)
				for range replicas - 1 {
					b.replica(t)
				}
				b.connected(t, 2*replicas)
				b.fileWhile(t, end)
			})
		}
	}
}

const (
	filers = 4
	each   = 12
)

// fileWhile has people file risks while connections end, and counts them.
func (b *bundle) fileWhile(t *testing.T, end func(*bundle) bool) {
	t.Helper()
	var filing sync.WaitGroup
	var ends atomic.Int32
	for i := range filers {
		filing.Go(func() {
			for n := range each {
				if n%3 == 0 && end(b) { // while others are filing
					ends.Add(1)
				}
				b.fileUntilAccepted(t, fmt.Sprintf("Risk %d of %d", n, i))
			}
		})
	}
	filing.Wait()
	titles := b.titles()
	for title, n := range titles {
		if n != 1 {
			t.Errorf("%q is filed %d times", title, n)
		}
	}
	if len(titles) != filers*each || ends.Load() == 0 {
		t.Errorf("%d risks are filed, after %d ends\n%s", len(titles), ends.Load(), b.log())
	}
}

// fileUntilAccepted files a risk. Like a person, it tries again if Slack can't
// reach the app, or if the reply says that nothing was started.
func (b *bundle) fileUntilAccepted(t *testing.T, title string) {
	t.Helper()
	for {
		r, err := b.SlashCommand(t.Context(), lin, lobby, "/risk", "new "+title+" module:Payments")
		if errors.Is(err, emulator.ErrNotConnected) {
			continue
		}
		if err != nil || r.Message == nil {
			t.Errorf("%s: %+v, %v", title, r, err)
			return
		}
		if !strings.Contains(r.Message.Plain, "has not started this") {
			return
		}
	}
}

// TestRefreshOverlaps refreshes the only connection, and every command is answered.
func TestRefreshOverlaps(t *testing.T) {
	t.Parallel()
	b := newSocketBundle(t)
	b.newSlackbot(t, b.overSocket, func(c *Config) { c.Connections = 1 })
	shortenPauses(b.slackbot)
	b.connect(t, b.slackbot)
	b.connected(t, 1)
	over := make(chan struct{})
	var asking sync.WaitGroup
	asking.Go(func() {
		for {
			select {
			case <-over:
				return
			default:
				b.risk(t, lin, "help")
			}
		}
	})
	for range 10 {
		opened := b.Socket().Opened()
		if !b.Socket().Disconnect(emulator.Warning, time.Hour) {
			t.Error("there is no connection")
		}
		waitUntil(t, "another connection", func() bool { return b.Socket().Opened() == opened+1 })
		waitUntil(t, "the old one is closed", func() bool { return b.Socket().Connections() == 1 })
	}
	close(over)
	asking.Wait()
	waitUntil(t, "each is counted", func() bool { return b.counted("connections refreshed") == 10 })
	if b.counted("connections lost") != 0 {
		t.Errorf("%v", b.counts)
	}
}

func TestSocketModeIsTurnedOff(t *testing.T) {
	t.Parallel()
	b := newSocketBundle(t)
	b.newSlackbot(t, b.overSocket)
	s := b.slackbot.Socket()
	s.disabledPause = time.Hour
	b.connect(t, b.slackbot)
	b.connected(t, 2)
	b.Socket().SetMode(false)
	waitUntil(t, "not ready", func() bool { return errors.Is(s.Ready(t.Context()), errDisabled) })
	waitUntil(t, "both connections are closed", func() bool { return b.counted("connections link_disabled") == 2 })
	opens := 0
	for _, c := range b.Log().Calls() {
		if c.Method == "apps.connections.open" {
			opens++
		}
	}
	if opens != 2 {
		t.Errorf("%d attempts to connect", opens)
	}
	wantContains(t, b.log(), "Socket Mode is turned off in the app's settings", "level=ERROR")
}

func TestSocketModeIsTurnedOnAgain(t *testing.T) {
	t.Parallel()
	b := setupSocket(t)
	b.Socket().SetMode(false)
	waitUntil(t, "not ready", func() bool { return b.slackbot.Socket().Ready(t.Context()) != nil })
	b.Socket().SetMode(true)
	b.connected(t, 2)
	b.risk(t, lin, "help")
}

func TestAppTokenIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*emulator.Options)
		token  string
		want   string
	}{
		"wrong":             {func(*emulator.Options) {}, "xapp-another-one", "invalid_auth"},
		"without its scope": {func(o *emulator.Options) { o.AppScopes = []string{"authorizations:read"} }, "xapp-stand-in", "missing_scope"},
		"the bot's":         {func(*emulator.Options) {}, "xoxb-stand-in", "not_allowed_token_type"},
	} {
		b := newSocketBundle(t, c.change)
		b.newSlackbot(t, func(config *Config) { config.AppToken = c.token })
		err := b.slackbot.Socket().Run(t.Context())
		if err == nil {
			t.Fatalf("%s: accepted", name)
		}
		wantContains(t, err.Error(), c.want, "connections:write", "App-Level Tokens")
		if strings.Contains(err.Error()+b.log(), c.token) {
			t.Errorf("%s: the token shows: %v\n%s", name, err, b.log())
		}
		if b.slackbot.Socket().Ready(t.Context()) == nil || b.counted("connections refused") == 0 {
			t.Errorf("%s: %v", name, b.counts)
		}
	}
}

// TestOpeningIsRetried has Slack fail temporarily.
func TestOpeningIsRetried(t *testing.T) {
	t.Parallel()
	b := newSocketBundle(t)
	b.newSlackbot(t, b.overSocket, func(c *Config) { c.Connections = 1 })
	shortenPauses(b.slackbot)
	for i, f := range []stage.Fault{
		{Kind: stage.ErrorBefore}, {Kind: stage.CutBefore}, {Kind: stage.EmptyFailure}, {Kind: stage.Refuse, Code: "internal_error"}, {Kind: stage.CutAfter},
	} {
		f.Method, f.Nth = "apps.connections.open", i+1
		b.Faults().Order(f)
	}
	b.connect(t, b.slackbot)
	b.connected(t, 1)
	if n := b.counted("connections not_opened"); n != 5 {
		t.Errorf("%d failures: %v", n, b.counts)
	}
	b.risk(t, lin, "help")
}

// TestEventsSurviveLostConnections cuts connections while events arrive. Each
// event is passed on once.
func TestEventsSurviveLostConnections(t *testing.T) {
	t.Parallel()
	b := setupSocket(t, func(o *emulator.Options) {
		o.EventDelay = slices.Repeat([]time.Duration{5 * time.Millisecond}, 400)
	})
	const events = 30
	for i := range events {
		if i%5 == 0 {
			b.Socket().LoseAcks(1)
		}
		if i%3 == 0 {
			b.Socket().CutAll()
		}
		b.SendEvent("channel_rename", map[string]any{"channel": map[string]any{"id": fmt.Sprint("C", i)}})
	}
	waitUntil(t, "all are noticed", func() bool {
		b.engine.mu.Lock()
		defer b.engine.mu.Unlock()
		return len(b.engine.noticed) >= events
	})
	b.Socket().LoseAcks(0)
	if err := b.FlushEvents(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.engine.mu.Lock()
	defer b.engine.mu.Unlock()
	seen := map[string]int{}
	for _, g := range b.engine.noticed {
		seen[g.ID]++
	}
	if len(seen) != events || len(b.engine.noticed) != events {
		t.Errorf("%v", seen)
	}
}

// TestUnsafeURLs has Slack's API answer with URLs that the bot must not connect to.
func TestUnsafeURLs(t *testing.T) {
	t.Parallel()
	for _, to := range []string{"", "ws://slack.example/link/?ticket=1", "https://slack.example", "wss://", "wss://%zz?ticket=1", "wss:opaque"} {
		server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "url": to})
		}))
		b := newBundle(t)
		b.newSlackbot(t, b.overSocket, func(c *Config) {
			c.API = client(t, api.Config{Token: b.BotToken(), URL: server.URL, Transport: server.Client().Transport})
		})
		_, err := b.slackbot.Socket().connect(t.Context())
		if err == nil || strings.Contains(err.Error(), "ticket") || !strings.Contains(err.Error(), "not the URL of a secure connection") {
			t.Errorf("%q: %v", to, err)
		}
		server.Close()
	}
}

func TestTooManyConnections(t *testing.T) {
	t.Parallel()
	b := newSocketBundle(t)
	b.newSlackbot(t, b.overSocket, func(c *Config) { c.Connections = 11 })
	shortenPauses(b.slackbot)
	b.connect(t, b.slackbot)
	b.connected(t, 10)
	waitUntil(t, "one too many is counted", func() bool { return b.counted("connections too_many") > 0 })
	b.risk(t, lin, "help")
}

func TestPingsAreAnswered(t *testing.T) {
	t.Parallel()
	b := setupSocket(t, func(o *emulator.Options) { o.PingEvery = time.Millisecond })
	waitUntil(t, "pongs", func() bool { return b.Socket().Pongs() > 10 })
}

func TestSilentConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	b := newSocketBundle(t, func(o *emulator.Options) { o.PingEvery = time.Hour })
	b.newSlackbot(t, b.overSocket, func(c *Config) { c.Connections = 1 })
	shortenPauses(b.slackbot)
	b.slackbot.Socket().silence = 200 * time.Millisecond
	b.connect(t, b.slackbot)
	b.connected(t, 1)
	// The emulator answers pings, so the connection stays open.
	waitUntil(t, "pings keep it", func() bool { return b.counted("connections opened") == 1 })
	b.Socket().Freeze()
	waitUntil(t, "another", func() bool { return b.counted("connections lost") > 0 && b.Socket().Opened() > 1 })
}

// TestStopAnswersPendingCommands stops the bot while a command is being handled.
func TestStopAnswersPendingCommands(t *testing.T) {
	t.Parallel()
	b := newSocketBundle(t)
	b.newSlackbot(t, b.overSocket)
	shortenPauses(b.slackbot)
	stop := b.connect(t, b.slackbot)
	b.connected(t, 2)
	begun, finish := make(chan struct{}), make(chan struct{})
	b.engine.set(func() {
		b.engine.before = func(_ context.Context, call string) error {
			if call == "File" {
				close(begun)
				<-finish
			}
			return nil
		}
	})
	answered := make(chan emulator.Reply, 1)
	go func() {
		r, err := b.SlashCommand(context.WithoutCancel(t.Context()), lin, lobby, "/risk", "new Ledger module:Payments")
		if err != nil {
			t.Error(err)
		}
		answered <- r
	}()
	<-begun
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	waitUntil(t, "the idle connection is closed", func() bool { return b.Socket().Connections() == 1 })
	// A new command is not started, and the reply says so.
	r := b.risk(t, lin, "list")
	wantContains(t, r.Message.Plain, "too busy")
	close(finish)
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if r := <-answered; r.Message == nil || !strings.Contains(r.Message.Plain, "R-17 is filed") {
		t.Errorf("%+v", r)
	}
	waitUntil(t, "none is left", func() bool { return b.Socket().Connections() == 0 })
	if b.slackbot.Socket().Ready(t.Context()) == nil {
		t.Error("still ready")
	}
}
