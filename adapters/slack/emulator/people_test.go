package emulator_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"riskroom/adapters/slack/emulator"
	"riskroom/adapters/stage"
)

func TestSlashCommandAsSlackGoReadsIt(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, func(rw http.ResponseWriter, _ *received) { _, _ = io.WriteString(rw, "filed <@"+lin+">") }, nil)
	reply, err := b.SlashCommand(t.Context(), lin, "C0000SECRET", "/risk", "new A & B <b> for @wei and @oncall in #public, mail a@b.c, run Deploy.sh or call +1 (555) 010-0199, see (https://x.example/?a=1&b=2).")
	if err != nil {
		t.Fatal(err)
	}
	if reply.Message == nil || reply.Message.Plain != "filed @lin" || !reply.Message.Ephemeral || len(b.Ephemerals(lin)) != 1 || len(b.Ephemerals(wei)) != 0 {
		t.Errorf("reply: %+v", reply.Message)
	}
	got := a.all()[0]
	verifier, err := slack.NewSecretsVerifier(got.header, b.SigningSecret())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = verifier.Write(got.body)
	if err := verifier.Ensure(); err != nil {
		t.Errorf("signature: %v", err)
	}
	request, _ := http.NewRequest(http.MethodPost, "/", bytes.NewReader(got.body))
	request.Header = got.header
	command, err := slack.SlashCommandParse(request)
	if err != nil {
		t.Fatal(err)
	}
	want := "new A &amp; B &lt;b&gt; for <@" + wei + "|wei> and <!subteam^S0000000001|@oncall> in <#C0000PUBLIC|public>, mail <mailto:a@b.c|a@b.c>, run <http://deploy.sh|Deploy.sh> or call <tel:+15550100199|+1 (555) 010-0199>, see (<https://x.example/?a=1&amp;b=2>)."
	if command.Text != want || command.UserID != lin || command.ChannelName != "privategroup" || command.TeamID != b.TeamID() || command.TriggerID == "" {
		t.Errorf("command: %+v", command)
	}
}

func TestTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, err := emulator.New(emulator.Options{
			Users: people(), CommandURL: "http://app/commands",
			App: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }),
		})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = w.Close() }()
		reply, err := w.SlashCommand(t.Context(), lin, "", "/risk", "list")
		if !errors.Is(err, stage.ErrDeadline) || reply.Took != 3*time.Second {
			t.Errorf("%v after %v", err, reply.Took)
		}
	})
}

func TestWhatTheAppAnswersWrongly(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, func(rw http.ResponseWriter, _ *received) { rw.WriteHeader(http.StatusUnauthorized) }, nil)
	_, err := b.SlashCommand(t.Context(), lin, "", "/risk", "list")
	status := (*stage.StatusError)(nil)
	if !errors.As(err, &status) || status.Status != http.StatusUnauthorized {
		t.Errorf("got %v", err)
	}
	a.mu.Lock()
	a.answer = func(rw http.ResponseWriter, _ *received) {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(rw, `{"text":"x","blocks":[{"type":"marquee"}]}`)
	}
	a.mu.Unlock()
	if _, err := b.SlashCommand(t.Context(), lin, "", "/risk", "list"); err == nil || !strings.Contains(err.Error(), "invalid_command_response") {
		t.Errorf("got %v", err)
	}
	for name, act := range map[string]func() (emulator.Reply, error){
		"unknown person":  func() (emulator.Reply, error) { return b.SlashCommand(t.Context(), "U404", "", "/risk", "") },
		"unknown channel": func() (emulator.Reply, error) { return b.SlashCommand(t.Context(), lin, "C404", "/risk", "") },
		"unknown message": func() (emulator.Reply, error) { return b.Press(t.Context(), lin, "C0000PUBLIC", "1.2", "x") },
	} {
		if _, err := act(); err == nil {
			t.Errorf("%s: done all the same", name)
		}
	}
}

// card posts a message with a button, and returns its timestamp.
func card(b *bench, channel string) string {
	return b.fine("chat.postMessage", "channel", channel, "text", "card", "blocks", `[{"type":"actions","block_id":"row","elements":[
		{"type":"button","action_id":"resolve","value":"R-17","text":{"type":"plain_text","text":"Resolve"}}]}]`)["ts"].(string)
}

