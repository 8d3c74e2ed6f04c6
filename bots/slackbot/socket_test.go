package slackbot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"riskroom/adapters/slack/api"
	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
	"riskroom/bots"
	"riskroom/core"
)

// setupSocket is setup over Socket Mode, with the Bot running and connected.
func setupSocket(t *testing.T, change ...func(*emulator.Options)) *bundle {
	t.Helper()
	b := newSocketBundle(t, change...)
	b.newSlackbot(t, b.overSocket)
	shortenPauses(b.slackbot)
	b.connect(t, b.slackbot)
	b.connected(t, 2)
	return b
}

// newSocketBundle returns a bundle in Socket Mode, without a Bot.
func newSocketBundle(t *testing.T, change ...func(*emulator.Options)) *bundle {
	t.Helper()
	b := newBundle(t, append([]func(*emulator.Options){func(o *emulator.Options) { o.SocketMode = true }}, change...)...)
	if _, err := b.Start(""); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bundle) overSocket(c *Config) { c.AppToken, c.TeamID = b.AppToken(), b.TeamID() }

// connected waits until there are n connections.
func (b *bundle) connected(t *testing.T, n int) {
	t.Helper()
	if err := b.Socket().WaitConnected(t.Context(), n); err != nil {
		t.Fatalf("%v\n%s", err, b.log())
	}
}

// shortenPauses shortens the Bot's pauses.
func shortenPauses(slackbot *Bot) {
	s := slackbot.Socket()
	s.firstPause, s.longestPause, s.disabledPause = time.Millisecond, 4*time.Millisecond, 20*time.Millisecond
	s.linger = 50 * time.Millisecond
}

// connect runs a Bot until the test ends or stop is called. stop returns the
// result of Run.
func (b *bundle) connect(t *testing.T, slackbot *Bot) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- slackbot.Socket().Run(ctx) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
		if log := b.log(); strings.Contains(log, "ticket") || strings.Contains(log, b.AppToken()) || strings.Contains(log, b.BotToken()) {
			t.Errorf("a secret shows:\n%s", log)
		}
	})
	return stop
}

// replica adds another Bot to the same engine, like another process.
func (b *bundle) replica(t *testing.T) *Bot {
	t.Helper()
	first := b.slackbot
	b.newSlackbot(t, b.overSocket)
	slackbot := b.slackbot
	b.slackbot = first
	t.Cleanup(func() { _ = slackbot.Close(context.Background()) })
	shortenPauses(slackbot)
	b.connect(t, slackbot)
	return slackbot
}

// waitUntil waits until holds returns true.
func waitUntil(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("timed out waiting until %s", what)
		}
	}
}

// titles returns how often a risk of each title was filed.
func (b *bundle) titles() map[string]int {
	b.engine.mu.Lock()
	defer b.engine.mu.Unlock()
	out := map[string]int{}
	for _, d := range b.engine.drafts {
		out[d.Title]++
	}
	return out
}

func TestCommandOverSocket(t *testing.T) {
	t.Parallel()
	b := setupSocket(t)
	r := b.risk(t, lin, "new Ledger is off module:Payments")
	if r.Message == nil || b.draft(t).Title != "Ledger is off" {
		t.Fatalf("%+v\n%s", r, b.log())
	}
	wantContains(t, r.Message.Plain, "R-17 is filed")
	if b.counted("commands ok") != 1 {
		t.Errorf("%v", b.counts)
	}
}

func TestModalOverSocket(t *testing.T) {
	t.Parallel()
	b := setupSocket(t)
	v := openModal(t, b, wei)
	r, err := b.ChooseInView(t.Context(), wei, v.ID, "module", "Payments")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, ok := r.View.Action("handlers"); !ok {
		t.Fatalf("choosing shows no handlers: %s\n%s", r.View.Plain, b.log())
	}
	r, err = b.SubmitView(t.Context(), wei, v.ID, emulator.Values{"title": {"Ledger"}, "fields.amount": {"many"}})
	if err != nil || len(r.Errors) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	r, err = b.SubmitView(t.Context(), wei, v.ID, emulator.Values{"fields.amount": {"5"}})
	if err != nil || r.View == nil || b.draft(t).Title != "Ledger" {
		t.Fatalf("%+v, %v\n%s", r, err, b.log())
	}
	wantContains(t, r.View.Plain, "R-17")
}

