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

// answer is an ephemeral message: the body of the answer to a command, or of a
// request to a response_url. See
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses.
type answer struct {
	ResponseType    string        `json:"response_type"`
	Text            string        `json:"text"`
	Blocks          []slack.Block `json:"blocks,omitempty"`
	ReplaceOriginal bool          `json:"replace_original"`
}

// message renders a reply as an ephemeral message.
func (b *Bot) message(r bots.Reply) answer {
	a := answer{ResponseType: "ephemeral", ReplaceOriginal: r.Replace, Text: b.render.Fallback(core.Message{Text: r.Text, Card: r.Card})}
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
	if len(r.Lines) > 0 {
		a.Blocks = append(a.Blocks, turns(r.Lines, len(r.Turns)))
	}
	if len(r.Turns) > 0 {
		a.Blocks = append(a.Blocks, turns(r.Turns, 0))
	}
	return a
}

// hasMessage reports whether a reply contains anything to show as a message.
func hasMessage(r bots.Reply) bool { return len(r.Text) > 0 || len(r.List) > 0 || r.Card != nil }

// later returns a bots.Later for a response_url, nil if the URL isn't Slack's.
func (b *Bot) later(responseURL string) bots.Later {
	if !b.api.MayRespond(responseURL) {
		if responseURL != "" {
			b.log.Warn("slackbot: a response_url is not Slack's")
		}
		return nil
	}
	return func(ctx context.Context, r bots.Reply) error {
		if !hasMessage(r) {
			return nil
		}
		body, err := json.Marshal(b.message(r))
		if err != nil {
			return fmt.Errorf("slackbot: response_url: %w", err)
		}
		// Better the same answer twice than none.
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

// show shows a reply through later, in the background unless too many replies are
// being shown. It reports whether the reply was or may be shown.
func (b *Bot) show(ctx context.Context, later bots.Later, r bots.Reply) bool {
	try := func(ctx context.Context) bool {
		err := later(ctx, r)
		if err != nil {
			b.log.Warn("slackbot: a reply could not be shown", "error", err)
		}
		return err == nil
	}
	select {
	case b.slots <- struct{}{}:
	default:
		return try(ctx)
	}
	b.showing.Go(func() {
		defer func() { <-b.slots }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 4*callTimeout)
		defer cancel()
		try(ctx)
	})
	return true
}
