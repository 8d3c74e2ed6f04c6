package discordbot

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/stage"
	"riskroom/bots"
	"riskroom/core"
)

// TestOddFramesDoNothing checks that unknown and malformed frames are skipped, that
// malformed ones are counted, and that the connection stays open.
func TestOddFramesDoNothing(t *testing.T) {
	t.Parallel()
	b := newGatewayBundle(t)
	b.run(t)
	b.ready(t)
	malformed := []string{
		"", "no JSON", "[]", `"x"`, "7", `{"op":"x"}`, `{"op":0,"s":"x"}`, `{"op":0,"t":7}`, "{\"op\":0", "\xff\xfe", strings.Repeat("[", 20_000),
		`{"op":0,"t":"READY","s":3,"d":{}}`, `{"op":0,"t":"READY","s":3,"d":"x"}`, `{"op":0,"t":"GUILD_CREATE","s":3,"d":[]}`,
		`{"op":0,"t":"GUILD_CREATE","s":3,"d":{"id":` + b.GuildID() + `}}`, `{"op":0,"t":"CHANNEL_UPDATE","s":3,"d":"x"}`,
		`{"op":0,"t":"CHANNEL_DELETE","s":3}`, `{"op":0,"t":"GUILD_MEMBER_REMOVE","s":3,"d":{"user":[]}}`,
	}
	odd := []string{
		"null", "{}", `{"op":0}`, `{"op":99,"d":{"op":7}}`, `{"op":-1}`, `{"op":2}`, `{"op":6}`, `{"op":10,"d":null}`, `{"op":11,"d":{}}`,
		`{"op":0,"t":"SOMETHING_NEW","s":-5,"d":null}`, `{"op":0,"t":"CHANNEL_UPDATE","s":null,"d":{"id":"9"}}`,
		`{"op":0,"t":"GUILD_DELETE","d":{"id":"9"}}`,
	}
	for _, frame := range append(odd, malformed...) {
		b.Gateway().SendFrame([]byte(frame))
	}
	wantContains(t, messageIn(t, b.risk(t, lin, "help", nil)).Plain, "/risk new")
	b.eventually(t, "all are counted", func() bool { return b.counted("events malformed") == len(malformed) })
	if b.Gateway().Connected() != 1 || len(b.Gateway().Identifies()) != 1 || b.Gateway().Resumes() != 0 || b.discordbot.Ready(t.Context()) != nil {
		t.Errorf("%d connections, %d IDENTIFYs, %d RESUMEs\n%s", b.Gateway().Connected(), len(b.Gateway().Identifies()), b.Gateway().Resumes(), b.log())
	}
	b.Gateway().Cut()
	b.eventually(t, "the session is resumed", func() bool { return b.Gateway().Resumes() == 1 && b.Gateway().Connected() == 1 })
	b.eventually(t, "the bot is ready in the same session", func() bool { return b.discordbot.Ready(t.Context()) == nil && len(b.Gateway().Identifies()) == 1 })
}

// TestOddInteractionsDoNothing checks that stale, foreign and malformed interactions
// are counted and rejected, and that a duplicate acts once.
func TestOddInteractionsDoNothing(t *testing.T) {
	t.Parallel()
	b := newGatewayBundle(t)
	b.run(t)
	b.ready(t)
	people := []string{`5`, `{"data":[]}`, `{"type":"2"}`, `{"data":{"options":{}}}`}
	for _, data := range people {
		b.Gateway().SendFrame([]byte(`{"op":0,"t":"INTERACTION_CREATE","s":3,"d":` + data + `}`))
	}
	b.eventually(t, "malformed interactions are counted", func() bool { return b.counted("interactions malformed") == len(people) })
	for outcome, data := range map[string]string{
		outcomeStale:         `{"id":"1","type":2,"token":"x","guild_id":"9"}`, // of 2015
		bots.OutcomeTooLarge: `{"id":"` + strings.Repeat("1", core.MaxBody) + `"}`,
		outcomeWrongGuild:    `{"id":"9223372036854775807","type":2,"token":"x","guild_id":"9","member":{"user":{"id":"` + lin + `"}}}`,
		outcomeMalformed:     `{"id":"9223372036854775806","type":2,"token":"x","guild_id":"` + b.GuildID() + `"}`, // nobody's
	} {
		before := b.counted("interactions " + outcome)
		b.Gateway().SendFrame([]byte(`{"op":0,"t":"INTERACTION_CREATE","s":3,"d":` + data + `}`))
		b.eventually(t, outcome+" is counted", func() bool { return b.counted("interactions "+outcome) > before })
	}
	b.Faults().Order(stage.Fault{Method: "INTERACTION_CREATE", Kind: stage.DuplicateEvent})
	b.risk(t, lin, "new", emulator.Values{"title": "Ledger", "module": "Payments"})
	b.eventually(t, "the duplicate is counted", func() bool { return b.counted("interactions "+outcomeReplay) == 1 })
	b.draft(t)
}

