package discordbot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/stage"
	"riskroom/core"
)

// newGatewayBundle returns a bundle over the gateway. The Bot is not running yet.
func newGatewayBundle(t *testing.T, change ...func(*emulator.Options)) *bundle {
	t.Helper()
	b := newBundle(t, change...)
	if _, err := b.Start(""); err != nil {
		t.Fatal(err)
	}
	b.newDiscordbot(t)
	shortenPauses(b.discordbot)
	return b
}

// shortenPauses shortens the pauses that only protect Discord.
func shortenPauses(d *Bot) {
	g := d.gateway
	g.firstPause, g.longestPause, g.newSession, g.claimEvery = time.Millisecond, 5*time.Millisecond, time.Millisecond, 10*time.Millisecond
}

// run runs the bot until the test ends, and returns what Run returns.
func (b *bundle) run(t *testing.T) <-chan error {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended, over := make(chan error, 1), make(chan struct{})
	go func() {
		ended <- b.discordbot.Run(ctx)
		close(over)
	}()
	t.Cleanup(func() {
		stop()
		<-over
	})
	return ended
}

func (b *bundle) ready(t *testing.T) {
	t.Helper()
	b.eventually(t, "the bot is ready", func() bool { return b.discordbot.Ready(t.Context()) == nil && b.Gateway().Connected() == 1 })
}

func TestCommandsOverGateway(t *testing.T) {
	t.Parallel()
	b := newGatewayBundle(t)
	b.run(t)
	b.ready(t)
	wantContains(t, messageIn(t, b.risk(t, lin, "new", emulator.Values{"title": "Ledger", "module": "Payments"})).Plain, "R-17 is filed")
	card := messageIn(t, b.risk(t, lin, "show", emulator.Values{"key": "R-17"}))
	r, err := b.Press(t.Context(), lin, lobby, card.ID, "riskroom.shelve:R-17@3")
	if err != nil || r.Modal == nil {
		t.Fatalf("%+v %v", r, err)
	}
	if r, err = b.SubmitModal(t.Context(), lin, emulator.Values{"note": "not ours"}); err != nil {
		t.Fatal(err)
	}
	wantContains(t, messageIn(t, r).Plain, "Shelved")
	if a, err := b.Autocomplete(t.Context(), lin, lobby, "/risk", "new", "module", "pay", nil); err != nil || len(a.Choices) != 1 {
		t.Errorf("%+v %v", a, err)
	}
}

// TestAnswersArriveUnderFaults checks that a person gets exactly one answer, whatever
// goes wrong with the callback.
func TestAnswersArriveUnderFaults(t *testing.T) {
	t.Parallel()
	for _, kind := range emulator.CallFaults() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			b := newGatewayBundle(t)
			b.run(t)
			b.ready(t)
			b.Faults().Order(stage.Fault{Method: "create_interaction_response", Kind: kind, Delay: 10 * time.Millisecond})
			r, err := b.SlashCommand(t.Context(), lin, lobby, "/risk", "new", emulator.Values{"title": "Ledger", "module": "Payments"})
			b.draft(t)
			if kind == stage.EmptyFailure { // not temporary, so not retried
				b.eventually(t, "lin has a direct message", func() bool { return len(b.DMs(lin)) == 1 })
				wantContains(t, b.DMs(lin)[0].Plain, "R-17 is filed")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			wantContains(t, messageIn(t, r).Plain, "R-17 is filed")
			if err := b.bot.Close(t.Context()); err != nil {
				t.Error(err)
			}
			if n, m := len(b.Ephemerals(lin)), len(b.DMs(lin)); n != 1 || m != 0 {
				t.Errorf("lin has %d answers and %d direct messages", n, m)
			}
		})
	}
}

