package emulator

import (
	"regexp"
	"strings"
)

var (
	// typedLink matches what Slack turns into a link, in text whose special characters
	// are entities already: a URL, an e-mail address, a name of a host or file that
	// ends like a domain, a telephone number. Punctuation at the end is not part of it.
	typedLink = regexp.MustCompile(`(https?://(?:[^\s|&]|&amp;)*[^\s|&.,;:!?()'"。，；：！？（）])` +
		`|([\w.+-]+@[\w-]+(?:\.[\w-]+)+)` +
		`|((?:[A-Za-z0-9_-]+\.)+(?:com|org|net|io|dev|app|sh|md|py|rs|me|ai|co|de|uk|cn)\b(?:/[\w%~/-]+)?)` +
		`|(\+\d[\d ()-]{6,14}\d|\b\d{3}-\d{3}-\d{4}\b)`)

	notDialled = regexp.MustCompile(`[^\d+]`)

	// typedMention is "@name" or "#name" at the beginning of a word.
	typedMention = regexp.MustCompile(`(^|[\s(,:：，])([@#])([\p{L}\p{N}._-]*[\p{L}\p{N}_-])`)
)

// escaped replaces the characters that are special in mrkdwn.
var escaped = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escape applies should_escape to a command's text ("Escape channels, users, and
// links sent to your app"): the three special characters become entities, links
// get angle brackets, names of people, groups and channels become their IDs.
// See https://docs.slack.dev/interactivity/implementing-slash-commands and
// https://docs.slack.dev/messaging/formatting-message-text.
func (t *team) escape(text string) string {
	text = linked(escaped.Replace(text))
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
		if g := t.group(func(g UserGroup) bool { return g.Handle == name }); g != nil {
			return before + "<!subteam^" + g.ID + "|@" + name + ">"
		}
		return s
	})
}

// linked turns what looks like a link into one. Except for URLs, the label is what was
// typed.
func linked(text string) string {
	return typedLink.ReplaceAllStringFunc(text, func(s string) string {
		m := typedLink.FindStringSubmatch(s)
		switch {
		case m[1] != "":
			return "<" + s + ">"
		case m[2] != "":
			return "<mailto:" + s + "|" + s + ">"
		case m[3] != "":
			return "<http://" + strings.ToLower(s) + "|" + s + ">"
		}
		return "<tel:" + notDialled.ReplaceAllString(s, "") + "|" + s + ">"
	})
}

// linkedOutside is linked for a message that may contain links and mentions already.
func linkedOutside(text string) string {
	var out strings.Builder
	for len(text) > 0 {
		at := angled.FindStringIndex(text)
		if at == nil {
			at = []int{len(text), len(text)}
		}
		out.WriteString(linked(text[:at[0]]) + text[at[0]:at[1]])
		text = text[at[1]:]
	}
	return out.String()
}
