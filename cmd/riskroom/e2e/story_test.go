package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
	"riskroom/core"
	"riskroom/core/engine"
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

// configHead is what every config file of these tests begins with. Calls time
// out soon, so that a killed one need not be waited for long.
const configHead = `version: 1
call_timeout: 2s
settle: 500ms
redis: { url: "${REDIS_URL}", prefix: "${PREFIX}" }
workspaces:
  acme: { platform: slack, bot_token: "${TOKEN}", signing_secret: "${SECRET}", api_url: "${API}", rates: unlimited }
people:
  lin: { email: lin@example.com }
  wei: { email: wei@example.com }
permissions: { administrators: [wei], file: everyone, read: everyone }
modules:
  Payments: { handlers: [lin, wei], lead: wei }
`

// The flows of the stories. The risk that is filed is old, so that what is to
// come days after its date comes at once.
const (
	reminder = `flows:
  remind-after-a-day:
    trigger: { date_field: discovered_at, after: 1d }
    if: status == "pending"
    steps:
      - send_message: { to: [handlers], title: "{{ .key }} has waited a day: {{ .title }}", card: risk }
`
	group = `flows:
  open-a-group-after-two:
    trigger: { date_field: discovered_at, after: 2d, at: "09:00" }
    if: status == "pending"
    steps:
      - create_group: { id: room, type: item, name: "{{ .title }}", owner: handlers, members: [submitter, handlers, lead], topic: "About {{ .key }}", purpose: "{{ .module }}" }
      - send_group_message: { group: room, mention: handlers, card: risk }
`
	fileLine = "new Ledger is off by one module:Payments discovered:2026-01-02"
)

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
	if err := os.WriteFile(b.config, []byte(configHead+s.flows), 0o600); err != nil {
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

var anyKey = regexp.MustCompile(`\bR-\d+\b`)

// file has ana file the risk. Where serve is killed meanwhile she sees that it
// failed, and tries again once it is there; if it was stored she is told so.
func (b *bench) file() core.RiskKey {
	b.Helper()
	for range 3 {
		reply, err := b.slack.SlashCommand(context.Background(), ana, "", "/risk", fileLine)
		said := ""
		if reply.Message != nil {
			said = reply.Message.Plain
		}
		if reply.View != nil {
			said += reply.View.Plain
		}
		for end := time.Now().Add(patience); ; {
			if key := anyKey.FindString(said); key != "" {
				return core.RiskKey(key)
			}
			if !b.now.alive() {
				break
			}
			if time.Now().After(end) {
				b.Fatalf("the risk cannot be filed: %+v %v\n%s", reply, err, b.now.log)
			}
			time.Sleep(10 * time.Millisecond)
			for _, m := range b.slack.Ephemerals(ana) { // a late answer
				said += m.Plain
			}
		}
		b.revive()
	}
	b.Fatal("the risk cannot be filed")
	return ""
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

// look opens the store of the bench past the proxy.
func (b *bench) look() *store.Store {
	b.Helper()
	return b.redis.Open(b, store.Options{Prefix: b.prefix})
}

// ended waits until every run of a risk has ended, and keeps serve alive.
func (b *bench) ended(s *store.Store, key core.RiskKey) engine.Record {
	b.Helper()
	for end := time.Now().Add(patience); ; {
		rec, err := s.Get(context.Background(), key)
		if err != nil {
			b.Fatal(err)
		}
		live := slices.ContainsFunc(rec.Runs, func(r engine.RunSummary) bool { return r.State.Live() || r.State == engine.Parked })
		if !live && len(rec.Runs) > 0 {
			return rec
		}
		if time.Now().After(end) {
			b.Fatalf("runs do not end: %+v\n%s", rec.Runs, b.now.log)
		}
		b.revive()
		time.Sleep(50 * time.Millisecond)
	}
}

// final is what a story left.
type final struct {
	State emulator.State
	Runs  []string // "flow state"
	Trail []string // kinds of events, without those that tell of waiting
}

// play plays a story to its end.
func (b *bench) play() final {
	b.Helper()
	b.up()
	key := b.file()
	s := b.look()
	rec := b.ended(s, key)
	b.down()
	out := final{State: normalise(b, b.slack.State(), key), Trail: b.trail(s, key)}
	for _, r := range rec.Runs {
		out.Runs = append(out.Runs, r.ID.Flow+" "+string(r.State))
	}
	counts, _, err := s.Counts(context.Background())
	if err != nil {
		b.Error(err)
	}
	for state, n := range counts {
		if n != 0 {
			b.Errorf("%d runs are still %s", n, state)
		}
	}
	return out
}

// trail returns the kinds of a risk's events, oldest first. The chain must be
// whole: each event names the one before.
func (b *bench) trail(s *store.Store, key core.RiskKey) []string {
	b.Helper()
	events, err := s.Trail(context.Background(), key, 1000)
	if err != nil {
		b.Fatal(err)
	}
	var kinds []string
	for i, e := range slices.Backward(events) {
		prev := ""
		if i+1 < len(events) {
			prev = events[i+1].ID
		}
		if e.Prev != prev {
			b.Errorf("the audit trail breaks at %+v", e)
		}
		switch e.Kind {
		case engine.EventDeferred, engine.EventRetry:
			continue
		}
		kinds = append(kinds, strings.TrimSpace(e.Kind+" "+e.Data["outcome"]+e.Data["action"]+e.Data["state"]))
	}
	return kinds
}

var (
	anyOp  = regexp.MustCompile(`\b[a-z2-7]{20}\b`)
	anyDay = regexp.MustCompile(`on \d+ \w+ 20\d\d`)
)

// normalise takes out of a state what differs between two runs of a story:
// ops, which are numbered as they come, the risk's number, of which a crash
// may leave a gap, and today's date.
func normalise(t testing.TB, s emulator.State, key core.RiskKey) emulator.State {
	t.Helper()
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	ops := map[string]string{}
	text := anyOp.ReplaceAllStringFunc(string(raw), func(op string) string {
		if ops[op] == "" {
			ops[op] = fmt.Sprintf("op-%d", len(ops)+1)
		}
		return ops[op]
	})
	text = anyDay.ReplaceAllString(text, "today")
	text = strings.NewReplacer(string(key), "R-1", key.Slug(), "r-1").Replace(text)
	var out emulator.State
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// calls returns the API calls of a workspace that were answered.
func calls(w *emulator.Workspace) []stage.Call { return w.Log().Calls() }
