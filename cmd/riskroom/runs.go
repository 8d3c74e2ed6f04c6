package main

import (
	"context"
	"fmt"
	"log/slog"
	"os/user"
	"time"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/app"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
	"riskroom/core/store"
	"riskroom/core/text"
)

// runsFlags are the flags that the runs commands share.
type runsFlags struct{ config, format, logLevel string }

func newRuns(s environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "runs",
		Short: s.say("Manage runs: see what is waiting and why, retry or drop what is stuck"),
		Long: s.say(`A run is one flow acting once on one risk. Its ID looks like
R-17/remind-after-a-day/1781234567890. A run that needs a person is parked: it
waits until somebody retries or drops it.

These commands read and write the Redis that the config file names. You can use
them while serve is running. They need only the secrets in the redis section.`),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return misuse("unknown command %q for \"riskroom runs\"", args[0])
			}
			return misuse("which command? list, show, retry or drop")
		},
	}
	c.AddCommand(newRunsList(s), newRunsShow(s), newRunsRetry(s), newRunsDrop(s))
	return c
}

func runsFlagsFor(s environment, c *cobra.Command, f *runsFlags) {
	configFlag(c, &f.config, s.say("the config file with the redis section; - is the standard input"))
	formatFlag(s, c, &f.format, formatTable, formatJSON)
	c.Flags().StringVar(&f.logLevel, "log-level", "error", s.say("what to log to stderr: debug, info, warn or error"))
}

func newRunsRetry(s environment) *cobra.Command {
	var f runsFlags
	c := &cobra.Command{
		Use:   "retry --config FILE RUN...",
		Short: s.say("Continue parked runs now"),
		Long: s.say(`retry makes parked runs due now and resets their failure counts. If a run is parked
because it is unknown whether its last call happened, check on the platform first:
retry makes that call again. If it did happen, drop the run instead.

Exit codes: 0 done, 1 at least one run could not be changed, 2 the command line is
wrong.`),
		Example: `  riskroom runs retry -c riskroom.yaml R-17/open-a-group-after-two/1781234567890`,
		Args:    someRuns,
		RunE: func(c *cobra.Command, args []string) error {
			return changeRuns(c.Context(), s, f, "retry", args, func(db *store.Store, _ *config.Config) (changeRun, error) { return db.Retry, nil })
		},
	}
	configFlag(c, &f.config, s.say("the config file with the redis section; - is the standard input"))
	return c
}

func newRunsDrop(s environment) *cobra.Command {
	var f runsFlags
	c := &cobra.Command{
		Use:   "drop --config FILE RUN...",
		Short: s.say("End runs that are parked or have not begun"),
		Long: s.say(`drop ends runs for good. What they did stays done, and their remaining steps are
skipped. If a run was about to create the risk's group, another run can create it
once this one is dropped. A flow that repeats goes on with its next time.

Exit codes: 0 done, 1 at least one run could not be changed, 2 the command line is
wrong.`),
		Example: `  riskroom runs drop -c riskroom.yaml R-17/open-a-group-after-two/1781234567890`,
		Args:    someRuns,
		RunE: func(c *cobra.Command, args []string) error {
			return changeRuns(c.Context(), s, f, "drop", args, dropper)
		},
	}
	configFlag(c, &f.config, s.say("the config file with the redis section; - is the standard input"))
	return c
}

func someRuns(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return misuse("which runs? To find their IDs: riskroom runs list")
	}
	return nil
}

// changeRun retries or drops a run.
type changeRun func(context.Context, engine.RunID, engine.Event) error

// dropper returns what drops runs. A flow that repeats goes on by the config file.
func dropper(db *store.Store, cfg *config.Config) (changeRun, error) {
	words, err := text.Load()
	if err != nil {
		return nil, err
	}
	e, _, err := readerOf(cfg, db, words)
	if err != nil {
		return nil, err
	}
	return e.Drop, nil
}

// changeRuns retries or drops runs one by one. It continues after a failure.
func changeRuns(ctx context.Context, s environment, f runsFlags, did string, args []string,
	with func(*store.Store, *config.Config) (changeRun, error)) error {
	ids, err := parseRuns(args)
	if err != nil {
		return err
	}
	db, cfg, err := openRunStore(ctx, s, f, app.AttachStore)
	if err != nil {
		return err
	}
	defer func() { _ = db.Stop() }()
	do, err := with(db.Store, cfg)
	if err != nil {
		return err
	}
	failed := false
	for _, id := range ids {
		err := do(ctx, id, engine.Event{
			At: time.Now(), Kind: engine.EventOperator, Run: id.String(), Actor: core.Actor{Name: operator()},
			Data: map[string]string{"did": did, "run": id.String()},
		})
		if err != nil {
			failed = true
			fmt.Fprintf(s.stderr, "riskroom: %s\n", s.say("%s: %s", id, failureText(did, err)))
			continue
		}
		done := text.Plain("due now")
		if did == "drop" {
			done = text.Plain("dropped")
		}
		fmt.Fprintln(s.stdout, s.say("%s: %s", id, done))
	}
	if failed {
		return errReported
	}
	return nil
}

// failureText describes why a run could not be retried or dropped.
func failureText(did string, err error) text.Phrase {
	switch core.KindOf(err) {
	case core.NotFound:
		return text.Plain("there is no such run")
	case core.Conflict:
		if did == "retry" {
			return text.Phrasef("only a parked run can be retried; this one is %s", stateText(core.DetailOf(err)))
		}
		return text.Phrasef("only a run that is parked or has not begun can be dropped; this one is %s", stateText(core.DetailOf(err)))
	default:
		return text.Plain(err.Error())
	}
}

// operator returns the name of the operator, for the audit trail.
func operator() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "operator"
}

func parseRuns(args []string) ([]engine.RunID, error) {
	var ids []engine.RunID
	for _, a := range args {
		id, err := engine.ParseRunID(text.Fold(a))
		if err != nil {
			return nil, misuse("%v", err)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// runStore is a store whose Stop also stops the private Redis that it needed.
type runStore struct {
	*store.Store
	stop func() error
}

// Stop ends the store, and a private Redis that was started for it.
func (o runStore) Stop() error { return o.stop() }

// openStore is app.AttachStore, or app.ReadStore for a command that only reads.
type openStore func(context.Context, *config.Config, *slog.Logger) (*store.Store, func() error, error)

// openRunStore opens the store of a config file. Secrets that only serve needs may
// be missing, and warnings are left to check.
func openRunStore(ctx context.Context, s environment, f runsFlags, open openStore) (runStore, *config.Config, error) {
	if f.logLevel == "" {
		f.logLevel = "error"
	}
	log, err := newLog(s.stderr, formatText, f.logLevel)
	if err != nil {
		return runStore{}, nil, err
	}
	cfg, problems, err := load(s, f.config, config.UnsetIsWarning)
	if err != nil {
		return runStore{}, nil, err
	}
	if cfg == nil {
		fmt.Fprint(s.stderr, problems.Errors().String())
		return runStore{}, nil, errReported
	}
	if cfg.Redis.URL == "" && !cfg.Redis.Private {
		// A variable is not set.
		fmt.Fprint(s.stderr, problems.Warnings().String())
	}
	db, stop, err := open(ctx, cfg, log)
	return runStore{db, stop}, cfg, err
}
