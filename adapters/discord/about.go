package discord

import (
	"strings"

	"riskroom/core"
)

// Discord's limit for a topic, from
// https://docs.discord.com/developers/resources/channel#channel-object, and how
// it is shared out among what stands in it.
const (
	maxAbout   = 1024
	maxTopic   = 600
	maxPurpose = 250
	maxBadge   = 100
)

// about is what a channel's topic says: the group's topic on the first line,
// and below it, one line each, what Discord has no place of its own for: the
// purpose, the item that the group is bound to, and the op of its creation.
//
//	Why the ledger is off by one
//	- Discuss R-17
//	- Payments · R-17
//	- riskroom:abcdefghijklmnopqrst
//
// Markup works in topics, so everything that somebody wrote is escaped; a line
// of theirs never begins with a bare "-".
type about struct {
	topic string // escaped
	below []string
}

const bullet = "- "

// newAbout is what the topic of a new group says.
func newAbout(spec core.GroupSpec, op string) about {
	t := about{topic: oneLine(spec.Topic, maxTopic)}
	t.add(oneLine(spec.Purpose, maxPurpose))
	if spec.Badge != nil {
		t.add(oneLine(spec.Badge.Label, maxBadge))
	}
	t.add(markOf(op))
	return t
}

// markOf is the line by which a probe knows the channel again.
func markOf(op string) string { return "riskroom:" + op }

func (t *about) add(line string) {
	if line != "" {
		t.below = append(t.below, bullet+line)
	}
}

func (t about) text() string {
	lines := t.below
	if t.topic != "" {
		lines = append([]string{t.topic}, lines...)
	}
	runes := []rune(strings.Join(lines, "\n"))
	return string(runes[:min(len(runes), maxAbout)])
}

// parseAbout reads what text wrote. Of what people wrote by hand, all that comes
// before the first line with a bullet is the topic.
func parseAbout(s string) about {
	var t about
	var head []string
	for line := range strings.SplitSeq(s, "\n") {
		if len(t.below) > 0 || strings.HasPrefix(line, bullet) {
			t.below = append(t.below, line)
		} else {
			head = append(head, line)
		}
	}
	t.topic = strings.Join(head, "\n")
	return t
}

// madeBy reports whether the topic is that of the channel which the effect op made.
func (t about) madeBy(op string) bool {
	for _, line := range t.below {
		if strings.TrimSpace(line) == bullet+markOf(op) {
			return true
		}
	}
	return false
}

// oneLine escapes a text on one line, at most limit characters long.
func oneLine(s string, limit int) string {
	return fit(letters(strings.Join(strings.Fields(s), " ")), limit)
}
