package e2e_test

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"riskroom/adapters/slack/emulator"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

// configHead is the beginning of every config file. Calls time out early, so that a
// killed call delays a test only briefly.
const configHead = `version: 1
call_timeout: 2s
settle: 500ms
redis: { url: "${REDIS_URL}", prefix: "${PREFIX}" }
permissions: { administrators: [wei], group_settings: [lin, wei], file: everyone, read: everyone }
modules:
  Payments: { handlers: [lin, wei], lead: wei }
  Ledger: { handlers: [lin], lead: lin }
`

// configOf returns a config file for platforms.
func configOf(platforms []*platform, flows string) string {
	workspaces, accounts := "workspaces:\n", map[string][]string{}
	for _, p := range platforms {
		workspaces += "  " + p.name + ": " + p.entry + "\n"
		for who, account := range p.people {
			accounts[who] = append(accounts[who], account)
		}
	}
	people := "people:\n"
	for who, all := range accounts {
		people += "  " + who + ": { " + strings.Join(all, ", ") + " }\n"
	}
	return configHead + workspaces + people + flows
}

// redisServer is a redis-server that stories share, each with its own prefix.
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

// bench contains emulators, a Redis behind a proxy, and the serve that was started
// last.
type bench struct {
	testing.TB
	platforms []*platform         // risks are filed on the first
	slack     *emulator.Workspace // nil if the test chose the platforms
	redis     *redisServer
	proxy     *proxy
	prefix    string
	config    string
	env       []string
	how       mode
	ahead     time.Duration // of the next serve's clock

	mu   sync.Mutex
	now  *process
	died int // how often serve was killed
}

// set contains options for a bench.
type set struct {
	flows     string
	how       mode
	proxy     *proxy
	rates     string      // of the Slack workspace, as in the config file; "": none
	platforms []*platform // instead of the Slack workspace
}

func newBench(t testing.TB, r *redisServer, s set) *bench {
	t.Helper()
	b := &bench{TB: t, platforms: s.platforms, redis: r, proxy: s.proxy, prefix: storetest.Prefix(), how: cmp.Or(s.how, asBuilt)}
	if len(b.platforms) == 0 {
		p, w := onSlack(t, cmp.Or(s.rates, "unlimited"))
		b.platforms, b.slack = []*platform{p}, w
	}
	if b.proxy == nil {
		b.proxy = &proxy{}
	}
	b.proxy.socket, b.proxy.names = r.socket, r.names
	b.proxy.start(t)
	b.config = filepath.Join(t.TempDir(), "riskroom.yaml")
	if err := os.WriteFile(b.config, []byte(configOf(b.platforms, s.flows)), 0o600); err != nil {
		t.Fatal(err)
	}
	b.env = []string{"REDIS_URL=redis://" + b.proxy.addr + "/0", "PREFIX=" + b.prefix}
	for _, p := range b.platforms {
		b.env = append(b.env, p.env...)
	}
	return b
}

// home returns the platform where risks are filed.
func (b *bench) home() *platform { return b.platforms[0] }

// up starts serve. If it is killed while it starts, it is started again.
func (b *bench) up() *process {
	b.Helper()
	for range 3 {
		env := b.env
		if b.ahead > 0 {
			env = append(slices.Clone(env), aheadVariable+"="+b.ahead.String())
		}
		p := spawn(b, b.config, b.how, env...)
		b.mu.Lock()
		b.now = p
		b.mu.Unlock()
		if p.serving(b) {
			for _, there := range b.platforms {
				there.connect(p.public)
			}
			return p
		}
		if b.deaths() == 0 {
			b.Fatalf("serve does not start:\n%s", p.log)
		}
	}
	b.Fatal("serve does not start again")
	return nil
}

// use makes another serve the current one.
func (b *bench) use(p *process) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = p
}

// strike kills the current serve.
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

// down stops serve as an administrator does. If it has been killed after everything
// was done, it is started once more, which must have no effect.
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

// advance stops serve, sets all clocks this far ahead, and starts it again.
func (b *bench) advance(ahead time.Duration) {
	b.Helper()
	if b.ahead != ahead {
		b.down()
		b.ahead = ahead
		for _, there := range b.platforms {
			there.clock.ahead.Store(int64(ahead))
		}
		b.up()
	}
}

// look opens the bench's store without the proxy, as soon as Redis answers.
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

// until waits until holds returns true.
func (b *bench) until(what string, holds func() bool) {
	b.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			b.Fatalf("timed out waiting until %s\n%s", what, b.now.log)
		}
	}
}
