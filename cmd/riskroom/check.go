package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/flowtest"
	"riskroom/cmd/riskroom/inspect"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core/config"
	"riskroom/core/text"
)

// Output formats of commands.
const (
	formatText  = "text"
	formatJSON  = "json"
	formatTable = "table"
)

func newCheck(s environment) *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:   "check FILE...",
		Short: s.say("Report every problem in config files"),
		Long: s.say(`check reads config files as serve does and reports every problem at once, with its
position: file:line:column: message [rule]. A file whose name ends in _test.yaml is
checked as a file of tests, which it doesn't run.

It connects to nothing and needs no secrets. If a value from the environment isn't
set, that is a warning here and an error in serve. Warnings don't fail the check.

With --online, check also asks the workspaces, if the file has no errors. It uses the
real secrets, and for each problem it says what to click. It checks:
  - whether the tokens are accepted and have every scope or permission;
  - whether people, user groups and roles exist, and nobody is named twice;
  - whether the bot can post in the channels that the file names;
`) + s.platformHelp(func(h platform.Help) text.Phrase { return h.Checked }) + s.say(`It changes nothing. A bot can't find everything out in advance. These problems show
only when they happen:
  - people who block direct messages, and other apps with the same command;
`) + s.platformHelp(func(h platform.Help) text.Phrase { return h.Unchecked }) + "\n" + s.say(`Exit codes: 0 no errors, 1 there are errors, 2 the command line is wrong or a file
cannot be read.`),
		Example: `  riskroom check configs/minimal.yaml
  riskroom check --online riskroom.yaml
  riskroom check --format json *.yaml | jq '.[] | select(.severity == "error")'
  generate-config | riskroom check -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misuse("which files? Name one or more to check")
			}
			return nil
		},
		RunE: func(c *cobra.Command, files []string) error { return check(c.Context(), s, files, f) },
	}
	formatFlag(s, c, &f.format, formatText, formatJSON)
	c.Flags().BoolVar(&f.online, "online", false, s.say("also ask the workspaces"))
	return c
}

type checkFlags struct {
	format string
	online bool
}

// check reports the problems of every file. It continues after a file that can't be
// read.
func check(ctx context.Context, s environment, files []string, f checkFlags) error {
	if err := oneOf(f.format, formatText, formatJSON); err != nil {
		return err
	}
	if f.online {
		if err := checkProxy(s.lookup); err != nil {
			return err
		}
	}
	all := config.Problems{} // not nil, to be [] in JSON
	var unread error
	for _, name := range files {
		tests, problems, err := checkTests(s, name, f)
		var cfg *config.Config
		if !tests && err == nil {
			cfg, problems, err = load(s, name, config.UnsetIsWarning)
		}
		if err != nil {
			unread = unreadToo(unread, err)
			continue
		}
		if tests {
			all = append(all, problems...)
			continue
		}
		var answered []text.Phrase
		if f.online && cfg != nil {
			found, err := inspect.Online(ctx, cfg, slog.New(slog.DiscardHandler))
			if err != nil {
				return err
			}
			problems, answered = append(problems, found.Problems()...), found.Answered
		}
		all = append(all, problems...)
		if f.format == formatText {
			fmt.Fprint(s.stdout, problems.String())
			for _, a := range answered {
				fmt.Fprintf(s.stdout, "%s: %s\n", name, s.words().Say(a))
			}
			fmt.Fprintf(s.stdout, "%s: %s\n", name, s.words().Say(summary(cfg, problems, f.online)))
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
		return errReported
	}
	return nil
}

// checkTests reports the problems of a file, if it is one with tests.
func checkTests(s environment, name string, f checkFlags) (tests bool, problems config.Problems, err error) {
	if !flowtest.IsTestFile(name) {
		return false, nil, nil
	}
	src, err := readConfig(s, name)
	if err != nil || flowtest.IsConfig(src) {
		return false, nil, err
	}
	r, err := readTests(s, name, src)
	if err != nil || f.format != formatText {
		return true, r.problems, err
	}
	fmt.Fprint(s.stdout, r.problems.String())
	sum := text.Phrasef("fine: %s", text.Count(len(r.tests), "%d test", "%d tests"))
	if n := len(r.problems); n > 0 {
		sum = text.Count(n, "%d error", "%d errors")
	}
	fmt.Fprintf(s.stdout, "%s: %s\n", name, s.words().Say(sum))
	return true, r.problems, nil
}

// unreadToo adds a file that can't be read to those before it.
func unreadToo(before, err error) error {
	a, both := errors.AsType[misused](before)
	b, ok := errors.AsType[misused](err)
	if both && ok {
		return misused{text.Phrasef("%s\n%s", a.says, b.says)}
	}
	return cmp.Or(before, err)
}

// summary summarises the problems of a file.
func summary(cfg *config.Config, problems config.Problems, online bool) text.Phrase {
	warnings := text.Count(len(problems.Warnings()), "%d warning", "%d warnings")
	if n := len(problems.Errors()); n > 0 {
		sum := text.Phrasef("%s, %s", text.Count(n, "%d error", "%d errors"), warnings)
		if online && cfg == nil {
			sum = text.Phrasef("%s; no workspace was asked", sum)
		}
		return sum
	}
	sum := text.Phrasef("fine: %s, %s, %s", text.Count(len(cfg.Workspaces), "%d workspace", "%d workspaces"),
		text.Count(len(cfg.Organisation.Modules), "%d module", "%d modules"), text.Count(len(cfg.Flows), "%d flow", "%d flows"))
	if len(problems) > 0 {
		sum = text.Phrasef("%s; %s", sum, warnings)
	}
	return sum
}
