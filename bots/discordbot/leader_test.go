package discordbot

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/adapters/discord/api"
	"riskroom/adapters/discord/emulator"
	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/text"
)

// shared is what several processes share: a guild, and a store that can be cut
// off from each of them. It runs on a clock of its own, inside of
// testing/synctest.
type shared struct {
	t     *testing.T
	guild *emulator.Workspace
	store *store.Store
	words *text.Catalogue
}

func share(t *testing.T) *shared {
	t.Helper()
	s := &shared{t: t}
	var err error
	if s.guild, err = emulator.New(emulator.Options{Users: []emulator.User{{ID: lin, Name: "lin"}}}); err != nil {
		t.Fatal(err)
	}
	if s.store, err = store.OpenEmbedded(t.Context(), core.ClockFunc(time.Now), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if s.words, err = text.Load(); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *shared) close() {
	if err := errors.Join(s.guild.Close(), s.store.Stop()); err != nil {
		s.t.Error(err)
	}
}

// process is one of those that share.
type process struct {
	*Bot
	core.Leadership
	t     *testing.T
	stop  context.CancelFunc
	ended chan error

	mu      sync.Mutex
	cut     bool // it cannot reach the store
	astray  bool // it cannot reach Discord
	noticed []string
	missed  int
}

// Claim implements core.Leadership.
func (p *process) Claim(ctx context.Context, length time.Duration) (core.Term, error) {
	if p.away() {
		<-ctx.Done()
		return core.Term{}, ctx.Err()
	}
	return p.Leadership.Claim(ctx, length)
}

// Renew implements core.Leadership.
func (p *process) Renew(ctx context.Context, t core.Term, length time.Duration, memo string) error {
	if p.away() {
		<-ctx.Done()
		return ctx.Err()
	}
	return p.Leadership.Renew(ctx, t, length, memo)
}

// Resign implements core.Leadership.
func (p *process) Resign(ctx context.Context, t core.Term, memo string) error {
	return p.Renew(ctx, t, 0, memo)
}

func (p *process) away() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cut
}

func (p *process) cutOff(cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = cut
}

func (p *process) lost() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.astray
}

func (p *process) goAstray() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.astray = true
}

func (p *process) heardOf() (noticed, missed int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.noticed), p.missed
}

// begin starts a process.
func (s *shared) begin(name string) *process {
	s.t.Helper()
	p := &process{Leadership: s.store.Leadership("acme", name), t: s.t, ended: make(chan error, 1)}
	var err error
	p.Bot, err = New(Config{
		API:     client(s.t, api.Config{Token: s.guild.BotToken(), URL: "http://discord.invalid/api/v10/", Transport: road{p, s.guild}}),
		GuildID: s.guild.GuildID(),
		Org:     organisation(), Text: s.words, Bot: nobody{}, Leadership: p, Budget: engine.NewBudget(s.store).ForPeople(),
		Noticed: func(_ context.Context, g core.GroupRef) error {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.noticed = append(p.noticed, g.ID)
			return nil
		},
		Missed: func(context.Context, string) error {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.missed++
			return nil
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	p.gateway.dial = road{p, s.guild}.dial
	ctx, stop := context.WithCancel(s.t.Context())
	p.stop = stop
	go func() { p.ended <- p.Run(ctx) }()
	return p
}

// nobody answers no command.
type nobody struct{ Answerer }

// Commands implements Answerer.
func (nobody) Commands() []bots.Spec { return nil }

// end stops a process as SIGTERM does.
func (p *process) end(t *testing.T) {
	t.Helper()
	p.stop()
	if err := <-p.ended; err != nil {
		t.Error(err)
	}
}

// within waits until ok holds, and fails after d.
func within(t *testing.T, d time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(d); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", d, what)
		}
	}
}

func (p *process) connected() bool { return p.Leads() && strings.HasPrefix(p.State(), "connected") }

// TestOneOfSeveralHoldsTheConnection: when it stops another goes on with the
// session at once, and nothing that happened in between is lost.
func TestOneOfSeveralHoldsTheConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := share(t)
		defer s.close()
		first := s.begin("first")
		within(t, 5*time.Second, "the first is connected", first.connected)
		second, third := s.begin("second"), s.begin("third")
		time.Sleep(10 * time.Minute)
		if n := s.guild.Gateway().Connected(); n != 1 || second.Leads() || third.Leads() {
			t.Errorf("%d connections", n)
		}
		for _, p := range []*process{first, second, third} {
			if err := p.Ready(t.Context()); err != nil {
				t.Errorf("not ready: %v", err)
			}
		}
		if got := second.State(); got != "the connection is first's" {
			t.Errorf("the second says that %q", got)
		}
		first.end(t)
		s.guild.SendEvent("CHANNEL_DELETE", map[string]any{"id": "100000000000000005", "guild_id": s.guild.GuildID()})
		within(t, 3*time.Second, "another goes on", func() bool { return second.connected() || third.connected() })
		within(t, time.Second, "what happened in between is passed on", func() bool {
			a, _ := second.heardOf()
			b, _ := third.heardOf()
			return a+b == 1
		})
		if len(s.guild.Gateway().Identifies()) != 1 || s.guild.Gateway().Resumes() != 1 || s.guild.Gateway().Connected() != 1 {
			t.Errorf("%d IDENTIFYs, %d RESUMEs, %d connections", len(s.guild.Gateway().Identifies()), s.guild.Gateway().Resumes(), s.guild.Gateway().Connected())
		}
		second.end(t)
		third.end(t)
	})
}

