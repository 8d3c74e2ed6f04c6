package discordbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
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

// intents are what is asked for: the guild and its channels. None of them is
// privileged. See https://docs.discord.com/developers/events/gateway#gateway-intents.
const intents = 1 << 0

// closeResumable ends a connection without ending its session, as 1000 and 1001 do.
const closeResumable = 4900

const (
	writeTimeout = 5 * time.Second
	maxFrame     = 32 << 20 // bytes: a guild with all its channels stays below
)

var (
	errSilent   = errors.New("a heartbeat was not answered")
	errAsked    = errors.New("another connection is asked for")
	errInvalid  = errors.New("the session is not known")
	errNoHello  = errors.New("something else came instead of hello")
	errInterval = errors.New("hello names no heartbeat interval")
)

// frame is what goes either way, see
// https://docs.discord.com/developers/events/gateway-events#payload-structure.
type frame struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  int64           `json:"s"`
	Type string          `json:"t"`
}

// link is one connection to the gateway.
type link struct {
	g    *Gateway
	conn *websocket.Conn

	interval time.Duration // of heartbeats; greet sets it

	writing sync.Mutex
	seq     atomic.Int64
	beaten  atomic.Int32 // heartbeats without an answer
	silent  atomic.Bool

	handling sync.WaitGroup
}

func newLink(g *Gateway, conn *websocket.Conn) *link {
	l := &link{g: g, conn: conn}
	l.seq.Store(g.seq)
	return l
}

// run greets Discord and reads the connection until it ends or ctx does. Then
// what came over it is answered.
func (l *link) run(ctx context.Context) error {
	ended := make(chan struct{})
	var tending sync.WaitGroup
	unhook := context.AfterFunc(ctx, func() {
		_ = l.closeWith(websocket.CloseNormalClosure) // which ends the session; answers go another way
		_ = l.conn.Close()
	})
	err := l.greet()
	if err == nil {
		err = l.read(ctx, ended, &tending)
	}
	l.g.note(false, err)
	close(ended)
	tending.Wait()
	if unhook() { // it ended by itself
		_ = l.closeWith(closeResumable)
	}
	_ = l.conn.Close()
	l.handling.Wait()
	l.g.seq = l.seq.Load()
	return l.meaning(err)
}

// meaning says what a connection ended with, and forgets a session that cannot
// go on.
func (l *link) meaning(err error) error {
	closed, ok := errors.AsType[*websocket.CloseError](err)
	switch {
	case l.silent.Load():
		return errSilent
	case errors.Is(err, errInvalid) || ok && (closed.Code == 4003 || closed.Code == 4007 || closed.Code == 4009):
		l.g.session, l.g.resumeAt = "", ""
	case ok && fatal[closed.Code] != "":
		l.g.session, l.g.resumeAt = "", ""
		return &fatalError{closed.Code}
	}
	return err
}

// greet waits for hello, and identifies or resumes: one of them, once.
func (l *link) greet() error {
	l.conn.SetReadLimit(maxFrame)
	_ = l.conn.SetReadDeadline(time.Now().Add(l.g.helloWithin)) // fails on a closed one, as reading does
	f, err := l.next()
	if err != nil {
		return err
	}
	var hello struct {
		Interval int64 `json:"heartbeat_interval"`
	}
	if f.Op != opHello || json.Unmarshal(f.Data, &hello) != nil {
		return errNoHello
	}
	if hello.Interval <= 0 {
		return errInterval
	}
	l.interval = time.Duration(hello.Interval) * time.Millisecond
	token := l.g.bot.token
	if l.g.session != "" {
		return l.send(opResume, map[string]any{"token": token, "session_id": l.g.session, "seq": l.seq.Load()})
	}
	l.seq.Store(0)
	l.g.identifying()
	return l.send(opIdentify, map[string]any{
		"token": token, "intents": intents,
		"properties": map[string]string{"os": runtime.GOOS, "browser": "riskroom", "device": "riskroom"},
	})
}

// tend sends heartbeats, and ends a connection over which one is not answered. See
// https://docs.discord.com/developers/events/gateway#sending-heartbeats.
func (l *link) tend(ended <-chan struct{}) {
	wait := time.NewTimer(rand.N(l.interval))
	defer wait.Stop()
	for {
		select {
		case <-ended:
			return
		case <-wait.C:
		}
		if l.beaten.Load() > 0 {
			l.silent.Store(true)
			_ = l.closeWith(closeResumable)
			_ = l.conn.Close()
			return
		}
		l.heartbeat()
		wait.Reset(l.interval)
	}
}

// heartbeat says how far the connection was read. That it could not be sent shows
// when the connection is read.
func (l *link) heartbeat() {
	l.beaten.Add(1)
	var seq any
	if n := l.seq.Load(); n > 0 {
		seq = n
	}
	_ = l.send(opHeartbeat, seq)
}

// read takes one frame after the other and never waits for one to be handled.
func (l *link) read(ctx context.Context, ended <-chan struct{}, tending *sync.WaitGroup) error {
	tending.Go(func() { l.tend(ended) })
	for {
		_ = l.conn.SetReadDeadline(time.Now().Add(3 * l.interval)) // fails on a closed one, as reading does
		f, err := l.next()
		if err != nil {
			return err
		}
		switch f.Op {
		case opDispatch:
			l.dispatch(ctx, f)
			if f.Seq > 0 {
				l.seq.Store(f.Seq)
			}
		case opHeartbeat:
			l.heartbeat()
		case opACK:
			l.beaten.Store(0)
		case opReconnect:
			return errAsked
		case opInvalidSession:
			if string(f.Data) == "true" {
				return errAsked // it can be resumed
			}
			return errInvalid
		}
	}
}

func (l *link) next() (frame, error) {
	_, raw, err := l.conn.ReadMessage()
	if err != nil {
		return frame{}, err
	}
	return readFrame(raw)
}

func readFrame(raw []byte) (f frame, err error) {
	if err := json.Unmarshal(raw, &f); err != nil {
		return frame{}, fmt.Errorf("a frame that is no JSON of Discord's: %w", err)
	}
	return f, nil
}

func (l *link) send(op int, data any) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	if err := l.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	return l.conn.WriteJSON(map[string]any{"op": op, "d": data})
}

func (l *link) closeWith(code int) error {
	return l.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(writeTimeout))
}
