package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"riskroom/adapters/slack"
	"riskroom/bots/slackbot"
	"riskroom/cmd/riskroom/app"
	"riskroom/core/config"
	"riskroom/core/text"
)

type manifestFlags struct{ config, workspace, url string }

func newManifest(s surroundings) *cobra.Command {
	c := &cobra.Command{
		Use:   "manifest",
		Short: "Print how to set up the app on a platform",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return misuse("there is no manifest for %q, only for slack and discord", args[0])
			}
			return misuse("for which platform? Say slack or discord")
		},
	}
	c.AddCommand(newManifestSlack(s), newManifestDiscord(s))
	return c
}

func newManifestSlack(s surroundings) *cobra.Command {
	var f manifestFlags
	c := &cobra.Command{
		Use:   "slack --config FILE",
		Short: "Print the manifest of a Slack app, ready to paste",
		Long: `slack prints the manifest of the Slack app that a workspace of the config file
needs: scopes, events, the slash command, and how Slack reaches it. It asks for
nothing more. Paste it at https://api.slack.com/apps under Create New App, From a
manifest, JSON. For an existing app, paste it under App Manifest and install the app
to the workspace again. The app needs more once you add the first flow that creates
groups or posts in channels; "check --online" says so.

A workspace with an app_token gets a manifest for Socket Mode. A workspace with a
signing_secret uses HTTP and needs --url, the public address of serve. The command
connects to nothing and needs no secrets.

Exit codes: 0 printed, 1 the config file has problems, 2 the command line is
wrong.`,
		Example: `  riskroom manifest slack --config riskroom.yaml
  riskroom manifest slack -c riskroom.yaml --workspace acme --url https://risk.example.com`,
		Args: onlyFlags,
		RunE: func(*cobra.Command, []string) error { return printManifest(s, f) },
	}
	configFlag(c, &f.config, "the config file; - is the standard input")
	c.Flags().StringVar(&f.workspace, "workspace", "", "the workspace, if the file has several on Slack")
	c.Flags().StringVar(&f.url, "url", "", "the address at which Slack calls serve over HTTP: https://host")
	return c
}

func printManifest(s surroundings, f manifestFlags) error {
	cfg, err := configWithoutSecrets(s, f.config)
	if err != nil {
		return err
	}
	w, err := onPlatform(cfg, slack.Platform, "Slack", f.workspace)
	if err != nil {
		return err
	}
	base, err := wayIn(w, f.url)
	if err != nil {
		return err
	}
	words, err := text.Load()
	if err != nil {
		return err
	}
	m := slackbot.NewManifest(cfg.Organisation.Command, base, cfg.Uses(w.Name), words.In(cfg.Organisation.Language))
	b, err := m.JSON()
	if err != nil {
		return err
	}
	if _, err := s.stdout.Write(b); err != nil {
		return err
	}
	fmt.Fprint(s.stderr, afterManifest(m))
	return nil
}

// configWithoutSecrets reads a config file of which secrets need not be set.
func configWithoutSecrets(s surroundings, name string) (*config.Config, error) {
	cfg, problems, err := load(s, name, config.UnsetIsFilled)
	if err != nil {
		return nil, err
	}
	if cfg == nil {
		fmt.Fprint(s.stderr, problems.Errors().String())
		return nil, errSaid
	}
	return cfg, nil
}

// onPlatform returns the platform's workspace of that name, or its only one if
// name is "".
func onPlatform(cfg *config.Config, platform, label, name string) (config.WorkspaceSettings, error) {
	var names []string
	var found config.WorkspaceSettings
	for _, w := range cfg.Workspaces {
		if w.Platform != platform {
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
		return found, misuse("the config file has no workspace on %s", label)
	case name == "" && len(names) > 1:
		return found, misuse("which workspace? Say --workspace with one of %s", known)
	case name != "" && !slices.Contains(names, name):
		return found, misuse("there is no workspace %q on %s, only %s", name, label, known)
	}
	return found, nil
}

// wayIn returns where commands, interactions and events of a workspace are, ""
// for Socket Mode.
func wayIn(w config.WorkspaceSettings, public string) (string, error) {
	if app.OverSocketMode(w) {
		if public != "" {
			return "", misuse("%s has an app_token, so it uses Socket Mode and needs no --url", w.Name)
		}
		return "", nil
	}
	if public == "" {
		return "", misuse("%s has a signing_secret, so Slack calls serve over HTTP: give its address with --url https://…", w.Name)
	}
	u, err := publicAddress(public)
	if err != nil {
		return "", err
	}
	return u.JoinPath("slack", w.Name).String(), nil
}

// publicAddress reads what --url takes.
func publicAddress(public string) (*url.URL, error) {
	u, err := url.Parse(public)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, misuse("--url takes an https address, such as https://risk.example.com")
	}
	return u, nil
}

// afterManifest says what is left to do once the manifest is pasted.
func afterManifest(m slackbot.Manifest) string {
	steps := "Paste this at https://api.slack.com/apps: Create New App, From a manifest, JSON. Then:\n" +
		"  Install App: install it. The Bot User OAuth Token (xoxb-…) is the bot_token.\n"
	if m.Settings.SocketMode {
		return steps + "  Basic Information, App-Level Tokens: generate a token with connections:write. This token (xapp-…) is the app_token.\n"
	}
	return steps + "  Basic Information, App Credentials: the Signing Secret is the signing_secret.\n" +
		"  Event Subscriptions: once riskroom serve is running, verify the request URL.\n"
}
