package discord_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"riskroom/adapters/adaptertest"
	"riskroom/adapters/discord"
	"riskroom/adapters/discord/api"
	"riskroom/core"
)

const (
	token = "very-secret-token"
	guild = "80351110224678912"
)

// answering returns an adapter on a server that handles every request with f.
func answering(t *testing.T, log io.Writer, f http.HandlerFunc) *discord.Adapter {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	c, err := api.New(api.Config{
		Workspace: home, Token: token, URL: s.URL + "/api/v10", Transport: s.Client().Transport, Clock: adaptertest.NewClock(),
	})
	if err != nil {
		t.Fatal(err)
	}
	a, err := discord.New(discord.Config{
		API: c, GuildID: guild, Logger: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

var room = core.GroupRef{Workspace: home, ID: hidden}

// reply is a handler that always gives the same answer.
func reply(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// TestAnswers checks what each answer to a post means, and that no error or log
// line contains the token.
func TestAnswers(t *testing.T) {
	t.Parallel()
	good := `{"id":"1000000000000000001"}`
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   core.Kind
		effect core.Effect
		wait   time.Duration
	}{
		"429":                  {reply(429, `{"retry_after":0.25,"global":false}`), core.RateLimited, core.None, 250 * time.Millisecond},
		"429 of all":           {reply(429, `{"retry_after":2,"global":true}`, "X-RateLimit-Global", "true"), core.RateLimited, core.None, 2 * time.Second},
		"429 of the proxy":     {reply(429, `<html>`, "Retry-After", "60"), core.RateLimited, core.None, time.Minute},
		"429 without a time":   {reply(429, `<html>`), core.RateLimited, core.None, 30 * time.Second},
		"500":                  {reply(500, `{"code":0}`), core.Unavailable, core.Maybe, 5 * time.Second},
		"502":                  {reply(502, `<html>`), core.Unavailable, core.Maybe, 5 * time.Second},
		"redirect":             {reply(302, ``, "Location", "https://evil.example/"), core.Unavailable, core.Maybe, 5 * time.Second},
		"400 without a word":   {reply(400, ``), core.Unavailable, core.Maybe, 5 * time.Second},
		"401":                  {reply(401, `{"message":"401: Unauthorized","code":0}`), core.Unauthorized, core.None, 0},
		"403":                  {reply(403, `{"message":"Missing Permissions","code":50013}`), core.Denied, core.None, 0},
		"good, no ID":          {reply(200, `{}`), core.Unknown, core.Maybe, 0},
		"not JSON":             {reply(200, `<html>`), core.Unavailable, core.Maybe, 5 * time.Second},
		"empty":                {reply(200, ``), core.Unavailable, core.Maybe, 5 * time.Second},
		"good":                 {reply(200, good), "", core.None, 0},
		"good, broken headers": {reply(200, good, "X-RateLimit-Remaining", "x", "X-RateLimit-Reset-After", "y"), "", core.None, 0},
		"endless":              {endless, core.Unavailable, core.Maybe, 0},
		"cut":                  {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, core.Unavailable, core.Maybe, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			var calls atomic.Int32
			a := answering(t, &log, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				c.answer(w, r)
			})
			_, err := a.SendGroupMessage(t.Context(), newOnce(), room, text("hello"))
			if core.KindOf(err) != c.kind || core.EffectOf(err) != c.effect || core.RetryAfterOf(err) != c.wait {
				t.Errorf("%v is %s/%s after %v, want %s/%s after %v",
					err, core.KindOf(err), core.EffectOf(err), core.RetryAfterOf(err), c.kind, c.effect, c.wait)
			}
			if calls.Load() != 1 {
				t.Errorf("it was sent %d times", calls.Load())
			}
			if strings.Contains(fmt.Sprintf("%v %+v", err, err)+log.String(), "secret") {
				t.Errorf("the token is told: %v\n%s", err, log.String())
			}
		})
	}
}

func endless(w http.ResponseWriter, _ *http.Request) {
	chunk := []byte(strings.Repeat(" ", 1<<20))
	for range 34 {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

// TestLimitedCallsAreNotSentAgain checks that no call is sent until its limit
// is over.
func TestLimitedCallsAreNotSentAgain(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	a := answering(t, io.Discard, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		reply(429, `{"retry_after":3,"global":true}`)(w, r)
	})
	for i, detail := range []string{"http_429", "held_back"} {
		_, err := a.SendGroupMessage(t.Context(), newOnce(), room, text("hello"))
		wantError(t, err, core.RateLimited, detail)
		if core.RetryAfterOf(err) != 3*time.Second || calls.Load() != 1 {
			t.Errorf("round %d: wait %v, %d calls", i, core.RetryAfterOf(err), calls.Load())
		}
	}
}

// TestRefusalsTripTheBrake checks that a bot that is refused too often stops
// sending.
func TestRefusalsTripTheBrake(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	a := answering(t, io.Discard, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		reply(403, `{"code":50013}`)(w, r)
	})
	var err error
	for range 600 {
		_, err = a.Find(t.Context(), core.Lookup{ID: lin})
	}
	wantError(t, err, core.Unavailable, "too_many_refusals")
	if calls.Load() != 500 || core.RetryAfterOf(err) != 10*time.Minute {
		t.Errorf("after %d calls it waits %v", calls.Load(), core.RetryAfterOf(err))
	}
}

// TestRedirectsAreNotFollowed checks that no other host ever gets a request.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a request came to another host")
	}))
	t.Cleanup(other.Close)
	a := answering(t, io.Discard, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	if _, err := a.Check(t.Context(), core.Uses{}); core.DetailOf(err) != "http_307" {
		t.Errorf("a redirect is %v", err)
	}
}

