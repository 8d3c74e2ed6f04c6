package discord_test

import "flag"

var update = flag.Bool("update", false, "rewrite docs/effects-discord.md")
