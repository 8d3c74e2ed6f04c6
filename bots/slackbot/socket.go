package slackbot

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"riskroom/core"
)

// Socket receives requests over Socket Mode. It keeps connections to Slack open
// and handles requests as over HTTP. It is safe for concurrent use. See
// https://docs.slack.dev/apis/events-api/using-socket-mode.
//
// slack-go's client is not used: it doesn't acknowledge unknown and malformed
// envelopes, may acknowledge on another connection, and closes a connection before
// it has opened the next.
type Socket struct {
	bot         *Bot
	connections int
	plain       bool // the API is not encrypted, and so may the connections be
	slots       chan struct{}

	mu      sync.Mutex
	live    int   // connections on which Slack has sent hello
	trouble error // why there is none

	// Short in tests.
	firstPause, longestPause time.Duration // between attempts to connect
	disabledPause            time.Duration // between attempts while Socket Mode is turned off
	steady                   time.Duration // a connection that lasts this long resets the pauses
	silence                  time.Duration // after which a connection is dead
	linger                   time.Duration // how long a replaced connection is still read
}

// Slack refreshes connections every few hours, with a warning about ten seconds
// ahead. An app may have ten connections, so four replicas can have two each and
// still overlap.
const (
	defaultConnections = 2
	maxHandling        = 512 // more than bots.Bot takes, so that bots.Bot answers that it is busy
	firstPause         = 500 * time.Millisecond
	longestPause       = time.Minute
	disabledPause      = 5 * time.Minute
	steady             = 30 * time.Second
	silence            = 30 * time.Second
	linger             = 30 * time.Second
)

// Outcomes counted with kindConnection.
const (
	kindConnection   = "connections"
	outcomeOpened    = "opened"
	outcomeRefreshed = "refreshed"     // replaced because Slack asked for it
	outcomeLost      = "lost"          // ended for any other reason
	outcomeNotOpened = "not_opened"    // failed to open
	outcomeDisabled  = "link_disabled" // Socket Mode is turned off in the app's settings
	outcomeTooMany   = "too_many"      // the app has as many connections as Slack allows
	outcomeRefused   = "refused"       // Slack rejects the app token
)

var (
	errDisabled = errors.New("Socket Mode is turned off in the app's settings (Settings, Socket Mode): turn it on, or use the signing secret instead of the app token")
	errTooMany  = errors.New("the app already has ten connections, the most that Slack allows")
	errNotYet   = errors.New("none has been opened yet")
	errLost     = errors.New("the last one was lost")
)

func newSocket(b *Bot, connections int, plain bool) *Socket {
	if connections <= 0 {
		connections = defaultConnections
	}
	return &Socket{
		bot: b, connections: connections, plain: plain, slots: make(chan struct{}, maxHandling), trouble: errNotYet,
		firstPause: firstPause, longestPause: longestPause, disabledPause: disabledPause,
		steady: steady, silence: silence, linger: linger,
	}
}

// Socket returns the Socket Mode receiver, nil for a bot over HTTP.
func (b *Bot) Socket() *Socket { return b.socket }

// Ready reports whether Slack can reach the bot, and if not, why.
func (s *Socket) Ready(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live > 0 {
		return nil
	}
	return fmt.Errorf("slackbot: no connection for Socket Mode: %w", s.trouble)
}

// Run keeps the connections open until ctx ends, waits until all requests are
// answered, and returns nil. It returns an error if Slack rejects the app token.
func (s *Socket) Run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var keeping, serving sync.WaitGroup
	for range s.connections {
		keeping.Go(func() {
			if err := s.keepConnected(ctx, &serving); err != nil {
				s.note(err)
				stop(err)
			}
		})
	}
	keeping.Wait()
	serving.Wait()
	if err := context.Cause(ctx); refused(err) {
		return fmt.Errorf("slackbot: Slack does not accept the app token (%w): generate one with the scope connections:write "+
			"on the app's page Basic Information, App-Level Tokens", err)
	}
	return nil
}

// keepConnected keeps one connection open. A connection that is about to end is
// still read while the next is opened. An error means that Slack rejects the app
// token.
func (s *Socket) keepConnected(ctx context.Context, serving *sync.WaitGroup) error {
	var old *connection
	failures := 0
	for ctx.Err() == nil {
		c, err := s.connect(ctx)
		if err != nil && ctx.Err() == nil {
			if refused(err) {
				s.bot.observe(kindConnection, outcomeRefused)
				return err
			}
			failures++
			s.failed(ctx, err)
			s.pause(ctx, failures, err)
			continue
		}
		if old != nil {
			old.retire()
			old = nil
		}
		if err != nil {
			return nil
		}
		since := time.Now()
		serving.Go(func() { s.serve(ctx, c) })
		select {
		case <-c.leaving:
		case <-ctx.Done():
			return nil
		}
		switch {
		case c.why == reasonDisabled:
			s.failed(ctx, errDisabled)
			s.pause(ctx, 1, errDisabled)
			continue
		case c.replaceAsked():
			old = c
		}
		if time.Since(since) >= s.steady {
			failures = 0
			continue
		}
		s.pause(ctx, failures, nil) // the connection was short-lived
		failures++
	}
	return nil
}

// serve reads a connection to its end.
func (s *Socket) serve(ctx context.Context, c *connection) {
	s.bot.observe(kindConnection, outcomeOpened)
	s.bot.log.InfoContext(ctx, "slackbot: connected for Socket Mode")
	err := c.run(ctx)
	switch {
	case ctx.Err() != nil || c.why == reasonDisabled:
	case c.replaceAsked():
		s.bot.observe(kindConnection, outcomeRefreshed)
		s.bot.log.InfoContext(ctx, "slackbot: a connection was refreshed", "reason", c.why)
	default:
		s.bot.observe(kindConnection, outcomeLost)
		s.bot.log.WarnContext(ctx, "slackbot: a connection was lost", "reason", c.why, "error", err)
	}
}

// count adds n to the number of live connections.
func (s *Socket) count(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live += n
	if n > 0 {
		s.trouble = errLost
	}
}

// failed records why a connection could not be opened.
func (s *Socket) failed(ctx context.Context, err error) {
	switch {
	case errors.Is(err, errDisabled):
		s.bot.observe(kindConnection, outcomeDisabled)
		s.bot.log.ErrorContext(ctx, "slackbot: riskroom receives nothing from Slack", "error", err)
	case errors.Is(err, errTooMany):
		s.bot.observe(kindConnection, outcomeTooMany)
		s.bot.log.WarnContext(ctx, "slackbot: a connection was not opened", "error", err)
	default:
		s.bot.observe(kindConnection, outcomeNotOpened)
		s.bot.log.WarnContext(ctx, "slackbot: a connection was not opened", "error", err)
	}
	s.note(err)
}

func (s *Socket) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = err
}

// pause waits before the next attempt: longer after each failure, with jitter,
// and at least as long as Slack asks for.
func (s *Socket) pause(ctx context.Context, failures int, err error) {
	d := s.longestPause
	if failures < 16 {
		d = min(s.firstPause<<failures, s.longestPause)
	}
	d = d/2 + rand.N(d/2+1)
	if errors.Is(err, errDisabled) {
		d = s.disabledPause + rand.N(s.disabledPause/4+1)
	}
	if core.KindOf(err) == core.RateLimited {
		d = max(d, core.RetryAfterOf(err))
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// refused reports whether Slack rejects the app token. See
// https://docs.slack.dev/reference/methods/apps.connections.open.
func refused(err error) bool {
	kind := core.KindOf(err)
	return kind == core.Unauthorized || kind == core.Denied || core.DetailOf(err) == "missing_args"
}
