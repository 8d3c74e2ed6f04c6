package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"riskroom/adapters/slack/emulator"
	"riskroom/core/store/storetest"
)

const serveConfig = `version: 1
redis: { url: "${REDIS_URL}", prefix: "${PREFIX}" }
workspaces:
  acme: { platform: slack, bot_token: "${TOKEN}", signing_secret: "${SECRET}", api_url: "${API}", rates: unlimited }
people:
  lin: { email: lin@example.com }
modules:
  Payments: { handlers: [lin] }
flows:
  tell-the-handlers:
    trigger: { on: filed }
    if: status == "pending"
    steps:
      - send_message: { to: [handlers], title: "New risk {{ .key }}: {{ .title }}", card: risk }
`

// served is a running serve and an emulated workspace.
type served struct {
	slack  *emulator.Workspace
	log    *logLines
	public string // URL
	admin  string // URL
	stop   context.CancelFunc
	code   chan int
}

// startServe runs serve with an emulated workspace and a Redis of its own.
func startServe(t *testing.T, config string, socketMode bool, more ...string) *served {
	t.Helper()
	return startServeIn(t, config, socketMode, map[string]string{"REDIS_URL": storetest.Start(t).URL}, more...)
}

// startServeIn is startServe with extra variables in the environment.
func startServeIn(t *testing.T, config string, socketMode bool, extra map[string]string, more ...string) *served {
	t.Helper()
	slack, env := standIn(t)
	slack.Socket().SetMode(socketMode)
	env["PREFIX"] = storetest.Prefix()
	maps.Copy(env, extra)

	ctx, stop := context.WithCancel(context.Background())
	s := &served{slack: slack, log: newLogLines(), stop: stop, code: make(chan int, 1)}
	args := []string{"serve", "-c", writeConfig(t, config), "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--log-format", "json"}
	args = append(args, more...)
	go func() {
		s.code <- run(ctx, args, environment{stdin: strings.NewReader(""), stdout: io.Discard, stderr: s.log, lookup: lookupIn(env)})
	}()
	t.Cleanup(stop)
	line := s.log.wait(t, "serving")
	s.public, s.admin = urlOf(line["listen"]), urlOf(line["admin"])
	way := s.public + "/slack/acme/"
	slack.Connect(way+"commands", way+"interactions", way+"events")
	return s
}

// urlOf returns the URL for an address in the log, "" without one.
func urlOf(logged any) string {
	if address, _ := logged.(string); address != "" {
		return "http://" + address
	}
	return ""
}

// standIn starts an emulated workspace, and returns the variables for serve.
func standIn(t *testing.T) (*emulator.Workspace, map[string]string) {
	t.Helper()
	return standInOf(t, emulator.Options{AdminToken: "xoxp-of-an-administrator", Users: []emulator.User{
		{ID: "U0LIN", Name: "lin", Email: "lin@example.com"}, {ID: "U0MEI", Name: "mei", Email: "mei@example.com"},
	}})
}

func standInOf(t *testing.T, o emulator.Options) (*emulator.Workspace, map[string]string) {
	t.Helper()
	o.Deadline = patience
	w, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	url, err := w.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w, map[string]string{"TOKEN": w.BotToken(), "SECRET": w.SigningSecret(), "APP": w.AppToken(), "ADMIN": w.AdminToken(), "API": url + "/api/"}
}

func writeConfig(t *testing.T, src string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "riskroom.yaml")
	if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func lookupIn(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := env[name]; return v, ok }
}

// logLines collects the lines of a JSON log.
type logLines struct {
	mu    sync.Mutex
	lines []string
	more  chan struct{}
	w     *io.PipeWriter
}

func newLogLines() *logLines {
	r, w := io.Pipe()
	l := &logLines{more: make(chan struct{}), w: w}
	go func() {
		for sc := bufio.NewScanner(r); sc.Scan(); {
			l.mu.Lock()
			l.lines = append(l.lines, sc.Text())
			close(l.more)
			l.more = make(chan struct{})
			l.mu.Unlock()
		}
	}()
	return l
}

func (l *logLines) Write(p []byte) (int, error) { return l.w.Write(p) }

