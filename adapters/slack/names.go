package slack

import (
	"strings"

	"riskroom/core"
)

// maxName is the longest name of a channel, in characters:
// https://docs.slack.dev/reference/methods/conversations.create#naming.
const maxName = 80

// otherLen is how many letters of the op a channel's name gets if somebody else has
// taken the preferred one.
const otherLen = 4

// refusedName reports whether Slack refuses a name for its form. Its help centre
// allows letters of all scripts (https://slack.com/intl/ja-jp/help/articles/201402297),
// but the page of conversations.create does not.
func refusedName(err error) bool { return strings.HasPrefix(core.DetailOf(err), "invalid_name") }
