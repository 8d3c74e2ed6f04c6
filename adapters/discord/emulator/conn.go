package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"riskroom/adapters/stage"

	"github.com/gorilla/websocket"
)

// conn is one connection. Its writer sends the frames in queue.
type conn struct {
	ws      *websocket.Conn
	session *session
	queue   [][]byte
	bye     *closing // to be sent after the queue
	more    chan struct{}
	idle    chan struct{} // closed when the queue has been sent
	done    chan struct{} // closed when the connection has ended
	written chan struct{} // closed when the writer has ended
	sends   []time.Time   // by the client, on the wall clock
}

type closing struct {
	code   int
	reason string
}

func (gw *Gateway) accept(ws *websocket.Conn) *conn {
	c := &conn{ws: ws, more: make(chan struct{}, 1), done: make(chan struct{}), written: make(chan struct{})}
	ws.SetCloseHandler(func(code int, _ string) error { return gw.clientCloses(c, code) })
	gw.guild.Lock()
	defer gw.guild.Unlock()
	gw.conns[c] = true
	gw.guild.host.Life.Go(func() { gw.write(c) })
	if gw.guild.host.Life.Over() {
		_ = ws.Close() // Close has been called meanwhile
	}
	return c
}

// forget ends a connection. Its session may be resumed.
func (gw *Gateway) forget(c *conn) {
	_ = c.ws.Close()
	gw.guild.Lock()
	defer gw.guild.Unlock()
	delete(gw.conns, c)
	close(c.done)
	if c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
	if s := c.session; s != nil && s.conn == c {
		s.conn, s.left = nil, time.Now()
	}
}

// read handles the client's frames until the connection ends. Heartbeats keep only a
// connection with a session alive.
func (gw *Gateway) read(c *conn) {
	wait := func() { _ = c.ws.SetReadDeadline(time.Now().Add(2 * gw.guild.opts.Heartbeat)) }
	wait()
	for ended := false; ; {
		_, raw, err := c.ws.ReadMessage()
		if err != nil {
			gw.readEnded(c, err)
			return
		}
		if ended {
			continue
		}
		var f frame
		code := closeDecode
		if len(raw) <= maxFrame && json.Unmarshal(raw, &f) == nil {
			code = gw.receive(c, f)
		}
		if code != 0 {
			ended = true
			gw.hangUp(c, code, "")
		}
		if f.Op != nil && slices.Contains([]int{opHeartbeat, opIdentify, opResume}, *f.Op) && gw.hasSession(c) {
			wait()
		}
	}
}

func (gw *Gateway) readEnded(c *conn, err error) {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		gw.guild.Lock()
		gw.endSession(c.session)
		gw.hangUpLocked(c, closeTimedOut, "Session timed out")
		gw.guild.Unlock()
		<-c.written
	}
}

func (gw *Gateway) hasSession(c *conn) bool {
	gw.guild.Lock()
	defer gw.guild.Unlock()
	return c.session != nil
}

// clientCloses answers the client's close frame, which with 1000 and 1001 ends the
// session too.
func (gw *Gateway) clientCloses(c *conn, code int) error {
	if code == websocket.CloseNormalClosure || code == websocket.CloseGoingAway {
		gw.guild.Lock()
		gw.endSession(c.session)
		gw.guild.Unlock()
	}
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
	return nil
}

// write sends the queue, and finally the close frame.
func (gw *Gateway) write(c *conn) {
	defer close(c.written)
	defer func() { _ = c.ws.Close() }()
	for {
		gw.guild.Lock()
		batch, bye := c.queue, c.bye
		c.queue = nil
		if len(batch) == 0 && c.idle != nil {
			close(c.idle)
			c.idle = nil
		}
		gw.guild.Unlock()
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

// queueFrame queues a frame for the writer.
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

// send sends a frame other than a dispatch.
func (gw *Gateway) send(c *conn, op int, data any) {
	gw.guild.Lock()
	defer gw.guild.Unlock()
	gw.sendLocked(c, op, data)
}

func (gw *Gateway) sendLocked(c *conn, op int, data any) {
	c.queueFrame(stage.JSON(object{"op": op, "d": data, "s": nil, "t": nil}))
}

// hangUp closes a connection after the queue has been sent.
func (gw *Gateway) hangUp(c *conn, code int, reason string) {
	gw.guild.Lock()
	defer gw.guild.Unlock()
	gw.hangUpLocked(c, code, reason)
}

func (gw *Gateway) hangUpLocked(c *conn, code int, reason string) {
	if c.bye == nil {
		c.bye = &closing{code: code, reason: reason}
		c.wake()
	}
}

// DialContext connects to the workspace without a socket, whatever the address. A gateway
// client that uses it, as NetDialContext of a websocket.Dialer, works in testing/synctest.
func (gw *Gateway) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	pipes, err := gw.pipeListener()
	if err != nil {
		return nil, err
	}
	ours, theirs := net.Pipe()
	select {
	case pipes.conns <- ours:
		return theirs, nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-pipes.closed:
		err = net.ErrClosed
	}
	return nil, errors.Join(err, ours.Close(), theirs.Close())
}

// pipeListener returns the listener of DialContext, which serves from the first call on.
func (gw *Gateway) pipeListener() (*pipeListener, error) {
	gw.guild.Lock()
	defer gw.guild.Unlock()
	if gw.guild.host.Life.Over() {
		return nil, net.ErrClosed
	}
	if gw.pipes == nil {
		gw.pipes = &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
		listener, server := gw.pipes, &http.Server{Handler: gw.guild.host.Handler(), ReadHeaderTimeout: 10 * time.Second}
		gw.guild.host.Life.Go(func() { _ = server.Serve(listener) }) // it ends with Close
		gw.guild.host.Life.Go(func() {
			<-gw.guild.host.Life.Context().Done()
			_ = server.Close()
		})
	}
	return gw.pipes, nil
}

// pipeListener is a net.Listener of pipes.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// Accept implements net.Listener.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements net.Listener.
func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

// Network implements net.Addr.
func (pipeAddr) Network() string { return "pipe" }

// String implements net.Addr.
func (pipeAddr) String() string { return "pipe" }
