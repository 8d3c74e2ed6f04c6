// Package app builds and runs riskroom from a config file: the engine, the adapter and
// the bot of each workspace, and the metrics. serve and the demo run the same App with
// different stores, clocks and workspaces.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"riskroom/bots"
	"riskroom/bots/web"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/text"
)

// Options configures an App. Fields are required unless noted.
type Options struct {
	Config   *config.Config
	Store    *store.Store
	Clock    core.Clock           // nil: the store's
	Log      *slog.Logger         // nil: slog.Default
	Registry *prometheus.Registry // nil: one of its own

	// Wrap wraps each workspace's platform for the engine; it may be nil.
	Wrap func(core.Platform) core.Platform
	// Watch wraps the store for the engine. Evaluated is as in engine.Options, and Answered as
	// in bots.Config. Each may be nil.
	Watch     func(engine.Store) engine.Store
	Evaluated func(engine.Evaluation)
	Answered  func(bots.Command, bots.Reply)
	// Transports reach the APIs of workspaces, by name; nil: they have transports of their own.
	Transports map[string]http.RoundTripper
	// Lease is how long a run is claimed for; 0: the engine's own.
	Lease time.Duration
}

// App is an instance of riskroom.
type App struct {
	o          Options
	log        *slog.Logger
	store      *store.Store
	kept       engine.Store // as the engine sees it
	registry   *prometheus.Registry
	text       *text.Catalogue
	counted    *metrics
	workspaces []*workspace
	platforms  map[string]core.Platform // by workspace
	live       live

	start   func(*running) // runs its engine; set while the App runs
	retired sync.WaitGroup // what is left to do after a reload
}

// Engine returns the engine of the config file in force.
func (a *App) Engine() *engine.Engine { return a.live.get().engine }