// TestLateAnswerIsADirectMessage checks that a command is run even after Discord has
// shown a failure, and that the answer is sent as a direct message.
func TestLateAnswerIsADirectMessage(t *testing.T) {
	t.Parallel()
	b := newGatewayBundle(t, func(o *emulator.Options) { o.Deadline = 50 * time.Millisecond })
	gaveUp := make(chan struct{})
	b.engine.set(func() {
		b.engine.before = func(_ context.Context, call string) error {
			if call == "File" {
				<-gaveUp
			}
			return nil
		}
	})
	b.run(t)
	b.ready(t)
	_, err := b.SlashCommand(t.Context(), lin, lobby, "/risk", "new", emulator.Values{"title": "Ledger", "module": "Payments"})
	if !errors.Is(err, stage.ErrDeadline) {
		t.Errorf("the command ends with %v", err)
	}
	close(gaveUp)
	b.eventually(t, "lin has a direct message", func() bool { return len(b.DMs(lin)) == 1 })
	wantContains(t, b.DMs(lin)[0].Plain, "R-17 is filed")
	b.draft(t)
}

func TestChannelEventsArePassedOn(t *testing.T) {
	t.Parallel()
	b := newGatewayBundle(t)
	b.run(t)
	b.ready(t)
	noticed := func(id string) bool {
		b.engine.mu.Lock()
		defer b.engine.mu.Unlock()
		return slices.Contains(b.engine.noticed, core.GroupRef{Workspace: "acme", ID: id})
	}
	missed := func() int {
		b.engine.mu.Lock()
		defer b.engine.mu.Unlock()
		return b.engine.missed
	}
	b.eventually(t, "all groups are checked after the session began", func() bool { return missed() == 1 && b.discordbot.gateway.pending.idle() })
	b.SendEvent("CHANNEL_UPDATE", map[string]any{"id": "100000000000000004", "guild_id": b.GuildID()})
	b.SendEvent("CHANNEL_DELETE", map[string]any{"id": "100000000000000005", "guild_id": b.GuildID()})
	b.SendEvent("MESSAGE_DELETE", map[string]any{"id": "1", "channel_id": "100000000000000006", "guild_id": b.GuildID()})
	b.SendEvent("CHANNEL_DELETE", map[string]any{"id": "100000000000000007", "guild_id": "1"})
	b.SendEvent("CHANNEL_CREATE", map[string]any{"id": "100000000000000008", "guild_id": b.GuildID(), "permission_overwrites": []map[string]any{{"id": wei}}})
	b.SendEvent("GUILD_MEMBER_REMOVE", map[string]any{"guild_id": b.GuildID(), "user": map[string]any{"id": wei}})
	b.SendEvent("GUILD_MEMBER_ADD", map[string]any{"guild_id": b.GuildID(), "user": map[string]any{"id": wei}})
	b.SendEvent("GUILD_MEMBER_ADD", map[string]any{"guild_id": "1", "user": map[string]any{"id": wei}})
	b.SendEvent("SOMETHING_NEW", map[string]any{"guild_id": b.GuildID()})
	for _, id := range []string{"100000000000000004", "100000000000000005", "100000000000000006", "100000000000000008"} {
		b.eventually(t, id+" is passed on", func() bool { return noticed(id) })
	}
	b.eventually(t, "that somebody joined is passed on", func() bool {
		b.engine.mu.Lock()
		defer b.engine.mu.Unlock()
		return b.engine.joined == 1
	})
	if noticed("100000000000000007") {
		t.Error("a channel of another guild is passed on")
	}
	b.Outage(true)
	b.Outage(false)
	b.eventually(t, "all groups are checked after an outage", func() bool { return missed() == 2 })
	b.KickBot()
	b.eventually(t, "all groups are checked after the bot was removed", func() bool { return missed() == 3 })
	wantContains(t, b.log(), "removed the bot")
	b.InviteBot()
	b.eventually(t, "the commands are registered again", func() bool {
		_, err := b.SlashCommand(t.Context(), lin, lobby, "/risk", "help", nil)
		return err == nil
	})
}