func TestButtonOverSocket(t *testing.T) {
	t.Parallel()
	b := setupSocket(t)
	card := b.risk(t, lin, "show R-17").Message
	press(t, b, *card, "riskroom.start")
	b.waitShown(t)
	b.engine.mu.Lock()
	defer b.engine.mu.Unlock()
	if len(b.engine.changes) != 1 || b.engine.changes[0].To != core.InProgress {
		t.Errorf("%v", b.engine.changes)
	}
}

func TestEventsOverSocket(t *testing.T) {
	t.Parallel()
	b := setupSocket(t, func(o *emulator.Options) { o.Deadline = 300 * time.Millisecond })
	id, err := b.CreateByHand(lin, "r-17", false, b.BotUserID(), wei)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.FlushEvents(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.engine.set(func() { b.engine.noticed = nil })
	b.Faults().Order(stage.Fault{Method: "channel_archive", Kind: stage.DuplicateEvent})
	if err := errors.Join(b.ArchiveByHand(lin, id), b.FlushEvents(t.Context())); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "a replay", func() bool { return b.counted("events replay") == 1 })
	b.engine.mu.Lock()
	if len(b.engine.noticed) != 1 || b.engine.noticed[0].ID != id {
		t.Errorf("%v", b.engine.noticed)
	}
	b.engine.mu.Unlock()

	fails := 1
	b.engine.set(func() {
		b.engine.before = func(context.Context, string) error {
			fails--
			if fails >= 0 {
				return errors.New("no store")
			}
			return nil
		}
	})
	if err := errors.Join(b.UnarchiveByHand(lin, id, true), b.FlushEvents(t.Context())); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "the event is delivered again", func() bool {
		b.engine.mu.Lock()
		defer b.engine.mu.Unlock()
		return fails < 0
	})
}

