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

// connectionHost replaces the host that Slack names for a connection.
const connectionHost = "applink-stand-in"

// writeTimeout bounds each write to the app.
const writeTimeout = 5 * time.Second

// connection is one connection of Socket Mode.
type connection struct {
	s       *Socket
	ws      *websocket.Conn
	writing sync.Mutex
	gone    chan struct{} // closed when the connection has ended

	// Guarded by the team's lock.
	number int             // in the order of opening, from 1
	warned bool            // that it will end
	dead   bool            // nothing gets through
	sent   map[string]bool // the envelopes that went over it
}

// serve says hello, pings, and reads acknowledgements until the connection
// ends. n is how many connections there are with it.
func (c *connection) serve(n int) {
	defer c.end()
	if !c.open(n) {
		return
	}
	c.s.team.host.Life.Go(c.ping)
	c.read()
}

// end removes the connection from the open ones.
func (c *connection) end() {
	s := c.s
	_ = c.ws.Close() // it may be gone
	s.team.Lock()
	defer s.team.Unlock()
	s.taken--
	s.connections = slices.DeleteFunc(s.connections, func(o *connection) bool { return o == c })
	s.change()
	close(c.gone)
}

// open says hello, before anything else can go over the connection.
func (c *connection) open(n int) bool {
	s := c.s
	c.writing.Lock()
	defer c.writing.Unlock()
	s.team.Lock()
	s.opened++
	c.number = s.opened
	s.connections = append(s.connections, c)
	s.change()
	over := s.team.host.Life.Over()
	s.team.Unlock()
	return !over && c.put(stage.JSON(object{
		"type": "hello", "num_connections": n, "connection_info": object{"app_id": appID},
		"debug_info": object{"host": connectionHost, "build_number": 1, "approximate_connection_time": 18060},
	})) == nil
}

func (c *connection) ping() {
	tick := time.NewTicker(c.s.team.opts.PingEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if c.isDead() {
				continue
			}
			_ = c.ws.WriteControl(websocket.PingMessage, []byte("Ping from "+connectionHost), time.Now().Add(writeTimeout)) // the reader notices a dead connection
		case <-c.gone:
			return
		}
	}
}

func (c *connection) read() {
	c.ws.SetReadLimit(stage.MaxBody)
	c.ws.SetPingHandler(func(data string) error {
		if c.isDead() {
			return nil
		}
		return c.ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(writeTimeout))
	})
	c.ws.SetPongHandler(func(string) error {
		c.s.team.Lock()
		defer c.s.team.Unlock()
		c.s.pongs++
		return nil
	})
	for {
		_, frame, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		c.s.acknowledged(c, frame)
	}
}

func (c *connection) isDead() bool {
	c.s.team.Lock()
	defer c.s.team.Unlock()
	return c.dead
}

// write sends one message.
func (c *connection) write(message object) error { return c.writeRaw(stage.JSON(message)) }

func (c *connection) writeRaw(frame []byte) error {
	if c.isDead() {
		return nil
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.put(frame)
}

func (c *connection) put(frame []byte) error {
	if err := c.ws.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	return c.ws.WriteMessage(websocket.TextMessage, frame)
}

// bye ends the connection as the protocol prescribes.
func (c *connection) bye() {
	frame := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = c.ws.WriteControl(websocket.CloseMessage, frame, time.Now().Add(writeTimeout)) // it ends either way
	_ = c.ws.NetConn().Close()
}

// cut ends the connection like a network failure.
func (c *connection) cut() {
	if tcp, ok := c.ws.NetConn().(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.ws.NetConn().Close()
}

// Ack is an acknowledgement that the app sent.
type Ack struct {
	EnvelopeID string
	Type       string          // of the envelope: slash_commands, interactive, events_api; "" for an unknown one
	Payload    json.RawMessage // the answer in it
	Took       time.Duration   // since the envelope was sent, on the wall clock
	Attempt    int             // the envelope's retry_attempt
	Connection int             // the number of the connection, from 1
	Size       int             // in bytes

	// Why it had no effect: it was too large, its envelope had not been sent over
	// this connection, the envelope had been acknowledged or had expired, it was
	// lost with its connection.
	Dropped, Unknown, Late, Lost bool
}

// Acks returns the acknowledgements received, in order.
func (s *Socket) Acks() []Ack {
	s.team.Lock()
	defer s.team.Unlock()
	return slices.Clone(s.acks)
}

// acknowledged records an acknowledgement.
func (s *Socket) acknowledged(c *connection, frame []byte) {
	var in struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	err := json.Unmarshal(frame, &in)
	s.team.Lock()
	defer s.team.Unlock()
	a := Ack{EnvelopeID: in.EnvelopeID, Payload: in.Payload, Size: len(frame), Connection: c.number}
	d := s.pending[in.EnvelopeID]
	if c.dead {
		return
	}
	switch {
	case err != nil || d == nil || !c.sent[in.EnvelopeID]:
		a.Unknown = true
	case s.loseAcks > 0:
		s.loseAcks--
		a.Lost = true
		c.warned = true
		c.cut()
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
