package slack_test

import "flag"

var update = flag.Bool("update", false, "rewrite docs/effects-slack.md")
