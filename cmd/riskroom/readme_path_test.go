package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"riskroom/core/store/storetest"
)

// TestReadmePath follows the README's path to Slack command by command, against a
// stand-in workspace, until a risk is filed. What differs from a reader's machine:
// the program is this one, the file names the stand-in's address, and ports are
// free ones.
func TestReadmePath(t *testing.T) {
	t.Parallel()
	w, env := standIn(t)
	w.SetSocketMode(true)
	file := filepath.Join(t.TempDir(), "riskroom.yaml")
	done := map[string]bool{}
	for _, line := range pathCommands(t) {
		words := strings.Fields(strings.ReplaceAll(line, "riskroom.yaml", file))
		switch words[0] {
		case "go":
			if line != "go build ./cmd/riskroom" {
				t.Errorf("it builds with %q", line)
			}
		case "cp":
			src, err := os.ReadFile(filepath.Join("../..", words[1]))
			if err != nil {
				t.Fatal(err)
			}
			there := strings.Replace(string(src), "platform: slack,", `platform: slack, api_url: "`+env["API"]+`",`, 1)
			if err := os.WriteFile(words[2], []byte(there), 0o600); err != nil {
				t.Fatal(err)
			}
		case "export":
			for _, set := range words[1:] {
				name, value, _ := strings.Cut(set, "=")
				prefix, _, _ := strings.Cut(value, "…")
				for _, token := range []string{w.BotToken(), w.AppToken()} {
					if strings.HasPrefix(token, prefix) {
						env[name] = token
					}
				}
			}
		case "redis-server":
			env["REDIS_URL"] = storetest.Start(t, words[1:]...).URL
		case "./riskroom":
			done[words[1]] = true
			if words[1] == "serve" {
				pathServe(t, env, words[1:], w.WaitConnected)
				reply, err := w.SlashCommand(t.Context(), "U0MEI", "", "/risk", "new Ledger is off by one module:Payments")
				if err != nil || reply.Message == nil || !strings.Contains(reply.Message.Plain, "R-1") {
					t.Errorf("/risk new is answered with %+v: %v", reply, err)
				}
				continue
			}
			r := program(t.Context(), env, "", words[1:]...)
			if r.code != exitFine || words[1] == "manifest" && !json.Valid([]byte(r.stdout)) {
				t.Errorf("%s: exit %d\n%s%s", line, r.code, r.stdout, r.stderr)
			}
		default:
			t.Errorf("the path has the command %q, which this test does not know", line)
		}
	}
	for _, sub := range []string{"manifest", "check", "serve"} {
		if !done[sub] {
			t.Errorf("the path has no riskroom %s", sub)
		}
	}
}

// pathCommands are the lines of the code blocks in the README's path, in order.
func pathCommands(t *testing.T) []string {
	t.Helper()
	_, rest, _ := strings.Cut(readme(t), "\n## Run it on Slack, in ten minutes\n")
	section, _, _ := strings.Cut(rest, "\n## ")
	var commands []string
	for i, block := range strings.Split(section, "   ```\n") {
		if i%2 == 0 {
			continue
		}
		for line := range strings.Lines(block) {
			commands = append(commands, strings.TrimSpace(line))
		}
	}
	if len(commands) < 7 {
		t.Fatalf("the path has only %q", commands)
	}
	return commands
}

// pathServe runs serve until the test ends, and returns once Slack reaches it.
func pathServe(t *testing.T, env map[string]string, args []string, connected func(context.Context, int) error) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	log, code := newLogLines(), make(chan int, 1)
	args = append(args, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--log-format", "json")
	go func() {
		code <- run(ctx, args, surroundings{stdin: strings.NewReader(""), stdout: io.Discard, stderr: log, lookup: lookupIn(env)})
	}()
	t.Cleanup(func() {
		stop()
		if c := <-code; c != exitFine {
			t.Errorf("serve ends with %d", c)
		}
	})
	log.wait(t, "serving")
	if err := connected(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
}