// TestTheNextLeaderAnswersWhatIsLeft: a session goes on before whatever was not
// passed on or answered.
func TestTheNextLeaderAnswersWhatIsLeft(t *testing.T) {
	t.Parallel()
	s := session{begun: make(chan struct{}, 1)}
	s.begin("one", "", intentGuilds)
	yes, no := func() bool { return true }, func() bool { return false }
	from := func(told func() bool) int64 {
		var next session
		next.recall(s.memo(told))
		return next.seq()
	}
	s.reached(4)
	if got := from(yes); got != 4 {
		t.Errorf("all is done and it goes on from %d", got)
	}
	first, second := s.hold(5), s.hold(7)
	s.reached(8)
	for _, step := range []struct {
		then func()
		told func() bool
		want int64
	}{{func() {}, no, 4}, {func() {}, yes, 4}, {first, yes, 6}, {second, yes, 8}} {
		step.then()
		if got := from(step.told); got != step.want {
			t.Errorf("it goes on from %d, want %d", got, step.want)
		}
	}
	late := s.hold(9)
	s.begin("two", "", intentGuilds)
	s.reached(10)
	late()
	if got := from(yes); got != 10 {
		t.Errorf("a new session goes on from %d", got)
	}
}

// TestALeaderWithoutTheStoreLetsGo: before anybody else can lead, and the one who
// then does loses nothing.
func TestALeaderWithoutTheStoreLetsGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := share(t)
		defer s.close()
		first := s.begin("first")
		within(t, 5*time.Second, "the first is connected", first.connected)
		second := s.begin("second")
		time.Sleep(time.Minute)
		first.cutOff(true)
		for end := time.Now().Add(time.Minute); !second.Leads(); time.Sleep(time.Millisecond) {
			if s.guild.Gateway().Connected() == 0 {
				s.guild.SendEvent("CHANNEL_DELETE", map[string]any{"id": "100000000000000005", "guild_id": s.guild.GuildID()})
				break
			}
			if time.Now().After(end) {
				t.Fatal("the first never lets go")
			}
		}
		if second.Leads() {
			t.Fatal("two may hold the connection at once")
		}
		synctest.Wait()
		if first.Ready(t.Context()) == nil {
			t.Error("who cannot ask the store claims to be ready")
		}
		within(t, termLength, "the second goes on", second.connected)
		within(t, time.Second, "what happened in between is passed on", func() bool { n, _ := second.heardOf(); return n > 0 })
		first.cutOff(false)
		time.Sleep(time.Minute)
		if first.Leads() || s.guild.Gateway().Connected() != 1 || first.Ready(t.Context()) != nil {
			t.Error("the first does not accept that it leads no more")
		}
		first.end(t)
		second.end(t)
	})
}

// TestEndlessInvalidSessions: a stand-in that answers every IDENTIFY with op 9
// sees at most three in a minute, however many processes there are and however
// often they start.
func TestEndlessInvalidSessions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := share(t)
		defer s.close()
		s.guild.Gateway().SetFaults(emulator.GatewayFaults{InvalidIdentify: true})
		other := s.begin("other")
		for range 20 {
			p := s.begin("restarted")
			time.Sleep(17 * time.Second)
			p.end(t)
		}
		at := s.guild.Gateway().Identifies()
		if len(at) < 8 {
			t.Errorf("%d IDENTIFYs in six minutes: it does not go on trying", len(at))
		}
		for i := 3; i < len(at); i++ {
			if gap := at[i].Sub(at[i-3]); gap < time.Minute {
				t.Errorf("4 IDENTIFYs within %s", gap)
			}
		}
		s.guild.Gateway().SetFaults(emulator.GatewayFaults{})
		within(t, 2*time.Minute, "it recovers", other.connected)
		if _, missed := other.heardOf(); missed != 1 {
			t.Errorf("the guild was swept %d times", missed)
		}
		other.end(t)
	})
}

// TestAnotherTriesWhereOneCannotConnect: who has no way to Discord stands back.
func TestAnotherTriesWhereOneCannotConnect(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := share(t)
		defer s.close()
		first := s.begin("first")
		within(t, 5*time.Second, "the first is connected", first.connected)
		second := s.begin("second")
		first.goAstray()
		s.guild.Gateway().Cut()
		within(t, 2*time.Minute, "the second is connected", second.connected)
		if len(s.guild.Gateway().Identifies()) != 1 {
			t.Error("the session was not handed over")
		}
		first.end(t)
		second.end(t)
	})
}

// road is a process's way to Discord.
type road struct {
	p  *process
	to *emulator.Workspace
}

var errNoWay = errors.New("no route to host")

// RoundTrip implements http.RoundTripper.
func (r road) RoundTrip(req *http.Request) (*http.Response, error) {
	if r.p.lost() {
		return nil, errNoWay
	}
	return r.to.Client().Transport.RoundTrip(req)
}

func (r road) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if r.p.lost() {
		return nil, errNoWay
	}
	return r.to.Gateway().DialContext(ctx, network, addr)
}
