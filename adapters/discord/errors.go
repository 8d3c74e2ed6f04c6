package discord

import (
	"riskroom/core"
)

// lostGroup reports whether err means that the group itself cannot be reached,
// so that nothing else in it can be changed either.
func lostGroup(err error) bool {
	switch core.DetailOf(err) {
	case "10003", "50001":
		return true
	}
	return false
}
