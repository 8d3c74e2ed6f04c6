package discord_test

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
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
	if strings.HasPrefix(req.URL.Path, "/ephemeral-attachments/") { // a file, which the document doesn't describe
		return l.next.RoundTrip(req)
	}
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
	if checked, err := jsonOf(req.Header.Get("Content-Type"), body); err != nil {
		l.t.Errorf("its body can't be read: %v", err)
	} else if err := law.Request(req.Method, req.URL.Path, req.URL.Query(), checked); err != nil {
		l.t.Errorf("it is not what Discord takes: %.2000v\n%.2000s", err, checked)
	}
	return l.next.RoundTrip(req)
}

// jsonOf returns the JSON in a request's body: of one with files, payload_json.
func jsonOf(contentType string, body []byte) ([]byte, error) {
	kind, params, _ := mime.ParseMediaType(contentType)
	if kind != "multipart/form-data" {
		return body, nil
	}
	form, err := multipart.NewReader(bytes.NewReader(body), params["boundary"]).ReadForm(int64(len(body)))
	if err != nil {
		return nil, err
	}
	return []byte(url.Values(form.Value).Get("payload_json")), nil
}
