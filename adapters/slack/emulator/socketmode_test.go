package emulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
)

// socketApp is an app on one connection: it records what comes and
// acknowledges as told.
type socketApp struct {
	conn *websocket.Conn
	ack  func(frame map[string]any) any // nil: an empty one; unsaid for none

	mu     sync.Mutex
	frames []map[string]any
	pings  int
	begun  chan struct{} // closed when the first message has come
	ended  chan struct{}
}

// unsaid has an envelope go unacknowledged.
var unsaid = new(int)

func (b *bench) openLink(token string) map[string]any {
	b.t.Helper()
	return b.send("apps.connections.open", "application/x-www-form-urlencoded", "", token)
}

// connect opens a connection and waits until it is one.
func (b *bench) connect(ack func(map[string]any) any) *socketApp {
	b.t.Helper()
	to, _ := b.openLink(b.AppToken())["url"].(string)
	conn, response, err := websocket.DefaultDialer.DialContext(b.t.Context(), to, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	_ = response.Body.Close()
	a := &socketApp{conn: conn, ack: ack, begun: make(chan struct{}), ended: make(chan struct{})}
	conn.SetPingHandler(func(string) error {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.pings++
		return nil
	})
	go a.read()
	b.t.Cleanup(func() { _ = conn.Close(); <-a.ended })
	<-a.begun
	return a
}

func (a *socketApp) read() {
	defer close(a.ended)
	for {
		var frame map[string]any
		if a.conn.ReadJSON(&frame) != nil {
			return
		}
		a.mu.Lock()
		a.frames = append(a.frames, frame)
		if len(a.frames) == 1 {
			close(a.begun)
		}
		a.mu.Unlock()
		if frame["envelope_id"] == nil {
			continue
		}
		out := map[string]any{"envelope_id": frame["envelope_id"]}
		if a.ack != nil {
			said := a.ack(frame)
			if said == unsaid {
				continue
			}
			out["payload"] = said
		}
		_ = a.conn.WriteJSON(out)
	}
}

func (a *socketApp) got() []map[string]any {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]map[string]any{}, a.frames...)
}

// of returns the envelopes of a type.
func (a *socketApp) of(kind string) []map[string]any {
	var out []map[string]any
	for _, f := range a.got() {
		if f["type"] == kind {
			out = append(out, f)
		}
	}
	return out
}

// until waits for a condition.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

func setupSocket(t *testing.T, change func(*emulator.Options)) *bench {
	t.Helper()
	return setup(t, func(o *emulator.Options) {
		o.SocketMode = true
		o.EventDelay = []time.Duration{0, 0}
		if change != nil {
			change(o)
		}
	})
}

func TestWhoMayConnect(t *testing.T) {
	t.Parallel()
	b := setupSocket(t, nil)
	for token, code := range map[string]string{"": "not_authed", "xapp-other": "invalid_auth", b.BotToken(): "not_allowed_token_type"} {
		if out := b.openLink(token); out["error"] != code {
			t.Errorf("token %q: %v, want %s", token, out, code)
		}
	}
	if out := b.send("auth.test", "application/x-www-form-urlencoded", "", b.AppToken()); out["error"] != "not_allowed_token_type" {
		t.Errorf("the app token is good for the bot's methods: %v", out)
	}
	to := b.openLink(b.AppToken())["url"].(string)
	conn, response, err := websocket.DefaultDialer.DialContext(t.Context(), to, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	_ = conn.Close()
	if _, response, err := websocket.DefaultDialer.DialContext(t.Context(), to, nil); err == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("a ticket is good twice: %v", err)
	}
	b.Socket().SetMode(false)
	if out := b.openLink(b.AppToken()); out["ok"] != false {
		t.Errorf("connected while Socket Mode is off: %v", out)
	}
	narrow := setupSocket(t, func(o *emulator.Options) { o.AppScopes = []string{"authorizations:read"} })
	if out := narrow.openLink(narrow.AppToken()); out["error"] != "missing_scope" || out["needed"] != "connections:write" {
		t.Errorf("without the scope: %v", out)
	}
}

