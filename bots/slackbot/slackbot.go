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
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	adapter "riskroom/adapters/slack"
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
	Workspace string // its name in the config file
	// TeamID and EnterpriseID say which workspace that is, as auth.test tells.
	// Without TeamID the bot asks for both itself.
	TeamID         string
	EnterpriseID   string
	SigningSecrets []string // for HTTP: at least one; two while a new one takes over
	AppToken       string   // for Socket Mode, instead: an app-level token with connections:write
	Connections    int      // of Socket Mode, kept open at a time; 0 is two, so that one covers for the other
	Token          string   // of the bot user
	APIURL         string   // "" is Slack's

	// ResponseOrigins are where response_urls may lead: "https://host". Nil is
	// Slack's own, and the origin of APIURL.
	ResponseOrigins []string

	Bot     Answerer
	Noticed func(ctx context.Context, g core.GroupRef) error                  // something happened to a group
	Ended   func(ctx context.Context, g core.GroupRef, how core.Ending) error // Slack says that it has ended

	Budget core.Budget                       // nil: calls are not paced
	Cost   func(method string) []core.Bucket // nil: the published limits

	// Observe counts requests by kind ("commands", "interactions", "events",
	// over Socket Mode "connections" too) and outcome, nil for nobody.
	Observe func(kind, outcome string)
	// Called counts calls of the Web API by method and outcome: "ok" or a
	// core.Kind; nil for nobody.
	Called    func(method, outcome string)
	Transport http.RoundTripper // nil: one of its own
	Logger    *slog.Logger      // nil: says nothing
}

// Bot is the way in from one workspace. It is safe for concurrent use.
type Bot struct {
	workspace string
	secrets   []string
	origins   []string
	bot       Answerer
	noticed   func(ctx context.Context, g core.GroupRef) error
	ended     func(ctx context.Context, g core.GroupRef, how core.Ending) error
	budget    core.Budget
	cost      func(method string) []core.Bucket
	observe   func(kind, outcome string)
	called    func(method, outcome string)
	log       *slog.Logger
	render    adapter.Renderer
	api       *slack.Client
	http      *http.Client

	socket *Socket // nil: what comes in comes over HTTP

	deeds   *deeds
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
	if c.Workspace == "" || c.Token == "" || c.Bot == nil || c.Noticed == nil || c.Ended == nil {
		return nil, errors.New("slackbot: something is missing in the configuration of the bot")
	}
	if slices.Contains(c.SigningSecrets, "") || len(c.SigningSecrets) == 0 && c.AppToken == "" {
		return nil, errors.New("slackbot: a signing secret, or an app token, is missing")
	}
	if len(c.SigningSecrets) > 0 && c.AppToken != "" {
		return nil, errors.New("slackbot: an app is reached over HTTP or over Socket Mode, not both")
	}
	base := c.APIURL
	if base == "" {
		base = slack.APIURL
	}
	at, err := url.Parse(base)
	if err != nil || at.Host == "" {
		return nil, errors.New("slackbot: the API's URL is not a URL")
	}
	if c.ResponseOrigins == nil {
		// The second is GovSlack's, https://docs.slack.dev/govslack.
		c.ResponseOrigins = []string{"https://hooks.slack.com", "https://hooks.slack-gov.com", at.Scheme + "://" + at.Host}
	}
	client := &http.Client{
		Transport: c.Transport,
		Timeout:   callTimeout,
		// A redirect would carry the token, or a secret URL's content, elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if client.Transport == nil {
		client.Transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	client.Transport = capped{client.Transport}
	b := &Bot{
		workspace: c.Workspace, secrets: c.SigningSecrets, origins: c.ResponseOrigins, bot: c.Bot, noticed: c.Noticed, ended: c.Ended,
		budget: c.Budget, cost: c.Cost, observe: c.Observe, called: c.Called, log: c.Logger,
		render:  adapter.Renderer{Workspace: c.Workspace},
		api:     slack.New(c.Token, slack.OptionAppLevelToken(c.AppToken), slack.OptionAPIURL(strings.TrimSuffix(base, "/")+"/"), slack.OptionHTTPClient(client)),
		http:    client,
		deeds:   newDeeds(),
		replays: bots.NewRecent(replayFor, maxReplays, time.Now),
		events:  bots.NewRecent(eventFor, maxEvents, time.Now),
		team:    identity{team: c.TeamID, enterprise: c.EnterpriseID},
		slots:   make(chan struct{}, maxTelling),

		answerWithin: answerWithin, openWithin: openWithin,
	}
	b.readers = newReaders(b.usersInfo)
	b.setDefaults()
	if c.AppToken != "" {
		b.socket = newSocket(b, c.Connections, at.Scheme == "http")
	}
	return b, nil
}

func (b *Bot) setDefaults() {
	if b.budget == nil {
		b.budget = unpaced{}
	}
	if b.cost == nil {
		b.cost = b.published
	}
	if b.observe == nil {
		b.observe = func(string, string) {}
	}
	if b.called == nil {
		b.called = func(string, string) {}
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	b.log = b.log.With("workspace", b.workspace)
}

// Close waits for answers that are being shown, until ctx ends. Let Socket.Run
// end first, and close the bots.Bot: nothing is told by it later.
func (b *Bot) Close(ctx context.Context) error {
	defer b.http.CloseIdleConnections()
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

// unpaced is the budget of a bot that has none.
type unpaced struct{}

func (unpaced) Spend(ctx context.Context, _ []core.Bucket, call func(context.Context) error) error {
	return call(ctx)
}
