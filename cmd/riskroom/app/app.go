// Package app puts the parts together for one config file: the engine, an
// adapter and a way in for each workspace, and what they count. The server and
// the demo run the same App; only their stores, clocks and workspaces differ.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
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

// Options is what an App is made of. All members are needed unless they say
// otherwise.
type Options struct {
	Config   *config.Config
	Store    *store.Store
	Clock    core.Clock           // nil: the store's
	Log      *slog.Logger         // nil: slog.Default
	Registry *prometheus.Registry // nil: one of its own

	// Wrap comes between the engine and each workspace; nil: nothing does.
	Wrap func(core.Platform) core.Platform
	// Lease is how long a run is claimed for; 0: the engine's own.
	Lease time.Duration
}

// App is a riskroom that is ready to run.
type App struct {
	Engine *engine.Engine

	log        *slog.Logger
	store      *store.Store
	registry   *prometheus.Registry
	bot        *bots.Bot
	counted    *metrics
	workspaces []*workspace
}

// New puts an App together. It asks every workspace whether it accepts the bot, and
// fails if all refuse it. Where one among several does, its runs wait.
func New(ctx context.Context, o Options) (*App, error) {
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
	a := &App{log: o.Log, store: o.Store, registry: o.Registry}
	a.counted, err = newMetrics(o.Registry)
	if err != nil {
		return nil, err
	}
	kept := meteredStore{o.Store, a.counted.waits}
	budget := engine.NewBudget(kept)
	platforms := map[string]core.Platform{}
	for _, settings := range o.Config.Workspaces {
		w, err := newWorkspace(platform.Connection{
			Settings: settings, Config: o.Config, Budget: budget, Called: a.counted.calls(settings.Name), Log: o.Log,
		})
		if err != nil {
			return nil, err
		}
		a.workspaces = append(a.workspaces, w)
		platforms[settings.Name] = w.Adapter
		if o.Wrap != nil {
			platforms[settings.Name] = o.Wrap(w.Adapter)
		}
	}
	if err := a.askAll(ctx); err != nil {
		return nil, err
	}
	a.Engine, err = engine.New(engine.Options{
		Organisation: &o.Config.Organisation, Flows: o.Config.Flows, Platforms: platforms, Store: kept, Text: words,
		// The database has an ID of its own, so that a new one never takes the
		// marks of an old one for its own.
		Instance: o.Config.Instance + "/" + o.Store.Instance(),
		Clock:    o.Clock, Log: o.Log, CallTimeout: o.Config.CallTimeout, Settle: o.Config.Settle, Lease: o.Lease, Observe: a.counted,
	})
	if err != nil {
		return nil, err
	}
	a.bot, err = bots.New(bots.Config{
		Filing: a.Engine, Handling: a.Engine, Persons: a.Engine.Persons(), Org: &o.Config.Organisation, Text: words, Clock: o.Clock, Logger: o.Log,
	})
	if err != nil {
		return nil, err
	}
	if err := a.openBots(platform.BotParts{
		Bot: a.bot, Engine: a.Engine, Store: o.Store, Org: &o.Config.Organisation, Text: words, Budget: budget.ForPeople(), Log: a.log,
	}); err != nil {
		return nil, err
	}
	return a, o.Registry.Register(&state{store: o.Store, clock: o.Clock, checks: a.readyChecks(), workspaces: a.workspaces})
}

// askAll asks each workspace whom its credentials belong to.
func (a *App) askAll(ctx context.Context) error {
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

// openBots makes the bot of each workspace.
func (a *App) openBots(p platform.BotParts) error {
	for _, w := range a.workspaces {
		p.Observe = a.counted.inbound.Observer(w.Settings.Name)
		var err error
		if w.bot, err = w.Access.Open(p); err != nil {
			return fmt.Errorf("workspace %s: %w", w.Settings.Name, err)
		}
	}
	return nil
}

// Public returns the server that platforms reach. Workspaces that
// riskroom itself connects to are not reached by it.
func (a *App) Public() *http.Server { return web.NewPublic(a.routes(), a.log) }

// called reports whether any platform calls: without that nobody needs Public.
func (a *App) called() bool {
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

// readyChecks tell whether the process can be of use.
func (a *App) readyChecks() []web.Check {
	ready := []web.Check{{Name: "store", Run: a.storeReady}}
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

// Ready reports whether the process can be of use, and if not, why.
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
		Health:  []web.Check{{Name: "engine", Run: func(context.Context) error { return a.Engine.Alive() }}},
		Ready:   a.readyChecks(),
		Metrics: a.registry,
	}, a.log)
}

// Close takes no more commands and lets those under way end, until ctx does.
// The servers and the engine are stopped by whoever runs them.
func (a *App) Close(ctx context.Context) error {
	err := a.bot.Close(ctx)
	for _, w := range a.workspaces {
		if e := w.bot.Close(ctx); e != nil {
			err = errors.Join(err, fmt.Errorf("workspace %s: %w", w.Settings.Name, e))
		}
	}
	return err
}
