package slack_test

import "flag"

var update = flag.Bool("update", false, "write docs/effects-slack.md anew")
