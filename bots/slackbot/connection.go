package slackbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// connection is one WebSocket connection of Socket Mode.
type connection struct {
	s  *Socket
	ws *websocket.Conn

	writing sync.Mutex

	leaving chan struct{} // closed when the connection ends, or is about to
	why     string        // Slack's reason, "" for none; set before leaving is closed
	once    sync.Once

	retired chan struct{} // closed when the connection has a successor

	mu       sync.Mutex
	stopping bool // new requests are rejected
	handling sync.WaitGroup
}

// Slack's reasons for ending a connection, see
// https://docs.slack.dev/apis/events-api/using-socket-mode#disconnect.
const (
	reasonWarning  = "warning"
	reasonRefresh  = "refresh_requested"
	reasonDisabled = "link_disabled"
	reasonTooMany  = "too_many_websockets"
)

const (
	dialTimeout  = 10 * time.Second
	writeTimeout = 5 * time.Second
	maxFrame     = 2 * core.MaxBody // bytes: a frame that is too large is acknowledged too
	writeBuffer  = 32 << 10
)

// connect opens a connection and waits for Slack's hello. The URL contains a
// ticket that is as good as a token, so errors must not contain it.
func (s *Socket) connect(ctx context.Context) (*connection, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	// Not paced with the bot user's calls: it has a limit of its own, and nobody
	// can reach the bot until the connection is open.
	to, err := s.bot.api.OpenSocket(ctx, s.bot.appToken)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(to)
	if err != nil || u.Host == "" || u.Scheme != "wss" && (!s.plain || u.Scheme != "ws") {
		return nil, errors.New("slack: apps.connections.open: Slack's answer is not the URL of a secure connection")
	}
	dialer := websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialTimeout,
		WriteBufferSize: writeBuffer, // an acknowledgement fits into one frame
	}
	ws, response, err := dialer.DialContext(ctx, to, nil)
	if err != nil {
		if response != nil {
			return nil, fmt.Errorf("connecting to %s: HTTP status %d", u.Hostname(), response.StatusCode)
		}
		return nil, withoutTicket(u, err)
	}
	c := &connection{s: s, ws: ws, leaving: make(chan struct{}), retired: make(chan struct{})}
	if err := c.hello(ctx); err != nil {
		_ = ws.Close()
		return nil, withoutTicket(u, err)
	}
	return c, nil
}

// withoutTicket returns why connecting failed, without the ticket.
func withoutTicket(u *url.URL, err error) error {
	return fmt.Errorf("connecting to %s: %w", u.Hostname(), rest.Redact(rest.WithoutURL(err), u.RawQuery))
}

// hello waits for Slack's hello.
func (c *connection) hello(ctx context.Context) error {
	c.ws.SetReadLimit(maxFrame)
	unhook := context.AfterFunc(ctx, func() { _ = c.ws.Close() })
	defer unhook()
	_, frame, err := c.ws.ReadMessage()
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("waiting for hello: %w", ctx.Err())
		}
		return fmt.Errorf("waiting for hello: %w", err)
	}
	var first envelope
	_ = json.Unmarshal(frame, &first) // anything but JSON leaves the type empty
	switch {
	case first.Type == typeHello:
		return nil
	case first.Type == typeDisconnect && first.Reason == reasonTooMany:
		return errTooMany
	case first.Type == typeDisconnect && first.Reason == reasonDisabled:
		return errDisabled
	}
	return errors.New("the first message is not hello")
}

// run reads the connection until it ends or ctx does. It then waits until all
// requests are answered, and closes the connection.
func (c *connection) run(ctx context.Context) error {
	ended := make(chan struct{})
	var tending sync.WaitGroup
	tending.Go(func() { c.tend(ctx, ended) })
	err := c.read(ctx)
	c.leave("") // the next connection is opened while the last answers are sent
	close(ended)
	c.handling.Wait()
	tending.Wait()
	_ = c.ws.Close()
	return err
}

// tend sends pings. It ends the connection some time after a successor has been
// opened, or when the program stops.
func (c *connection) tend(ctx context.Context, ended chan struct{}) {
	ping := time.NewTicker(c.s.silence / 3)
	defer ping.Stop()
	retired, stop := c.retired, ctx.Done()
	var overdue <-chan time.Time
	for {
		select {
		case <-ended:
			return
		case <-ping.C:
			_ = c.control(websocket.PingMessage, nil) // reading reports a dead connection
		case <-retired:
			retired = nil
			t := time.NewTimer(c.s.linger)
			defer t.Stop()
			overdue = t.C
		case <-overdue:
			c.finish()
			return
		case <-stop:
			c.finish()
			return
		}
	}
}

// finish waits until all requests are answered, and closes the connection.
// Requests that arrive meanwhile are answered as too many.
func (c *connection) finish() {
	c.mu.Lock()
	c.stopping = true
	c.mu.Unlock()
	c.handling.Wait()
	_ = c.control(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""))
	// Slack doesn't always close its end in response.
	_ = c.ws.Close()
}

// read receives messages without waiting for their handlers.
func (c *connection) read(ctx context.Context) error {
	c.s.count(1)
	defer c.s.count(-1)
	c.alive()
	c.ws.SetPongHandler(func(string) error { c.alive(); return nil })
	c.ws.SetPingHandler(func(data string) error {
		c.alive()
		return c.control(websocket.PongMessage, []byte(data))
	})
	for {
		_, frame, err := c.ws.ReadMessage()
		if err != nil {
			return err
		}
		c.alive()
		c.receive(ctx, frame)
	}
}

// alive extends the read deadline. An error would be reported by the next read too.
func (c *connection) alive() { _ = c.ws.SetReadDeadline(time.Now().Add(c.s.silence)) }

func (c *connection) control(kind int, data []byte) error {
	return c.ws.WriteControl(kind, data, time.Now().Add(writeTimeout))
}

// send writes one message in one frame.
func (c *connection) send(body []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if err := c.ws.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	return c.ws.WriteMessage(websocket.TextMessage, body)
}

// acquire reports whether another request may be handled. The handler must
// release its slot.
func (c *connection) acquire() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopping {
		return false
	}
	select {
	case c.s.slots <- struct{}{}:
		c.handling.Add(1)
		return true
	default:
		return false
	}
}

// leave records that the connection is about to end, or has ended.
func (c *connection) leave(why string) {
	c.once.Do(func() {
		c.why = why
		close(c.leaving)
	})
}

// replaceAsked reports whether Slack has asked for a new connection in place of
// this one.
func (c *connection) replaceAsked() bool { return c.why == reasonWarning || c.why == reasonRefresh }

// retire records that the connection has a successor. It is read a while longer.
func (c *connection) retire() { close(c.retired) }
