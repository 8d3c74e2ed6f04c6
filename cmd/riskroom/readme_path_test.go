package main

import (
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	discord "riskroom/adapters/discord/emulator"
	"riskroom/core/store/storetest"
)

// path is one of the README's guides to a first filed risk. The test runs its commands
// with this program, an emulator and free ports. The translation has the same commands.
type path struct {
	heading string
	least   int               // the minimum number of commands
	edits   []string          // of the config file, for strings.NewReplacer
	tokens  map[string]string // what readers copy from the platform's pages, by variable
	env     map[string]string // other variables
	filed   func() (reply string, connected bool)
}

// TestReadmePathSlack follows the README's path to Slack, over Socket Mode.
func TestReadmePathSlack(t *testing.T) {
	t.Parallel()
	w, env := standIn(t)
	w.Socket().SetMode(true)
	path{
		heading: "Run it on Slack, in ten minutes", least: 7,
		edits:  []string{"platform: slack,", `platform: slack, api_url: "` + env["API"] + `",`},
		tokens: map[string]string{"SLACK_BOT_TOKEN": w.BotToken(), "SLACK_APP_TOKEN": w.AppToken()},
		filed: func() (string, bool) {
			if err := w.Socket().WaitConnected(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			reply, err := w.SlashCommand(t.Context(), "U0MEI", "", "/risk", "new Ledger is off by one module:Payments")
			if err != nil || reply.Message == nil {
				t.Fatalf("/risk new is answered with %+v: %v", reply, err)
			}
			return reply.Message.Plain, true
		},
	}.follow(t)
}

// TestReadmePathDiscord follows the README's path to Discord, over the gateway.
func TestReadmePathDiscord(t *testing.T) {
	t.Parallel()
	guild, api := standInGuild(t)
	path{
		heading: "Run it on Discord", least: 6,
		edits: []string{
			"platform: discord,", `platform: discord, api_url: "` + api + `",`,
			"80351110224678912", guild.GuildID(), "80351110224678913", linID,
		},
		tokens: map[string]string{"DISCORD_BOT_TOKEN": guild.BotToken()},
		env:    map[string]string{"REDIS_URL": storetest.Start(t, "--appendonly", "yes", "--appendfsync", "always").URL},
		filed: func() (string, bool) {
			if guild.Gateway().Connected() == 0 || len(guild.Commands()) == 0 {
				return "", false
			}
			reply, err := guild.SlashCommand(t.Context(), meiID, "", "/risk", "new",
				discord.Values{"title": "Ledger is off by one", "module": "Payments"})
			if err != nil || reply.Message == nil {
				t.Fatalf("/risk new is answered with %+v: %v", reply, err)
			}
			return reply.Message.Plain, true
		},
	}.follow(t)
}

// follow runs the path's commands until a risk is filed.
func (p path) follow(t *testing.T) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "riskroom.yaml")
	env, done := map[string]string{}, map[string]bool{}
	maps.Copy(env, p.env)
	for _, line := range p.commands(t) {
		words := strings.Fields(strings.ReplaceAll(line, "riskroom.yaml", file))
		switch words[0] {
		case "go":
			if line != "go build ./cmd/riskroom" {
				t.Errorf("the path builds with %q", line)
			}
		case "cp":
			src, err := os.ReadFile(filepath.Join("../..", words[1]))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(words[2], []byte(strings.NewReplacer(p.edits...).Replace(string(src))), 0o600); err != nil {
				t.Fatal(err)
			}
		case "export":
			for _, set := range words[1:] {
				name, value, _ := strings.Cut(set, "=")
				start, _, _ := strings.Cut(value, "…")
				if token := p.tokens[name]; token == "" || !strings.HasPrefix(token, start) {
					t.Errorf("no token of the platform looks like %q", set)
				}
				env[name] = p.tokens[name]
			}
		case "redis-server":
			env["REDIS_URL"] = storetest.Start(t, words[1:]...).URL
		case "./riskroom":
			done[words[1]] = true
			if words[1] == "serve" {
				p.serve(t, env, words[1:])
			} else if r := program(t.Context(), env, "", words[1:]...); r.code != exitFine || r.stdout == "" {
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

// commands returns the lines of the path's code blocks, in order.
func (p path) commands(t *testing.T) []string {
	t.Helper()
	_, rest, _ := strings.Cut(readme(t, "README.md"), "\n## "+p.heading+"\n")
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
	if len(commands) < p.least {
		t.Fatalf("the path has only %q", commands)
	}
	return commands
}

// serve runs serve until the test ends, and files a risk.
func (p path) serve(t *testing.T, env map[string]string, args []string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	log, code := newLogLines(), make(chan int, 1)
	args = append(args, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--log-format", "json")
	go func() {
		code <- run(ctx, args, environment{stdin: strings.NewReader(""), stdout: io.Discard, stderr: log, lookup: lookupIn(env)})
	}()
	t.Cleanup(func() {
		stop()
		if c := <-code; c != exitFine {
			t.Errorf("serve ends with %d", c)
		}
	})
	log.wait(t, "serving")
	var reply string
	eventually(t, "the platform is connected", func() (connected bool) {
		reply, connected = p.filed()
		return connected
	})
	if !strings.Contains(reply, "R-1") {
		t.Errorf("/risk new is answered with %q", reply)
	}
}
