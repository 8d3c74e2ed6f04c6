package emulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"riskroom/adapters/slack/emulator"
)

// The people of the tests' workspace.
const (
	lin   = "U00000LIN01"
	wei   = "U00000WEI01"
	guest = "U0000GUEST1"
	gone  = "U00000GONE1"
)

func people() []emulator.User {
	return []emulator.User{
		{ID: lin, Name: "lin", RealName: "Lin Chen", Email: "lin@example.com", Locale: "zh-CN", TZ: "Asia/Shanghai", Admin: true},
		{ID: wei, Name: "wei", Email: "wei@example.com"},
		{ID: guest, Name: "guest", Guest: true},
		{ID: gone, Name: "gone", Email: "gone@example.com", Deleted: true},
	}
}

// bench is a started workspace with a client of slack-go and a raw one.
type bench struct {
	*emulator.Workspace
	t   *testing.T
	url string
	api *slack.Client
}

func setup(t *testing.T, change func(*emulator.Options)) *bench {
	t.Helper()
	opts := emulator.Options{
		Users:      people(),
		UserGroups: []emulator.UserGroup{{ID: "S0000000001", Handle: "oncall", Name: "On call", Users: []string{lin, wei}}},
		Channels: []emulator.Channel{
			{ID: "C0000PUBLIC", Name: "public", Members: []string{lin, wei}},
			{ID: "C0000SECRET", Name: "secret", Private: true, Members: []string{lin, wei}},
		},
	}
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
	client := &http.Client{Timeout: time.Minute}
	return &bench{Workspace: w, t: t, url: base, api: slack.New(w.BotToken(), slack.OptionAPIURL(base+"/api/"), slack.OptionHTTPClient(client))}
}

// call posts a form to a method and returns the decoded answer.
func (b *bench) call(method string, pairs ...string) map[string]any {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return b.send(method, "application/x-www-form-urlencoded", form.Encode(), b.BotToken())
}

func (b *bench) send(method, contentType, body, token string) map[string]any {
	b.t.Helper()
	response, raw := b.raw(method, contentType, body, token)
	var out map[string]any
	if err := json.Unmarshal(raw, &out); err != nil {
		b.t.Fatalf("%s: HTTP %d: %q: %v", method, response.StatusCode, raw, err)
	}
	return out
}

func (b *bench) raw(method, contentType, body, token string) (*http.Response, []byte) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+"/api/"+method, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return response, raw
}

// refused checks that a call is refused with the code.
func (b *bench) refused(code, method string, pairs ...string) map[string]any {
	b.t.Helper()
	out := b.call(method, pairs...)
	if out["ok"] != false || out["error"] != code {
		b.t.Errorf("%s %v: got %v, want %s", method, pairs, out, code)
	}
	return out
}

// fine checks that a call succeeds.
func (b *bench) fine(method string, pairs ...string) map[string]any {
	b.t.Helper()
	out := b.call(method, pairs...)
	if out["ok"] != true {
		b.t.Fatalf("%s %v: %v", method, pairs, out)
	}
	return out
}

// room creates a private channel and returns its ID.
func (b *bench) room(name string) string {
	b.t.Helper()
	out := b.fine("conversations.create", "name", name, "is_private", "true")
	id, _ := out["channel"].(map[string]any)["id"].(string)
	return id
}

// app is the bot's side. It records what it receives and gives the configured
// answers.
type app struct {
	mu     sync.Mutex
	got    []*received
	answer func(rw http.ResponseWriter, r *received)
}

type received struct {
	path    string
	header  http.Header
	body    []byte
	form    url.Values
	payload map[string]any // of an interaction, or the body of an event
}

func (a *app) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	got := &received{path: r.URL.Path, header: r.Header, body: body}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		_ = json.Unmarshal(body, &got.payload)
	} else {
		got.form, _ = url.ParseQuery(string(body))
		_ = json.Unmarshal([]byte(got.form.Get("payload")), &got.payload)
	}
	a.mu.Lock()
	a.got = append(a.got, got)
	answer := a.answer
	a.mu.Unlock()
	if answer != nil {
		answer(rw, got)
	}
}

func (a *app) all() []*received {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]*received{}, a.got...)
}

// interactions returns the payloads that came as interactions, in order.
func (a *app) interactions() []string {
	var out []string
	for _, r := range a.all() {
		if payload := r.form.Get("payload"); payload != "" {
			out = append(out, payload)
		}
	}
	return out
}

// events returns the types of the events received, in order.
func (a *app) events() []string {
	var kinds []string
	for _, r := range a.all() {
		if e, ok := r.payload["event"].(map[string]any); ok {
			kinds = append(kinds, e["type"].(string))
		}
	}
	return kinds
}

// setupApp is setup with an app behind all callback URLs.
func setupApp(t *testing.T, answer func(http.ResponseWriter, *received), change func(*emulator.Options)) (*bench, *app) {
	t.Helper()
	a := &app{answer: answer}
	base := serve(t, a)
	return setup(t, func(o *emulator.Options) {
		o.CommandURL, o.InteractionURL, o.EventsURL = base+"/commands", base+"/interactions", base+"/events"
		if change != nil {
			change(o)
		}
	}), a
}

// serve returns the URL of a server for the app that is gone when t ends.
func serve(t *testing.T, a *app) string {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return server.URL
}
