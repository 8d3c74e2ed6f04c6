package discord

import (
	"riskroom/cmd/riskroom/platform"
	"riskroom/core/text"
)

func help() platform.Help {
	return platform.Help{
		Serve: text.Plain(`A Discord server without a public_key uses the gateway. With a public_key, Discord
sends its requests to --listen. For a server called guild in the file, enter this URL
on the application's pages:
  Interactions Endpoint URL        https://YOUR.HOST/discord/guild/interactions

`),
		Checked: text.Plain(`  - on Discord, the public key, the Interactions Endpoint URL and the right to
    register commands;
  - on Discord, the Server Members Intent, two-factor authentication, the
    permissions in the category for groups, and how many more channels fit.
`),
	}
}
