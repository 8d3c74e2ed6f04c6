package slack_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"riskroom/adapters/slack"
	"riskroom/adapters/slack/api"
	"riskroom/adapters/slack/emulator"
	"riskroom/core"
)

const token = "xoxb-very-secret"

// answering returns an adapter on a server that handles every request with f.
func answering(t *testing.T, log io.Writer, f http.HandlerFunc) *slack.Adapter {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return slack.New(slack.Config{
		API:    client(t, api.Config{Token: token, URL: s.URL + "/api/", Transport: s.Client().Transport}),
		Logger: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
}

// TestAnswers checks what each answer to a post means, and that no error or log
// line contains the token.
func TestAnswers(t *testing.T) {
	t.Parallel()
	body := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, s) }
	}
	status := func(code int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(code)
		}
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   core.Kind
		effect core.Effect
		wait   time.Duration
	}{
		"429 with a time":   {status(429, "Retry-After", "7"), core.RateLimited, core.None, 7 * time.Second},
		"429 without":       {status(429), core.RateLimited, core.None, 30 * time.Second},
		"429 with nonsense": {status(429, "Retry-After", "soon"), core.RateLimited, core.None, 30 * time.Second},
		"200 ratelimited":   {body(`{"ok":false,"error":"ratelimited"}`), core.RateLimited, core.None, 30 * time.Second},
		"500":               {status(500), core.Unavailable, core.Maybe, 5 * time.Second},
		"redirect":          {status(302, "Location", "https://evil.example/"), core.Unavailable, core.Maybe, 5 * time.Second},
		"not ok, no error":  {body(`{"ok":false}`), core.Unknown, core.Maybe, 0},
		"ok, no ts":         {body(`{"ok":true,"channel":"C1"}`), core.Unknown, core.Maybe, 0},
		"not JSON":          {body(`<html>`), core.Unavailable, core.Maybe, 5 * time.Second},
		"empty":             {body(``), core.Unavailable, core.Maybe, 5 * time.Second},
		"invalid_auth":      {body(`{"ok":false,"error":"invalid_auth"}`), core.Unauthorized, core.None, 0},
		"fatal_error":       {body(`{"ok":false,"error":"fatal_error"}`), core.Unavailable, core.Maybe, 5 * time.Second},
		"one of several":    {body(`{"ok":true,"ts":"1.1","errors":[{"user":"U1","ok":false,"error":"cant_invite"}]}`), core.Denied, core.None, 0},
		"good":              {body(`{"ok":true,"channel":"C1","ts":"1.1"}`), "", core.None, 0},
		"endless":           {endless, core.Unavailable, core.Maybe, 0},
		"cut":               {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, core.Unavailable, core.Maybe, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			a := answering(t, &log, c.answer)
			_, err := a.SendGroupMessage(t.Context(), newOnce(), core.GroupRef{Workspace: home, ID: "C1"}, text("hello"))
			if core.KindOf(err) != c.kind || core.EffectOf(err) != c.effect || core.RetryAfterOf(err) != c.wait {
				t.Errorf("%v is %s/%s after %v, want %s/%s after %v",
					err, core.KindOf(err), core.EffectOf(err), core.RetryAfterOf(err), c.kind, c.effect, c.wait)
			}
			if strings.Contains(fmt.Sprintf("%v %+v", err, err)+log.String(), "secret") {
				t.Errorf("the token is told: %v\n%s", err, log.String())
			}
		})
	}
}

func endless(w http.ResponseWriter, _ *http.Request) {
	chunk := []byte(strings.Repeat(" ", 1<<20))
	for range 20 {
		if _, err := w.Write(chunk); err != nil {
			return
		}
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
		_, err := a.SendGroupMessage(ctx, newOnce(), core.GroupRef{Workspace: home, ID: "C1"}, text("hello"))
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
		a := slack.New(slack.Config{API: client(t, api.Config{Token: token, URL: url})})
		_, err := a.SendGroupMessage(t.Context(), newOnce(), core.GroupRef{Workspace: home, ID: "C1"}, text("hello"))
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
	_, err := a.SendGroupMessage(ctx, newOnce(), core.GroupRef{Workspace: home, ID: "C1"}, text("hello"))
	if core.KindOf(err) != core.Unavailable || core.EffectOf(err) != core.Maybe || !errors.Is(err, context.Canceled) {
		t.Errorf("it is %v (%s)", err, core.EffectOf(err))
	}
}

// TestManyAtOnceOverHTTP uses a real transport from several goroutines.
func TestManyAtOnceOverHTTP(t *testing.T) {
	t.Parallel()
	w := start(t, emulator.Options{Users: people})
	base, err := w.Start("")
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	a := connect(t, w, slack.Config{API: client(t, api.Config{Token: w.BotToken(), URL: base + "/api/", Transport: transport})})
	var all sync.WaitGroup
	for _, id := range []string{"U0000000LIN", "U0000000WEI", "U0000000GUS", "U0000000SHY"} {
		all.Go(func() {
			ref, err := a.SendMessage(t.Context(), newOnce(), account(id), text("hello"))
			if err != nil || len(w.DMs(id)) != 1 || w.DMs(id)[0].TS != ref.ID {
				t.Errorf("to %s: %v, %v", id, ref, err)
			}
			if _, err := a.Find(t.Context(), core.Lookup{ID: id}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
