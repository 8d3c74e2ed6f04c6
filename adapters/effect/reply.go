package effect

import (
	"strings"

	"riskroom/core"
)

// PostedValue is the value of a call that posts a message: its ID. That of the message with
// which its thread begins follows, unless the message replies to none.
func PostedValue(id, thread string) string {
	if thread == "" || thread == id {
		return id
	}
	return id + " " + thread
}

// Posted returns the reference to the message with a PostedValue.
func Posted(workspace, channel, value string) core.MessageRef {
	id, thread, _ := strings.Cut(value, " ")
	return core.MessageRef{Workspace: workspace, Channel: channel, ID: id, Thread: thread}
}
