package emulator_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"riskroom/adapters/discord/emulator"
	"riskroom/adapters/stage"
)

// tokenOf returns the token of the last interaction that the app got.
func tokenOf(t *testing.T, b *bench) string {
	t.Helper()
	token := ""
	for _, r := range b.app.all() {
		token, _ = r.payload["token"].(string)
	}
	return token
}

func TestCommandOverHTTP(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, saying(`{"type":4,"data":{"content":"filed","flags":64}}`), nil)
	reply, err := b.SlashCommand(t.Context(), lin, public, "/risk", "file", emulator.Values{
		"title": "Ledger", "severity": "High", "amount": "3", "urgent": "true", "who": "@wei",
	})
	if err != nil || reply.Message.Plain != "filed" || !reply.Message.Ephemeral || reply.Deferred {
		t.Fatalf("%+v %v", reply, err)
	}
	if n := len(b.Messages(public)); n != 0 {
		t.Errorf("%d messages for all", n)
	}
	if e := b.Ephemerals(lin); len(e) != 1 || e[0].Plain != "filed" {
		t.Errorf("lin sees %v", e)
	}
	got := a.all()[0]
	verified := &http.Request{Header: got.header, Body: io.NopCloser(bytes.NewReader(got.body))}
	key, _ := hex.DecodeString(b.PublicKey())
	if !discordgo.VerifyInteraction(verified, key) {
		t.Error("the library finds the signature wrong")
	}
	var i discordgo.Interaction
	if err := i.UnmarshalJSON(got.body); err != nil {
		t.Fatal(err)
	}
	data := i.ApplicationCommandData()
	var options []string
	for _, o := range data.Options[0].Options {
		options = append(options, fmt.Sprint(o.Name, "=", o.Value))
	}
	want := []string{"title=Ledger", "severity=h", "amount=3", "urgent=true", "who=@wei"}
	if diff := cmp.Diff(want, options); diff != "" || data.Options[0].Name != "file" {
		t.Errorf("%+v %s", data, diff)
	}
	if i.Member.User.ID != lin || string(i.Locale) != "zh-CN" || i.GuildID != b.GuildID() || i.Member.Permissions&discordgo.PermissionViewChannel == 0 {
		t.Errorf("%+v", i)
	}
}

func TestWhatAClientWouldNotSend(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, saying(`{"type":4,"data":{"content":"a"}}`), nil)
	for name, values := range map[string]emulator.Values{
		"missing": {}, "too long": {"title": "01234567890"}, "no option": {"title": "a", "x": "y"}, "no choice": {"title": "a", "severity": "Low"},
		"no number": {"title": "a", "amount": "x"}, "no switch": {"title": "a", "urgent": "x"},
	} {
		if _, err := b.SlashCommand(t.Context(), lin, public, "/risk", "file", values); err == nil {
			t.Errorf("%s: sent", name)
		}
	}
	for _, test := range [][4]string{
		{lin, public, "/other", ""}, {lin, public, "/risk", ""}, {lin, public, "/risk", "drop"}, {lin, public, "/risk", "group"},
		{lin, secret, "/risk", "list"}, {outside, public, "/risk", "list"}, {lin, b.dm(lin), "/risk", "list"},
	} {
		if _, err := b.SlashCommand(t.Context(), test[0], test[1], test[2], test[3], nil); err == nil {
			t.Errorf("%v: sent", test)
		}
	}
	if n := len(a.all()); n != 0 {
		t.Errorf("%d interactions", n)
	}
	if _, err := b.SlashCommand(t.Context(), lin, "", "risk", "group release", nil); err != nil {
		t.Error(err)
	}
}

