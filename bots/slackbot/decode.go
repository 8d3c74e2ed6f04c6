package slackbot

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"riskroom/core"
)

// marked matches mentions and links as Slack encodes them in the text of a
// command: <@U012|name>, <#C012|name>, <!subteam^S012|@name>, <!here>,
// <https://…|label>, <mailto:…|label>. Characters that people type arrive as &lt;
// and &gt;. See
// https://docs.slack.dev/messaging/formatting-message-text.
var marked = regexp.MustCompile(`<(?:([@#!])([^<>|\s]+)|((?i:[a-z][a-z0-9+.-]*):[^<>|\s]+))(?:\|([^<>]*))?>`)

// account matches the IDs of people.
var account = regexp.MustCompile(`^[A-Z0-9]+$`)

var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// decodeText turns the text of a command into what people see, and returns the
// accounts that its mentions refer to.
func decodeText(workspace, s string) (string, map[string]core.Ref) {
	mentions := map[string]core.Ref{}
	var out strings.Builder
	at := 0
	for _, m := range marked.FindAllStringSubmatchIndex(s, -1) {
		part := func(n int) string {
			if m[2*n] < 0 {
				return ""
			}
			return entities.Replace(s[m[2*n]:m[2*n+1]])
		}
		out.WriteString(entities.Replace(s[at:m[0]]))
		if sign := part(1); sign != "" {
			if at > 0 && at == m[0] {
				out.WriteByte(' ') // two mentions in a row stay two words
			}
			out.WriteString(readable(mentions, workspace, sign, part(2), part(4)))
		} else {
			out.WriteString(linkTyped(part(3), part(4)))
		}
		at = m[1]
	}
	out.WriteString(entities.Replace(s[at:]))
	return out.String(), mentions
}

// linkTyped returns the text that a person typed for a link. Slack turns
// "bob@example.org", "deploy.sh" and telephone numbers into links, labelled with
// what was typed. If the person chose another label, the target follows it.
func linkTyped(target, label string) string {
	switch {
	case label == "":
		return target
	case bareLink(target) == bareLink(label), strings.HasPrefix(target, "tel:"):
		return label
	}
	return label + " (" + target + ")"
}

// bareLink returns a link without what people may leave out when they type it.
func bareLink(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		s = plain
	}
	s = strings.ToLower(s)
	for _, scheme := range []string{"mailto:", "https://", "http://"} {
		s = strings.TrimPrefix(s, scheme)
	}
	return strings.TrimSuffix(s, "/")
}

func readable(mentions map[string]core.Ref, workspace, sign, id, label string) string {
	switch {
	case sign == "#":
		return "#" + oneWord(label, id)
	case sign == "@" && account.MatchString(id):
		ref := core.RefOf(core.Account{Workspace: workspace, ID: id})
		word := "@" + oneWord(label, id)
		if other, taken := mentions[word]; taken && other != ref {
			word = "@" + id // two people with the same name
		}
		mentions[word] = ref
		return word
	}
	return "@" + oneWord(strings.TrimPrefix(label, "@"), strings.TrimPrefix(id, "subteam^"))
}

// oneWord replaces what would end a word in a name.
func oneWord(name, otherwise string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == ',' {
			return '.'
		}
		return r
	}, name)
	if name == "" {
		return otherwise
	}
	return name
}
