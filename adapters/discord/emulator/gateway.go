package emulator

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// Intents that the stand-in tells apart; the exported ones are privileged. See
// https://docs.discord.com/developers/events/gateway#gateway-intents.
const (
	intentGuilds         = 1 << 0
	IntentGuildMembers   = 1 << 1
	intentModeration     = 1 << 2
	IntentPresences      = 1 << 8
	intentMessages       = 1 << 9
	intentDirectMessages = 1 << 12
	IntentMessageContent = 1 << 15

	privileged = IntentGuildMembers | IntentPresences | IntentMessageContent
	allIntents = 1<<17 - 1 | 1<<20 | 1<<21 | 1<<24 | 1<<25
)

// Opcodes, see https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway.
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opVoice          = 4
	opResume         = 6
	opReconnect      = 7
	opMembers        = 8
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatACK   = 11
)

// Close codes, see
// https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes.
const (
	closeUnknownOp        = 4001
	closeDecode           = 4002
	closeNotAuthenticated = 4003
	closeAuthentication   = 4004
	closeAlready          = 4005
	closeSequence         = 4007
	closeRateLimited      = 4008
	closeTimedOut         = 4009
	closeShard            = 4010
	closeVersion          = 4012
	closeIntents          = 4013
	closeDisallowed       = 4014
)

// Discord's numbers for the gateway, see
// https://docs.discord.com/developers/events/gateway#rate-limiting and
// https://docs.discord.com/developers/events/gateway#session-start-limit-object.
const (
	maxSends      = 120
	sendWindow    = time.Minute
	maxFrame      = 4096
	maxIdentifies = 1000
	identifyDay   = 24 * time.Hour
	identifyPause = 5 * time.Second
)

// GatewayFaults say how the gateway misbehaves; the zero value is not at all.
type GatewayFaults struct {
	Down            bool // connections are refused with HTTP 503
	Mute            bool // no HELLO comes
	NoACKs          bool // heartbeats are not acknowledged
	InvalidIdentify bool // every IDENTIFY is answered with op 9
	InvalidResume   bool // every RESUME is answered with op 9
}

// gateway is the state of the gateway. The workspace's lock guards it.
type gateway struct {
	faults     GatewayFaults
	conns      map[*conn]bool
	sessions   []*session // in the order of their making
	held       []event    // by a ReorderEvent fault, until the next one has left
	identifies []time.Time
	resumes    int
}

// session is what a client identified for; it outlives its connections.
type session struct {
	id      string
	intents int
	seq     int
	sent    [][]byte // every dispatch, for replay: the one numbered n at n-1
	conn    *conn
}

// conn is one connection. What is to be sent waits in queue for its writer.
type conn struct {
	ws      *websocket.Conn
	session *session
	queue   [][]byte
	bye     *closing // to be sent after the queue
	more    chan struct{}
	idle    chan struct{} // closed when the queue has been sent
	done    chan struct{} // closed when the connection has ended
	written chan struct{} // closed when nothing is written any more
	sends   []time.Time   // by the client, on the wall clock
}

type closing struct {
	code   int
	reason string
}

// frame is what goes either way, see
// https://docs.discord.com/developers/events/gateway-events#payload-structure.
type frame struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  *int            `json:"s"`
	Type *string         `json:"t"`
}

func (w *Workspace) gatewayURL() string {
	return "ws" + strings.TrimPrefix(w.base, "http") + "/gateway"
}

func getGateway(w *Workspace, _ *call) (any, error) {
	return object{"url": w.gatewayURL()}, nil
}

// getBotGateway: https://docs.discord.com/developers/events/gateway#get-gateway-bot
func getBotGateway(w *Workspace, _ *call) (any, error) {
	recent := w.recentIdentifies()
	after := time.Duration(0)
	if len(recent) > 0 {
		after = recent[0].Add(identifyDay).Sub(w.opts.Now())
	}
	return object{"url": w.gatewayURL(), "shards": 1, "session_start_limit": object{
		"total": maxIdentifies, "remaining": max(maxIdentifies-len(recent), 0), "reset_after": after.Milliseconds(), "max_concurrency": 1,
	}}, nil
}

