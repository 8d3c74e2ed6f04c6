package slackbot

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"riskroom/adapters/slack/api"
	"riskroom/adapters/slack/emulator"
	"riskroom/bots"
	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

const fuzzSecret = "0123456789abcdef"

// fuzzed is a Bot on top of a fake engine.
type fuzzed struct {
	slackbot *Bot
	reached  atomic.Int64 // calls of the engine
}

// newFuzzed returns a fuzzed Bot. Its workspace refuses every call, and a call to
// any other host fails the test.
func newFuzzed(f *testing.F, change func(*Config)) *fuzzed {
	f.Helper()
	cat, err := text.Load()
	if err != nil {
		f.Fatal(err)
	}
	w := &fuzzed{}
	kept := &fakeEngine{risk: core.Risk{Key: "R-17", Version: 3, Title: "Ledger is off", Module: "Payments", Status: core.Pending}}
	kept.before = func(context.Context, string) error {
		w.reached.Add(1)
		kept.set(func() { kept.drafts, kept.changes, kept.noticed = map[string]engine.Draft{}, nil, nil })
		return nil
	}
	bot, err := bots.New(bots.Config{Filing: kept, Handling: kept, Persons: kept, Org: organisation(), Text: cat, Clock: core.ClockFunc(time.Now)})
	if err != nil {
		f.Fatal(err)
	}
	c := Config{
		TeamID: "T0ACME", Homes: &homes{}, Bot: bot, Noticed: kept.Noticed, Ended: kept.Ended, Unarchived: kept.Unarchived, Joined: kept.Joined,
		API: client(f, api.Config{Token: "xoxb-1", URL: "https://api.example/api/", Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if to := r.URL.Scheme + "://" + r.URL.Host; !slices.Contains([]string{"https://api.example", "https://hooks.slack.com", "https://hooks.slack-gov.com"}, to) {
				f.Errorf("%s is called", to)
			}
			return &http.Response{StatusCode: http.StatusOK, Request: r, Body: io.NopCloser(strings.NewReader(`{"ok":false,"error":"account_inactive"}`))}, nil
		})}),
	}
	change(&c)
	if w.slackbot, err = New(c); err != nil {
		f.Fatal(err)
	}
	return w
}

type roundTrip func(*http.Request) (*http.Response, error)

func (do roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return do(r) }

// overHTTP configures a Bot over HTTP.
func overHTTP(c *Config) { c.SigningSecrets = []string{fuzzSecret} }

// post sends a request with the given signature.
func (w *fuzzed) post(handler http.Handler, contentType, body, signature string, at time.Time) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("X-Slack-Signature", signature)
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, r)
	return answer
}

func (w *fuzzed) signed(handler http.Handler, contentType, body string) *httptest.ResponseRecorder {
	now := time.Now()
	return w.post(handler, contentType, body, emulator.Sign(fuzzSecret, now.Unix(), []byte(body)), now)
}

// checkAnswer checks that Slack would accept an answer, or show the person a failure.
func checkAnswer(t *testing.T, answer *httptest.ResponseRecorder) {
	t.Helper()
	switch answer.Code {
	case http.StatusOK, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusServiceUnavailable:
	default:
		t.Errorf("status %d: %s", answer.Code, answer.Body)
	}
	if answer.Code == http.StatusOK && answer.Body.Len() > 0 && !json.Valid(answer.Body.Bytes()) {
		t.Errorf("not JSON: %s", answer.Body)
	}
}

