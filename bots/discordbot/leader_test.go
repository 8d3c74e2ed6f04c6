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

// cluster is what several processes share: a guild and a store. It runs inside
// testing/synctest.
type cluster struct {
	t     *testing.T
	guild *emulator.Workspace
	store *store.Store
	words *text.Catalogue
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	s := &cluster{t: t}
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

func (s *cluster) close() {
	if err := errors.Join(s.guild.Close(), s.store.Stop()); err != nil {
		s.t.Error(err)
	}
}

// process is a process of a cluster.
type process struct {
	*Bot
	core.Leadership
	t     *testing.T
	stop  context.CancelFunc
	ended chan error

	mu        sync.Mutex
	noStore   bool // it can't reach the store
	noDiscord bool // it can't reach Discord
	noticed   []string
	missed    int
}

// Claim implements core.Leadership.
func (p *process) Claim(ctx context.Context, length time.Duration) (core.Term, error) {
	if p.withoutStore() {
		<-ctx.Done()
		return core.Term{}, ctx.Err()
	}
	return p.Leadership.Claim(ctx, length)
}

// Renew implements core.Leadership.
func (p *process) Renew(ctx context.Context, t core.Term, length time.Duration, memo string) error {
	if p.withoutStore() {
		<-ctx.Done()
		return ctx.Err()
	}
	return p.Leadership.Renew(ctx, t, length, memo)
}

// Resign implements core.Leadership.
func (p *process) Resign(ctx context.Context, t core.Term, memo string) error {
	return p.Renew(ctx, t, 0, memo)
}

func (p *process) withoutStore() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.noStore
}

func (p *process) cutStore(cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.noStore = cut
}

func (p *process) withoutDiscord() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.noDiscord
}

func (p *process) cutDiscord() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.noDiscord = true
}

func (p *process) passedOn() (noticed, missed int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.noticed), p.missed
}

// start starts a process.
func (s *cluster) start(name string) *process {
	s.t.Helper()
	p := &process{Leadership: s.store.Leadership("acme", name), t: s.t, ended: make(chan error, 1)}
	var err error
	p.Bot, err = New(Config{
		API:     client(s.t, api.Config{Token: s.guild.BotToken(), URL: "http://discord.invalid/api/v10/", Transport: network{p, s.guild}}),
		GuildID: s.guild.GuildID(),
		Org:     organisation, Text: s.words, Bot: noCommands{}, Leadership: p, Budget: engine.NewBudget(s.store, nil).ForPeople(),
		Forms: &fakeForms{},
		Noticed: func(_ context.Context, g core.GroupRef) error {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.noticed = append(p.noticed, g.ID)
			return nil
		},
		Joined: func(context.Context, string) error { return nil },
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
	p.gateway.dial = network{p, s.guild}.dial
	ctx, stop := context.WithCancel(s.t.Context())
	p.stop = stop
	go func() { p.ended <- p.Run(ctx) }()
	return p
}

// noCommands is an Answerer without commands.
type noCommands struct{ Answerer }

// Commands implements Answerer.
func (noCommands) Commands() []bots.Spec { return nil }

// end stops a process as SIGTERM does.
func (p *process) end(t *testing.T) {
	t.Helper()
	p.stop()
	if err := <-p.ended; err != nil {
		t.Error(err)
	}
}

// within waits until ok returns true, and fails after d.
func within(t *testing.T, d time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(d); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", d, what)
		}
	}
}

func (p *process) connected() bool { return p.Leads() && strings.HasPrefix(p.State(), "connected") }

// TestOnlyTheLeaderConnects checks that another process resumes the session as soon
// as the leader stops, and that no event is lost.
func TestOnlyTheLeaderConnects(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newCluster(t)
		defer s.close()
		first := s.start("first")
		within(t, 5*time.Second, "the first is connected", first.connected)
		second, third := s.start("second"), s.start("third")
		time.Sleep(10 * time.Minute)
		if n := s.guild.Gateway().Connected(); n != 1 || second.Leads() || third.Leads() {
			t.Errorf("%d connections", n)
		}
		for _, p := range []*process{first, second, third} {
			if err := p.Ready(t.Context()); err != nil {
				t.Errorf("not ready: %v", err)
			}
		}
		if got := second.State(); got != "connected by first" {
			t.Errorf("the second's state is %q", got)
		}
		first.end(t)
		s.guild.SendEvent("CHANNEL_DELETE", map[string]any{"id": "100000000000000005", "guild_id": s.guild.GuildID()})
		within(t, 3*time.Second, "another process is connected", func() bool { return second.connected() || third.connected() })
		within(t, time.Second, "the event is passed on", func() bool {
			a, _ := second.passedOn()
			b, _ := third.passedOn()
			return a+b == 1
		})
		if len(s.guild.Gateway().Identifies()) != 1 || s.guild.Gateway().Resumes() != 1 || s.guild.Gateway().Connected() != 1 {
			t.Errorf("%d IDENTIFYs, %d RESUMEs, %d connections", len(s.guild.Gateway().Identifies()), s.guild.Gateway().Resumes(), s.guild.Gateway().Connected())
		}
		second.end(t)
		third.end(t)
	})
}

