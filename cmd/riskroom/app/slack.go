package app

import (
	"context"
	"fmt"
	"sync"

	"riskroom/adapters/rest"
	"riskroom/adapters/slack"
	slackapi "riskroom/adapters/slack/api"
	"riskroom/bots/slackbot"
	"riskroom/bots/web"
	"riskroom/core"
	"riskroom/core/config"
)

// Keys of a Slack workspace in the config file.
const (
	signingSecretKey         = "signing_secret"
	previousSigningSecretKey = "signing_secret_previous"
	appTokenKey              = "app_token"
)

// slackHome is a Slack workspace.
type slackHome struct {
	settings config.WorkspaceSettings
	api      *slackapi.Client
	adapter  *slack.Adapter
	uses     core.Uses

	mu       sync.Mutex
	identity slack.Identity // zero while Slack could not be asked
}

func newSlack(s config.WorkspaceSettings, o calling) (*slackHome, error) {
	c, err := slackapi.New(slackapi.Config{
		Workspace: s.Name, Token: s.Values[botTokenKey], URL: s.APIURL, Timeout: o.timeout, Rates: rates(s.Rates), Observe: o.called,
	})
	if err != nil {
		return nil, fmt.Errorf("workspace %s: %w", s.Name, err)
	}
	return &slackHome{settings: s, api: c, adapter: slack.New(slack.Config{API: c, Budget: o.budget, Logger: o.log})}, nil
}

// rates are a workspace's own rate limits.
func rates(r config.Rates) rest.Rates {
	out := rest.Rates{Unlimited: r.Unlimited, Methods: map[string]rest.Rate{}}
	for method, rate := range r.Methods {
		out.Methods[method] = rest.Rate{N: rate.N, Window: rate.Window}
	}
	return out
}

func (h *slackHome) check(ctx context.Context) (standing, error) {
	id, err := h.adapter.Check(ctx, h.uses)
	if err != nil {
		return standing{}, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.identity = id
	return standing{id: id.TeamID, name: id.Team, bot: id.Name, room: endless}, nil
}

// known is what check was told last.
func (h *slackHome) known() slack.Identity {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.identity
}

// OverSocketMode tells how a Slack workspace is reached: with an app token over
// Socket Mode, since Slack then answers if that is turned off; over HTTP a
// mistake would just be silence.
func OverSocketMode(s config.WorkspaceSettings) bool { return s.Values[appTokenKey] != "" }

func (h *slackHome) entrance() string { return "socket mode" }

func (h *slackHome) open(p parts) (way, error) {
	id := h.known()
	c := slackbot.Config{
		API: h.api, TeamID: id.TeamID, EnterpriseID: id.EnterpriseID,
		Bot: p.bot, Noticed: p.engine.Noticed, Ended: p.engine.Ended, Budget: p.budget, Logger: p.log,
		Observe: p.counted.inbound.Observer(h.settings.Name),
	}
	if OverSocketMode(h.settings) {
		c.AppToken = h.settings.Values[appTokenKey]
	} else {
		c.SigningSecrets = []string{h.settings.Values[signingSecretKey]}
		if previous := h.settings.Values[previousSigningSecretKey]; previous != "" {
			c.SigningSecrets = append(c.SigningSecrets, previous)
		}
	}
	b, err := slackbot.New(c)
	if err != nil {
		return nil, err
	}
	return slackWay{b}, nil
}

// slackWay is the way in from a Slack workspace.
type slackWay struct{ *slackbot.Bot }

// Socket is that of Socket Mode.
func (w slackWay) Socket() socket {
	if s := w.Bot.Socket(); s != nil {
		return s
	}
	return nil
}

func (w slackWay) mount(routes *web.Routes, workspace string) {
	if w.Socket() == nil {
		routes.Slack[workspace] = web.Slack{Commands: w.Commands(), Interactions: w.Interactions(), Events: w.Events()}
	}
}