// Payloads as Slack sends them, reduced to what riskroom reads.
const (
	aCommand = "command=%2Frisk&text=new+Ledger+is+off+module%3APayments&team_id=T0ACME&user_id=U1&user_name=ana&channel_id=C1&trigger_id=1.2.3&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2F1"
	aPress   = `{"type":"block_actions","team":{"id":"T0ACME"},"user":{"id":"U1","name":"ana","team_id":"T0ACME"},"channel":{"id":"C1"},"trigger_id":"1.2.4","response_url":"https://hooks.slack.com/actions/1","actions":[{"action_id":"riskroom.resolve","value":"R-17@3","action_ts":"1.1"}]}`
	aSubmit  = `{"type":"view_submission","team":{"id":"T0ACME"},"user":{"id":"U1","team_id":"T0ACME"},"trigger_id":"1.2.5","view":{"id":"V1","hash":"1.a","callback_id":"file","private_metadata":"{\"op\":\"abc\"}","blocks":[{"type":"input","block_id":"title"}],"state":{"values":{"title":{"title":{"type":"plain_text_input","value":"Ledger is off"}},"module":{"module":{"type":"static_select","selected_option":{"value":"Payments"}}},"handlers":{"handlers":{"selected_users":["U1"]}},"discovered":{"discovered":{"selected_date_time":1700000000}},"fields.amount":{"fields.amount":{"value":"1e3"}}}}}}`
	aChoice  = `{"type":"block_actions","team":{"id":"T0ACME"},"user":{"id":"U1"},"trigger_id":"1.2.6","actions":[{"action_id":"module"}],"view":{"id":"V1","callback_id":"file","private_metadata":"{}","state":{"values":{"module":{"module":{"selected_option":{"value":"Ledger"}}}}}}}`
	aGlobal  = `{"type":"shortcut","callback_id":"new","action_ts":"1.1","team":{"id":"T0ACME","domain":"acme"},"user":{"id":"U1","username":"ana","team_id":"T0ACME"},"trigger_id":"1.2.7"}`
	aMessage = `{"type":"message_action","callback_id":"file_message","action_ts":"1.1","team":{"id":"T0ACME","domain":"acme"},"user":{"id":"U1","name":"ana"},"channel":{"id":"C1","name":"general"},"trigger_id":"1.2.8","message_ts":"1700000000.000100","response_url":"https://hooks.slack.com/app/1","message":{"type":"message","user":"U2","ts":"1700000000.000100","thread_ts":"1600000000.000100","text":"The ledger is <!date^1^x|off>, <@U1>","attachments":[{"fallback":"more"}]}}`
	aHome    = `{"type":"block_actions","team":{"id":"T0ACME"},"user":{"id":"U1","team_id":"T0ACME"},"trigger_id":"1.2.9","container":{"type":"view","view_id":"V2"},"actions":[{"action_id":"riskroom.details","value":"R-17@0","action_ts":"1.1"}],"view":{"id":"V2","type":"home","state":{"values":{}}}}`
	anOpened = `{"type":"event_callback","team_id":"T0ACME","event_id":"Ev2","authorizations":[{"team_id":"T0ACME"}],"event":{"type":"app_home_opened","user":"U1","channel":"D1","tab":"home"}}`
	anEvent  = `{"type":"event_callback","team_id":"T0ACME","event_id":"Ev1","authorizations":[{"team_id":"T0ACME"}],"event":{"type":"channel_archive","channel":"C1"}}`
)

// FuzzRequest checks that an unsigned request never reaches the engine, and that a
// signed one gets an answer that Slack accepts.
func FuzzRequest(f *testing.F) {
	w := newFuzzed(f, overHTTP)
	ways := []struct {
		contentType string
		handler     http.Handler
	}{{typeForm, w.slackbot.Commands()}, {typeForm, w.slackbot.Interactions()}, {typeJSON, w.slackbot.Events()}}
	f.Add(uint8(0), aCommand, "v0=00", int64(0))
	f.Add(uint8(1), url.Values{"payload": {aPress}}.Encode(), "", int64(-400))
	f.Add(uint8(1), url.Values{"payload": {aMessage}}.Encode(), "v0=", int64(0))
	f.Add(uint8(2), anOpened, "v0=", int64(0))
	f.Add(uint8(2), anEvent, emulator.Sign("", 0, []byte(anEvent)), int64(400))
	f.Add(uint8(2), `{"type":"url_verification","challenge":"x"}`, "v0="+strings.Repeat("ab", 32), int64(0))
	f.Add(uint8(0), "ssl_check=1&a=%zz", "v0=", int64(0))
	f.Fuzz(func(t *testing.T, kind uint8, body, signature string, age int64) {
		way := ways[int(kind)%len(ways)]
		before := w.reached.Load()
		at := time.Now().Add(-time.Duration(age%1000) * time.Second)
		if a := w.post(way.handler, way.contentType, body, signature, at); a.Code != http.StatusUnauthorized && a.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("unsigned, status %d: %s", a.Code, a.Body)
		}
		if w.reached.Load() != before {
			t.Error("a request that is not signed reaches the engine")
		}
		if len(body) <= core.MaxBody {
			checkAnswer(t, w.signed(way.handler, way.contentType, body))
			w.slackbot.showing.Wait() // what it does in the background reaches the engine, too
		}
	})
}

