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
)

// Gateway is the way in over Discord's gateway: it keeps one connection open and
// has what comes over it handled just as over HTTP. It is safe for concurrent
// use. See https://docs.discord.com/developers/events/gateway.
//
// The client of discordgo is not used: it identifies again without waiting, ends
// the session when a heartbeat is missed, and goes on where only a person can
// help.
type Gateway struct {
	bot  *Bot
	dial func(ctx context.Context, network, addr string) (net.Conn, error) // nil: the network
	room chan struct{}

	mu         sync.Mutex
	live       bool
	trouble    error
	identified []time.Time // the latest IDENTIFYs, on the wall clock

	// Of the session; only Run's goroutine and its link's reader use them.
	session, resumeAt string
	seq               int64
	rooms             *rooms

	// Short in tests.
	firstPause, longestPause time.Duration // between attempts to connect
	steady                   time.Duration // how long a connection lasts that was worth opening
	identifyWindow           time.Duration // in which there are at most maxIdentifies
	helloWithin              time.Duration
}

// Discord takes the token away from a bot that identifies more than a thousand
// times a day: https://docs.discord.com/developers/events/gateway#session-start-limit-object.
const (
	maxIdentifies  = 3
	identifyWindow = 61 * time.Second
	firstPause     = time.Second
	longestPause   = 2 * time.Minute
	steady         = time.Minute
	helloWithin    = 20 * time.Second
	maxHandling    = 512 // more than bots.Bot takes: it is the one to say that it is busy
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

var errNotYet = errors.New("none has been opened yet")

// fatal are the close codes after which only a person can help. See
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes.
var fatal = map[int]string{
	4004: "the bot token is not accepted: copy it from the application's page Bot",
	4010: "this part of a split bot is none of Discord's",
	4011: "the bot is in so many servers that its connection has to be split, which riskroom does not do",
	4012: "this version of the gateway is not there any more: a newer riskroom is needed",
	4013: "an intent is not known to Discord: a newer riskroom is needed",
	4014: "an intent is not switched on for the application: see its page Bot, Privileged Gateway Intents",
}

// fatalError ends Run.
type fatalError struct{ code int }

func (e *fatalError) Error() string { return fmt.Sprintf("close code %d: %s", e.code, fatal[e.code]) }

// Gateway returns the way in over the gateway, nil for a bot that is reached over
// HTTP.
func (b *Bot) Gateway() *Gateway { return b.gateway }

func newGateway(b *Bot) *Gateway {
	return &Gateway{
		bot: b, room: make(chan struct{}, maxHandling), trouble: errNotYet, rooms: newRooms(),
		firstPause: firstPause, longestPause: longestPause, steady: steady, identifyWindow: identifyWindow, helloWithin: helloWithin,
	}
}

// Ready tells whether Discord can reach the bot, and if not, why.
func (g *Gateway) Ready(context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.live {
		return nil
	}
	return fmt.Errorf("discordbot: no connection to the gateway: %w", g.trouble)
}

func (g *Gateway) note(live bool, trouble error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.live, g.trouble = live, trouble
}

// Run keeps a connection open until ctx ends, then lets what came in be answered,
// and returns nil. It returns an error where only a person can help.
func (g *Gateway) Run(ctx context.Context) error {
	failures := 0
	for ctx.Err() == nil {
		began := time.Now()
		err := g.once(ctx)
		if ctx.Err() != nil {
			return nil
		}
		g.note(false, err)
		if f, ok := errors.AsType[*fatalError](err); ok {
			g.bot.observe(kindConnection, outcomeRefused)
			return fmt.Errorf("discordbot: the gateway does not take the bot: %w", f)
		}
		if time.Since(began) >= g.steady {
			failures = 0
		}
		g.bot.log.WarnContext(ctx, "discordbot: no connection to the gateway", "error", err)
		g.pause(ctx, failures)
		failures++
	}
	return nil
}

// pause waits before the next attempt: longer after each failure, and not
// everybody at the same time.
func (g *Gateway) pause(ctx context.Context, failures int) {
	d := g.longestPause
	if failures < 16 {
		d = min(g.firstPause<<failures, g.longestPause)
	}
	sleep(ctx, d/2+rand.N(d/2+1))
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// once opens a connection and reads it to its end.
func (g *Gateway) once(ctx context.Context) error {
	if g.session == "" {
		g.awaitTurn(ctx)
	}
	l, err := g.connect(ctx)
	if err != nil {
		g.bot.observe(kindConnection, outcomeNotOpened)
		return err
	}
	err = l.run(ctx)
	if ctx.Err() == nil {
		g.bot.observe(kindConnection, outcomeLost)
	}
	return err
}

// awaitTurn waits until another IDENTIFY is within the limit.
func (g *Gateway) awaitTurn(ctx context.Context) {
	g.mu.Lock()
	var wait time.Duration
	if n := len(g.identified); n >= maxIdentifies {
		wait = time.Until(g.identified[n-maxIdentifies].Add(g.identifyWindow))
	}
	g.mu.Unlock()
	sleep(ctx, wait)
}

func (g *Gateway) identifying() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.identified = append(g.identified[max(0, len(g.identified)-maxIdentifies+1):], time.Now())
}

// connect opens a connection: where the session goes on, or where Discord says
// that new ones begin.
func (g *Gateway) connect(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, g.helloWithin)
	defer cancel()
	to := g.resumeAt
	if g.session == "" || to == "" {
		var found struct {
			URL string `json:"url"`
		}
		err := g.bot.send(ctx, "get_bot_gateway", http.MethodGet, []string{"gateway", "bot"}, "", nil, &found)
		if e, ok := errors.AsType[*apiError](err); ok && e.status == http.StatusUnauthorized {
			return nil, &fatalError{4004}
		}
		if err != nil {
			return nil, err
		}
		to = found.URL
	}
	u, err := url.Parse(to)
	if err != nil || u.Host == "" || u.Scheme != "wss" && (u.Scheme != "ws" || !g.plain()) {
		g.resumeAt = ""
		return nil, errors.New("get_bot_gateway: what it answers is not the URL of a secure connection")
	}
	u.RawQuery = "v=10&encoding=json"
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: g.helloWithin, NetDialContext: g.dial}
	conn, response, err := dialer.DialContext(ctx, u.String(), nil)
	if err != nil {
		g.resumeAt = "" // it may not be there any more
		if response != nil {
			return nil, fmt.Errorf("connecting to %s: HTTP status %d", u.Hostname(), response.StatusCode)
		}
		return nil, fmt.Errorf("connecting to %s: %w", u.Hostname(), bare(err))
	}
	return newLink(g, conn), nil
}

// plain tells whether the API is not encrypted, and so the gateway may be.
func (g *Gateway) plain() bool {
	u, err := url.Parse(g.bot.base)
	return err == nil && u.Scheme == "http"
}
