package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/app"
	"riskroom/core/config"
)

// formats that a command can print in.
const (
	formatText  = "text"
	formatJSON  = "json"
	formatTable = "table"
)

func newCheck(s surroundings) *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:   "check FILE...",
		Short: "Tell everything that is wrong with config files",
		Long: `check reads config files as serve does and tells everything that is wrong with
them at once, each with its place: file:line:column: message [rule].

Nothing is contacted and no secret is needed: a value from the environment that
is not set is a warning here (and an error in serve). Warnings do not fail.

With --online the workspaces of files without errors are asked too, with their
real secrets, and each answer that does not fit comes with what to click:
  - whether the tokens are accepted, with every scope or permission;
  - how commands come in: Socket Mode; on Discord the public key, the Interactions
    Endpoint URL, and the right to register commands;
  - whether people, user groups and roles are there, and nobody is named twice;
  - whether the bot can post into the channels that are named;
  - on Discord also the Server Members Intent, two-factor authentication, the rights
    in the category for groups, and how many more groups there is room for.
Nothing is changed. Some things are told to no bot, so they show only when they
happen: who may create private channels and remove people on Slack, its URLs and
signing secret, who takes no direct messages, other apps with the same command.
The order of roles on Discord matters for nothing that riskroom does.

Exit codes: 0 every file may be run, 1 there are problems, 2 the command line is
wrong or a file cannot be read.`,
		Example: `  riskroom check configs/small-team.yaml
  riskroom check --online riskroom.yaml
  riskroom check --format json *.yaml | jq '.[] | select(.severity == "error")'
  generate-config | riskroom check -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("which files are to be checked?")
			}
			return nil
		},
		RunE: func(c *cobra.Command, files []string) error { return check(c.Context(), s, files, f) },
	}
	formatFlag(c, &f.format, formatText, formatJSON)
	c.Flags().BoolVar(&f.online, "online", false, "ask the workspaces too")
	return c
}

type checkFlags struct {
	format string
	online bool
}

// check tells the problems of every file, and goes on after a file that cannot
// be read.
func check(ctx context.Context, s surroundings, files []string, f checkFlags) error {
	if err := known(f.format, formatText, formatJSON); err != nil {
		return err
	}
	if f.online {
		if err := checkProxy(s.lookup); err != nil {
			return err
		}
	}
	all := config.Problems{} // [] in JSON, not null
	var unread error
	for _, name := range files {
		cfg, problems, err := load(s, name, config.UnsetIsWarning)
		if err != nil {
			unread = errors.Join(unread, err)
			continue
		}
		var answered []string
		if f.online && cfg != nil {
			found, err := app.Online(ctx, cfg, slog.New(slog.DiscardHandler))
			if err != nil {
				return err
			}
			problems, answered = append(problems, found.Problems()...), found.Answered
		}
		all = append(all, problems...)
		if f.format == formatText {
			fmt.Fprint(s.stdout, problems.String())
			for _, a := range answered {
				fmt.Fprintf(s.stdout, "%s: %s\n", name, a)
			}
			fmt.Fprintf(s.stdout, "%s: %s\n", name, verdict(cfg, problems, f.online))
		}
	}
	if f.format == formatJSON {
		enc := json.NewEncoder(s.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(all); err != nil {
			return err
		}
	}
	if unread != nil {
		return unread
	}
	if len(all.Errors()) > 0 {
		return errSaid
	}
	return nil
}

// verdict sums up one file in a few words.
func verdict(cfg *config.Config, problems config.Problems, online bool) string {
	if len(problems.Errors()) > 0 {
		sum := app.Count(len(problems.Errors()), "error") + ", " + app.Count(len(problems.Warnings()), "warning")
		if online && cfg == nil {
			sum += "; no workspace was asked"
		}
		return sum
	}
	sum := fmt.Sprintf("fine: %s, %s, %s", app.Count(len(cfg.Workspaces), "workspace"),
		app.Count(len(cfg.Organisation.Modules), "module"), app.Count(len(cfg.Flows), "flow"))
	if n := len(problems); n > 0 {
		sum += "; " + app.Count(n, "warning")
	}
	return sum
}
