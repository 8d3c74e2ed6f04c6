// Package slackbot receives what one Slack workspace sends, over HTTP or Socket
// Mode. It turns requests into commands of package bots, answers within Slack's
// three seconds and shows the reply.
//
// verify.go checks requests over HTTP. socket.go keeps the connections of Socket
// Mode open, connection.go is one of them, and envelope.go handles what arrives
// on it. commands.go, interactions.go and events.go handle the three kinds of
// request, and request.go holds what they share. view.go renders forms as modals,
// state.go reads them back, and respond.go answers through response_urls. See
// https://docs.slack.dev/interactivity.
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
	// Home returns the page of the sender of c.
	Home(ctx context.Context, c bots.Command) (bots.Home, error)
	// Outdated returns the people whose Home must be made again.
	Outdated(ctx context.Context, of []core.Account, made func(core.Account) time.Time) ([]core.Account, error)
	// Busy returns the reply to a command that riskroom has no room to start.
	Busy(c bots.Command) bots.Reply
	// NotOpened returns what r says when its form could not be opened, and why.
	NotOpened(c bots.Command, r bots.Reply, err error) bots.Reply
}

// Config configures a Bot.
type Config struct {
	// TeamID identifies the workspace, as in auth.test. Without it the bot asks Slack.
	TeamID         string
	SigningSecrets []string    // for HTTP: at least one; two during a rotation
	AppToken       string      // for Socket Mode, instead: an app-level token with connections:write
	Connections    int         // number of Socket Mode connections; 0 means two, so that one covers for the other
	API            *api.Client // shared with the workspace's adapter

	Bot     Answerer
	Noticed func(ctx context.Context, g core.GroupRef) error                  // something happened to a group
	Ended   func(ctx context.Context, g core.GroupRef, how core.Ending) error // Slack reported its end
	// Unarchived reports that a group was unarchived. by is zero if Slack didn't say who
	// did it.
	Unarchived func(ctx context.Context, g core.GroupRef, by core.Account) error

	Joined func(ctx context.Context, workspace string) error // somebody joined the workspace

	Homes Homes // nil: the app has no Home tab

	Budget core.Budget // nil: calls are not paced

	// Observe counts requests by kind ("commands", "interactions", "events", and
	// "connections" in Socket Mode) and outcome. It may be nil.
	Observe func(kind, outcome string)
	Logger  *slog.Logger // nil: nothing is logged
}

// Bot receives the requests of one workspace. It is safe for concurrent use.
type Bot struct {
	workspace  string
	secrets    []string
	bot        Answerer
	noticed    func(ctx context.Context, g core.GroupRef) error
	ended      func(ctx context.Context, g core.GroupRef, how core.Ending) error
	unarchived func(ctx context.Context, g core.GroupRef, by core.Account) error
	joined     func(ctx context.Context, workspace string) error
	budget     core.Budget
	observe    func(kind, outcome string)
	log        *slog.Logger
	render     adapter.Renderer
	api        *api.Client
	appToken   string // for Socket Mode

	socket *Socket // nil for a bot over HTTP

	acts    *acts
	replays *bots.Recent // signatures of commands and interactions
	events  *bots.Recent // event_ids
	readers *readers

	mu   sync.Mutex
	team string // "" if not known yet

	homes      Homes
	published  published
	homesEvery time.Duration

	showing sync.WaitGroup
	slots   chan struct{} // bounds showing

	// How long after a request arrived it must be answered, or a modal be open.
	answerWithin, openWithin time.Duration
}

// Slack waits three seconds for an answer, and for a modal to open. See
// https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response.
const (
	answerWithin = 2400 * time.Millisecond
	openWithin   = 2750 * time.Millisecond
)

// Limits on what is remembered, and for how long.
const (
	maxReplays  = 50_000
	maxEvents   = 50_000
	maxShowing  = 64
	replayFor   = 11 * time.Minute // signatures are good for five minutes to either side
	eventFor    = 2 * time.Hour    // Slack delivers again until an hour later
	callTimeout = 5 * time.Second
)

// New returns a Bot. It does no I/O.
func New(c Config) (*Bot, error) {
	if c.API == nil || c.Bot == nil || c.Noticed == nil || c.Ended == nil || c.Unarchived == nil || c.Joined == nil {
		return nil, errors.New("slackbot: API, Bot, Noticed, Ended, Unarchived and Joined must be set")
	}
	if slices.Contains(c.SigningSecrets, "") || len(c.SigningSecrets) == 0 && c.AppToken == "" {
		return nil, errors.New("slackbot: set a signing secret or an app token")
	}
	if len(c.SigningSecrets) > 0 && c.AppToken != "" {
		return nil, errors.New("slackbot: set signing secrets (HTTP) or an app token (Socket Mode), not both")
	}
	b := &Bot{
		workspace: c.API.Workspace(), secrets: c.SigningSecrets, bot: c.Bot, noticed: c.Noticed, ended: c.Ended, unarchived: c.Unarchived, joined: c.Joined,
		budget: c.Budget, observe: c.Observe, log: c.Logger,
		render:   adapter.Renderer{Workspace: c.API.Workspace()},
		api:      c.API,
		appToken: c.AppToken,
		acts:     newActs(),
		replays:  bots.NewRecent(replayFor, maxReplays, time.Now),
		events:   bots.NewRecent(eventFor, maxEvents, time.Now),
		team:     c.TeamID,
		slots:    make(chan struct{}, maxShowing),

		homes: c.Homes,

		answerWithin: answerWithin, openWithin: openWithin, homesEvery: homesEvery,
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

// Close waits for replies that are being shown, until ctx ends. Call it after
// Socket.Run has returned and the bots.Bot is closed.
func (b *Bot) Close(ctx context.Context) error {
	defer b.api.Close()
	idle := make(chan struct{})
	go func() {
		b.showing.Wait()
		close(idle)
	}()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
