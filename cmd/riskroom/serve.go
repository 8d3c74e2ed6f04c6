package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/app"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core/text"
)

type serveFlags struct {
	config, listen, adminListen string
	logFormat, logLevel         string
	watch                       bool
}

func newServe(s environment) *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:   "serve --config FILE",
		Short: s.say("Run riskroom for the workspaces of a config file"),
		Long: s.say(`serve runs riskroom until it receives SIGTERM or SIGINT. It then finishes the calls
in progress, hands its runs back, and exits within about ten seconds. Several of them
can share one Redis and the work.

`) + s.platformHelp(func(h platform.Help) text.Phrase { return h.Serve }) + s.say(`riskroom opens --listen only if a platform sends requests to it. It speaks HTTP there,
so put a proxy with a public address in front of it that terminates TLS.

/healthz, /readyz and /metrics are at --admin-listen, without access control.

serve doesn't start with a file that has errors; it prints them as check does. At
start it does what check --online does, and shows on one screen which workspaces it
serves and how, and what you need to fix. It serves the workspaces that work, even if
others don't. With --log-format json the screen is one log record, self-test.

On SIGHUP, serve reads the config file again and applies it, while it goes on running.
With --watch it does so when the file, or one that it names, has changed. If the file
has errors, the one before stays in force. Administrators are told the result. Changes
of redis, of workspaces and of the limits that calls have need a restart; serve then
says which keys. To see in advance what a file will do: riskroom plan.

Exit codes: 0 stopped by a signal, 1 it could not start or continue, 2 the command
line is wrong.`),
		Example: `  riskroom serve --config riskroom.yaml
  riskroom serve -c riskroom.yaml --listen 127.0.0.1:8080 --log-format json`,
		Args: onlyFlags,
		RunE: func(c *cobra.Command, _ []string) error { return serve(c.Context(), s, f) },
	}
	configFlag(c, &f.config, s.say("the config file; - is the standard input"))
	c.Flags().StringVar(&f.listen, "listen", ":8080", s.say("address for requests from platforms"))
	c.Flags().StringVar(&f.adminListen, "admin-listen", "127.0.0.1:9090", s.say("address of /healthz, /readyz and /metrics"))
	c.Flags().BoolVar(&f.watch, "watch", false, s.say("apply the config file when it changes"))
	logFlags(s, c, &f.logFormat, &f.logLevel)
	return c
}

func serve(ctx context.Context, s environment, f serveFlags) error {
	s.stderr = &lockedWriter{w: s.stderr}
	log, err := newLog(s.stderr, f.logFormat, f.logLevel)
	if err != nil {
		return err
	}
	if f.watch && f.config == stdinName {
		return misuse("--watch needs a file: the standard input can't be read again")
	}
	file := source{s: s, name: f.config}
	cfg, warnings, err := file.loadFirst()
	if err != nil {
		return err
	}
	if err := checkProxy(s.lookup); err != nil {
		return err
	}
	serving := app.Serving{
		Config: cfg, Listen: f.listen, AdminListen: f.adminListen, Log: log, Version: buildLine(),
		SelfTest: true, Warnings: warnings, Words: s.words(),
	}
	if f.logFormat == formatText {
		serving.Screen = s.stderr
	}
	reload, end := file.reloading(ctx, f.watch, log)
	defer end()
	serving.Reload = reload
	err = app.Serve(ctx, serving)
	if errors.Is(err, app.ErrBusy) {
		return errors.New(s.say("%v, perhaps by another riskroom: stop it, or choose other addresses with --listen and --admin-listen", s.words().Error(err)))
	}
	return err
}
