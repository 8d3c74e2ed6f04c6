package emulator

import (
	"strings"

	"riskroom/adapters/stage"
)

// notified returns the users and user groups that a message notifies, by ID.
func notified(c content) []string {
	if len(c.blocks) == 0 {
		return mentioned(c.text)
	}
	var out []string
	for _, b := range c.blocks {
		out = append(out, notifiedBy(b)...)
	}
	return out
}

// notifiedBy walks a block or a part of one.
func notifiedBy(v object) []string {
	if v["type"] == "user" {
		return []string{stage.Str(v["user_id"])}
	}
	var out []string
	for _, e := range stage.Objects(v["elements"]) {
		out = append(out, notifiedBy(e)...)
	}
	return out
}

// mentioned returns the users and user groups that mrkdwn notifies.
func mentioned(mrkdwn string) []string {
	var out []string
	for _, m := range angled.FindAllStringSubmatch(mrkdwn, -1) {
		sign, what := m[1], m[2]
		group, isGroup := strings.CutPrefix(what, "subteam^")
		switch {
		case sign == "@", sign == "!" && (what == "channel" || what == "here" || what == "everyone"):
			out = append(out, what)
		case sign == "!" && isGroup:
			out = append(out, group)
		}
	}
	return out
}
