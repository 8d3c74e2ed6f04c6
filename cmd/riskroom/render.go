package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/app"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/cmd/riskroom/render"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/flow"
	"riskroom/core/text"
)

type renderFlags struct {
	risk, step, platform, format string
}

func newRender(s environment) *cobra.Command {
	var f renderFlags
	c := &cobra.Command{
		Use:   "render FILE FLOW",
		Short: s.say("Show what a flow sends, as each platform displays it"),
		Long: s.say(`render carries out one flow of a config file and shows its messages, cards and groups,
once for each platform in the file. Conditions count as true, and it doesn't matter
when the flow is due. The engine and the adapters are the ones that serve uses. Only
the workspaces are emulated: nobody is contacted, and secrets needn't be set.

By default the risk is made up and every field is filled in. With --risk, it is one
in the Redis that the config file names, which render only reads; that needs the
secrets in the redis section. People whom only the platform can name are shown by
their IDs, and user groups and roles have two members. What an event's flow says of
the change is made up. The risk counts as filed on each platform in turn, and an item
group that the flow needs or creates is new.

With --format json, the output is a list with the calls of each step that change
something on a platform, and their payloads. IDs in them are made up.

Exit codes: 0 shown, 1 it could not be shown, 2 the command line is wrong.`),
		Example: `  riskroom render riskroom.yaml remind-after-a-day
  riskroom render riskroom.yaml remind-after-a-day --risk R-17
  riskroom render riskroom.yaml remind-after-a-day --step send_message#1 --format json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return misuse("which flow? Name a config file and one of its flows")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return renderFlow(c.Context(), s, f, args[0], args[1], time.Now())
		},
	}
	c.Flags().StringVar(&f.risk, "risk", "", s.say("the key of a risk in Redis, such as R-17"))
	c.Flags().StringVar(&f.step, "step", "", s.say("show only this step: its id, or its action and number as in send_message#2"))
	c.Flags().StringVar(&f.platform, "platform", "", s.say("%s: show only this platform", text.Or(platforms.Names()...)))
	formatFlag(s, c, &f.format, formatText, formatJSON)
	return c
}

func renderFlow(ctx context.Context, s environment, f renderFlags, file, name string, now time.Time) error {
	if err := oneOf(f.format, formatText, formatJSON); err != nil {
		return err
	}
	if f.platform != "" {
		if err := oneOf(f.platform, platforms.Names()...); err != nil {
			return err
		}
	}
	cfg, risk, err := renderInput(ctx, s, f, file)
	if err != nil {
		return err
	}
	chosen, err := flowNamed(cfg, file, name)
	if err != nil {
		return err
	}
	if err := stepOf(chosen, f.step); err != nil {
		return err
	}
	homes, err := renderHomes(cfg, f.platform, file, risk)
	if err != nil {
		return err
	}
	var all []render.Shown
	for _, home := range homes {
		shown, err := render.Flow(ctx, render.Options{
			Config: cfg, Flow: chosen, Risk: risk, Home: home, Now: now, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			return err
		}
		if f.step != "" {
			shown.Steps = slices.DeleteFunc(shown.Steps, func(st render.Step) bool { return st.Key != f.step })
		}
		all = append(all, shown)
	}
	if f.format == formatJSON {
		return printJSON(s.stdout, renderedAll(chosen.Name, all))
	}
	for i, shown := range all {
		if i > 0 {
			fmt.Fprintln(s.stdout)
		}
		printShown(s, chosen, shown)
	}
	return nil
}

// renderInput reads the config file and, with --risk, the risk.
func renderInput(ctx context.Context, s environment, f renderFlags, file string) (*config.Config, *core.Risk, error) {
	var again bytes.Buffer // the standard input is read once more for the Redis
	if s.stdin != nil {
		s.stdin = io.TeeReader(s.stdin, &again)
	}
	cfg, err := configWithoutSecrets(s, file)
	if err != nil || f.risk == "" {
		return cfg, nil, err
	}
	key, err := core.ParseRiskKey(cfg.Organisation.KeyPrefix, f.risk)
	if err != nil {
		return nil, nil, misuse("--risk: %v", err)
	}
	s.stdin = &again
	// Here an unset variable isn't filled in: a placeholder is no address of a Redis.
	db, _, err := openRunStore(ctx, s, runsFlags{config: file}, app.ReadStore)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = db.Stop() }()
	rec, err := db.Get(ctx, key)
	if core.KindOf(err) == core.NotFound || err == nil && !rec.OfRisk() {
		err = errors.New(s.say("there is no risk %s", key))
	}
	return cfg, &rec.Risk, err
}

// flowNamed returns a flow of a config file.
func flowNamed(cfg *config.Config, file, name string) (*flow.Flow, error) {
	var known []string
	for _, f := range cfg.Flows {
		if f.Name == name {
			return f, nil
		}
		known = append(known, f.Name)
	}
	return nil, misuse("%s has no flow %q; %s", file, name, meant(name, known, text.Phrasef("flows are %s", text.Or(known...))))
}

// stepOf returns an error unless a flow has a step with the key; "" means all.
func stepOf(f *flow.Flow, key string) error {
	var known []string
	for _, s := range f.Steps {
		known = append(known, s.Key())
	}
	if key == "" || slices.Contains(known, key) {
		return nil
	}
	return misuse("--step: the flow %s has no step %q; %s", f.Name, key, meant(key, known, text.Phrasef("steps are %s", text.Or(known...))))
}

// meant returns what a misspelled word may mean, or else the list of all.
func meant(word string, known []string, all text.Phrase) text.Phrase {
	if near := core.Nearest(word, known); near != "" {
		return text.Phrasef("did you mean %s?", near)
	}
	return all
}

// renderHomes returns a workspace for each platform: where the risk is, or the first.
func renderHomes(cfg *config.Config, platform, file string, risk *core.Risk) ([]string, error) {
	var homes []string
	for _, p := range platforms.All() {
		if platform != "" && p.Name() != platform {
			continue
		}
		home := ""
		for _, w := range cfg.Workspaces {
			if w.Platform == p.Name() && (home == "" || risk != nil && w.Name == risk.Home) {
				home = w.Name
			}
		}
		switch {
		case home != "":
			homes = append(homes, home)
		case platform != "":
			return nil, misuse("--platform %s: %s has no workspace on %s", platform, file, p.Title)
		}
	}
	return homes, nil
}
