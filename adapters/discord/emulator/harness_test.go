package emulator_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"riskroom/adapters/discord/emulator"
)

// The people, roles and channels of the tests' guild.
const (
	boss    = "1000000000000000001" // the owner
	lin     = "1000000000000000002"
	wei     = "1000000000000000003" // has the role oncall
	deaf    = "1000000000000000004" // takes no direct messages
	outside = "1000000000000000005" // is not in the guild
	oncall  = "2000000000000000001"
	public  = "3000000000000000001"
	secret  = "3000000000000000002" // the bot is not in it
	rooms   = "3000000000000000003" // a category
	nobody  = "9000000000000000009"
)

func options() emulator.Options {
	return emulator.Options{
		OwnerID: boss,
		Users: []emulator.User{
			{ID: boss, Name: "boss"}, {ID: lin, Name: "lin", RealName: "Lin Chen", Locale: "zh-CN"},
			{ID: wei, Name: "wei", Roles: []string{oncall}}, {ID: deaf, Name: "deaf", DirectMessagesOff: true},
			{ID: outside, Name: "outside", Outside: true},
		},
		Roles: []emulator.Role{{ID: oncall, Name: "oncall"}},
		Channels: []emulator.Channel{
			{ID: public, Name: "public"}, {ID: secret, Name: "secret", Private: true, Members: []string{wei}},
			{ID: rooms, Name: "Rooms", Category: true},
		},
	}
}

// bench is a started workspace with a client of discordgo and a raw one.
type bench struct {
	*emulator.Workspace
	t   *testing.T
	url string
	// http shares no connections with other tests: whoever closes an httptest.Server
	// breaks those of the default client.
	http *http.Client
	api  *discordgo.Session
	app  *app // behind the interactions URL, where there is one
}

func setup(t *testing.T, change func(*emulator.Options)) *bench {
	t.Helper()
	opts := options()
	opts.Deadline = time.Minute // the machine may be busy
	if change != nil {
		change(&opts)
	}
	w, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	base, err := w.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	return &bench{Workspace: w, t: t, url: base, http: client, api: library(t, w)}
}

// library is a session of discordgo that reaches w whatever URL it asks for.
func library(t *testing.T, w *emulator.Workspace) *discordgo.Session {
	t.Helper()
	s, err := discordgo.New("Bot " + w.BotToken())
	if err != nil {
		t.Fatal(err)
	}
	s.Client = w.Client()
	s.MaxRestRetries, s.ShouldRetryOnRateLimit, s.ShouldReconnectOnError = 0, false, false
	s.LogLevel = -1 // it writes to stderr
	return s
}

// raw sends a call below /api/v10; a body that is no string becomes JSON.
func (b *bench) raw(verb, path string, body any) (*http.Response, []byte) {
	b.t.Helper()
	return b.send(verb, "/api/v10"+path, body, http.Header{"Authorization": {"Bot " + b.BotToken()}})
}

func (b *bench) send(verb, path string, body any, header http.Header) (*http.Response, []byte) {
	b.t.Helper()
	text, isText := body.(string)
	if body != nil && !isText {
		raw, err := json.Marshal(body)
		if err != nil {
			b.t.Fatal(err)
		}
		text = string(raw)
	}
	request, err := http.NewRequestWithContext(b.t.Context(), verb, b.url+path, strings.NewReader(text))
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("User-Agent", "DiscordBot (https://example.com, 1)")
	if text != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for k, v := range header {
		request.Header[k] = v
	}
	response, err := b.http.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	checkAnswer(b.t, verb, path, response.StatusCode, raw)
	return response, raw
}

type object = map[string]any

// call sends a call and returns the status and the decoded answer.
func (b *bench) call(verb, path string, body any) (int, any) {
	b.t.Helper()
	response, raw := b.raw(verb, path, body)
	var out any
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &out); err != nil {
			b.t.Fatalf("%s %s: HTTP %d: %q: %v", verb, path, response.StatusCode, raw, err)
		}
	}
	return response.StatusCode, out
}

// fine checks that a call succeeds and returns the object in its answer.
func (b *bench) fine(verb, path string, body any) object {
	b.t.Helper()
	status, out := b.call(verb, path, body)
	if status < 200 || status > 299 {
		b.t.Fatalf("%s %s %v: HTTP %d: %v", verb, path, body, status, out)
	}
	o, _ := out.(object)
	return o
}

// list checks that a call succeeds and returns the objects in its answer.
func (b *bench) list(path string) []object {
	b.t.Helper()
	status, out := b.call("GET", path, nil)
	items, ok := out.([]any)
	if status != http.StatusOK || !ok {
		b.t.Fatalf("GET %s: HTTP %d: %v", path, status, out)
	}
	var list []object
	for _, e := range items {
		list = append(list, e.(object))
	}
	return list
}