// TestPassingOnIsRetried checks that changes are passed on once the engine works.
func TestPassingOnIsRetried(t *testing.T) {
	t.Parallel()
	b := newGatewayBundle(t)
	down := errors.New("down")
	b.engine.set(func() {
		b.engine.before = func(_ context.Context, call string) error {
			if call == "Noticed" || call == "Missed" {
				return down
			}
			return nil
		}
	})
	b.run(t)
	b.ready(t)
	b.SendEvent("CHANNEL_DELETE", map[string]any{"id": "100000000000000005", "guild_id": b.GuildID()})
	b.eventually(t, "a failure is counted", func() bool { return b.counted("events failed") > 0 })
	if b.discordbot.gateway.pending.idle() {
		t.Error("the change is forgotten")
	}
	b.engine.set(func() { b.engine.before = nil })
	b.eventually(t, "everything is passed on", func() bool {
		b.engine.mu.Lock()
		defer b.engine.mu.Unlock()
		return b.engine.missed == 1 && b.discordbot.gateway.pending.idle()
	})
}

func TestGatewayResumes(t *testing.T) {
	t.Parallel()
	b := newGatewayBundle(t)
	b.run(t)
	b.ready(t)
	ends := []func(){b.Gateway().Cut, b.Gateway().SendReconnect, func() { b.Gateway().SendInvalidSession(true) }}
	for _, code := range []int{4000, 4001, 4002, 4005, 4008, 4999, 1011} {
		ends = append(ends, func() { b.Gateway().Close(code) })
	}
	for i, end := range ends {
		end()
		b.eventually(t, "the session is resumed", func() bool {
			return b.Gateway().Resumes() == i+1 && b.Gateway().Connected() == 1 && b.discordbot.Ready(t.Context()) == nil
		})
	}
	if n := len(b.Gateway().Identifies()); n != 1 {
		t.Errorf("%d IDENTIFYs", n)
	}
	b.risk(t, lin, "help", nil)
	for i, end := range []func(){
		func() { b.Gateway().SendInvalidSession(false) }, func() { b.Gateway().Close(4003) }, func() { b.Gateway().Close(4007) }, func() { b.Gateway().Close(4009) },
	} {
		end()
		b.eventually(t, "a new session begins", func() bool { return len(b.Gateway().Identifies()) == i+2 && b.discordbot.Ready(t.Context()) == nil })
	}
	if n := b.Gateway().Resumes(); n != len(ends) {
		t.Errorf("%d RESUMEs, want %d: a session that has ended was tried again", n, len(ends))
	}
}

// TestDisabledIntent checks that the error names the setting to change.
func TestDisabledIntent(t *testing.T) {
	t.Parallel()
	b := newGatewayBundle(t, func(o *emulator.Options) { o.DisallowedIntents = emulator.IntentGuildMembers })
	b.discordbot.gateway.wanted = intentGuilds | intentMembers
	_, err := b.discordbot.gateway.once(t.Context())
	if f, ok := errors.AsType[*fatalError](err); !ok || f.code != 4014 {
		t.Fatalf("the error is %v", err)
	}
	wantContains(t, err.Error(), "4014", "Server Members Intent", "page Bot", "start riskroom again")
}

func TestGatewaySilenceIsNoticed(t *testing.T) {
	t.Parallel()
	b := newGatewayBundle(t, func(o *emulator.Options) { o.Heartbeat = 500 * time.Millisecond })
	b.run(t)
	b.ready(t)
	b.Gateway().SetFaults(emulator.GatewayFaults{NoACKs: true})
	b.eventually(t, "another connection", func() bool { return b.Gateway().Resumes() > 0 })
	b.Gateway().SetFaults(emulator.GatewayFaults{})
	b.eventually(t, "the session is resumed", func() bool { return b.Gateway().Connected() == 1 })
	if n := len(b.Gateway().Identifies()); n != 1 {
		t.Errorf("%d IDENTIFYs", n)
	}
}

