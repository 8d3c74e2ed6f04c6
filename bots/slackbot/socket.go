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

// Socket is the way in over Socket Mode: it keeps connections to Slack open and
// has what comes over them handled just as over HTTP. It is safe for concurrent
// use. See https://docs.slack.dev/apis/events-api/using-socket-mode.
//
// The client of slack-go is not used: it leaves unknown and malformed envelopes
// without an acknowledgement, acknowledges over another connection than the one
// that asked, and lets go of a connection before it has the next.
type Socket struct {
	bot         *Bot
	connections int
	plain       bool // the API is not encrypted, and so may the connections be
	room        chan struct{}

	mu      sync.Mutex
	live    int // connections over which Slack has said hello
	trouble error

	// Short in tests.
	firstPause, longestPause time.Duration // between attempts to connect
	disabledPause            time.Duration // where Socket Mode is turned off
	steady                   time.Duration // how long a connection lasts that was worth opening
	silence                  time.Duration // after which a connection is dead
	linger                   time.Duration // for which one that has a successor is still read
}

// Slack refreshes connections every few hours, warns some ten seconds ahead, and
// sends pings in between. An app may have ten connections in all, so four
// replicas can have two each and still overlap.
const (
	defaultConnections = 2
	maxHandling        = 512 // more than bots.Bot takes: it is the one to say that it is busy
	firstPause         = 500 * time.Millisecond
	longestPause       = time.Minute
	disabledPause      = 5 * time.Minute
	steady             = 30 * time.Second
	silence            = 30 * time.Second
	linger             = 30 * time.Second
)

// What can become of a connection, as it is counted with kindConnection.
const (
	kindConnection   = "connections"
	outcomeOpened    = "opened"
	outcomeRefreshed = "refreshed"     // Slack asked for another in its place
	outcomeLost      = "lost"          // it ended without that
	outcomeNotOpened = "not_opened"    // it could not be opened
	outcomeDisabled  = "link_disabled" // Socket Mode is turned off in the app's settings
	outcomeTooMany   = "too_many"      // the app has as many connections as it may
	outcomeRefused   = "refused"       // the app token is not accepted
)

var (
	errDisabled = errors.New("Socket Mode is turned off in the app's settings (Settings, Socket Mode): turn it on, or use the signing secret instead of the app token")
	errTooMany  = errors.New("the app has as many connections as Slack allows, which is ten")
	errNotYet   = errors.New("none has been opened yet")
	errLost     = errors.New("it was lost")
)

func newSocket(b *Bot, connections int, plain bool) *Socket {
	if connections <= 0 {
		connections = defaultConnections
	}
	return &Socket{
		bot: b, connections: connections, plain: plain, room: make(chan struct{}, maxHandling), trouble: errNotYet,
		firstPause: firstPause, longestPause: longestPause, disabledPause: disabledPause,
		steady: steady, silence: silence, linger: linger,
	}
}

// Socket returns the way in over Socket Mode, nil for a bot that is reached over
// HTTP.
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

// Run keeps the connections open until ctx ends, then lets what came in be
// answered, and returns nil. It returns an error when Slack does not accept the
// app token: only another token helps.
func (s *Socket) Run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var lines, links sync.WaitGroup
	for range s.connections {
		lines.Go(func() {
			if err := s.line(ctx, &links); err != nil {
				s.note(err)
				stop(err)
			}
		})
	}
	lines.Wait()
	links.Wait()
	if err := context.Cause(ctx); refused(err) {
		return fmt.Errorf("slackbot: Slack does not accept the app token (%w): make one with the scope connections:write "+
			"on the app's page Basic Information, App-Level Tokens", err)
	}
	return nil
}

// line keeps one connection open. One that is about to end is still read while
// the next is opened. It returns an error only if that can never be.
func (s *Socket) line(ctx context.Context, links *sync.WaitGroup) error {
	var old *link
	failures := 0
	for ctx.Err() == nil {
		l, err := s.connect(ctx)
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
		opened := time.Now()
		links.Go(func() { s.serve(ctx, l) })
		select {
		case <-l.leaving:
		case <-ctx.Done():
			return nil
		}
		switch {
		case l.why == reasonDisabled:
			s.failed(ctx, errDisabled)
			s.pause(ctx, 1, errDisabled)
			continue
		case l.asked():
			old = l
		}
		if time.Since(opened) >= s.steady {
			failures = 0
			continue
		}
		s.pause(ctx, failures, nil) // it did not last: not again at once
		failures++
	}
	return nil
}

// serve reads a connection to its end.
func (s *Socket) serve(ctx context.Context, l *link) {
	s.bot.observe(kindConnection, outcomeOpened)
	s.bot.log.InfoContext(ctx, "slackbot: connected for Socket Mode")
	err := l.run(ctx)
	switch {
	case ctx.Err() != nil || l.why == reasonDisabled:
	case l.asked():
		s.bot.observe(kindConnection, outcomeRefreshed)
		s.bot.log.InfoContext(ctx, "slackbot: a connection was refreshed", "reason", l.why)
	default:
		s.bot.observe(kindConnection, outcomeLost)
		s.bot.log.WarnContext(ctx, "slackbot: a connection was lost", "reason", l.why, "error", err)
	}
}

// count keeps count of the connections that are read.
func (s *Socket) count(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live += n
	if n > 0 {
		s.trouble = errLost
	}
}

// failed notes that there is no connection, and why.
func (s *Socket) failed(ctx context.Context, err error) {
	switch {
	case errors.Is(err, errDisabled):
		s.bot.observe(kindConnection, outcomeDisabled)
		s.bot.log.ErrorContext(ctx, "slackbot: nothing comes in", "error", err)
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

// pause waits before the next attempt: longer after each failure, as long as
// Slack says, and not everybody at the same time.
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

// refused reports whether only another app token helps. See
// https://docs.slack.dev/reference/methods/apps.connections.open.
func refused(err error) bool {
	kind := core.KindOf(err)
	return kind == core.Unauthorized || kind == core.Denied || core.DetailOf(err) == "missing_args"
}
