package app

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"riskroom/adapters/slack"
	"riskroom/bots"
	"riskroom/bots/slackbot"
	"riskroom/core"
	"riskroom/core/config"
	"riskroom/core/engine"
)

// workspace is one Slack workspace: the way out and the way in.
type workspace struct {
	settings config.WorkspaceSettings
	adapter  *slack.Adapter
	way      *slackbot.Bot
	identity slack.Identity // zero while Slack could not be asked

	mu      sync.Mutex
	checked time.Time // when Slack was last asked whether it accepts the bot
	refusal error
}

// Keys of a Slack workspace in the config file.
const (
	botTokenKey      = "bot_token"
	signingSecretKey = "signing_secret"
	appTokenKey      = "app_token"
)

func newWorkspace(s config.WorkspaceSettings, timeout time.Duration, budget core.Budget, called func(method, outcome string), log *slog.Logger) (*workspace, error) {
	if s.Platform != slack.Platform {
		return nil, fmt.Errorf("workspace %s: there is no platform %q", s.Name, s.Platform)
	}
	a, err := slack.New(slack.Config{
		Workspace: s.Name, BotToken: s.Values[botTokenKey], APIURL: s.APIURL, CallTimeout: timeout,
		Rates: ratesOf(s.Rates), Budget: budget, Observe: called, Logger: log,
	})
	if err != nil {
		return nil, fmt.Errorf("workspace %s: %w", s.Name, err)
	}
	return &workspace{settings: s, adapter: a}, nil
}

func ratesOf(r config.Rates) slack.Rates {
	out := slack.Rates{Unlimited: r.Unlimited, Methods: map[string]slack.Rate{}}
	for method, rate := range r.Methods {
		out.Methods[method] = slack.Rate{N: rate.N, Window: rate.Window}
	}
	return out
}

// introduce asks Slack whom the token speaks for. The error says that Slack
// refuses the token. That Slack cannot be reached is no error: it may come back.
func (w *workspace) introduce(ctx context.Context, log *slog.Logger) error {
	id, err := w.adapter.Check(ctx)
	if core.KindOf(err) == core.Unauthorized {
		err = fmt.Errorf("workspace %s: Slack refuses the bot token (%s): copy the Bot User OAuth Token from the app's page "+
			"OAuth & Permissions, and install the app to the workspace if it is not", w.settings.Name, core.DetailOf(err))
		w.note(err)
		return err
	}
	w.note(nil)
	if err != nil {
		log.WarnContext(ctx, "workspace cannot be reached now; what is due there waits", "workspace", w.settings.Name, "err", err)
		return nil
	}
	w.identity = id
	if len(id.Missing) > 0 {
		log.WarnContext(ctx, "the bot lacks scopes; what needs them will fail until they are added and the app is reinstalled",
			"workspace", w.settings.Name, "missing", strings.Join(id.Missing, " "))
	}
	log.InfoContext(ctx, "workspace accepts the bot", "workspace", w.settings.Name, "team", id.Team, "url", id.URL)
	return nil
}

// checkEvery is how often accepted asks Slack anew.
const checkEvery = time.Minute

// accepted tells whether Slack accepts the bot. That Slack does not answer says
// nothing about that.
func (w *workspace) accepted(ctx context.Context) error {
	w.mu.Lock()
	due, refusal := time.Since(w.checked) >= checkEvery, w.refusal
	if due {
		w.checked = time.Now()
	}
	w.mu.Unlock()
	if !due {
		return refusal
	}
	_, err := w.adapter.Check(ctx)
	switch {
	case err == nil:
		w.note(nil)
		return nil
	case core.KindOf(err) == core.Unauthorized:
		err = fmt.Errorf("the bot's credentials are refused (%s)", core.DetailOf(err))
		w.note(err)
		return err
	}
	return refusal
}

func (w *workspace) note(refusal error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.checked, w.refusal = time.Now(), refusal
}

// OverSocketMode tells how a Slack workspace is reached: with an app token over
// Socket Mode, since Slack then answers if that is turned off; over HTTP a
// mistake would just be silence.
func OverSocketMode(s config.WorkspaceSettings) bool { return s.Values[appTokenKey] != "" }

// open makes the way in.
func (w *workspace) open(bot *bots.Bot, e *engine.Engine, budget core.Budget, counted *metrics, log *slog.Logger) error {
	c := slackbot.Config{
		Workspace: w.settings.Name, TeamID: w.identity.TeamID, EnterpriseID: w.identity.EnterpriseID,
		Token: w.settings.Values[botTokenKey], APIURL: w.settings.APIURL,
		Bot: bot, Noticed: e.Noticed, Budget: budget, Logger: log,
		Observe: counted.inbound.Observer(w.settings.Name), Called: counted.calls(w.settings.Name),
	}
	if OverSocketMode(w.settings) {
		c.AppToken = w.settings.Values[appTokenKey]
	} else {
		c.SigningSecrets = []string{w.settings.Values[signingSecretKey]}
	}
	if w.settings.Rates.Unlimited {
		c.Cost = func(method string) []core.Bucket {
			return []core.Bucket{{Workspace: w.settings.Name, Name: method}}
		}
	}
	var err error
	if w.way, err = slackbot.New(c); err != nil {
		return fmt.Errorf("workspace %s: %w", w.settings.Name, err)
	}
	return nil
}
