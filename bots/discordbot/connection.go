package discordbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"riskroom/bots"
	"riskroom/core"
)

// Opcodes, see https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway.
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opResume         = 6
	opReconnect      = 7
	opInvalidSession = 9
	opHello          = 10
	opACK            = 11
)

// closeResumable ends a connection but not its session. 1000 and 1001 would end both.
const closeResumable = 4900

const (
	writeTimeout = 5 * time.Second
	closeWithin  = time.Second
	maxFrame     = 32 << 20 // bytes: enough for a guild with all its channels
	// Discord ends a connection that sends more than 120 frames a minute:
	// https://docs.discord.com/developers/events/gateway#rate-limiting.
	maxSends   = 110
	sendWindow = time.Minute
)

// identifyCost is the rate limit for new sessions, shared by all processes. Discord
// resets the token of a bot that begins more than a thousand a day. See
// https://docs.discord.com/developers/events/gateway#session-start-limit-object.
func (b *Bot) identifyCost() []core.Bucket {
	return []core.Bucket{
		{Workspace: b.workspace, Name: "identify", N: 3, Window: time.Minute},
		{Workspace: b.workspace, Name: "identify_at_once", N: 1, Window: 5 * time.Second},
	}
}

var (
	errSilent   = errors.New("a heartbeat was not answered")
	errAsked    = errors.New("the gateway asked for a new connection")
	errInvalid  = errors.New("the gateway does not know the session")
	errNoHello  = errors.New("the first frame is not hello")
	errInterval = errors.New("hello has no valid heartbeat interval")
	errTooMuch  = errors.New("too many frames in a minute")
	errNoJSON   = errors.New("the frame is not valid JSON")
)

// frame is a message in either direction, see
// https://docs.discord.com/developers/events/gateway-events#payload-structure.
type frame struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  int64           `json:"s"`
	Type string          `json:"t"`
}

// connection is one WebSocket connection to the gateway.
type connection struct {
	g         *Gateway
	ws        *websocket.Conn
	intents   int
	interval  time.Duration // of heartbeats; set by greet
	greetedAt time.Time     // when the session began or resumed; used by the reader only
	awaited   string        // what the gateway must answer or send until then; used by the reader only

	writing sync.Mutex
	sent    []time.Time // in the last sendWindow

	unanswered atomic.Bool // the last heartbeat is unanswered
	silent     atomic.Bool // closed for an unanswered heartbeat
}

func newConnection(g *Gateway, ws *websocket.Conn, intents int) *connection {
	return &connection{g: g, ws: ws, intents: intents, awaited: "HELLO"}
}

// run identifies or resumes, and reads the connection until it ends or ctx does.
func (c *connection) run(ctx context.Context) error {
	ended := make(chan struct{})
	var tending sync.WaitGroup
	unhook := context.AfterFunc(ctx, c.hangUp)
	err := c.greet(ctx)
	if err == nil {
		tending.Go(func() { c.tend(ended) })
		err = c.read(ctx)
	}
	close(ended)
	tending.Wait()
	if unhook() { // ctx has not ended
		c.hangUp()
	}
	return c.meaning(err)
}

// hangUp closes the connection so that its session can be resumed.
func (c *connection) hangUp() {
	end := websocket.FormatCloseMessage(closeResumable, "")
	_ = c.ws.WriteControl(websocket.CloseMessage, end, time.Now().Add(closeWithin)) // may be closed already
	_ = c.ws.Close()
}

// sessionEnds are the close codes after which a session can't be resumed: not
// authenticated, invalid sequence, timed out.
var sessionEnds = []int{4003, 4007, 4009}

// meaning returns why a connection ended, and forgets a session that can't be
// resumed.
func (c *connection) meaning(err error) error {
	closed, ok := errors.AsType[*websocket.CloseError](err)
	switch {
	case c.silent.Load():
		return errSilent
	case errors.Is(err, errInvalid), errors.Is(err, websocket.ErrReadLimit), ok && slices.Contains(sessionEnds, closed.Code):
		c.g.session.forget() // a frame that was too large would be sent again
	case ok && fatal[closed.Code] != "":
		c.g.session.forget()
		return &fatalError{closed.Code}
	}
	if timeout, is := errors.AsType[net.Error](err); is && timeout.Timeout() && c.greetedAt.IsZero() {
		return fmt.Errorf("the gateway did not answer: no %s arrived in time: %w", c.awaited, err)
	}
	return err
}

