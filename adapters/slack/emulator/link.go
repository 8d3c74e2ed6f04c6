package emulator

import (
	"encoding/json"
	"net"
	"slices"
	"sync"
	"time"

	"riskroom/adapters/stage"

	"github.com/gorilla/websocket"
)

// linkHost takes the place of the machine that Slack names for a connection.
const linkHost = "applink-stand-in"

// linkTimeout bounds each write to the app.
const linkTimeout = 5 * time.Second

// link is one connection of Socket Mode.
type link struct {
	s       *Socket
	conn    *websocket.Conn
	writing sync.Mutex
	gone    chan struct{} // closed when the connection has ended

	// Guarded by the team's lock.
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
	l.s.team.host.Life.Go(l.ping)
	l.read()
}

// end removes the connection from the open ones.
func (l *link) end() {
	s := l.s
	_ = l.conn.Close() // it may be gone
	s.team.Lock()
	defer s.team.Unlock()
	s.taken--
	s.links = slices.DeleteFunc(s.links, func(o *link) bool { return o == l })
	s.change()
	close(l.gone)
}

// open says hello, before anything else can go over the connection.
func (l *link) open(n int) bool {
	s := l.s
	l.writing.Lock()
	defer l.writing.Unlock()
	s.team.Lock()
	s.opened++
	l.number = s.opened
	s.links = append(s.links, l)
	s.change()
	over := s.team.host.Life.Over()
	s.team.Unlock()
	return !over && l.put(stage.JSON(object{
		"type": "hello", "num_connections": n, "connection_info": object{"app_id": s.team.opts.AppID},
		"debug_info": object{"host": linkHost, "build_number": 1, "approximate_connection_time": 18060},
	})) == nil
}

func (l *link) ping() {
	tick := time.NewTicker(l.s.team.opts.PingEvery)
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
	l.conn.SetReadLimit(stage.MaxBody)
	l.conn.SetPingHandler(func(data string) error {
		if l.isDead() {
			return nil
		}
		return l.conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(linkTimeout))
	})
	l.conn.SetPongHandler(func(string) error {
		l.s.team.Lock()
		defer l.s.team.Unlock()
		l.s.pongs++
		return nil
	})
	for {
		_, frame, err := l.conn.ReadMessage()
		if err != nil {
			return
		}
		l.s.acknowledged(l, frame)
	}
}

func (l *link) isDead() bool {
	l.s.team.Lock()
	defer l.s.team.Unlock()
	return l.dead
}

// write sends one message.
func (l *link) write(message object) error { return l.writeRaw(stage.JSON(message)) }

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

// bye ends the connection as the protocol prescribes.
func (l *link) bye() {
	frame := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = l.conn.WriteControl(websocket.CloseMessage, frame, time.Now().Add(linkTimeout)) // it ends either way
	_ = l.conn.NetConn().Close()
}

// cut ends the connection like a network failure.
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

// Acks returns the acknowledgements received, in order.
func (s *Socket) Acks() []Ack {
	s.team.Lock()
	defer s.team.Unlock()
	return slices.Clone(s.acks)
}

// acknowledged records an acknowledgement.
func (s *Socket) acknowledged(l *link, frame []byte) {
	var in struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	err := json.Unmarshal(frame, &in)
	s.team.Lock()
	defer s.team.Unlock()
	a := Ack{EnvelopeID: in.EnvelopeID, Payload: in.Payload, Size: len(frame), Connection: l.number}
	d := s.pending[in.EnvelopeID]
	if l.dead {
		return
	}
	switch {
	case err != nil || d == nil || !l.sent[in.EnvelopeID]:
		a.Unknown = true
	case s.loseAcks > 0:
		s.loseAcks--
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
	s.acks = append(s.acks, a)
	s.change()
}
