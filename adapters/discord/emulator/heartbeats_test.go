package emulator_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"riskroom/adapters/discord/emulator"
)

// timed is a workspace on a fake clock, reached without sockets.
type timed struct {
	*emulator.Workspace
	t *testing.T
}

// interval is Discord's, of heartbeats.
const interval = 41250 * time.Millisecond

// onFakeClock tries something out inside of testing/synctest.
func onFakeClock(t *testing.T, try func(timed)) {
	synctest.Test(t, func(t *testing.T) {
		w, err := emulator.New(options())
		if err != nil {
			t.Fatal(err)
		}
		try(timed{w, t})
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		if _, err := w.Gateway().DialContext(t.Context(), "", ""); err == nil {
			t.Error("connected after Close")
		}
	})
}

func (w timed) connect() *client {
	w.t.Helper()
	dialer := websocket.Dialer{NetDialContext: w.Gateway().DialContext}
	ws, _, err := dialer.DialContext(w.t.Context(), "ws://discord.invalid/gateway?v=10", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	c := &client{t: w.t, ws: ws, patience: time.Hour}
	if f := c.read(); f.Op != 10 || f.Data["heartbeat_interval"] != 41250.0 {
		w.t.Fatalf("first comes %+v", f)
	}
	return c
}

func (w timed) identified() *client {
	w.t.Helper()
	c := w.connect()
	c.send(2, identity(w.BotToken(), direct))
	c.id, _ = c.read().Data["session_id"].(string)
	return c
}

// resumed reports whether a session goes on.
func (w timed) resumed(id string) bool {
	w.t.Helper()
	c := w.connect()
	c.send(6, object{"token": w.BotToken(), "session_id": id, "seq": 1})
	return c.read().Type == "RESUMED"
}

func (c *client) beat() {
	c.t.Helper()
	time.Sleep(interval)
	c.send(1, c.last)
	if f := c.read(); f.Op != 11 {
		c.t.Errorf("came %+v", f)
	}
}

func TestHeartbeats(t *testing.T) {
	t.Parallel()
	onFakeClock(t, func(w timed) {
		c, begun := w.identified(), time.Now()
		for range 3 {
			c.beat()
		}
		if got, after := c.closed(), time.Since(begun); got != 4009 || after != 5*interval {
			t.Errorf("without heartbeats: %d after %s", got, after)
		}
		if w.resumed(c.id) {
			t.Error("a session that has timed out goes on")
		}
		w.Gateway().SetFaults(emulator.GatewayFaults{NoACKs: true})
		c = w.connect()
		c.send(1, nil)
		if f, err := c.next(); err == nil {
			t.Errorf("came %+v", f)
		}
	})
}

func TestWhoNeverIdentifiesIsNotKept(t *testing.T) {
	t.Parallel()
	onFakeClock(t, func(w timed) {
		c, begun := w.connect(), time.Now()
		c.beat()
		if got, after := c.closed(), time.Since(begun); got != 4009 || after != 2*interval {
			t.Errorf("closed with %d after %s", got, after)
		}
	})
}

func TestSessionsAreOverAfterAWhile(t *testing.T) {
	t.Parallel()
	onFakeClock(t, func(w timed) {
		for _, c := range []struct {
			away time.Duration
			want bool
		}{{4 * time.Minute, true}, {6 * time.Minute, false}} {
			id := w.identified().id
			w.Gateway().Cut()
			time.Sleep(c.away)
			if got := w.resumed(id); got != c.want {
				t.Errorf("after %s it goes on: %v", c.away, got)
			}
		}
	})
}