// greet waits for hello, then resumes the session or identifies.
func (c *connection) greet(ctx context.Context) error {
	c.ws.SetReadLimit(maxFrame)
	c.wait(c.g.helloWithin)
	f, err := c.next()
	if err != nil {
		return err
	}
	var hello struct {
		Interval int64 `json:"heartbeat_interval"`
	}
	if f.Op != opHello || json.Unmarshal(f.Data, &hello) != nil {
		return errNoHello
	}
	if hello.Interval <= 0 || hello.Interval > maxInterval.Milliseconds() {
		return errInterval
	}
	c.interval = time.Duration(hello.Interval) * time.Millisecond
	token := c.g.bot.api.Token()
	if id, seq, ok := c.g.session.resume(); ok {
		c.awaited = "RESUMED"
		return c.send(opResume, map[string]any{"token": token, "session_id": id, "seq": seq})
	}
	c.awaited = "READY"
	return c.g.bot.budget.Spend(ctx, c.g.bot.identifyCost(), func(context.Context) error {
		c.wait(c.g.helloWithin)
		return c.send(opIdentify, map[string]any{
			"token": token, "intents": c.intents,
			"properties": map[string]string{"os": runtime.GOOS, "browser": "riskroom", "device": "riskroom"},
		})
	})
}

// maxInterval is the longest heartbeat interval accepted; Discord's is 41 s.
const maxInterval = 10 * time.Minute

// wait sets the read deadline to d from now. An error would be reported by the next
// read too.
func (c *connection) wait(d time.Duration) { _ = c.ws.SetReadDeadline(time.Now().Add(d)) }

// tend sends heartbeats, and closes the connection if one isn't answered. See
// https://docs.discord.com/developers/events/gateway#sending-heartbeats.
func (c *connection) tend(ended <-chan struct{}) {
	wait := time.NewTimer(rand.N(c.interval))
	defer wait.Stop()
	for {
		select {
		case <-ended:
			return
		case <-wait.C:
		}
		if c.unanswered.Swap(true) {
			c.silent.Store(true)
			c.hangUp()
			return
		}
		c.heartbeat()
		wait.Reset(c.interval)
	}
}

// heartbeat sends the last sequence number read. If that fails, the heartbeat
// remains unanswered.
func (c *connection) heartbeat() {
	var seq any
	if n := c.g.session.seq(); n > 0 {
		seq = n
	}
	_ = c.send(opHeartbeat, seq)
}

// read receives frames without waiting for their handlers. A frame that can't be
// decoded is counted and skipped.
func (c *connection) read(ctx context.Context) error {
	for {
		f, err := c.next()
		if errors.Is(err, errNoJSON) {
			c.g.bot.observe(kindEvent, outcomeMalformed)
			continue
		}
		if err != nil {
			if errors.Is(err, websocket.ErrReadLimit) {
				c.g.bot.observe(kindEvent, bots.OutcomeTooLarge)
			}
			return err
		}
		switch f.Op {
		case opDispatch:
			c.dispatch(ctx, f)
			if f.Seq > 0 {
				c.g.session.reached(f.Seq)
			}
		case opHeartbeat:
			c.heartbeat()
		case opACK:
			c.unanswered.Store(false)
		case opReconnect:
			return errAsked
		case opInvalidSession:
			if string(f.Data) == "true" {
				return errAsked // the session can be resumed
			}
			return errInvalid
		}
		// Before the session has begun, answers to heartbeats don't extend the
		// deadline.
		if f.Op == opDispatch || !c.greetedAt.IsZero() {
			c.wait(3*c.interval + c.g.helloWithin)
		}
	}
}

func (c *connection) next() (frame, error) {
	_, raw, err := c.ws.ReadMessage()
	if err != nil {
		return frame{}, err
	}
	return readFrame(raw)
}

func readFrame(raw []byte) (f frame, err error) {
	if err := json.Unmarshal(raw, &f); err != nil {
		return frame{}, errNoJSON
	}
	return f, nil
}

func (c *connection) send(op int, data any) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	now := time.Now()
	c.sent = slices.DeleteFunc(c.sent, func(t time.Time) bool { return now.Sub(t) > sendWindow })
	if len(c.sent) >= maxSends {
		return errTooMuch
	}
	c.sent = append(c.sent, now)
	if err := c.ws.SetWriteDeadline(now.Add(writeTimeout)); err != nil {
		return err
	}
	return c.ws.WriteJSON(map[string]any{"op": op, "d": data})
}
