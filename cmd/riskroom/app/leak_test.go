package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"

	"riskroom/adapters/slack/emulator"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/store/storetest"
)

const leakConfig = `version: 1
workspaces:
  acme: { platform: slack, bot_token: "${TOKEN}", app_token: "${APP}", api_url: "${API}", rates: unlimited }
people:
  lin: { acme: U00000LIN01 }
permissions: { administrators: [lin] }
modules:
  Payments: { handlers: [lin] }
  Rooms: { handlers: [lin] }
flows:
  tell:
    trigger: { on: filed }
    if: severity == "critical"
    steps:
      - send_message: { to: [handlers], title: "{{ .key }}", card: risk }
  remind:
    trigger: { date_field: discovered_at, after: 20h }
    if: status == "pending"
    steps:
      - send_message: { to: [handlers], title: "{{ .key }} has waited", card: risk }
  meet:
    trigger: { date_field: discovered_at, after: 4h }
    if: status == "pending" and module == "Rooms"
    steps:
      - create_group: { id: room, type: item, name: "{{ .title }}", owner: handlers, members: [submitter, handlers] }
      - send_group_message: { group: room, card: risk }
`

// The day of the leak test: risks are filed all day long, nine of ten are resolved
// five hours later.
const (
	leakRooms = 40
	leakHours = 24
)

// leakRisks returns how many risks TestNothingLeaks files, fewer with the race detector.
func leakRisks() int {
	if storetest.Raced {
		return 100
	}
	return 2000
}

// TestNothingLeaks plays a day in which leakRisks are filed, announced, discussed and
// resolved. Afterwards no goroutine, no connection to Redis and no key without an owner
// may be left.
func TestNothingLeaks(t *testing.T) {
	// Not parallel: it counts goroutines.
	before := goleak.IgnoreCurrent()
	func() {
		d := startDay(t)
		defer d.end(t)
		var noon int
		for hour := range leakHours {
			d.hour(t, hour)
			if hour == leakHours/2 {
				noon = d.atRest()
			}
		}
		if night := d.atRest(); night > noon+20 {
			buf := make([]byte, 1<<20)
			t.Errorf("%d goroutines at rest at noon, %d at night\n%s", noon, night, buf[:runtime.Stack(buf, true)])
		}
		if n := len(d.redis(t, "client", "list")); n > 2*runtime.GOMAXPROCS(0)*10+10 {
			t.Errorf("%d connections to Redis", n)
		}
		d.waitIdle(t, engine.Running, engine.Waiting)
		d.checkKeys(t)
	}()
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}

// day is a running riskroom whose clock can be moved.
type day struct {
	offset atomic.Int64
	slack  *emulator.Workspace
	server *storetest.Process // a real one: its clients are counted
	prefix string
	db     *store.Store
	app    *App
	stop   func() error
	begun  time.Time
	keys   [][]core.RiskKey // filed in each hour
}

// Now implements core.Clock.
func (d *day) Now() time.Time { return time.Now().Add(time.Duration(d.offset.Load())) }

func startDay(t *testing.T) *day {
	t.Helper()
	d := &day{server: storetest.Start(t, "--appendonly", "no"), prefix: storetest.Prefix(), begun: time.Now()}
	quiet := slog.New(slog.DiscardHandler)
	var err error
	if d.slack, err = emulator.New(emulator.Options{SocketMode: true, Deadline: time.Minute, Now: d.Now, Users: []emulator.User{{ID: "U00000LIN01", Name: "lin"}, {ID: "U00000ANA01", Name: "ana"}}}); err != nil {
		t.Fatal(err)
	}
	api, err := d.slack.Start("")
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"TOKEN": d.slack.BotToken(), "APP": d.slack.AppToken(), "API": api + "/api/"}
	cfg, problems := config.Load("riskroom.yaml", []byte(leakConfig), config.Options{
		Format: config.NewFormat(platforms.Settings()), Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	})
	if cfg == nil {
		t.Fatal(problems)
	}
	ctx, stop := context.WithCancel(context.Background())
	if d.db, err = store.Open(ctx, store.Options{URL: d.server.URL, Prefix: d.prefix, Clock: d, Shards: 8, Logger: quiet}); err != nil {
		t.Fatal(err)
	}
	if d.app, err = New(ctx, Options{Config: cfg, Store: d.db, Clock: d, Log: quiet}); err != nil {
		t.Fatal(err)
	}
	ran := make(chan error, 1)
	go func() { ran <- d.app.Engine().Run(ctx) }()
	sockets := d.app.KeepOpen(ctx)
	d.stop = func() error {
		stop()
		sockets.Wait()
		return errors.Join(<-ran, d.app.Close(context.Background()), d.db.Stop())
	}
	if err := d.slack.Socket().WaitConnected(ctx, 1); err != nil {
		t.Fatal(err)
	}
	return d
}