// TestWhatIsSent checks the token, the user agent and the nonce, and that text
// from people notifies nobody.
func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	a := answering(t, io.Discard, func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Content *string `json:"content"`
			Flags   int     `json:"flags"`
			Parts   []struct {
				Type    int    `json:"type"`
				ID      int32  `json:"id"`
				Content string `json:"content"`
			} `json:"components"`
			Nonce   string `json:"nonce"`
			Enforce bool   `json:"enforce_nonce"`
			Allowed *struct {
				Parse []string `json:"parse"`
				Users []string `json:"users"`
			} `json:"allowed_mentions"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		op := core.MakeOp("test", "post")
		if r.Header.Get("Authorization") != "Bot "+token || !strings.HasPrefix(r.UserAgent(), "DiscordBot (") || r.URL.Path != "/api/v10/channels/"+hidden+"/messages" {
			t.Errorf("%s with %v", r.URL.Path, r.Header)
		}
		if body.Nonce != op || !body.Enforce || body.Content != nil || body.Flags != 1<<15 || len(body.Parts) != 1 {
			t.Errorf("it is %+v", body)
			return
		}
		if p := body.Parts[0]; p.Type != 10 || p.ID < 1<<30 || p.Content != `ask <@`+lin+`> \<\@`+wei+"> \\@everyone" {
			t.Errorf("it is %+v", body)
		}
		if body.Allowed == nil || body.Allowed.Parse == nil || len(body.Allowed.Parse) > 0 || fmt.Sprint(body.Allowed.Users) != "["+lin+"]" {
			t.Errorf("it allows %+v", body.Allowed)
		}
		reply(200, `{"id":"1000000000000000001"}`)(w, r)
	})
	m := core.Message{Text: []core.Span{core.Plain("ask "), core.Mention(account(lin)), core.Plain(" <@" + wei + "> @everyone")}}
	if _, err := a.SendGroupMessage(t.Context(), newOnce(), room, m); err != nil {
		t.Error(err)
	}
}

// TestNothingIsSentTooLate checks that a call with no time left is refused
// without being sent.
func TestNothingIsSentTooLate(t *testing.T) {
	t.Parallel()
	a := answering(t, io.Discard, func(http.ResponseWriter, *http.Request) { t.Error("it was sent") })
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	for _, ctx := range []context.Context{ended, late} {
		_, err := a.SendGroupMessage(ctx, newOnce(), room, text("hello"))
		if core.KindOf(err) != core.Unavailable || core.EffectOf(err) != core.None || core.DetailOf(err) != "not_sent" {
			t.Errorf("it is %v (%s)", err, core.EffectOf(err))
		}
	}
}

// TestNoConnectionIsNoEffect checks that a call that was never sent had no
// effect.
func TestNoConnectionIsNoEffect(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	for _, url := range []string{"http://" + addr, strings.Replace(plain.URL, "http:", "https:", 1)} {
		c, err := api.New(api.Config{Workspace: home, Token: token, URL: url})
		if err != nil {
			t.Fatal(err)
		}
		a, err := discord.New(discord.Config{API: c, GuildID: guild})
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.SendGroupMessage(t.Context(), newOnce(), room, text("hello"))
		if core.KindOf(err) != core.Unavailable || core.EffectOf(err) != core.None || core.DetailOf(err) != "no_connection" {
			t.Errorf("%s: %v (%s)", url, err, core.EffectOf(err))
		}
	}
}

// TestSlowAnswerMayHaveHappened checks that a call without an answer in time
// may have had its effect.
func TestSlowAnswerMayHaveHappened(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{}, 1)
	a := answering(t, io.Discard, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // so that the server notices the caller leave
		arrived <- struct{}{}
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	_, err := a.SendGroupMessage(ctx, newOnce(), room, text("hello"))
	if core.KindOf(err) != core.Unavailable || core.EffectOf(err) != core.Maybe || !errors.Is(err, context.Canceled) {
		t.Errorf("it is %v (%s)", err, core.EffectOf(err))
	}
}

// TestManyAtOnceOverHTTP uses a real transport from several goroutines.
func TestManyAtOnceOverHTTP(t *testing.T) {
	t.Parallel()
	w := start(t, guildOf())
	base, err := w.Start("")
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	a := connect(t, w, discord.Config{API: client(t, w, api.Config{URL: base + "/api/v10", Transport: transport})})
	var all sync.WaitGroup
	for _, id := range []string{lin, wei, ana, bob} {
		all.Go(func() {
			o := newOnce()
			o.step = id
			ref, err := a.SendMessage(t.Context(), o, account(id), text("hello"))
			if err != nil || len(w.DMs(id)) != 1 || w.DMs(id)[0].ID != ref.ID {
				t.Errorf("to %s: %v, %v", id, ref, err)
			}
			if _, err := a.Find(t.Context(), core.Lookup{ID: id}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	c, err := api.New(api.Config{Workspace: home, Token: token})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"", "acme", "0123"} {
		if _, err := discord.New(discord.Config{API: c, GuildID: id}); err == nil {
			t.Errorf("the guild %q is taken", id)
		}
	}
}
