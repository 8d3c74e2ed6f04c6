package emulator

import (
	"regexp"
	"strings"
)

var (
	// typedLink is a URL or an e-mail address in text whose special characters
	// are entities already; what ends a sentence is not part of it.
	typedLink = regexp.MustCompile(`(https?://(?:[^\s|&]|&amp;)*[^\s|&.,;:!?()'"。，；：！？（）])|([\w.+-]+@[\w-]+(?:\.[\w-]+)+)`)

	// typedMention is "@name" or "#name" at the beginning of a word.
	typedMention = regexp.MustCompile(`(^|[\s(,:：，])([@#])([\p{L}\p{N}._-]*[\p{L}\p{N}_-])`)
)

// escape does to a command's text what should_escape does ("Escape channels,
// users, and links sent to your app"): the three special characters become
// entities, links stand in angle brackets, names of people, groups and
// channels become their IDs.
// See https://docs.slack.dev/interactivity/implementing-slash-commands and
// https://docs.slack.dev/messaging/formatting-message-text.
func (t *team) escape(text string) string {
	if t.opts.LiteralCommandText {
		return text
	}
	text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
	text = typedLink.ReplaceAllStringFunc(text, func(s string) string {
		if strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") {
			return "<" + s + ">"
		}
		return "<mailto:" + s + "|" + s + ">"
	})
	return typedMention.ReplaceAllStringFunc(text, func(s string) string {
		m := typedMention.FindStringSubmatch(s)
		before, sign, name := m[1], m[2], m[3]
		if sign == "#" {
			if ch := t.Channels.ByName(name); ch != nil {
				return before + "<#" + ch.ID + "|" + ch.Name + ">"
			}
			return s
		}
		if u := t.People.ByName(name); u != nil {
			return before + "<@" + u.ID + "|" + name + ">"
		}
		for _, g := range t.groups {
			if g.Handle == name {
				return before + "<!subteam^" + g.ID + "|@" + name + ">"
			}
		}
		return s
	})
}