func TestAutocomplete(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, saying(`{"type":8,"data":{"choices":[{"name":"Payments","value":"pay"},{"name":"Ledger","value":"led"}]}}`), nil)
	reply, err := b.Autocomplete(t.Context(), lin, public, "/risk", "file", "module", "Pa", emulator.Values{"severity": "h"})
	want := []emulator.Choice{{Name: "Payments", Value: "pay"}, {Name: "Ledger", Value: "led"}}
	if diff := cmp.Diff(want, reply.Choices); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	var i discordgo.Interaction
	if err := i.UnmarshalJSON(a.all()[0].body); err != nil {
		t.Fatal(err)
	}
	focused := i.ApplicationCommandData().Options[0].Options[1]
	if i.Type != discordgo.InteractionApplicationCommandAutocomplete || !focused.Focused || focused.Value != "Pa" {
		t.Errorf("%+v", focused)
	}
	if _, err := b.Autocomplete(t.Context(), lin, public, "/risk", "file", "title", "x", nil); err == nil {
		t.Error("the title has no choices")
	}
}

func TestAnswersThatDiscordRefuses(t *testing.T) {
	t.Parallel()
	choices := strings.TrimSuffix(strings.Repeat(`{"name":"a","value":"a"},`, 26), ",")
	inputs := func(n int) string {
		var rows []string
		for i := range n {
			rows = append(rows, fmt.Sprintf(`{"type":1,"components":[{"type":4,"custom_id":"i%d","style":1,"label":"a"}]}`, i))
		}
		return strings.Join(rows, ",")
	}
	b, a := setupApp(t, nil, nil)
	for name, test := range map[string]struct{ answer, want string }{
		"choices for a command": {`{"type":8,"data":{"choices":[]}}`, "type"},
		"edit":                  {`{"type":7,"data":{"content":"a"}}`, "type"},
		"pong":                  {`{"type":1}`, "type"},
		"too long":              {`{"type":4,"data":{"content":"` + strings.Repeat("x", 2001) + `"}}`, "data.content"},
		"empty":                 {`{"type":4,"data":{}}`, "50006"},
		"long title":            {`{"type":9,"data":{"custom_id":"m","title":"` + strings.Repeat("x", 46) + `","components":[` + inputs(1) + `]}}`, "data.title"},
		"no inputs":             {`{"type":9,"data":{"custom_id":"m","title":"a","components":[]}}`, "data.components"},
		"six inputs":            {`{"type":9,"data":{"custom_id":"m","title":"a","components":[` + inputs(6) + `]}}`, "data.components"},
		"input twice":           {`{"type":9,"data":{"custom_id":"m","title":"a","components":[` + inputs(1) + "," + inputs(1) + `]}}`, "custom_id"},
		"button in a modal":     {`{"type":9,"data":{"custom_id":"m","title":"a","components":[{"type":1,"components":[{"type":2,"style":1,"label":"a","custom_id":"b"}]}]}}`, "UNION"},
		"no JSON":               {`hello`, "no JSON"},
	} {
		a.answer = saying(test.answer)
		reply, err := b.SlashCommand(t.Context(), lin, public, "/risk", "list", nil)
		if test.want == "UNION" {
			test.want = "components.0.components.0.type"
		}
		if err == nil || !strings.Contains(err.Error(), test.want) || reply.Message != nil {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	a.answer = saying(`{"type":8,"data":{"choices":[` + choices + `]}}`)
	if _, err := b.Autocomplete(t.Context(), lin, public, "/risk", "file", "module", "", nil); err == nil || !strings.Contains(err.Error(), "choices") {
		t.Errorf("26 choices: %v", err)
	}
	a.answer = func(rw http.ResponseWriter, _ *received) { rw.WriteHeader(http.StatusUnauthorized) }
	_, err := b.SlashCommand(t.Context(), lin, public, "/risk", "list", nil)
	var status *stage.StatusError
	if !errors.As(err, &status) || status.Status != http.StatusUnauthorized {
		t.Errorf("got %v", err)
	}
}

func TestDeferredAnswer(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, saying(`{"type":5,"data":{"flags":64}}`), nil)
	reply, err := b.SlashCommand(t.Context(), lin, public, "/risk", "list", nil)
	if err != nil || !reply.Deferred || !reply.Message.Deferred || !reply.Message.Ephemeral {
		t.Fatalf("%+v %v", reply, err)
	}
	hook := "/webhooks/" + b.ApplicationID() + "/" + a.all()[0].payload["token"].(string)
	b.fine("PATCH", hook+"/messages/@original", object{"content": "three are pending"})
	if m, _ := b.Answer(reply.ID); m.Plain != "three are pending" || m.Deferred || !m.Ephemeral {
		t.Errorf("%+v", m)
	}
	b.refused(404, 10015, "PATCH", "/webhooks/"+b.ApplicationID()+"/x/messages/@original", object{"content": "x"})
	b.refused(400, 50006, "PATCH", hook+"/messages/@original", object{"content": ""})
	callback := "/interactions/" + reply.ID + "/" + a.all()[0].payload["token"].(string) + "/callback"
	b.refused(400, 40060, "POST", callback, object{"type": 5})
	b.refused(404, 10062, "POST", "/interactions/"+nobody+"/x/callback", object{"type": 5})
}

func TestPress(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, saying(`{"type":4,"data":{"content":"resolved","flags":64}}`), nil)
	id := card(b, public)
	if _, err := b.Press(t.Context(), lin, public, id, "nothing"); err == nil {
		t.Error("a button was pressed that does not exist")
	}
	reply, err := b.Press(t.Context(), lin, public, id, "resolve")
	if err != nil || reply.Message.Plain != "resolved" || !reply.Message.Ephemeral {
		t.Fatalf("%+v %v", reply, err)
	}
	var i discordgo.Interaction
	if err := i.UnmarshalJSON(a.all()[0].body); err != nil {
		t.Fatal(err)
	}
	if data := i.MessageComponentData(); data.CustomID != "resolve" || i.Message.ID != id {
		t.Errorf("%+v", data)
	}
	direct := b.dm(lin)
	id = card(b, direct)
	if _, err := b.Press(t.Context(), lin, direct, id, "resolve"); err != nil {
		t.Fatal(err)
	}
	if last := a.all()[1].payload; last["guild_id"] != nil || last["user"].(object)["id"] != lin || last["member"] != nil {
		t.Errorf("in a direct conversation: %v", last)
	}
}

