package slackbot

import (
	"cmp"
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"riskroom/bots"
	"riskroom/core"
)

// marked matches mentions and links as Slack encodes them in the text of a
// command: <@U012|name>, <#C012|name>, <!subteam^S012|@name>, <!here>,
// <!date^…|text>, <https://…|label>, <mailto:…|label>. Characters that people type arrive as &lt;
// and &gt;. See
// https://docs.slack.dev/messaging/formatting-message-text.
var marked = regexp.MustCompile(`<(?:([@#!])(date\^[^<>|]+|[^<>|\s]+)|((?i:[a-z][a-z0-9+.-]*):[^<>|\s]+))(?:\|([^<>]*))?>`)

// account matches the IDs of people.
var account = regexp.MustCompile(`^[A-Z0-9]+$`)

var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// decodeText turns the text of a command into what people see, and returns the
// accounts that its mentions refer to. name returns the name for a mention without a
// label, or "".
func decodeText(workspace, s string, name func(sign, id string) string) (string, bots.Mentions) {
	mentions := bots.Mentions{}
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
			out.WriteString(readable(mentions, workspace, sign, part(2), part(4), name))
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

// readable returns the text for a mention, which is one word, or for a time.
func readable(mentions bots.Mentions, workspace, sign, id, label string, name func(sign, id string) string) string {
	if strings.HasPrefix(id, "date^") && label != "" {
		return label
	}
	group, isGroup := strings.CutPrefix(id, "subteam^")
	if person := sign == "@" && account.MatchString(id); label == "" && (person || isGroup || sign == "#") {
		label = name(sign, group)
	}
	switch {
	case sign == "#":
		return "#" + bots.OneWord(cmp.Or(label, id))
	case sign == "@" && account.MatchString(id):
		return mentions.Word(label, id, core.RefOf(core.Account{Workspace: workspace, ID: id}))
	}
	return "@" + bots.OneWord(cmp.Or(strings.TrimPrefix(label, "@"), group))
}

// Limits on the lookups of names for one text.
const (
	maxNamed    = 10
	namesWithin = 800 * time.Millisecond
)

// namer returns a function that looks up the name for a mention, for decodeText.
func (b *Bot) namer(ctx context.Context, req request) func(sign, id string) string {
	until, names := time.Now().Add(namesWithin), map[string]string{}
	return func(sign, id string) string {
		name, known := names[id]
		if known || req.overloaded || len(names) >= maxNamed || !time.Now().Before(until) {
			return name
		}
		ctx, cancel := context.WithDeadline(ctx, until)
		defer cancel()
		var err error
		switch sign {
		case "@":
			name = b.readers.of(ctx, id).name
		case "#":
			name, err = b.channelName(ctx, id)
		default:
			name, err = b.handleOf(ctx, id)
		}
		if err != nil {
			b.log.WarnContext(ctx, "slackbot: the name of a mention in a text could not be looked up", "error", err)
		}
		names[id] = name
		return name
	}
}

// channelName returns the name of a channel. See
// https://docs.slack.dev/reference/methods/conversations.info.
func (b *Bot) channelName(ctx context.Context, id string) (string, error) {
	return call(ctx, b, "conversations.info", func(ctx context.Context) (string, error) {
		ch, err := b.api.Web().GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
		if err != nil {
			return "", err
		}
		return ch.Name, nil
	})
}

// handleOf returns the handle of a user group, or "". See
// https://docs.slack.dev/reference/methods/usergroups.list.
func (b *Bot) handleOf(ctx context.Context, id string) (string, error) {
	return call(ctx, b, "usergroups.list", func(ctx context.Context) (string, error) {
		groups, err := b.api.Web().GetUserGroupsContext(ctx)
		if i := slices.IndexFunc(groups, func(g slack.UserGroup) bool { return g.ID == id }); i >= 0 {
			return groups[i].Handle, nil
		}
		return "", err
	})
}
