package discordbot

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"riskroom/adapters/discord/api"
	"riskroom/adapters/rest"
	"riskroom/core"
)

// Gateway holds the connection to Discord's gateway, and handles interactions as
// over HTTP. Of all processes that share a store, only the leader (leader.go)
// connects. It is safe for concurrent use. See
// https://docs.discord.com/developers/events/gateway.
//
// discordgo's client is not used: it identifies again without waiting, ends the
// session when a heartbeat is missed, and retries where retrying can't help.
type Gateway struct {
	bot   *Bot
	dial  func(ctx context.Context, network, addr string) (net.Conn, error) // nil: the network
	slots chan struct{}

	wanted   int // intents; used by Run's goroutine only
	session  session
	access   access
	pending  pending
	handling sync.WaitGroup // interactions

	mu      sync.Mutex
	current status

	// Short in tests.
	claimEvery               time.Duration // between attempts to lead
	firstPause, longestPause time.Duration // between attempts to connect
	newSession               time.Duration // minimum pause before a new session
	patience                 time.Duration // without a connection, after which another process may try
	helloWithin              time.Duration
}

const (
	firstPause   = time.Second
	longestPause = time.Minute
	newSession   = time.Second
	patience     = 30 * time.Second
	steady       = time.Minute // a connection that lasts this long resets the pauses
	helloWithin  = 20 * time.Second
	askAgain     = 5 * time.Minute // longest pause between questions whether a session may begin
	maxHandling  = 512             // more than bots.Bot takes, so that bots.Bot answers that it is busy
)

// Outcomes counted with kindConnection.
const (
	kindConnection   = "connections"
	outcomeOpened    = "opened"
	outcomeResumed   = "resumed"
	outcomeLost      = "lost"
	outcomeNotOpened = "not_opened"
	outcomeRefused   = "refused" // retrying can't help
)

// fatal maps the close codes after which retrying can't help to what to do. See
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes.
var fatal = map[int]string{
	4004: "Discord rejects the bot token: copy it from the application's page Bot",
	4010: "Discord rejects the shard: install a newer riskroom",
	4011: "the bot is in so many servers that Discord requires sharding, which riskroom does not support: use an application of its own",
	4012: "Discord no longer supports this version of the gateway: install a newer riskroom",
	4013: "Discord does not know an intent: install a newer riskroom",
	4014: "an intent was disabled for the application: check Server Members Intent on its page Bot, under Privileged Gateway Intents",
}

// fatalError is a close code after which retrying can't help.
type fatalError struct{ code int }

func (e *fatalError) Error() string {
	return fmt.Sprintf("the gateway closed the connection with code %d: %s, then start riskroom again", e.code, fatal[e.code])
}

func newGateway(b *Bot) *Gateway {
	return &Gateway{
		bot: b, slots: make(chan struct{}, maxHandling),
		session: session{begun: make(chan struct{}, 1)}, pending: pending{more: make(chan struct{}, 1)},
		current:    status{trouble: errNotYet},
		claimEvery: claimEvery, firstPause: firstPause, longestPause: longestPause, newSession: newSession,
		patience: patience, helloWithin: helloWithin,
	}
}

var (
	errNotYet    = errors.New("none has been opened yet")
	errStepAside = errors.New("none could be opened for a while: another process may try")
)

// keepConnected keeps a connection open until ctx ends, and then returns nil. It
// gives up if retrying can't help, and after a while without success, so that
// another process may try.
func (g *Gateway) keepConnected(ctx context.Context) error {
	failures, worked := 0, time.Now()
	for {
		lived, err := g.once(ctx)
		if ctx.Err() != nil {
			return nil
		}
		g.note(func(s *status) { s.live, s.trouble = false, err })
		if _, ok := errors.AsType[*fatalError](err); ok {
			g.bot.observe(kindConnection, outcomeRefused)
			return err
		}
		if lived > 0 {
			worked = time.Now()
		}
		if lived >= steady {
			failures = 0
		}
		g.bot.log.WarnContext(ctx, "discordbot: no connection to the gateway", "error", err)
		if time.Since(worked) > g.patience {
			return errStepAside
		}
		sleep(ctx, g.pause(err, failures))
		failures++
	}
}