// TestTime goes by a fake clock: three seconds for the first answer, fifteen
// minutes for the rest.
func TestTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answer := make(chan string, 1)
		a := &app{answer: func(rw http.ResponseWriter, _ *received) { _, _ = io.WriteString(rw, <-answer) }}
		last := func() *discordgo.Interaction {
			got := a.all()[len(a.all())-1].payload
			return &discordgo.Interaction{ID: got["id"].(string), Token: got["token"].(string), AppID: got["application_id"].(string)}
		}
		opts := options()
		opts.App, opts.InteractionsURL = a, "http://app/interactions"
		w, err := emulator.New(opts)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = w.Close() }()
		api := library(t, w)
		if _, err := api.ApplicationCommandBulkOverwrite(w.ApplicationID(), w.GuildID(), []*discordgo.ApplicationCommand{{Name: "risk", Description: "Risks"}}); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		_, err = w.SlashCommand(t.Context(), lin, public, "/risk", "", nil)
		if !errors.Is(err, stage.ErrDeadline) || time.Since(begun) != 3*time.Second {
			t.Errorf("got %v after %s", err, time.Since(begun))
		}
		err = api.InteractionRespond(last(), &discordgo.InteractionResponse{Type: discordgo.InteractionResponseDeferredChannelMessageWithSource})
		if seen(err) != "Unknown interaction" {
			t.Errorf("a late answer: %v", err)
		}
		answer <- `{}` // ends the handler that is still waiting
		synctest.Wait()

		answer <- `{"type":5}`
		if _, err := w.SlashCommand(t.Context(), lin, public, "/risk", "", nil); err != nil {
			t.Fatal(err)
		}
		text := "done"
		edit := func() error {
			_, err := api.InteractionResponseEdit(last(), &discordgo.WebhookEdit{Content: &text})
			return err
		}
		time.Sleep(15*time.Minute - time.Second)
		if err := edit(); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Second)
		if seen(edit()) != "Invalid Webhook Token" {
			t.Errorf("after fifteen minutes: %v", edit())
		}
	})
}

