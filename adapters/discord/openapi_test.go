package discord_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"riskroom/adapters/discord/emulator/openapi"
)

// lawful passes on requests, and fails the test for those that Discord's
// OpenAPI document or the header for reasons does not allow.
type lawful struct {
	t    testing.TB
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (l lawful) RoundTrip(req *http.Request) (*http.Response, error) {
	reason := req.Header.Get("X-Audit-Log-Reason")
	if len(reason) > 512 || strings.ContainsFunc(reason, func(r rune) bool { return r <= ' ' || r > '~' }) {
		l.t.Errorf("the reason %q is too long or not encoded", reason)
	}
	law, err := openapi.Named()
	if err != nil {
		l.t.Error(err)
	}
	var body []byte
	if req.Body != nil {
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	if err := law.Request(req.Method, req.URL.Path, req.URL.Query(), body); err != nil {
		l.t.Errorf("it is not what Discord takes: %.2000v\n%.2000s", err, body)
	}
	return l.next.RoundTrip(req)
}
