package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestServePrivate runs the whole program with a private Redis. Risks survive a
// restart, a second process with the same folder is refused, and the runs commands work
// with and without serve.
func TestServePrivate(t *testing.T) {
	t.Parallel()
	needPrograms(t, "redis-server")
	data := t.TempDir()
	slack, env := standIn(t)
	config := writeConfig(t, keptIn(data))
	args := []string{"serve", "-c", config, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--log-format", "json"}
	for round, want := range []string{"R-1", "R-2"} {
		ctx, stop := context.WithCancel(t.Context())
		log, code := newLogLines(), make(chan int, 1)
		go func() {
			code <- run(ctx, args, environment{stdin: strings.NewReader(""), stdout: io.Discard, stderr: log, lookup: lookupIn(env)})
		}()
		kept := log.wait(t, "data is stored in a private redis")
		if dir := filepath.Join(data, "redis"); kept["dir"] != dir || kept["adopted"] != false {
			t.Errorf("round %d: it says %v", round, kept)
		}
		line := log.wait(t, "serving")
		way := "http://" + line["listen"].(string) + "/slack/acme/"
		slack.Connect(way+"commands", way+"interactions", way+"events")
		if code, body := get(t, "http://"+line["admin"].(string)+"/readyz"); code != http.StatusOK {
			t.Errorf("not ready: %s", body)
		}
		reply, err := slack.SlashCommand(t.Context(), "U0MEI", "", "/risk", "new Ledger is off by "+want+" module:Payments")
		if err != nil || reply.Message == nil || !strings.Contains(reply.Message.Plain, want) {
			t.Fatalf("reply %+v: %v", reply, err)
		}
		if round == 0 {
			refusedServe(t, readFile(t, config), env, exitFailed, []string{"the data folder is in use", "process", "set another data_dir"})
			if r := program(t.Context(), env, "", "runs", "list", "-c", config); r.code != exitFine {
				t.Errorf("runs with serve: exit %d: %s", r.code, r.stderr)
			}
		}
		stop()
		select {
		case c := <-code:
			if c != exitFine {
				t.Errorf("exit %d", c)
			}
		case <-time.After(patience):
			t.Fatal("serve does not stop")
		}
		if _, err := os.Stat(filepath.Join(data, "redis", "redis.sock")); !os.IsNotExist(err) {
			t.Errorf("the private redis outlives serve: %v", err)
		}
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"runs", "list", "-c", config}, ""}, {[]string{"plan", config}, "Compared with 2 risks"}, {[]string{"why", "R-1", "-c", config}, "R-1"},
		{[]string{"export", "-c", config}, "Ledger is off by R-2"}, {[]string{"render", config, "tell-the-handlers", "--risk", "R-1"}, "Ledger is off by R-1"},
		{[]string{"simulate", config, "--live", "--for", "1d"}, ""},
	} {
		if r := program(t.Context(), env, "", c.args...); r.code != exitFine || !strings.Contains(r.stdout, c.says) {
			t.Errorf("%s without serve: exit %d: %s%s", c.args, r.code, r.stdout, r.stderr)
		}
	}
}

// keptIn is serveConfig with a private Redis below a folder.
func keptIn(data string) string {
	return strings.Replace(serveConfig, `redis: { url: "${REDIS_URL}", prefix: "${PREFIX}" }`, `data_dir: "`+data+`"`, 1)
}

// needPrograms skips the test if one of Redis's programs is missing.
func needPrograms(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			if strings.Contains(os.Getenv("RISKROOM_REQUIRE"), "redis") {
				t.Fatalf("%s is not on PATH, and RISKROOM_REQUIRE asks for it", name)
			}
			t.Skipf("%s is not on PATH: apt-get install redis-server", name)
		}
	}
}

// TestBackup runs the backup commands of operations.md while serve is running. Another
// serve then continues from the copy.
func TestBackup(t *testing.T) {
	t.Parallel()
	needPrograms(t, "redis-server", "redis-cli")
	dir, err := os.MkdirTemp("", "rr") // short: the path of a socket may not be long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := startServeIn(t, keptIn(filepath.Join(dir, "data")), false, nil)
	if _, err := s.slack.SlashCommand(t.Context(), "U0MEI", "", "/risk", "new Ledger is off by one module:Payments"); err != nil {
		t.Fatal(err)
	}
	page := readFile(t, root+"/docs/operations/operations.md")
	_, page, _ = strings.Cut(page, "**Backup.**")
	_, page, _ = strings.Cut(page, "```\n")
	commands, _, _ := strings.Cut(page, "```")
	cmd := exec.CommandContext(t.Context(), "sh", "-ec", commands)
	if cmd.Dir = dir; !strings.Contains(commands, " backup\n") {
		t.Fatalf("the page's commands are %q", commands)
	}
	if out, err := cmd.CombinedOutput(); err != nil || strings.Count(string(out), "OK") != 2 {
		t.Fatalf("%v\n%s", err, out)
	}
	s.end(t)

	again := filepath.Join(dir, "again")
	if err := os.CopyFS(filepath.Join(again, "redis", "appendonlydir"), os.DirFS(filepath.Join(dir, "backup"))); err != nil {
		t.Fatal(err)
	}
	s = startServeIn(t, keptIn(again), false, nil)
	reply, err := s.slack.SlashCommand(t.Context(), "U0MEI", "", "/risk", "show R-1")
	if err != nil || reply.Message == nil || !strings.Contains(reply.Message.Plain, "Ledger is off by one") {
		t.Errorf("reply %+v: %v", reply, err)
	}
	s.end(t)
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
