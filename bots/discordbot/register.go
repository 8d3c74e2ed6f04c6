package discordbot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"riskroom/adapters/discord/api"
)

var errUnregistered = errors.New("discordbot: the commands are not registered yet")

// Registered returns nil once the commands are registered, else why they aren't.
func (b *Bot) Registered(context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.registered
}

// Register registers the guild's commands unless they are up to date. Discord
// allows 200 new commands a day per guild. See
// https://docs.discord.com/developers/interactions/application-commands#registering-a-command.
func (b *Bot) Register(ctx context.Context) error {
	err := b.register(ctx)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.registered = err
	return err
}

func (b *Bot) register(ctx context.Context) error {
	app, err := b.whoAmI(ctx)
	if err != nil {
		return err
	}
	path := []string{"applications", app, "guilds", b.guild, "commands"}
	var known []definition
	err = b.paced(ctx, api.Request{
		Method: "list_guild_application_commands", Verb: http.MethodGet, Path: path, Query: url.Values{"with_localizations": {"true"}},
	}, &known)
	if err != nil {
		return err
	}
	wanted := b.definitions()
	inOrder(known)
	inOrder(wanted) // Discord may return another order
	have, err := json.Marshal(known)
	if err != nil {
		return err
	}
	want, err := json.Marshal(wanted)
	if err != nil || string(have) == string(want) {
		return err
	}
	err = b.paced(ctx, api.Request{Method: "bulk_set_guild_application_commands", Verb: http.MethodPut, Path: path, Body: wanted}, nil)
	if err != nil {
		return err
	}
	b.log.InfoContext(ctx, "discordbot: the guild's commands were registered")
	return nil
}

func inOrder(all []definition) {
	slices.SortFunc(all, func(a, b definition) int { return cmp.Or(a.Type-b.Type, strings.Compare(a.Name, b.Name)) })
}

// whoAmI returns the ID of the token's application, and asks Discord only once.
func (b *Bot) whoAmI(ctx context.Context) (string, error) {
	b.mu.Lock()
	id := b.application
	b.mu.Unlock()
	if id != "" {
		return id, nil
	}
	var app struct {
		ID string `json:"id"`
	}
	err := b.paced(ctx, api.Request{Method: "get_my_application", Verb: http.MethodGet, Path: []string{"applications", "@me"}}, &app)
	if err != nil {
		return "", err
	}
	if app.ID == "" {
		return "", fmt.Errorf("discordbot: get_my_application: the answer contains no ID")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.application = app.ID
	return app.ID, nil
}

// KeepRegistered registers the commands, and retries until it succeeds or ctx ends.
func (b *Bot) KeepRegistered(ctx context.Context) {
	for wait := time.Second; ; wait = min(2*wait, 5*time.Minute) {
		err := b.Register(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		b.log.WarnContext(ctx, "discordbot: the guild's commands could not be registered", "error", err)
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return
		}
	}
}
