package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"riskroom/cmd/riskroom/platform"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/core/config"
	"riskroom/core/text"
)

// manifestFlags are the flags of a platform's subcommand.
type manifestFlags struct {
	config, workspace, url string
	more                   map[string]*string // the platform's own flags, by name
}

func newManifest(s environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "manifest",
		Short: s.say("Print how to set up the app on a platform"),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return misuse("there is no manifest for %q, only for %s", args[0], text.Or(platforms.Names()...))
			}
			return misuse("for which platform? Add %s", text.Or(platforms.Names()...))
		},
	}
	for _, p := range platforms.All() {
		c.AddCommand(newManifestFor(s, p))
	}
	return c
}

func newManifestFor(s environment, p platform.Platform) *cobra.Command {
	f := manifestFlags{more: map[string]*string{}}
	c := &cobra.Command{
		Use:     p.Name() + " --config FILE",
		Short:   s.words().Say(p.Manifest.Short),
		Long:    s.words().Say(p.Manifest.Long),
		Example: p.Manifest.Example,
		Args:    onlyFlags,
		RunE:    func(*cobra.Command, []string) error { return printManifest(s, p, f) },
	}
	configFlag(c, &f.config, s.say("the config file; - is the standard input"))
	c.Flags().StringVar(&f.workspace, "workspace", "", s.say("the workspace, if the file has several on %s", p.Title))
	c.Flags().StringVar(&f.url, "url", "", s.say("the address at which %s calls serve over HTTP: https://host", p.Title))
	for _, own := range p.Manifest.Flags {
		f.more[own.Name] = c.Flags().String(own.Name, "", s.words().Say(own.Help))
	}
	return c
}

func printManifest(s environment, p platform.Platform, f manifestFlags) error {
	cfg, err := configWithoutSecrets(s, f.config)
	if err != nil {
		return err
	}
	w, err := onPlatform(cfg, p, f.workspace)
	if err != nil {
		return err
	}
	words, err := text.Load()
	if err != nil {
		return err
	}
	own := map[string]string{}
	for name, value := range f.more {
		own[name] = *value
	}
	out, err := p.Manifest.Print(platform.ManifestFor{
		Config: cfg, Workspace: w, URL: f.url, Flags: own, Text: words.In(cfg.Organisation.Language), Words: s.words(),
	})
	if m, ok := errors.AsType[platform.Mistake](err); ok {
		return misused{m.Says}
	}
	if err != nil {
		return err
	}
	if _, err := fmt.Fprint(s.stdout, out.Manifest); err != nil {
		return err
	}
	_, err = fmt.Fprint(s.stderr, out.Then)
	return err
}

// configWithoutSecrets reads a config file whose secrets may be unset.
func configWithoutSecrets(s environment, name string) (*config.Config, error) {
	cfg, problems, err := load(s, name, config.UnsetIsFilled)
	if err != nil {
		return nil, err
	}
	if cfg == nil {
		fmt.Fprint(s.stderr, problems.Errors().String())
		return nil, errReported
	}
	return cfg, nil
}

// onPlatform returns the platform's workspace of that name, or its only one if
// name is "".
func onPlatform(cfg *config.Config, p platform.Platform, name string) (config.WorkspaceSettings, error) {
	var names []string
	var found config.WorkspaceSettings
	for _, w := range cfg.Workspaces {
		if w.Platform != p.Name() {
			continue
		}
		names = append(names, w.Name)
		if w.Name == name || name == "" {
			found = w
		}
	}
	known := strings.Join(names, ", ")
	switch {
	case len(names) == 0:
		return found, misuse("the config file has no workspace on %s", p.Title)
	case name == "" && len(names) > 1:
		return found, misuse("which workspace? Add --workspace with one of %s", known)
	case name != "" && !slices.Contains(names, name):
		return found, misuse("there is no workspace %q on %s, only %s", name, p.Title, known)
	}
	return found, nil
}
