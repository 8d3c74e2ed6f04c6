package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/app"
)

type serveFlags struct {
	config, listen, adminListen string
	logFormat, logLevel         string
}

func newServe(s surroundings) *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:   "serve --config FILE",
		Short: "Run riskroom for the workspaces of a config file",
		Long: `serve runs riskroom until it gets SIGTERM or SIGINT; then it lets the calls under
way end, hands back what it holds, and leaves within about ten seconds. Several
may run on one Redis: they share the work.

Platforms reach it at --listen. For a Slack workspace called acme in the file,
the app's page takes these URLs:
  Slash Commands                   https://YOUR.HOST/slack/acme/commands
  Interactivity & Shortcuts        https://YOUR.HOST/slack/acme/interactions
  Event Subscriptions              https://YOUR.HOST/slack/acme/events

Administrators and their monitoring reach it at --admin-listen, which has no
access control: /healthz, /readyz and /metrics.

A file that has problems is not run: they are printed as check prints them.

Exit codes: 0 stopped as asked, 1 it could not start or go on, 2 the command
line is wrong.`,
		Example: `  riskroom serve --config riskroom.yaml
  riskroom serve -c riskroom.yaml --listen :443 --admin-listen 10.0.0.5:9090 --log-format json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return serve(c.Context(), s, f) },
	}
	configFlag(c, &f.config, "the config file; - is the standard input")
	c.Flags().StringVar(&f.listen, "listen", ":8080", "where platforms reach riskroom")
	c.Flags().StringVar(&f.adminListen, "admin-listen", "127.0.0.1:9090", "where /healthz, /readyz and /metrics are")
	logFlags(c, &f.logFormat, &f.logLevel)
	return c
}

func serve(ctx context.Context, s surroundings, f serveFlags) error {
	log, err := newLog(s.stderr, f.logFormat, f.logLevel)
	if err != nil {
		return err
	}
	cfg, err := loadConfig(s, f.config)
	if err != nil {
		return err
	}
	db, err := app.OpenStore(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer func() { _ = db.Stop() }()
	if err := app.CheckStore(ctx, db, log); err != nil {
		return err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	a, err := app.New(ctx, app.Options{Config: cfg, Store: db, Log: log, Registry: registry})
	if err != nil {
		return err
	}
	listeners, err := listen(ctx, f.listen, f.adminListen)
	if err != nil {
		return err
	}
	log.InfoContext(ctx, "serving", "version", buildLine(), "listen", listeners[0].Addr().String(),
		"admin", listeners[1].Addr().String(), "workspaces", len(cfg.Workspaces), "flows", len(cfg.Flows))
	err = serveUntil(ctx, a, listeners, log)
	log.Info("stopped")
	return err
}

// listen opens all addresses or none.
func listen(ctx context.Context, addresses ...string) ([]net.Listener, error) {
	var open []net.Listener
	for _, a := range addresses {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", a)
		if err != nil {
			for _, o := range open {
				_ = o.Close()
			}
			return nil, fmt.Errorf("cannot listen: %w", err)
		}
		open = append(open, l)
	}
	return open, nil
}

// stopWithin is how long commands under way may take to end when the program
// stops. The engine has its own ten seconds, at the same time.
const stopWithin = 8 * time.Second

// serveUntil runs engine and servers until it is asked to stop, which is no
// error, or until one of them fails, and then stops all of them.
func serveUntil(asked context.Context, a *app.App, listeners []net.Listener, log *slog.Logger) error {
	ctx, fail := context.WithCancelCause(asked)
	defer fail(nil)
	servers := []*http.Server{a.Public(), a.Admin()}
	for i, server := range servers {
		go func() {
			if err := server.Serve(listeners[i]); !errors.Is(err, http.ErrServerClosed) {
				fail(fmt.Errorf("serving on %s: %w", listeners[i].Addr(), err))
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
	<-ctx.Done()
	log.Info("stopping")
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	// First nothing comes in any more, then what came in ends. The
	// administrators' server stays to the last, to tell that it is not ready.
	err := errors.Join(servers[0].Shutdown(stopping), a.Close(stopping))
	if err != nil {
		log.Warn("not everything under way has ended", "err", err)
	}
	<-ran
	_ = servers[1].Close()
	if asked.Err() != nil {
		return nil
	}
	return context.Cause(ctx)
}
