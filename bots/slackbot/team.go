package slackbot

import (
	"context"
	"net/http"

	"riskroom/adapters/rest"
)

// admit checks that a payload is for our workspace. In shared channels, it may be about a
// person of another organisation: the engine treats them like a guest.
func (b *Bot) admit(ctx context.Context, team string) *rejection {
	ours, err := b.whoAmI(ctx)
	if err != nil {
		b.log.Error("slackbot: could not look up which workspace this is", "error", err)
		return &rejection{http.StatusServiceUnavailable, outcomeNoTeam}
	}
	if team != ours {
		return &rejection{http.StatusForbidden, outcomeWrongTeam}
	}
	return nil
}

// whoAmI asks Slack once which workspace the token is for.
func (b *Bot) whoAmI(ctx context.Context) (string, error) {
	b.mu.Lock()
	id := b.team
	b.mu.Unlock()
	if id != "" {
		return id, nil
	}
	ctx, cancel := context.WithTimeout(ctx, b.answerWithin)
	defer cancel()
	id, err := call(ctx, b, "auth.test", func(ctx context.Context) (string, error) {
		r, err := b.api.Web().AuthTestContext(ctx)
		if err != nil {
			return "", err
		}
		if r.TeamID == "" {
			return "", rest.ErrIncomplete
		}
		return r.TeamID, nil
	})
	if err != nil {
		return "", err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.team = id
	return id, nil
}
