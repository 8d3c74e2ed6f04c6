package slackbot

import (
	"regexp"
	"strings"
	"unicode"

	"riskroom/core"
)

// marked is what Slack makes of mentions and links in the text of a command:
// <@U012|name>, <#C012|name>, <!subteam^S012|@name>, <!here>, <https://…|label>.
// What people type themselves comes with &lt; and &gt;. See
// https://docs.slack.dev/messaging/formatting-message-text.
var marked = regexp.MustCompile(`<(?:([@#!])([^<>|\s]+)|([a-z][a-z0-9+.-]*:[^<>|\s]+))(?:\|([^<>]*))?>`)

// account matches the IDs of people.
var account = regexp.MustCompile(`^[A-Z0-9]+$`)

var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// decodeText turns the text of a command into what people read, and says whom
// the mentions in it mean.
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
		out.WriteString(part(3)) // a link: what it leads to
		if sign := part(1); sign != "" {
			out.WriteString(readable(mentions, workspace, sign, part(2), part(4)))
		}
		at = m[1]
	}
	out.WriteString(entities.Replace(s[at:]))
	return out.String(), mentions
}

func readable(mentions map[string]core.Ref, workspace, sign, id, label string) string {
	switch {
	case sign == "#":
		return "#" + oneWord(label, id)
	case sign == "@" && account.MatchString(id):
		ref := core.RefOf(core.Account{Workspace: workspace, ID: id})
		word := "@" + oneWord(label, id)
		if other, taken := mentions[word]; taken && other != ref {
			word = "@" + id // two people of one name
		}
		mentions[word] = ref
		return word
	}
	return "@" + oneWord(strings.TrimPrefix(label, "@"), strings.TrimPrefix(id, "subteam^"))
}

// oneWord makes a name stay one word, whatever people call themselves.
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
