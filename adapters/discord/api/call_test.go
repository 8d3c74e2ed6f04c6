package api

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// client returns a client of the workspace guild.
func client(t testing.TB, c Config) *Client {
	t.Helper()
	c.Workspace, c.Token = "guild", "secret"
	made, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// server is a transport that answers with f's results.
type server func(*http.Request) (status int, header http.Header, body string)

func (s server) RoundTrip(r *http.Request) (*http.Response, error) {
	status, header, body := s(r)
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func answer(status int, body string, header ...string) rest.Answer {
	a := rest.Answer{Status: status, Header: http.Header{}, Body: []byte(body)}
	for i := 0; i+1 < len(header); i += 2 {
		a.Header.Set(header[i], header[i+1])
	}
	return a
}

// TestJudging checks that only an answer in Discord's own format is final,
// whatever its status.
func TestJudging(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer rest.Answer
		kind   core.Kind
		effect core.Effect
		detail string
		wait   time.Duration
		all    bool
	}{
		"429, body":           {answer(429, `{"retry_after":7.5,"global":false}`, "Retry-After", "8", "X-RateLimit-Reset-After", "9"), core.RateLimited, core.None, "http_429", 7500 * time.Millisecond, false},
		"429, header":         {answer(429, `{"message":"x"}`, "Retry-After", "8"), core.RateLimited, core.None, "http_429", 8 * time.Second, false},
		"429, reset":          {answer(429, `{"message":"x"}`, "X-RateLimit-Reset-After", "9.5"), core.RateLimited, core.None, "http_429", 9500 * time.Millisecond, false},
		"429 of all":          {answer(429, `{"retry_after":2,"global":true}`), core.RateLimited, core.None, "http_429", 2 * time.Second, true},
		"429 of a proxy":      {answer(429, `<html>`), core.RateLimited, core.None, "http_429", 30 * time.Second, true},
		"429, proxy's header": {answer(429, `<html>`, "Retry-After", "60"), core.RateLimited, core.None, "http_429", time.Minute, true},
		"429, two days":       {answer(429, `{"retry_after":172800}`), core.RateLimited, core.None, "http_429", core.Day, false},
		"429, nonsense":       {answer(429, `{"retry_after":-3}`, "Retry-After", "soon"), core.RateLimited, core.None, "http_429", 30 * time.Second, false},
		"no code":             {answer(401, `{"message":"401: Unauthorized","code":0}`), core.Unauthorized, core.None, "http_401", 0, false},
		"no code, 500":        {answer(500, `{"message":"500: Internal Server Error","code":0}`), core.Unavailable, core.Maybe, "http_500", 5 * time.Second, false},
		"no code, 403":        {answer(403, `{"message":"403: Forbidden","code":0}`), core.Denied, core.None, "http_403", 0, false},
		"no code, 413":        {answer(413, `{"message":"413","code":0}`), core.Invalid, core.None, "http_413", 0, false},
		"a code":              {answer(403, `{"message":"Missing Access","code":50001}`), core.NotFound, core.None, "50001", 0, false},
		"a form":              {answer(400, `{"code":50035,"errors":{"name":{"_errors":[{"code":"X"}]}}}`), core.Invalid, core.None, "50035:name:X", 0, false},
		"good, empty":         {answer(204, ``), "", core.None, "", 0, false},
		"good":                {answer(200, `{"id":"1"}`), "", core.None, "", 0, false},
		"200 of a proxy":      {answer(200, `<html>`), core.Unavailable, core.Maybe, "http_200", 5 * time.Second, false},
		"302 of a proxy":      {answer(302, ``), core.Unavailable, core.Maybe, "http_302", 5 * time.Second, false},
		"400 of a proxy":      {answer(400, ``), core.Unavailable, core.Maybe, "http_400", 5 * time.Second, false},
		"401 of a proxy":      {answer(401, `<html>`), core.Unavailable, core.Maybe, "http_401", 5 * time.Second, false},
		"403 of a proxy":      {answer(403, `<html>`), core.Unavailable, core.Maybe, "http_403", 5 * time.Second, false},
		"404 of a gateway":    {answer(404, `{"message":"no Route matched"}`), core.Unavailable, core.Maybe, "http_404", 5 * time.Second, false},
		"502 of a proxy":      {answer(502, `<html>`, "Retry-After", "20"), core.Unavailable, core.Maybe, "http_502", 20 * time.Second, false},
	} {
		err := client(t, Config{}).answerError(Request{Method: "create_message"}, c.answer)
		if core.KindOf(err) != c.kind || core.EffectOf(err) != c.effect || core.DetailOf(err) != c.detail ||
			core.RetryAfterOf(err) != c.wait || core.AllOf(err) != c.all {
			t.Errorf("%s: %v is %s/%s %q after %v, all: %v", name, err,
				core.KindOf(err), core.EffectOf(err), core.DetailOf(err), core.RetryAfterOf(err), core.AllOf(err))
		}
	}
}

// TestTokens checks that the bot's token is sent only where needed, and that no
// error contains a token.
func TestTokens(t *testing.T) {
	t.Parallel()
	var seen []string
	c := client(t, Config{Transport: server(func(r *http.Request) (int, http.Header, string) {
		seen = append(seen, r.URL.EscapedPath()+" "+strings.Join(r.Header.Values("Authorization"), ","))
		if !strings.HasPrefix(r.UserAgent(), "DiscordBot (") {
			t.Errorf("the user agent is %q", r.UserAgent())
		}
		return 400, nil, `{"code":50109}`
	})})
	for _, r := range []Request{
		{Method: "get_my_user", Verb: http.MethodGet, Path: []string{"users", "@me"}},
		{Method: "create_interaction_response", Verb: http.MethodPost, Path: []string{"interactions", "1", "a/secret", "callback"}, Body: 1, Tokenless: true},
	} {
		if err := c.Send(t.Context(), r, nil); core.DetailOf(err) != "50109" || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", r.Method, err)
		}
	}
	if want := []string{"/api/v10/users/@me Bot secret", "/api/v10/interactions/1/a%2Fsecret/callback "}; !slices.Equal(seen, want) {
		t.Errorf("it sends %q, want %q", seen, want)
	}
}

