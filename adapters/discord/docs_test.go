package discord_test

import "flag"

var update = flag.Bool("update", false, "write docs/effects-discord.md anew")
