package upgrade_test

import (
	"context"
	"log/slog"
	"os"
	"sync/atomic"
	"testing"
	"time"

	discordemulator "riskroom/adapters/discord/emulator"
	slackemulator "riskroom/adapters/slack/emulator"
	"riskroom/cmd/riskroom/app"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/store"
)

// patience is the limit for every wait.
const patience = 60 * time.Second

// clock is wall time plus an offset.
type clock struct{ offset atomic.Int64 }

// Now implements core.Clock.
func (c *clock) Now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

func (c *clock) set(t time.Time) { c.offset.Store(int64(time.Until(t))) }

// The people of both workspaces: ana files, lin handles, wei leads.
var (
	slackPeople   = map[string]string{"ana": "U00000ANA01", "lin": "U00000LIN01", "wei": "U00000WEI01"}
	discordPeople = map[string]string{"ana": "100000000000000001", "lin": "100000000000000002", "wei": "100000000000000004"}
)

func anaOf(workspace string) core.Actor {
	id := slackPeople["ana"]
	if workspace == "guild" {
		id = discordPeople["ana"]
	}
	return core.Actor{Account: core.Account{Workspace: workspace, ID: id}, Name: "ana"}
}

// world is both workspaces in their initial state, each behind a recorder.
type world struct {
	clock *clock
	lines map[string]*line // by workspace
	env   map[string]string
}

// newWorld starts both emulators.
func newWorld(t *testing.T, at time.Time) *world {
	t.Helper()
	w := &world{clock: &clock{}, lines: map[string]*line{}}
	w.clock.set(at)

	so := slackemulator.Options{Now: w.clock.Now, Deadline: patience}
	do := discordemulator.Options{Now: w.clock.Now, Deadline: patience, OwnerID: discordPeople["wei"]}
	for _, name := range []string{"ana", "lin", "wei"} {
		so.Users = append(so.Users, slackemulator.User{ID: slackPeople[name], Name: name})
		do.Users = append(do.Users, discordemulator.User{ID: discordPeople[name], Name: name})
	}
	s, err := slackemulator.New(so)
	if err != nil {
		t.Fatal(err)
	}
	d, err := discordemulator.New(do)
	if err != nil {
		t.Fatal(err)
	}
	w.lines["acme"] = newLine(t, "acme", w.clock, started(t, s), "Bearer "+s.BotToken())
	w.lines["guild"] = newLine(t, "guild", w.clock, started(t, d), "Bot "+d.BotToken())
	w.env = map[string]string{
		"SLACK_TOKEN": s.BotToken(), "SLACK_SECRET": s.SigningSecret(), "SLACK_URL": w.lines["acme"].url + "/api/",
		"DISCORD_TOKEN": d.BotToken(), "DISCORD_KEY": d.PublicKey(), "DISCORD_GUILD": d.GuildID(), "DISCORD_URL": w.lines["guild"].url + "/api/v10/",
	}
	return w
}

// started starts an emulator until the test ends, and returns its URL.
func started(t *testing.T, e interface {
	Start(addr string) (string, error)
	Close() error
}) string {
	t.Helper()
	url, err := e.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return url
}

// store opens the database with the world's clock.
func (w *world) store(t *testing.T, redisURL string) *store.Store {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{URL: redisURL, Clock: w.clock, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// program is the engine as serve runs it, with its own connection to the database.
type program struct {
	*app.App
	db    *store.Store
	clock *clock
	stop  func()
}

// start runs the program until the test ends or stop is called.
func (w *world) start(t *testing.T, redisURL string) *program {
	t.Helper()
	const file = "testdata/riskroom.yaml"
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	cfg, problems := config.Load(file, src, config.Options{
		Format: config.NewFormat(platforms.Settings()),
		Env: func(name string) (string, bool) {
			if name == "REDIS" {
				return redisURL, true
			}
			v, ok := w.env[name]
			return v, ok
		},
	})
	if cfg == nil {
		t.Fatalf("%s", problems)
	}
	log := slog.New(slog.DiscardHandler)
	db := w.store(t, redisURL)
	a, err := app.New(t.Context(), app.Options{Config: cfg, Store: db, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := a.Engine().Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	p := &program{App: a, db: db, clock: w.clock}
	var once atomic.Bool
	p.stop = func() {
		if once.Swap(true) {
			return
		}
		cancel()
		<-ended
		_ = db.Stop()
	}
	t.Cleanup(p.stop)
	return p
}

// until lets time pass until t or, if t is zero, until nothing is due any more. It waits
// until running runs have ended, then moves the clock to the next timer.
func (p *program) until(t *testing.T, at time.Time) {
	t.Helper()
	for range 5000 {
		next := p.rest(t, 0)
		if next.IsZero() || !at.IsZero() && next.After(at) {
			if at.After(p.clock.Now()) {
				p.clock.set(at)
			}
			return
		}
		p.clock.set(next)
		p.Engine().Wake()
	}
	t.Fatal("runs never end")
}

// rest waits until exactly this many runs are running and nothing is due, and returns when
// the next timer is due.
func (p *program) rest(t *testing.T, acting int) time.Time {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(3 * time.Millisecond) {
		n, next, err := p.db.Counts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n[engine.Running] == acting && (acting > 0 || next.IsZero() || next.After(p.clock.Now())) {
			return next
		}
		if time.Now().After(end) {
			t.Fatalf("%v are running, next %v, now %v", n, next, p.clock.Now())
		}
	}
}