func TestGatewayFatalCodesStop(t *testing.T) {
	t.Parallel()
	for code, words := range fatal {
		b := newGatewayBundle(t)
		ended := b.run(t)
		b.ready(t)
		b.Gateway().Close(code)
		select {
		case err := <-ended:
			f, ok := errors.AsType[*fatalError](err)
			if !ok || f.code != code || core.DetailOf(err) != fmt.Sprintf("gateway_%d", code) || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), b.BotToken()) {
				t.Errorf("%d: %v", code, err)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%d: Run does not return", code)
		}
		if n := len(b.Gateway().Identifies()); n != 1 {
			t.Errorf("%d: %d IDENTIFYs", code, n)
		}
	}
}

func TestGatewayOutage(t *testing.T) {
	t.Parallel()
	b := newGatewayBundle(t)
	b.discordbot.gateway.helloWithin = time.Second // short, but enough on a busy machine
	b.Gateway().SetFaults(emulator.GatewayFaults{Down: true})
	b.run(t)
	b.eventually(t, "it tries", func() bool { return b.counted("connections not_opened") > 2 })
	b.Gateway().SetFaults(emulator.GatewayFaults{Mute: true})
	b.eventually(t, "it tries again", func() bool { return b.counted("connections lost") > 1 })
	if len(b.Gateway().Identifies()) != 0 || b.discordbot.gateway.Ready(t.Context()) == nil {
		t.Error("it claims to be connected")
	}
	b.Gateway().SetFaults(emulator.GatewayFaults{})
	b.ready(t)
}

// TestUnansweredResumes checks that a session that the gateway doesn't resume is given
// up after two attempts, however the gateway fails.
func TestUnansweredResumes(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*bundle){
		"no answer":     func(*bundle) {},
		"closed":        func(b *bundle) { b.Gateway().Close(4000) },
		"asked to wait": func(b *bundle) { b.Gateway().SendInvalidSession(true) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newGatewayBundle(t)
			b.discordbot.gateway.helloWithin = time.Second // short, but enough on a busy machine
			b.run(t)
			b.ready(t)
			b.Gateway().SetFaults(emulator.GatewayFaults{NoResumes: true})
			b.Gateway().Cut()
			for n := 1; n <= 2; n++ {
				b.eventually(t, "a RESUME", func() bool { return b.Gateway().Resumes() == n })
				end(b)
			}
			b.eventually(t, "a new session begins", func() bool {
				return len(b.Gateway().Identifies()) == 2 && b.discordbot.Ready(t.Context()) == nil
			})
			if n := b.Gateway().Resumes(); n != 2 {
				t.Errorf("%d RESUMEs", n)
			}
			wantContains(t, b.log(), "a new session begins", "did not answer RESUME")
			b.Gateway().SetFaults(emulator.GatewayFaults{})
			b.Gateway().Cut()
			b.eventually(t, "the new session is resumed", func() bool { return b.Gateway().Resumes() == 3 && b.discordbot.Ready(t.Context()) == nil })
		})
	}
}

// TestResumeURLIsDropped checks that Discord is asked for the URL again if the one of
// the session leads to nothing that answers.
func TestResumeURLIsDropped(t *testing.T) {
	t.Parallel()
	b := newGatewayBundle(t)
	b.discordbot.gateway.helloWithin = time.Second // short, but enough on a busy machine
	b.run(t)
	b.ready(t)
	b.Gateway().SetFaults(emulator.GatewayFaults{Mute: true})
	b.Gateway().Cut()
	b.eventually(t, "the URL is dropped", func() bool {
		s := &b.discordbot.gateway.session
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.now.At == "" && s.now.ID != ""
	})
	b.Gateway().SetFaults(emulator.GatewayFaults{})
	b.eventually(t, "the session is resumed", func() bool { return b.Gateway().Resumes() == 1 && b.discordbot.Ready(t.Context()) == nil })
}
