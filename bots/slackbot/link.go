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
)

// link is one connection of Socket Mode.
type link struct {
	s    *Socket
	conn *websocket.Conn

	writing sync.Mutex

	leaving chan struct{} // closed when the connection ends, or is about to
	why     string        // Slack's reason, "" where it gave none; written before leaving is closed
	once    sync.Once

	retired chan struct{} // closed when the connection has a successor

	mu       sync.Mutex
	stopping bool // what comes in now is not begun any more
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
	maxFrame     = 1 << 20 // bytes of one message from Slack
	writeBuffer  = 32 << 10
)

// connect opens a connection and waits for Slack's hello. The URL holds a ticket
// that is as good as a token: no error shows it.
func (s *Socket) connect(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	// Not paced with the calls of the bot user: it has a limit of its own, and
	// waiting for it would keep everybody out.
	to, err := s.bot.api.OpenSocket(ctx, s.bot.appToken)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(to)
	if err != nil || u.Host == "" || u.Scheme != "wss" && (!s.plain || u.Scheme != "ws") {
		return nil, errors.New("slack: apps.connections.open: the answer is not the URL of a secure connection")
	}
	dialer := websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialTimeout,
		WriteBufferSize: writeBuffer, // an acknowledgement leaves in one frame
	}
	conn, response, err := dialer.DialContext(ctx, to, nil)
	if err != nil {
		if response != nil {
			return nil, fmt.Errorf("connecting to %s: HTTP status %d", u.Hostname(), response.StatusCode)
		}
		return nil, unticketed(u, err)
	}
	l := &link{s: s, conn: conn, leaving: make(chan struct{}), retired: make(chan struct{})}
	if err := l.hello(ctx); err != nil {
		_ = conn.Close()
		return nil, unticketed(u, err)
	}
	return l, nil
}

// unticketed says why connecting failed, without the ticket.
func unticketed(u *url.URL, err error) error {
	return fmt.Errorf("connecting to %s: %w", u.Hostname(), rest.Redact(rest.WithoutURL(err), u.RawQuery))
}

// hello waits until Slack says that the connection is one.
func (l *link) hello(ctx context.Context) error {
	l.conn.SetReadLimit(maxFrame)
	unhook := context.AfterFunc(ctx, func() { _ = l.conn.Close() })
	defer unhook()
	_, frame, err := l.conn.ReadMessage()
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("waiting for hello: %w", ctx.Err())
		}
		return fmt.Errorf("waiting for hello: %w", err)
	}
	var first envelope
	_ = json.Unmarshal(frame, &first) // what is not JSON has no type either
	switch {
	case first.Type == typeHello:
		return nil
	case first.Type == typeDisconnect && first.Reason == reasonTooMany:
		return errTooMany
	case first.Type == typeDisconnect && first.Reason == reasonDisabled:
		return errDisabled
	}
	return errors.New("something else came instead of hello")
}

// run reads the connection until it ends or ctx does. Then what came over it is
// answered, and the connection is closed.
func (l *link) run(ctx context.Context) error {
	ended := make(chan struct{})
	var tending sync.WaitGroup
	tending.Go(func() { l.tend(ctx, ended) })
	err := l.read(ctx)
	l.leave("") // the next is opened while the last answers are under way
	close(ended)
	l.handling.Wait()
	tending.Wait()
	_ = l.conn.Close()
	return err
}

// tend pings, and ends the connection when it is time to: when it has had a
// successor for long enough, or when the program stops and all that came in is
// answered. Until then it is read on, so that nothing waits unread for long.
func (l *link) tend(ctx context.Context, ended chan struct{}) {
	ping := time.NewTicker(l.s.silence / 3)
	defer ping.Stop()
	retired, stop := l.retired, ctx.Done()
	var overdue <-chan time.Time
	for {
		select {
		case <-ended:
			return
		case <-ping.C:
			_ = l.control(websocket.PingMessage, nil) // a dead connection shows when it is read
		case <-retired:
			retired = nil
			t := time.NewTimer(l.s.linger)
			defer t.Stop()
			overdue = t.C
		case <-overdue:
			l.finish()
			return
		case <-stop:
			l.finish()
			return
		}
	}
}

// finish lets what is under way end, and closes the connection. What comes in
// meanwhile is told that it was not begun.
func (l *link) finish() {
	l.mu.Lock()
	l.stopping = true
	l.mu.Unlock()
	l.handling.Wait()
	_ = l.control(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""))
	// Slack does not always close its end in answer.
	_ = l.conn.Close()
}

// read takes one message after the other and never waits for one to be handled.
func (l *link) read(ctx context.Context) error {
	l.s.count(1)
	defer l.s.count(-1)
	l.alive()
	l.conn.SetPongHandler(func(string) error { l.alive(); return nil })
	l.conn.SetPingHandler(func(data string) error {
		l.alive()
		return l.control(websocket.PongMessage, []byte(data))
	})
	for {
		_, frame, err := l.conn.ReadMessage()
		if err != nil {
			return err
		}
		l.alive()
		l.take(ctx, frame)
	}
}

// alive says that the connection was heard of.
func (l *link) alive() { _ = l.conn.SetReadDeadline(time.Now().Add(l.s.silence)) } // fails on a closed one, as reading does

func (l *link) control(kind int, data []byte) error {
	return l.conn.WriteControl(kind, data, time.Now().Add(writeTimeout))
}

// send writes one message in one frame.
func (l *link) send(body []byte) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	if err := l.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	return l.conn.WriteMessage(websocket.TextMessage, body)
}

// enter reports whether there is room to handle one thing more; what enters leaves
// the room by itself.
func (l *link) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopping {
		return false
	}
	select {
	case l.s.room <- struct{}{}:
		l.handling.Add(1)
		return true
	default:
		return false
	}
}

// leave says that the connection is about to end, or has ended.
func (l *link) leave(why string) {
	l.once.Do(func() {
		l.why = why
		close(l.leaving)
	})
}

// asked reports whether Slack asks for another connection in place of this one.
func (l *link) asked() bool { return l.why == reasonWarning || l.why == reasonRefresh }

// retire says that the connection has a successor: it is read for a while still.
func (l *link) retire() { close(l.retired) }
