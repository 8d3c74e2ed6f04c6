package discordbot

import (
	"context"

	"riskroom/adapters/discord/api"
	"riskroom/adapters/rest"
	"riskroom/core"
)

// Discord's error codes that the bot acts on.
const (
	codeUnknownGuild   = "10004"
	codeUnknownMessage = "10008"
	codeUnknownWebhook = "10015"
	codeAnswered       = "40060" // the interaction is already answered
	codeTokenOver      = "50027" // the interaction's token has expired
)

// retryable reports whether answering an interaction again may succeed.
func retryable(err error) bool {
	switch core.DetailOf(err) {
	case codeUnknownMessage, codeUnknownWebhook: // Discord may not have processed our first answer
		return true
	}
	return rest.Temporary(err)
}

// send makes a call and decodes the answer into out unless that is nil.
func (b *Bot) send(ctx context.Context, r api.Request, out any) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return b.api.Send(ctx, r, out)
}

// paced makes a call when the rate budget grants it. It is for calls that nobody
// waits for.
func (b *Bot) paced(ctx context.Context, r api.Request, out any) error {
	channel := ""
	if r.Path[0] == "channels" {
		channel = r.Path[1]
	}
	return b.budget.Spend(ctx, b.api.Cost(channel, r.Method), func(ctx context.Context) error { return b.send(ctx, r, out) })
}