func TestVerifyURL(t *testing.T) {
	t.Parallel()
	var key []byte
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !discordgo.VerifyInteraction(r, key) {
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(rw, `{"type":1}`)
	}))
	defer server.Close()
	b := setup(t, nil)
	key, _ = hex.DecodeString(b.PublicKey())
	b.Connect(server.URL)
	if err := b.VerifyURL(t.Context()); err != nil {
		t.Error(err)
	}
	careless, _ := setupApp(t, saying(`{"type":1}`), nil)
	if err := careless.VerifyURL(t.Context()); err == nil {
		t.Error("an URL that takes bad signatures was accepted")
	}
	if _, err := careless.Replay(t.Context()); err == nil {
		t.Error("replayed nothing")
	}
}

func TestReplayAndStaleBodies(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, saying(`{"type":4,"data":{"content":"a"}}`), nil)
	if _, err := b.SlashCommand(t.Context(), lin, public, "/risk", "list", nil); err != nil {
		t.Fatal(err)
	}
	if status, err := b.Replay(t.Context()); status != http.StatusOK || err != nil {
		t.Errorf("HTTP %d %v", status, err)
	}
	all := a.all()
	if !bytes.Equal(all[0].body, all[1].body) || all[0].header.Get("X-Signature-Ed25519") != all[1].header.Get("X-Signature-Ed25519") {
		t.Error("the replay differs")
	}
	if n := len(b.Messages(public)); n != 1 {
		t.Errorf("%d messages: the answer to a replay has no effect", n)
	}
	at := time.Now().Add(-time.Hour)
	if _, _, err := b.SendSigned(t.Context(), []byte("{"), at); err != nil {
		t.Fatal(err)
	}
	stale := a.all()[2]
	if stale.header.Get("X-Signature-Timestamp") != fmt.Sprint(at.Unix()) || string(stale.body) != "{" {
		t.Errorf("%v %s", stale.header, stale.body)
	}
}

func TestUpdateByPress(t *testing.T) {
	t.Parallel()
	b, a := setupApp(t, saying(`{"type":4,"data":{"content":"page one","flags":64,"components":[{"type":1,"components":[{"type":2,"style":2,"label":"Older","custom_id":"older"}]}]}}`), nil)
	reply, err := b.SlashCommand(t.Context(), lin, public, "/risk", "list", nil)
	if err != nil {
		t.Fatal(err)
	}
	first := reply.Message.ID
	a.answer = saying(`{"type":7,"data":{"content":"page two"}}`)
	if reply, err = b.Press(t.Context(), lin, public, first, "older"); err != nil || reply.Message.ID != first || reply.Message.Content != "page two" || !reply.Message.Ephemeral {
		t.Errorf("%+v %v", reply, err)
	}
	if len(reply.Message.Components) != 1 {
		t.Errorf("the buttons did not stay: %+v", reply.Message)
	}
	a.answer = saying(`{"type":7,"data":{"content":"","components":[]}}`)
	if _, err := b.Press(t.Context(), lin, public, first, "older"); err == nil {
		t.Error("a message was emptied")
	}
	a.answer = saying(`{"type":7,"data":{"content":"x"}}`)
	if _, err := b.SlashCommand(t.Context(), lin, public, "/risk", "list", nil); err == nil {
		t.Error("a command was answered with an update")
	}
}
