package app

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"riskroom/adapters/slack/emulator"
	"riskroom/cmd/riskroom/platforms"
	"riskroom/core/config"
	"riskroom/core/store/storetest"
)

// TestRedisChangedUnderServe makes a Redis unsafe while riskroom serves. That is logged
// once, and riskroom is not ready until it is fixed.
func TestRedisChangedUnderServe(t *testing.T) {
	t.Parallel()
	p := storetest.Start(t, "--save", "")
	var out synced
	admin := serveOn(t, p.URL, &out)
	ready := func() (code int, page string) {
		r, err := http.Get(admin + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Body.Close() }()
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return r.StatusCode, string(b)
	}
	set := func(key, value string, want int) {
		t.Helper()
		inline(t, strings.TrimPrefix(p.URL, "unix://"), "CONFIG SET "+key+" "+value)
		for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
			code, page := ready()
			if code == want {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("%s %s: /readyz says %d\n%s\n%s", key, value, code, page, &out)
			}
		}
	}
	for _, c := range []struct{ key, unsafe, safe, remedy string }{
		{"appendonly", "no", "yes", "set appendonly yes"},
		{"maxmemory-policy", "allkeys-lru", "noeviction", "(maxmemory-policy allkeys-lru), including risks: set maxmemory-policy noeviction"},
	} {
		set(c.key, c.unsafe, http.StatusServiceUnavailable)
		if _, page := ready(); !strings.Contains(page, "store: Redis ") || !strings.Contains(page, c.remedy) {
			t.Errorf("%s %s: /readyz says\n%s", c.key, c.unsafe, page)
		}
		out.await(t, c.remedy)
		time.Sleep(50 * time.Millisecond) // several checks, none of which may log it again
		set(c.key, c.safe, http.StatusOK)
		if n := strings.Count(out.String(), c.remedy); n != 1 {
			t.Errorf("%s %s was logged %d times:\n%s", c.key, c.unsafe, n, &out)
		}
	}
}

// serveOn serves an emulated workspace with a Redis until the test ends, and returns the
// URL of the administrators' server.
func serveOn(t *testing.T, redis string, out *synced) string {
	t.Helper()
	w, err := emulator.New(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	api, err := w.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	src := `version: 1
redis: { url: "` + redis + `" }
workspaces:
  acme: { platform: slack, bot_token: "${TOKEN}", signing_secret: "${SECRET}", api_url: "` + api + `/api/" }
modules:
  Payments: { handlers: ["acme/U0LIN00"] }
flows: {}
`
	env := map[string]string{"TOKEN": w.BotToken(), "SECRET": w.SigningSecret()}
	cfg, problems := config.Load("riskroom.yaml", []byte(src), config.Options{
		Format: config.NewFormat(platforms.Settings()), Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	})
	if cfg == nil {
		t.Fatal(problems)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Serve(ctx, Serving{
			Config: cfg, Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0", Log: slog.New(slog.NewTextHandler(out, nil)),
			CheckStoreEvery: 5 * time.Millisecond,
		})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	line := out.await(t, "admin=")
	_, admin, _ := strings.Cut(line, "admin=")
	admin, _, _ = strings.Cut(admin, " ")
	return "http://" + admin
}

// inline sends a command to a Redis, which must answer OK.
func inline(t *testing.T, socket, command string) {
	t.Helper()
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, command+"\r\n"); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 100)
	if n, err := conn.Read(answer); err != nil || string(answer[:n]) != "+OK\r\n" {
		t.Fatalf("%s: %q %v", command, answer[:n], err)
	}
}

type synced struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *synced) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *synced) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// await waits for a line that contains a text, and returns it.
func (s *synced) await(t *testing.T, text string) string {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		for line := range strings.Lines(s.String()) {
			if strings.Contains(line, text) {
				return line
			}
		}
		if time.Now().After(end) {
			t.Fatalf("no line contains %q:\n%s", text, s)
		}
	}
}