// pause returns how long to wait after a failure: longer after each, with jitter,
// and at least as long as Discord asks for. If Discord asks for a new connection
// (op 7), there is no pause. See
// https://docs.discord.com/developers/events/gateway#resuming.
func (g *Gateway) pause(err error, failures int) time.Duration {
	wait := core.RetryAfterOf(err)
	switch {
	case errors.Is(err, errAsked) && failures == 0:
		return 0
	case errors.Is(err, errInvalid):
		wait = g.newSession + rand.N(4*g.newSession+1)
	}
	d := g.longestPause
	if failures < 16 {
		d = min(g.firstPause<<failures, g.longestPause)
	}
	return max(wait, d/2+rand.N(d/2+1))
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// once opens a connection and reads it until it ends. It returns how long the
// session was active.
func (g *Gateway) once(ctx context.Context) (time.Duration, error) {
	c, err := g.connect(ctx)
	if err != nil {
		g.bot.observe(kindConnection, outcomeNotOpened)
		return 0, err
	}
	err = c.run(ctx)
	if ctx.Err() == nil {
		g.bot.observe(kindConnection, outcomeLost)
	}
	if c.greetedAt.IsZero() {
		g.session.moved() // whatever is at the URL may never answer
		return 0, err
	}
	return time.Since(c.greetedAt), err
}

// connect opens a connection to the session's URL, or to the one for new sessions.
func (g *Gateway) connect(ctx context.Context) (*connection, error) {
	ctx, cancel := context.WithTimeout(ctx, g.helloWithin)
	defer cancel()
	intents, err := g.intents(ctx)
	if err != nil {
		return nil, err
	}
	to, why := g.session.resumable(intents)
	if why != nil {
		g.bot.log.WarnContext(ctx, "discordbot: a new session begins, and all groups are checked", "why", why)
	}
	if to == "" {
		if to, err = g.gatewayURL(ctx); err != nil {
			return nil, err
		}
	}
	u, err := url.Parse(to)
	if err != nil || u.Host == "" || u.Scheme != "wss" && (u.Scheme != "ws" || g.bot.api.Encrypted()) {
		g.session.moved()
		return nil, errors.New("get_bot_gateway: Discord's answer is not the URL of a secure connection")
	}
	u.RawQuery = "v=10&encoding=json"
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: g.helloWithin, NetDialContext: g.dial}
	ws, response, err := dialer.DialContext(ctx, u.String(), nil)
	if err != nil {
		g.session.moved() // the URL may be outdated
		if response != nil {
			return nil, fmt.Errorf("connecting to %s: HTTP status %d", u.Hostname(), response.StatusCode)
		}
		return nil, fmt.Errorf("connecting to %s: %w", u.Hostname(), rest.WithoutURL(err))
	}
	return newConnection(g, ws, intents), nil
}

// gatewayURL returns the URL for connections. It returns an error if a new session
// is needed and Discord allows none.
func (g *Gateway) gatewayURL(ctx context.Context) (string, error) {
	var found struct {
		URL   string `json:"url"`
		Limit *struct {
			Remaining int   `json:"remaining"`
			After     int64 `json:"reset_after"` // ms
		} `json:"session_start_limit"`
	}
	err := g.bot.send(ctx, api.Request{Method: "get_bot_gateway", Verb: http.MethodGet, Path: []string{"gateway", "bot"}}, &found)
	if err != nil {
		return "", asFatal(err)
	}
	if l := found.Limit; !g.session.known() && l != nil && l.Remaining < 1 {
		wait := max(time.Duration(l.After)*time.Millisecond, time.Second)
		return "", &core.Error{
			Op: "discord: identify", Kind: core.RateLimited, Detail: "session_start_limit",
			RetryAfter: min(wait, askAgain), Err: fmt.Errorf("no session may begin for %s: too many have begun today", wait.Round(time.Second)),
		}
	}
	return found.URL, nil
}

// asFatal returns a fatalError if Discord rejects the token, else err.
func asFatal(err error) error {
	if core.KindOf(err) == core.Unauthorized {
		return &fatalError{4004}
	}
	return err
}
