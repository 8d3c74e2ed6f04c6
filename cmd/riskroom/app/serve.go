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
	"riskroom/core"
	"riskroom/core/config"
)

// Serving is what Serve serves, and where. All members are needed unless they
// say otherwise.
type Serving struct {
	Config      *config.Config
	Listen      string // where platforms reach riskroom, if any calls
	AdminListen string // where administrators and their monitoring do
	Log         *slog.Logger
	Version     string // for the log

	// SelfTest has the workspaces asked at start what `check --online` asks them,
	// and what serves, where and how well told once.
	SelfTest bool
	Warnings config.Problems // of the file itself, told then too
	// Screen is where that is told for people to read, in one write; nil: it is a
	// record of the log.
	Screen io.Writer

	// What follows is for tests: no setting reaches it.

	// Wrap comes between the engine and each workspace; nil: nothing does.
	Wrap func(core.Platform) core.Platform
	// Lease is how long a run is claimed for, and so how long a killed process's
	// are waited for; 0: 15 seconds.
	Lease time.Duration
	// CheckStoreEvery is how often Redis is looked at anew; 0: every 30 seconds.
	CheckStoreEvery time.Duration
}

// Serve runs riskroom until ctx ends, which is no error. Then it lets the calls
// under way end, hands back what it holds, and returns within about ten seconds.
func Serve(ctx context.Context, s Serving) error {
	db, stopStore, err := OpenStore(ctx, s.Config, s.Log)
	if err != nil {
		return err
	}
	defer func() {
		if err := stopStore(); err != nil {
			s.Log.Warn("the store did not stop in good order", "err", err)
		}
	}()
	found, err := CheckStore(ctx, db)
	if err != nil {
		return err
	}
	// What goes on beside serving ends with it, whatever ends that.
	var beside sync.WaitGroup
	during, over := context.WithCancel(ctx)
	end := func() { over(); beside.Wait() }
	defer end()
	beside.Go(func() { watchStore(during, db, found, cmp.Or(s.CheckStoreEvery, checkStoreEvery), s.Log) })
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
	r := inspect.Report{Version: s.Version, Config: s.Config, Workspaces: a.inspected(), Stored: found, Admin: listeners[0].Addr().String()}
	if len(listeners) > 1 {
		r.Listen = listeners[1].Addr().String()
	}
	s.Log.InfoContext(ctx, "serving", "version", s.Version, "listen", r.Listen,
		"admin", r.Admin, "workspaces", len(s.Config.Workspaces), "flows", len(s.Config.Flows))
	if s.SelfTest {
		beside.Go(func() { a.selfTest(during, s, r) })
	}
	err = a.serveUntil(ctx, listeners)
	end()
	s.Log.Info("stopped")
	return err
}

// listen opens the administrators' address, and the platforms' if any calls.
func (a *App) listen(ctx context.Context, s Serving) ([]net.Listener, error) {
	addresses := []string{s.AdminListen}
	if a.called() {
		addresses = append(addresses, s.Listen)
	}
	return listenAll(ctx, addresses...)
}

// selfTest holds the config file against the workspaces, adds what came of it to a
// report, and tells that. Nothing waits for it: what fits is served all the same.
func (a *App) selfTest(ctx context.Context, s Serving, r inspect.Report) {
	within, cancel := context.WithTimeout(ctx, inspect.Within)
	defer cancel()
	r.Findings = inspect.Hold(within, s.Config, r.Workspaces)
	r.File = slices.Concat(s.Warnings, r.Findings.Named)
	inspect.SortByPlace(r.File)
	if ctx.Err() != nil {
		return
	}
	if runs, _, err := a.store.Counts(ctx); err == nil {
		r.Runs = runs
	}
	r.Tell(ctx, s.Screen, s.Log)
}

// inspected returns the workspaces as the self-test takes them.
func (a *App) inspected() []*inspect.Workspace {
	var all []*inspect.Workspace
	for _, w := range a.workspaces {
		all = append(all, w.Workspace)
	}
	return all
}

// stopWithin is how long commands under way may take to end when the program
// stops. The engine has as long for its calls, at the same time.
const stopWithin = 8 * time.Second

// serveUntil runs engine and servers until it is asked to stop, which is no
// error, or until one of them fails, and then stops all of them. The listeners are
// those that listen opened.
func (a *App) serveUntil(asked context.Context, listeners []net.Listener) error {
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
	ran := make(chan struct{})
	go func() {
		defer close(ran)
		if err := a.Engine.Run(ctx); err != nil {
			fail(fmt.Errorf("the engine cannot start: %w", err))
		}
	}()
	sockets := a.KeepOpen(ctx)
	<-ctx.Done()
	a.log.Info("stopping")
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	// First nothing comes in any more, then what came in ends. The
	// administrators' server stays to the last, to tell that it is not ready.
	err := servers[1].Shutdown(stopping)
	sockets.Wait()
	err = errors.Join(err, a.Close(stopping))
	if err != nil {
		a.log.Warn("not everything under way has ended", "err", err)
	}
	<-ran
	_ = servers[0].Close()
	if asked.Err() != nil {
		return nil
	}
	return context.Cause(ctx)
}

// KeepOpen keeps open until ctx ends what has to be kept open for people to reach
// riskroom: a connection to the platform, the commands that it knows. A workspace
// that refuses leaves the others alone: it is logged, told to the administrators,
// and not ready.
func (a *App) KeepOpen(ctx context.Context) *sync.WaitGroup {
	var open sync.WaitGroup
	for _, w := range a.workspaces {
		socket := w.bot.Socket()
		if socket == nil {
			continue
		}
		open.Go(func() {
			w.await(ctx)
			if err := socket.Run(ctx); err != nil {
				a.log.ErrorContext(ctx, "the connection to a workspace is refused", "workspace", w.Settings.Name, "err", err)
				a.Engine.CutOff(ctx, w.Settings.Name, cmp.Or(core.DetailOf(err), "token_refused"))
			}
		})
	}
	return &open
}
