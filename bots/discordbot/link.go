package discordbot

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
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

// closeResumable ends a connection without ending its session, as 1000 and 1001 do.
const closeResumable = 4900

const (
	writeTimeout = 5 * time.Second
	closeWithin  = time.Second
	maxFrame     = 32 << 20 // bytes: a guild with all its channels stays below
	// Discord ends a connection over which more than 120 frames a minute are sent:
	// https://docs.discord.com/developers/events/gateway#rate-limiting.
	maxSends   = 110
	sendWindow = time.Minute
)

// identifyCost has all processes together begin few sessions: Discord takes the
// token away from a bot that begins more than a thousand a day. See
// https://docs.discord.com/developers/events/gateway#session-start-limit-object.
func (b *Bot) identifyCost() []core.Bucket {
	return []core.Bucket{
		{Workspace: b.workspace, Name: "identify", N: 3, Window: time.Minute},
		{Workspace: b.workspace, Name: "identify_at_once", N: 1, Window: 5 * time.Second},
	}
}

var (
	errSilent   = errors.New("a heartbeat was not answered")
	errAsked    = errors.New("another connection is asked for")
	errInvalid  = errors.New("the session is not known")
	errNoHello  = errors.New("something else came instead of hello")
	errInterval = errors.New("hello names no heartbeat interval")
	errTooMuch  = errors.New("more would be sent than Discord takes in a minute")
	errNoJSON   = errors.New("a frame that is no JSON of Discord's")
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
	g        *Gateway
	conn     *websocket.Conn
	intents  int
	interval time.Duration // of heartbeats; greet sets it
	opened   time.Time     // when Discord greeted the bot; the reader's

	writing sync.Mutex
	sent    []time.Time // in the last sendWindow

	unanswered atomic.Bool // a heartbeat
	silent     atomic.Bool
}

func newLink(g *Gateway, conn *websocket.Conn, intents int) *link {
	return &link{g: g, conn: conn, intents: intents}
}

// run greets Discord and reads the connection until it ends or ctx does. The
// session outlives it.
func (l *link) run(ctx context.Context) error {
	ended := make(chan struct{})
	var tending sync.WaitGroup
	unhook := context.AfterFunc(ctx, l.hangUp)
	err := l.greet(ctx)
	if err == nil {
		tending.Go(func() { l.tend(ended) })
		err = l.read(ctx)
	}
	close(ended)
	tending.Wait()
	if unhook() { // it ended by itself
		l.hangUp()
	}
	return l.meaning(err)
}

// hangUp ends the connection in a way that lets its session go on.
func (l *link) hangUp() {
	end := websocket.FormatCloseMessage(closeResumable, "")
	_ = l.conn.WriteControl(websocket.CloseMessage, end, time.Now().Add(closeWithin)) // it may have ended already
	_ = l.conn.Close()
}

// sessionEnds are the close codes after which a session cannot go on: not
// authenticated, invalid sequence, timed out.
var sessionEnds = []int{4003, 4007, 4009}

// meaning says what a connection ended with, and forgets a session that cannot
// go on.
func (l *link) meaning(err error) error {
	closed, ok := errors.AsType[*websocket.CloseError](err)
	switch {
	case l.silent.Load():
		return errSilent
	case errors.Is(err, errInvalid), errors.Is(err, websocket.ErrReadLimit), ok && slices.Contains(sessionEnds, closed.Code):
		l.g.session.forget() // what was too large would come again
	case ok && fatal[closed.Code] != "":
		l.g.session.forget()
		return &fatalError{closed.Code}
	}
	return err
}

// greet waits for hello, and identifies or resumes: one of them, once.
func (l *link) greet(ctx context.Context) error {
	l.conn.SetReadLimit(maxFrame)
	l.wait(l.g.helloWithin)
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
	if hello.Interval <= 0 || hello.Interval > maxInterval.Milliseconds() {
		return errInterval
	}
	l.interval = time.Duration(hello.Interval) * time.Millisecond
	token := l.g.bot.api.Token()
	if id, seq, ok := l.g.session.resume(); ok {
		return l.send(opResume, map[string]any{"token": token, "session_id": id, "seq": seq})
	}
	return l.g.bot.budget.Spend(ctx, l.g.bot.identifyCost(), func(context.Context) error {
		l.wait(l.g.helloWithin)
		return l.send(opIdentify, map[string]any{
			"token": token, "intents": l.intents,
			"properties": map[string]string{"os": runtime.GOOS, "browser": "riskroom", "device": "riskroom"},
		})
	})
}

// maxInterval is the longest of heartbeats that makes sense; Discord's is 41 s.
const maxInterval = 10 * time.Minute

// wait has reading fail if nothing comes for d. That it cannot be set shows when
// the connection is read.
func (l *link) wait(d time.Duration) { _ = l.conn.SetReadDeadline(time.Now().Add(d)) }

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
		if l.unanswered.Swap(true) {
			l.silent.Store(true)
			l.hangUp()
			return
		}
		l.heartbeat()
		wait.Reset(l.interval)
	}
}

// heartbeat says how far the connection was read. That it could not be sent shows
// when it is not answered.
func (l *link) heartbeat() {
	var seq any
	if n := l.g.session.seq(); n > 0 {
		seq = n
	}
	_ = l.send(opHeartbeat, seq)
}

// read takes one frame after the other and never waits for one to be handled. A
// frame that cannot be read is counted and passed over.
func (l *link) read(ctx context.Context) error {
	for {
		f, err := l.next()
		if errors.Is(err, errNoJSON) {
			l.g.bot.observe(kindEvent, outcomeMalformed)
			continue
		}
		if err != nil {
			if errors.Is(err, websocket.ErrReadLimit) {
				l.g.bot.observe(kindEvent, bots.OutcomeTooLarge)
			}
			return err
		}
		switch f.Op {
		case opDispatch:
			l.dispatch(ctx, f)
			if f.Seq > 0 {
				l.g.session.reached(f.Seq)
			}
		case opHeartbeat:
			l.heartbeat()
		case opACK:
			l.unanswered.Store(false)
		case opReconnect:
			return errAsked
		case opInvalidSession:
			if string(f.Data) == "true" {
				return errAsked // it can be resumed
			}
			return errInvalid
		}
		// Until Discord has greeted the bot answers to heartbeats prolong nothing.
		if f.Op == opDispatch || !l.opened.IsZero() {
			l.wait(3*l.interval + l.g.helloWithin)
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
		return frame{}, errNoJSON
	}
	return f, nil
}

func (l *link) send(op int, data any) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	now := time.Now()
	l.sent = slices.DeleteFunc(l.sent, func(t time.Time) bool { return now.Sub(t) > sendWindow })
	if len(l.sent) >= maxSends {
		return errTooMuch
	}
	l.sent = append(l.sent, now)
	if err := l.conn.SetWriteDeadline(now.Add(writeTimeout)); err != nil {
		return err
	}
	return l.conn.WriteJSON(map[string]any{"op": op, "d": data})
}
