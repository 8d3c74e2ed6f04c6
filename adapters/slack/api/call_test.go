package api

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// client returns a client of the workspace acme.
func client(t testing.TB, c Config) *Client {
	t.Helper()
	c.Workspace, c.Token = "acme", "xoxb-secret"
	made, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// always is a transport that gives the same answer to everything.
type always struct {
	status int
	header http.Header
	body   string
	called int // in one test at a time
}

func (a *always) RoundTrip(r *http.Request) (*http.Response, error) {
	a.called++
	h := a.header.Clone()
	if h == nil {
		h = http.Header{}
	}
	return &http.Response{StatusCode: a.status, Header: h, Body: io.NopCloser(strings.NewReader(a.body)), Request: r}, nil
}

// TestJudging checks that only an answer in Slack's own format is final,
// whatever its status.
func TestJudging(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		kind   core.Kind
		effect core.Effect
		detail string
	}{
		"good":                    {200, `{"ok":true}`, "", core.None, ""},
		"a refusal":               {200, `{"ok":false,"error":"name_taken"}`, core.Conflict, core.None, "name_taken"},
		"without a reason":        {200, `{"ok":false}`, core.Unknown, core.Maybe, "empty_answer"},
		"missing scope":           {200, `{"ok":false,"error":"missing_scope","needed":"im:write"}`, core.Denied, core.None, "missing_scope:im:write"},
		"a refusal, with status":  {403, `{"ok":false,"error":"invalid_auth"}`, core.Unauthorized, core.None, "invalid_auth"},
		"an outage":               {500, `{"ok":false,"error":"internal_error"}`, core.Unavailable, core.Maybe, "internal_error"},
		"429":                     {429, ``, core.RateLimited, core.None, "http_429"},
		"200 of a proxy":          {200, `<html>`, core.Unavailable, core.Maybe, "http_200"},
		"200 of a proxy, as JSON": {200, `{"error":"blocked"}`, core.Unavailable, core.Maybe, "http_200"},
		"302 of a proxy":          {302, ``, core.Unavailable, core.Maybe, "http_302"},
		"401 of a proxy":          {401, `<html>`, core.Unavailable, core.Maybe, "http_401"},
		"403 of a proxy":          {403, `<html>`, core.Unavailable, core.Maybe, "http_403"},
		"404 of a proxy":          {404, `{"message":"no Route matched"}`, core.Unavailable, core.Maybe, "http_404"},
		"407 of a proxy":          {407, ``, core.Unavailable, core.Maybe, "http_407"},
		"413 of a proxy":          {413, `<html>`, core.Unavailable, core.Maybe, "http_413"},
		"503 of a proxy":          {503, `{"ok":true}`, core.Unavailable, core.Maybe, "http_503"},
	} {
		err := client(t, Config{}).answerError("chat.postMessage", rest.Answer{Status: c.status, Header: http.Header{}, Body: []byte(c.body)})
		if core.KindOf(err) != c.kind || core.EffectOf(err) != c.effect || core.DetailOf(err) != c.detail {
			t.Errorf("%s: %v is %s/%s %q, want %s/%s %q", name, err, core.KindOf(err), core.EffectOf(err), core.DetailOf(err), c.kind, c.effect, c.detail)
		}
	}
}

// TestSentMessage checks that a message was sent, whatever blocks the answer has.
func TestSentMessage(t *testing.T) {
	t.Parallel()
	const answer = `{"ok":true,"channel":"C1","ts":"2.1","message":{"ts":"2.1","thread_ts":"1.1","blocks":[{"type":"header","text":"of a later kind"}]}}`
	web := client(t, Config{Transport: &always{status: 200, body: answer}}).Web()
	channel, ts, sent, err := web.PostMessageWithResponseContext(t.Context(), "C1")
	if err != nil || channel != "C1" || ts != "2.1" || sent.ThreadTimestamp != "1.1" {
		t.Errorf("posted in %s at %s, thread %+v: %v", channel, ts, sent, err)
	}
	if _, ts, _, err = web.UpdateMessageContext(t.Context(), "C1", "2.1"); err != nil || ts != "2.1" {
		t.Errorf("edited at %q: %v", ts, err)
	}
}