// TestAnswersThatCannotBeDecoded checks that such calls may have had their
// effect.
func TestAnswersThatCannotBeDecoded(t *testing.T) {
	t.Parallel()
	c := client(t, Config{Transport: server(func(*http.Request) (int, http.Header, string) { return 200, nil, `["a list"]` })})
	var out struct{ ID string }
	err := c.Send(t.Context(), Request{Method: "create_dm", Verb: http.MethodPost, Path: []string{"users", "@me", "channels"}}, &out)
	if core.KindOf(err) != core.Unavailable || core.EffectOf(err) != core.Maybe {
		t.Errorf("it is %v (%s)", err, core.EffectOf(err))
	}
	err = c.Send(t.Context(), Request{Method: "create_dm", Verb: http.MethodPost, Body: json.RawMessage("{")}, nil)
	if core.KindOf(err) != core.Invalid || core.EffectOf(err) != core.None {
		t.Errorf("what cannot be encoded is %v (%s)", err, core.EffectOf(err))
	}
}

// TestCallsAreCounted checks that calls are counted by outcome, and calls that
// are not sent are not counted.
func TestCallsAreCounted(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{`{}`: "ok", `{"code":50013}`: "denied", `<html>`: "unavailable"} {
		var counted []string
		var calls atomic.Int32
		c := client(t, Config{
			Observe: func(method, outcome string) { counted = append(counted, method+" "+outcome) },
			Transport: server(func(*http.Request) (int, http.Header, string) {
				calls.Add(1)
				status := 200
				if want != "ok" {
					status = 403
				}
				return status, http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset-After": {"9"}}, body
			}),
		})
		for range 2 {
			_ = c.Send(t.Context(), Request{Method: "get_guild", Verb: http.MethodGet, Path: []string{"guilds", "1"}}, nil)
		}
		if !slices.Equal(counted, []string{"get_guild " + want}) || calls.Load() != 1 {
			t.Errorf("%s is counted as %q after %d calls", body, counted, calls.Load())
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []Config{
		{Token: "secret"}, {Workspace: "guild"}, {Workspace: "guild", Token: "secret", URL: "discord.com"},
		{Workspace: "guild", Token: "secret", URL: "ftp://discord.com/api/"}, {Workspace: "guild", Token: "secret", URL: "://"},
	} {
		if _, err := New(c); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v gives %v", c.URL, err)
		}
	}
}

func TestAuditReason(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"riskroom abc": "riskroom%20abc", "line\nbreak": "line%0Abreak", "账": "%E8%B4%A6", "100%": "100%25",
		strings.Repeat("账", 200): strings.Repeat("%E8%B4%A6", 56),
	} {
		if got := auditReason(s); got != want {
			t.Errorf("%q is sent as %q, want %q", s, got, want)
		}
	}
}