// FuzzInteraction checks that any payload gets an answer that Slack accepts.
func FuzzInteraction(f *testing.F) {
	w := newFuzzed(f, overHTTP)
	handler := w.slackbot.Interactions()
	for _, s := range []string{aPress, aSubmit, aChoice, aGlobal, aMessage, aHome, `{"type":"view_closed"}`, `{}`, `[]`, strings.Replace(aSubmit, `"file"`, `"resolve"`, 1)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		body := url.Values{"payload": {payload}}.Encode()
		if len(body) <= core.MaxBody {
			checkAnswer(t, w.signed(handler, typeForm, body))
		}
	})
}

// FuzzEnvelope checks that any message of Socket Mode gets an acknowledgement that
// Slack accepts.
func FuzzEnvelope(f *testing.F) {
	w := newFuzzed(f, func(c *Config) { c.AppToken = "xapp-1" })
	for kind, payload := range map[string]string{
		typeCommand: `{"command":"/risk","text":"list","team_id":"T0ACME","user_id":"U1","trigger_id":"1.2.3","is_enterprise_install":false}`, typeInteract: aPress, typeEvent: anEvent,
	} {
		f.Add([]byte(`{"type":"` + kind + `","envelope_id":"e-1","accepts_response_payload":true,"retry_attempt":1,"payload":` + payload + `}`))
	}
	for i, payload := range []string{aSubmit, aGlobal, aMessage, aHome} {
		f.Add([]byte(`{"type":"interactive","envelope_id":"e-2` + strconv.Itoa(i) + `","accepts_response_payload":true,"payload":` + payload + `}`))
	}
	f.Add([]byte(`{"envelope_id":"e-3","type":1}`))
	f.Add([]byte(`{"type":"disconnect","reason":"warning"}`))
	f.Fuzz(func(t *testing.T, frame []byte) {
		e, outcome := decode(frame)
		got := handled{outcome: outcome}
		if outcome == "" {
			got = w.slackbot.handle(t.Context(), request{arrived: time.Now()}, e)
		}
		if got.outcome == "" {
			t.Error("no outcome")
		}
		if e.ID == "" {
			return
		}
		raw, err := e.acknowledge(t.Context(), got.response)
		if err != nil {
			t.Errorf("the answer doesn't fit into the acknowledgement: %v", err)
		}
		var back ack
		if err := json.Unmarshal(raw, &back); err != nil || back.EnvelopeID != e.ID || len(raw) >= maxAck {
			t.Errorf("acknowledged with %d bytes: %v: %s", len(raw), err, raw)
		}
	})
}

// FuzzCommandText checks that every mention is one word of the text that begins
// with @.
func FuzzCommandText(f *testing.F) {
	for _, s := range []string{
		"new <@U1|ana> and <@U2|ana>, <#C1|general> <!subteam^S1|@oncall> <!here> <https://a.example|x> &lt;@U3&gt; &amp;amp;",
		"<@U1|a b,c>", "<@U1|<@U2>>", "<mailto:a@b|a@b>", "<@|>", "<@U1|\xff>", "<@U1@x> <@U/1|ana>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		shown, mentions := decodeText("acme", typed, unnamed)
		for word, ref := range mentions {
			if !strings.HasPrefix(word, "@") || !strings.Contains(shown, word) || len(strings.Fields(word)) != 1 {
				t.Errorf("%q refers to %s in %q", word, ref, shown)
			}
			if a, ok := ref.Account(); !ok || a.Workspace != "acme" {
				t.Errorf("%q refers to %q", word, ref)
			}
		}
	})
}
