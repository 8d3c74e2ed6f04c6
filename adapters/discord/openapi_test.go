package discord_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"riskroom/adapters/discord/emulator"
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
	} else if o := managing(checked); o != "" {
		l.t.Errorf("it grants a right to manage the channel: %s", o)
	}
	return l.next.RoundTrip(req)
}

// managing returns an overwrite in a request that grants MANAGE_CHANNELS or MANAGE_ROLES,
// with which a group's owner could escape what riskroom restricts; "" if there is none.
func managing(body []byte) string {
	type overwrite struct {
		Allow json.Number `json:"allow"` // also as text
	}
	var sent struct {
		overwrite
		All []overwrite `json:"permission_overwrites"`
	}
	if json.Unmarshal(body, &sent) != nil { // no overwrites
		return ""
	}
	for _, o := range append(sent.All, sent.overwrite) {
		bits, err := strconv.ParseUint(cmp.Or(o.Allow.String(), "0"), 10, 64)
		if err != nil || emulator.Permissions(bits)&(emulator.ManageChannels|emulator.ManageRoles) != 0 {
			return o.Allow.String()
		}
	}
	return ""
}

func TestManaging(t *testing.T) {
	t.Parallel()
	for body, bad := range map[string]bool{
		`{"permission_overwrites":[{"id":"1","type":0,"allow":"1024","deny":"2048"},{"id":"2","type":1,"allow":"1040","deny":"0"}]}`: true,
		`{"type":1,"allow":"268435456","deny":"0"}`: true,
		`{"type":1,"allow":16,"deny":0}`:            true,
		`{"type":1,"allow":"3072","deny":"16"}`:     false,
		`{"name":"ledger"}`:                         false,
		`[]`:                                        false,
		"":                                          false,
	} {
		if o := managing([]byte(body)); (o != "") != bad {
			t.Errorf("%s: %q", body, o)
		}
	}
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
