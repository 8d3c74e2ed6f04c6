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

// ErrNotConnected is the error of people's actions while Socket Mode is on and
// the app has no connection; Slack then shows them dispatch_failed.
var ErrNotConnected = errors.New("emulator: dispatch_failed: the app is not connected")

// Slack's numbers for Socket Mode, see
// https://docs.slack.dev/apis/events-api/using-socket-mode.
const (
	maxConnections = 10
	// maxAck is the size in bytes from which Slack silently drops an
	// acknowledgement.
	maxAck = 20_000
)

// Reasons for Slack to end a connection.
const (
	Warning      = "warning"           // it ends in about ten seconds
	Refresh      = "refresh_requested" // it ends now, and the app should open another
	LinkDisabled = "link_disabled"     // Socket Mode was turned off
	tooManyOpen  = "too_many_websockets"
)

// Socket is the side of Socket Mode: the app's connections. It is safe for
// concurrent use.
type Socket struct {
	team *team

	// Guarded by the team's lock.
	on          bool
	tickets     map[string]bool
	taken       int           // connections that are open or about to be
	connections []*connection // those that are open, oldest first
	opened      int
	pending     map[string]*delivery // by envelope_id
	acks        []Ack
	pongs       int
	loseAcks    int
	changed     chan struct{} // closed when connections or acks changed
	pick        *rand.Rand
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
// No page says what it returns while Socket Mode is off; the stand-in returns
// forbidden_team ("cannot use this API").
func appsConnectionsOpen(a *api, _ *call) (object, error) {
	if !slices.Contains(a.opts.AppScopes, "connections:write") {
		return nil, missingScope("connections:write", a.opts.AppScopes)
	}
	if !a.socket.on {
		return nil, refuse("forbidden_team")
	}
	ticket := "stand-in-ticket-" + a.newID("tk")
	a.socket.tickets[ticket] = true
	query := url.Values{"ticket": {ticket}, "app_id": {appID}}
	return object{"url": "ws" + strings.TrimPrefix(a.host.URL(), "http") + "/link/?" + query.Encode()}, nil
}

// serveConnection accepts a connection. Each ticket can be used once.
func (s *Socket) serveConnection(rw http.ResponseWriter, r *http.Request) {
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
	ws, err := upgrader.Upgrade(rw, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	s.admit(ws)
}

func (s *Socket) admit(ws *websocket.Conn) {
	s.team.Lock()
	if s.team.host.Life.Over() {
		s.team.Unlock()
		_ = ws.Close()
		return
	}
	c := &connection{s: s, ws: ws, gone: make(chan struct{}), sent: make(map[string]bool)}
	if s.taken >= maxConnections {
		s.team.Unlock()
		_ = c.write(object{"type": "disconnect", "reason": tooManyOpen, "debug_info": object{"host": connectionHost}})
		_ = ws.Close()
		return
	}
	s.taken++
	n := s.taken
	s.team.host.Life.Go(func() { c.serve(n) })
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
	return len(s.connections)
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
		open, changed := len(s.connections), s.changed
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

// Disconnect warns the oldest connection that has not been warned, and ends it
// after a while. It returns false if there is none.
func (s *Socket) Disconnect(reason string, after time.Duration) bool {
	s.team.Lock()
	i := slices.IndexFunc(s.connections, func(c *connection) bool { return !c.warned })
	if i < 0 {
		s.team.Unlock()
		return false
	}
	c := s.connections[i]
	c.warned = true
	s.team.host.Life.Go(func() {
		_ = c.write(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": connectionHost}})
		s.team.host.Life.Sleep(after)
		c.bye()
	})
	s.team.Unlock()
	return true
}

// Cut ends the oldest connection without warning. It returns false if there is
// none.
func (s *Socket) Cut() bool {
	s.team.Lock()
	defer s.team.Unlock()
	for _, c := range s.connections {
		if !c.warned {
			c.warned = true
			c.cut()
			return true
		}
	}
	return false
}

// CutAll ends every connection without warning.
func (s *Socket) CutAll() {
	s.team.Lock()
	defer s.team.Unlock()
	for _, c := range s.connections {
		c.warned = true
		c.cut()
	}
}

// Freeze makes the open connections go dead: they stay open, but nothing passes
// in either direction.
func (s *Socket) Freeze() {
	s.team.Lock()
	defer s.team.Unlock()
	for _, c := range s.connections {
		c.dead = true
	}
}

// LoseAcks loses the next n acknowledgements that arrive, and the connection
// with each of them.
func (s *Socket) LoseAcks(n int) {
	s.team.Lock()
	defer s.team.Unlock()
	s.loseAcks = n
}