func TestHelloPingsAndEnvelopes(t *testing.T) {
	t.Parallel()
	b := setupSocket(t, func(o *emulator.Options) { o.PingEvery = 5 * time.Millisecond })
	a := b.connect(func(f map[string]any) any {
		if f["type"] == "slash_commands" {
			return map[string]any{"text": "heard"}
		}
		return nil
	})
	until(t, "hello", func() bool { return len(a.of("hello")) == 1 })
	r, err := b.SlashCommand(t.Context(), lin, "C0000PUBLIC", "/risk", "list open")
	if err != nil || r.Message == nil || r.Message.Text != "heard" {
		t.Fatalf("%+v, %v", r, err)
	}
	e := a.of("slash_commands")[0]
	p := e["payload"].(map[string]any)
	if p["text"] != "list open" || p["user_id"] != lin || p["trigger_id"] == "" || e["accepts_response_payload"] != true {
		t.Errorf("%v", e)
	}
	acks := b.Socket().Acks()
	if len(acks) != 1 || acks[0].Type != "slash_commands" || acks[0].Connection != 1 || !strings.Contains(string(acks[0].Payload), "heard") {
		t.Errorf("%+v", acks)
	}
	until(t, "pings", func() bool { a.mu.Lock(); defer a.mu.Unlock(); return a.pings > 2 })
	if err := b.Rename(lin, "C0000PUBLIC", "publicly"); err != nil {
		t.Fatal(err)
	}
	b.SendEvent("moon_landing", nil)
	if err := b.FlushEvents(t.Context()); err != nil {
		t.Fatal(err)
	}
	events := a.of("events_api")
	last := events[len(events)-1]
	if last["payload"].(map[string]any)["event"].(map[string]any)["type"] != "moon_landing" || last["retry_attempt"] != 0.0 {
		t.Errorf("%v", last)
	}
}

func TestNothingGoesOverHTTPInSocketMode(t *testing.T) {
	t.Parallel()
	b, web := setupApp(t, nil, nil)
	if _, err := b.SlashCommand(t.Context(), lin, "", "/risk", ""); err != nil || len(web.all()) != 1 {
		t.Fatalf("over HTTP: %v", err)
	}
	b.Socket().SetMode(true)
	if _, err := b.SlashCommand(t.Context(), lin, "", "/risk", ""); !errors.Is(err, emulator.ErrNotConnected) || len(web.all()) != 1 {
		t.Errorf("without a connection: %v", err)
	}
	b.connect(nil)
	if _, err := b.SlashCommand(t.Context(), lin, "", "/risk", ""); err != nil || len(web.all()) != 1 {
		t.Errorf("over the connection: %v", err)
	}
}

func TestUnacknowledged(t *testing.T) {
	t.Parallel()
	b := setupSocket(t, func(o *emulator.Options) { o.Deadline = 50 * time.Millisecond })
	a := b.connect(func(map[string]any) any { return unsaid })
	if _, err := b.SlashCommand(t.Context(), lin, "", "/risk", ""); !errors.Is(err, stage.ErrDeadline) {
		t.Errorf("%v", err)
	}
	b.SendEvent("moon_landing", nil)
	until(t, "two more deliveries", func() bool { return len(a.of("events_api")) == 3 })
	events := a.of("events_api")
	for i, e := range events {
		if e["retry_attempt"] != float64(i) || (i > 0) != (e["retry_reason"] == "timeout") {
			t.Errorf("delivery %d: %v %v", i, e["retry_attempt"], e["retry_reason"])
		}
	}
	if events[0]["envelope_id"] == events[1]["envelope_id"] {
		t.Error("the envelopes have one ID")
	}
}

func TestLargeAcksAreDropped(t *testing.T) {
	t.Parallel()
	b := setupSocket(t, func(o *emulator.Options) { o.Deadline = 100 * time.Millisecond })
	b.connect(func(map[string]any) any { return map[string]string{"text": strings.Repeat("x", 20_000)} })
	if _, err := b.SlashCommand(t.Context(), lin, "", "/risk", ""); !errors.Is(err, stage.ErrDeadline) {
		t.Errorf("%v", err)
	}
	if acks := b.Socket().Acks(); len(acks) != 1 || !acks[0].Dropped {
		t.Errorf("%+v", acks)
	}
}

func TestConnectionsEnd(t *testing.T) {
	t.Parallel()
	b := setupSocket(t, nil)
	for reason, end := range map[string]func() bool{
		emulator.Warning:      func() bool { return b.Socket().Disconnect(emulator.Warning, 0) },
		emulator.Refresh:      func() bool { return b.Socket().Disconnect(emulator.Refresh, 0) },
		"":                    b.Socket().Cut,
		emulator.LinkDisabled: func() bool { b.Socket().SetMode(false); return true },
	} {
		b.Socket().SetMode(true)
		a := b.connect(nil)
		if !end() {
			t.Fatalf("%q: nothing ends", reason)
		}
		<-a.ended
		told := a.of("disconnect")
		if (reason == "") != (len(told) == 0) || len(told) == 1 && told[0]["reason"] != reason {
			t.Errorf("%q: %v", reason, told)
		}
		until(t, "none is left", func() bool { return b.Socket().Connections() == 0 })
		if b.Socket().Disconnect(reason, 0) || b.Socket().Cut() {
			t.Errorf("%q: it ends twice", reason)
		}
	}
}

