package discord

import (
	"slices"
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
// purpose, and the item that the group is bound to.
//
//	Why the ledger is off by one
//	- Discuss R-17
//	- Payments · R-17
//
// Topics can contain markup, so text from people is escaped, and a line of
// theirs never begins with a bare "-".
type about struct {
	topic string // escaped
	below []string
}

const bullet = "- "

// newAbout returns the content of a new group's topic.
func newAbout(spec core.GroupSpec) about {
	t := about{topic: oneLine(spec.Topic, maxTopic)}
	t.add(oneLine(spec.Purpose, maxPurpose))
	if spec.Badge != nil {
		t.add(oneLine(spec.Badge.Label, maxBadge))
	}
	return t
}

// oldMark begins the line with the op that earlier versions put in topics.
const oldMark = bullet + "riskroom:"

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

// madeBy reports whether the topic belongs to the channel that the effect op of
// an earlier version created.
func (t about) madeBy(op string) bool {
	return slices.ContainsFunc(t.below, func(line string) bool { return strings.TrimSpace(line) == oldMark+op })
}

// unmarked returns the content without the op of an earlier version.
func (t about) unmarked() about {
	t.below = slices.DeleteFunc(slices.Clone(t.below), func(line string) bool { return strings.HasPrefix(line, oldMark) })
	return t
}

// setPurpose replaces the lines of the purpose: all but the last if that is the line
// of a badge.
func (t *about) setPurpose(purpose string, badged bool) {
	old := t.below
	t.below = nil
	t.add(purpose)
	if n := len(old); badged && n > 0 {
		t.below = append(t.below, old[n-1])
	}
}

// oneLine puts a text on one line and escapes it, in at most limit characters.
func oneLine(s string, limit int) string {
	return fit(letters(strings.Join(strings.Fields(s), " ")), limit)
}
