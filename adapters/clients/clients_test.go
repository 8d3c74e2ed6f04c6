// Package clients_test tries the client libraries that most apps use on the emulators: a
// platform accepts them, so an emulator that is true to it does too. It needs Node.js (in
// $RISKROOM_NODE or on PATH), and the libraries, from `npm ci` in this directory.
package clients_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	discord "riskroom/adapters/discord/emulator"
	slack "riskroom/adapters/slack/emulator"
)

// client is a script that runs.
type client struct {
	t     *testing.T
	lines chan string // that it prints
	read  []string    // of those
}

// start runs a script until the test ends. A script that fails is reported then.
func start(t *testing.T, script string, env ...string) *client {
	t.Helper()
	node, err := exec.LookPath(cmp.Or(os.Getenv("RISKROOM_NODE"), "node"))
	if err != nil {
		t.Skipf("client libraries are not tried: no Node.js: %v", err)
	}
	if _, err := os.Stat("node_modules"); err != nil {
		t.Skipf("client libraries are not tried, run npm ci here: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	cmd := exec.CommandContext(ctx, node, script)
	cmd.Env = append(os.Environ(), env...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, lines: make(chan string, 100)}
	go func() {
		defer close(c.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			c.lines <- s.Text()
		}
	}()
	t.Cleanup(func() {
		defer cancel()
		_ = in.Close()
		for range c.lines {
			continue // read to the end before Wait closes the pipe
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v\n%s", script, err, stderr.String())
		}
	})
	return c
}

// until returns the first line that begins with prefix, without it. The line may be an
// earlier one.
func (c *client) until(prefix string) string {
	c.t.Helper()
	for i := 0; ; i++ {
		if i == len(c.read) {
			line, ok := <-c.lines
			if !ok {
				c.t.Fatalf("the client ended without %q: %q", prefix, c.read)
			}
			c.read = append(c.read, line)
		}
		if rest, ok := strings.CutPrefix(c.read[i], prefix); ok {
			return rest
		}
	}
}

// ready waits for the client and returns its report. wanted holds what it must report.
func (c *client) ready(wanted map[string]any) map[string]any {
	c.t.Helper()
	var got map[string]any
	if err := json.Unmarshal([]byte(c.until("ready ")), &got); err != nil {
		c.t.Fatal(err)
	}
	for key, want := range wanted {
		if got[key] != want {
			c.t.Errorf("%s is %v, want %v", key, got[key], want)
		}
	}
	return got
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, met func() bool) {
	t.Helper()
	for range 1000 {
		if met() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("never: %s", what)
}

func TestDiscordJS(t *testing.T) {
	t.Parallel()
	const lin, boss = "1000000000000000002", "1000000000000000001"
	w, err := discord.New(discord.Options{
		OwnerID: boss, Users: []discord.User{{ID: boss, Name: "boss"}, {ID: lin, Name: "lin"}}, Deadline: time.Minute,
		Roles: []discord.Role{{ID: "2000000000000000001", Name: "oncall"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	url, err := w.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	c := start(t, "discord.js", "URL_OF_EMULATOR="+url, "BOT_TOKEN="+w.BotToken(), "LIN="+lin)
	got := c.ready(map[string]any{"people": 3.0, "found": 1.0, "pins": 1.0, "messages": 2.0, "reasons": true})
	channel, _ := got["channel"].(string)
	message, _ := got["message"].(string)

	reply, err := w.SlashCommand(t.Context(), lin, channel, "/risk", "list", nil)
	if err != nil || reply.Message == nil || reply.Message.Plain != "Nothing is pending" || !reply.Message.Ephemeral {
		t.Errorf("the command: %+v, %v", reply, err)
	}
	reply, err = w.Autocomplete(t.Context(), lin, channel, "/risk", "new", "module", "l", nil)
	if err != nil || len(reply.Choices) != 1 {
		t.Errorf("suggestions: %+v, %v", reply, err)
	}
	if reply, err = w.SlashCommand(t.Context(), lin, channel, "/risk", "new", nil); err != nil || reply.Modal == nil {
		t.Fatalf("the form: %+v, %v", reply, err)
	}
	reply, err = w.SubmitModal(t.Context(), lin, discord.Values{"title": "Ledger is off", "module": "Payments", "handlers": "lin\noncall"})
	if err != nil || reply.Message == nil || reply.Message.Plain != "Filed Ledger is off in pay for lin,oncall\nrisks.csv" {
		t.Errorf("the form submitted: %+v, %v", reply, err)
	}
	if reply, err = w.Press(t.Context(), lin, channel, message, "resolve"); err != nil || !reply.Deferred {
		t.Errorf("the button: %+v, %v", reply, err)
	}
	eventually(t, "the deferred answer", func() bool {
		list := w.Ephemerals(lin)
		return list[len(list)-1].Plain == "Resolved in "+channel+"\nrisks.csv"
	})
	if _, err := w.Say(lin, channel, "which ones?"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a reply with a file", func() bool {
		list := w.Messages(channel)
		return strings.HasSuffix(list[len(list)-1].Plain, "risks.csv")
	})
	if err := w.DeleteMessage(boss, channel, message); err != nil {
		t.Fatal(err)
	}
	c.until("audited 72")
}

func TestBolt(t *testing.T) {
	t.Parallel()
	const lin, wei = "U00000LIN01", "U00000WEI01"
	w, err := slack.New(slack.Options{
		Users:      []slack.User{{ID: lin, Name: "lin", Email: "lin@example.com"}, {ID: wei, Name: "wei"}},
		SocketMode: true, HomeTab: true, Deadline: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	url, err := w.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	c := start(t, "bolt.js", "URL_OF_EMULATOR="+url, "BOT_TOKEN="+w.BotToken(), "APP_TOKEN="+w.AppToken(), "LIN="+lin)
	got := c.ready(map[string]any{"bot": w.BotUserID(), "messages": true, "scopes": true, "refused": "channel_not_found"})
	channel, _ := got["channel"].(string)
	message, _ := got["message"].(string)
	if home, _ := w.Home(lin); home.Plain != "Nothing is pending" {
		t.Errorf("the App Home: %+v", home)
	}

	if _, err := w.SlashCommand(t.Context(), lin, channel, "/risk", "list"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a reply to the command", func() bool { return len(w.Ephemerals(lin)) == 1 })
	if _, err := w.SlashCommand(t.Context(), lin, channel, "/risk", "new"); err != nil {
		t.Fatal(err)
	}
	reply, err := w.SubmitView(t.Context(), lin, c.until("updated "), slack.Values{"title": {"Ledger is off"}})
	if err != nil || reply.View != nil || len(reply.Errors) > 0 {
		t.Errorf("the form submitted: %+v, %v", reply, err)
	}
	eventually(t, "a direct message", func() bool { return len(w.Messages(w.DM(lin))) == 1 })
	if _, err := w.Press(t.Context(), lin, channel, message, "resolve"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the card replaced", func() bool { return w.Messages(channel)[0].Plain == "Resolved" })
	if _, err := w.Say(lin, channel, "hello"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "an answer", func() bool {
		list := w.Messages(channel)
		return list[len(list)-1].Plain == "Hello @lin"
	})
	c.until("joined " + lin)
}
