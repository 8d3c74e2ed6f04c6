package slack

import (
	"riskroom/cmd/riskroom/platform"
	"riskroom/core/text"
)

func help() platform.Help {
	return platform.Help{
		Serve: text.Plain(`A Slack workspace with an app_token uses Socket Mode. With a signing_secret instead,
Slack sends its requests to --listen. For a workspace called acme in the file, enter
these URLs on the app's pages:
  Slash Commands                   https://YOUR.HOST/slack/acme/commands
  Interactivity & Shortcuts        https://YOUR.HOST/slack/acme/interactions
  Event Subscriptions              https://YOUR.HOST/slack/acme/events

`),
		Checked: text.Plain(`  - on Slack, whether the app can open Socket Mode, and whether an admin_token is valid;
`),
		Unchecked: text.Plain(`  - on Slack, limits on who may create private channels or remove people, wrong
    URLs, a wrong signing secret, and missing shortcuts or a missing Home tab.
`),
	}
}
