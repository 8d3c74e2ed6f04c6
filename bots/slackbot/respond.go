package slackbot

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"riskroom/adapters/rest"
	"riskroom/bots"
	"riskroom/core"
)

// answer is a message for one person: the body of the answer to a command, or
// what goes to a response_url. See
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses.
type answer struct {
	ResponseType    string        `json:"response_type"`
	Text            string        `json:"text"`
	Blocks          []slack.Block `json:"blocks,omitempty"`
	ReplaceOriginal bool          `json:"replace_original"`
}

// message lays a reply out as a message for its reader alone.
func (b *Bot) message(r bots.Reply) answer {
	a := answer{ResponseType: "ephemeral", Text: b.render.Fallback(core.Message{Text: r.Text, Card: r.Card})}
	a.Blocks = append(a.Blocks, b.render.Blocks(core.Message{Text: r.Text}, "")...)
	if len(r.List) > 0 {
		var items []slack.RichTextElement
		for _, line := range r.List {
			items = append(items, slack.NewRichTextSection(b.render.Spans(line)...))
		}
		a.Blocks = append(a.Blocks, slack.NewRichTextBlock("", slack.NewRichTextList(slack.RTEListBullet, 0, items...)))
	}
	if r.Card != nil {
		a.Blocks = append(a.Blocks, b.render.Card(*r.Card)...)
	}
	return a
}

// says reports whether a reply has anything to show as a message.
func says(r bots.Reply) bool { return len(r.Text) > 0 || len(r.List) > 0 || r.Card != nil }

// later returns how a reply is shown through a response_url, nil if it leads
// elsewhere than to Slack.
func (b *Bot) later(responseURL string) bots.Later {
	if !b.api.MayRespond(responseURL) {
		if responseURL != "" {
			b.log.Warn("slackbot: a response_url leads elsewhere than allowed")
		}
		return nil
	}
	return func(ctx context.Context, r bots.Reply) error {
		if !says(r) {
			return nil
		}
		body, err := json.Marshal(b.message(r))
		if err != nil {
			return fmt.Errorf("slackbot: response_url: %w", err)
		}
		// The same answer twice is better than none.
		return rest.Repeat(ctx, responseTries, responseWait, rest.Temporary, func() error {
			ctx, cancel := context.WithTimeout(ctx, callTimeout)
			defer cancel()
			return b.api.Respond(ctx, responseURL, body)
		})
	}
}

// A response_url takes five answers in half an hour.
const (
	responseTries = 3
	responseWait  = 500 * time.Millisecond
)

// tell shows a reply through later without keeping the request waiting, unless
// too many replies are being shown already. It reports whether the reply is shown,
// as far as that is known.
func (b *Bot) tell(ctx context.Context, later bots.Later, r bots.Reply) bool {
	show := func(ctx context.Context) bool {
		err := later(ctx, r)
		if err != nil {
			b.log.Warn("slackbot: an answer could not be shown", "error", err)
		}
		return err == nil
	}
	select {
	case b.slots <- struct{}{}:
	default:
		return show(ctx)
	}
	b.telling.Go(func() {
		defer func() { <-b.slots }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 4*callTimeout)
		defer cancel()
		show(ctx)
	})
	return true
}
