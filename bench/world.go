package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"riskroom/adapters/slack"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/text"
)

const (
	workspace = "acme"
	people    = 5000 // who file and handle
	module    = "Payments"
	rare      = "Ledger" // the module of one risk in twenty
	// description has the length of an ordinary report.
	description = "The totals of last night differ from the bank's by one cent. Nobody knows yet since when that is so. Two people are looking into it."
)

// unused is a signing secret for worlds that get no requests.
const unused = "0123456789abcdef0123456789abcdef"

// quiet is the log of what is measured.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// place is where the config file finds Redis and Slack.
type place struct {
	redis, slack  string // URLs
	token, secret string
}

// file returns a config file in which each risk arms two timers.
func (p place) file() string {
	return fmt.Sprintf(`version: 1
call_timeout: 2s
settle: 500ms
redis: { url: %q }
permissions: { administrators: [lin], file: everyone, read: everyone }
modules:
  %s: { handlers: [lin], lead: lin }
  %s: { handlers: [lin], lead: lin }
workspaces:
  %s: { platform: slack, bot_token: "${TOKEN}", signing_secret: "${SECRET}", api_url: %q, rates: unlimited }
people:
  lin: { %s: U00000000 }
flows:
  remind-after-a-day:
    trigger: { date_field: submitted_at, after: 24h }
    if: status == "pending"
    steps:
      - send_message: { to: [submitter], title: "{{ .title }}" }
  open-a-group-after-two:
    trigger: { date_field: submitted_at, after: 48h }
    if: status == "pending"
    steps:
      - send_message: { to: [submitter], title: "{{ .title }}" }
`, p.redis, module, rare, workspace, p.slack, workspace)
}

// load reads the config file.
func (p place) load() (*config.Config, error) {
	vars := map[string]string{"TOKEN": p.token, "SECRET": p.secret}
	cfg, problems := config.Load("bench.yaml", []byte(p.file()), config.Options{
		Format: config.NewFormat([]core.PlatformSettings{slack.Settings()}),
		Env:    func(key string) (string, bool) { v, ok := vars[key]; return v, ok },
	})
	if cfg == nil {
		return nil, errors.New(problems.String())
	}
	return cfg, nil
}

// setClock is a clock that one caller sets before each filing.
type setClock struct{ at time.Time }

// Now implements core.Clock.
func (c *setClock) Now() time.Time { return c.at }

// watch is the engines' observer.
type watch struct{ ended atomic.Int64 }

// Fired implements engine.Observer.
func (*watch) Fired(time.Duration) {}

// Ended implements engine.Observer.
func (w *watch) Ended(engine.RunState) { w.ended.Add(1) }

// world is some replicas in this process on one Redis, with the stub as their platform.
type world struct {
	srv   *server
	cfg   *config.Config
	words *text.Catalogue
	stub  *stub
	// platform is that of the workspace: the stub unless a test sets another one.
	platform core.Platform
	watch    *watch
	mark     string // of the ops and titles of what this world files
	stores   []*store.Store
	engines  []*engine.Engine
	running  sync.WaitGroup
	failed   chan error
	stop     context.CancelFunc
}

// openWorld opens replicas that don't run yet. workers is that of each; 0 is as shipped.
func openWorld(ctx context.Context, srv *server, replicas, workers int) (*world, error) {
	cfg, err := place{redis: srv.url(), slack: "http://127.0.0.1:9/api/", token: "xoxb-1", secret: unused}.load()
	if err != nil {
		return nil, err
	}
	words, err := text.Load()
	if err != nil {
		return nil, err
	}
	w := &world{
		srv: srv, cfg: cfg, words: words, watch: &watch{}, failed: make(chan error, replicas),
		mark: strconv.FormatInt(time.Now().UnixNano(), 36),
	}
	w.stub = &stub{}
	w.platform = w.stub
	for range replicas {
		s, err := store.Open(ctx, store.Options{URL: srv.url(), Logger: quiet()})
		if err != nil {
			w.close()
			return nil, err
		}
		w.stores = append(w.stores, s)
		e, err := w.engine(s, s.Clock(), workers)
		if err != nil {
			w.close()
			return nil, err
		}
		w.engines = append(w.engines, e)
		// The first filing waits until numbers are reserved. A program reserves them at its start.
		if _, err := w.fill(ctx, load{callers: 1, calls: 1}, far); err != nil {
			w.close()
			return nil, err
		}
	}
	return w, nil
}

