// Package slack describes Slack to riskroom.
package slack

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"sync"

	"riskroom/adapters/slack"
	"riskroom/adapters/slack/api"
	"riskroom/bots/slackbot"
	"riskroom/cmd/riskroom/platform"
	"riskroom/core"
	"riskroom/core/config"
)

// Keys of a Slack workspace in the config file.
const (
	signingSecretKey         = "signing_secret"
	previousSigningSecretKey = "signing_secret_previous"
	appTokenKey              = "app_token"
)

// title is Slack's name in texts.
const title = "Slack"

// Platform describes Slack.
func Platform() platform.Platform {
	return platform.Platform{Title: title, Settings: slack.Settings(), Connect: connect, Manifest: manifest(), Demo: demo(), Help: help(), Chinese: chinese()}
}

// workspace is a Slack workspace.
type workspace struct {
	settings config.WorkspaceSettings
	api      *api.Client
	adapter  *slack.Adapter

	mu       sync.Mutex
	uses     core.Uses
	identity slack.Identity // zero before the first successful check
}

func connect(c platform.Connection) (platform.Workspace, error) {
	s := c.Settings
	client, err := api.New(api.Config{
		Workspace: s.Name, Token: s.Values[platform.BotTokenKey], Admin: s.Values[slack.AdminTokenKey], URL: s.APIURL, Timeout: c.Config.CallTimeout,
		Rates: platform.Rates(s.Rates), Observe: c.Called, Transport: c.Transport,
	})
	if err != nil {
		return platform.Workspace{}, fmt.Errorf("workspace %s: %w", s.Name, err)
	}
	w := &workspace{
		settings: s, api: client, uses: c.Config.Uses(s.Name),
		adapter: slack.New(slack.Config{API: client, End: s.Values[slack.TopicEndKey], Budget: c.Budget, Logger: c.Log}),
	}
	return platform.Workspace{Adapter: w.adapter, Access: w, Inspector: w}, nil
}

// Check implements platform.Access.
func (w *workspace) Check(ctx context.Context) (platform.Identity, error) {
	id, err := w.adapter.Check(ctx, w.needs())
	if err != nil {
		return platform.Identity{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.identity = id
	return platform.Identity{ID: id.TeamID, Name: id.Team, Bot: id.Name, Room: platform.Endless}, nil
}

// Need implements platform.Access.
func (w *workspace) Need(u core.Uses) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.uses = u
}

func (w *workspace) needs() core.Uses {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.uses
}

// known returns the result of the last successful check.
func (w *workspace) known() slack.Identity {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.identity
}

// overSocketMode reports whether a workspace uses Socket Mode, which is when it has an
// app token.
func overSocketMode(s config.WorkspaceSettings) bool { return s.Values[appTokenKey] != "" }

// hasHome reports whether the app of a workspace has a Home tab.
func hasHome(s config.WorkspaceSettings) bool { return s.Values[slack.AppHomeKey] == "true" }

// SocketName implements platform.Access.
func (w *workspace) SocketName() string { return "socket mode" }

// Open implements platform.Access.
func (w *workspace) Open(p platform.BotParts) (platform.Bot, error) {
	id := w.known()
	c := slackbot.Config{
		API: w.api, TeamID: id.TeamID,
		Bot: p.Bot, Noticed: p.Reports.Noticed, Ended: p.Reports.Ended, Unarchived: p.Reports.Unarchived, Joined: p.Reports.Joined, Budget: p.Budget, Logger: p.Log, Observe: p.Observe,
	}
	if hasHome(w.settings) {
		c.Homes = p.Store
	}
	if overSocketMode(w.settings) {
		c.AppToken = w.settings.Values[appTokenKey]
	} else {
		c.SigningSecrets = []string{w.settings.Values[signingSecretKey]}
		if previous := w.settings.Values[previousSigningSecretKey]; previous != "" {
			c.SigningSecrets = append(c.SigningSecrets, previous)
		}
	}
	b, err := slackbot.New(c)
	if err != nil {
		return nil, err
	}
	return bot{b, p.Store.Leadership("homes:"+w.settings.Name, rand.Text())}, nil
}

// bot is the bot of a Slack workspace.
type bot struct {
	*slackbot.Bot
	lead core.Leadership // elects who keeps homes up to date
}

// Tend implements platform.TendedBot.
func (b bot) Tend(ctx context.Context) { b.KeepHomes(ctx, b.lead) }

// Socket implements platform.Bot with Socket Mode.
func (b bot) Socket() platform.Socket {
	if s := b.Bot.Socket(); s != nil {
		return s
	}
	return nil
}

// Routes implements platform.Bot.
func (b bot) Routes() map[string]http.Handler {
	if b.Socket() != nil {
		return nil
	}
	return map[string]http.Handler{"commands": b.Commands(), "interactions": b.Interactions(), "events": b.Events()}
}
