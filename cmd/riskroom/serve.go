package main

import (
	"context"
	"errors"
	"fmt"

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

A Slack workspace with an app_token is reached over Socket Mode, a Discord server
without a public_key over the gateway: no address of yours needs to be public. With
a signing_secret or a public_key instead they call --listen, which is opened only
then and speaks HTTP: something before it has to end TLS. If they are called acme
and guild in the file, the pages of the apps take these URLs:
  Slash Commands                   https://YOUR.HOST/slack/acme/commands
  Interactivity & Shortcuts        https://YOUR.HOST/slack/acme/interactions
  Event Subscriptions              https://YOUR.HOST/slack/acme/events
  Interactions Endpoint URL        https://YOUR.HOST/discord/guild/interactions

Administrators and their monitoring reach it at --admin-listen, which has no
access control: /healthz, /readyz and /metrics.

A file that has problems is not run: they are printed as check prints them. At
start it asks the workspaces what check --online asks, and says on one screen who
is served, where, and what is to be mended; what fits is served all the same. With
--log-format json that is one record, self-test.

Exit codes: 0 stopped as asked, 1 it could not start or go on, 2 the command
line is wrong.`,
		Example: `  riskroom serve --config riskroom.yaml
  riskroom serve -c riskroom.yaml --listen 127.0.0.1:8080 --log-format json`,
		Args: onlyFlags,
		RunE: func(c *cobra.Command, _ []string) error { return serve(c.Context(), s, f) },
	}
	configFlag(c, &f.config, "the config file; - is the standard input")
	c.Flags().StringVar(&f.listen, "listen", ":8080", "where platforms reach riskroom, if any calls")
	c.Flags().StringVar(&f.adminListen, "admin-listen", "127.0.0.1:9090", "where /healthz, /readyz and /metrics are")
	logFlags(c, &f.logFormat, &f.logLevel)
	return c
}

func serve(ctx context.Context, s surroundings, f serveFlags) error {
	s.stderr = &inTurn{w: s.stderr}
	log, err := newLog(s.stderr, f.logFormat, f.logLevel)
	if err != nil {
		return err
	}
	cfg, warnings, err := loadConfig(s, f.config)
	if err != nil {
		return err
	}
	if err := checkProxy(s.lookup); err != nil {
		return err
	}
	serving := app.Serving{
		Config: cfg, Listen: f.listen, AdminListen: f.adminListen, Log: log, Version: buildLine(),
		SelfTest: true, Warnings: warnings,
	}
	if f.logFormat == formatText {
		serving.Screen = s.stderr
	}
	err = app.Serve(ctx, serving)
	if errors.Is(err, app.ErrBusy) {
		return fmt.Errorf("%w, perhaps another riskroom; end it, or choose other addresses with --listen and --admin-listen", err)
	}
	return err
}
