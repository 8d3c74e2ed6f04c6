package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"riskroom/core/store/storetest"
)

// selfTest is the self-test's log record, reduced to what the tests check.
type selfTest struct {
	Level      string
	Fits       bool
	Whole      bool
	Workspaces []struct {
		Name, Platform, Own, Bot, Way, State string
		Problems                             []selfTestProblem
	}
	Problems []selfTestProblem
	Redis    struct {
		At, Durability string
		Findings       []struct{ Code, Weight, Says string }
	}
	Flows []string
	Runs  map[string]int
}

type selfTestProblem struct {
	Line                          int
	Rule, Severity, Message, Hint string
}

// selfTested waits for the record.
func (l *logLines) selfTested(t *testing.T) selfTest {
	t.Helper()
	raw, err := json.Marshal(l.wait(t, "self-test"))
	if err != nil {
		t.Fatal(err)
	}
	var r selfTest
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// loud returns the lines that somebody would be woken by.
func (l *logLines) loud() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(l.lines), func(s string) bool {
		return !strings.Contains(s, `"level":"WARN"`) && !strings.Contains(s, `"level":"ERROR"`)
	})
}

// TestServeSelfTest checks the log record of a self-test without problems.
func TestServeSelfTest(t *testing.T) {
	t.Parallel()
	s := startServe(t, strings.Replace(serveConfig, "people:", "permissions: { administrators: [lin] }\npeople:", 1), false)
	r := s.log.selfTested(t)
	if r.Level != "INFO" || !r.Fits || !r.Whole || len(r.Problems) != 0 || len(r.Workspaces) != 1 || !slices.Equal(r.Flows, []string{"tell-the-handlers"}) {
		t.Errorf("it says %+v", r)
	}
	w := r.Workspaces[0]
	if w.Name != "acme" || w.Platform != "slack" || w.Own != "Acme" || w.Bot != "riskroom" || w.Way != "over HTTP, at /slack/acme/…" || w.State != "ok" {
		t.Errorf("acme is %+v", w)
	}
	if len(r.Redis.Findings) == 0 || r.Redis.Durability != "standard" || !strings.Contains(r.Redis.At, "://") {
		t.Errorf("redis is %+v", r.Redis)
	}
	if loud := s.log.loud(); len(loud) != 0 {
		t.Errorf("unexpected warnings: %q", loud)
	}
	s.end(t)
}

// TestServeSelfTestFinds checks that serve reports problems at start, with the file's
// own warnings, and runs all the same.
func TestServeSelfTestFinds(t *testing.T) {
	t.Parallel()
	s := startServe(t, strings.Replace(serveConfig, "lin@example.com", "nobody@example.com", 1), false)
	r := s.log.selfTested(t)
	if r.Level != "WARN" || r.Fits || len(r.Problems) != 2 {
		t.Fatalf("it says %+v", r)
	}
	if p := r.Problems[0]; p.Line != 1 || p.Rule != "no-administrators" || p.Severity != "warning" {
		t.Errorf("the file's own: %+v", p)
	}
	if p := r.Problems[1]; p.Line != 6 || !strings.Contains(p.Message, "lin can't be found") || p.Hint == "" || p.Severity != "error" {
		t.Errorf("lin: %+v", p)
	}
	if code, body := get(t, s.admin+"/readyz"); code != http.StatusOK {
		t.Errorf("not ready: %s", body)
	}
	s.end(t)
}