// refused checks that a call is refused with status and code.
func (b *bench) refused(status, code int, verb, path string, body any) object {
	b.t.Helper()
	got, out := b.call(verb, path, body)
	o, _ := out.(object)
	if got != status || o["code"] != float64(code) || o["message"] == "" {
		b.t.Errorf("%s %s %v: got HTTP %d %v, want HTTP %d %d", verb, path, body, got, out, status, code)
	}
	return o
}

// wrong checks that a body is refused because of what stands at path, as in
// "embeds.0.title", with the code.
func (b *bench) wrong(path, code, verb, url string, body any) {
	b.t.Helper()
	at := b.refused(http.StatusBadRequest, 50035, verb, url, body)["errors"]
	for key := range strings.SplitSeq(path, ".") {
		if tree, ok := at.(object); ok && key != "" {
			at = tree[key]
		}
	}
	tree, _ := at.(object)
	if list, ok := tree["_errors"].([]any); !ok || list[0].(object)["code"] != code {
		b.t.Errorf("%s %s: want %s at %q, got %v", verb, url, code, path, tree)
	}
}

// room creates a private channel for the bot and lin and returns its ID.
func (b *bench) room(name string) string {
	b.t.Helper()
	return b.fine("POST", "/guilds/"+b.GuildID()+"/channels", object{"name": name, "permission_overwrites": b.overwrites(lin)})["id"].(string)
}

// overwrites let the bot and people into a channel and nobody else.
func (b *bench) overwrites(people ...string) []object {
	const seen = "68608" // VIEW_CHANNEL, SEND_MESSAGES, READ_MESSAGE_HISTORY
	list := []object{{"id": b.GuildID(), "type": 0, "deny": "1024"}, {"id": b.BotUserID(), "type": 1, "allow": seen}}
	for _, id := range people {
		list = append(list, object{"id": id, "type": 1, "allow": seen})
	}
	return list
}

// post sends a message and returns its ID.
func (b *bench) post(channel string, body object) string {
	b.t.Helper()
	return b.fine("POST", "/channels/"+channel+"/messages", body)["id"].(string)
}

// card sends a message with two buttons.
func card(b *bench, channel string) string {
	b.t.Helper()
	return b.post(channel, object{
		"embeds": []object{{"title": "R-17", "description": "for <@" + lin + ">"}},
		"components": []object{
			{"type": 1, "components": []object{
				{"type": 2, "style": 1, "label": "Resolve", "custom_id": "resolve"},
				{"type": 2, "style": 2, "label": "Details", "custom_id": "details"},
			}},
		},
	})
}

// risk registers a command as the bot's.
func (b *bench) risk() {
	b.t.Helper()
	b.fine("PUT", b.commandsPath(), riskCommand)
}

func (b *bench) commandsPath() string {
	return fmt.Sprintf("/applications/%s/guilds/%s/commands", b.ApplicationID(), b.GuildID())
}

const riskCommand = `[{"name": "risk", "description": "Risks", "options": [
	{"type": 1, "name": "list", "description": "What is pending"},
	{"type": 1, "name": "file", "description": "File a risk", "options": [
		{"type": 3, "name": "title", "description": "Title", "required": true, "max_length": 10},
		{"type": 3, "name": "module", "description": "Module", "autocomplete": true},
		{"type": 3, "name": "severity", "description": "Severity", "choices": [{"name": "High", "value": "h"}]},
		{"type": 10, "name": "amount", "description": "Amount"},
		{"type": 5, "name": "urgent", "description": "Urgent"},
		{"type": 3, "name": "who", "description": "Who"}]},
	{"type": 2, "name": "group", "description": "Groups", "options": [{"type": 1, "name": "release", "description": "Release"}]}]}]`

// app is the bot's side over HTTP: it records what it gets and answers as told.
type app struct {
	mu     sync.Mutex
	got    []*received
	answer func(rw http.ResponseWriter, r *received)
}

type received struct {
	header  http.Header
	body    []byte
	payload object
}

// ServeHTTP implements http.Handler.
func (a *app) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	got := &received{header: r.Header, body: body}
	_ = json.Unmarshal(body, &got.payload)
	a.mu.Lock()
	a.got = append(a.got, got)
	a.mu.Unlock()
	if a.answer != nil {
		a.answer(rw, got)
	}
}

func (a *app) all() []*received {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]*received{}, a.got...)
}

// saying answers every interaction with the same.
func saying(body string) func(http.ResponseWriter, *received) {
	return func(rw http.ResponseWriter, _ *received) { _, _ = io.WriteString(rw, body) }
}

// setupApp is setup with an app behind the interactions URL and the command
// registered.
func setupApp(t *testing.T, answer func(http.ResponseWriter, *received), change func(*emulator.Options)) (*bench, *app) {
	t.Helper()
	a := &app{answer: answer}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	b := setup(t, func(o *emulator.Options) {
		o.InteractionsURL = server.URL
		if change != nil {
			change(o)
		}
	})
	b.app = a
	b.risk()
	return b, a
}