// TestTooLargeFrame checks that a frame that is too large also ends the session, as
// Discord would send it again.
func TestTooLargeFrame(t *testing.T) {
	t.Parallel()
	b := newGatewayBundle(t)
	b.run(t)
	b.ready(t)
	b.Gateway().SendFrame(bytes.Repeat([]byte(" "), maxFrame+1))
	b.eventually(t, "a new session begins", func() bool { return len(b.Gateway().Identifies()) == 2 && b.Gateway().Connected() == 1 })
	if b.counted("events too_large") != 1 || b.Gateway().Resumes() != 0 {
		t.Errorf("counted %v, %d RESUMEs", b.counts, b.Gateway().Resumes())
	}
}

// TestNoHelloNoIdentify checks that the token is only sent after a valid hello.
func TestNoHelloNoIdentify(t *testing.T) {
	t.Parallel()
	for _, first := range []string{
		`{"op":9,"d":true}`, `{"op":0,"t":"READY","s":1,"d":{"session_id":"x"}}`, "no JSON", `{"op":10}`, `{"op":10,"d":{}}`,
		`{"op":10,"d":{"heartbeat_interval":0}}`, `{"op":10,"d":{"heartbeat_interval":-41250}}`, `{"op":10,"d":{"heartbeat_interval":"41250"}}`,
		`{"op":10,"d":{"heartbeat_interval":41250000000}}`, `{"op":10,"d":{"heartbeat_interval":1e300}}`,
	} {
		b := newGatewayBundle(t)
		b.Gateway().SetFaults(emulator.GatewayFaults{Mute: true})
		b.run(t)
		b.eventually(t, first+" ends the connection", func() bool {
			b.Gateway().SendFrame([]byte(first))
			return b.counted("connections lost") > 2
		})
		if len(b.Gateway().Identifies())+b.Gateway().Resumes() > 0 || b.discordbot.Ready(t.Context()) == nil {
			t.Errorf("%s is accepted as hello", first)
		}
		b.Gateway().SetFaults(emulator.GatewayFaults{})
		b.ready(t)
	}
}

// TestSendLimit checks that no more than 120 frames a minute are sent, and that the
// connection stays open.
func TestSendLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newCluster(t)
		defer s.close()
		p := s.start("only")
		within(t, 5*time.Second, "it is connected", p.connected)
		for range 20 {
			for range 100 {
				s.guild.Gateway().SendFrame([]byte(`{"op":1,"d":null}`))
			}
			time.Sleep(10 * time.Second)
		}
		time.Sleep(10 * time.Minute)
		if !p.connected() || s.guild.Gateway().Connected() != 1 || len(s.guild.Gateway().Identifies()) != 1 {
			t.Errorf("%s, %d connections, %d IDENTIFYs", p.State(), s.guild.Gateway().Connected(), len(s.guild.Gateway().Identifies()))
		}
		p.end(t)
	})
}

// TestNoSessionsLeft checks that no process begins a session while Discord allows
// none, and that Discord is asked rarely.
func TestNoSessionsLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newCluster(t)
		defer s.close()
		const wait = 20 * time.Minute
		s.guild.Gateway().SetFaults(emulator.GatewayFaults{NoSessionsUntil: time.Now().Add(wait)})
		first, second := s.start("first"), s.start("second")
		time.Sleep(wait - time.Second)
		if n := len(s.guild.Gateway().Identifies()); n > 0 {
			t.Errorf("%d IDENTIFYs", n)
		}
		if n := s.guild.Log().Count("get_bot_gateway"); n < 3 || n > 2*int(wait/askAgain)+5 {
			t.Errorf("Discord was asked %d times", n)
		}
		if err := errorsOf(first, second); !strings.Contains(err, "no session may begin") {
			t.Errorf("the errors are %q", err)
		}
		within(t, askAgain+time.Minute, "a session begins", func() bool { return first.connected() || second.connected() })
		first.end(t)
		second.end(t)
	})
}

// errorsOf returns why the processes are not ready.
func errorsOf(all ...*process) string {
	var errs []string
	for _, p := range all {
		errs = append(errs, fmt.Sprint(p.Ready(p.t.Context())))
	}
	return strings.Join(errs, "\n")
}
