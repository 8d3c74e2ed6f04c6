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

// Gateway is the connection to Discord's gateway: what comes over it is handled
// just as over HTTP. Of all processes that share a store one holds it, the
// leader (leader.go). It is safe for concurrent use. See
// https://docs.discord.com/developers/events/gateway.
//
// The client of discordgo is not used: it identifies again without waiting, ends
// the session when a heartbeat is missed, and goes on where only a person can
// help.
type Gateway struct {
	bot  *Bot
	dial func(ctx context.Context, network, addr string) (net.Conn, error) // nil: the network
	room chan struct{}

	wanted   int // intents; only the goroutine of Run uses it
	session  session
	rooms    rooms
	heard    heard
	handling sync.WaitGroup // of what people did

	mu sync.Mutex
	at standing

	// Short in tests.
	claimEvery               time.Duration // between attempts to lead
	firstPause, longestPause time.Duration // between attempts to connect
	newSession               time.Duration // at least, before one follows another
	patience                 time.Duration // without a connection, after which another may try
	helloWithin              time.Duration
}

const (
	firstPause   = time.Second
	longestPause = time.Minute
	newSession   = time.Second
	patience     = 30 * time.Second
	steady       = time.Minute // how long a connection lasts that was worth opening
	helloWithin  = 20 * time.Second
	askAgain     = 5 * time.Minute // whether Discord lets new sessions begin
	maxHandling  = 512             // more than bots.Bot takes: it is the one to say that it is busy
)

// What can become of a connection, as it is counted with kindConnection.
const (
	kindConnection   = "connections"
	outcomeOpened    = "opened"
	outcomeResumed   = "resumed"
	outcomeLost      = "lost"
	outcomeNotOpened = "not_opened"
	outcomeRefused   = "refused" // only a person can help
)

// fatal are the close codes after which only a person can help. See
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes.
var fatal = map[int]string{
	4004: "the bot token is not accepted: copy it from the application's page Bot",
	4010: "this part of a split bot is none of Discord's",
	4011: "the bot is in so many servers that its connection has to be split, which riskroom does not do",
	4012: "this version of the gateway is not there any more: a newer riskroom is needed",
	4013: "an intent is not known to Discord: a newer riskroom is needed",
	4014: "an intent was switched off for the application: see Server Members Intent on its page Bot, under Privileged Gateway Intents",
}

// fatalError is a close code after which only a person can help.
type fatalError struct{ code int }

func (e *fatalError) Error() string {
	return fmt.Sprintf("the gateway closes with %d: %s; then start riskroom again", e.code, fatal[e.code])
}

func newGateway(b *Bot) *Gateway {
	return &Gateway{
		bot: b, room: make(chan struct{}, maxHandling),
		session: session{begun: make(chan struct{}, 1)}, heard: heard{more: make(chan struct{}, 1)},
		at:         standing{trouble: errNotYet},
		claimEvery: claimEvery, firstPause: firstPause, longestPause: longestPause, newSession: newSession,
		patience: patience, helloWithin: helloWithin,
	}
}

var (
	errNotYet = errors.New("none has been opened yet")
	errAside  = errors.New("none could be opened for a while: another process may try")
)

// keepConnected keeps a connection open until ctx ends, which is no error. It
// gives up where only a person can help, and after a while without success, so
// that another process may try.
func (g *Gateway) keepConnected(ctx context.Context) error {
	failures, worked := 0, time.Now()
	for {
		lived, err := g.once(ctx)
		if ctx.Err() != nil {
			return nil
		}
		g.note(func(s *standing) { s.live, s.trouble = false, err })
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
			return errAside
		}
		sleep(ctx, g.pause(err, failures))
		failures++
	}
}

// pause returns how long to wait after a failure: longer after each, not everybody
// for the same time, and at least as long as Discord says. Where Discord asks for another connection (op 7)
// it is at once, where it does not know the session (op 9) a while later. See
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

// once opens a connection and reads it to its end. It returns how long it was of
// use.
func (g *Gateway) once(ctx context.Context) (time.Duration, error) {
	l, err := g.connect(ctx)
	if err != nil {
		g.bot.observe(kindConnection, outcomeNotOpened)
		return 0, err
	}
	err = l.run(ctx)
	if ctx.Err() == nil {
		g.bot.observe(kindConnection, outcomeLost)
	}
	if l.opened.IsZero() {
		return 0, err
	}
	return time.Since(l.opened), err
}

// connect opens a connection: where the session goes on, or where Discord says
// that new ones begin.
func (g *Gateway) connect(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, g.helloWithin)
	defer cancel()
	intents, err := g.intents(ctx)
	if err != nil {
		return nil, err
	}
	to := g.session.resumable(intents)
	if to == "" {
		if to, err = g.entrance(ctx); err != nil {
			return nil, err
		}
	}
	u, err := url.Parse(to)
	if err != nil || u.Host == "" || u.Scheme != "wss" && (u.Scheme != "ws" || g.bot.api.Encrypted()) {
		g.session.moved()
		return nil, errors.New("get_bot_gateway: what it answers is not the URL of a secure connection")
	}
	u.RawQuery = "v=10&encoding=json"
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: g.helloWithin, NetDialContext: g.dial}
	conn, response, err := dialer.DialContext(ctx, u.String(), nil)
	if err != nil {
		g.session.moved() // it may not be there any more
		if response != nil {
			return nil, fmt.Errorf("connecting to %s: HTTP status %d", u.Hostname(), response.StatusCode)
		}
		return nil, fmt.Errorf("connecting to %s: %w", u.Hostname(), rest.WithoutURL(err))
	}
	return newLink(g, conn, intents), nil
}

// entrance asks Discord where connections begin, and whether a new session may.
func (g *Gateway) entrance(ctx context.Context) (string, error) {
	var found struct {
		URL   string `json:"url"`
		Limit *struct {
			Remaining int   `json:"remaining"`
			After     int64 `json:"reset_after"` // ms
		} `json:"session_start_limit"`
	}
	err := g.bot.send(ctx, api.Request{Method: "get_bot_gateway", Verb: http.MethodGet, Path: []string{"gateway", "bot"}}, &found)
	if err != nil {
		return "", refusal(err)
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

// refusal tells apart that Discord does not take the token.
func refusal(err error) error {
	if core.KindOf(err) == core.Unauthorized {
		return &fatalError{4004}
	}
	return err
}
