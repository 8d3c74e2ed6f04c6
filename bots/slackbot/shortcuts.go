package slackbot

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"riskroom/bots"
	"riskroom/core"
)

// Types of shortcuts in payloads, see
// https://docs.slack.dev/reference/interaction-payloads/shortcuts-interactions-payload.
const (
	typeShortcut        = "shortcut" // in the menu of the message field
	typeMessageShortcut = "message_action"
)

// message is the part of a message in a payload that riskroom reads. Messages of apps
// have no user, and may have their text in attachments only.
type message struct {
	User        string `json:"user"`
	BotID       string `json:"bot_id"`
	TS          string `json:"ts"`
	ThreadTS    string `json:"thread_ts"`
	Text        string `json:"text"`
	Attachments []struct {
		Fallback string `json:"fallback"`
		Text     string `json:"text"`
	} `json:"attachments"`
}

// shortcut reports whether a shortcut is one of ours.
func (p payload) shortcut() bool {
	return slices.ContainsFunc(bots.Shortcuts(), func(s bots.ShortcutSpec) bool {
		return s.Name == p.CallbackID && s.Message == (p.Type == typeMessageShortcut) && s.Message == (p.Message != nil)
	})
}

// choseShortcut answers a shortcut. A global one has no channel to reply in: if its modal
// can't be opened, Slack shows a failure.
func (b *Bot) choseShortcut(ctx, wait context.Context, req request, c bots.Command, p payload) response {
	c.Op = core.MakeOp("slack", p.Team.ID, "shortcut", p.TriggerID, p.ActionTS)
	c.Shortcut, c.FormsOnly = &bots.Shortcut{Name: p.CallbackID}, p.Message == nil
	if p.Message != nil {
		c.Shortcut.Message = b.messageOf(wait, req, p)
	}
	later := b.later(p.ResponseURL)
	reply, opened := b.answerOrOpen(ctx, wait, req, c, p.TriggerID, later)
	if opened {
		return response{}
	}
	return response{lost: later == nil || !b.show(ctx, later, reply)}
}

// messageOf returns the message that a shortcut was chosen for.
func (b *Bot) messageOf(ctx context.Context, req request, p payload) *bots.Message {
	m := p.Message
	said := m.Text
	for _, a := range m.Attachments {
		if said == "" {
			said = cmp.Or(a.Text, a.Fallback)
		}
	}
	out := &bots.Message{Quote: core.Quote{Link: permalink(p.Team.Domain, p.Channel.ID, *m)}, Limit: maxInput}
	var mentions bots.Mentions
	out.Text, mentions = decodeText(b.workspace, said, b.namer(ctx, req))
	out.Mentions = mentions.Accounts()
	if account.MatchString(m.User) {
		out.Quote.By.Account = core.Account{Workspace: b.workspace, ID: m.User}
		if !req.overloaded {
			out.Quote.By.Name = b.readers.of(ctx, m.User).name
		}
	}
	seconds, _, _ := strings.Cut(m.TS, ".")
	if n, err := strconv.ParseInt(seconds, 10, 64); err == nil {
		out.SentAt = time.Unix(n, 0)
	}
	return out
}

// permalink returns the link to a message. It is made from IDs, because chat.getPermalink
// knows only channels that the bot is in. An app of a whole organisation may get no domain.
func permalink(domain, channel string, m message) string {
	if domain != "" {
		domain += "."
	}
	link := "https://" + domain + "slack.com/archives/" + channel + "/p" + strings.ReplaceAll(m.TS, ".", "")
	if m.ThreadTS != "" && m.ThreadTS != m.TS {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + channel
	}
	return link
}
