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

// socketSide is the state of Socket Mode; the workspace's lock guards it.
type socketSide struct {
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

func newSocketSide(on bool) socketSide {
	return socketSide{
		on: on, tickets: make(map[string]bool), pending: make(map[string]*delivery), changed: make(chan struct{}),
		pick: rand.New(rand.NewPCG(1, 2)), // which connection gets what: the same in each run
	}
}

// change wakes whoever waits for connections or acknowledgements.
func (s *socketSide) change() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func (w *Workspace) socketOn() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.socket.on
}

// AppToken returns the app-level token.
func (w *Workspace) AppToken() string { return w.opts.AppToken }

// appsConnectionsOpen: https://docs.slack.dev/reference/methods/apps.connections.open
// What it answers while Socket Mode is turned off is on no page; the stand-in
// says forbidden_team ("cannot use this API").
func appsConnectionsOpen(w *Workspace, _ *call) (object, error) {
	if !slices.Contains(w.opts.AppScopes, "connections:write") {
		return nil, &refusal{code: "missing_scope", extra: object{"needed": "connections:write", "provided": strings.Join(w.opts.AppScopes, ",")}}
	}
	if !w.socket.on {
		return nil, refuse("forbidden_team")
	}
	ticket := "stand-in-ticket-" + w.newID("tk")
	w.socket.tickets[ticket] = true
	query := url.Values{"ticket": {ticket}, "app_id": {w.opts.AppID}}
	return object{"url": "ws" + strings.TrimPrefix(w.base, "http") + "/link/?" + query.Encode()}, nil
}

// serveLink takes a connection: each ticket is good for one.
func (w *Workspace) serveLink(rw http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	w.mu.Lock()
	good := w.socket.tickets[ticket] && w.socket.on
	delete(w.socket.tickets, ticket)
	w.mu.Unlock()
	if !good {
		http.Error(rw, http.StatusText(http.StatusForbidden), http.StatusForbidden)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := upgrader.Upgrade(rw, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	w.admitLink(conn)
}

func (w *Workspace) admitLink(conn *websocket.Conn) {
	w.mu.Lock()
	if w.life.Over() {
		w.mu.Unlock()
		_ = conn.Close()
		return
	}
	l := &link{w: w, conn: conn, gone: make(chan struct{}), sent: make(map[string]bool)}
	if w.socket.taken >= maxConnections {
		w.mu.Unlock()
		_ = l.write(object{"type": "disconnect", "reason": tooManyLinks, "debug_info": object{"host": linkHost}})
		_ = conn.Close()
		return
	}
	w.socket.taken++
	n := w.socket.taken
	w.life.Go(func() { l.serve(n) })
	w.mu.Unlock()
}

// SetSocketMode turns Socket Mode on or off in the app's settings. Turned on,
// nothing goes over HTTP any more; turned off, the connections end with
// link_disabled.
func (w *Workspace) SetSocketMode(on bool) {
	w.mu.Lock()
	w.socket.on = on
	w.mu.Unlock()
	for !on && w.Disconnect(LinkDisabled, 0) {
		continue
	}
}

// Connections returns how many connections of Socket Mode are open.
func (w *Workspace) Connections() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.socket.links)
}

// Opened returns how many connections were opened in all.
func (w *Workspace) Opened() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.socket.opened
}

// Pongs returns how many of the stand-in's pings the app has answered.
func (w *Workspace) Pongs() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.socket.pongs
}

// WaitConnected waits until n connections are open. It fails only with the
// error of ctx.
func (w *Workspace) WaitConnected(ctx context.Context, n int) error {
	for {
		w.mu.Lock()
		open, changed := len(w.socket.links), w.socket.changed
		w.mu.Unlock()
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

// Disconnect tells the oldest connection that was not told yet that it ends, and
// ends it after a while. It answers false where there is none.
func (w *Workspace) Disconnect(reason string, after time.Duration) bool {
	w.mu.Lock()
	i := slices.IndexFunc(w.socket.links, func(l *link) bool { return !l.told })
	if i < 0 {
		w.mu.Unlock()
		return false
	}
	l := w.socket.links[i]
	l.told = true
	w.life.Go(func() {
		_ = l.write(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": linkHost}})
		w.life.Sleep(after)
		l.bye()
	})
	w.mu.Unlock()
	return true
}

// Cut ends the oldest connection without a word. It answers false where there is
// none.
func (w *Workspace) Cut() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.socket.links {
		if !l.told {
			l.told = true
			l.cut()
			return true
		}
	}
	return false
}

// CutAll ends every connection without a word.
func (w *Workspace) CutAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.socket.links {
		l.told = true
		l.cut()
	}
}

// Freeze has the open connections go dead: they stay open, and nothing comes
// through them either way.
func (w *Workspace) Freeze() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.socket.links {
		l.dead = true
	}
}

// LoseAcks has the next n acknowledgements that arrive lost, and each time the
// connection with it.
func (w *Workspace) LoseAcks(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.socket.loseAcks = n
}
