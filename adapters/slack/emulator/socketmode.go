package emulator

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// ErrNotConnected is returned by what people do while Socket Mode is on and the
// app has no connection; Slack then shows them dispatch_failed.
var ErrNotConnected = errors.New("emulator: dispatch_failed: the app is not connected")

// Slack's numbers for Socket Mode, see
// https://docs.slack.dev/apis/events-api/using-socket-mode.
const (
	maxConnections = 10
	// maxAck is the size of an acknowledgement, in bytes, from which on it is
	// dropped without a word.
	maxAck = 20_000
)

// Reasons for Slack to end a connection.
const (
	Warning      = "warning"           // it ends in some ten seconds
	Refresh      = "refresh_requested" // it ends now, another is to take its place
	LinkDisabled = "link_disabled"     // Socket Mode was turned off
	tooManyLinks = "too_many_websockets"
)

// Socket is the side of Socket Mode: the app's connections. It is safe for
// concurrent use.
type Socket struct {
	team *team

	// Guarded by the team's lock.
	on       bool
	tickets  map[string]bool
	taken    int     // connections that are open or about to be
	links    []*link // those that are open, oldest first
	opened   int
	pending  map[string]*delivery // by envelope_id
	acks     []Ack
	pongs    int
	loseAcks int
	changed  chan struct{} // closed when links or acks changed
	pick     *rand.Rand
}

func newSocket(t *team) *Socket {
	return &Socket{
		team: t, on: t.opts.SocketMode, tickets: make(map[string]bool), pending: make(map[string]*delivery), changed: make(chan struct{}),
		pick: rand.New(rand.NewPCG(1, 2)), // which connection gets what: the same in each run
	}
}

// change wakes everything that waits for connections or acknowledgements.
func (s *Socket) change() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Socket) isOn() bool {
	s.team.Lock()
	defer s.team.Unlock()
	return s.on
}

// appsConnectionsOpen: https://docs.slack.dev/reference/methods/apps.connections.open
// What it answers while Socket Mode is turned off is on no page; the stand-in
// says forbidden_team ("cannot use this API").
func appsConnectionsOpen(a *api, _ *call) (object, error) {
	if !slices.Contains(a.opts.AppScopes, "connections:write") {
		return nil, &refusal{code: "missing_scope", extra: object{"needed": "connections:write", "provided": strings.Join(a.opts.AppScopes, ",")}}
	}
	if !a.socket.on {
		return nil, refuse("forbidden_team")
	}
	ticket := "stand-in-ticket-" + a.newID("tk")
	a.socket.tickets[ticket] = true
	query := url.Values{"ticket": {ticket}, "app_id": {a.opts.AppID}}
	return object{"url": "ws" + strings.TrimPrefix(a.host.URL(), "http") + "/link/?" + query.Encode()}, nil
}

// serveLink accepts a connection. Each ticket can be used once.
func (s *Socket) serveLink(rw http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.team.Lock()
	good := s.tickets[ticket] && s.on
	delete(s.tickets, ticket)
	s.team.Unlock()
	if !good {
		http.Error(rw, http.StatusText(http.StatusForbidden), http.StatusForbidden)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := upgrader.Upgrade(rw, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	s.admitLink(conn)
}

func (s *Socket) admitLink(conn *websocket.Conn) {
	s.team.Lock()
	if s.team.host.Life.Over() {
		s.team.Unlock()
		_ = conn.Close()
		return
	}
	l := &link{s: s, conn: conn, gone: make(chan struct{}), sent: make(map[string]bool)}
	if s.taken >= maxConnections {
		s.team.Unlock()
		_ = l.write(object{"type": "disconnect", "reason": tooManyLinks, "debug_info": object{"host": linkHost}})
		_ = conn.Close()
		return
	}
	s.taken++
	n := s.taken
	s.team.host.Life.Go(func() { l.serve(n) })
	s.team.Unlock()
}

// SetMode turns Socket Mode on or off in the app's settings. While it is on,
// nothing is sent over HTTP. Turning it off ends the connections with
// link_disabled.
func (s *Socket) SetMode(on bool) {
	s.team.Lock()
	s.on = on
	s.team.Unlock()
	for !on && s.Disconnect(LinkDisabled, 0) {
		continue
	}
}

// Connections returns how many connections of Socket Mode are open.
func (s *Socket) Connections() int {
	s.team.Lock()
	defer s.team.Unlock()
	return len(s.links)
}

// Opened returns how many connections were opened in all.
func (s *Socket) Opened() int {
	s.team.Lock()
	defer s.team.Unlock()
	return s.opened
}

// Pongs returns how many of the stand-in's pings the app has answered.
func (s *Socket) Pongs() int {
	s.team.Lock()
	defer s.team.Unlock()
	return s.pongs
}

// WaitConnected waits until n connections are open. It fails only with the
// error of ctx.
func (s *Socket) WaitConnected(ctx context.Context, n int) error {
	for {
		s.team.Lock()
		open, changed := len(s.links), s.changed
		s.team.Unlock()
		if open >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("emulator: %d connections of %d are open: %w", open, n, ctx.Err())
		}
	}
}

// Disconnect announces to the oldest connection not yet warned that it will
// end, and ends it after a while. It returns false if there is none.
func (s *Socket) Disconnect(reason string, after time.Duration) bool {
	s.team.Lock()
	i := slices.IndexFunc(s.links, func(l *link) bool { return !l.told })
	if i < 0 {
		s.team.Unlock()
		return false
	}
	l := s.links[i]
	l.told = true
	s.team.host.Life.Go(func() {
		_ = l.write(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": linkHost}})
		s.team.host.Life.Sleep(after)
		l.bye()
	})
	s.team.Unlock()
	return true
}

// Cut ends the oldest connection without warning. It returns false if there is
// none.
func (s *Socket) Cut() bool {
	s.team.Lock()
	defer s.team.Unlock()
	for _, l := range s.links {
		if !l.told {
			l.told = true
			l.cut()
			return true
		}
	}
	return false
}

// CutAll ends every connection without warning.
func (s *Socket) CutAll() {
	s.team.Lock()
	defer s.team.Unlock()
	for _, l := range s.links {
		l.told = true
		l.cut()
	}
}

// Freeze makes the open connections go dead: they stay open, but nothing passes
// in either direction.
func (s *Socket) Freeze() {
	s.team.Lock()
	defer s.team.Unlock()
	for _, l := range s.links {
		l.dead = true
	}
}

// LoseAcks loses the next n acknowledgements that arrive, and the connection
// with each of them.
func (s *Socket) LoseAcks(n int) {
	s.team.Lock()
	defer s.team.Unlock()
	s.loseAcks = n
}
