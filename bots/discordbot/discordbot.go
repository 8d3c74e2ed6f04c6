// Package discordbot receives what one Discord guild sends, over HTTP or the
// gateway. It turns interactions into commands of package bots, answers within
// Discord's three seconds and shows the reply.
//
// verify.go checks requests over HTTP. leader.go elects the process that holds the
// connection to the gateway, gateway.go keeps the connection open, connection.go is
// that connection, and session.go is the session that outlives it. events.go handles
// gateway events, and pending.go passes on which channels have changed.
// interactions.go handles interactions, definition.go defines commands, commands.go reads
// them, request.go answers in time, and respond.go renders the answer. components.go
// renders the fields of a form, unfinished.go keeps a form that takes several modals, state.go reads modals, and
// resume.go answers them. prose.go reads free texts. register.go
// registers the commands, and api.go calls the API. share.go serves several guilds of
// one application. See
// https://docs.discord.com/developers/interactions/overview.
package discordbot

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"log/slog"
	"sync"
	"time"

	adapter "riskroom/adapters/discord"
	"riskroom/adapters/discord/api"
	"riskroom/adapters/rest"
	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/text"
)

// Answerer answers commands in time: *bots.Bot.
type Answerer interface {
	Answer(ctx context.Context, c bots.Command, later bots.Later) bots.Reply
	// Busy returns the reply to a command that riskroom has no room to start.
	Busy(c bots.Command) bots.Reply
	// NotOpened returns what r says when its form could not be opened, and why.
	NotOpened(c bots.Command, r bots.Reply, err error) bots.Reply
	Commands() []bots.Spec
	// Suggest returns completions for an option of c's command.
	Suggest(ctx context.Context, c bots.Command, option, typed string) []bots.Choice
	// AsTyped returns the initial value of a field as people type it.
	AsTyped(lang string, f bots.Field) string
	// Lost returns the reply to a form of which only c.Filled is left, because of err.
	Lost(c bots.Command, err error) bots.Reply
}

// Config configures a Bot.
type Config struct {
	API           *api.Client // shared with the guild's adapter
	GuildID       string
	ApplicationID string // "": looked up
	PublicKey     string // the application's, in hexadecimal digits; "": interactions arrive over the gateway

	Org     func() *core.Organisation // as it is now
	Text    *text.Catalogue
	Bot     Answerer
	Forms   bots.Forms
	Noticed func(ctx context.Context, g core.GroupRef) error  // something happened to a group
	Missed  func(ctx context.Context, workspace string) error // something may have happened to any group
	Joined  func(ctx context.Context, workspace string) error // somebody joined the guild

	// Home returns a risk's home. It is needed if the application is in several guilds.
	Home func(ctx context.Context, risk core.RiskKey) (workspace string, err error)

	Leadership core.Leadership // elects who holds the connection to the gateway; nil: this process

	Budget core.Budget // nil: calls are not paced

	// Observe counts requests by kind ("interactions", and for the gateway "events"
	// and "connections") and outcome. It may be nil.
	Observe func(kind, outcome string)
	Logger  *slog.Logger // nil: nothing is logged
}

// Bot receives the requests of one guild. It is safe for concurrent use.
type Bot struct {
	workspace, guild string
	api              *api.Client
	key              ed25519.PublicKey
	org              func() *core.Organisation
	text             *text.Catalogue
	bot              Answerer
	noticed          func(ctx context.Context, g core.GroupRef) error
	missed           func(ctx context.Context, workspace string) error
	joined           func(ctx context.Context, workspace string) error
	home             func(ctx context.Context, risk core.RiskKey) (string, error)
	peers            []*Bot // see Share; nil: only this one
	lead             core.Leadership
	budget           core.Budget
	observe          func(kind, outcome string)
	log              *slog.Logger
	render           adapter.Renderer

	gateway *Gateway

	replays *bots.Recent // IDs of interactions
	forms   bots.Forms

	mu          sync.Mutex
	application string
	registered  error // nil once the commands are registered

	showing sync.WaitGroup
	close   sync.Once
	closing chan struct{} // closed by Close

	// How long after an interaction arrived it must be answered or deferred.
	answerWithin time.Duration
}

// Discord waits three seconds for the first answer. If a command takes longer, the
// answer is deferred for at most thinkFor. See
// https://docs.discord.com/developers/interactions/receiving-and-responding#responding-to-an-interaction.
const (
	answerWithin = 2 * time.Second
	thinkFor     = 10 * time.Second
	suggestFor   = 1500 * time.Millisecond
	callTimeout  = 5 * time.Second
	tokenLife    = 15 * time.Minute
)

// Limits on what is remembered. Signatures are good for five minutes to either side.
const (
	replayFor  = 20 * time.Minute
	maxReplays = 50_000
)

// New returns a Bot. It does no I/O.
func New(c Config) (*Bot, error) {
	if c.API == nil || c.GuildID == "" || c.Bot == nil || c.Forms == nil || c.Noticed == nil || c.Missed == nil || c.Joined == nil || c.Org == nil || c.Text == nil {
		return nil, errors.New("discordbot: API, GuildID, Bot, Forms, Noticed, Missed, Joined, Org and Text must be set")
	}
	key, err := hex.DecodeString(c.PublicKey)
	if err != nil || len(key) != 0 && len(key) != ed25519.PublicKeySize {
		return nil, errors.New("discordbot: the public key is not 64 hexadecimal digits")
	}
	b := &Bot{
		workspace: c.API.Workspace(), guild: c.GuildID, api: c.API, application: c.ApplicationID, key: key,
		org: c.Org, text: c.Text, bot: c.Bot, noticed: c.Noticed, missed: c.Missed, joined: c.Joined, home: c.Home, lead: c.Leadership,
		budget: c.Budget, observe: c.Observe, log: c.Logger,
		render: adapter.Renderer{Workspace: c.API.Workspace(), Guild: c.GuildID}, registered: errUnregistered,
		replays: bots.NewRecent(replayFor, maxReplays, time.Now), forms: c.Forms, closing: make(chan struct{}),
		answerWithin: answerWithin,
	}
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
	if b.lead == nil {
		b.lead = &soleLeader{}
	}
	b.gateway = newGateway(b)
	return b, nil
}

// Run registers the commands, and keeps the connection to the gateway open while
// this process leads, until ctx ends. It returns an error if retrying can't help.
func (b *Bot) Run(ctx context.Context) error {
	var registering sync.WaitGroup
	registering.Go(func() { b.KeepRegistered(ctx) })
	defer registering.Wait()
	return b.gateway.Run(ctx)
}

// OverHTTP reports whether interactions arrive over HTTP. Events always arrive over
// the gateway.
func (b *Bot) OverHTTP() bool { return len(b.key) > 0 }

// Ready reports whether people can reach the bot, and if not, why.
func (b *Bot) Ready(ctx context.Context) error {
	if err := b.Registered(ctx); err != nil || b.OverHTTP() {
		return err
	}
	return b.holder().Ready(ctx)
}

// Leads reports whether this process holds the connection to the gateway.
func (b *Bot) Leads() bool { return b.holder().Leads() }

// State describes in a few words who holds the connection to the gateway.
func (b *Bot) State() string { return b.holder().State() }

// Close waits for replies that are being shown, until ctx ends. Close the bots.Bot
// first.
func (b *Bot) Close(ctx context.Context) error {
	defer b.api.Close()
	b.close.Do(func() { close(b.closing) })
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
