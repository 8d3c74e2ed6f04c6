package web_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"riskroom/bots/web"
	"riskroom/core"
)

// do sends a request to a server's handler.
func do(s *http.Server, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	w := httptest.NewRecorder()
	s.Handler.ServeHTTP(w, r)
	return w
}

func text(word string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
			return
		}
		_, _ = io.WriteString(w, word) // a recorder takes everything
	})
}

func public(log *slog.Logger) *http.Server {
	return web.NewPublic(web.Routes{
		{Platform: "slack", Workspace: "acme", Kind: "commands"}:     text("c"),
		{Platform: "slack", Workspace: "acme", Kind: "interactions"}: text("i"),
		{Platform: "slack", Workspace: "acme", Kind: "events"}: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			panic("out of luck")
		}),
	}, log)
}

func TestPublicRoutes(t *testing.T) {
	t.Parallel()
	s := public(slog.New(slog.DiscardHandler))
	for _, c := range []struct {
		method, path string
		code         int
		body         string
	}{
		{"POST", "/slack/acme/commands", 200, "c"},
		{"POST", "/slack/acme/interactions", 200, "i"},
		{"POST", "/slack/acme/events", 500, "Internal Server Error\n"},
		{"POST", "/slack/other/commands", 404, "Not Found\n"},
		{"POST", "/slack/acme/other", 404, "Not Found\n"},
		{"POST", "/slack/acme", 404, "Not Found\n"},
		{"POST", "/discord/acme/commands", 404, "Not Found\n"},
		{"GET", "/slack/acme/commands", 405, "Method Not Allowed\n"},
		{"GET", "/metrics", 404, "Not Found\n"},
	} {
		w := do(s, c.method, c.path, "")
		if w.Code != c.code || w.Body.String() != c.body {
			t.Errorf("%s %s = %d %q, want %d %q", c.method, c.path, w.Code, w.Body, c.code, c.body)
		}
	}
	if w := do(s, "POST", "/slack/acme/commands", strings.Repeat("x", core.MaxBody+1)); w.Code != 413 {
		t.Errorf("a body above the limit: %d", w.Code)
	}
	if w := do(s, "POST", "/slack/acme/commands", strings.Repeat("x", core.MaxBody)); w.Code != 200 {
		t.Errorf("a body of the limit: %d", w.Code)
	}
}

func TestServersHaveTimeouts(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	for name, s := range map[string]*http.Server{
		"public": public(log), "admin": web.NewAdmin(web.Admin{Metrics: prometheus.NewRegistry()}, log),
	} {
		if s.ReadHeaderTimeout == 0 || s.ReadTimeout == 0 || s.WriteTimeout == 0 || s.IdleTimeout == 0 || s.MaxHeaderBytes == 0 {
			t.Errorf("%s: a timeout or limit is not set: %+v", name, s)
		}
	}
}

func TestLogHoldsNoContent(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	for _, kind := range []string{"commands", "events"} { // the latter panics
		r := httptest.NewRequest("POST", "/slack/acme/"+kind+"?token=query-secret", strings.NewReader("text=body-secret"))
		r.Header.Set("X-Slack-Signature", "header-secret")
		r.Header.Set("X-Forwarded-For", "198.51.100.7")
		public(log).Handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	got := out.String()
	for _, must := range []string{"status=200", "status=500", "route=/:platform/:workspace/:kind", "out of luck", "goroutine"} {
		if !strings.Contains(got, must) {
			t.Errorf("the log lacks %q: %s", must, got)
		}
	}
	for _, secret := range []string{"query-secret", "body-secret", "header-secret", "198.51.100.7"} {
		if strings.Contains(got, secret) {
			t.Errorf("the log contains %q: %s", secret, got)
		}
	}
}

func TestAdmin(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewRegistry()
	m, err := web.NewMetrics(reg)
	if err != nil {
		t.Fatal(err)
	}
	m.Observer("acme")("commands", "ok")
	broken := errors.New("store: connection\nrefused")
	s := web.NewAdmin(web.Admin{
		Health: []web.Check{{Name: "loops", Run: func(context.Context) error { return nil }, State: func() string { return "running" }}},
		Ready: []web.Check{
			{Name: "store", Run: func(context.Context) error { return broken }},
			{Name: "acme", Run: func(context.Context) error { return nil }},
		},
		Metrics: reg,
	}, slog.New(slog.DiscardHandler))
	if w := do(s, "GET", "/healthz", ""); w.Code != 200 || w.Body.String() != "loops: ok (running)\n" {
		t.Errorf("healthz: %d %q", w.Code, w.Body)
	}
	if w := do(s, "GET", "/readyz", ""); w.Code != 503 || w.Body.String() != "store: store: connection refused\nacme: ok\n" {
		t.Errorf("readyz: %d %q", w.Code, w.Body)
	}
	want := `riskroom_inbound_requests_total{kind="commands",outcome="ok",workspace="acme"} 1`
	if w := do(s, "GET", "/metrics", ""); w.Code != 200 || !strings.Contains(w.Body.String(), want) {
		t.Errorf("metrics: %d %q", w.Code, w.Body)
	}
	if w := do(s, "POST", "/healthz", ""); w.Code != 405 {
		t.Errorf("POST /healthz: %d", w.Code)
	}
	if _, err := web.NewMetrics(reg); err == nil {
		t.Error("metrics can be registered twice")
	}
}
