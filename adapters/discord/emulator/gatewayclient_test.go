package emulator_test

import (
	"cmp"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Intents of the tests.
const (
	guilds     = 1 << 0
	moderation = 1 << 2
	messages   = 1 << 9
	direct     = 1 << 12
)

// client is a raw client of the gateway.
type client struct {
	t    *testing.T
	ws   *websocket.Conn
	last int // the last sequence number
	id   string

	patience time.Duration // with the next frame; 0 is ten seconds
}

type frame struct {
	Op   int            `json:"op"`
	Data map[string]any `json:"-"`
	Raw  any            `json:"d"`
	Seq  int            `json:"s"`
	Type string         `json:"t"`
}

// dial connects to the gateway and reads HELLO.
func (b *bench) dial(t *testing.T) *client {
	t.Helper()
	ws, response, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(b.url, "http")+"/gateway?v=10&encoding=json", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	t.Cleanup(func() { _ = ws.Close() })
	c := &client{t: t, ws: ws}
	if hello := c.read(); hello.Op != 10 || hello.Data["heartbeat_interval"] == nil {
		t.Fatalf("first comes %+v", hello)
	}
	return c
}

func (c *client) read() frame {
	c.t.Helper()
	f, err := c.next()
	if err != nil {
		c.t.Fatal(err)
	}
	return f
}

func (c *client) next() (frame, error) {
	_ = c.ws.SetReadDeadline(time.Now().Add(cmp.Or(c.patience, time.Minute)))
	var f frame
	err := c.ws.ReadJSON(&f)
	f.Data, _ = f.Raw.(map[string]any)
	if f.Op == 0 && f.Seq > 0 {
		c.last = f.Seq
	}
	return f, err
}

func (c *client) send(op, data any) {
	c.t.Helper()
	if err := c.ws.WriteJSON(object{"op": op, "d": data}); err != nil {
		c.t.Fatal(err)
	}
}

func identity(token string, intents int) object {
	return object{"token": token, "intents": intents, "properties": object{"os": "linux", "browser": "test", "device": "test"}}
}

// identified is a client with a session.
func (b *bench) identified(t *testing.T, intents int) *client {
	t.Helper()
	c := b.dial(t)
	c.send(2, identity(b.BotToken(), intents))
	ready := c.read()
	c.id, _ = ready.Data["session_id"].(string)
	if ready.Type != "READY" || c.id == "" || ready.Data["resume_gateway_url"] == "" {
		t.Fatalf("then comes %+v", ready)
	}
	if intents&guilds != 0 {
		if f := c.read(); f.Type != "GUILD_CREATE" || f.Data["id"] != b.GuildID() {
			t.Fatalf("then comes %+v", f)
		}
	}
	return c
}

// resume goes on with the session of another client on a new connection.
func (b *bench) resume(t *testing.T, old *client) *client {
	t.Helper()
	c := b.dial(t)
	c.id, c.last = old.id, old.last
	c.send(6, object{"token": b.BotToken(), "session_id": c.id, "seq": c.last})
	return c
}

// types reads n dispatches and returns their types.
func (c *client) types(n int) []string {
	c.t.Helper()
	var out []string
	for range n {
		out = append(out, c.read().Type)
	}
	return out
}

// closed waits for the end of the connection and returns the close code, 0 for
// one without.
func (c *client) closed() int {
	for {
		_, err := c.next()
		var code *websocket.CloseError
		if errors.As(err, &code) && code.Code != websocket.CloseAbnormalClosure {
			return code.Code
		}
		if err != nil {
			return 0
		}
	}
}
