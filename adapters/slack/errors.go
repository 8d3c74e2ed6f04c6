package slack

import "riskroom/core"

// lostGroup reports whether err means that the group itself cannot be reached,
// so that nothing else in it can be changed either.
func lostGroup(err error) bool {
	switch core.DetailOf(err) {
	case "channel_not_found", "not_in_channel", "is_archived":
		return true
	}
	return false
}