// wait returns the first line with that message.
func (l *logLines) wait(t *testing.T, msg string) map[string]any {
	t.Helper()
	timeout := time.After(patience)
	for from := 0; ; {
		l.mu.Lock()
		lines, more := l.lines, l.more
		l.mu.Unlock()
		for _, line := range lines[from:] {
			var m map[string]any
			if json.Unmarshal([]byte(line), &m) == nil && m["msg"] == msg {
				return m
			}
		}
		from = len(lines)
		select {
		case <-more:
		case <-timeout:
			t.Fatalf("no log line with the message %q:\n%s", msg, strings.Join(lines, "\n"))
		}
	}
}

// patience is how long tests wait for what must happen, on a busy machine and under the race
// detector.
const patience = 100 * time.Second

// eventually waits until ok returns true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("timed out waiting until %s", what)
		}
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

// TestServe runs the whole program: a slash command files a risk, the handler gets a
// message, administrators can look, and a signal ends it cleanly.
func TestServe(t *testing.T) {
	t.Parallel()
	s := startServe(t, serveConfig, false)
	reply, err := s.slack.SlashCommand(t.Context(), "U0MEI", "", "/risk", "new Ledger is off by one module:Payments")
	if err != nil || reply.Message == nil || !strings.Contains(reply.Message.Plain, "R-1") {
		t.Fatalf("reply %+v: %v", reply, err)
	}
	eventually(t, "lin gets a message", func() bool { return len(s.slack.DMs("U0LIN")) == 1 })
	if m := s.slack.DMs("U0LIN")[0]; !strings.Contains(m.Plain, "New risk R-1: Ledger is off by one") {
		t.Errorf("lin reads %q", m.Plain)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if code, body := get(t, s.admin+path); code != http.StatusOK {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	counted := []string{
		`riskroom_runs_ended_total{state="finished"} 1`, "riskroom_run_lateness_seconds_count",
		`riskroom_inbound_requests_total{kind="commands",outcome="ok",workspace="acme"} 1`,
		`riskroom_api_calls_total{method="chat.postMessage",outcome="ok",workspace="acme"} 1`,
		`riskroom_budget_wait_seconds_count{for="runs"}`,
		`riskroom_runs{state="armed"}`, "riskroom_oldest_overdue_seconds 0", "riskroom_groups 0", `riskroom_ready{check="store"} 1`,
	}
	eventually(t, "everything is counted", func() bool {
		_, body := get(t, s.admin+"/metrics")
		return !slices.ContainsFunc(counted, func(line string) bool { return !strings.Contains(body, line) })
	})
	if code, _ := get(t, s.public+"/metrics"); code != http.StatusNotFound {
		t.Errorf("the public address shows metrics: %d", code)
	}
	s.end(t)
}

// TestServeSocketMode checks that commands arrive over a connection that riskroom opens,
// and that --listen may then be in use.
func TestServeSocketMode(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = busy.Close() }()
	s := startServe(t, strings.Replace(serveConfig, `signing_secret: "${SECRET}"`, `app_token: "${APP}"`, 1), true, "--listen", busy.Addr().String())
	if s.public != "" {
		t.Errorf("%s is open although Slack doesn't call it", s.public)
	}
	if err := s.slack.Socket().WaitConnected(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	reply, err := s.slack.SlashCommand(t.Context(), "U0MEI", "", "/risk", "new Ledger is off by one module:Payments")
	if err != nil || reply.Message == nil || !strings.Contains(reply.Message.Plain, "R-1") {
		t.Fatalf("reply %+v: %v", reply, err)
	}
	eventually(t, "lin gets a message", func() bool { return len(s.slack.DMs("U0LIN")) == 1 })
	if code, body := get(t, s.admin+"/readyz"); code != http.StatusOK || !strings.Contains(body, "socket mode of acme: ok") {
		t.Errorf("ready: %d %s", code, body)
	}
	s.end(t)
}

// end stops serve as a signal does, and checks its exit code.
func (s *served) end(t *testing.T) {
	t.Helper()
	s.stop()
	select {
	case code := <-s.code:
		if code != exitFine {
			t.Errorf("exit %d", code)
		}
	case <-time.After(patience):
		t.Fatal("serve does not stop")
	}
}
