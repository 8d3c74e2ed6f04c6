package discord_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// document is Discord's own OpenAPI document, where $DISCORD_OPENAPI says it is:
// every request that the tests send is held against it. See
// https://github.com/discord/discord-api-spec.
var document = sync.OnceValues(func() (*openapi, error) {
	path := os.Getenv("DISCORD_OPENAPI")
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	v, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		return nil, err
	}
	d := &openapi{paths: v.(map[string]any)["paths"].(map[string]any), compiler: jsonschema.NewCompiler()}
	d.compiler.DefaultDraft(jsonschema.Draft2020)
	return d, d.compiler.AddResource(documentURL, v)
})

const documentURL = "https://discord.invalid/openapi.json"

type openapi struct {
	paths    map[string]any
	mu       sync.Mutex
	compiler *jsonschema.Compiler
}

var version = regexp.MustCompile(`^/api/v\d+`)

// check tells what of a request Discord's document does not allow.
func (d *openapi) check(req *http.Request, body []byte) error {
	template, verb := d.match(version.ReplaceAllString(req.URL.Path, "")), strings.ToLower(req.Method)
	path, _ := d.paths[template].(map[string]any)
	operation, ok := path[verb].(map[string]any)
	if !ok {
		return fmt.Errorf("%s %s is no operation", req.Method, req.URL.Path)
	}
	if err := queried(req, operation, path); err != nil {
		return err
	}
	if _, takes := operation["requestBody"]; !takes {
		if len(body) > 0 {
			return fmt.Errorf("%s %s takes no body", req.Method, template)
		}
		return nil
	}
	at := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D", "@", "%40").Replace(template)
	d.mu.Lock()
	schema, err := d.compiler.Compile(documentURL + "#/paths/" + at + "/" + verb + "/requestBody/content/application~1json/schema")
	d.mu.Unlock()
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(v)
}

// queried looks whether the document knows every parameter of the query.
func queried(req *http.Request, operation, path map[string]any) error {
	var known []string
	for _, from := range []map[string]any{operation, path} {
		list, _ := from["parameters"].([]any)
		for _, p := range list {
			if name, ok := p.(map[string]any)["name"].(string); ok {
				known = append(known, name)
			}
		}
	}
	for name := range req.URL.Query() {
		if !slices.Contains(known, name) {
			return fmt.Errorf("%s %s knows no %q", req.Method, req.URL.Path, name)
		}
	}
	return nil
}

// match finds the path of the document that a URL is of: the one with the fewest
// names in braces.
func (d *openapi) match(url string) string {
	best, least := "", 100
	for _, template := range slices.Sorted(maps.Keys(d.paths)) {
		want, got := strings.Split(template, "/"), strings.Split(url, "/")
		names, fits := 0, len(want) == len(got)
		for i := range min(len(want), len(got)) {
			if strings.HasPrefix(want[i], "{") {
				names++
			} else if want[i] != got[i] {
				fits = false
			}
		}
		if fits && names < least {
			best, least = template, names
		}
	}
	return best
}

// lawful lets requests pass and fails the test for those that Discord's
// document, or what its header for reasons takes, does not allow.
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
	d, err := document()
	if err != nil {
		l.t.Error(err)
	}
	if d == nil {
		return l.next.RoundTrip(req)
	}
	var body []byte
	if req.Body != nil {
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	if err := d.check(req, body); err != nil {
		l.t.Errorf("%s %s is not what Discord takes: %.2000v\n%.2000s", req.Method, req.URL.Path, err, body)
	}
	return l.next.RoundTrip(req)
}

// TestTheDocumentRefuses: the check that all other tests lean on can fail.
func TestTheDocumentRefuses(t *testing.T) {
	t.Parallel()
	d, err := document()
	if err != nil {
		t.Fatal(err)
	}
	if d == nil {
		t.Skip("DISCORD_OPENAPI is not set: requests are not held against Discord's document")
	}
	for _, c := range []struct{ verb, path, body string }{
		{"POST", "/channels/1000000000000000001/messages", `{"content":7}`},
		{"POST", "/channels/1000000000000000001/messages", `{"nonce":"longer than five and twenty"}`},
		{"POST", "/users/@me/channels", `{"recipient_id":["x"]}`},
		{"GET", "/channels/1000000000000000001/messages?since=7", ""},
		{"DELETE", "/channels", ""},
		{"PUT", "/channels/1000000000000000001/messages/pins/1000000000000000002", `{}`},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.verb, "https://discord.invalid/api/v10"+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if d.check(req, []byte(c.body)) == nil {
			t.Errorf("%s %s %s passes", c.verb, c.path, c.body)
		}
	}
}