// serveGateway takes a connection from its beginning to its end.
func (w *Workspace) serveGateway(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	faults := w.gateway.faults
	if faults.Down || w.ctx.Err() != nil {
		w.mu.Unlock()
		http.Error(rw, "upstream connect error", http.StatusServiceUnavailable)
		return
	}
	w.busy.Add(1)
	w.mu.Unlock()
	defer w.busy.Done()
	upgrader := websocket.Upgrader{HandshakeTimeout: 10 * time.Second, CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := upgrader.Upgrade(rw, r, nil)
	if err != nil {
		w.opts.Logger.Debug("gateway", "error", err)
		return
	}
	c := w.accept(ws)
	defer w.forget(c)
	if v := r.URL.Query(); v.Get("v") != "10" && v.Get("v") != "9" || v.Get("encoding") != "json" && v.Get("encoding") != "" {
		w.hangUp(c, closeVersion, "Invalid API version")
	} else if !faults.Mute {
		w.send(c, opHello, object{"heartbeat_interval": w.opts.Heartbeat.Milliseconds(), "_trace": []string{}})
	}
	w.read(c)
}

func (w *Workspace) accept(ws *websocket.Conn) *conn {
	c := &conn{ws: ws, more: make(chan struct{}, 1), done: make(chan struct{}), written: make(chan struct{})}
	ws.SetCloseHandler(func(code int, _ string) error { return w.clientCloses(c, code) })
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.gateway.conns == nil {
		w.gateway.conns = make(map[*conn]bool)
	}
	w.gateway.conns[c] = true
	w.busy.Go(func() { w.write(c) })
	if w.ctx.Err() != nil {
		_ = ws.Close() // Close has been called meanwhile
	}
	return c
}

// forget is the end of a connection. Its session may be resumed.
func (w *Workspace) forget(c *conn) {
	_ = c.ws.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.gateway.conns, c)
	close(c.done)
	if c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
	if s := c.session; s != nil && s.conn == c {
		s.conn = nil
	}
}

// read takes what the client sends until the connection ends.
func (w *Workspace) read(c *conn) {
	wait := func() { _ = c.ws.SetReadDeadline(time.Now().Add(2 * w.opts.Heartbeat)) }
	wait()
	for ended := false; ; {
		_, raw, err := c.ws.ReadMessage()
		if err != nil {
			w.readEnded(c, err)
			return
		}
		if ended {
			continue
		}
		var f frame
		code := closeDecode
		if len(raw) <= maxFrame && json.Unmarshal(raw, &f) == nil {
			code = w.receive(c, f)
		}
		if code != 0 {
			ended = true
			w.hangUp(c, code, "")
		}
		if f.Op == opHeartbeat {
			wait()
		}
	}
}

func (w *Workspace) readEnded(c *conn, err error) {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		w.hangUp(c, closeTimedOut, "Session timed out")
		<-c.written
	}
}

// clientCloses answers the client's close frame. With 1000 and 1001 the session
// ends too.
func (w *Workspace) clientCloses(c *conn, code int) error {
	if code == websocket.CloseNormalClosure || code == websocket.CloseGoingAway {
		w.mu.Lock()
		w.endSession(c.session)
		w.mu.Unlock()
	}
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
	return nil
}

// write sends what is queued, in order, and at last the close frame.
func (w *Workspace) write(c *conn) {
	defer close(c.written)
	defer func() { _ = c.ws.Close() }()
	for {
		w.mu.Lock()
		batch, bye := c.queue, c.bye
		c.queue = nil
		if len(batch) == 0 && c.idle != nil {
			close(c.idle)
			c.idle = nil
		}
		w.mu.Unlock()
		_ = c.ws.SetWriteDeadline(time.Now().Add(10 * time.Second))
		for _, raw := range batch {
			if c.ws.WriteMessage(websocket.TextMessage, raw) != nil {
				return
			}
		}
		switch {
		case len(batch) > 0:
			continue
		case bye != nil:
			_ = c.ws.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(bye.code, bye.reason))
			return
		}
		select {
		case <-c.more:
		case <-c.done:
			return
		}
	}
}

// queueFrame hands a frame to the connection's writer.
func (c *conn) queueFrame(raw []byte) {
	c.queue = append(c.queue, raw)
	if c.idle == nil {
		c.idle = make(chan struct{})
	}
	c.wake()
}

func (c *conn) wake() {
	select {
	case c.more <- struct{}{}:
	default:
	}
}

// send sends what is no dispatch.
func (w *Workspace) send(c *conn, op int, data any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sendLocked(c, op, data)
}

func (w *Workspace) sendLocked(c *conn, op int, data any) {
	c.queueFrame(mustJSON(object{"op": op, "d": data, "s": nil, "t": nil}))
}

// hangUp closes a connection after what is queued.
func (w *Workspace) hangUp(c *conn, code int, reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hangUpLocked(c, code, reason)
}

func (w *Workspace) hangUpLocked(c *conn, code int, reason string) {
	if c.bye == nil {
		c.bye = &closing{code: code, reason: reason}
		c.wake()
	}
}