// New creates an App. It checks the credentials of every workspace, and fails if all
// are refused. If only some are, their runs wait.
func New(ctx context.Context, o Options) (*App, error) {
	given := o.Clock
	if o.Clock == nil {
		o.Clock = o.Store.Clock()
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	words, err := text.Load()
	if err != nil {
		return nil, err
	}
	a := &App{o: o, log: o.Log, store: o.Store, registry: o.Registry, text: words, platforms: map[string]core.Platform{}}
	a.counted, err = newMetrics(o.Registry)
	if err != nil {
		return nil, err
	}
	a.kept = observedStore{o.Store, a.counted.waits}
	if o.Watch != nil {
		a.kept = o.Watch(a.kept)
	}
	budget := engine.NewBudget(a.kept, o.Clock)
	for _, settings := range o.Config.Workspaces {
		w, err := newWorkspace(platform.Connection{
			Settings: settings, Config: o.Config, Budget: budget, Called: a.counted.calls(settings.Name), Log: o.Log, Clock: given,
			Transport: o.Transports[settings.Name],
		})
		if err != nil {
			return nil, err
		}
		a.workspaces = append(a.workspaces, w)
		a.platforms[settings.Name] = w.Adapter
		if o.Wrap != nil {
			a.platforms[settings.Name] = o.Wrap(w.Adapter)
		}
	}
	if err := a.checkAll(ctx); err != nil {
		return nil, err
	}
	if a.live.now, err = a.build(o.Config); err != nil {
		return nil, err
	}
	if err := a.openBots(platform.BotParts{
		Bot: liveBot{&a.live}, Reports: liveEngine{&a.live}, Store: o.Store, Text: words, Budget: budget.ForPeople(), Log: a.log,
		Org: func() *core.Organisation { return &a.live.get().config.Organisation },
	}); err != nil {
		return nil, err
	}
	return a, o.Registry.Register(&state{store: o.Store, clock: o.Clock, checks: a.readyChecks(), workspaces: a.workspaces})
}

// build builds what follows from a config file. It does no I/O.
func (a *App) build(c *config.Config) (*running, error) {
	e, err := engine.New(engine.Options{
		Organisation: &c.Organisation, Flows: c.Flows, Platforms: a.platforms, Store: a.kept, Text: a.text,
		// The database's ID keeps a new database from recognising the markers of an
		// old one.
		Instance: c.Instance + "/" + a.store.Instance(),
		Clock:    a.o.Clock, Log: a.log, CallTimeout: c.CallTimeout, Settle: c.Settle, Lease: a.o.Lease, Observe: a.counted, Evaluated: a.o.Evaluated,
	})
	if err != nil {
		return nil, err
	}
	b, err := bots.New(bots.Config{
		Filing: e, Handling: e, Persons: e.Persons(), Attention: e.Attention, Touched: e.Touched,
		Forms: a.store, Answered: a.o.Answered,
		Org: &c.Organisation, Text: a.text, Clock: a.o.Clock, Logger: a.log,
	})
	return &running{config: c, engine: e, bot: b}, err
}

// checkAll checks the credentials of each workspace.
func (a *App) checkAll(ctx context.Context) error {
	var refused []error
	for _, w := range a.workspaces {
		if err := w.ask(ctx); core.KindOf(err) == core.Unauthorized {
			f := w.Inspector.Unable(err)
			refused = append(refused, fmt.Errorf("%s: %s", f.Message, f.Hint))
		}
	}
	if len(a.workspaces) > 0 && len(refused) == len(a.workspaces) {
		return errors.Join(refused...)
	}
	return nil
}

// openBots creates the bot of each workspace.
func (a *App) openBots(p platform.BotParts) error {
	var all []platform.Bot
	for _, w := range a.workspaces {
		p.Observe = a.counted.inbound.Observer(w.Settings.Name)
		var err error
		if w.bot, err = w.Access.Open(p); err != nil {
			return fmt.Errorf("workspace %s: %w", w.Settings.Name, err)
		}
		all = append(all, w.bot)
	}
	for _, b := range all {
		if s, ok := b.(platform.SharingBot); ok {
			s.Share(all)
		}
	}
	return nil
}

// Public returns the server that platforms call. Workspaces that riskroom connects to
// don't use it.
func (a *App) Public() *http.Server { return web.NewPublic(a.routes(), a.log) }

// hasCallers reports whether any platform calls the public server.
func (a *App) hasCallers() bool {
	return len(a.routes()) > 0
}

func (a *App) routes() web.Routes {
	routes := web.Routes{}
	for _, w := range a.workspaces {
		for kind, h := range w.bot.Routes() {
			routes[web.Route{Platform: w.Settings.Platform, Workspace: w.Settings.Name, Kind: kind}] = h
		}
	}
	return routes
}

// readyChecks returns the checks of /readyz.
func (a *App) readyChecks() []web.Check {
	ready := []web.Check{{Name: "store", Run: a.storeReady}, {Name: "config file", Run: func(ctx context.Context) error { return a.Engine().InForce(ctx) }}}
	for _, w := range a.workspaces {
		ready = append(ready, web.Check{Name: "workspace " + w.Settings.Name, Run: w.accepted})
		if socket := w.bot.Socket(); socket != nil {
			c := web.Check{Name: w.Access.SocketName() + " of " + w.Settings.Name, Run: socket.Ready}
			if l, ok := socket.(platform.LedSocket); ok {
				c.State = l.State
			}
			ready = append(ready, c)
		}
	}
	return ready
}

// Ready returns nil if all checks of /readyz pass, else the failures.
func (a *App) Ready(ctx context.Context) error {
	var all []error
	for check, err := range web.RunChecks(ctx, a.readyChecks()) {
		if err != nil {
			all = append(all, fmt.Errorf("%s: %w", check.Name, err))
		}
	}
	return errors.Join(all...)
}

// Admin returns the server for administrators and their monitoring.
func (a *App) Admin() *http.Server {
	return web.NewAdmin(web.Admin{
		Health:  []web.Check{{Name: "engine", Run: func(context.Context) error { return a.Engine().Alive() }}},
		Ready:   a.readyChecks(),
		Metrics: a.registry,
	}, a.log)
}

// Close stops accepting commands and waits for pending ones, until ctx ends. It
// doesn't stop the servers and the engine.
func (a *App) Close(ctx context.Context) error {
	var err error
	for _, r := range a.live.all() {
		err = errors.Join(err, r.bot.Close(ctx))
	}
	a.retired.Wait()
	for _, w := range a.workspaces {
		if e := w.bot.Close(ctx); e != nil {
			err = errors.Join(err, fmt.Errorf("workspace %s: %w", w.Settings.Name, e))
		}
	}
	return err
}