func TestPressAsSlackGoReadsIt(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, nil, nil)
	id := b.room("room")
	ts := card(b, id)
	if _, err := b.Press(t.Context(), lin, id, ts, "resolve"); err == nil {
		t.Error("somebody who is not in the channel pressed its button")
	}
	b.fine("conversations.invite", "channel", id, "users", lin)
	if _, err := b.Press(t.Context(), lin, id, ts, "resolve"); err != nil {
		t.Fatal(err)
	}
	var pressed slack.InteractionCallback
	if err := json.Unmarshal([]byte(a.interactions()[0]), &pressed); err != nil {
		t.Fatal(err)
	}
	action := pressed.ActionCallback.BlockActions[0]
	if pressed.Type != slack.InteractionTypeBlockActions || pressed.User.ID != lin || pressed.Channel.ID != id || pressed.Message.Timestamp != ts ||
		pressed.Container.MessageTs != ts || action.Value != "R-17" || action.BlockID != "row" || pressed.Team.ID != b.TeamID() {
		t.Errorf("pressed: %+v", pressed)
	}
}

func TestResponseURL(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, nil, nil)
	if _, err := b.SlashCommand(t.Context(), lin, "C0000PUBLIC", "/risk", "list"); err != nil {
		t.Fatal(err)
	}
	to := a.all()[0].form.Get("response_url")
	respond := func(body string) string {
		response, err := http.Post(to, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		var out struct{ Error string }
		_ = json.NewDecoder(response.Body).Decode(&out)
		return out.Error
	}
	for i, body := range []string{`{"text":"one"}`, `{"text":"two","replace_original":true}`, `{"text":"three"}`, `{"text":"all","response_type":"in_channel"}`, `{"text":"four","replace_original":true}`} {
		if code := respond(body); code != "" {
			t.Errorf("use %d: %s", i+1, code)
		}
	}
	if code := respond(`{"text":"six"}`); code != "used_url" {
		t.Errorf("the sixth use: %q", code)
	}
	var mine []string
	for _, m := range b.Ephemerals(lin) {
		mine = append(mine, m.Text)
	}
	if diff := cmp.Diff([]string{"four", "three"}, mine); diff != "" {
		t.Error(diff)
	}
	if public := b.Messages("C0000PUBLIC"); len(public) != 1 || public[0].Text != "all" {
		t.Errorf("in the channel: %v", public)
	}
}

func TestTriggersAndResponseURLsExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &app{}
		w, err := emulator.New(emulator.Options{Users: people(), CommandURL: "http://app/commands", App: a})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = w.Close() }()
		for range 2 {
			if _, err := w.SlashCommand(t.Context(), lin, "", "/risk", "new"); err != nil {
				t.Fatal(err)
			}
		}
		api := slack.New(w.BotToken(), slack.OptionAPIURL("http://slack.invalid/api/"), slack.OptionHTTPClient(w.Client()))
		view := slack.ModalViewRequest{Type: "modal", Title: slack.NewTextBlockObject("plain_text", "t", false, false), Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewHeaderBlock(slack.NewTextBlockObject("plain_text", "h", false, false))}}}
		open := func(trigger string) string {
			if _, err := api.OpenView(trigger, view); err != nil {
				return err.Error()
			}
			return ""
		}
		form := a.all()[0].form
		got := []string{open(form.Get("trigger_id")), open(form.Get("trigger_id")), open("made-up")}
		time.Sleep(3*time.Second + time.Millisecond)
		got = append(got, open(a.all()[1].form.Get("trigger_id")))
		if diff := cmp.Diff([]string{"", "exchanged_trigger_id", "invalid_trigger_id", "expired_trigger_id"}, got); diff != "" {
			t.Error(diff)
		}
		time.Sleep(30 * time.Minute)
		response, err := w.Client().Post(form.Get("response_url"), "application/json", strings.NewReader(`{"text":"x"}`))
		if err != nil || response.StatusCode != http.StatusNotFound || len(w.Ephemerals(lin)) != 0 {
			t.Errorf("after half an hour: %v, %v", response, err)
		}
	})
}