// TestTheNextLeaderHandlesWhatIsLeft checks that the next leader resumes before the
// first event that was not passed on or answered.
func TestTheNextLeaderHandlesWhatIsLeft(t *testing.T) {
	t.Parallel()
	s := session{begun: make(chan struct{}, 1)}
	s.begin("one", "", intentGuilds)
	yes, no := func() bool { return true }, func() bool { return false }
	from := func(passedOn func() bool) int64 {
		var next session
		next.recall(s.memo(passedOn))
		return next.seq()
	}
	s.reached(4)
	if got := from(yes); got != 4 {
		t.Errorf("with nothing left, it resumes from %d", got)
	}
	first, second := s.hold(5), s.hold(7)
	s.reached(8)
	for _, step := range []struct {
		then     func()
		passedOn func() bool
		want     int64
	}{{func() {}, no, 4}, {func() {}, yes, 4}, {first, yes, 6}, {second, yes, 8}} {
		step.then()
		if got := from(step.passedOn); got != step.want {
			t.Errorf("it resumes from %d, want %d", got, step.want)
		}
	}
	late := s.hold(9)
	s.begin("two", "", intentGuilds)
	s.reached(10)
	late()
	if got := from(yes); got != 10 {
		t.Errorf("a new session resumes from %d", got)
	}
}

// TestLeaderDisconnectsWithoutStore checks that a leader that can't reach the store
// disconnects before another process can lead, and that no event is lost.
func TestLeaderDisconnectsWithoutStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newCluster(t)
		defer s.close()
		first := s.start("first")
		within(t, 5*time.Second, "the first is connected", first.connected)
		second := s.start("second")
		time.Sleep(time.Minute)
		first.cutStore(true)
		for end := time.Now().Add(time.Minute); !second.Leads(); time.Sleep(time.Millisecond) {
			if s.guild.Gateway().Connected() == 0 {
				s.guild.SendEvent("CHANNEL_DELETE", map[string]any{"id": "100000000000000005", "guild_id": s.guild.GuildID()})
				break
			}
			if time.Now().After(end) {
				t.Fatal("the first stays connected")
			}
		}
		if second.Leads() {
			t.Fatal("two processes may be connected at the same time")
		}
		synctest.Wait()
		if first.Ready(t.Context()) == nil {
			t.Error("the first is ready without the store")
		}
		within(t, termLength, "the second is connected", second.connected)
		within(t, time.Second, "the event is passed on", func() bool { n, _ := second.passedOn(); return n > 0 })
		first.cutStore(false)
		time.Sleep(time.Minute)
		if first.Leads() || s.guild.Gateway().Connected() != 1 || first.Ready(t.Context()) != nil {
			t.Error("the first still acts as the leader")
		}
		first.end(t)
		second.end(t)
	})
}

// TestEndlessInvalidSessions answers every IDENTIFY with op 9. There are at most three
// a minute, however many processes there are and however often they start.
func TestEndlessInvalidSessions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newCluster(t)
		defer s.close()
		s.guild.Gateway().SetFaults(emulator.GatewayFaults{InvalidIdentify: true})
		other := s.start("other")
		for range 20 {
			p := s.start("restarted")
			time.Sleep(17 * time.Second)
			p.end(t)
		}
		at := s.guild.Gateway().Identifies()
		if len(at) < 8 {
			t.Errorf("%d IDENTIFYs in six minutes: it does not keep trying", len(at))
		}
		for i := 3; i < len(at); i++ {
			if gap := at[i].Sub(at[i-3]); gap < time.Minute {
				t.Errorf("4 IDENTIFYs within %s", gap)
			}
		}
		s.guild.Gateway().SetFaults(emulator.GatewayFaults{})
		within(t, 2*time.Minute, "it recovers", other.connected)
		if _, missed := other.passedOn(); missed != 1 {
			t.Errorf("all groups were checked %d times", missed)
		}
		other.end(t)
	})
}

// TestAnotherConnectsIfOneCannot checks that a process that can't reach Discord gives
// up the lead.
func TestAnotherConnectsIfOneCannot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newCluster(t)
		defer s.close()
		first := s.start("first")
		within(t, 5*time.Second, "the first is connected", first.connected)
		second := s.start("second")
		first.cutDiscord()
		s.guild.Gateway().Cut()
		within(t, 2*time.Minute, "the second is connected", second.connected)
		if len(s.guild.Gateway().Identifies()) != 1 {
			t.Error("the session was not handed over")
		}
		first.end(t)
		second.end(t)
	})
}

// network is a process's connection to Discord.
type network struct {
	p  *process
	to *emulator.Workspace
}

var errNoRoute = errors.New("no route to host")

// RoundTrip implements http.RoundTripper.
func (r network) RoundTrip(req *http.Request) (*http.Response, error) {
	if r.p.withoutDiscord() {
		return nil, errNoRoute
	}
	return r.to.Client().Transport.RoundTrip(req)
}

func (r network) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if r.p.withoutDiscord() {
		return nil, errNoRoute
	}
	return r.to.Gateway().DialContext(ctx, network, addr)
}

// TestUnansweredResumesAcrossRestarts checks that attempts to resume are counted
// across processes.
func TestUnansweredResumesAcrossRestarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newCluster(t)
		defer s.close()
		first := s.start("first")
		within(t, 5*time.Second, "the first is connected", first.connected)
		first.end(t)
		s.guild.Gateway().SetFaults(emulator.GatewayFaults{NoResumes: true})
		for range 2 {
			p := s.start("restarted")
			time.Sleep(5 * time.Second)
			p.end(t)
		}
		last := s.start("last")
		within(t, 10*time.Second, "a new session begins", last.connected)
		if n := s.guild.Gateway().Resumes(); n != 2 {
			t.Errorf("%d RESUMEs", n)
		}
		last.end(t)
	})
}