func TestUnacknowledgedGoesElsewhere(t *testing.T) {
	t.Parallel()
	b := setupSocket(t, nil)
	var heard sync.WaitGroup
	heard.Add(1)
	first := b.connect(func(map[string]any) any { heard.Done(); return unsaid })
	go func() {
		heard.Wait()
		b.Socket().Cut()
	}()
	done := make(chan error, 1)
	go func() {
		_, err := b.SlashCommand(context.WithoutCancel(t.Context()), lin, "", "/risk", "")
		done <- err
	}()
	<-first.ended
	second := b.connect(nil)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if e := second.of("slash_commands"); len(e) != 1 || e[0]["retry_attempt"] != 1.0 || e[0]["retry_reason"] == "" {
		t.Errorf("%v", e)
	}
	b.Socket().LoseAcks(1)
	go func() { <-second.ended; b.connect(nil) }()
	if _, err := b.SlashCommand(t.Context(), lin, "", "/risk", ""); err != nil {
		t.Error(err)
	}
	acks := b.Socket().Acks()
	if n := len(acks); !acks[n-2].Lost || acks[n-1].Lost || acks[n-1].Connection != 3 {
		t.Errorf("%+v", acks)
	}
}

func TestNoRedelivery(t *testing.T) {
	t.Parallel()
	b := setupSocket(t, func(o *emulator.Options) { o.NoRedelivery = true })
	b.connect(nil)
	b.connect(nil)
	b.Socket().LoseAcks(1)
	if _, err := b.SlashCommand(t.Context(), lin, "", "/risk", ""); err == nil || len(b.Socket().Acks()) != 1 {
		t.Errorf("%v, %+v", err, b.Socket().Acks())
	}
}

func TestSpreadOverConnections(t *testing.T) {
	t.Parallel()
	b := setupSocket(t, nil)
	apps := []*socketApp{b.connect(nil), b.connect(nil)}
	for range 20 {
		if _, err := b.SlashCommand(t.Context(), lin, "", "/risk", ""); err != nil {
			t.Fatal(err)
		}
	}
	one, other := len(apps[0].of("slash_commands")), len(apps[1].of("slash_commands"))
	if one+other != 20 || one == 0 || other == 0 {
		t.Errorf("%d and %d", one, other)
	}
	for range 8 {
		b.connect(nil)
	}
	extra := b.connect(nil)
	<-extra.ended
	if told := extra.of("disconnect"); len(told) != 1 || told[0]["reason"] != "too_many_websockets" {
		t.Errorf("the eleventh: %v", extra.got())
	}
}

func TestCommandDeliveredTwice(t *testing.T) {
	t.Parallel()
	b := setupSocket(t, nil)
	a := b.connect(nil)
	b.Faults().Order(stage.Fault{Method: "slash_commands", Kind: stage.DuplicateEvent})
	if _, err := b.SlashCommand(t.Context(), lin, "", "/risk", ""); err != nil {
		t.Fatal(err)
	}
	until(t, "two envelopes", func() bool { return len(a.of("slash_commands")) == 2 })
	e := a.of("slash_commands")
	one, _ := json.Marshal(e[0]["payload"]) // came as JSON
	two, _ := json.Marshal(e[1]["payload"])
	if string(one) != string(two) || e[0]["envelope_id"] == e[1]["envelope_id"] {
		t.Errorf("%v", e)
	}
}

func TestAnyEnvelopeAndFrame(t *testing.T) {
	t.Parallel()
	b := setupSocket(t, func(o *emulator.Options) { o.Deadline = 200 * time.Millisecond })
	if _, err := b.Socket().SendEnvelope(t.Context(), "moon_landing", nil); !errors.Is(err, emulator.ErrNotConnected) {
		t.Errorf("%v", err)
	}
	b.connect(nil)
	if a, err := b.Socket().SendEnvelope(t.Context(), "moon_landing", map[string]int{"x": 1}); err != nil || a.Type != "moon_landing" {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err := b.Socket().SendFrame(t.Context(), `{"envelope_id":"raw-1"}`, "raw-1"); err != nil || !a.Unknown {
		t.Errorf("%+v, %v", a, err)
	}
	if _, err := b.Socket().SendFrame(t.Context(), `{}`, "raw-2"); !errors.Is(err, stage.ErrDeadline) {
		t.Errorf("%v", err)
	}
}