// end stops everything but Redis, and checks that no connection is left.
func (d *day) end(t *testing.T) {
	t.Helper()
	if err := d.stop(); err != nil {
		t.Error(err)
	}
	if err := d.slack.Close(); err != nil {
		t.Error(err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		left := d.redis(t, "client", "list")
		if len(left) == 1 { // which asks
			return
		}
		if time.Now().After(end) {
			t.Errorf("connections to Redis are left:\n%s", strings.Join(left, "\n"))
			return
		}
	}
}

// hour files the hour's risks, resolves old ones, and lets an hour go by.
func (d *day) hour(t *testing.T, hour int) {
	t.Helper()
	ctx := t.Context()
	by := core.Actor{Account: core.Account{Workspace: "acme", ID: "U00000ANA01"}, Name: "ana"}
	var work errgroup.Group
	work.SetLimit(8)
	keys := make([]core.RiskKey, leakRisks()/leakHours+1)
	for i := range keys {
		work.Go(func() error {
			draft := engine.Draft{Title: fmt.Sprintf("Risk %d of hour %d", i, hour), Module: "Payments"}
			if i < leakRooms/leakHours+1 {
				draft.Module = "Rooms"
			}
			if i%10 == 0 {
				draft.Severity = core.Critical
			}
			filed, err := d.app.Engine().File(ctx, core.MakeOp("leak", draft.Title), by, draft)
			keys[i] = filed.Risk.Key
			return err
		})
	}
	d.keys = append(d.keys, keys)
	if hour >= 5 {
		for i, key := range d.keys[hour-5] {
			if i%10 != 9 {
				work.Go(func() error {
					_, err := d.app.Engine().Do(ctx, core.MakeOp("resolve", string(key)), by, engine.ChangeStatus{Risk: key, To: core.Resolved})
					return err
				})
			}
		}
	}
	if err := work.Wait(); err != nil {
		t.Fatal(err)
	}
	d.waitIdle(t, engine.Running)
	if err := d.app.Engine().Pause(ctx); err != nil {
		t.Fatal(err)
	}
	d.offset.Store(int64(time.Until(d.begun.Add(time.Duration(hour+1) * time.Hour))))
	d.app.Engine().Resume()
	d.waitIdle(t, engine.Running)
}

// waitIdle waits until nothing is due, and no run is in one of the states.
func (d *day) waitIdle(t *testing.T, states ...engine.RunState) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(30 * time.Millisecond) {
		if err := d.slack.FlushEvents(t.Context()); err != nil {
			t.Fatal(err)
		}
		n, next, err := d.db.Counts(t.Context())
		busy := slices.ContainsFunc(states, func(s engine.RunState) bool { return n[s] > 0 })
		if err == nil && !busy && (next.IsZero() || next.After(d.Now())) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("runs don't end: %v, next %s at %s: %v", n, next, d.Now(), err)
		}
	}
}

// atRest returns the number of goroutines when idle.
func (d *day) atRest() int {
	least := runtime.NumGoroutine()
	for range 50 {
		time.Sleep(10 * time.Millisecond)
		least = min(least, runtime.NumGoroutine())
	}
	return least
}

// redis asks the server and returns the lines of its answer.
func (d *day) redis(t *testing.T, args ...string) []string {
	t.Helper()
	out, err := exec.Command("redis-cli", append([]string{"-s", strings.TrimPrefix(d.server.URL, "unix://")}, args...)...).Output()
	if err != nil && strings.Contains(os.Getenv("RISKROOM_REQUIRE"), "redis") {
		t.Fatalf("redis-cli does not run, and RISKROOM_REQUIRE asks for it: %v", err)
	}
	if err != nil {
		t.Skipf("redis-cli does not run: %v", err)
	}
	return slices.DeleteFunc(strings.Split(string(out), "\n"), func(line string) bool { return strings.TrimSpace(line) == "" })
}

// ownedKeys are the keys that belong to a risk, with its key as the first group.
var ownedKeys = regexp.MustCompile(`^\{[^}]*\}:(?:risk|r|doc|link|shown|runs|run|tried|groups):(R-\d+)(?:/.*)?$`)

// checkKeys checks that each key in Redis belongs to an existing risk, is an index, or
// has a time to live.
func (d *day) checkKeys(t *testing.T) {
	t.Helper()
	filed := map[string]bool{"R-0": true} // notices
	for _, hour := range d.keys {
		for _, key := range hour {
			filed[string(key)] = true
		}
	}
	index := regexp.MustCompile(`^\{[^}]*\}:(due|park|running|waiting|audit|open|closed|touched|overdue|due:closed|groups|grouped|aligned|links|status:.*|who:.*|by:.*|module:.*|last|node|reserved)$`)
	single := regexp.MustCompile(`^` + d.prefix + `:(meta|flow:.*|group:.*)$`)
	groups, all := 0, d.redis(t, "--scan")
	for _, key := range all {
		m := ownedKeys.FindStringSubmatch(key)
		switch {
		case m != nil && filed[m[1]], index.MatchString(key):
		case single.MatchString(key):
			if strings.Contains(key, ":group:") {
				groups++
			}
		default:
			// -2: it has expired since it was listed.
			if ttl := d.redis(t, "pttl", key); len(ttl) != 1 || ttl[0] == "-1" {
				t.Errorf("%s has no owner", key)
			}
		}
	}
	if len(all) < leakRisks() {
		t.Errorf("only %d keys", len(all))
	}
	bound, err := d.db.CountGroups(t.Context())
	if err != nil || bound != groups || groups < leakRooms {
		t.Errorf("%d groups are kept, %d are bound: %v", groups, bound, err)
	}
	listed, err := d.app.Engine().List(t.Context(), core.Actor{Account: core.Account{Workspace: "acme", ID: "U00000LIN01"}}, engine.ListQuery{})
	if err != nil {
		t.Fatal(err)
	}
	open := 0
	for _, key := range all {
		if strings.HasSuffix(key, "}:open") {
			n := 0
			if _, err := fmt.Sscan(d.redis(t, "zcard", key)[0], &n); err != nil {
				t.Fatal(err)
			}
			open += n
		}
	}
	if open != listed.Total {
		t.Errorf("%d risks are in the index, %d are open", open, listed.Total)
	}
	counts, _, err := d.db.Counts(t.Context())
	if err != nil || counts[engine.Parked]+counts[engine.Running]+counts[engine.Waiting] != 0 {
		t.Errorf("runs are left: %v %v", counts, err)
	}
}
