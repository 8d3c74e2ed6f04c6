package slack

import (
	"strings"

	"riskroom/adapters/slack"
	"riskroom/bots/slackbot"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core/config"
	"riskroom/core/text"
)

func manifest() platform.Manifest {
	return platform.Manifest{
		Short: text.Plain("Print the manifest of a Slack app, ready to paste"),
		Long: text.Plain(`This prints the manifest of the Slack app that a workspace of the config file needs:
scopes, events, the slash command, shortcuts, and how Slack reaches riskroom. It
contains nothing else. Paste it at https://api.slack.com/apps under Create New App,
From a manifest, JSON. For an existing app, paste it under App Manifest and install
the app to the workspace again. When you add a flow that creates groups or posts in channels,
the app may need more scopes; "check --online" reports that.

A workspace with an app_token gets a manifest for Socket Mode. A workspace with a
signing_secret uses HTTP and needs --url, the public address of serve. The command
connects to nothing and needs no secrets.

Exit codes: 0 printed, 1 the config file has problems, 2 the command line is
wrong.`),
		Example: `  riskroom manifest slack --config riskroom.yaml
  riskroom manifest slack -c riskroom.yaml --workspace acme --url https://risk.example.com`,
		Print: printManifest,
	}
}

func printManifest(f platform.ManifestFor) (platform.SetUp, error) {
	base, err := baseURL(f.Workspace, f.URL)
	if err != nil {
		return platform.SetUp{}, err
	}
	m := slackbot.NewManifest(&f.Config.Organisation, base, hasHome(f.Workspace), f.Config.Uses(f.Workspace.Name), f.Text)
	b, err := m.JSON()
	if err != nil {
		return platform.SetUp{}, err
	}
	return platform.SetUp{Manifest: string(b), Then: afterManifest(f, m.Settings.SocketMode)}, nil
}

// baseURL returns the prefix of the URLs for a workspace's commands, interactions and
// events, "" for Socket Mode.
func baseURL(w config.WorkspaceSettings, public string) (string, error) {
	if overSocketMode(w) {
		if public != "" {
			return "", platform.Mistakef("%s has an app_token, so it uses Socket Mode and needs no --url", w.Name)
		}
		return "", nil
	}
	if public == "" {
		return "", platform.Mistakef("%s has a signing_secret, so Slack calls serve over HTTP: give its address with --url https://…", w.Name)
	}
	u, err := platform.PublicAddress(public)
	if err != nil {
		return "", err
	}
	return u.JoinPath("slack", w.Name).String(), nil
}

// afterManifest returns what to do after pasting the manifest. The token of an
// administrator is not the bot's, so the manifest doesn't contain its scope.
func afterManifest(f platform.ManifestFor, socketMode bool) string {
	steps := []string{
		f.Say("Paste this at https://api.slack.com/apps: Create New App, From a manifest, JSON. Then:"),
		f.Say("  Install App: install it. The Bot User OAuth Token (xoxb-…) is the bot_token."),
	}
	if f.Workspace.Values[slack.AdminTokenKey] != "" {
		steps = append(steps, f.Say("  OAuth & Permissions, User Token Scopes: add admin.conversations:write. Have an owner or administrator of the\n"+
			"    organisation install the app. Their User OAuth Token (xoxp-…) is the admin_token."))
	}
	if socketMode {
		steps = append(steps, f.Say("  Basic Information, App-Level Tokens: generate a token with connections:write. This token (xapp-…) is the app_token."))
	} else {
		steps = append(steps, f.Say("  Basic Information, App Credentials: the Signing Secret is the signing_secret."),
			f.Say("  Event Subscriptions: once riskroom serve is running, verify the request URL."))
	}
	return strings.Join(steps, "\n") + "\n"
}
