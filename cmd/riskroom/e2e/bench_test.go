package e2e_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"riskroom/adapters/slack/emulator"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// The people of the workspace.
const (
	ana = "U00000ANA01"
	lin = "U00000LIN01"
	wei = "U00000WEI01"
)

func people() []emulator.User {
	return []emulator.User{
		{ID: ana, Name: "ana", RealName: "Ana Reyes", Email: "ana@example.com"},
		{ID: lin, Name: "lin", RealName: "Lin Chen", Email: "lin@example.com"},
		{ID: wei, Name: "wei", RealName: "Wei Ran", Email: "wei@example.com", Admin: true},
	}
}

// configHead is what every config file of these tests begins with, RATES to be
// filled in. Calls time
// out soon, so that a killed one need not be waited for long.
const configHead = `version: 1
call_timeout: 2s
settle: 500ms
redis: { url: "${REDIS_URL}", prefix: "${PREFIX}" }
workspaces:
  acme: { platform: slack, bot_token: "${TOKEN}", signing_secret: "${SECRET}", api_url: "${API}", rates: RATES }
people:
  lin: { email: lin@example.com }
  wei: { email: wei@example.com }
permissions: { administrators: [wei], file: everyone, read: everyone }
modules:
  Payments: { handlers: [lin, wei], lead: wei }
`

// redisServer is a redis-server that stories share, each under a prefix of its
// own.
type redisServer struct {
	*storetest.Process
	socket string
	names  *scriptNames
}

func startRedis(t testing.TB, args ...string) *redisServer {
	t.Helper()
	p := storetest.Start(t, append([]string{"--save", ""}, args...)...)
	return &redisServer{Process: p, socket: strings.TrimPrefix(p.URL, "unix://"), names: readScriptNames(t)}
}

// bench is a workspace, a Redis behind a proxy, and at most one living serve
// that was started last.
type bench struct {
	testing.TB
	slack  *emulator.Workspace
	redis  *redisServer
	proxy  *proxy
	prefix string
	config string
	env    []string
	how    mode

	mu   sync.Mutex
	now  *process
	died int // how often serve was killed
}

// set says what differs from the usual bench.
type set struct {
	flows string
	rates string // as the config file has them, "": none
	how   mode
	proxy *proxy
	slack func(*emulator.Options)
}

func newBench(t testing.TB, r *redisServer, s set) *bench {
	t.Helper()
	o := emulator.Options{Users: people()}
	if s.slack != nil {
		s.slack(&o)
	}
	w, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	api, err := w.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	b := &bench{TB: t, slack: w, redis: r, proxy: s.proxy, prefix: storetest.Prefix(), how: s.how}
	if b.proxy == nil {
		b.proxy = &proxy{}
	}
	if b.how == "" {
		b.how = asBuilt
	}
	b.proxy.socket, b.proxy.names = r.socket, r.names
	b.proxy.start(t)
	b.config = filepath.Join(t.TempDir(), "riskroom.yaml")
	if s.rates == "" {
		s.rates = "unlimited"
	}
	config := strings.Replace(configHead, "RATES", s.rates, 1) + s.flows
	if err := os.WriteFile(b.config, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	b.env = []string{
		"REDIS_URL=redis://" + b.proxy.addr + "/0", "PREFIX=" + b.prefix,
		"TOKEN=" + w.BotToken(), "SECRET=" + w.SigningSecret(), "API=" + api + "/api/",
	}
	return b
}

// up starts serve, again if it is killed as it starts.
func (b *bench) up() *process {
	b.Helper()
	for range 3 {
		p := spawn(b, b.config, b.how, b.env...)
		b.mu.Lock()
		b.now = p
		b.mu.Unlock()
		if p.serving(b) {
			b.slack.Connect(p.way+"commands", p.way+"interactions", "", p.way+"events")
			return p
		}
		if b.deaths() == 0 {
			b.Fatalf("serve does not start:\n%s", p.log)
		}
	}
	b.Fatal("serve does not start again")
	return nil
}

// strike kills the living serve.
func (b *bench) strike() {
	b.mu.Lock()
	p := b.now
	b.died++
	b.mu.Unlock()
	p.kill()
}

func (b *bench) deaths() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.died
}

// revive starts serve again if it was killed.
func (b *bench) revive() {
	b.Helper()
	if !b.now.alive() {
		b.up()
	}
}

// down stops serve as an administrator does. If it was killed as it had done
// everything it is started once more, which must not do anything either.
func (b *bench) down() {
	b.Helper()
	code, _ := b.now.terminate(b)
	if code == -1 && b.deaths() > 0 {
		b.up()
		code, _ = b.now.terminate(b)
	}
	if code != 0 {
		b.Errorf("serve stopped with %d:\n%s", code, b.now.log)
	}
}

// look opens the store of the bench past the proxy, as soon as Redis answers.
func (b *bench) look() *store.Store {
	b.Helper()
	var s *store.Store
	b.until("Redis answers", func() (ok bool) {
		var err error
		s, err = store.Open(context.Background(), store.Options{
			URL: b.redis.URL, Prefix: b.prefix, Logger: slog.New(slog.DiscardHandler),
		})
		return err == nil
	})
	b.Cleanup(func() { _ = s.Stop() })
	return s
}
