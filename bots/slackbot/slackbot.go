// Package slackbot is the way in from one Slack workspace, over HTTP or over
// Socket Mode: it makes a bots.Command of what comes in, has that answered within
// Slack's three seconds and shows the reply.
//
// verify.go decides whether a request over HTTP is heard at all; socket.go keeps
// connections of Socket Mode open, link.go is one of them and envelope.go what
// comes over it. Either way, commands.go, interactions.go and events.go are the
// three kinds of request, and turn.go is what they share; view.go lays forms out
// as modals and state.go reads them back; respond.go answers through
// response_urls. See https://docs.slack.dev/interactivity.
package slackbot

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"riskroom/adapters/rest"
	adapter "riskroom/adapters/slack"
	"riskroom/adapters/slack/api"
	"riskroom/bots"
	"riskroom/core"
)

// Answerer answers commands in time: *bots.Bot.
type Answerer interface {
	Answer(ctx context.Context, c bots.Command, later bots.Later) bots.Reply
	// Busy answers a command that is not even begun, without waiting.
	Busy(c bots.Command) bots.Reply
}

// Config is what a Bot is made of.
type Config struct {
	// TeamID and EnterpriseID say which workspace that is, as auth.test tells.
	// Without TeamID the bot asks for both itself.
	TeamID         string
	EnterpriseID   string
	SigningSecrets []string    // for HTTP: at least one; two while a new one takes over
	AppToken       string      // for Socket Mode, instead: an app-level token with connections:write
	Connections    int         // of Socket Mode, kept open at a time; 0 is two, so that one covers for the other
	API            *api.Client // of the workspace; its adapter has the same

	Bot     Answerer
	Noticed func(ctx context.Context, g core.GroupRef) error                  // something happened to a group
	Ended   func(ctx context.Context, g core.GroupRef, how core.Ending) error // Slack says that it has ended

	Budget core.Budget // nil: calls are not paced

	// Observe counts requests by kind ("commands", "interactions", "events",
	// over Socket Mode "connections" too) and outcome, nil for nobody.
	Observe func(kind, outcome string)
	Logger  *slog.Logger // nil: says nothing
}

// Bot is the way in from one workspace. It is safe for concurrent use.
type Bot struct {
	workspace string
	secrets   []string
	bot       Answerer
	noticed   func(ctx context.Context, g core.GroupRef) error
	ended     func(ctx context.Context, g core.GroupRef, how core.Ending) error
	budget    core.Budget
	observe   func(kind, outcome string)
	log       *slog.Logger
	render    adapter.Renderer
	api       *api.Client
	appToken  string // for Socket Mode

	socket *Socket // nil: what comes in comes over HTTP

	acts    *acts
	replays *bots.Recent // signatures of commands and interactions
	events  *bots.Recent // event_ids
	readers *readers

	mu   sync.Mutex
	team identity

	telling sync.WaitGroup
	slots   chan struct{} // bounds telling

	// From when a request arrived until it is answered, and until a modal is open.
	answerWithin, openWithin time.Duration
}

// Slack waits three seconds for an answer. What takes longer is answered later;
// opening a modal must fit in too. See
// https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response.
const (
	answerWithin = 2400 * time.Millisecond
	openWithin   = 2750 * time.Millisecond
)

// What is remembered at most.
const (
	maxReplays  = 50_000
	maxEvents   = 50_000
	maxTelling  = 64
	replayFor   = 11 * time.Minute // signatures are good for five minutes to either side
	eventFor    = 2 * time.Hour    // Slack delivers again until an hour later
	callTimeout = 5 * time.Second
)

// New returns the way in that c describes. It does no I/O.
func New(c Config) (*Bot, error) {
	if c.API == nil || c.Bot == nil || c.Noticed == nil || c.Ended == nil {
		return nil, errors.New("slackbot: something is missing in the configuration of the bot")
	}
	if slices.Contains(c.SigningSecrets, "") || len(c.SigningSecrets) == 0 && c.AppToken == "" {
		return nil, errors.New("slackbot: a signing secret, or an app token, is missing")
	}
	if len(c.SigningSecrets) > 0 && c.AppToken != "" {
		return nil, errors.New("slackbot: an app is reached over HTTP or over Socket Mode, not both")
	}
	b := &Bot{
		workspace: c.API.Workspace(), secrets: c.SigningSecrets, bot: c.Bot, noticed: c.Noticed, ended: c.Ended,
		budget: c.Budget, observe: c.Observe, log: c.Logger,
		render:   adapter.Renderer{Workspace: c.API.Workspace()},
		api:      c.API,
		appToken: c.AppToken,
		acts:     newActs(),
		replays:  bots.NewRecent(replayFor, maxReplays, time.Now),
		events:   bots.NewRecent(eventFor, maxEvents, time.Now),
		team:     identity{team: c.TeamID, enterprise: c.EnterpriseID},
		slots:    make(chan struct{}, maxTelling),

		answerWithin: answerWithin, openWithin: openWithin,
	}
	b.readers = newReaders(b.usersInfo)
	b.setDefaults()
	if c.AppToken != "" {
		b.socket = newSocket(b, c.Connections, !c.API.Encrypted())
	}
	return b, nil
}

func (b *Bot) setDefaults() {
	if b.budget == nil {
		b.budget = rest.Unpaced{}
	}
	if b.observe == nil {
		b.observe = func(string, string) {}
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	b.log = b.log.With("workspace", b.workspace)
}

// Close waits for answers that are being shown, until ctx ends. Let Socket.Run
// end first, and close the bots.Bot: nothing is told by it later.
func (b *Bot) Close(ctx context.Context) error {
	defer b.api.Close()
	idle := make(chan struct{})
	go func() {
		b.telling.Wait()
		close(idle)
	}()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
