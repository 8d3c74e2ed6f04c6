// Package discordbot is the way in from one Discord guild, over HTTP or over the
// gateway: it makes a bots.Command of what comes in, has that answered within
// Discord's three seconds and shows the reply.
//
// verify.go decides whether a request over HTTP is heard at all. leader.go says
// which process holds the connection to the gateway, gateway.go keeps it open,
// link.go is that connection, session.go what outlives it, events.go takes what
// comes over it and heard.go passes on what happened to channels. Either way,
// interactions.go takes what people do and commands.go reads their commands;
// turn.go has them answered in time, and respond.go words the answer; view.go lays
// forms out as modals and state.go reads them back; register.go tells Discord which
// commands there are; api.go calls the API. See
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
	// Busy answers a command that is not even begun, without waiting.
	Busy(c bots.Command) bots.Reply
	Commands() []bots.Spec
	// Suggest completes what is typed into an option of the command of c.
	Suggest(ctx context.Context, c bots.Command, option, typed string) []bots.Choice
	Rest(lang string, fields []bots.Field) string
}

// Config is what a Bot is made of.
type Config struct {
	API           *api.Client // of the guild; its adapter has the same
	GuildID       string
	ApplicationID string // "": Discord is asked
	PublicKey     string // for HTTP: the application's, in hexadecimal digits; "": what people do comes over the gateway

	Org     *core.Organisation
	Text    *text.Catalogue
	Bot     Answerer
	Noticed func(ctx context.Context, g core.GroupRef) error  // something happened to a group
	Missed  func(ctx context.Context, workspace string) error // something may have happened to any

	Leadership core.Leadership // who holds the connection to the gateway; nil: this process

	Budget core.Budget // nil: calls are not paced

	// Observe counts what comes in by kind ("interactions", and of the gateway
	// "events" and "connections") and outcome, nil for nobody.
	Observe func(kind, outcome string)
	Logger  *slog.Logger // nil: says nothing
}

// Bot is the way in from one guild. It is safe for concurrent use.
type Bot struct {
	workspace, guild string
	api              *api.Client
	key              ed25519.PublicKey
	org              *core.Organisation
	text             *text.Catalogue
	bot              Answerer
	noticed          func(ctx context.Context, g core.GroupRef) error
	missed           func(ctx context.Context, workspace string) error
	lead             core.Leadership
	budget           core.Budget
	observe          func(kind, outcome string)
	log              *slog.Logger
	render           adapter.Renderer

	gateway *Gateway

	replays *bots.Recent // IDs of interactions
	forms   *forms

	mu          sync.Mutex
	application string
	registered  error // nil once Discord knows the commands

	telling sync.WaitGroup

	// From when an interaction arrived until it is answered, or deferred.
	answerWithin time.Duration
}

// Discord waits three seconds for the first answer. What takes longer is
// deferred, and told when it is there or not known to be done for thinkFor. See
// https://docs.discord.com/developers/interactions/receiving-and-responding#responding-to-an-interaction.
const (
	answerWithin = 2 * time.Second
	thinkFor     = 10 * time.Second
	suggestFor   = 1500 * time.Millisecond
	callTimeout  = 5 * time.Second
	tokenLife    = 15 * time.Minute
)

// What is remembered at most. Signatures are good for five minutes to either side.
const (
	replayFor  = 20 * time.Minute
	maxReplays = 50_000
)

// New returns the way in that c describes. It does no I/O.
func New(c Config) (*Bot, error) {
	if c.API == nil || c.GuildID == "" || c.Bot == nil || c.Noticed == nil || c.Missed == nil || c.Org == nil || c.Text == nil {
		return nil, errors.New("discordbot: something is missing in the configuration of the bot")
	}
	key, err := hex.DecodeString(c.PublicKey)
	if err != nil || len(key) != 0 && len(key) != ed25519.PublicKeySize {
		return nil, errors.New("discordbot: the public key is not 64 hexadecimal digits")
	}
	b := &Bot{
		workspace: c.API.Workspace(), guild: c.GuildID, api: c.API, application: c.ApplicationID, key: key,
		org: c.Org, text: c.Text, bot: c.Bot, noticed: c.Noticed, missed: c.Missed, lead: c.Leadership,
		budget: c.Budget, observe: c.Observe, log: c.Logger,
		render: adapter.Renderer{Workspace: c.API.Workspace()}, registered: errUnregistered,
		replays: bots.NewRecent(replayFor, maxReplays, time.Now), forms: newForms(), answerWithin: answerWithin,
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
		b.lead = &alone{}
	}
	b.gateway = newGateway(b)
	return b, nil
}

// Run tells Discord the commands and keeps a connection to the gateway open while
// this process is the one to do so, until ctx ends. It returns an error where only
// a person can help.
func (b *Bot) Run(ctx context.Context) error {
	var registering sync.WaitGroup
	registering.Go(func() { b.KeepRegistered(ctx) })
	defer registering.Wait()
	return b.gateway.Run(ctx)
}

// OverHTTP reports whether what people do comes in over HTTP. What happens to
// channels comes over the gateway either way.
func (b *Bot) OverHTTP() bool { return len(b.key) > 0 }

// Ready reports whether people can reach the bot, and if not, why.
func (b *Bot) Ready(ctx context.Context) error {
	if err := b.Registered(ctx); err != nil || b.OverHTTP() {
		return err
	}
	return b.gateway.Ready(ctx)
}

// Leads reports whether this process is the one to hold the connection to the
// gateway.
func (b *Bot) Leads() bool { return b.gateway.Leads() }

// State says in a few words who holds it.
func (b *Bot) State() string { return b.gateway.State() }

// Close waits for answers that are being shown, until ctx ends. Close the
// bots.Bot first: nothing is told by it later.
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