// TestServeScreen checks the screen that text logs begin with.
func TestServeScreen(t *testing.T) {
	t.Parallel()
	redis := storetest.Start(t)
	_, env := standIn(t)
	guild, more := onlineGuild(t, nil)
	env["REDIS_URL"], env["PREFIX"] = redis.URL, storetest.Prefix()
	env["GUILD_TOKEN"], env["GUILD"], env["GUILD_API"] = "a-wrong-token", guild.GuildID(), more["API"]
	src := strings.NewReplacer(
		"people:", "  guild: { platform: discord, bot_token: \"${GUILD_TOKEN}\", guild_id: \"${GUILD}\", api_url: \"${GUILD_API}\" }\npermissions: { administrators: lin }\npeople:",
		"[lin]", `[lin, "acme:@oncall"]`,
	).Replace(serveConfig)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out := newLogLines()
	code := make(chan int, 1)
	args := []string{"serve", "-c", writeConfig(t, src), "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"}
	go func() {
		code <- run(ctx, args, environment{stdin: strings.NewReader(""), stdout: io.Discard, stderr: out, lookup: lookupIn(env)})
	}()
	eventually(t, "the screen is there", func() bool { return strings.Contains(out.all(), "  the file ") && strings.HasSuffix(out.all(), "\n") })
	stop()
	if c := <-code; c != exitFine {
		t.Errorf("exit %d", c)
	}
	_, screen, _ := strings.Cut(out.all(), "\nServing ")
	lines := strings.Split(screen, "\n")
	if !strings.HasPrefix(lines[0], "2 workspaces and 1 flow: riskroom ") {
		t.Errorf("the first line is %q", lines[0])
	}
	lines = lines[1:]
	want := []string{
		"",
		"  acme       Acme on Slack, the bot is riskroom, over HTTP, at /slack/acme/…",
		"  guild      ! Discord rejects the bot token of guild (http_401); its runs wait",
		"               = use Reset Token on the application's Bot page; it shows the new bot_token once",
	}
	if d := cmp.Diff(want, lines[:len(want)]); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	for _, part := range []string{
		"\n  redis      ", ", durability standard\n", "\n  flows      tell-the-handlers\n             0 runs armed\n", "/healthz, /readyz and /metrics\n",
		"\n  the file   1 problem\n", "riskroom.yaml:10:31: ",
	} {
		if !strings.Contains(screen, part) {
			t.Errorf("the screen lacks %q:\n%s", part, screen)
		}
	}
	if flat := strings.Join(strings.Fields(screen), " "); !strings.Contains(flat, "@oncall doesn't exist: no user group of that name in acme [online-people] = check the spelling") {
		t.Errorf("@oncall is not reported:\n%s", screen)
	}
	for _, line := range lines {
		if strings.HasPrefix(line, "  ") && utf8.RuneCountInString(line) > 100 && !strings.Contains(line, "://") {
			t.Errorf("a line is too long: %s", line)
		}
	}
	if strings.Contains(out.all(), env["GUILD_TOKEN"]) {
		t.Error("a secret is shown")
	}
}

// all returns all lines.
func (l *logLines) all() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n") + "\n"
}

// TestServeStartsWhileAway checks that a platform that doesn't answer at start is
// reported once, and is connected to as soon as it answers.
func TestServeStartsWhileAway(t *testing.T) {
	t.Parallel()
	redis := storetest.Start(t)
	slack, env := standIn(t)
	slack.Socket().SetMode(true)
	to, err := url.Parse(strings.TrimSuffix(env["API"], "/api/"))
	if err != nil {
		t.Fatal(err)
	}
	var back atomic.Bool
	pass := httputil.NewSingleHostReverseProxy(to)
	pass.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !back.Load() {
			panic(http.ErrAbortHandler) // the connection is cut
		}
		pass.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	env["API"], env["REDIS_URL"], env["PREFIX"] = proxy.URL+"/api/", redis.URL, storetest.Prefix()
	src := strings.NewReplacer(`signing_secret: "${SECRET}"`, `app_token: "${APP}"`, "people:", "permissions: { administrators: [lin] }\npeople:").Replace(serveConfig)
	ctx, stop := context.WithCancel(t.Context())
	s := &served{log: newLogLines(), stop: stop, code: make(chan int, 1)}
	args := []string{"serve", "-c", writeConfig(t, src), "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--log-format", "json"}
	go func() {
		s.code <- run(ctx, args, environment{stdin: strings.NewReader(""), stdout: io.Discard, stderr: s.log, lookup: lookupIn(env)})
	}()
	r := s.log.selfTested(t)
	if w := r.Workspaces[0]; r.Level != "WARN" || w.State != "away" || len(w.Problems) != 1 || !strings.Contains(w.Problems[0].Message, "Slack doesn't respond for acme (connection_lost)") || len(r.Problems) != 0 {
		t.Errorf("it says %+v", r)
	}
	back.Store(true)
	within, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := slack.Socket().WaitConnected(within, 1); err != nil {
		t.Fatal(err)
	}
	if loud := s.log.loud(); len(loud) != 1 {
		t.Errorf("one cause is reported %d times:\n%s", len(loud), strings.Join(loud, "\n"))
	}
	s.end(t)
}