func (w *world) engine(s *store.Store, clock core.Clock, workers int) (*engine.Engine, error) {
	return engine.New(engine.Options{
		Organisation: &w.cfg.Organisation, Flows: w.cfg.Flows, Platforms: map[string]core.Platform{workspace: w.platform},
		Store: s, Text: w.words, Instance: w.cfg.Instance + "/" + s.Instance(), Clock: clock, Log: quiet(),
		Workers: workers, Observe: w.watch,
	})
}

// run starts the engines.
func (w *world) run(ctx context.Context) {
	ctx, w.stop = context.WithCancel(ctx)
	for _, e := range w.engines {
		w.running.Go(func() { w.failed <- e.Run(ctx) })
	}
}

// runWorld opens replicas and starts them, and waits until whatever they do at their start is
// over.
func runWorld(ctx context.Context, srv *server, replicas, workers int) (*world, error) {
	w, err := openWorld(ctx, srv, replicas, workers)
	if err != nil {
		return nil, err
	}
	w.run(ctx)
	if err := srv.quiet(ctx); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// close stops the engines and closes the stores.
func (w *world) close() {
	if w.stop != nil {
		w.stop()
		w.running.Wait()
	}
	for _, s := range w.stores {
		_ = s.Stop()
	}
}

// moment says when the n-th risk is filed, and its title.
type moment func(n int) (at time.Time, title string)

// far is a moment from which both timers are far ahead.
func far(n int) (time.Time, string) {
	return time.Now().Add(-rand.N(12 * time.Hour)), fmt.Sprintf("Ledger is off by one %d %x", n, rand.Uint64())
}

// fill files risks as people do, but with the clock at the moments that are given. No two
// of a world may have the same title.
func (w *world) fill(ctx context.Context, l load, when moment) (sample, error) {
	clocks, engines := make([]setClock, l.callers), make([]*engine.Engine, l.callers)
	for c := range l.callers {
		var err error
		// With one caller, the store that was opened last.
		if engines[c], err = w.engine(w.stores[len(w.stores)-1-c%len(w.stores)], &clocks[c], 0); err != nil {
			return sample{}, err
		}
	}
	mark := strconv.FormatInt(time.Now().UnixNano(), 36)
	return l.run(ctx, func(ctx context.Context, c, n int) error {
		at, title := when(n)
		clocks[c].at = at
		d := draft(title)
		if n%20 == 1 {
			d.Module = rare
		}
		if n%20 == 2 { // most of these are overdue soon
			d.DueAt = at.Add(time.Hour)
		}
		return w.fileOne(ctx, engines[c], mark, n, d)
	})
}

// file files risks now.
func (w *world) file(ctx context.Context, l load) (sample, error) {
	mark := strconv.FormatInt(time.Now().UnixNano(), 36)
	return l.run(ctx, func(ctx context.Context, c, n int) error {
		return w.fileOne(ctx, w.engines[c%len(w.engines)], mark, n, draft("Ledger is off by "+mark+" "+strconv.Itoa(n)))
	})
}

// draft returns an ordinary risk.
func draft(title string) engine.Draft {
	return engine.Draft{Title: title, Module: module, Description: description}
}

func (w *world) fileOne(ctx context.Context, e *engine.Engine, mark string, n int, d engine.Draft) error {
	filed, err := e.File(ctx, core.MakeOp("bench", mark, strconv.Itoa(n)), actor(n%people), d)
	if err == nil && filed.Before != nil {
		return fmt.Errorf("%q was filed before, as %s", d.Title, filed.Before.Key)
	}
	return err
}

// drained waits until n runs have ended, and fails if that takes too long.
func (w *world) drained(ctx context.Context, n int, within time.Duration) error {
	if !until(ctx, within, func() bool { return w.watch.ended.Load() >= int64(n) }) {
		return fmt.Errorf("after %v only %d of %d runs have ended", within, w.watch.ended.Load(), n)
	}
	return nil
}

func actor(n int) core.Actor {
	id := userID(n)
	return core.Actor{Account: core.Account{Workspace: workspace, ID: id}, Name: id}
}

func userID(n int) string { return fmt.Sprintf("U%08d", n) }
