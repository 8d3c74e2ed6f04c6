package discord

import (
	"strings"

	"riskroom/core"
)

// Discord's limit for a topic, from
// https://docs.discord.com/developers/resources/channel#channel-object, and how
// we divide it among a topic's parts.
const (
	maxAbout   = 1024
	maxTopic   = 600
	maxPurpose = 250
	maxBadge   = 100
)

// about is the content of a channel's topic. The first line is the group's
// topic. The lines below it contain what Discord has no other place for: the
// purpose, the item that the group is bound to, and the op of its creation.
//
//	Why the ledger is off by one
//	- Discuss R-17
//	- Payments · R-17
//	- riskroom:abcdefghijklmnopqrst
//
// Topics can contain markup, so text from people is escaped, and a line of
// theirs never begins with a bare "-".
type about struct {
	topic string // escaped
	below []string
}

const bullet = "- "

// newAbout returns the content of a new group's topic.
func newAbout(spec core.GroupSpec, op string) about {
	t := about{topic: oneLine(spec.Topic, maxTopic)}
	t.add(oneLine(spec.Purpose, maxPurpose))
	if spec.Badge != nil {
		t.add(oneLine(spec.Badge.Label, maxBadge))
	}
	t.add(markOf(op))
	return t
}

// markOf returns the line by which a probe recognizes the channel.
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

// parseAbout parses what text returns. If people have edited it by hand,
// everything before the first bullet is the topic.
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

// madeBy reports whether the topic belongs to the channel that the effect op
// created.
func (t about) madeBy(op string) bool {
	for _, line := range t.below {
		if strings.TrimSpace(line) == bullet+markOf(op) {
			return true
		}
	}
	return false
}

// oneLine puts a text on one line and escapes it, in at most limit characters.
func oneLine(s string, limit int) string {
	return fit(letters(strings.Join(strings.Fields(s), " ")), limit)
}
