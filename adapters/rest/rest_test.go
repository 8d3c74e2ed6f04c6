package rest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"riskroom/adapters/rest"
	"riskroom/core"
)

// transport is an http.RoundTripper made of a function.
type transport func(*http.Request) (*http.Response, error)

func (w transport) RoundTrip(r *http.Request) (*http.Response, error) { return w(r) }

func newClient(t *testing.T, w http.RoundTripper) *rest.Client {
	t.Helper()
	c, err := rest.NewClient(rest.Config{
		Platform: "platform", URL: "https://api.example/v1", Origins: []string{"https://hooks.example"}, MaxAnswer: 100, Transport: w,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func request(t *testing.T, to string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSilence checks the error of a call that gets no answer.
func TestSilence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		detail string
	}{
		{io.EOF, "connection_lost"},
		{fmt.Errorf("read: %w", context.DeadlineExceeded), "timeout"},
		{context.Canceled, "canceled"},
		{&url.Error{Op: "Get", URL: "https://api.example/secret", Err: io.EOF}, "connection_lost"},
	} {
		client := newClient(t, transport(func(*http.Request) (*http.Response, error) { return nil, c.err }))
		_, err := client.Send("post", request(t, "https://api.example/v1/secret"))
		if core.KindOf(err) != core.Unavailable || core.EffectOf(err) != core.Maybe || core.DetailOf(err) != c.detail || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v becomes %v: %s, %s", c.err, err, core.EffectOf(err), core.DetailOf(err))
		}
	}
}

// TestNothingGoesElsewhere checks that no request goes to another host, scheme
// or port, or carries a password.
func TestNothingGoesElsewhere(t *testing.T) {
	t.Parallel()
	asked := 0
	client := newClient(t, transport(func(r *http.Request) (*http.Response, error) {
		asked++
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
	}))
	for to, ok := range map[string]bool{
		"https://api.example/v1/x": true, "https://hooks.example/x": true,
		"http://api.example/v1/x": false, "https://api.example:8443/v1/x": false, "https://evil.example/v1": false,
		"https://u:p@api.example/v1": false, "https://api.example.evil.example/": false,
	} {
		before := asked
		_, err := client.Send("post", request(t, to))
		if (err == nil) != ok || (asked > before) != ok || err != nil && core.EffectOf(err) != core.None {
			t.Errorf("%s: %v", to, err)
		}
	}
}

// TestSlowAnswers checks that a call ends at its timeout, even in the middle of
// a body.
func TestSlowAnswers(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "{")
		w.(http.Flusher).Flush()
		<-done
	}))
	defer s.Close()
	defer close(done)
	c, err := rest.NewClient(rest.Config{Platform: "platform", URL: s.URL, MaxAnswer: 100, Timeout: 50 * time.Millisecond, Transport: s.Client().Transport})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send("post", request(t, s.URL+"/post")); core.DetailOf(err) != "timeout" || core.EffectOf(err) != core.Maybe {
		t.Errorf("got %v (%s)", err, core.EffectOf(err))
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "0.5": 500 * time.Millisecond, "soon": 0, "-1": 0, "NaN": 0,
		"86400": core.Day, "172800": core.Day, "999999999999999999": core.Day, "1e400": 0,
		"Fri, 01 Jan 2100 00:00:00 GMT": core.Day, "Fri, 01 Jan 1999 00:00:00 GMT": 0,
	} {
		if got := rest.RetryAfter(http.Header{"Retry-After": {said}}); got != want {
			t.Errorf("%q is %v, want %v", said, got, want)
		}
	}
}

func TestRepeat(t *testing.T) {
	t.Parallel()
	failed := func(kind core.Kind, wait time.Duration) error {
		return &core.Error{Op: "test", Kind: kind, RetryAfter: wait}
	}
	for name, c := range map[string]struct {
		errs  []error
		calls int
		took  time.Duration
		kind  core.Kind
	}{
		"at once":           {[]error{nil}, 1, 0, ""},
		"the second time":   {[]error{failed(core.Unavailable, 5*time.Second), nil}, 2, time.Second, ""},
		"never":             {[]error{failed(core.Unavailable, 0), failed(core.Unavailable, 0), failed(core.Unavailable, 0)}, 3, 3 * time.Second, core.Unavailable},
		"refused":           {[]error{failed(core.Denied, 0), nil}, 1, 0, core.Denied},
		"after a limit":     {[]error{failed(core.RateLimited, 4*time.Second), nil}, 2, 4 * time.Second, ""},
		"the limit is long": {[]error{failed(core.RateLimited, time.Hour), nil}, 1, time.Minute, core.RateLimited},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				begun, calls := time.Now(), 0
				err := rest.Repeat(ctx, 3, time.Second, rest.Temporary, func() error { calls++; return c.errs[calls-1] })
				if core.KindOf(err) != c.kind || calls != c.calls || time.Since(begun) != c.took {
					t.Errorf("%v after %d calls and %v", err, calls, time.Since(begun))
				}
			})
		})
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	cause := errors.New("cannot connect to wss://a.example/?ticket=7")
	if err := rest.Redact(cause, "ticket=7"); strings.Contains(fmt.Sprintf("%v %+v", err, err), "ticket") || !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
	if err := rest.Redact(cause, ""); !errors.Is(err, cause) || rest.Redact(nil, "x") != nil {
		t.Errorf("without a secret: %v", err)
	}
}

// TestReadsHaveNoEffect checks that a failed read never says that it may have
// had an effect.
func TestReadsHaveNoEffect(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{&core.Error{Op: "platform: get", Kind: core.Unavailable, Effect: core.Maybe}, rest.ErrIncomplete} {
		_, err := rest.Read(t.Context(), "platform", "get", func(context.Context) (int, error) { return 7, cause })
		if core.EffectOf(err) != core.None || core.KindOf(err) == "" {
			t.Errorf("%v: %v, %s", cause, err, core.EffectOf(err))
		}
		if e := rest.Failure("platform", "get", cause); e.Effect != core.Maybe {
			t.Errorf("%v: a write of that kind is %s", cause, e.Effect)
		}
	}
}