// TestAcknowledgedInTime sends commands while the engine hangs.
func TestAcknowledgedInTime(t *testing.T) {
	t.Parallel()
	b := newSocketBundle(t)
	b.newSlackbot(t, b.overSocket)
	b.slackbot.answerWithin = 200 * time.Millisecond
	b.connect(t, b.slackbot)
	b.connected(t, 2)
	slow := make(chan struct{})
	b.engine.set(func() {
		b.engine.before = func(ctx context.Context, _ string) error {
			select {
			case <-slow:
			case <-ctx.Done():
			}
			return ctx.Err()
		}
	})
	var asked sync.WaitGroup
	for i := range 40 {
		asked.Go(func() {
			r, err := b.SlashCommand(t.Context(), lin, lobby, "/risk", fmt.Sprintf("new Risk %d module:Payments", i))
			if err != nil || r.Message == nil {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	asked.Wait()
	close(slow)
	waitUntil(t, "all are filed", func() bool { return len(b.titles()) == 40 })
	for _, a := range b.Socket().Acks() {
		if a.Late || a.Unknown || a.Dropped {
			t.Errorf("%+v", a)
		}
	}
}

// TestTooManyRequests checks that the reply says so if all slots are taken.
func TestTooManyRequests(t *testing.T) {
	t.Parallel()
	b := setupSocket(t)
	card := b.risk(t, lin, "show R-17").Message
	v := openModal(t, b, lin)
	s := b.slackbot.Socket()
	for range cap(s.slots) {
		s.slots <- struct{}{}
	}
	r := b.risk(t, lin, "new Ledger module:Payments")
	wantContains(t, r.Message.Plain, "too busy", "has not started this")
	r, err := b.SubmitView(t.Context(), lin, v.ID, emulator.Values{"title": {"Ledger"}, "module": {"Ledger"}})
	if err != nil || len(r.Errors) != 1 || !strings.Contains(fmt.Sprint(r.Errors), "too busy") {
		t.Errorf("%+v, %v", r, err)
	}
	before := len(b.Ephemerals(lin))
	press(t, b, *card, "riskroom.start")
	b.waitShown(t)
	if shown := b.Ephemerals(lin); len(shown) != before+1 || !strings.Contains(shown[before].Plain, "too busy") {
		t.Errorf("a button: %v", shown[before:])
	}
	if len(b.titles()) != 0 || len(b.engine.changes) != 0 {
		t.Error("something was done")
	}
	for range cap(s.slots) {
		<-s.slots
	}
	if _, err := b.SubmitView(t.Context(), lin, v.ID, nil); err != nil || len(b.titles()) != 1 {
		t.Errorf("with free slots: %v, %v", err, b.titles())
	}
}

// TestDuplicatesActOnce delivers every request twice, in separate envelopes.
func TestDuplicatesActOnce(t *testing.T) {
	t.Parallel()
	b := setupSocket(t)
	calls := map[string]int{}
	b.engine.set(func() {
		b.engine.before = func(_ context.Context, call string) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			calls[call]++
			if call == "File" && calls[call] == 2 {
				return &core.Refusal{Kind: core.Invalid, Code: "title_empty", Field: "title"}
			}
			return nil
		}
	})
	twice := func() {
		b.Faults().Order(stage.Fault{Method: "slash_commands", Kind: stage.DuplicateEvent}, stage.Fault{Method: "interactive", Kind: stage.DuplicateEvent})
	}
	acks := 0
	acked := func(what string) {
		t.Helper()
		acks += 2
		waitUntil(t, what+" is acknowledged twice", func() bool { return len(b.Socket().Acks()) == acks })
		got := b.Socket().Acks()
		if one, two := string(got[acks-2].Payload), string(got[acks-1].Payload); one != two {
			t.Errorf("%s: the answers are %s and %s", what, one, two)
		}
		b.Faults().Clear()
	}
	twice()
	b.risk(t, lin, "new Ledger module:Payments")
	acked("a command")
	if calls["File"] != 1 {
		t.Errorf("filed %d times", calls["File"])
	}
	twice()
	v := openModal(t, b, lin)
	acked("opening a modal")
	if now, ok := b.OpenView(lin); !ok || now.ID != v.ID {
		t.Errorf("another modal is open: %v", now)
	}
	twice()
	r, err := b.SubmitView(t.Context(), lin, v.ID, emulator.Values{"title": {"Again"}, "module": {"Ledger"}})
	if err != nil || len(r.Errors) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	acked("a wrong submission")
	twice()
	if _, err := b.SubmitView(t.Context(), lin, v.ID, nil); err != nil {
		t.Fatal(err)
	}
	acked("a submission")
	if calls["File"] != 3 {
		t.Errorf("filed %d times in all", calls["File"])
	}
}

func TestEveryEnvelopeIsAcknowledged(t *testing.T) {
	t.Parallel()
	b := setupSocket(t)
	for name, c := range map[string]struct {
		kind    string
		payload any
		counted string
	}{
		"unknown":             {"moon_landing", map[string]string{"a": "b"}, "envelopes unknown_type"},
		"unknown interaction": {typeInteract, map[string]any{"type": "?", "team": map[string]string{"id": b.TeamID()}, "user": map[string]string{"id": lin}}, "interactions unknown_type"},
		"unknown event":       {typeEvent, map[string]any{"type": "event_callback", "team_id": b.TeamID(), "event": map[string]any{"type": "?"}}, "events unknown_type"},
		"a command's number":  {typeCommand, 5, "commands malformed"},
		"a button's list":     {typeInteract, []int{1}, "interactions malformed"},
		"an event's text":     {typeEvent, "x", "events malformed"},
		"another team":        {typeCommand, map[string]string{"team_id": "T0OTHER", "user_id": lin}, "commands wrong_team"},
		"nobody":              {typeCommand, map[string]string{"team_id": b.TeamID()}, "commands malformed"},
	} {
		before := b.counted(c.counted)
		a, err := b.Socket().SendEnvelope(t.Context(), c.kind, c.payload)
		if err != nil || a.Payload != nil {
			t.Errorf("%s: %+v, %v\n%s", name, a, err, b.log())
		}
		if b.counted(c.counted) != before+1 {
			t.Errorf("%s is not counted as %s: %v", name, c.counted, b.counts)
		}
	}
	for i, frame := range []string{
		`{"envelope_id":"raw-0","type":5}`, `{"type":"slash_commands","envelope_id":"raw-1","payload":{`,
		`{"envelope_id":"raw-2","type":"slash_commands","payload":"` + strings.Repeat("x", core.MaxBody) + `"}`,
	} {
		if _, err := b.Socket().SendFrame(t.Context(), frame, fmt.Sprint("raw-", i)); err != nil {
			t.Errorf("frame %d: %v", i, err)
		}
	}
	b.risk(t, lin, "help") // the connections still work
	if b.Socket().Opened() != 2 {
		t.Errorf("%d connections were opened", b.Socket().Opened())
	}
}

// talkative answers with more than an acknowledgement can contain.
type talkative struct{ Answerer }

func (a talkative) Answer(ctx context.Context, c bots.Command, later bots.Later) bots.Reply {
	long := strings.Repeat("风险 & <more> ", 230)
	switch {
	case c.Filled != nil:
		f := bots.Form{ID: "file", Title: "Sure?", Submit: "Yes", Cancel: "No", Notice: []core.Span{core.Plain("There is one like it.")}}
		for i := range 4 {
			f.Fields = append(f.Fields, bots.Field{Key: fmt.Sprint("field", i), Kind: bots.LongTextKind, Label: "Text", Initial: []string{long}})
		}
		return bots.Reply{Form: &f}
	case strings.HasPrefix(c.Typed.Text, "list"):
		r := bots.Say("All of them")
		for range 5 {
			r.List = append(r.List, []core.Span{core.Plain(long)})
		}
		return r
	}
	return a.Answerer.Answer(ctx, c, later)
}

// TestLargeAnswers checks that answers too large for an acknowledgement are shown
// in another way.
func TestLargeAnswers(t *testing.T) {
	t.Parallel()
	b := newSocketBundle(t)
	b.newSlackbot(t, b.overSocket, func(c *Config) { c.Bot = talkative{b.bot} })
	b.connect(t, b.slackbot)
	b.connected(t, 2)
	if r := b.risk(t, lin, "list"); r.Body != "" {
		t.Errorf("%d bytes in the acknowledgement", len(r.Body))
	}
	b.waitShown(t)
	if shown := b.Ephemerals(lin); len(shown) != 1 || !strings.Contains(shown[0].Plain, "All of them") {
		t.Fatalf("%+v\n%s", shown, b.log())
	}
	v := openModal(t, b, lin)
	r, err := b.SubmitView(t.Context(), lin, v.ID, emulator.Values{"title": {"Ledger"}, "module": {"Ledger"}})
	if err != nil || r.View == nil || !strings.Contains(r.View.Plain, "There is one like it.") || r.View.Submit != "" {
		t.Fatalf("%+v, %v\n%s", r, err, b.log())
	}
	b.waitShown(t)
	if v, ok := b.OpenView(lin); !ok || v.Submit != "Yes" || len(v.Values) != 4 {
		t.Errorf("what follows: %+v\n%s", v, b.log())
	}
	for _, a := range b.Socket().Acks() {
		if a.Dropped || a.Size >= maxAck {
			t.Errorf("%d bytes", a.Size)
		}
	}
}

// TestUnsentAnswerIsShown cuts the connection while a command is being handled.
// Slack doesn't deliver it again.
func TestUnsentAnswerIsShown(t *testing.T) {
	t.Parallel()
	b := setupSocket(t, func(o *emulator.Options) { o.NoRedelivery = true })
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
	go func() {
		<-begun
		b.Socket().CutAll()
		_ = b.Socket().WaitConnected(t.Context(), 2)
		close(finish)
	}()
	if _, err := b.SlashCommand(t.Context(), lin, lobby, "/risk", "new Ledger module:Payments"); err == nil {
		t.Error("it was acknowledged")
	}
	waitUntil(t, "the answer is shown", func() bool {
		shown := b.Ephemerals(lin)
		return len(shown) == 1 && strings.Contains(shown[0].Plain, "R-17 is filed")
	})
}

func TestHTTPOrSocketMode(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	c := Config{API: client(t, api.Config{Token: "xoxb-1"}), Bot: b.bot, Noticed: b.engine.Noticed, Ended: b.engine.Ended, Unarchived: b.engine.Unarchived, Joined: b.engine.Joined, AppToken: "xapp-1", SigningSecrets: []string{"secret"}}
	if _, err := New(c); err == nil {
		t.Error("both are accepted")
	}
	c.AppToken = ""
	if slackbot, err := New(c); err != nil || slackbot.Socket() != nil {
		t.Errorf("HTTP: %v", err)
	}
	c.AppToken, c.SigningSecrets = "xapp-1", nil
	slackbot, err := New(c)
	if err != nil || slackbot.Socket() == nil {
		t.Fatalf("Socket Mode: %v", err)
	}
	b.slackbot = slackbot
	b.app.Handle("/commands", slackbot.Commands())
	r := b.command(nil)
	r.secret = ""
	if got := b.post(r); got != 401 {
		t.Errorf("in Socket Mode, the status of a request over HTTP is %d", got)
	}
}