// TestCallsAreCounted checks that calls are counted by outcome, both slack-go's
// and ours.
func TestCallsAreCounted(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"ok":true}`: "ok", `{"ok":false,"error":"missing_scope"}`: "denied", `{"ok":false,"error":"hash_conflict"}`: "conflict",
		`{"ok":false,"error":"expired_trigger_id"}`: "not_found", `<html>`: "unavailable",
	} {
		got := map[string]string{}
		c := client(t, Config{Transport: &always{status: 200, body: body}, Observe: func(method, outcome string) { got[method] = outcome }})
		_, _ = c.Web().AuthTestContext(t.Context())
		_ = c.Form(t.Context(), "pins.list", url.Values{}, &struct{}{})
		if got["auth.test"] != want || got["pins.list"] != want || len(got) != 2 {
			t.Errorf("%s is counted as %v", body, got)
		}
	}
}

// TestRespond checks what the answers of a response_url mean, and that no error
// contains the URL.
func TestRespond(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer always
		kind   core.Kind
		wait   time.Duration
	}{
		"a word":       {always{status: 200, body: "ok"}, "", 0},
		"JSON":         {always{status: 200, body: `{"ok":true}`}, "", 0},
		"a refusal":    {always{status: 200, body: `{"ok":false,"error":"used_url"}`}, core.Unknown, 0},
		"gone":         {always{status: 404, body: "expired_url\n"}, core.Unknown, 0},
		"of a proxy":   {always{status: 403, body: "<html>"}, core.Unavailable, 5 * time.Second},
		"an outage":    {always{status: 503}, core.Unavailable, 5 * time.Second},
		"too many":     {always{status: 429, header: http.Header{"Retry-After": {"7"}}}, core.RateLimited, 7 * time.Second},
		"a long limit": {always{status: 429, header: http.Header{"Retry-After": {strconv.Itoa(48 * 60 * 60)}}}, core.RateLimited, core.Day},
	} {
		err := client(t, Config{Transport: &c.answer}).Respond(t.Context(), "https://hooks.slack.com/commands/secret", []byte(`{}`))
		if core.KindOf(err) != c.kind || core.RetryAfterOf(err) != c.wait || err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v is %s after %v", name, err, core.KindOf(err), core.RetryAfterOf(err))
		}
	}
	var elsewhere always
	err := client(t, Config{Transport: &elsewhere}).Respond(t.Context(), "https://evil.example/secret", nil)
	if err == nil || elsewhere.called > 0 || strings.Contains(err.Error(), "secret") {
		t.Errorf("elsewhere: %v", err)
	}
}

// flood is a transport whose answers never end.
type flood struct{ read int64 }

func (f *flood) RoundTrip(r *http.Request) (*http.Response, error) {
	endless := io.MultiReader(strings.NewReader(`{"ok":true,"team":"`), f)
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(endless), Request: r}, nil
}

func (f *flood) Read(p []byte) (int, error) {
	if f.read += int64(len(p)); f.read > 4*maxAnswer {
		return 0, io.EOF // so that the test ends in any case
	}
	return copy(p, strings.Repeat("x", len(p))), nil
}

// TestAnswersAreReadUpToALimit: what answers in Slack's place cannot fill the
// memory.
func TestAnswersAreReadUpToALimit(t *testing.T) {
	t.Parallel()
	from := &flood{}
	_, err := client(t, Config{Transport: from}).Web().AuthTestContext(t.Context())
	if core.KindOf(err) != core.Unavailable || from.read > 2*maxAnswer {
		t.Errorf("%d bytes were read: %v", from.read, err)
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []Config{
		{Token: "xoxb-secret"}, {Workspace: "acme"}, {Workspace: "acme", Token: "xoxb-secret", URL: "slack.com"},
		{Workspace: "acme", Token: "xoxb-secret", URL: "ftp://slack.com/api/"}, {Workspace: "acme", Token: "xoxb-secret", URL: "://"},
	} {
		if _, err := New(c); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v gives %v", c.URL, err)
		}
	}
}
