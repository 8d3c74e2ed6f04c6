package emulator

import (
	"encoding/json"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// linkHost stands where Slack names the machine that serves a connection.
const linkHost = "applink-stand-in"

// linkTimeout bounds each write to the app.
const linkTimeout = 5 * time.Second

// link is one connection of Socket Mode.
type link struct {
	w       *Workspace
	conn    *websocket.Conn
	writing sync.Mutex
	gone    chan struct{} // closed when the connection has ended

	// Guarded by the workspace's lock.
	number int             // the first that was opened is 1
	told   bool            // that it ends
	dead   bool            // nothing comes through
	sent   map[string]bool // the envelopes that went over it
}

// serve says hello, pings, and reads acknowledgements until the connection
// ends. n is how many connections there are with it.
func (l *link) serve(n int) {
	defer l.end()
	if !l.open(n) {
		return
	}
	l.w.life.Go(l.ping)
	l.read()
}

// end takes the connection out of those that are open.
func (l *link) end() {
	w := l.w
	_ = l.conn.Close() // it may be gone
	w.mu.Lock()
	defer w.mu.Unlock()
	w.socket.taken--
	w.socket.links = slices.DeleteFunc(w.socket.links, func(o *link) bool { return o == l })
	w.socket.change()
	close(l.gone)
}

// open says hello, before anything else can go over the connection.
func (l *link) open(n int) bool {
	w := l.w
	l.writing.Lock()
	defer l.writing.Unlock()
	w.mu.Lock()
	w.socket.opened++
	l.number = w.socket.opened
	w.socket.links = append(w.socket.links, l)
	w.socket.change()
	over := w.life.Over()
	w.mu.Unlock()
	return !over && l.put(mustJSON(object{
		"type": "hello", "num_connections": n, "connection_info": object{"app_id": w.opts.AppID},
		"debug_info": object{"host": linkHost, "build_number": 1, "approximate_connection_time": 18060},
	})) == nil
}

func (l *link) ping() {
	tick := time.NewTicker(l.w.opts.PingEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if l.isDead() {
				continue
			}
			_ = l.conn.WriteControl(websocket.PingMessage, []byte("Ping from "+linkHost), time.Now().Add(linkTimeout)) // reading tells of a dead one
		case <-l.gone:
			return
		}
	}
}

func (l *link) read() {
	l.conn.SetReadLimit(maxBody)
	l.conn.SetPingHandler(func(data string) error {
		if l.isDead() {
			return nil
		}
		return l.conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(linkTimeout))
	})
	l.conn.SetPongHandler(func(string) error {
		l.w.mu.Lock()
		defer l.w.mu.Unlock()
		l.w.socket.pongs++
		return nil
	})
	for {
		_, frame, err := l.conn.ReadMessage()
		if err != nil {
			return
		}
		l.w.acknowledged(l, frame)
	}
}

func (l *link) isDead() bool {
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	return l.dead
}

// write sends one message.
func (l *link) write(message object) error { return l.writeRaw(mustJSON(message)) }

func (l *link) writeRaw(frame []byte) error {
	if l.isDead() {
		return nil
	}
	l.writing.Lock()
	defer l.writing.Unlock()
	return l.put(frame)
}

func (l *link) put(frame []byte) error {
	if err := l.conn.SetWriteDeadline(time.Now().Add(linkTimeout)); err != nil {
		return err
	}
	return l.conn.WriteMessage(websocket.TextMessage, frame)
}

// bye ends the connection as the protocol has it.
func (l *link) bye() {
	frame := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = l.conn.WriteControl(websocket.CloseMessage, frame, time.Now().Add(linkTimeout)) // it ends either way
	_ = l.conn.NetConn().Close()
}

// cut ends the connection as a broken line does.
func (l *link) cut() {
	if tcp, ok := l.conn.NetConn().(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = l.conn.NetConn().Close()
}

// Ack is an acknowledgement that the app sent.
type Ack struct {
	EnvelopeID string
	Type       string          // of the envelope: slash_commands, interactive, events_api; "" for an unknown one
	Payload    json.RawMessage // the answer in it
	Took       time.Duration   // since the envelope was sent, on the wall clock
	Attempt    int             // the envelope's retry_attempt
	Connection int             // over which it came: the first that was opened is 1
	Size       int             // in bytes

	// Why nothing came of it: it was too large, it was not of an envelope that
	// had gone over this connection, the envelope had been acknowledged before or
	// its time was up, it was lost with its connection.
	Dropped, Unknown, Late, Lost bool
}

// Acks returns the acknowledgements that came, in order.
func (w *Workspace) Acks() []Ack {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.socket.acks)
}

// acknowledged takes an acknowledgement.
func (w *Workspace) acknowledged(l *link, frame []byte) {
	var in struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	err := json.Unmarshal(frame, &in)
	w.mu.Lock()
	defer w.mu.Unlock()
	a := Ack{EnvelopeID: in.EnvelopeID, Payload: in.Payload, Size: len(frame), Connection: l.number}
	d := w.socket.pending[in.EnvelopeID]
	if l.dead {
		return
	}
	switch {
	case err != nil || d == nil || !l.sent[in.EnvelopeID]:
		a.Unknown = true
	case w.socket.loseAcks > 0:
		w.socket.loseAcks--
		a.Lost = true
		l.told = true
		l.cut()
	case len(frame) >= maxAck:
		a.Dropped = true
	default:
		a.Late = !d.settle(in.Payload)
	}
	if d != nil {
		a.Type, a.Attempt, a.Took = d.kind, d.attempts[in.EnvelopeID], time.Since(d.at[in.EnvelopeID])
	}
	w.socket.acks = append(w.socket.acks, a)
	w.socket.change()
}
