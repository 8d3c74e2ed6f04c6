package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"riskroom/cmd/riskroom/inspect"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/store"
	"riskroom/core/store/private"
	"riskroom/core/text"
)

// Serving configures Serve. Fields are required unless noted.
type Serving struct {
	Config      *config.Config
	Listen      string // for requests from platforms; used only if any sends some
	AdminListen string // for administrators and monitoring
	Log         *slog.Logger
	Version     string // for the log

	// SelfTest runs the checks of `check --online` at start, and reports once what
	// riskroom serves and which problems it found.
	SelfTest bool
	Warnings config.Problems // of the file itself, to report too
	// Screen receives that report as text, in one write. If it is nil, the report is
	// a log record.
	Screen io.Writer
	Words  text.Wording // of the screen

	// Reload says how to read the config file again; nil: a change needs a restart.
	Reload *Reloading

	// The following fields are for tests.

	// Wrap wraps each workspace's platform for the engine; it may be nil.
	Wrap func(core.Platform) core.Platform
	// Clock is the store's clock; nil: the server's.
	Clock core.Clock
	// Lease is how long a run is claimed for, and so how long the runs of a killed
	// process wait; 0: 15 seconds.
	Lease time.Duration
	// CheckStoreEvery is how often Redis is checked again; 0: every 30 seconds.
	CheckStoreEvery time.Duration
}

// Serve runs riskroom until ctx ends. It then waits for pending calls, hands back its
// leases, and returns nil, all within about ten seconds.
func Serve(ctx context.Context, s Serving) error {
	db, stopStore, err := openStore(ctx, s.Config, private.Start, store.Options{Logger: s.Log, Clock: s.Clock})
	if err != nil {
		return err
	}
	defer func() {
		if err := stopStore(); err != nil {
			s.Log.Warn("the store did not stop cleanly", "err", err)
		}
	}()
	found, err := checkStore(ctx, db)
	if err != nil {
		return err
	}
	var background sync.WaitGroup
	during, over := context.WithCancel(ctx)
	end := func() { over(); background.Wait() }
	defer end()
	background.Go(func() { watchStore(during, db, found, cmp.Or(s.CheckStoreEvery, checkStoreEvery), s.Log) })
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	a, err := New(ctx, Options{Config: s.Config, Store: db, Log: s.Log, Registry: registry, Wrap: s.Wrap, Lease: s.Lease})
	if err != nil {
		return err
	}
	listeners, err := a.listen(ctx, s)
	if err != nil {
		return err
	}
	r := inspect.Report{Version: s.Version, Config: s.Config, Workspaces: a.inspected(), Stored: found, Admin: listeners[0].Addr().String(), Words: s.Words}
	if len(listeners) > 1 {
		r.Listen = listeners[1].Addr().String()
	}
	s.Log.InfoContext(ctx, "serving", "version", s.Version, "listen", r.Listen,
		"admin", r.Admin, "workspaces", len(s.Config.Workspaces), "flows", len(s.Config.Flows))
	if s.SelfTest {
		background.Go(func() { a.selfTest(during, s, r) })
	}
	err = a.serveUntil(ctx, listeners, s.Reload)
	end()
	s.Log.Info("stopped")
	return err
}

// listen opens the address for administrators, and the one for platforms if any sends
// requests.
func (a *App) listen(ctx context.Context, s Serving) ([]net.Listener, error) {
	addresses := []string{s.AdminListen}
	if a.hasCallers() {
		addresses = append(addresses, s.Listen)
	}
	return listenAll(ctx, addresses...)
}

// selfTest checks the config file against the workspaces, and reports the result.
// It runs while riskroom is already serving.
func (a *App) selfTest(ctx context.Context, s Serving, r inspect.Report) {
	within, cancel := context.WithTimeout(ctx, inspect.Within)
	defer cancel()
	r.Findings = inspect.Check(within, s.Config, r.Workspaces)
	r.File = slices.Concat(s.Warnings, r.Findings.Named)
	inspect.SortByPlace(r.File)
	if ctx.Err() != nil {
		return
	}
	if runs, _, err := a.store.Counts(ctx); err == nil {
		r.Runs = runs
	}
	r.Write(ctx, s.Screen, s.Log)
}

// inspected returns the workspaces for the self-test.
func (a *App) inspected() []*inspect.Workspace {
	var all []*inspect.Workspace
	for _, w := range a.workspaces {
		all = append(all, w.Workspace)
	}
	return all
}

// stopWithin is how long pending commands may take when the program stops. The engine's
// calls get the same time, in parallel.
const stopWithin = 8 * time.Second

// serveUntil runs the engine and the servers until asked ends or one of them fails, and
// then stops all of them. listen opened the listeners. reload is nil if the config file can't
// be read again.
func (a *App) serveUntil(asked context.Context, listeners []net.Listener, reload *Reloading) error {
	ctx, fail := context.WithCancelCause(asked)
	defer fail(nil)
	servers := []*http.Server{a.Admin(), a.Public()}
	for i, l := range listeners {
		go func() {
			if err := servers[i].Serve(l); !errors.Is(err, http.ErrServerClosed) {
				fail(fmt.Errorf("serving on %s: %w", l.Addr(), err))
			}
		}()
	}
	var engines sync.WaitGroup
	a.start = func(r *running) {
		running, stop := context.WithCancel(ctx)
		r.stop = stop
		engines.Go(func() {
			if err := r.engine.Run(running); err != nil {
				fail(fmt.Errorf("the engine cannot start: %w", err))
			}
		})
	}
	a.start(a.live.get())
	sockets := a.KeepOpen(ctx)
	if reload != nil {
		sockets.Go(func() { a.reloads(ctx, *reload) })
	}
	<-ctx.Done()
	a.log.Info("stopping")
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	// First stop receiving, then finish what was received. The administrators'
	// server stops last, to report that riskroom isn't ready.
	err := servers[1].Shutdown(stopping)
	sockets.Wait()
	err = errors.Join(err, a.Close(stopping))
	if err != nil {
		a.log.Warn("not every pending command has ended", "err", err)
	}
	engines.Wait()
	_ = servers[0].Close()
	if asked.Err() != nil {
		return nil
	}
	return context.Cause(ctx)
}

// KeepOpen keeps the connections to the platforms open until ctx ends, and registers
// commands. If a workspace refuses, that is logged and reported to the administrators,
// and the workspace is not ready. The others are not affected.
func (a *App) KeepOpen(ctx context.Context) *sync.WaitGroup {
	var open sync.WaitGroup
	for _, w := range a.workspaces {
		open.Go(func() {
			w.watch(ctx, a.log, func(outage time.Duration) { a.Engine().Restored(ctx, w.Settings.Name, outage) })
		})
		if tended, ok := w.bot.(platform.TendedBot); ok {
			open.Go(func() { tended.Tend(ctx) })
		}
		socket := w.bot.Socket()
		if socket == nil {
			continue
		}
		open.Go(func() {
			w.await(ctx)
			if err := socket.Run(ctx); err != nil {
				a.log.ErrorContext(ctx, "a workspace refuses the connection", "workspace", w.Settings.Name, "err", err)
				a.Engine().CutOff(ctx, w.Settings.Name, cmp.Or(core.DetailOf(err), "token_refused"))
			}
		})
	}
	return &open
}
